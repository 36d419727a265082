"""Our httpx transport: requests over `Wire`s to one endpoint. Besides `engine`, only this module uses httpx.

No command has to load httpcore, h11, anyio, ssl and certificates, and hijacked connections get the plain socket. An
upgraded connection is returned as the response extension "network_stream", as httpcore does; "until_close" is one of an
archive that ends with the connection.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Iterator

from pydock.config.endpoint import Endpoint
from pydock.engine.dial import CommandEnded, dial, hung_up
from pydock.engine.failure import connect_failure, lost_answer, not_sent
from pydock.engine.hijack import Duplex
from pydock.engine.http1 import LATEST, OLDER, Head, Wire
from pydock.engine.sock import socket
from pydock.errors import BrokenStream, Failure
from pydock.lazy_imports import load_httpx

TYPE_CHECKING = False
if TYPE_CHECKING:
    import httpx

    from pydock.api.request import Request
else:
    httpx = load_httpx()


#: safe methods
READS = ("GET", "HEAD")


def cheap(endpoint: Endpoint) -> bool:
    """Is a new connection cheap? A TLS handshake, or a program like ssh, is not."""
    return endpoint.scheme in ("unix", "npipe") or (endpoint.scheme == "tcp" and not endpoint.tls)


def connect(endpoint: Endpoint, method: str, target: str) -> Wire:
    """A new connection. method, target: the request, for errors. Raises Unreachable, Failure."""
    try:
        return Wire(dial(endpoint))
    except OSError as error:
        raise connect_failure(endpoint, error, method, target) from error


class Transport(httpx.BaseTransport):
    """Keeps connections alive for the next request. Safe for several threads."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.idle: list[Wire] = []
        self.lock = allocate_lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Raises Unreachable or BrokenStream.

        Requests that change something are never sent twice: the engine may have carried out a request without
        answering. Safe requests are repeated once where an idle connection turns out to be closed."""
        idle = self._idle(request)
        if idle:
            try:
                response = self._exchange(idle, request)
                response.extensions["reused"] = True
                return response
            except BrokenStream:
                if request.method not in READS:
                    raise
        return self._exchange(self._dial(request), request)

    def _idle(self, request: httpx.Request) -> Wire | None:
        """An idle connection to reuse; None where a new one is better.

        The engine, or a proxy, may close an idle connection just when a request is sent, and then it is unknown whether
        the request was read. So where connections are cheap, requests that change something get a new one.
        """
        if request.method not in READS and (cheap(self.endpoint) or not isinstance(request.stream, httpx.ByteStream)):
            # close idle connections first, for engines that serve one connection at a time
            self.close()
            return None
        return self._kept()

    def _kept(self) -> Wire | None:
        with self.lock:
            while self.idle:
                wire = self.idle.pop()
                if not wire.buffer and not hung_up(wire.sock):
                    return wire
                wire.close()
        return None

    def idle_or_new(self) -> Wire:
        """A connection for requests that change nothing, to keep() or close. Raises Unreachable."""
        return self._kept() or connect(self.endpoint, "GET", "/")

    def raw(self) -> Duplex:
        """A new connection without any request. Raises Unreachable."""
        return Duplex(connect(self.endpoint, "GET", "/"), "")

    def _dial(self, request: httpx.Request) -> Wire:
        return connect(self.endpoint, request.method, request.url.raw_path.decode("ascii"))

    def _exchange(self, wire: Wire, request: httpx.Request) -> httpx.Response:
        try:
            return self._ask(wire, request)
        except BrokenStream as broken:
            wire.close()
            target = request.url.raw_path.decode("ascii")
            if isinstance(broken.__cause__, CommandEnded):
                raise connect_failure(self.endpoint, broken.__cause__, request.method, target) from broken
            raise lost_answer(self.endpoint, broken, request.method, target, request.method not in READS) from broken
        except Failure as failure:
            wire.close()
            raise not_sent(self.endpoint, failure, request.method, request.url.raw_path.decode("ascii")) from failure
        except BaseException:
            # above all an interrupt: half a request must not look like a whole one
            wire.close()
            raise

    def _ask(self, wire: Wire, request: httpx.Request) -> httpx.Response:
        upgrade = "upgrade" in request.headers
        chunked = "transfer-encoding" in request.headers
        known: Request | None = request.extensions.get("request")
        archive = known is not None and known.answer is bytes
        # an archive shows its end by itself: without chunks the engine sends it with half the work
        version = OLDER if archive and cheap(self.endpoint) else LATEST
        wire.send(request.method, request.url.raw_path, request.headers.raw, request.stream, chunked, version)  # type: ignore[arg-type]
        head = wire.head()
        if upgrade and (head.status == 101 or (head.status == 200 and self._bare(head))):
            duplex = Duplex(wire, head.get(b"content-type").decode("latin1"))
            return self._response(head, httpx.ByteStream(b""), {"network_stream": duplex})
        extensions: dict[str, object] = {}
        if archive:
            from pydock.engine.bulk import bulk

            if not head.get(b"transfer-encoding") and not head.get(b"content-length"):
                extensions["until_close"] = True
            if blocks := bulk(wire, head):
                return self._response(head, Body(self, wire, blocks, False), extensions)
        # an answer without a body is complete: the connection can be reused at once
        empty = request.method == "HEAD" or head.status in (204, 304) or head.get(b"content-length") == b"0"
        return self._response(head, Body(self, wire, wire.body(head, request.method), empty), extensions)

    @staticmethod
    def _bare(head: Head) -> bool:
        """Old engines answer 200 and then switch to a raw stream."""
        return not head.get(b"content-length") and not head.get(b"transfer-encoding")

    @staticmethod
    def _response(head: Head, stream: httpx.SyncByteStream, extensions: dict[str, object]) -> httpx.Response:
        extensions["reason_phrase"] = head.reason
        return httpx.Response(head.status, headers=head.headers, stream=stream, extensions=extensions)

    def keep(self, wire: Wire) -> None:
        """Keep a connection whose answer has been read to its end."""
        if wire.reusable and not wire.buffer:
            with self.lock:
                self.idle.append(wire)
        else:
            wire.close()

    def close(self) -> None:
        with self.lock:
            for wire in self.idle:
                wire.close()
            self.idle.clear()


class Body(httpx.SyncByteStream):
    """An answer's body; at its end the connection is kept for reuse."""

    def __init__(
        self, transport: Transport, wire: Wire, blocks: Iterator[bytes] | Iterator[memoryview], empty: bool
    ) -> None:
        self.transport, self.wire, self.blocks, self.ended = transport, wire, blocks, empty

    def __iter__(self) -> Iterator[bytes]:
        yield from self.blocks  # type: ignore[misc]  # what iterates over an archive takes memoryviews, too
        self.ended = True

    def hang_up(self) -> None:
        """End it: a reader in another thread gets an error."""
        try:
            self.wire.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self) -> None:
        if self.ended:
            self.transport.keep(self.wire)
        else:
            self.wire.close()
