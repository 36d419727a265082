"""gRPC over HTTP/2 on a hijacked connection, as client of the engine (/grpc) or as its server (/session).

h2 keeps the HTTP/2 state. One thread reads; any thread may write, and a block of messages of one call is written as a
whole. DATA frames are built here, while h2's windows are updated: a context of 200 MB is 12,800 frames, and copying
each three times would slow builds down.

The peer is not trusted: everything that it may send is limited (call.Bounds, and windows that open only as data are
read), and any protocol error ends the waiting calls with an error.
"""

from __future__ import annotations

import struct
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings

from pydock.buildkit.call import (
    BLOCK,
    CALLER,
    CANCEL,
    CANCELED,
    INTERNAL,
    PERMISSION_DENIED,
    RESOURCE_EXHAUSTED,
    SERVER,
    UNAVAILABLE,
    Call,
    Headers,
    trailers_problem,
)  # fmt: skip
from pydock.errors import BrokenStream, Failure, RpcError, first_line

#: concurrent calls of the peer
MAX_CALLS = 100
#: consecutive frames without content (pings, settings, empty data) that are taken for an attack
MAX_FRUITLESS = 10_000
#: bytes of frames that are not yet written: above this, messages wait, whatever the peer's window; and how many more
#: answers to pings and the like may add, for a peer that does not read them
MAX_QUEUED, MAX_BACKLOG = 4 << 20, 1 << 20
#: RST_STREAM's code for too many calls
REFUSED_STREAM = 7
#: gRPC's codes for RST_STREAM's (PROTOCOL-HTTP2.md, "Errors"); all others are internal errors
RESET = {REFUSED_STREAM: UNAVAILABLE, CANCEL: CANCELED, 11: RESOURCE_EXHAUSTED, 12: PERMISSION_DENIED}
FRAME = struct.Struct(">BHBBL")
#: the type of the first frame
SETTINGS = b"\x04"


class Duplex(Protocol):
    """engine.hijack.Duplex, as far as it is used here."""

    def read(self) -> bytes: ...
    def write(self, data: bytes | memoryview) -> None: ...
    def close(self) -> None: ...
    def hang_up(self) -> None: ...


class Connection:
    """One HTTP/2 connection. `serve`: called in a separate thread for each call of the peer; None: we are the client.
    `ended`: called once when the connection has ended."""

    def __init__(
        self, duplex: Duplex, serve: Callable[[Call], None] | None = None, ended: Callable[[], None] | None = None
    ) -> None:
        self.duplex, self.serve, self.ended = duplex, serve, ended
        self.bounds = CALLER if serve is None else SERVER
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.calls: dict[int, Call] = {}
        self.closed = False
        self.problem: Failure | None = None
        self._out: deque[bytes] = deque()
        self._writing = threading.Lock()
        #: bytes read and not yet acknowledged
        self._due = 0
        #: see MAX_QUEUED, MAX_FRUITLESS; and the number of threads that serve a call
        self.queued = self._fruitless = self._serving = 0
        config = h2.config.H2Configuration(
            client_side=serve is None,
            header_encoding=None,
            validate_inbound_headers=False,
            normalize_inbound_headers=False,
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
        self.h2 = h2.connection.H2Connection(config)
        # as initial values: later settings take effect only when the peer has acknowledged them
        codes = h2.settings.SettingCodes
        values = {
            codes.INITIAL_WINDOW_SIZE: self.bounds.window,
            codes.MAX_HEADER_LIST_SIZE: self.bounds.headers,
            codes.MAX_CONCURRENT_STREAMS: MAX_CALLS,
        }
        self.h2.local_settings = h2.settings.Settings(client=serve is None, initial_values=values)
        self.h2.decoder.max_header_list_size = self.bounds.headers
        self.h2.initiate_connection()
        self.h2.increment_flow_control_window(self.bounds.window * self.bounds.calls)
        self.flush()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    # -- calling -----------------------------------------------------------------------------------

    def call(self, path: str, *messages: bytes, metadata: Iterable[tuple[str, str]] = (), last: bool = True) -> Call:
        """Call a method; `last`: half-close after these messages. Raises BrokenStream."""
        headers: list[Any] = [
            (b":method", b"POST"),
            (b":scheme", b"http"),
            (b":path", path.encode()),
            (b":authority", b"localhost"),
            (b"content-type", b"application/grpc"),
            (b"te", b"trailers"),
            *((n.encode(), v.encode()) for n, v in metadata),
        ]
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
        """A unary call. Raises RpcError, BrokenStream."""
        return self.call(path, message, metadata=metadata).only()

    # -- reading -----------------------------------------------------------------------------------

    def _blocks(self) -> Iterator[bytes]:
        """The peer's data. Raises BrokenStream if it does not begin as HTTP/2: h2 would wait for a whole frame, which
        in text may be millions of bytes."""
        data = b""
        while self.serve is None and len(data) < FRAME.size and (more := self.duplex.read()):
            data += more
        if data[3:4] not in (b"", SETTINGS):
            raise BrokenStream(f"malformed answer of the engine: {data[:40]!r} is not HTTP/2")
        if data:
            yield data
        while data := self.duplex.read():
            yield data

    def _read(self) -> None:
        problem: Failure | None = None
        try:
            for data in self._blocks():
                with self.changed:
                    for event in self.h2.receive_data(data):
                        self._on(event)
                    self.changed.notify_all()
                self.flush()
        except Failure as failure:
            problem = failure
        except Exception as error:  # whatever the peer has caused in h2: calls must not wait for this thread for ever
            problem = BrokenStream(f"malformed answer of the engine: {first_line(error)}")
        with self.changed:
            self.closed = True
            self.problem = self.problem or problem
            for call in self.calls.values():
                call.on_end(self.problem or BrokenStream("unexpected EOF"))
            self.changed.notify_all()
        # for a thread that still writes
        self.duplex.hang_up()
        if self.ended:
            self.ended()

    def _on(self, event: h2.events.Event) -> None:
        """Under the lock."""
        self._fruitless = 0 if self._brings(event) else self._fruitless + 1
        if self._fruitless > MAX_FRUITLESS:
            raise BrokenStream("malformed answer of the engine: too many control frames")
        if isinstance(event, h2.events.RequestReceived):
            self._serve(event)
            return
        if isinstance(event, h2.events.ConnectionTerminated):
            self._on_goodbye(event)
            return
        call = self.calls.get(getattr(event, "stream_id", None) or 0)
        if isinstance(event, h2.events.DataReceived):
            size = event.flow_controlled_length or 0
            if call is not None:
                call.on_data(event.data or b"", size)
            else:
                self.credit(size)
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
            status = RESET.get(event.error_code or 0, INTERNAL)
            call.on_end(
                RpcError(
                    status,
                    "context canceled"
                    if status == CANCELED
                    else f"the engine has reset the call: code {event.error_code}",
                )
            )
            self.forget(call)

    @staticmethod
    def _brings(event: h2.events.Event) -> bool:
        """Does a frame have content for a call?"""
        if isinstance(event, h2.events.DataReceived):
            return bool(event.data)
        return isinstance(
            event,
            (h2.events.RequestReceived, h2.events.ResponseReceived, h2.events.TrailersReceived, h2.events.StreamEnded),
        )

    def _on_goodbye(self, event: h2.events.ConnectionTerminated) -> None:
        """GOAWAY: calls after the one that it names will not be answered."""
        if event.error_code:
            why = (event.additional_data or b"")[:200].decode("utf-8", "replace") or event.error_code
            self.problem = BrokenStream(f"the engine has closed the connection: {why}")
        for call in [c for n, c in self.calls.items() if self.serve is None and n > (event.last_stream_id or 0)]:
            call._closed = True
            call.on_end(self.problem or BrokenStream("the engine has closed the connection"))

    def forget(self, call: Call) -> None:
        """The call is over: return its unread data to the connection's window."""
        if self.calls.pop(call.stream, None) is not None:
            self.credit(call.untaken())

    def credit(self, count: int) -> None:
        """Return `count` bytes to the connection's window; called under the lock."""
        self._due += count
        if self._due >= self.bounds.window // 4 and not self.closed:
            try:
                self.h2.increment_flow_control_window(self._due)
            except h2.exceptions.ProtocolError:  # the peer has sent GOAWAY meanwhile
                return
            self._due = 0

    def _serve(self, event: h2.events.RequestReceived) -> None:
        if self.serve is None:
            raise BrokenStream("malformed answer of the engine: a request instead of a response")
        stream = event.stream_id or 0
        if self._serving >= MAX_CALLS:
            # threads of cancelled calls run a moment longer
            try:
                self.h2.reset_stream(stream, REFUSED_STREAM)
            except h2.exceptions.ProtocolError:  # it has been cancelled already
                pass
            return
        self._serving += 1
        call = self.calls[stream] = Call(self, stream, _raw(event.headers))
        threading.Thread(target=self._serve_one, args=(call,), daemon=True).start()

    def _serve_one(self, call: Call) -> None:
        assert self.serve is not None
        try:
            self.serve(call)
        finally:
            with self.lock:
                self._serving -= 1

    # -- writing -----------------------------------------------------------------------------------

    @property
    def full(self) -> bool:
        """Must messages wait because too much is unwritten?"""
        return self.queued > MAX_QUEUED

    def add_frames(self, stream: int, data: memoryview) -> None:
        """Queue DATA frames, and update h2's windows; called under the lock. h2's own frames go first."""
        size = self.h2.max_outbound_frame_size
        parts: list[bytes | memoryview] = [self.h2.data_to_send()]
        for at in range(0, len(data), size):
            piece = data[at : at + size]
            parts += [FRAME.pack(len(piece) >> 16, len(piece) & 0xFFFF, 0, 0, stream), piece]
        self._fruitless = 0  # the peer's window updates for our data are expected
        self.h2.outbound_flow_control_window -= len(data)
        self.h2.streams[stream].outbound_flow_control_window -= len(data)
        self._out.append(b"".join(parts))
        self.queued += len(self._out[-1])

    def flush(self) -> None:
        """Write queued frames, in the order in which they were queued; the first thread writes for all."""
        while True:
            with self.lock:
                if data := self.h2.data_to_send():
                    self._out.append(data)
                    self.queued += len(data)
                if self.queued > MAX_QUEUED + BLOCK + MAX_BACKLOG:
                    self._give_up(BrokenStream("the engine does not read the answers to its requests"))
                    self.duplex.hang_up()
                    return
            if not self._out or not self._writing.acquire(blocking=False):
                return
            try:
                while self._out:
                    self._write(self._out.popleft())
            except Failure as failure:
                self._give_up(failure)
                return
            finally:
                self._writing.release()

    def _write(self, data: bytes) -> None:
        self.duplex.write(data)
        with self.changed:
            full = self.full
            self.queued -= len(data)
            if full:
                self.changed.notify_all()

    def _give_up(self, failure: Failure) -> None:
        with self.changed:
            self.problem, self.closed = self.problem or failure, True
            self._out.clear()
            self.changed.notify_all()

    def close(self) -> None:
        """Close the connection at once; waiting calls end."""
        with self.changed:
            self.closed = True
        self.duplex.hang_up()
        self._reader.join(2)
        self.duplex.close()


def _raw(headers: Any) -> Headers:
    return [(bytes(n), bytes(v)) for n, v in headers or []]
