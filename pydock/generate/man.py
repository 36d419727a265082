"""Man pages: of the program, of each command and group, of the API's endpoints (5), and of the guides (7)."""

from __future__ import annotations

import re
from pathlib import Path

from pydock import __version__
from pydock.cli.help import default_note, titled
from pydock.cli.index import ALIASES, COMMANDS, GROUPS, OWN
from pydock.cli.names import children, group_needs
from pydock.cli.params import Command
from pydock.cli.tree import find
from pydock.config.globals import Globals
from pydock.generate import roff, sources, words
from pydock.generate.fields import fields_of
from pydock.generate.roff import bold, entries, escape, filled, italic, page, title
from pydock.options import FlagSpec

PROG = "pydock"


def file_name(path: str, section: int = 1) -> str:
    return f"{page_name(path)}.{section}"


def page_name(path: str) -> str:
    return f"{PROG}-{path.replace(' ', '-')}" if path else PROG


def pages() -> dict[str, str]:
    """File name -> text."""
    out = {f"{PROG}.1": program_page(), file_name("api", 5): api_page()}
    for path in COMMANDS:
        command = find(path)
        assert isinstance(command, Command)
        out[file_name(path)] = command_page(command)
    for path in GROUPS:
        out[file_name(path)] = group_page(path)
    for guide in sources.guides():
        out[file_name(guide.stem, 7)] = guide_page(guide)
    return out


def head(name: str, section: int, short: str) -> list[str]:
    return roff.head(name, section, short, (sources.date(), f"{PROG} {__version__}"))


def text_of(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def flag_entries(flags: list[FlagSpec]) -> list[str]:
    """Flags with their values, defaults, and what they need of the engine."""
    rows = []
    for spec in sorted(flags, key=lambda f: f.name):
        names = ", ".join(bold(n) for n in ([f"-{spec.short}"] if spec.short else []) + [f"--{n}" for n in spec.longs])
        value = italic(spec.value_name)
        needs = [
            *([f"API {spec.since}"] if spec.since else []),
            *({"windows": ["Windows"]}.get(spec.ostype, [spec.ostype] if spec.ostype else [])),
            *(["experimental"] if spec.experimental else []),
            *([f"variable {spec.env}"] if spec.env else []),
        ]
        about = sentence(spec.help + default_note(spec)) + (f" ({', '.join(needs)})" if needs else "")
        rows.append((f"{names}[={value}]" if spec.bare else f"{names} {value}".rstrip(), escape(about)))
    return entries(rows)


def sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text[-1:] in ".:!?)" else text + "."


def synopsis(command: Command) -> list[str]:
    """docker's usage line, and what pydock's own arguments and flags add."""
    note = command.note
    lines = [command.usage(PROG)]
    own = [a for a in command.arguments if a.own]
    if own and note.usage is None:
        lines.append(" ".join([PROG, command.path, "[OPTIONS]", *(a.usage for a in command.arguments)]))
    without = sorted({flag for a in command.arguments for flag in a.unless})
    if without:
        rest = [a.usage for a in command.arguments if not a.unless]
        ways = {f.dest: f"--{f.name}" + (f" {f.value_name.upper()}" if f.value_name else "") for f in command.flags}
        lines.append(
            " ".join([PROG, command.path, "[OPTIONS]", "{" + " | ".join(ways[w] for w in without) + "}", *rest])
        )
    out = [".nf"]
    for line in lines:
        name = f"{PROG} {command.path}"
        out.append(bold(name) + escape(line.removeprefix(name)))
    return [*out, ".fi"]


def command_page(command: Command) -> str:
    """Everything that is known of a command: its declaration, its texts, its requests."""
    note, path = command.note, command.note.paths[0]
    texts = sources.texts().get(path, {})
    about, examples = texts.get("", ""), texts.get("Examples", "")
    lines = [*head(page_name(command.path), 1, note.short), title("synopsis"), *synopsis(command), title("description")]
    described = [sentence(note.description)] if note.description else [] if about else [note.short + "."]
    lines += [line for text in described for line in filled(escape(text))]
    lines += roff.sections(about)[0 if described else 1 :] if about else []
    if since := max(
        [note.since, *(n.since for n in group_needs(path))], key=lambda v: [int(p) for p in v.split(".") if p]
    ):
        lines += [".PP", *filled(f"It needs an engine with API {since} or newer.")]
    names = [p for p in (*note.paths, *(a for a, p in ALIASES.items() if p == path)) if p != command.path]
    if names:
        lines += [title("other names"), *filled(", ".join(bold(f"{PROG} {n}") for n in names))]
    lines += [line for name, flags in titled(command.flags) for line in (title(name), *flag_entries(flags))]
    more = {name: body for name, body in texts.items() if name not in ("", "Examples")}
    lines += [line for name, body in more.items() for line in roff.sections(f"## {name}\n{body}")]
    lines += [*filter_section(command), *field_section(command), *request_section(path), *exit_section(command)]
    lines += [*environment_section(path), *(roff.sections("## Examples\n" + examples) if examples else [])]
    return text_of([*lines, title("see also"), *see_also(command)])


def filter_section(command: Command) -> list[str]:
    """The keys of --filter, and their values, as completion knows them."""
    from pydock.cli.words import FILTERS, WORDS

    path = command.note.paths[0]
    like = (path, words.FILTERS_LIKE.get(path, ""), f"{path.rpartition(' ')[0]} ls")
    key = next((k for k in like if k in FILTERS), "")
    if not key or "filter" not in {f.name for f in command.flags}:
        return []
    rows = []
    for name, value in FILTERS[key].items():
        text = words.FILTERS.get(f"{key} {name}") or words.FILTERS[name]
        values = WORDS.get(value, value).split() if value else []
        known = values if len(values) > 1 or value in WORDS else []
        rows.append((bold(name), escape(sentence(text + (f": {', '.join(known)}" if known else "")))))
    intro = (
        "The same key twice means either value, different keys mean both; of a label all are meant. The keys of "
        + bold("--filter")
        + ":"
    )
    return [title("filters"), *filled(intro), *entries(rows)]


def field_section(command: Command) -> list[str]:
    """The fields of --json and of templates."""
    typed, templates = fields_of(command)
    if not typed:
        return []
    intro = f"Of {bold('--json')}, and, as text for people, of the templates of {bold('--format')}:"
    rows = [
        (bold(n), escape(sentence(w) + ("" if n in templates else " Only of --json.")) if w else "")
        for n, w in typed.items()
    ]
    rows += [(bold(n), "Only of templates: text for people.") for n in templates if n not in typed]
    if not templates:
        intro = f"Of {bold('--json')}:"
        rows = [(bold(n), escape(sentence(w))) for n, w in typed.items()]
    return [title("fields"), *filled(intro), *entries(rows)]


def request_section(path: str) -> list[str]:
    """The endpoints that it calls."""
    asked = sources.requests().get(path)
    if not asked:
        return []
    intro = f"What it asks of the engine, depending on flags and answers; {page(page_name('api'), 5)} tells of all commands. "
    return [title("requests"), *filled(intro), *roff.shown(map(endpoint, asked))]


def endpoint(text: str) -> str:
    """As people write it: "GET /volumes/VOLUME"."""
    method, path = text.split(" ")
    path = path.replace("/exec/{}", "/exec/ID").replace("{}", "NAME").replace("{images}", "NAME")
    return f"{method:<6} " + re.sub(r"\{(\w+?)s\}", lambda found: found[1].upper(), path)


def exit_section(command: Command) -> list[str]:
    codes = words.EXIT_CODES.get(command.note.paths[0]) or {"0": words.DONE, "1": words.FAILED, "125": words.MISUSED}
    if "timeout" in {f.name for f in command.flags if f.own}:
        codes = {**codes, "124": "The time of --timeout is up."}
    rows = sorted(codes.items(), key=lambda row: (not row[0].isdigit(), int(row[0]) if row[0].isdigit() else 0))
    return [title("exit status"), *entries((bold(c) if c.isdigit() else italic(c), escape(about)) for c, about in rows)]


def environment_section(path: str) -> list[str]:
    asks = path in sources.requests()
    variables = {**words.ENVIRONMENT.get(path, {}), **(words.ENGINE if asks else {}), **words.CLIENT}
    files = {**words.FILES.get(path, {}), **words.CONFIG_FILE}
    return [
        title("environment"), *entries((bold(name), escape(about)) for name, about in variables.items()),
        title("files"), *entries((italic(name), escape(about)) for name, about in files.items()),
    ]  # fmt: skip


def see_also(command: Command) -> list[str]:
    """The group, what is near in it, and the general pages."""
    path = command.note.paths[0]
    group = path.rpartition(" ")[0]
    near = [p for p in sources.related().get(path, ()) if p != path]
    if not near and group and len(children(group)) <= 12:
        near = [f"{group} {name}" for name in children(group) if f"{group} {name}" != path]
    own = path in OWN or any(f.own for f in command.flags)
    found = [page(PROG, 1), *([page(page_name(group), 1)] if group else []), *(page(page_name(p), 1) for p in near)]
    found += [
        *([page(page_name("api"), 5)] if path in sources.requests() else []),
        *([page(page_name("beyond"), 7)] if own else []),
    ]
    return filled(", ".join(dict.fromkeys(found)))


def group_page(path: str) -> str:
    """The commands of a group."""
    synopsis = [".nf", f"{bold(f'{PROG} {path}')} COMMAND", ".fi"]
    lines = [*head(page_name(path), 1, GROUPS[path]), title("synopsis"), *synopsis, title("description")]
    about = sources.texts().get(path, {}).get("", "")
    lines += roff.sections(about)[1:] if about else [GROUPS[path] + "."]
    lines += [title("commands"), *command_entries(path)]
    return text_of([*lines, title("see also"), *filled(f"{page(PROG, 1)}, {page(page_name('api'), 5)}")])


def command_entries(path: str) -> list[str]:
    return entries(
        (page(page_name(f"{path} {name}".strip()), 1), escape(short) + ".") for name, short in children(path).items()
    )


def program_page() -> str:
    """pydock(1): global flags, commands, environment, files."""
    lines = [*head(PROG, 1, "the docker command line in pure Python"), title("synopsis"), ".nf"]
    lines += [
        f"{bold(PROG)} [OPTIONS] COMMAND [ARG...]",
        f"{bold(PROG)} COMMAND {bold('--help')}",
        ".fi",
        title("description"),
    ]
    lines += roff.sections(sources.texts()[""][""])[1:]
    lines += [line for name, flags in titled(Globals.flag_specs) for line in (title(name), *flag_entries(flags))]
    lines += [title("commands"), *command_entries("")]
    lines += exit_lines()
    variables = {**words.ENGINE, **words.CLIENT, **{n: a for e in words.ENVIRONMENT.values() for n, a in e.items()}}
    lines += [title("environment"), *entries((bold(name), escape(about)) for name, about in variables.items())]
    files = {**words.CONFIG_FILE, **words.CONTEXTS, **words.MANIFESTS}
    lines += [title("files"), *entries((italic(name), escape(about)) for name, about in files.items())]
    guides = [page(page_name(guide.stem), 7) for guide in sources.guides()]
    return text_of([*lines, title("see also"), *filled(", ".join([page(page_name("api"), 5), *guides]))])


def exit_lines() -> list[str]:
    codes = {
        "0": words.DONE,
        "1": words.FAILED,
        "124": "The time of --timeout is up.",
        "125": words.MISUSED + " Of run and create: every error before the container's command.",
        "126, 127": "Of run and exec: the container's command cannot be executed, or was not found.",
        "N": "Of run, exec, attach, start -a: that of the container's command.",
    }
    return [title("exit status"), *entries((bold(code), escape(about)) for code, about in codes.items())]


def api_page() -> str:
    """pydock-api(5): commands -> endpoints, and endpoints -> commands."""
    asked = {typed(path): endpoints for path, endpoints in sources.requests().items()}
    asked = {name: asked[name] for name in sorted(asked)}
    lines = [*head(page_name("api"), 5, "the requests that pydock's commands make"), title("description")]
    lines += roff.sections(sources.texts()[""]["Requests"])[1:] + [title("commands and their requests")]
    for path, endpoints in asked.items():
        lines += [title(f"{PROG} {path}", "SS"), *roff.shown(map(endpoint, endpoints))[1:]]
    users: dict[str, list[str]] = {}
    for path, endpoints in asked.items():
        for each in endpoints:
            users.setdefault(endpoint(each), []).append(path)
    order = sorted(users, key=lambda text: (text[7:], text))
    lines += [title("endpoints and their commands"), *entries((bold(e), escape(", ".join(users[e]))) for e in order)]
    return text_of(
        [
            *lines,
            title("see also"),
            *filled(f"{page(PROG, 1)}, {page(page_name('api'), 1)}, {page(page_name('beyond'), 7)}"),
        ]
    )


def typed(path: str) -> str:
    """A command by the name that is mostly typed: "ps" for "container ls"."""
    command = find(path)
    assert isinstance(command, Command)
    return min(command.note.paths, key=lambda name: (name.count(" "), len(name)))


def guide_page(guide: Path) -> str:
    """A guide: its title is the page's name, what comes before the first section is its description."""
    text = guide.read_text(encoding="utf-8")
    name, _, rest = text.partition("\n")
    begin = re.match(r"(?s)\s*(.*?)(?=^## |\Z)", rest, re.M)
    assert begin
    lines = [
        *head(page_name(guide.stem), 7, name.removeprefix("# ").strip()),
        *roff.sections("## Description\n\n" + begin[1]),
    ]
    others = [page(page_name(g.stem), 7) for g in sources.guides() if g != guide]
    return text_of(
        [*lines, *roff.sections(rest[begin.end() :]), title("see also"), *filled(", ".join([page(PROG, 1), *others]))]
    )
