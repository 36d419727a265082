"""How a container ended: its exit code, asked for before it ends, and whether it has ended at all."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from pydock.api import containers, system
from pydock.api.request import version_key
from pydock.errors import BrokenStream, Failure

if TYPE_CHECKING:
    from pydock.app import App

#: looks, seconds apart, at a container whose output has ended: its end may take that long to be known
LOOKS, BETWEEN = 5, 1.0
LOST = "the connection to the container's output was lost; the container runs on"


class Waiter(ABC):
    """The exit code of a container, asked for before it ends."""

    @abstractmethod
    def code(self) -> int:
        """Waits. Raises Failure where the engine does not tell."""


class WaitCall(Waiter):
    """By POST …/wait, which API 1.30 and later answer in advance. `condition`: "removed", "next-exit" or ""."""

    def __init__(self, app: App, container: str, condition: str) -> None:
        """Raises EngineError for a container that is not there."""
        self.response = app.engine.background(containers.wait_container(container, condition))

    def code(self) -> int:
        answer = self.response.json()
        problem = (answer.get("Error") or {}).get("Message")
        if problem:
            raise Failure(str(problem))
        return int(answer["StatusCode"])


class EventWaiter(Waiter):
    """The same for engines before API 1.30, which cannot wait for what has not begun: told by their events.

    Before API 1.25 the engine does not remove by itself either: `remove_here` says that it is ours to do.
    """

    def __init__(self, app: App, container: str, remove: bool, remove_here: bool) -> None:
        self.app, self.container, self.remove_here = app, container, remove and remove_here
        self.last = "destroy" if remove and not remove_here else "die"
        request = system.events(
            version_key(app.engine.api_version), filters={"container": {container: True}, "type": {"container": True}}
        )
        self.response = app.engine.background(request)

    def code(self) -> int:
        code = 125
        for event in self.response.messages():
            action = event.get("Action") or event.get("status")
            if action == "die":
                code = int(((event.get("Actor") or {}).get("Attributes") or {}).get("exitCode", 125))
            if action == self.last:
                if self.remove_here:
                    self.app.engine.read(containers.remove_container(self.container, volumes=True))
                return code
        raise Failure("the engine's events ended")


def waits_ahead(app: App) -> bool:
    """Can the engine be asked for the end of what has not begun?"""
    return version_key(app.engine.api_version) >= (1, 30)


@contextmanager
def told_as_wait() -> Iterator[None]:
    """While the block runs a failure is told as `run` tells that of a wait."""
    try:
        yield
    except Failure as failure:
        raise Failure(f"error waiting for container: {failure.message}", 125) from None


def waiter(app: App, container: str, remove: bool) -> Waiter:
    """Ask for the exit code of a container that is about to start, by what the engine knows. Raises Failure (125)."""
    with told_as_wait():
        if waits_ahead(app):
            return WaitCall(app, container, "removed" if remove else "next-exit")
        return EventWaiter(app, container, remove, remove_here=version_key(app.engine.api_version) < (1, 25))


def end_of(app: App, container: str, waiter: Waiter, started: str = "") -> int:
    """The exit code of a container whose output has ended. started: the moment at which it did, where that is known.

    Raises Failure where the engine does not tell, and where the container runs on: then it was the connection that
    ended.
    """
    box: SimpleQueue[int | Failure] = SimpleQueue()

    def work() -> None:
        try:
            box.put(waiter.code())
        except Failure as failure:
            box.put(failure)
        except Exception as error:
            box.put(Failure(f"{type(error).__name__}: {error}"))

    threading.Thread(target=work, daemon=True).start()
    moments = {started} - {""}
    for _ in range(LOOKS):
        try:
            return _unboxed(box.get(timeout=BETWEEN))
        except Empty:
            moments.add(running_since(app, container))
        if len(moments) > 1 or "" in moments:
            return _unboxed(box.get())
    raise BrokenStream(LOST)


def _unboxed(result: int | Failure) -> int:
    if isinstance(result, Failure):
        raise result
    return result


def running_since(app: App, container: str) -> str:
    """The moment at which a running container started; "" for one that does not run, or of which the engine does not
    tell.
    """
    try:
        state = app.engine.json(containers.inspect_container(container))["State"]
    except Failure:
        return ""
    return str(state.get("StartedAt") or "") if state["Running"] and not state["Restarting"] else ""
