"""Background work in a thread, and its events for the thread that displays them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from pydock.errors import Failure

T = TypeVar("T")


class Feed(Generic[T]):
    """A queue of events, with a tick during silence. Any thread may put(); one thread iterates, until close()."""

    def __init__(self, tick: float) -> None:
        """tick: seconds of silence after which None is given."""
        self.tick = tick
        self._queue: SimpleQueue[tuple[T] | None] = SimpleQueue()

    def put(self, item: T) -> None:
        self._queue.put((item,))

    def close(self) -> None:
        """Nothing more will come."""
        self._queue.put(None)

    def __iter__(self) -> Iterator[T | None]:
        while True:
            try:
                box = self._queue.get(timeout=self.tick)
            except Empty:
                yield None
                continue
            if box is None:
                return
            yield box[0]


class Work(Generic[T]):
    """A function that runs in a thread; its end closes a feed. The caller may give up: the thread may be blocked in a
    call that never returns."""

    def __init__(self, act: Callable[[], T], feed: Feed[Any]) -> None:
        self._act, self._feed = act, feed
        self._lock, self._over = threading.Lock(), threading.Event()
        self._values: list[T] = []
        self._problem: Failure | None = None

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._end([self._act()], None)
        except Failure as failure:
            self._end([], failure)
        except Exception as error:
            self._end([], Failure(f"unexpected error: {type(error).__name__}: {error}"))

    def _end(self, values: list[T], problem: Failure | None) -> None:
        with self._lock:
            if not self._over.is_set():
                self._values, self._problem = values, problem
                self._over.set()
                self._feed.close()

    def give_up(self, why: Failure) -> None:
        """Stop waiting: it has failed, unless it has finished."""
        self._end([], why)

    def over(self, seconds: float) -> bool:
        """Wait up to `seconds`; has it finished?"""
        return self._over.wait(seconds)

    def result(self) -> T:
        """Waits for the end. Raises Failure."""
        self._over.wait()
        if self._problem:
            raise self._problem
        return self._values[0]
