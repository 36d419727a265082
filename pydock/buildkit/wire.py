"""gRPC over HTTP/2 on an upgraded connection, either role: we call the engine (/grpc), the engine calls us (/session).

https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md; h2 keeps the HTTP/2 state. One thread reads; any thread may
write, and a block of messages of one call goes out as a whole. DATA frames are laid out here, with h2's windows kept right:
a context of 200 MB is 12,800 frames, and three copies of each would be what a build waits for.
"""

from __future__ import annotations

import struct
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Protocol
from urllib.parse import quote, unquote

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings

from pydock.errors import BrokenStream, Failure, RpcError

#: gRPC's codes: https://github.com/grpc/grpc/blob/master/doc/statuscodes.md
OK, CANCELED, UNKNOWN, INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS = 0, 1, 2, 3, 5, 6
FAILED_PRECONDITION, OUT_OF_RANGE, UNIMPLEMENTED, UNAVAILABLE = 9, 11, 12, 14
#: how much the peer may send before we have taken it up: exports are large
WINDOW = 8 << 20
#: a header list may hold an ignore file of thousands of lines
MAX_HEADERS = 16 << 20
#: as many bytes are laid out and written at a time
BLOCK = 1 << 18
#: RST_STREAM's code for a call that is given up
CANCEL = 8
PREFIX = struct.Struct(">BI")
FRAME = struct.Struct(">BHBBL")

Headers = list[tuple[bytes, bytes]]

#: the head of an answer
ANSWER: Headers = [(b":status", b"200"), (b"content-type", b"application/grpc")]
#: what grpc-message shows as it is
UNQUOTED = " !\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~"


class Duplex(Protocol):
    """What engine.hijack gives, as far as it is used here."""

    def read(self) -> bytes: ...
    def write(self, data: bytes | memoryview) -> None: ...
    def close(self) -> None: ...
    def hang_up(self) -> None: ...


class Call:
    """One call: messages both ways, each direction ended on its own. Its methods are for one thread at a time."""

    def __init__(self, connection: Connection, stream: int, headers: Headers) -> None:
        self.connection, self.stream = connection, stream
        #: what it was opened with, names in lower case
        self.headers = headers
        self._bytes = bytearray()
        self._messages: deque[bytes] = deque()
        #: bytes that came and were not yet asked for; and those asked for, but not yet acknowledged
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
        """The next message; None when the other side has said all. Raises RpcError, BrokenStream."""
        with self.connection.changed:
            while not self._messages:
                if self._problem:
                    raise self._problem
                if self._ended:
                    return None
                self.connection.changed.wait()
            message = self._messages.popleft()
        self._acknowledge(len(message) + PREFIX.size)
        return message

    def peek(self) -> bytes | None:
        """The message that receive() would give without waiting, if there is one."""
        with self.connection.lock:
            return self._messages[0] if self._messages else None

    def waiting(self) -> bool:
        """Is a message there, or the end? receive() would not wait."""
        return bool(self._messages) or self._ended or self._problem is not None

    def _acknowledge(self, count: int) -> None:
        """Taken up: the peer may send as much again."""
        with self.connection.lock:
            self._untaken -= count
            self._taken += count
            if self._ended or self._taken < WINDOW // 4 or self.connection.closed:
                return
            try:
                self.connection.h2.acknowledge_received_data(self._taken, self.stream)
            except h2.exceptions.ProtocolError:  # given up meanwhile
                return
            self._taken = 0
        self.connection.flush()

    def on_data(self, data: bytes, size: int) -> None:
        """Called by the reader, under the lock. size: with padding."""
        self._untaken += len(data)
        self._taken += size - len(data)
        buffer = self._bytes
        buffer += data
        at = 0
        while len(buffer) - at >= PREFIX.size:
            compressed, length = PREFIX.unpack_from(buffer, at)
            if compressed:
                self._problem = BrokenStream("malformed message of the engine: compressed, though that was not agreed on")
                break
            if len(buffer) - at < PREFIX.size + length:
                break
            self._messages.append(bytes(buffer[at + PREFIX.size : at + PREFIX.size + length]))
            at += PREFIX.size + length
        del buffer[:at]

    def on_end(self, problem: Failure | None) -> None:
        """The other side has said all; under the lock."""
        self._ended = True
        self._problem = self._problem or problem

    def unacknowledged(self) -> int:
        """Bytes of the connection's window that the peer still counts as ours."""
        count, self._taken, self._untaken = self._taken + self._untaken, 0, 0
        return max(0, count)

    # -- sending -----------------------------------------------------------------------------------

    def send(self, *messages: bytes | memoryview) -> None:
        """Messages, one after the other. Waits for the peer's window. Raises BrokenStream, RpcError."""
        connection = self.connection
        self._open_answer()
        data = memoryview(b"".join([part for message in messages for part in (PREFIX.pack(0, len(message)), message)]))
        while data:
            with connection.changed:
                while not (window := self._window()):
                    connection.changed.wait()
                block = data[: min(window, BLOCK)]
                connection.lay_out(self.stream, block)
            data = data[len(block) :]
            connection.flush()

    def _window(self) -> int:
        """How much may be sent now; under the lock."""
        if self._problem:
            raise self._problem
        if self.connection.closed or self._closed:
            raise self.connection.problem or BrokenStream("the engine has closed the connection")
        try:
            return max(0, self.connection.h2.local_flow_control_window(self.stream))
        except h2.exceptions.ProtocolError:
            raise BrokenStream("the engine has ended the call") from None

    def _open_answer(self) -> None:
        """The head of a server's answer, before its first message."""
        with self.connection.lock:
            if not self._answered and not self.connection.closed and not self._closed:
                self._answered = True
                try:
                    self.connection.h2.send_headers(self.stream, ANSWER)
                except h2.exceptions.ProtocolError:
                    raise BrokenStream("the engine has ended the call") from None

    def end(self) -> None:
        """A caller has said all."""
        with self.connection.lock:
            if not self.connection.closed and not self._closed:
                try:
                    self.connection.h2.end_stream(self.stream)
                except h2.exceptions.ProtocolError:  # it was answered before all was said
                    pass
        self.connection.flush()

    def finish(self, status: int = OK, reason: str = "") -> None:
        """The end of a server's answer."""
        trailers = [(b"grpc-status", str(status).encode())]
        if reason:
            trailers.append((b"grpc-message", quote(reason, safe=UNQUOTED).encode()))
        self._leave(lambda h: h.send_headers(self.stream, trailers if self._answered else [*ANSWER, *trailers], end_stream=True))

    def cancel(self) -> None:
        """Give the call up: the engine stops what it does for it."""
        self._leave(lambda h: h.reset_stream(self.stream, CANCEL))

    def _leave(self, say: Callable[[h2.connection.H2Connection], None]) -> None:
        with self.connection.changed:
            if not self.connection.closed and not self._closed:
                try:
                    say(self.connection.h2)
                except h2.exceptions.ProtocolError:  # the other side was quicker
                    pass
            self._closed = True
            self.on_end(RpcError(CANCELED, "context canceled"))
            self.connection.forget(self)
            self.connection.changed.notify_all()
        self.connection.flush()


def trailers_problem(trailers: Headers) -> Failure | None:
    """What an answer's last headers tell: None for success."""
    values = dict(trailers)
    status = values.get(b"grpc-status")
    if status is None:
        code = values.get(b":status", b"")
        return None if code in (b"", b"200") else BrokenStream(f"unexpected HTTP status {code.decode('latin1')} of the engine's gRPC service")
    if status == b"0":
        return None
    reason = unquote(values.get(b"grpc-message", b"").decode("utf-8", "replace"), errors="surrogateescape")
    return RpcError(int(status) if status.isdigit() else UNKNOWN, reason, _base64(values.get(b"grpc-status-details-bin", b"")))


def _base64(text: bytes) -> bytes:
    import binascii

    try:
        return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return b""


class Connection:
    """One HTTP/2 connection. `serve`: what is called, in a thread of its own, for each call of the peer; None: we call."""

    def __init__(self, duplex: Duplex, serve: Callable[[Call], None] | None = None) -> None:
        self.duplex, self.serve = duplex, serve
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.calls: dict[int, Call] = {}
        self.closed = False
        self.problem: Failure | None = None
        self._out: deque[bytes] = deque()
        self._writing = threading.Lock()
        config = h2.config.H2Configuration(
            client_side=serve is None, header_encoding=None, validate_inbound_headers=False, normalize_inbound_headers=False,
            validate_outbound_headers=False, normalize_outbound_headers=False,
        )  # fmt: skip
        self.h2 = h2.connection.H2Connection(config)
        # as first values: those that are set later count only when the peer has agreed
        values = {h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: WINDOW, h2.settings.SettingCodes.MAX_HEADER_LIST_SIZE: MAX_HEADERS}
        self.h2.local_settings = h2.settings.Settings(client=serve is None, initial_values=values)
        self.h2.decoder.max_header_list_size = MAX_HEADERS
        self.h2.initiate_connection()
        self.h2.increment_flow_control_window(WINDOW * 4)
        self.flush()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    # -- calling -----------------------------------------------------------------------------------

    def call(self, path: str, *messages: bytes, metadata: Iterable[tuple[str, str]] = (), last: bool = True) -> Call:
        """Call a method; `last`: these messages are all that we say. Raises BrokenStream."""
        headers: list[Any] = [
            (b":method", b"POST"), (b":scheme", b"http"), (b":path", path.encode()), (b":authority", b"localhost"),
            (b"content-type", b"application/grpc"), (b"te", b"trailers"), *((n.encode(), v.encode()) for n, v in metadata),
        ]  # fmt: skip
        with self.lock:
            if self.closed:
                raise self.problem or BrokenStream("the engine has closed the connection")
            try:
                stream = self.h2.get_next_available_stream_id()
                self.h2.send_headers(stream, headers)
            except h2.exceptions.ProtocolError:
                raise BrokenStream("the engine has ended the connection") from None
            call = self.calls[stream] = Call(self, stream, [])
        self.flush()
        call.send(*messages)
        if last:
            call.end()
        return call

    def ask(self, path: str, message: bytes, metadata: Iterable[tuple[str, str]] = ()) -> bytes:
        """One message, one answer. Raises RpcError, BrokenStream."""
        call = self.call(path, message, metadata=metadata)
        answer = call.receive()
        while call.receive() is not None:
            pass
        if answer is None:
            raise BrokenStream("unexpected end of the engine's answer")
        return answer

    # -- reading -----------------------------------------------------------------------------------

    def _read(self) -> None:
        problem: Failure | None = None
        try:
            while data := self.duplex.read():
                with self.changed:
                    for event in self.h2.receive_data(data):
                        self._on(event)
                    self.changed.notify_all()
                self.flush()
        except Failure as failure:
            problem = failure
        except Exception as error:
            # whatever it was: nobody may wait for ever for a thread that is gone
            problem = BrokenStream(f"malformed answer of the engine: {error}")
        with self.changed:
            self.closed = True
            self.problem = self.problem or problem
            for call in self.calls.values():
                call.on_end(self.problem or BrokenStream("unexpected EOF"))
            self.changed.notify_all()

    def _on(self, event: h2.events.Event) -> None:
        """Under the lock."""
        if isinstance(event, h2.events.RequestReceived):
            self._serve(event)
            return
        if isinstance(event, h2.events.ConnectionTerminated):
            if event.error_code:
                why = (event.additional_data or b"").decode("utf-8", "replace") or event.error_code
                self.problem = BrokenStream(f"the engine has closed the connection: {why}")
            return
        call = self.calls.get(getattr(event, "stream_id", None) or 0)
        if isinstance(event, h2.events.DataReceived):
            size = event.flow_controlled_length or 0
            if call is not None:
                call.on_data(event.data or b"", size)
            elif size:
                self.h2.increment_flow_control_window(size)
        elif call is None:
            return
        elif isinstance(event, (h2.events.ResponseReceived, h2.events.TrailersReceived)):
            call.headers = [*call.headers, *_raw(event.headers)]
        elif isinstance(event, h2.events.StreamEnded):
            call.on_end(trailers_problem(call.headers) if self.serve is None else None)
            if self.serve is None:
                self.forget(call)
        elif isinstance(event, h2.events.StreamReset):
            call._closed = True
            call.on_end(RpcError(CANCELED, "context canceled"))
            self.forget(call)

    def forget(self, call: Call) -> None:
        """The call is over: what was not taken up of it is given back to the connection's window."""
        if self.calls.pop(call.stream, None) is not None and (count := call.unacknowledged()) and not self.closed:
            self.h2.increment_flow_control_window(count)

    def _serve(self, event: h2.events.RequestReceived) -> None:
        if self.serve is None:
            raise BrokenStream("malformed answer of the engine: a call where an answer is due")
        call = self.calls[event.stream_id or 0] = Call(self, event.stream_id or 0, _raw(event.headers))
        threading.Thread(target=self.serve, args=(call,), daemon=True).start()

    # -- writing -----------------------------------------------------------------------------------

    def lay_out(self, stream: int, data: memoryview) -> None:
        """DATA frames, accounted for in h2's windows; under the lock. What h2 itself has to say goes before them."""
        size = self.h2.max_outbound_frame_size
        parts: list[bytes | memoryview] = [self.h2.data_to_send()]
        for at in range(0, len(data), size):
            piece = data[at : at + size]
            parts += [FRAME.pack(len(piece) >> 16, len(piece) & 0xFFFF, 0, 0, stream), piece]
        self.h2.outbound_flow_control_window -= len(data)
        self.h2.streams[stream].outbound_flow_control_window -= len(data)
        self._out.append(b"".join(parts))

    def flush(self) -> None:
        """Write what is due. Whoever comes first writes for all: order is that of the lock."""
        while True:
            with self.lock:
                if data := self.h2.data_to_send():
                    self._out.append(data)
            if not self._out or not self._writing.acquire(blocking=False):
                return
            try:
                while self._out:
                    self.duplex.write(self._out.popleft())
            except Failure as failure:
                with self.changed:
                    self.problem, self.closed = self.problem or failure, True
                    self._out.clear()
                    self.changed.notify_all()
                return
            finally:
                self._writing.release()

    def close(self) -> None:
        """Hang up; calls that wait end."""
        with self.changed:
            if not self.closed:
                self.h2.close_connection()
        self.flush()
        self.duplex.hang_up()
        self._reader.join(2)
        self.duplex.close()


def _raw(headers: Any) -> Headers:
    return [(bytes(n), bytes(v)) for n, v in headers or []]
