"""`logs` of several containers, and of the lines that are wanted: merged by time, a line at a time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Protocol

from pydock.api import containers
from pydock.api.request import filters
from pydock.commands.container.listening import Listening, action_of, container_of
from pydock.commands.container.ready import vanished
from pydock.commands.container.seen import Seen, run_began, seen
from pydock.errors import EngineError, Exit, Failure
from pydock.go.strconv import SECOND
from pydock.render.prefixes import MATCH, PLAIN, Prefixes
from pydock.streams.entries import Entry, entries
from pydock.streams.frames import STDERR
from pydock.streams.merging import Gathering, Through
from pydock.streams.pump import LINE
from pydock.views.times import local_nanoseconds

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from pydock.app import App
    from pydock.flags.pairs import Pair

#: seconds for which a line that is followed waits for older ones of other containers
HOLD = 0.05
#: seconds between looks at a container whose log has ended: it exits shortly afterwards
LOOKS = (0.0, 0.05, 0.1, 0.2, 0.5, 1.0)
#: bytes that are written at once
TOGETHER = 64 << 10


class Wanted(Protocol):
    """What is wanted of logs. names: of the containers, unless it `selects` them."""

    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def selects(self) -> bool: ...
    @property
    def filter(self) -> tuple[Pair, ...]: ...
    @property
    def all(self) -> bool: ...
    @property
    def follow(self) -> bool: ...
    @property
    def until(self) -> str: ...
    @property
    def timestamps(self) -> bool: ...
    @property
    def local_time(self) -> bool: ...
    @property
    def prefix(self) -> bool: ...
    @property
    def grep(self) -> re.Pattern[str] | None: ...


class Source:
    """The log of one container. query: of the request for it."""

    def __init__(self, app: App, now: Seen, query: dict[str, Any]) -> None:
        self.app, self.now, self.query = app, now, query
        #: the time of its last line; what became of the container; it runs again
        self.last, self.end, self.again = 0, "", False

    def read(self, through: Through) -> Iterator[Entry]:
        """In a thread. Raises Failure."""
        request = containers.container_logs(self.now.id, **self.query)
        blocks = self.app.engine.background(request).blocks()
        yield from entries(through(blocks), framed=not self.now.tty, stamped=bool(self.query["timestamps"]))
        if self.query["follow"]:
            self.end = self.how_it_ended()

    def how_it_ended(self) -> str:
        """A sentence. Raises Failure."""
        for pause in LOOKS:
            threading.Event().wait(pause)
            try:
                now = inspected(self.app, self.now.id)
            except EngineError as error:
                if vanished(error):
                    return f"{self.now.name} has ended, and was removed"
                raise
            if now.over or now.started != self.now.started:
                return (
                    f"{self.now.name} has exited with code {now.code}" if now.over else f"{self.now.name} was restarted"
                )
        return f"the log of {self.now.name} has ended"


class Page:
    """stdout and stderr, for lines of several containers: a line is never mixed with that of another one."""

    def __init__(self, app: App, o: Wanted, many: bool) -> None:
        self.app, self.o = app, o
        self.coloured = app.coloured(app.out)
        self.prefixes = Prefixes(self.coloured) if many and o.prefix else None
        self.many = many
        #: by output: whose line is open there
        self.open: dict[int, tuple[Source, int, bytes]] = {}
        self.one_screen = app.out.is_terminal and app.err.is_terminal
        #: by source and stream, with --grep: the line so far
        self.lines: dict[tuple[Source, int], Entry] = {}
        self.ready: list[bytes] = []
        self.kind, self.size = 0, 0

    def put(self, source: Source, entry: Entry) -> None:
        whole = self.whole(source, entry) if self.o.grep else entry
        if whole:
            self.show(source, whole)

    def whole(self, source: Source, entry: Entry) -> Entry | None:
        """The whole line that the entry ends, if it is one of those that are wanted."""
        before = self.lines.pop((source, entry.kind), None)
        if before and before.stamp == entry.stamp:
            entry = before._replace(text=before.text + entry.text)
        elif before and (found := self.matched(before)):
            self.show(source, found)
        if not entry.ends and len(entry.text) < LINE:
            self.lines[source, entry.kind] = entry
            return None
        return self.matched(entry)

    def matched(self, entry: Entry) -> Entry | None:
        """The line, if it matches; on a terminal with its matches marked."""
        text = entry.text.decode("utf-8", "surrogateescape")
        line = text.rstrip("\r\n")
        assert self.o.grep
        if not self.o.grep.search(line):
            return None
        # a sequence of the container's own must not be broken up
        if not self.coloured or "\x1b" in text:
            return entry
        marked = self.o.grep.sub(lambda m: f"{MATCH.decode()}{m[0]}{PLAIN.decode()}" if m[0] else "", line)
        return entry._replace(text=(marked + text[len(line) :]).encode("utf-8", "surrogateescape"))

    def show(self, source: Source, entry: Entry) -> None:
        if entry.kind != self.kind or self.size > TOGETHER:
            self.flush()
            self.kind = entry.kind
        at = 0 if self.one_screen else entry.kind
        opened = self.open.pop(at, None)
        data = entry.text
        if opened != (source, entry.kind, entry.stamp):
            data = (b"\n" if opened and self.many else b"") + self.head(source, entry) + data
        if not entry.ends:
            self.open[at] = (source, entry.kind, entry.stamp)
        self.ready.append(data)
        self.size += len(data)

    def head(self, source: Source, entry: Entry) -> bytes:
        """What is before the line."""
        prefix = self.app.out.encoded(self.prefixes.of(source.now.name)) if self.prefixes else b""
        if not self.o.timestamps or not entry.stamp:
            return prefix
        return prefix + (local_nanoseconds(entry.time).encode() if self.o.local_time else entry.stamp) + b" "

    def close(self, source: Source) -> None:
        """A source has ended: what it has left of its last line is one."""
        for kind in [kind for one, kind in self.lines if one is source]:
            if found := self.matched(self.lines.pop((source, kind))):
                self.show(source, found)
        for opened in [opened for opened in self.open.values() if opened[0] is source and self.many]:
            self.show(source, Entry(0, *opened[1:], b"\n"))

    def note(self, text: str) -> None:
        """On stderr, on a line of its own."""
        self.flush()
        if self.open.pop(0 if self.one_screen else STDERR, None):
            self.app.err.put(b"\n")
        self.app.err.line(text)

    def flush(self) -> None:
        if self.ready:
            (self.app.err if self.kind == STDERR else self.app.out).put(b"".join(self.ready))
        self.ready, self.size = [], 0


def inspected(app: App, name: str) -> Seen:
    """Raises Failure."""
    return seen(app.engine.json(containers.inspect_container(name, answer=containers.CONDITION)))


class Logs:
    """The logs that are shown. joins: containers that start later are, too."""

    def __init__(self, app: App, o: Wanted, many: bool, query: dict[str, Any]) -> None:
        """query: of the requests for logs."""
        self.app, self.o, self.query = app, o, query
        self.page = Page(app, o, many)
        self.gathering: Gathering[Source] = Gathering(HOLD if o.follow else float("inf"))
        self.joins = o.selects and o.follow and not o.until
        #: by ID: what is read; and the last that was of each container
        self.sources: dict[str, Source] = {}
        self.shown: dict[str, Source] = {}
        self.failed = False

    def show(self) -> None:
        """Raises Failure; Exit where a container has failed."""
        self.gathering.open = self.joins
        if self.joins:
            Listening(self.app, self.gathering.put, self.told, self.missed)
        for name in self.selected(self.o.all) if self.o.selects else self.o.names:
            self.find(name)
        if not self.sources and not self.joins and not self.failed:
            self.page.note("No containers are selected")
        try:
            for given in self.gathering:
                if given is None:
                    self.page.flush()
                elif given[1]:
                    given[0].last = given[1].time
                    self.page.put(given[0], given[1])
                else:
                    self.ended(given[0])
        finally:
            self.page.flush()
        if self.failed:
            raise Exit(1)

    def find(self, name: str) -> None:
        """Show a container. Raises Failure where the engine does not answer."""
        try:
            now = inspected(self.app, name)
        except EngineError as error:
            # what is selected may be gone by now
            if not self.o.selects or not vanished(error):
                self.fail(error.message)
            return
        if now.id not in self.sources:
            self.add(Source(self.app, now, self.query))

    def selected(self, stopped: bool) -> list[str]:
        """The IDs of what --filter and --all select: what `ps` shows with them. Raises Failure."""
        from pydock.commands.selection import without

        asked = filters([pair for pair in self.o.filter if pair[0] != "label!"])
        found = self.app.engine.json(containers.list_containers(all=stopped, filters=asked)) or []
        return [c["Id"] for c in without(found, [value for key, value in self.o.filter if key == "label!"])]

    def add(self, source: Source) -> None:
        self.sources[source.now.id] = self.shown[source.now.id] = source
        if self.page.prefixes:
            self.page.prefixes.know(source.now.name)
        self.gathering.add(source, source.read, lambda problem: self.lost(source, problem))

    def lost(self, source: Source, problem: Failure) -> None:
        """The log of a container cannot be read, or not to its end."""
        if not (self.o.selects and isinstance(problem, EngineError) and vanished(problem)):
            self.fail(f"{source.now.name}: {problem.message}" if self.page.many else problem.message)

    def fail(self, text: str) -> None:
        self.failed = True
        self.page.note(text)

    def ended(self, source: Source) -> None:
        self.page.close(source)
        if source.end and self.page.many:
            self.page.note(source.end)
        del self.sources[source.now.id]
        if source.again:
            self.join(source.now.id)

    # -- containers that join -----------------------------------------------------------------------

    def told(self, event: dict[str, Any]) -> None:
        if action_of(event) != "start":
            return
        identifier = container_of(event)
        # it may have exited by now
        if identifier in self.sources or identifier in self.selected(stopped=True):
            self.join(identifier)

    def missed(self) -> None:
        """Events may be missing: look for containers that have started since."""
        for identifier in self.selected(self.o.all):
            self.join(identifier)

    def join(self, identifier: str) -> None:
        """Show a container from its start on, unless that is shown already. Raises Failure."""
        try:
            now = inspected(self.app, identifier)
        except EngineError as error:
            if not vanished(error):
                raise
            return
        before = self.shown.get(identifier)
        if before and before.now.started == now.started:
            return
        if identifier in self.sources:
            # what it wrote before comes first
            self.sources[identifier].again = True
            return
        # Podman's times have whole seconds: what was shown last may be older than it seems
        after = before.last + 1 if before and before.last else 0
        since = max(f"{after // SECOND}.{after % SECOND:09d}" if after else "", run_began(now), key=float_of)
        self.page.note(f"{now.name} has started")
        self.add(Source(self.app, now, {**self.query, "since": since or self.query["since"], "tail": "all"}))


def float_of(text: str) -> float:
    return float(text or 0)
