"""The engine's events, listened to in a thread: taken up again where the stream of them breaks off."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydock.api import system
from pydock.api.request import version_key
from pydock.errors import BadAnswer, BrokenStream, Failure
from pydock.go.strconv import SECOND
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App

Act = Callable[[], None]
#: streams, one after another, that give no event until events count as lost
PATIENCE = 3


class Listening:
    """The events of containers, from when it is made on. Its calls, and its failures, come by way of `put`: as functions
    that another thread runs in their turn."""

    def __init__(self, app: App, put: Callable[[Act], None], told: Callable[[Json], None], missed: Act) -> None:
        """told: gets each event; missed: called where the engine may have forgotten some. Raises Failure."""
        self.app, self.put, self.told, self.missed = app, put, told, missed
        #: the time of the last event, in nanoseconds; the streams since then that gave none
        self.last = self.silent = 0
        self.subscribe()

    def subscribe(self) -> None:
        """Listen to the events since the last one, or from now on. Raises Failure."""
        after = self.last + 1
        since = f"{after // SECOND}.{after % SECOND:09d}" if self.last else ""
        version = version_key(self.app.engine.api_version)
        request = system.events(version, since=since, filters={"type": {"container": True}})
        in_thread(self.put, self.listen, self.app.engine.background(request))

    def listen(self, events: Any) -> None:
        try:
            for event in events.messages():
                self.put(lambda event=event: self.tell(event))  # type: ignore[misc]
            why = "the stream has ended"
        except BadAnswer:
            raise
        except BrokenStream as broken:
            why = broken.message
        self.put(lambda: self.lost(why))

    def tell(self, event: Json) -> None:
        self.last, self.silent = max(self.last, event.get("timeNano") or 0), 0
        self.told(event)

    def lost(self, why: str) -> None:
        """Take another stream. Raises Failure."""
        self.silent += 1
        try:
            if self.silent > PATIENCE:
                raise Failure(why)
            self.subscribe()
            self.missed()
        except Failure as failure:
            raise Failure(f"lost the events of the engine: {failure.message}") from None


def action_of(event: Json) -> str:
    """ "start", "die", "health_status", … without what follows a colon."""
    return (event.get("Action") or event.get("status") or "").partition(":")[0]


def container_of(event: Json) -> str:
    """The ID of the container that it is about."""
    return (event.get("Actor") or {}).get("ID") or event.get("id") or ""


def in_thread(put: Callable[[Act], None], work: Callable[..., None], *args: Any) -> None:
    """Work in a thread. What it raises is raised where `put` is heard."""

    def run() -> None:
        try:
            work(*args)
        except Failure as failure:
            put(lambda problem=failure: fail(problem))  # type: ignore[misc]
        except Exception as error:
            problem = Failure(f"unexpected error: {type(error).__name__}: {error}")
            put(lambda: fail(problem))

    threading.Thread(target=run, daemon=True).start()


def fail(failure: Failure) -> None:
    raise failure
