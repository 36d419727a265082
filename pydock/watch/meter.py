"""How a request goes, measured: --trace."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pydock.lazy_imports import load_httpx
from pydock.watch.curl import Asked

if TYPE_CHECKING:
    import httpx
else:
    httpx = load_httpx()

#: IDs are long: what begins them is enough
_ID = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")

Clock = Callable[[], float]


def span(seconds: float) -> str:
    """ "3.4ms", "1.25s"."""
    return f"{seconds * 1000:.1f}ms" if seconds < 1 else f"{seconds:.2f}s"


class Exchange:
    """One request and its answer. Prints a line once the answer is over, and for an upgraded connection one before.

    began: when the first request was made: lines begin with the time since then."""

    def __init__(self, asked: Asked, tell: Callable[[str], None], clock: Clock, began: float) -> None:
        self.name = f"{asked.method} {asked.base}{asked.target}"
        self.tell, self.clock, self.began = tell, clock, began
        self.start = clock()
        self.sent = len(asked.body or b"")
        self.received = 0
        self.head = self.tail = ""
        self._over = threading.Lock()

    def run(self, request: httpx.Request, send: Callable[[], httpx.Response]) -> httpx.Response:
        """The answer, as it is read by others. Raises what `send` raises."""
        if not isinstance(request.stream, httpx.ByteStream):
            request.stream = Counted(request.stream, self._on_sent, lambda: None)
        try:
            response = send()
        except BaseException as error:
            why = str(getattr(error, "message", "") or error).partition("\n")[0] or type(error).__name__
            self._line(f"failed after {span(self.clock() - self.start)}: {why}")
            raise
        first = self.clock() - self.start
        reused = "reused" if response.extensions.get("reused") else "new"
        self.head = f"{response.status_code} {response.reason_phrase}".rstrip() + f", first byte {span(first)}"
        self.tail = f"{reused} connection"
        stream = response.extensions.get("network_stream") if "upgrade" in request.headers else None
        if stream is not None:
            self._line(f"{self.head}, upgraded, {self.tail}")
            response.extensions["network_stream"] = CountedStream(stream, self)
        else:
            response.stream = Counted(response.stream, self._on_received, self.end)
        return response

    def _on_sent(self, count: int) -> None:
        self.sent += count

    def _on_received(self, count: int) -> None:
        self.received += count

    def end(self) -> None:
        """The answer is over, or nobody reads on. Once."""
        if self._over.acquire(blocking=False):
            self._line(f"{self.head}, total {self._measured()}, {self.tail}")

    def leave(self) -> None:
        """The program ends before the answer does."""
        if self.head and self._over.acquire(blocking=False):
            self._line(f"{self.head}, left open after {self._measured()}, {self.tail}")

    def end_stream(self) -> None:
        """The upgraded connection is closed. Once."""
        if self._over.acquire(blocking=False):
            self._line(f"ended, total {self._measured()}")

    def _measured(self) -> str:
        return f"{span(self.clock() - self.start)}, sent {self.sent} B, received {self.received} B"

    def _line(self, text: str) -> None:
        name = "".join(c if c.isprintable() else "?" for c in _ID.sub(r"\1", self.name))
        self.tell(f"[{self.clock() - self.began:8.3f}s] {name}: {text}")


class Counted(httpx.SyncByteStream):
    """A body whose bytes are counted."""

    def __init__(self, stream: Any, count: Callable[[int], None], ended: Callable[[], None]) -> None:
        self.stream, self.count, self.ended = stream, count, ended

    def __iter__(self) -> Iterator[bytes]:
        for block in self.stream:
            self.count(len(block))
            yield block

    def hang_up(self) -> None:
        if hasattr(self.stream, "hang_up"):
            self.stream.hang_up()

    def close(self) -> None:
        if hasattr(self.stream, "close"):
            self.stream.close()
        self.ended()


class CountedStream:
    """An upgraded connection whose bytes are counted both ways; see engine.hijack.Duplex."""

    def __init__(self, stream: Any, exchange: Exchange) -> None:
        self.stream, self.exchange, self.content_type = stream, exchange, stream.content_type

    def read(self) -> bytes:
        data: bytes = self.stream.read()
        self.exchange.received += len(data)
        return data

    def write(self, data: bytes | memoryview) -> None:
        self.exchange.sent += len(data)
        self.stream.write(data)

    def close_write(self) -> None:
        self.stream.close_write()

    def hang_up(self) -> None:
        self.stream.hang_up()

    def close(self) -> None:
        self.stream.close()
        self.exchange.end_stream()
