"""The progress output of a build: plain lines, a live view, JSON, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydock.errors import Failure
from pydock.render.steps import SECOND, Trace
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.streams.feed import Feed


#: seconds of silence after which pending output is shown, and the minimum between two updates
TICK, LEAST = 0.15, 0.1
MODES = ("auto", "tty", "plain", "rawjson", "quiet", "none", "")


def display_mode(app: App, progress: str, quiet: bool) -> str:
    """ "tty", "plain", "rawjson" or "quiet". Raises Failure."""
    quiet = quiet or progress == "quiet"
    if quiet and progress not in ("auto", "quiet", "none"):
        raise Failure(f"progress={progress} and quiet cannot be used together")
    if quiet or progress == "none":
        return "quiet"
    mode = app.environ.get("BUILDKIT_PROGRESS") or progress if progress == "auto" else progress
    if mode not in MODES:
        raise Failure(f"invalid progress mode {mode}")
    if mode == "tty" and not app.err.is_terminal:
        raise Failure("failed to get console: provided file is not a console")
    if mode in ("auto", ""):
        return "tty" if app.err.is_terminal else "plain"
    return "quiet" if mode == "none" else mode


def show(app: App, feed: Feed[Json], mode: str, title: str, name: str) -> Trace:
    """Show status messages on stderr until the feed ends. Returns all steps."""
    trace = Trace()
    if mode == "tty":
        from pydock.render.build_live import show_live

        show_live(_updates(app, feed, trace), trace, name, app.environ)
        app.err.write(_log_text(app, trace.failures()))
    elif mode == "plain":
        from pydock.render.plain_steps import Plain

        # the first update waits too: many steps start and finish at once
        plain, last = Plain(trace, title), app.clock()
        for news in _updates(app, feed, trace):
            now = app.clock()
            if news and now - last < LEAST:
                continue
            last = now
            app.err.write(_log_text(app, plain.draw(now)))
        app.err.write(_log_text(app, plain.draw(app.clock()) + trace.failures()))
    elif mode == "rawjson":
        from pydock.render.plain_steps import raw_json

        for status in feed:
            if status is not None:
                trace.update(status, app.clock())
                app.err.write(raw_json(status))
    else:
        for _ in _updates(app, feed, trace):
            pass
    return trace


def _log_text(app: App, text: str) -> str:
    """The output of build steps, for stderr; on a terminal without control sequences that could garble it."""
    from pydock.render.shown import as_log

    return as_log(text) if app.err.is_terminal else text


def _updates(app: App, feed: Feed[Json], trace: Trace) -> Iterator[bool]:
    """Yield True after each message, and False after a while without one."""
    for status in feed:
        if status is not None:
            trace.update(status, app.clock())
        yield status is not None


# -- steps of our own ----------------------------------------------------------------------------------


class OwnStep:
    """A build step performed by the client itself."""

    def __init__(self, app: App, put: Callable[[Json], None], name: str) -> None:
        import uuid

        self.app, self.put = app, put
        self.vertex: Json = {
            "digest": f"pydock:{uuid.uuid4().hex}",
            "inputs": [],
            "name": name,
            "cached": False,
            "started": self._now(),
            "completed": 0,
            "error": "",
            "progressGroup": None,
        }
        self.put(message(vertexes=[dict(self.vertex)]))

    def _now(self) -> int:
        return int(self.app.clock() * SECOND)

    def status(self, identity: str, current: int, total: int, started: int, done: bool) -> int:
        """Report the progress of a part of the step; returns the start time of that part."""
        now = self._now()
        report = {
            "ID": identity,
            "vertex": self.vertex["digest"],
            "name": "",
            "current": current,
            "total": total,
            "timestamp": now,
            "started": started or now,
            "completed": now if done else 0,
        }
        self.put(message(statuses=[report]))
        return int(report["started"])

    def end(self, error: str = "") -> None:
        self.vertex |= {"completed": self._now(), "error": error}
        self.put(message(vertexes=[dict(self.vertex)]))


@contextmanager
def own_step(app: App, put: Callable[[Json], None], name: str) -> Iterator[OwnStep]:
    """Show a step while the block runs; a Failure becomes its error."""
    step = OwnStep(app, put, name)
    try:
        yield step
    except Failure as failure:
        step.end(failure.message)
        raise
    step.end()


def message(**parts: Any) -> Json:
    """A status message."""
    return {"vertexes": [], "statuses": [], "logs": [], "warnings": [], **parts}
