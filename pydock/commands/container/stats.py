"""`stats`: resource usage in a table that is redrawn in place; one stream of statistics per container."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pydock.api import containers, system
from pydock.api.ping import PING_GET
from pydock.api.request import version_key
from pydock.commands.shared import FORMAT_HELP, graph_flag, jq_flag, json_flag
from pydock.errors import EngineError, Failure, Failures
from pydock.options import Options, argument, command, flag, options
from pydock.render.format import Format
from pydock.render.human import cut, display_width
from pydock.render.shown import Drawn
from pydock.streams.terminal import size
from pydock.values import replace
from pydock.views.stats import DEFAULT, WINDOWS, Figures, StatsView, figures

if TYPE_CHECKING:
    from pydock.app import App

#: seconds: between two drawings; until figures are stale; timeout of a single reading
INTERVAL, STALE, PATIENCE = 0.5, 2.0, 10.0


@options
class StatsOptions(Options):
    containers: tuple[str, ...] = argument("[CONTAINER...]", sources="running")
    all: bool = flag("-a", "--all", help="Show all containers, including stopped ones")
    format: str = flag("--format", help=FORMAT_HELP, sources="formats")
    graph: bool = graph_flag("Draw charts of processor, memory and network")
    json: str = json_flag(StatsView, "an array, or without --no-stream an object for each reading,")
    jq: str = jq_flag()
    no_stream: bool = flag("--no-stream", help="Print the first result only, without streaming")
    no_trunc: bool = flag("--no-trunc", help="Do not truncate output")


def fault(error: Exception) -> Failure:
    """An unexpected error of a thread, to be reported by the main thread."""
    return Failure(f"unexpected error: {type(error).__name__}: {error}".rstrip(": "))


class Watch:
    """One container's figures, kept up to date by a thread. `first` is set with the first figures, or a failure."""

    def __init__(self, app: App, container: str, stream: bool) -> None:
        self.app, self.container, self.stream = app, container, stream
        self.first = threading.Event()
        self.figures, self.time = Figures(valid=False), 0.0
        self.failure: Failure | None = None
        self.ended = self.windows = self.left = False
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            answer = self.app.engine.background(containers.container_stats(self.container, self.stream))
            self.windows = "(windows)" in answer.header("server").lower()
            for message in answer.messages():
                # since API 1.52 each message names it
                self.windows = message["os_type"] == "windows" if message.get("os_type") else self.windows
                self.figures, self.time = figures(message, self.windows), self.app.clock()
                self.first.set()
                if not self.stream or self.left:
                    break
        except Failure as failure:
            self.failure = failure
        except Exception as error:
            self.failure = fault(error)
        finally:
            self.ended = True
            self.first.set()

    def view(self, trunc: bool) -> StatsView:
        shown = self.figures
        if self.stream and self.app.clock() - self.time > STALE:
            shown = Figures(name=shown.name, id=shown.id, valid=False)
        elif self.failure:
            shown = replace(shown, valid=False)
        return StatsView(self.container, shown, self.windows, trunc)


class Board:
    """The watched containers, in order of appearance; without names on the command line they follow the events."""

    def __init__(self, app: App, o: StatsOptions) -> None:
        """Raises Failure if the engine does not answer."""
        self.app, self.o = app, o
        self.watches: dict[str, Watch] = {}
        self.failure: Failure | None = None
        if o.containers:
            for name in o.containers:
                self.add(name)
            return
        # subscribe to events before listing: no container that starts in between is missed
        self.events = app.engine.background(
            system.events(version_key(app.engine.api_version), filters={"type": {"container": True}})
        )
        for container in app.engine.json(containers.list_containers(all=o.all)) or []:
            self.add(container["Id"])
        if not o.no_stream:
            threading.Thread(target=self._follow, daemon=True).start()

    def add(self, container: str) -> None:
        if container not in self.watches:
            self.watches[container] = Watch(self.app, container, not self.o.no_stream)

    def _follow(self) -> None:
        come, go = ("create", "start") if self.o.all else ("start",), "destroy" if self.o.all else "die"
        try:
            for event in self.events.messages():
                action, name = (
                    event.get("Action") or event.get("status"),
                    str((event.get("Actor") or {}).get("ID") or event.get("id")),
                )
                if action in come:
                    self.add(name)
                elif action == go and name in self.watches:
                    self.watches.pop(name).left = True
            self.failure = Failure("the engine closed the event stream")
        except Failure as failure:
            self.failure = failure
        except Exception as error:
            self.failure = fault(error)

    def wait(self) -> None:
        """Wait for the first figures of each container, or a timeout. Raises Failure for containers given by
        name.
        """
        patience = PATIENCE if self.o.no_stream else STALE
        end = self.app.clock() + patience
        for watch in list(self.watches.values()):
            watch.first.wait(max(0.0, end - self.app.clock()))
        if self.o.no_stream and self.o.containers:
            for watch in self.watches.values():
                watch.failure = watch.failure or (
                    None if watch.first.is_set() else Failure("timeout waiting for stats")
                )
        failures = [w.failure for w in list(self.watches.values()) if w.failure]
        if failures and self.o.containers:
            raise Failures(failures)
        self.check()

    def check(self) -> None:
        """Raises Failure if the engine is gone, or a stream is malformed; containers may disappear at any time."""
        broken = (
            w.failure for w in list(self.watches.values()) if w.failure and not isinstance(w.failure, EngineError)
        )
        if failure := self.failure or next(broken, None):
            raise failure
        # with --no-stream every watch ends on its own
        if not self.o.no_stream and self.watches and all(w.ended for w in list(self.watches.values())):
            self.app.engine.read(PING_GET)

    def readings(self) -> list[tuple[float, StatsView]]:
        """The time and the row of each container."""
        return [(w.time, w.view(not self.o.no_trunc)) for w in list(self.watches.values())]

    def table(self, form: Format) -> tuple[list[StatsView], Mapping[str, str | None], Format, str]:
        """What Output.rows() prints."""
        watches = list(self.watches.values())
        windows = any(w.windows for w in watches)
        titles, default = (StatsView.WINDOWS_TITLES, WINDOWS) if windows else (StatsView.TITLES, DEFAULT)
        return [w.view(not self.o.no_trunc) for w in watches], titles, form, default


def narrowed(text: str, width: int) -> str:
    """A drawing without lines that are wider than the terminal, which would wrap: as many columns of the table as
    fit.
    """
    lines = text.split("\n")
    if not width or max(map(display_width, lines)) < width:
        return text
    # a column begins after three spaces; the first line has the titles
    starts = [m.end() for m in re.finditer(" {3,}", lines[0]) if m.end() - 3 < width]
    room = starts[-1] if starts and len(lines[0]) >= width else width - 1
    return "\n".join(cut(line, min(room, width - 1)).rstrip() for line in lines)


def frame(text: str, height: int, width: int) -> list[str]:
    """Draw over the last drawing, in parts: each line clears its rest, the last one everything below.
    Height and width are the terminal's, 0 if there is none."""
    lines = narrowed(text, width).split("\n")
    shown = lines[: height - 1] if height and len(lines) > height else lines
    return [Drawn("\x1b[H"), *(part for line in shown for part in (line, Drawn(" \x1b[K\n"))), Drawn("\x1b[J")]


def print_typed(app: App, o: StatsOptions, board: Board) -> None:
    """stats --json: an array, or a stream of the containers' figures, each as it comes."""
    from pydock.commands.typed import print_stream, print_views, row_of

    if o.no_stream:
        print_views(app, o, StatsView, [watch.view(trunc=False) for watch in board.watches.values()])
    else:
        print_stream(app, o, map(row_of, readings(board)))


def readings(board: Board) -> Iterator[StatsView]:
    """Each reading of each container, without end. Raises Failure."""
    pause, seen = threading.Event(), dict[str, float]()
    while True:
        for name, watch in list(board.watches.items()):
            if watch.time != seen.get(name):
                seen[name] = watch.time
                yield watch.view(trunc=False)
        pause.wait(INTERVAL)
        board.check()


@command(
    "container stats",
    StatsOptions,
    "Show a live stream of container resource usage",
    also=("stats",),
    reads=True,
    follows=True,
)
def stats(app: App, o: StatsOptions) -> None:
    app.need_engine()
    form = Format.parse(o.format or app.config.text("statsFormat") or "table")
    app.engine.ping()  # once, before the threads ask for it at the same time
    board = Board(app, o)
    board.wait()
    if o.graph:
        from pydock.commands.graphs import draw_stats

        draw_stats(app, board.readings, board.check, o.no_stream)
        return
    if o.json or o.jq:
        print_typed(app, o, board)
        return
    if o.no_stream:
        if board.watches:
            app.out.rows(*board.table(form))
        return
    pause, due = threading.Event(), app.clock()
    while True:
        app.out.live(lambda text: frame(text, *size(app.out.binary)), *board.table(form))
        # by the clock: the time of drawing is part of the interval
        due = max(due + INTERVAL, app.clock())
        pause.wait(due - app.clock())
        board.check()
