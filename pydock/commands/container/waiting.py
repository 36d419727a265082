"""The exit code of a container: requested before it exits; and whether it has exited at all. The flags of waiting."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from pydock.api import containers, system
from pydock.api.request import version_key
from pydock.errors import BrokenStream, Exit, Failure
from pydock.options import Options, flag, options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pydock.app import App
    from pydock.flags.conditions import Condition

#: inspections, seconds apart, of a container whose output has ended: its exit may be recorded with a delay
LOOKS, BETWEEN = 5, 1.0
LOST = "lost the connection to the container's output; the container is still running"


class WaitFailure(Failure):
    """The engine reports an error in place of the exit code. what: what failed, in docker's log."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(reason)
        self.what = what


class Waiter(ABC):
    """A pending wait for the exit code of a container."""

    @abstractmethod
    def code(self) -> int:
        """Block until the container exits. Raises Failure if the engine does not report the exit code."""


class WaitCall(Waiter):
    """By POST …/wait, which since API 1.30 may precede the start. `condition`: "removed", "next-exit" or ""."""

    def __init__(self, app: App, container: str, condition: str) -> None:
        """Raises EngineError if the container does not exist."""
        self.response = app.engine.background(containers.wait_container(container, condition))

    def code(self) -> int:
        answer = self.response.json()
        problem = (answer.get("Error") or {}).get("Message")
        if problem:
            raise WaitFailure("Error waiting for container", str(problem))
        return int(answer["StatusCode"])


class EventWaiter(Waiter):
    """By events, for engines before API 1.30, which cannot wait for a container that has not started.

    Before API 1.25 the engine does not auto-remove containers either: with `remove_here` the client does.
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
        raise WaitFailure("error getting events from daemon", "EOF")


def supports_early_wait(app: App) -> bool:
    """Can the engine wait for a container that has not started?"""
    return version_key(app.engine.api_version) >= (1, 30)


@contextmanager
def wait_errors(app: App) -> Iterator[None]:
    """Log a failure of the block, and exit with 125, as docker does."""
    try:
        yield
    except Failure as failure:
        what = failure.what if isinstance(failure, WaitFailure) else "error waiting for container"
        app.log.error(f"{what}: {failure.message}")
        raise Exit(125) from None


def waiter(app: App, container: str, remove: bool) -> Waiter:
    """Request the exit code of a container that is about to start, as the engine supports it. Raises Exit."""
    with wait_errors(app):
        if supports_early_wait(app):
            return WaitCall(app, container, "removed" if remove else "next-exit")
        return EventWaiter(app, container, remove, remove_here=version_key(app.engine.api_version) < (1, 25))


def end_of(app: App, container: str, waiter: Waiter, started: str = "") -> int:
    """The exit code of a container whose output has ended. started: its start time, if known.

    Raises Failure if the engine does not report it, and if the container is still running: then the connection was
    lost.
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
    """The start time of a running container; "" if it is not running, or the engine does not
    tell.
    """
    try:
        state = app.engine.json(containers.inspect_container(container))["State"]
    except Failure:
        return ""
    return str(state.get("StartedAt") or "") if state["Running"] and not state["Restarting"] else ""


# -- waiting for more than the exit: the flags of `wait`, `run` and `start` --------------------------


def _condition(text: str) -> Condition:
    from pydock.flags.conditions import condition

    return condition(text)


def _patience(text: str) -> int:
    from pydock.flags.conditions import patience

    return patience(text)


def for_flag() -> Any:
    return flag(
        "--for",
        parse=_condition,
        many=True,
        metavar="condition",
        own=True,
        sources="conditions",
        help="Wait until it is so: healthy, running, exited, removed, log=REGEX or port=NUMBER; repeatable",
    )


def timeout_flag() -> Any:
    return flag(
        "--timeout",
        parse=_patience,
        metavar="duration",
        own=True,
        help="How long to wait at most (30s, 1m30s); exit code 124 after it",
    )


@options
class ReadyOptions(Options):
    """The flags of commands that start containers, and may wait until they are ready."""

    wait: bool = flag("--wait", own=True, help="Wait until it is healthy, or running where it has no health check")
    conditions: tuple[Condition, ...] = for_flag()
    timeout: int = timeout_flag()


def waits(o: ReadyOptions, attached: bool, needed: str) -> bool:
    """Is there anything to wait for after the start? needed: what to do about `attached`. Raises Failure."""
    wanted = o.wait or bool(o.conditions)
    if wanted and attached:
        raise Failure(f"--wait and --for cannot be used while attached: {needed}", 125)
    if "timeout" in o.given and not wanted:
        raise Failure("--timeout needs --wait or --for", 125)
    return wanted


def beginning(app: App, o: ReadyOptions) -> Callable[[Sequence[str]], None]:
    """Listen from now on; the function waits for containers that were started since. Both raise Failure."""
    from pydock.commands.container.ready import Vigil

    vigil = Vigil(app, o.conditions)
    return lambda names: vigil.until(names, o.timeout if "timeout" in o.given else None)
