"""Events that are listened to: from the last one on, where the stream of them breaks off."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

import pytest

from pydock.app import App
from pydock.commands.container.listening import Listening, action_of, container_of, in_thread
from pydock.errors import BrokenStream, Failure
from pydock.shape import Json
from tests.support.stubs import Messages, Stubs, engine_of


def events(*streams: Any) -> tuple[list[Json], int, list[str], str]:
    """What is told, how often some may be missing, the `since` of each stream, and how it ends."""
    import io

    left = list(streams)
    stubs = Stubs({("GET", "/events"): lambda _: left.pop(0) if left else Messages()})
    app = App(io.BytesIO(), io.BytesIO(), io.BytesIO(), {}, engine=engine_of(stubs))
    queue: SimpleQueue[Callable[[], None]] = SimpleQueue()
    told, missed = list[Json](), list[int]()
    Listening(app, queue.put, told.append, lambda: missed.append(1))
    try:
        while True:
            queue.get(timeout=5)()
    except (Failure, Empty) as error:
        return told, len(missed), [str(r.query.get("since", "")) for r in stubs.requests], str(error)


def event(time: int) -> Json:
    return {"Type": "container", "Action": "start", "timeNano": time}


def test_a_stream_is_taken_up_after_the_last_event() -> None:
    first, second = event(1_700_000_000_000_000_000), event(1_700_000_001_000_000_005)
    told, missed, since, end = events(Messages([first]), iter([BrokenStream("unexpected EOF")]), Messages([second]))
    assert told == [first, second]
    after = ["1700000000.000000001"] * 2, ["1700000001.000000006"] * 3
    assert (missed, since) == (len(since) - 1, ["", *after[0], *after[1]])
    assert end == "lost the events of the engine: the stream has ended"


def test_an_answer_of_another_kind_is_an_error_at_once() -> None:
    told, missed, _, end = events(Messages([{"Type": 5}]))
    assert (told, missed) == ([], 0) and "GET /events" in end


def test_an_engine_that_refuses_is_lost() -> None:
    told, _, since, end = events(Messages([event(5)]), BrokenStream("gone"))
    assert (len(told), since, end) == (1, ["", "0.000000006"], "lost the events of the engine: gone")


def test_a_fault_in_a_thread_is_told() -> None:
    queue: SimpleQueue[Callable[[], None]] = SimpleQueue()
    in_thread(queue.put, lambda: [][0])
    with pytest.raises(Failure, match="unexpected error: IndexError"):
        queue.get(timeout=5)()


def test_what_an_event_says() -> None:
    old = {"Type": "container", "status": "health_status: healthy", "id": "x"}
    assert (action_of(old), container_of(old)) == ("health_status", "x")
    assert (action_of({"Type": "container"}), container_of({"Type": "container", "Actor": {"ID": "y"}})) == ("", "y")
