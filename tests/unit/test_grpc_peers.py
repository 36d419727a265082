"""gRPC with a peer that is not to be trusted: what it may ask of us is bounded, and what it breaks off or gets wrong is an error."""

from __future__ import annotations

import resource
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import h2.config
import h2.connection
import pytest
from hpack import Encoder
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from pydock.buildkit import messages as m
from pydock.buildkit.call import CALLER, PREFIX, SERVER, Call
from pydock.buildkit.grpc import MAX_BACKLOG, MAX_CALLS, MAX_FRUITLESS, MAX_QUEUED, Connection
from pydock.buildkit.proto import BYTES, INT, STRING, TIME, Malformed, Message, keyed, many, varint
from pydock.buildkit.session import Session
from pydock.buildkit.solve import Control, json_source, sources
from pydock.errors import BrokenStream, Failure, RpcError
from tests.support.listening import End
from tests.unit.test_buildkit import Echo


def peak() -> int:
    """The most memory that this process has had, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)


#: seconds after which something hangs
PATIENCE = 20.0


class Peer:
    """The other end of a connection of ours, as raw frames. It says what a script tells it, and reads only when it is told to."""

    def __init__(self, serve: Any = None) -> None:
        ours, self.sock = socket.socketpair()
        self.sock.settimeout(PATIENCE)
        self.wire = End(ours)
        self.session = Session([Echo()]) if serve else None
        if self.session:
            self.sock.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SettingsFrame().serialize())
            self.session.start(self.wire)
            assert self.session._connection
            self.connection = self.session._connection
        else:
            self.sock.sendall(SettingsFrame().serialize())
            self.connection = Connection(self.wire)
        self.encoder = Encoder()

    def say(self, *frames: Frame | bytes) -> None:
        """Raises OSError where we have hung up."""
        self.sock.sendall(b"".join(f if isinstance(f, bytes) else f.serialize() for f in frames))

    def headers(self, stream: int, *pairs: tuple[str, str], end: bool = False, whole: bool = True) -> HeadersFrame:
        frame = HeadersFrame(stream, self.encoder.encode(pairs), flags=["END_STREAM"] if end else [])
        if whole:
            frame.flags.add("END_HEADERS")
        return frame

    def call(self, stream: int, path: str = "/test/Echo") -> HeadersFrame:
        return self.headers(
            stream,
            (":method", "POST"),
            (":path", path),
            (":scheme", "http"),
            (":authority", "x"),
            ("content-type", "application/grpc"),
        )

    def flood(self, frame: Frame, count: int = 4 * MAX_FRUITLESS) -> None:
        """The same frame again and again, until we hang up."""
        data = frame.serialize() * 500
        try:
            for _ in range(count // 500):
                self.sock.sendall(data)
        except OSError:
            return

    def close(self) -> None:
        self.sock.close()
        self.connection.close()


ANSWER = ((":status", "200"), ("content-type", "application/grpc"))


@pytest.fixture
def peer() -> Iterator[Peer]:
    one = Peer()
    yield one
    one.close()


@pytest.fixture
def caller() -> Iterator[Peer]:
    one = Peer(serve=True)
    yield one
    one.close()


def within(seconds: float, act: Callable[[], Any]) -> Any:
    """What `act` gives, or raises; it must not take longer."""
    out: list[Any] = []

    def work() -> None:
        try:
            out.append((act(), None))
        except BaseException as error:
            out.append((None, error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    assert out, "it hangs"
    if out[0][1]:
        raise out[0][1]
    return out[0][0]


# -- sizes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "size", [SERVER.window + 1, CALLER.message], ids=["above the window of a call", "as large as may be"]
)
def test_a_message_larger_than_the_window_comes_whole(size: int) -> None:
    """Windows open as data are taken up, so that the largest message that may come does come; several times, on several calls."""
    ours, theirs = socket.socketpair()
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)

    def serve(call: Call) -> None:
        try:
            while call.receive() is not None:
                call.send(data)
        except Failure:
            return

    server, client = Connection(End(theirs), serve), Connection(End(ours))
    try:
        for _ in range(2):
            calls = [client.call("/x", b"?", last=False) for _ in range(2)]
            for _ in range(2):
                for call in calls:
                    assert within(PATIENCE, call.receive) == data
                    call.send(b"?")
            for call in calls:
                call.cancel()
    finally:
        client.close()
        server.close()


@pytest.mark.parametrize("length", [CALLER.message + 1, 0xFFFFFFFF])
def test_a_message_above_the_bound_is_an_error_before_it_has_come(peer: Peer, length: int) -> None:
    call = peer.connection.call("/x", b"?")
    peer.say(peer.headers(1, *ANSWER), DataFrame(1, PREFIX.pack(0, length) + b"x" * 100))
    with pytest.raises(RpcError, match=rf"received message larger than max \({length} vs. 16777216\)") as caught:
        within(PATIENCE, call.receive)
    assert caught.value.name == "ResourceExhausted"
    # what comes of it is thrown away, and the engine told so
    seen = b""
    while RstStreamFrame(1, error_code=8).serialize() not in seen:
        seen += peer.sock.recv(65536)
    for _ in range(100):
        peer.say(DataFrame(1, b"x" * 16384))
    assert not call._bytes


def test_a_message_above_the_bound_of_the_session_is_refused(caller: Peer) -> None:
    caller.say(caller.call(1), DataFrame(1, PREFIX.pack(0, SERVER.message + 1) + b"x"))
    told = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
    told.initiate_connection()
    told.get_next_available_stream_id()
    told.send_headers(1, [(":method", "POST"), (":path", "/"), (":scheme", "http"), (":authority", "x")])
    seen: dict[str, str] = {}
    while "grpc-status" not in seen:
        for event in told.receive_data(caller.sock.recv(65536)):
            seen.update(getattr(event, "headers", None) or ())
    assert seen["grpc-status"] == "8" and "larger than max" in seen["grpc-message"]


def test_calls_that_are_given_up_do_not_use_up_the_connection() -> None:
    """What was not taken up of them is given back to the connection's window."""
    ours, theirs = socket.socketpair()

    def serve(call: Call) -> None:
        try:
            call.send(b"x" * (1 << 20), b"y" * (12 << 20))
        except Failure:
            return

    server, client = Connection(End(theirs), serve), Connection(End(ours))
    try:
        for _ in range(8):
            call = client.call("/x", b"?")
            assert len(within(PATIENCE, call.receive)) == 1 << 20
            call.cancel()
    finally:
        client.close()
        server.close()


def test_what_waits_to_be_written_is_bounded_whatever_window_the_peer_opens() -> None:
    """A peer that reads nothing, with windows of 2 GiB: files are not gathered here for it."""
    ours, theirs = socket.socketpair()
    with theirs:
        connection = Connection(End(ours))
        theirs.sendall(
            SettingsFrame(settings={SettingsFrame.INITIAL_WINDOW_SIZE: (1 << 31) - 1}).serialize()
            + WindowUpdateFrame(0, window_increment=(1 << 31) - 70000).serialize()
        )
        calls = [connection.call("/x", last=False) for _ in range(4)]
        for call in calls:
            threading.Thread(target=_send_all, args=(call,), daemon=True).start()
        time.sleep(1)
        assert connection.queued < MAX_QUEUED + MAX_BACKLOG
        within(PATIENCE, connection.close)


def _send_all(call: Call) -> None:
    try:
        while True:
            call.send(bytes(1 << 20))
    except Failure:
        return


# -- floods --------------------------------------------------------------------------------------------

FLOODS: dict[str, Callable[[Peer], Frame]] = {
    "pings": lambda _: PingFrame(0),
    "settings": lambda _: SettingsFrame(settings={SettingsFrame.HEADER_TABLE_SIZE: 4096}),
    "empty data": lambda _: DataFrame(1, b""),
    "interim answers": lambda p: HeadersFrame(
        1, Encoder().encode([(":status", "103")], huffman=False), flags=["END_HEADERS"]
    ),
    "windows": lambda _: WindowUpdateFrame(0, window_increment=1),
    "unknown frames": lambda _: _unknown(),
}


def _unknown() -> Any:
    class Odd:
        def serialize(self) -> bytes:
            return b"\0\0\x01\xf0\0\0\0\0\x01x"

    return Odd()


@pytest.mark.parametrize("kind", FLOODS)
def test_frames_without_end_are_an_error(peer: Peer, kind: str) -> None:
    """Whether their answers are read or not."""
    call = peer.connection.call("/x", b"?")
    if kind == "empty data":
        peer.say(peer.headers(1, *ANSWER))
    peer.flood(FLOODS[kind](peer))
    with pytest.raises(BrokenStream, match=r"too many control frames|does not read"):
        within(PATIENCE, call.receive)
    assert peer.connection.queued <= MAX_QUEUED + 2 * MAX_BACKLOG


def test_header_blocks_without_end_are_an_error(peer: Peer) -> None:
    call = peer.connection.call("/x", b"?")
    peer.say(peer.headers(1, *ANSWER, whole=False))
    peer.flood(ContinuationFrame(1, b"\x00" * 1000), 50_000)
    with pytest.raises(BrokenStream, match="malformed answer"):
        within(PATIENCE, call.receive)


def test_header_blocks_that_swell_are_an_error(caller: Peer) -> None:
    """4 KB of a header in the table, named again in one byte a time."""
    encoder = Encoder()
    block = encoder.encode([(":method", "POST"), (":path", "/test/Echo"), ("x", "y" * 3900)])
    one = encoder.encode([("x", "y" * 3900)])
    frame = HeadersFrame(1, block + one * 10000, flags=["END_HEADERS"])
    before = peak()
    caller.say(frame)
    _ended(caller)
    assert caller.connection.problem and "eader" in caller.connection.problem.message, caller.connection.problem
    assert peak() - before < 64 << 10


def _ended(peer: Peer) -> None:
    """Waits until we have hung up."""
    while peer.sock.recv(65536):
        pass


def test_calls_without_end_are_refused(caller: Peer) -> None:
    """More at a time than were allowed end the connection; none of them is answered any more, and no thread stays."""
    caller.say(*(caller.call(2 * n + 1) for n in range(MAX_CALLS + 1)))
    _ended(caller)
    assert caller.connection.problem and "streams" in caller.connection.problem.message
    _until(lambda: not caller.connection._serving)


def test_calls_opened_and_reset_by_turns_take_no_more_threads_than_allowed(caller: Peer) -> None:
    """The rapid reset."""
    stop = threading.Event()
    held = Held(stop)
    assert caller.session
    caller.session._methods["/test/Held"] = held.serve
    for n in range(3 * MAX_CALLS):
        caller.say(caller.call(2 * n + 1, "/test/Held"), RstStreamFrame(2 * n + 1, error_code=8))
    caller.say(PingFrame(0, opaque_data=b"the last"))
    seen = b""
    while b"the last" not in seen:
        seen += caller.sock.recv(65536)
    assert held.most <= MAX_CALLS and caller.connection._serving <= MAX_CALLS
    stop.set()
    _until(lambda: not caller.connection._serving)


class Held:
    """Serves no call before it is let go."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop, self.most, self.now, self.lock = stop, 0, 0, threading.Lock()

    def serve(self, call: Call) -> None:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.stop.wait(PATIENCE)
        with self.lock:
            self.now -= 1


def _until(true: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_a_peer_that_reads_nothing_does_not_keep_us_from_leaving() -> None:
    """close() while a thread is caught in a write."""
    peer = Peer()
    call = peer.connection.call("/x", last=False)
    peer.say(
        SettingsFrame(settings={SettingsFrame.INITIAL_WINDOW_SIZE: (1 << 31) - 1}),
        WindowUpdateFrame(0, window_increment=1 << 30),
    )
    thread = threading.Thread(target=_send_all, args=(call,), daemon=True)
    thread.start()
    _until(lambda: peer.connection.queued)
    within(PATIENCE, peer.connection.close)
    thread.join(PATIENCE)
    assert not thread.is_alive()
    peer.sock.close()


# -- ends ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        ("no status", None, "without a status"), ("headers only", None, "without a status"), ("within a message", None, "within a message"),
        ("within a prefix", None, "within a message"), ("no message", None, "unexpected end"), ("two messages", None, "more than one message"),
        ("http", None, "unexpected HTTP status 502"), ("long status", 2, "why"), ("reset", 13, "reset the call"), ("cancelled", 1, "context canceled"),
        ("refused", 14, "reset the call"), ("goodbye", None, "closed the connection"), ("closed", None, "EOF"), ("compressed", None, "compressed"),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_whole_is_no_success(peer: Peer, said: str, status: int | None, words: str) -> None:
    message, half, broken = (
        DataFrame(1, PREFIX.pack(0, 3) + b"abc"),
        DataFrame(1, PREFIX.pack(0, 3) + b"ab"),
        DataFrame(1, PREFIX.pack(1, 3) + b"abc"),
    )
    end, good = DataFrame(1, b"", flags=["END_STREAM"]), (("grpc-status", "0"),)
    # pairs are header lists
    script: dict[str, list[Any]] = {
        "no status": [ANSWER, message, end], "headers only": [ANSWER, end], "within a message": [ANSWER, half, good],
        "within a prefix": [ANSWER, DataFrame(1, b"\0\0"), good], "no message": [ANSWER, good], "two messages": [ANSWER, message, message, good],
        "http": [((":status", "502"),), end], "long status": [ANSWER, (("grpc-status", "9" * 5000), ("grpc-message", "why"))],
        "reset": [ANSWER, message, RstStreamFrame(1, error_code=2)], "cancelled": [RstStreamFrame(1, error_code=8)],
        "refused": [RstStreamFrame(1, error_code=7)], "goodbye": [GoAwayFrame(0, last_stream_id=0)], "closed": [], "compressed": [ANSWER, broken],
    }  # fmt: skip
    call = peer.connection.call("/x", b"?")
    peer.say(*(peer.headers(1, *f, end=f[0][0] == "grpc-status") if isinstance(f, tuple) else f for f in script[said]))
    if said == "closed":
        peer.sock.shutdown(socket.SHUT_WR)
    with pytest.raises((RpcError, BrokenStream), match=words) as caught:
        within(PATIENCE, call.only)
    assert (caught.value.status if isinstance(caught.value, RpcError) else None) == status


def test_a_build_without_an_answer_is_no_success(peer: Peer) -> None:
    """An empty answer to Solve, and one that is no message."""
    for stream, body in ((1, b""), (3, PREFIX.pack(0, 3) + b"\x0a\x7fx")):
        solving = Control.__new__(Control)
        solving.connection = peer.connection
        build = solving.solve({})
        peer.say(
            peer.headers(stream, *ANSWER), DataFrame(stream, body), peer.headers(stream, ("grpc-status", "0"), end=True)
        )
        with pytest.raises(BrokenStream, match=r"unexpected end|malformed message"):
            within(PATIENCE, build.result)


@given(st.lists(st.binary(max_size=60), max_size=6), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_bytes_end_the_calls_that_wait(blocks: list[bytes], served: bool) -> None:
    """Whatever comes instead of HTTP/2: no thread is left waiting."""
    peer = Peer(serve=served)
    call = None if served else peer.connection.call("/x", b"?")
    try:
        for block in blocks:
            peer.say(block)
        peer.sock.shutdown(socket.SHUT_WR)
        if call:
            with pytest.raises(Failure):
                within(PATIENCE, call.only)
        _until(lambda: peer.connection.closed)
    except OSError:  # we have hung up before it was all said
        pass
    finally:
        peer.close()


# -- messages ------------------------------------------------------------------------------------------

DEEP = Message(
    "T",
    text=(1, STRING),
    data=(2, BYTES),
    number=(3, INT),
    moment=(4, TIME),
    inner=(5, Message("U", n=(1, many(INT)), m=(2, keyed(STRING)))),
)


@pytest.mark.parametrize(
    "data",
    [
        b"\x1a" + varint(1 << 63), b"\x0a" + varint((1 << 64) - 1) + b"x", b"\x18" + b"\xff" * 5000, b"\x0a" + b"\x80" * 5000, b"\x0b", b"\x0c",
        b"\x22" + varint(11) + b"\x08" + varint(1 << 62) + b"\x10\x01", b"\x22\x0b\x08" + varint(-(1 << 63)), b"\x0d\0\0\0", b"\x2a\x02\x0a\x05",
        b"\x22\x07\x10\xff\xff\xff\xff\xff\x01",
    ],
)  # fmt: skip
def test_lengths_numbers_and_times_that_are_none_are_malformed(data: bytes) -> None:
    with pytest.raises(Malformed, match="malformed message of the engine"):
        DEEP.decode(data)


def test_a_small_message_does_not_become_a_large_one() -> None:
    """16 MiB of empty fields, of a list, of a list of numbers, of a map, of fields that nobody knows."""
    before = peak()
    for data in (b"\x0a\x00" * (8 << 20), b"\x80\x01\x00" * (5 << 20)):
        with pytest.raises(Malformed, match="more than 262144 fields"):
            m.STATUS_RESPONSE.decode(data)
    numbers = b"\0" * (15 << 20)
    with pytest.raises(Malformed, match="more than 262144 fields"):
        DEEP.decode(b"\x2a" + varint(len(numbers) + 5) + b"\x0a" + varint(len(numbers)) + numbers)
    assert peak() - before < 400 << 10


@given(st.binary(max_size=80))
def test_details_of_an_error_that_are_none_do_not_hide_the_error(data: bytes) -> None:
    assert isinstance(sources(RpcError(2, "why", data)), list)
    assert isinstance(json_source(data), dict)


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 200_000,
        b'{"info": [], "ranges": 3}',
        b'{"ranges": [{"start": {"line": "x"}}]}',
        b'{"info": {"data": "abcde"}}',
        b"null",
    ],
)
def test_places_in_a_dockerfile_that_are_none_are_left_out(data: bytes) -> None:
    assert json_source(data) == {}
