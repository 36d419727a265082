"""What was meant, by what was typed. Pure, but for the modules of commands, which name their flags."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from pydock.cli.index import ALIASES, COMMANDS, GROUPS
from pydock.cli.names import children
from pydock.cli.params import Command
from pydock.cli.tree import find
from pydock.config.globals import Globals
from pydock.options import FlagSpec


def nearest(word: str, names: Iterable[str]) -> str:
    """The name that is most like the word; "" if none is."""
    by_lower = {name.lower(): name for name in sorted(names)}
    lower = word.lower()
    close = difflib.get_close_matches(lower, by_lower, 3, 0.65)
    if close:
        # two letters that changed places are the commonest slip
        return by_lower[next((name for name in close if sorted(name) == sorted(lower)), close[0])]
    # cut short, or without what others put around it
    longer = [name for name in by_lower if len(lower) > 2 and lower in name]
    return by_lower[longer[0]] if len(longer) == 1 else ""


def command(words: list[str]) -> str:
    """The command that was meant; words: from the program's name on, up to the unknown word. "" for none."""
    group, name = " ".join(words[:-1]), words[-1]
    names = {*children(group), *(a.rpartition(" ")[2] for a in ALIASES if a.rpartition(" ")[0] == group)}
    found = nearest(name, names)
    return f"{group} {found}".strip() if found else ""


def turned(words: tuple[str, ...]) -> str:
    """`create network` for `network create`: the command by its words in another order; "" if there is none."""
    path = f"{words[1]} {words[0]}" if len(words) > 1 else ""
    plural = path.replace("s ", " ", 1) if path.partition(" ")[0].endswith("s") else path
    return next((p for p in (path, plural) if p in COMMANDS or p in ALIASES), "")


def groups_of(name: str) -> list[str]:
    """The groups that have a command of this name."""
    return [group for group in GROUPS if f"{group} {name}" in COMMANDS]


def flags_of(path: str) -> list[FlagSpec]:
    """The flags of a command; of the program where there is none."""
    found = find(path) if path else None
    return [f for f in (found.flags if isinstance(found, Command) else Globals.flag_specs) if not f.hidden]


def flag(name: str, path: str) -> str:
    """The long name of the flag that was meant; "" for none."""
    return nearest(name, [n for spec in flags_of(path) for n in spec.longs])
