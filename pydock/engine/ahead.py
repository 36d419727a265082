"""GET requests that are sent ahead on one connection (RFC 9112, pipelining): the engine works while we read and print.

Only a help: where the connection ends before the last answer, or an answer is broken, the rest is asked as usual, and whoever
asks gets the usual errors.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress

from pydock.api.request import Request
from pydock.engine.answers import MAX_BODY, whole
from pydock.engine.http1 import Head, Headers, request_head
from pydock.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.engine.http1 import Wire
    from pydock.engine.transport import Transport

#: requests without an answer, at most, and the bytes of each. All of them fit into a socket's buffer: an engine that
#: waits for us to read answers would not read them.
AHEAD, LONGEST = 16, 1024
#: for fewer requests it gains nothing
FEW = 8


class Ahead:
    """The answers to requests that are taken in the order in which they are given. A context manager."""

    def __init__(
        self, transport: Transport, requests: Sequence[Request], targets: Sequence[bytes], headers: Headers
    ) -> None:
        """targets: path and query of each; headers: of all."""
        self.transport, self.waiting = transport, list(reversed(requests))
        self.targets, self.headers = targets, headers
        self.answers = self._answers()

    def take(self, request: Request) -> tuple[Head, bytes] | None:
        """The answer to the next request; None if this is another one, or there is no answer."""
        if not self.waiting or self.waiting[-1] != request:
            return None
        self.waiting.pop()
        return next(self.answers, None)

    def __enter__(self) -> Ahead:
        return self

    def __exit__(self, *problem: object) -> None:
        self.answers.close()

    def _answers(self) -> Generator[tuple[Head, bytes], None, None]:
        wire = None
        try:
            heads = [request_head("GET", target, self.headers) for target in self.targets]
            if max(map(len, heads)) > LONGEST:
                return
            wire = self.transport.idle_or_new()
            yield from answers(wire, heads)
            self.transport.keep(wire)
            wire = None
        except (Failure, OSError):
            pass
        finally:
            if wire:
                wire.close()


def answers(wire: Wire, requests: Sequence[bytes]) -> Iterator[tuple[Head, bytes]]:
    """The answers to GET requests, of which a few are sent ahead. Ends early where the engine ends the connection.

    Raises BrokenStream, OSError."""
    sent = 0
    for at in range(len(requests)):
        if sent <= at + AHEAD // 2 and sent < len(requests):
            # an engine that has hung up may have answered before
            with suppress(BrokenPipeError, ConnectionResetError):
                wire.sock.sendall(b"".join(requests[sent : at + AHEAD]))
            sent = min(at + AHEAD, len(requests))
        head = wire.head()
        yield head, whole(wire.body(head, "GET", last=at + 1 == sent), MAX_BODY)
        if not wire.reusable:
            return
