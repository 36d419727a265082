"""A gRPC call, as client or server: messages both ways, within limits for the peer. See grpc.Connection.

https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, unquote

import h2.exceptions

from pydock.errors import BrokenStream, Failure, RpcError

if TYPE_CHECKING:
    import threading

    import h2.connection

#: gRPC's codes: https://github.com/grpc/grpc/blob/master/doc/statuscodes.md
OK, CANCELED, UNKNOWN, INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, RESOURCE_EXHAUSTED = (
    0,
    1,
    2,
    3,
    5,
    6,
    7,
    8,
)
FAILED_PRECONDITION, OUT_OF_RANGE, UNIMPLEMENTED, INTERNAL, UNAVAILABLE = 9, 11, 12, 13, 14
#: RST_STREAM's code for a cancelled call
CANCEL = 8
#: bytes that are framed and written at a time
BLOCK = 1 << 18
PREFIX = struct.Struct(">BI")

Headers = list[tuple[bytes, bytes]]

#: the headers of a response
ANSWER: Headers = [(b":status", b"200"), (b"content-type", b"application/grpc")]
#: characters that grpc-message does not escape
UNQUOTED = " !\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~"


class Bounds:
    """Limits for a peer, in bytes. message: one message; window: unread data of one call (`calls` times as much for the
    connection); headers: one header list."""

    def __init__(self, message: int, window: int, calls: int, headers: int) -> None:
        # acknowledgements are sent at the latest when a quarter of the window is used, so any message fits into the
        # rest
        assert message + PREFIX.size <= window * 3 // 4
        self.message, self.window, self.calls, self.headers = message, window, calls, headers


#: as a client: the limit of BuildKit's own client, and gRPC's for errors, which may quote a Dockerfile
CALLER = Bounds(message=16 << 20, window=24 << 20, calls=2, headers=16 << 20)
#: as a server, those of Go's servers: exports have many messages; ignore patterns come in headers
SERVER = Bounds(message=4 << 20, window=8 << 20, calls=4, headers=1 << 20)


class Connection(Protocol):
    """The connection as a call needs it; see grpc.Connection."""

    h2: h2.connection.H2Connection
    lock: threading.RLock
    changed: threading.Condition
    bounds: Bounds
    closed: bool
    problem: Failure | None

    @property
    def serve(self) -> Any: ...
    @property
    def full(self) -> bool: ...
    def credit(self, count: int) -> None: ...
    def forget(self, call: Call) -> None: ...
    def add_frames(self, stream: int, data: memoryview) -> None: ...
    def flush(self) -> None: ...


class Call:
    """One call: messages both ways, with half-close. Not safe for several threads."""

    def __init__(self, connection: Connection, stream: int, headers: Headers) -> None:
        self.connection, self.stream = connection, stream
        #: the request's headers, with lower-case names
        self.headers = headers
        self._bytes = bytearray()
        self._messages: deque[bytes] = deque()
        #: received bytes that were not read yet, and read bytes that were not acknowledged yet
        self._untaken = self._taken = 0
        self._ended = self._closed = False
        self._answered = connection.serve is None
        self._problem: Failure | None = None

    @property
    def path(self) -> str:
        """ "/service/Method"."""
        return self.header(":path")

    def header(self, name: str) -> str:
        """The first value of a header; "" if there is none."""
        return next(iter(self.header_list(name)), "")

    def header_list(self, name: str) -> list[str]:
        """Every value of a header."""
        wanted = name.encode()
        return [v.decode("utf-8", "surrogateescape") for n, v in self.headers if n == wanted]

    # -- receiving ---------------------------------------------------------------------------------

    def receive(self) -> bytes | None:
        """The next message; None at the end of the peer's stream. Raises RpcError, BrokenStream."""
        with self.connection.changed:
            while not self.waiting():
                self.connection.changed.wait()
            message = self._messages.popleft() if self._messages else None
        if message is not None:
            self._acknowledge(len(message) + PREFIX.size)
        elif self._problem:
            self._leave_unfinished()
            raise self._problem
        return message

    def _leave_unfinished(self) -> None:
        """After a malformed message: a client cancels the call; a server still has to send its status."""
        if self.connection.serve is None and not self._ended:
            self.cancel()

    def only(self) -> bytes:
        """The only message of a unary call's response. Raises RpcError, BrokenStream."""
        message = self.receive()
        if message is None:
            raise BrokenStream("unexpected end of the engine's answer")
        if self.receive() is not None:
            self.cancel()
            raise BrokenStream("malformed answer of the engine: more than one message")
        return message

    def peek(self) -> bytes | None:
        """The message that receive() would return without blocking, or None."""
        with self.connection.lock:
            return self._messages[0] if self._messages else None

    def waiting(self) -> bool:
        """Would receive() return without blocking?"""
        return bool(self._messages) or self._ended or self._problem is not None

    def _acknowledge(self, count: int) -> None:
        """Acknowledge read bytes: the peer may send as many more."""
        connection = self.connection
        with connection.lock:
            if self._ended or connection.closed:
                # forget() returns the window of unread data
                return
            self._untaken -= count
            self._taken += count
            connection.credit(count)
            if self._taken >= connection.bounds.window // 4:
                try:
                    # not by h2's acknowledge_received_data: it holds back as much as half a window
                    connection.h2.increment_flow_control_window(self._taken, self.stream)
                except h2.exceptions.ProtocolError:  # cancelled meanwhile
                    return
                self._taken = 0
        connection.flush()

    def on_data(self, data: bytes, size: int) -> None:
        """Called by the reader, under the lock. size: with padding."""
        self._untaken += len(data)
        self._taken += size - len(data)
        self.connection.credit(size - len(data))
        buffer = self._bytes
        buffer += data
        at = 0
        while not self._problem and len(buffer) - at >= PREFIX.size:
            compressed, length = PREFIX.unpack_from(buffer, at)
            if compressed:
                self._problem = BrokenStream("malformed message of the engine: it is compressed")
            elif length > (largest := self.connection.bounds.message):
                self._problem = RpcError(
                    RESOURCE_EXHAUSTED, f"grpc: received message larger than max ({length} vs. {largest})"
                )
            elif len(buffer) - at < PREFIX.size + length:
                break
            else:
                self._messages.append(bytes(buffer[at + PREFIX.size : at + PREFIX.size + length]))
                at += PREFIX.size + length
        del buffer[: len(buffer) if self._problem else at]

    def on_end(self, problem: Failure | None) -> None:
        """The end of the peer's stream; called under the lock."""
        if self._bytes:
            problem = problem or BrokenStream("unexpected EOF within a message of the engine")
        self._ended = True
        self._problem = self._problem or problem

    def untaken(self) -> int:
        """Bytes that will not be read any more."""
        count, self._untaken = self._untaken, 0
        return count

    # -- sending -----------------------------------------------------------------------------------

    def send(self, *messages: bytes | memoryview) -> None:
        """Send messages. Waits for the peer's window. Raises BrokenStream, RpcError."""
        connection = self.connection
        self._open_answer()
        data = memoryview(b"".join([part for message in messages for part in (PREFIX.pack(0, len(message)), message)]))
        while data:
            with connection.changed:
                while not (window := self._window()):
                    connection.changed.wait()
                block = data[: min(window, BLOCK)]
                connection.add_frames(self.stream, block)
            data = data[len(block) :]
            connection.flush()

    def _window(self) -> int:
        """Bytes that may be sent now; called under the lock."""
        if self._problem:
            raise self._problem
        if self.connection.closed or self._closed:
            raise self.connection.problem or BrokenStream("the engine has closed the connection")
        if self.connection.full:
            return 0
        try:
            return max(0, self.connection.h2.local_flow_control_window(self.stream))
        except h2.exceptions.ProtocolError:
            raise BrokenStream("the engine has ended the call") from None

    def _open_answer(self) -> None:
        """Send the headers of a server's response, before its first message."""
        with self.connection.lock:
            if not self._answered and not self.connection.closed and not self._closed:
                self._answered = True
                try:
                    self.connection.h2.send_headers(self.stream, ANSWER)
                except h2.exceptions.ProtocolError:
                    raise BrokenStream("the engine has ended the call") from None

    def end(self) -> None:
        """Half-close the client's stream."""
        with self.connection.lock:
            if not self.connection.closed and not self._closed:
                try:
                    self.connection.h2.end_stream(self.stream)
                except h2.exceptions.ProtocolError:  # the response was complete before the request
                    pass
        self.connection.flush()

    def finish(self, status: int = OK, reason: str = "") -> None:
        """End a server's response."""
        trailers = [(b"grpc-status", str(status).encode())]
        if reason:
            trailers.append((b"grpc-message", quote(reason, safe=UNQUOTED).encode()))
        self._leave(
            lambda h: h.send_headers(self.stream, trailers if self._answered else [*ANSWER, *trailers], end_stream=True)
        )

    def cancel(self) -> None:
        """Cancel the call: the engine stops working on it."""
        self._leave(lambda h: h.reset_stream(self.stream, CANCEL))

    def _leave(self, say: Callable[[h2.connection.H2Connection], None]) -> None:
        with self.connection.changed:
            if not self.connection.closed and not self._closed:
                try:
                    say(self.connection.h2)
                except h2.exceptions.ProtocolError:  # the peer has ended it already
                    pass
            self._closed = True
            self.on_end(RpcError(CANCELED, "context canceled"))
            self.connection.forget(self)
            self.connection.changed.notify_all()
        self.connection.flush()


def trailers_problem(trailers: Headers) -> Failure | None:
    """The error in a response's trailers; None for success."""
    values = dict(trailers)
    status, code = values.get(b"grpc-status"), values.get(b":status", b"")
    if status == b"0":
        return None
    if status is None and code in (b"", b"200"):
        return BrokenStream("the engine has ended its answer without a status")
    if status is None:
        return BrokenStream(f"unexpected HTTP status {code[:20].decode('latin1')} of the engine's gRPC service")
    reason = unquote(values.get(b"grpc-message", b"").decode("utf-8", "replace"), errors="surrogateescape")
    number = int(status) if status.isdigit() and len(status) < 4 else UNKNOWN
    return RpcError(number, reason, _base64(values.get(b"grpc-status-details-bin", b"")))


def _base64(text: bytes) -> bytes:
    import binascii

    try:
        return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return b""
