"""The hidden `__complete WORD...`: what the completion scripts ask. The last word is the one to complete.

Answers as docker does (cobra's protocol): one "word<TAB>description" a line, then ":DIRECTIVE" (4: no file names, 0: file
names where nothing fits). Words need no engine; names of containers and the like are asked of it, in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from pydock.app import App, Globals
from pydock.cli.params import Command
from pydock.cli.tree import Group, Root, children, find, taken_names
from pydock.declare import FlagSpec
from pydock.errors import Failure, NoEngine

NO_FILES, FILES = 4, 0

SIGNALS = "SIGHUP SIGINT SIGQUIT SIGKILL SIGUSR1 SIGUSR2 SIGTERM SIGCONT SIGSTOP SIGWINCH"
CAPABILITIES = (
    "ALL CAP_AUDIT_CONTROL CAP_AUDIT_READ CAP_AUDIT_WRITE CAP_BLOCK_SUSPEND CAP_BPF CAP_CHECKPOINT_RESTORE CAP_CHOWN CAP_DAC_OVERRIDE "
    "CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_IPC_LOCK CAP_IPC_OWNER CAP_KILL CAP_LEASE CAP_LINUX_IMMUTABLE CAP_MAC_ADMIN "
    "CAP_MAC_OVERRIDE CAP_MKNOD CAP_NET_ADMIN CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_RAW CAP_PERFMON CAP_SETFCAP CAP_SETGID "
    "CAP_SETPCAP CAP_SETUID CAP_SYSLOG CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_CHROOT CAP_SYS_MODULE CAP_SYS_NICE CAP_SYS_PACCT CAP_SYS_PTRACE "
    "CAP_SYS_RAWIO CAP_SYS_RESOURCE CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_WAKE_ALARM"
)
PLATFORMS = (
    "linux linux/386 linux/amd64 linux/arm linux/arm/v5 linux/arm/v6 linux/arm/v7 linux/arm64 linux/arm64/v8 linux/ppc64le linux/riscv64 "
    "linux/s390x wasip1 wasip1/wasm windows windows/amd64 windows/arm64"
)
WORDS = {
    "signals": SIGNALS,
    "capabilities": CAPABILITIES,
    "platforms": PLATFORMS,
    "formats": "json table",
    "log-drivers": "awslogs fluentd gcplogs gelf journald json-file local none splunk syslog",
}

#: what a shell takes as it is typed. It puts words into the user's command line: others of an engine's names are not offered
AS_IT_IS = re.compile(r"[\w@%+=:,./-]+")

Candidate = tuple[str, str]


def complete(app: App, words: list[str], described: bool = True) -> str:
    """The whole answer."""
    *before, current = words or [""]
    if before and not before[0].startswith("-") and find(before[0]) is None and (plugin := app.cli_plugin(before[0], taken_names())):
        from pydock.cli.plugins import complete as ask

        return ask(app, plugin.path, words, described)
    try:
        candidates, directive = find_candidates(app, before, current)
    except (Failure, NoEngine):
        candidates, directive = [], NO_FILES
    fitting = [c for c in candidates if c[0].startswith(current) and AS_IT_IS.fullmatch(c[0])]
    lines = [f"{name}\t{about}" if about and described else name for name, about in fitting]
    return "\n".join([*lines, f":{directive}"]) + "\n"


def find_candidates(app: App, before: list[str], current: str) -> tuple[list[Candidate], int]:
    """(candidates, directive) for a word after those before it, from the root down to the command."""
    group: Group = Root()
    flags: Iterable[FlagSpec] = Globals.flag_specs
    while True:
        path, rest, pending = walk(before, flags, interspersed=False)
        if isinstance(group, Root):
            set_globals(app, before[: len(before) - len(rest) - (path is not None)])
        if pending is not None:
            return source(app, pending.sources)
        if path is None:
            return group_candidates(group, flags, current)
        target = find(f"{group.path} {path}".strip()) if path != "help" else Root()
        if target is None:
            return [], NO_FILES
        if isinstance(target, Command):
            return command_candidates(app, target, rest, current)
        group, flags, before = target, (), rest


def walk(words: list[str], flags: Iterable[FlagSpec], interspersed: bool) -> tuple[str | None, list[str], FlagSpec | None]:
    """(first positional word, what follows it, the flag that waits for a value)."""
    by_name = {**{f"--{n}": f for f in flags for n in f.longs}, **{f"-{f.short}": f for f in flags if f.short}}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        spec = by_name.get(word)
        if spec is not None and not spec.is_bool:
            if not rest:
                return None, [], spec
            rest.pop(0)
        elif not word.startswith("-"):
            return word, rest, None
    return None, [], None


def set_globals(app: App, words: list[str]) -> None:
    """The global flags typed so far decide which engine is asked."""
    from pydock.cli.pflag import BadFlag, FlagSet

    try:
        parsed = FlagSet(Globals.flag_specs, interspersed=False).parse(words)
        app.globals = Globals.make(**{k: v for k, v in parsed.values.items() if k != "help"}, given=frozenset(parsed.values))
    except BadFlag:
        pass


def group_candidates(group: Group, flags: Iterable[FlagSpec], current: str) -> tuple[list[Candidate], int]:
    if current.startswith("-"):
        return flag_names(flags), NO_FILES
    names = dict(children(group.path))
    if not group.path:
        names["help"] = "Help about any command"
    return sorted(names.items()), NO_FILES


def command_candidates(app: App, command: Command, words: list[str], current: str) -> tuple[list[Candidate], int]:
    """A flag, its value or the next argument of one command."""
    positional: list[str] = []
    rest = words
    while True:
        word, rest, pending = walk(rest, command.flags, command.note.interspersed)
        if pending is not None:
            return source(app, pending.sources)
        if word is None:
            break
        positional.append(word)
        if not command.note.interspersed:
            positional += rest
            break
    if current.startswith("-") and (command.note.interspersed or not positional):
        return flag_values(app, command, current)
    specs = command.arguments
    at = min(len(positional), len(specs) - 1)
    if not specs or (len(positional) >= len(specs) and not specs[-1].many):
        return [], NO_FILES
    candidates, directive = source(app, specs[at].sources or ("files" if not command.note.interspersed and positional else ""))
    return [c for c in candidates if c[0] not in positional], directive


def flag_values(app: App, command: Command, current: str) -> tuple[list[Candidate], int]:
    """Flags, or after "--flag=" its values."""
    name, equals, _ = current.partition("=")
    spec = next((f for f in command.flags if f"--{f.name}" == name), None)
    if equals and spec is not None:
        candidates, directive = source(app, spec.sources)
        return [(f"{name}={value}", about) for value, about in candidates], directive
    return flag_names(command.flags), NO_FILES


def flag_names(flags: Iterable[FlagSpec]) -> list[Candidate]:
    shown = [f for f in flags if not f.hidden]
    longs = [(f"--{n}", f.help) for f in shown for n in f.longs]
    shorts = [(f"-{f.short}", f.help) for f in shown if f.short]
    return sorted([*longs, *shorts, ("--help", "Print usage")])


def source(app: App, names: str) -> tuple[list[Candidate], int]:
    """What a flag or an argument may be: a source of names, or words."""
    if names == "files" or not names:
        return [], FILES if names else NO_FILES
    if names == "copies":
        return sorted((f"{name}:", about) for name, about in _containers(app)), FILES
    if names in WORDS:
        return [(w, "") for w in WORDS[names].split()], NO_FILES
    out: list[Candidate] = []
    known = False
    for name in names.split():
        if name in ASKED:
            known = True
            out += ASKED[name](app)
        else:
            out.append((name, ""))
    return (sorted(out) if known else out), NO_FILES


def _containers(app: App, *states: str) -> list[Candidate]:
    from pydock.api.containers import list_containers

    with_ids = app.environ.get("DOCKER_COMPLETION_SHOW_CONTAINER_IDS") == "yes"
    out = []
    for container in app.engine.json(list_containers(all=True)) or []:
        if not states or container.get("State") in states:
            out += [(n.lstrip("/"), "") for n in container.get("Names") or [] if "/" not in n.lstrip("/")]
            out += [(container["Id"][:12], "")] if with_ids else []
    return out


def _images(app: App) -> list[Candidate]:
    from pydock.api.images import list_images

    tags = [t for i in app.engine.json(list_images()) or [] for t in i.get("RepoTags") or [] if not t.startswith("<none>")]
    return [(name, "") for t in tags for name in ((t, t.removesuffix(":latest")) if t.endswith(":latest") else (t,))]


def _networks(app: App) -> list[Candidate]:
    from pydock.api.resources import list_networks

    return [(n["Name"], "") for n in app.engine.json(list_networks()) or []]


def _volumes(app: App) -> list[Candidate]:
    from pydock.api.resources import list_volumes

    return [(v["Name"], "") for v in (app.engine.json(list_volumes()) or {}).get("Volumes") or []]


ASKED: dict[str, Callable[[App], Any]] = {
    "containers": _containers,
    "running": lambda app: _containers(app, "running", "paused", "restarting"),
    "stopped": lambda app: _containers(app, "exited", "created"),
    "paused": lambda app: _containers(app, "paused"),
    "images": _images,
    "networks": _networks,
    "volumes": _volumes,
    "contexts": lambda app: [(n, "") for n in ("default", *app.contexts.names())],
    "environment": lambda app: [(n, "") for n in sorted(app.environ)],
}
