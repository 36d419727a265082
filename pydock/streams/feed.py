"""Things that happen, from several threads to the one that shows them; with a tick where nothing happens for a while."""

from __future__ import annotations

from collections.abc import Iterator
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class Feed(Generic[T]):
    """put() from anywhere; one thread iterates, until close()."""

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
