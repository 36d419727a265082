"""Logs of several containers as one, in the order of their times: each is read in a thread of its own, and as much of it
is held as it takes to know what comes first."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import partial
from heapq import heapify, heappop, heappush
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from pydock.errors import Failure
from pydock.streams.entries import Entry

S = TypeVar("S", bound=Hashable)
#: passes blocks of bytes on; what was made of one is handed over before the next is waited for
Through = Callable[[Iterable[bytes]], Iterator[bytes]]
#: bytes that are read ahead of each log, and what an entry takes besides its text
AHEAD, OVERHEAD = 512 << 10, 128
#: entries that are handed over at once, and times that this is done before any entry is given
BATCH, ROUND = 1000, 100


class Merge(Generic[S]):
    """The merge itself, without clock and threads. Entries of one source keep their order; those of several come in the
    order of their times, if every source has given its next one, or has ended, before an entry has waited for `hold`
    seconds."""

    def __init__(self, hold: float) -> None:
        self.hold = hold
        #: the entries that wait, with the times of their arrival; and which sources have none
        self.queues: dict[S, deque[tuple[Entry, float]]] = {}
        self.silent: set[S] = set()
        self.heads: list[tuple[int, int, S]] = []
        self.ranks: dict[S, int] = {}
        self.over: set[S] = set()
        self.gone: deque[S] = deque()
        #: whose line the last entry did not end, at which time; and when that arrived
        self.open: tuple[S, int, float] | None = None

    def add(self, source: S) -> None:
        self.queues[source] = deque()
        self.ranks.setdefault(source, len(self.ranks))
        self.silent.add(source)

    def put(self, source: S, entry: Entry, now: float) -> None:
        queue = self.queues[source]
        queue.append((entry, now))
        if len(queue) == 1:
            self.silent.discard(source)
            heappush(self.heads, (entry.time, self.ranks[source], source))

    def end(self, source: S) -> None:
        """It gives no more."""
        self.over.add(source)
        if not self.queues[source]:
            self._leave(source)

    def take(self, now: float) -> Iterator[tuple[S, Entry | None]]:
        """What can be given by now; None at the end of a source."""
        while True:
            while self.gone:
                yield self.gone.popleft(), None
            source = self._next(now)
            if source is None:
                return
            yield source, self._pop(source)

    def due(self) -> float | None:
        """When take() has something to give, if nothing comes before."""
        if self.open and self.open[0] in self.silent:
            return self.open[2] + self.hold
        return self._arrival() + self.hold if self.heads else None

    def _arrival(self) -> float:
        """Of the entry that has waited longest: the ones before it in time go first, even if they came later."""
        return min(self.queues[source][0][1] for _, _, source in self.heads)

    def _next(self, now: float) -> S | None:
        if self.open:
            source, moment, arrived = self.open
            if source in self.silent and now < arrived + self.hold:
                return None
            if (queue := self.queues.get(source)) and queue[0][0].time == moment:
                return source
            self.open = None
        if not self.heads or (self.silent and now < self._arrival() + self.hold):
            return None
        return self.heads[0][2]

    def _pop(self, source: S) -> Entry:
        queue = self.queues[source]
        entry, arrived = queue.popleft()
        if self.heads[0][2] is source:
            heappop(self.heads)
        else:
            self.heads.remove((entry.time, self.ranks[source], source))
            heapify(self.heads)
        self.open = None if entry.ends else (source, entry.time, arrived)
        if queue:
            heappush(self.heads, (queue[0][0].time, self.ranks[source], source))
        elif source in self.over:
            self._leave(source)
        else:
            self.silent.add(source)
        return entry

    def _leave(self, source: S) -> None:
        del self.queues[source]
        self.over.discard(source)
        self.silent.discard(source)
        if self.open and self.open[0] == source:
            self.open = None
        self.gone.append(source)


class Budget:
    """What may be read ahead."""

    def __init__(self, limit: int) -> None:
        self.left, self.limit = limit, limit
        self._changed = threading.Condition()

    def take(self, size: int) -> None:
        """Waits until there is as much left, or all of it."""
        with self._changed:
            while self.left < min(size, self.limit):
                self._changed.wait()
            self.left -= size

    def give(self, size: int) -> None:
        with self._changed:
            self.left += size
            self._changed.notify()


class Gathering(Generic[S]):
    """Sources that are read at the same time. One thread iterates over what they give."""

    def __init__(self, hold: float) -> None:
        """hold: seconds for which an entry waits for earlier ones of other sources."""
        self.merge: Merge[S] = Merge(hold)
        #: more sources may come
        self.open = False
        self._budgets: dict[S, Budget] = {}
        self._came: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def add(self, source: S, read: Callable[[Through], Iterable[Entry]], failed: Callable[[Failure], None]) -> None:
        """read: in a thread; failed: called where it raises one, before the source ends."""
        budget, batch = Budget(AHEAD), list[Entry]()
        self._budgets[source] = budget
        self.merge.add(source)

        def send() -> None:
            if batch:
                budget.take(sum(map(weight, batch)))
                self.put(partial(self._take_in, source, tuple(batch)))
                batch.clear()

        def through(blocks: Iterable[bytes]) -> Iterator[bytes]:
            for block in blocks:
                yield block
                send()

        def run() -> None:
            try:
                for entry in read(through):
                    batch.append(entry)
                    if len(batch) >= BATCH:
                        send()
            except Failure as failure:
                send()
                self.put(partial(failed, failure))
            except Exception as error:
                send()
                self.put(partial(failed, Failure(f"unexpected error: {type(error).__name__}: {error}")))
            send()
            self.put(partial(self.merge.end, source))

        threading.Thread(target=run, daemon=True).start()

    def _take_in(self, source: S, batch: Iterable[Entry]) -> None:
        now = time.monotonic()
        for entry in batch:
            self.merge.put(source, entry, now)

    def put(self, act: Callable[[], None]) -> None:
        """Any thread may: `act` runs in the thread that iterates, and may raise there."""
        self._came.put(act)

    def __iter__(self) -> Iterator[tuple[S, Entry | None] | None]:
        """What comes; None for an entry at the end of a source, and for all where it is time to wait."""
        while self.merge.queues or self.open:
            if self._came.empty():
                yield None
            self._receive()
            given: dict[S, int] = {}
            for source, entry in self.merge.take(time.monotonic()):
                if entry:
                    given[source] = given.get(source, 0) + weight(entry)
                yield source, entry
            for source, size in given.items():
                self._budgets[source].give(size)

    def _receive(self) -> None:
        due = self.merge.due()
        wait = None if due is None else min(max(0.0, due - time.monotonic()), threading.TIMEOUT_MAX)
        try:
            self._came.get(timeout=wait)()
            for _ in range(ROUND):
                self._came.get_nowait()()
        except Empty:
            pass


def weight(entry: Entry) -> int:
    return len(entry.text) + OVERHEAD
