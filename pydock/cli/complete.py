"""The hidden command `__complete WORD...`, called by the completion scripts. It completes the last word.

The response follows cobra's protocol: lines of "word<TAB>description", then ":DIRECTIVE", the sum of 2: no space
after the word, 4: no file names, 16: only directories. After "--flag=" the candidates are values only.
Static words need no engine; names of containers and other objects are requested from it, with a timeout, and without
error messages.
"""

from __future__ import annotations

import re
from _thread import allocate_lock, start_new_thread
from collections.abc import Callable, Iterable, Sequence

from pydock.app import App
from pydock.cli.index import ALIASES, OF_PLUGINS
from pydock.cli.names import children, gives_way, taken_names
from pydock.cli.params import Command, invocation
from pydock.cli.query import NO_FILES, NO_SPACE, Candidate, Query
from pydock.config.globals import Globals
from pydock.errors import Failure, NoEngine
from pydock.options import FlagSpec
from pydock.values import replace

#: timeout; after it there are no candidates
SECONDS = 4.0
NOTHING = f":{NO_FILES}\n"

#: names that need no quoting in a shell: the shell inserts candidates into the command line, so other names from an
#: engine are never offered
UNQUOTED = re.compile(r"[\w@%+=:,./!-]+")
#: the same of what is added to a word that is begun; "}" closes a template
ADDED = re.compile(r"[\w@%+=:,./!-]*\)*(?:\}\})?")

#: candidates that are only the beginning of a word
CONTINUES = re.compile(r".*([=:,/.]|ctrl-)", re.DOTALL)

Found = tuple[list[Candidate], int]


def complete(app: App, words: list[str], find: Callable[[str], object], described: bool = True) -> str:
    """The response. find: a path -> its Command, a group, or None."""
    return in_time(lambda: _complete(app, words or [""], find, described))


def in_time(answer: Callable[[], str], seconds: float = SECONDS) -> str:
    """The result of `answer`; no candidates if it fails or times out: the engine may be down, or hang."""
    out: list[str] = []
    faults: list[Exception] = []
    # held until there is an answer; threading takes longer to import than a word to complete
    working = allocate_lock()

    def work() -> None:
        try:
            out.append(answer())
        except (Failure, NoEngine):
            out.append(NOTHING)
        except Exception as fault:
            faults.append(fault)
        finally:
            working.release()

    working.acquire()
    start_new_thread(work, ())
    working.acquire(timeout=seconds)
    if faults:
        raise faults[0]
    return out[0] if out else NOTHING


class Typed:
    """The words before the one to complete. words: positional ones; flags: long name -> values; pending: a flag
    without its value yet; closed: no flags may follow."""

    def __init__(self, before: Sequence[str], flags: Iterable[FlagSpec], interspersed: bool) -> None:
        self.words: list[str] = []
        self.flags: dict[str, list[str]] = {}
        self.pending: FlagSpec | None = None
        self.closed = False
        #: the number of words before the first positional one
        self.leading = len(before)
        specs = list(flags)
        self._longs = {name: f for f in specs for name in (*f.longs, *f.hidden_names)}
        self._shorts = {f.short: f for f in specs if f.short}
        self._read(before, interspersed)

    def _read(self, before: Sequence[str], interspersed: bool) -> None:
        for at, word in enumerate(before):
            if self.pending is not None:
                self._take(self.pending, word)
                self.pending = None
            elif self.closed or not word.startswith("-") or word == "-":
                if not self.words:
                    self.leading = at
                self.words.append(word)
                self.closed = self.closed or not interspersed
            elif word == "--":
                self.closed = True
            else:
                self._flag(word)

    def _flag(self, word: str) -> None:
        spec, value = self.named(word)
        if spec is not None and value is None and not spec.without_equals:
            self.pending = spec
        elif spec is not None:
            self._take(spec, value or "")

    def named(self, word: str) -> tuple[FlagSpec | None, str | None]:
        """The flag of "--name", "--name=value", "-n", "-nvalue" or "-abn" (the last of several), and its value if
        given.
        """
        name, equals, value = word.partition("=")
        if name.startswith("--"):
            return self._longs.get(name[2:]), value if equals else None
        for at, letter in enumerate(word[1:], 1):
            spec, rest = self._shorts.get(letter), word[at + 1 :]
            if spec is None or not spec.without_equals:
                return spec, rest.removeprefix("=") if rest else None
            if rest:
                self._take(spec, "")
        return spec, None

    def _take(self, spec: FlagSpec, value: str) -> None:
        self.flags.setdefault(spec.name, []).append(value)


def _complete(app: App, words: list[str], find: Callable[[str], object], described: bool) -> str:
    typed = Typed(words[:-1], Globals.flag_specs, interspersed=False)
    inner = with_globals(app, words[: typed.leading])
    try:
        return _answer(inner, words, typed, find, described)
    finally:
        inner.close()


def _answer(app: App, line: list[str], typed: Typed, find: Callable[[str], object], described: bool) -> str:
    """line: the words, with the one to complete; typed: those before it, as the program's flags and words."""
    current = line[-1]
    group, flags = "", Globals.flag_specs
    while typed.words:
        name, *rest = typed.words
        path = f"{group} {name}".strip() if name != "help" else ""
        target = None if gives_way(app, path) else find(path)
        if isinstance(target, Command):
            return _of_target(app, target.chosen(app), name, rest, current, described)
        if target is None and path:
            return (_of_plugin(app, name, line, described) if not group else "") or NOTHING
        group, flags, typed = ALIASES.get(path, path), (), Typed(rest, (), interspersed=False)
    return _shown(*_of_group(app, group, flags, typed, current), current, described)


def _of_target(app: App, target: Command, name: str, rest: list[str], current: str, described: bool) -> str:
    """The response for a command, or that of the plugin that implements it."""
    if plugin := target.note.plugin:
        answer = _of_plugin(app, plugin, [plugin, name, *rest, current], described)
        if answer:
            return answer
    return _shown(*_of_command(app, target, rest, current), current, described)


def _of_plugin(app: App, name: str, words: Sequence[str], described: bool) -> str:
    """The response of a plugin, unchanged; "" if there is no such plugin."""
    plugin = app.plugins.find(name, taken_names())
    if plugin is None:
        return ""
    from pydock.cli.plugins import complete as ask_plugin

    return ask_plugin(app, plugin.path, words, described, SECONDS)


def _shown(candidates: Iterable[Candidate], directive: int, current: str, described: bool) -> str:
    """The response with the matching candidates."""
    if current.startswith("-"):
        # only the value is completed
        current = current.partition("=")[2] if "=" in current else current
    fitting = [(n, a) for n, a in candidates if n.startswith(current) and plain(n, current)]
    if fitting and all(CONTINUES.fullmatch(name) for name, _ in fitting):
        directive |= NO_SPACE
    # a description is one line, whoever wrote it
    lines = [f"{name}\t{' '.join(about.split())}" if about and described else name for name, about in fitting]
    return "\n".join([*lines, f":{directive}"]) + "\n"


def plain(name: str, current: str) -> bool:
    """Can the shell put it into the line as it is? In a template, what is typed already may have any characters."""
    if "{{" in current:
        return bool(ADDED.fullmatch(name.removeprefix(current)))
    return bool(UNQUOTED.fullmatch(name))


def with_globals(app: App, words: Sequence[str]) -> App:
    """The App with the global flags typed so far, which select the engine."""
    from pydock.cli.pflag import BadFlag, FlagSet

    try:
        parsed = FlagSet(Globals.flag_specs, interspersed=False).parse(list(words))
    except BadFlag:
        return app
    line = invocation(parsed)
    # of several contexts the first one gives the names; what the completion itself asks is not shown
    first = line.globals.context.partition(",")[0]
    return app.under(replace(line, globals=replace(line.globals, context=first, curl=(), trace=False)))


def _of_group(app: App, group: str, flags: Iterable[FlagSpec], typed: Typed, current: str) -> Found:
    """Candidates for a command of a group, or a global flag."""
    if (found := _of_flags(app, group, flags, typed, current)) is not None:
        return found
    names = dict(children(group))
    if not group:
        names = {n: s for n, s in names.items() if runs(app, n)} | {"help": "Help about any command"}
        names |= {
            p.name: str(p.metadata.get("ShortDescription") or "")
            for p in app.plugins.all(taken_names(), current)
            if not p.problem
        }
    return sorted(names.items()), NO_FILES


def runs(app: App, name: str) -> bool:
    """Is it a built-in command, or one of an installed plugin?"""
    return (name not in OF_PLUGINS or app.plugins.has(OF_PLUGINS[name])) and not gives_way(app, name)


def _of_flags(app: App, path: str, flags: Iterable[FlagSpec], typed: Typed, current: str) -> Found | None:
    """Candidates for a flag or its value; None if the word is neither."""
    spec, value = (typed.pending, current) if typed.pending is not None else (None, "")
    if spec is None and current.startswith("-") and not typed.closed:
        spec, given = typed.named(current) if "=" in current else (None, None)
        if spec is None and "=" in current:
            return [], NO_FILES
        if spec is None:
            return flag_names(f for f in flags if f.many or f.name not in typed.flags), NO_FILES
        value = given or ""
    if spec is None:
        return None
    sources = spec.sources if isinstance(spec.sources, str) else spec.sources()
    fields = next((f.fields for f in flags if f.fields), None)
    return _quietly(Query(app, path, typed.words, typed.flags, value, fields), sources)


def _of_command(app: App, command: Command, words: Sequence[str], current: str) -> Found:
    """Candidates for a flag, its value or the next argument of a command."""
    typed = Typed(words, command.flags, command.note.interspersed)
    path = command.note.paths[0]
    if (found := _of_flags(app, path, command.flags, typed, current)) is not None:
        return found
    specs, given = command.arguments, typed.words
    if not specs or (len(given) >= len(specs) and not specs[-1].many):
        return [], NO_FILES
    sources = specs[min(len(given), len(specs) - 1)].sources
    candidates, directive = _quietly(Query(app, path, given, typed.flags, current), sources)
    return [c for c in candidates if c[0] not in given], directive


def _quietly(query: Query, sources: str) -> Found:
    """Candidates from sources; none if the engine fails."""
    # flags need none
    from pydock.cli.sources import answer as ask

    try:
        return ask(query, sources)
    except (Failure, NoEngine):
        return [], NO_FILES


def flag_names(flags: Iterable[FlagSpec]) -> list[Candidate]:
    shown = [f for f in flags if not f.hidden]
    longs = [(f"--{n}", f.help) for f in shown for n in f.longs]
    shorts = [(f"-{f.short}", f.help) for f in shown if f.short]
    return sorted([*longs, *shorts, ("--help", "Print usage")])
