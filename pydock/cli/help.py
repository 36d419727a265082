"""Help texts in docker's layout, from declarations and the index."""

from __future__ import annotations

import os
from collections.abc import Sequence

from pydock.cli.index import ALIASES, COMMANDS, COMMON, GROUPS, OF_PLUGINS, OWN
from pydock.cli.names import children
from pydock.options import CommandNote, FlagSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.config.plugins import Plugin

SWARM_GROUPS = ("config", "node", "secret", "service", "stack", "swarm")
BEYOND = "Commands beyond docker:"
ABOUT = "The docker command line in pure Python"
MORE = "To read more: 'man pydock', https://github.com/pydock/pydock#readme"


def flag_lines(flags: list[FlagSpec], width: int) -> list[str]:
    """One entry per flag, sorted by name, wrapped to the width of the terminal."""
    rows = []
    for spec in sorted(flags, key=lambda f: f.name):
        for name in spec.longs:
            short = f"-{spec.short}, " if spec.short and name == spec.name else "    "
            rows.append((f"  {short}{spec.usage(name)}", spec.help + default_note(spec)))
    column = max((len(left) for left, _ in rows), default=0) + 3
    return [line for left, text in rows for line in _row(left, text, column, width)]


def titled(specs: Sequence[FlagSpec]) -> list[tuple[str, list[FlagSpec]]]:
    """The flags that are shown, under their titles: docker's, and pydock's own."""
    shown = [f for f in specs if not f.hidden]
    both = (("Options", [f for f in shown if not f.own]), ("Options beyond docker", [f for f in shown if f.own]))
    return [(title, flags) for title, flags in both if flags]


def default_note(spec: FlagSpec) -> str:
    value = spec.default
    if value in (None, "", 0, -1, (), False) or "(default" in spec.help:
        return ""
    if spec.is_bool:
        return " (default true)"
    return f' (default "{value}")' if isinstance(value, str) else f" (default {value})"


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines, broken between words, and within those that are longer than a line."""
    lines: list[str] = []
    pieces = [word[at : at + width] for word in text.split() for at in range(0, len(word), width)]
    for word in pieces:
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _row(left: str, text: str, column: int, width: int) -> list[str]:
    lines = wrapped(text, max(width - column, 24)) or [""]
    return [left.ljust(column) + lines[0], *(" " * column + line for line in lines[1:])]


def _width() -> int:
    try:
        return os.get_terminal_size(1).columns or 80
    except OSError:
        return 80


def _table(rows: list[tuple[str, str]], width: int) -> list[str]:
    column = max((len(name) for name, _ in rows), default=0) + 4
    return [line for name, text in rows for line in _row(f"  {name}", text, column, width)]


def command_help(note: CommandNote, usage: str, prog: str) -> str:
    """The help of a command. usage: its usage line."""
    width = _width()
    out = [f"Usage:  {usage}", "", *wrapped(note.description or note.short, width)]
    names = [note.paths[0], *(a for a, p in ALIASES.items() if p == note.paths[0]), *note.paths[1:]]
    if len(names) > 1:
        out += ["", "Aliases:", "  " + ", ".join(f"{prog} {n}" for n in names)]
    for title, flags in titled(note.options.flag_specs):
        out += ["", f"{title}:", *flag_lines(flags, width)]
    return "\n".join(out)


def group_help(path: str, prog: str, plugins: Sequence[Plugin] = ()) -> str:
    """The help of a group, or of the program (path "") with the installed CLI plugins."""
    full, width = f"{prog} {path}".strip(), _width()
    if path:
        names = children(path)
        body = _sections(
            [
                ("Commands:", [(n, s) for n, s in names.items() if f"{path} {n}" not in OWN]),
                (BEYOND, [(n, s) for n, s in names.items() if f"{path} {n}" in OWN]),
            ],
            width,
        )
        usage, about = f"{full} COMMAND", GROUPS[path]
    else:
        body, usage, about = _root_sections(width, plugins), f"{full} [OPTIONS] COMMAND", ABOUT
    return "\n".join(
        [
            f"Usage:  {usage}",
            "",
            about,
            "",
            *body,
            f"Run '{full} COMMAND --help' for more information on a command.",
            *([] if path else ["", MORE]),
        ]
    )


def _sections(sections: Sequence[tuple[str, Sequence[tuple[str, str]]]], width: int) -> list[str]:
    """Those that have rows, each with a blank line after it."""
    return [line for title, rows in sections if rows for line in (title, *_table(list(rows), width), "")]


def _root_sections(width: int, plugins: Sequence[Plugin]) -> list[str]:
    from pydock.config.globals import Globals

    installed = {p.name for p in plugins if not p.problem}
    names = {
        n: s
        for n, s in children("").items()
        if (n not in OF_PLUGINS or OF_PLUGINS[n] in installed) and not (n in OWN and n in installed)
    }
    # plugins are marked with a star, as in docker
    added = [
        (f"{p.name}*", str(p.metadata.get("ShortDescription") or ""))
        for p in plugins
        if not p.problem and not p.metadata.get("Hidden")
    ]
    sections = [
        ("Common Commands:", [(n, names[n]) for n in COMMON if n in names]),
        (
            "Management Commands:",
            sorted([*((n, s) for n, s in names.items() if n in GROUPS and n not in {*SWARM_GROUPS, *OWN}), *added]),
        ),
        ("Swarm Commands:", [(n, s) for n, s in names.items() if n in SWARM_GROUPS]),
        ("Commands:", [(n, s) for n, s in names.items() if n in COMMANDS and n not in {*COMMON, *OWN}]),
        (BEYOND, [(n, s) for n, s in names.items() if n in OWN]),
        ("Invalid Plugins:", [(p.name, p.problem) for p in plugins if p.problem]),
    ]
    out = _sections(sections, width)
    for title, flags in titled(Globals.flag_specs):
        out += [f"Global {title}:", *flag_lines(flags, width), ""]
    return out
