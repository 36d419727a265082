"""HTTP/1.1 on a socket: both framings, every cut, every lie."""

from __future__ import annotations

import socket
import threading

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pydock.engine.http1 import Wire
from pydock.errors import BrokenStream
from tests.support.cut import cut


def answer(pieces: list[bytes], method: str = "GET") -> tuple[int, bytes, Wire]:
    """What a client reads of an answer that arrives in these pieces, after which the server hangs up."""
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with theirs:
            for piece in pieces:
                theirs.sendall(piece)

    thread = threading.Thread(target=serve)
    thread.start()
    wire = Wire(ours)
    try:
        head = wire.head()
        return head.status, b"".join(wire.body(head, method)), wire
    finally:
        thread.join()
        ours.close()


def chunked(parts: list[bytes]) -> bytes:
    return b"".join(b"%x;ext=1\r\n%b\r\n" % (len(p), p) for p in parts if p) + b"0\r\nTrailer: x\r\n\r\n"


@settings(deadline=None, max_examples=60)
@given(st.lists(st.binary(max_size=50), max_size=6), st.lists(st.integers(0, 10**6), max_size=6), st.booleans())
def test_bodies_however_they_arrive(parts: list[bytes], places: list[int], as_chunks: bool) -> None:
    body = b"".join(parts)
    framing = b"Transfer-Encoding: chunked" if as_chunks else b"Content-Length: %d" % len(body)
    raw = b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n" + (chunked(parts) if as_chunks else body)
    status, got, wire = answer(cut(raw, places))
    assert (status, got, wire.reusable) == (200, body, True)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.binary(min_size=1, max_size=30), min_size=1, max_size=4), st.booleans(), st.data())
def test_a_cut_answer_is_never_a_shorter_one(parts: list[bytes], as_chunks: bool, data: st.DataObject) -> None:
    body = b"".join(parts)
    framing = b"Transfer-Encoding: chunked" if as_chunks else b"Content-Length: %d" % len(body)
    raw = b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n" + (chunked(parts) if as_chunks else body)
    end = data.draw(st.integers(0, len(raw) - 1))
    with pytest.raises(BrokenStream):
        answer([raw[:end]] if end else [])


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n", b"HTTP/2 200 OK\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", b"x" * 200_000,
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000 + b"\r\n",
    ],
)  # fmt: skip
def test_lies(raw: bytes) -> None:
    with pytest.raises(BrokenStream):
        answer([raw])


def test_no_body_where_there_is_none() -> None:
    assert answer([b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"])[:2] == (204, b"")
    assert answer([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"], "HEAD")[:2] == (200, b"")


def test_until_the_end() -> None:
    status, got, wire = answer([b"HTTP/1.0 200 OK\r\n\r\nabc", b"def"])
    assert (status, got, wire.reusable) == (200, b"abcdef", False)


def test_interim_answers_are_skipped() -> None:
    assert answer([b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"])[:2] == (
        201,
        b"ok",
    )


def test_bytes_after_an_upgrade_belong_to_the_stream() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\n\r\nfirst bytes")
        wire = Wire(ours)
        assert wire.head().status == 101
        assert wire.receive() == b"first bytes"


@settings(deadline=None, max_examples=80)
@given(st.binary(max_size=120))
def test_any_bytes_are_an_answer_or_broken(noise: bytes) -> None:
    try:
        answer([b"HTTP/1.1 200 OK\r\n" + noise])
    except BrokenStream:
        pass


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1_000_000), st.integers(1_000, 300_000))
@example(3_000_000, 300_000)  # more than sockets hold, both ways
@example(3_000, 1)
def test_tls_with_each_direction_ended_on_its_own(size: int, block: int) -> None:
    """An echo that answers while we write, and says how much it got once our direction has ended."""
    import ssl

    import trustme

    from pydock.engine.tls import TlsSocket

    authority, ours_context = trustme.CA(), ssl.create_default_context()
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server_context)
    authority.configure_trust(ours_context)
    ours, theirs = socket.socketpair()

    def serve() -> None:
        count = 0
        with server_context.wrap_socket(theirs, server_side=True) as connection:
            while data := connection.recv(65536):
                count += len(data)
                connection.sendall(data)
            connection.sendall(b"END %d" % count)

    server = threading.Thread(target=serve)
    server.start()
    tls = TlsSocket(ours, ours_context, "localhost")
    data = bytes(i % 251 for i in range(1000)) * (size // 1000)

    def write() -> None:
        for at in range(0, len(data), block):
            tls.sendall(data[at : at + block])
        tls.shutdown(socket.SHUT_WR)

    writer = threading.Thread(target=write)
    writer.start()
    got = []
    while piece := tls.recv(65536):
        got.append(piece)
    writer.join()
    server.join()
    tls.close()
    assert b"".join(got) == data + b"END %d" % len(data)


def test_tls_is_read_while_what_is_to_be_sent_has_to_wait() -> None:
    """The reading thread may come to send what the other one has made: where the peer takes nothing before it has written, it goes on
    reading."""
    import ssl

    import trustme

    from pydock.engine.tls import TlsSocket

    authority = trustme.CA()
    server_context, ours_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server_context)
    authority.configure_trust(ours_context)
    ours, theirs = socket.socketpair()
    size, got = 4 << 20, bytearray()

    def serve() -> None:
        with server_context.wrap_socket(theirs, server_side=True) as connection:
            connection.sendall(b"a" * size)
            while len(got) < size and (data := connection.recv(65536)):
                got.extend(data)
            connection.sendall(b"end")

    server = threading.Thread(target=serve)
    server.start()
    tls = TlsSocket(ours, ours_context, "localhost")
    tls.settimeout(20)
    with tls.state:
        assert tls.tls.write(b"b" * size) == size
    read = 0
    while read < size:
        read += len(tls.recv(65536))
    assert (read, tls.recv(65536), bytes(got)) == (size, b"end", b"b" * size)
    server.join()
    tls.close()


def test_what_a_peer_said_over_tls_before_it_hung_up_is_read() -> None:
    """Also where sending has failed: an engine that refuses a certificate says so, and goes."""
    import ssl

    import trustme

    from pydock.engine.tls import TlsSocket

    authority = trustme.CA()
    server_context, ours_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server_context)
    authority.configure_trust(ours_context)
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with server_context.wrap_socket(theirs, server_side=True) as connection:
            connection.sendall(b"bye")

    server = threading.Thread(target=serve)
    server.start()
    tls = TlsSocket(ours, ours_context, "localhost")
    server.join()
    with pytest.raises(BrokenPipeError):
        tls.sendall(b"a request")
    assert (tls.recv(100), tls.recv(100)) == (b"bye", b"")
    tls.close()


def test_a_named_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pipe's calls of Windows, played by a socket: read, write in pieces, each direction ended on its own."""
    import sys
    import types

    from pydock.engine.pipe import BROKEN_PIPE, PipeSocket

    ours, theirs = socket.socketpair()
    opened: list[str] = []

    class Overlapped:
        def __init__(self, data: bytes, count: int) -> None:
            self.data, self.count = data, count

        def GetOverlappedResult(self, wait: bool) -> tuple[int, int]:
            assert wait
            return self.count, 0

        def getbuffer(self) -> bytes:
            return self.data

    def read(handle: socket.socket, size: int, overlapped: bool) -> tuple[Overlapped, int]:
        data = handle.recv(size)
        if not data:
            error = OSError()
            error.winerror = BROKEN_PIPE  # type: ignore[attr-defined]
            raise error
        return Overlapped(data + b"rest of the buffer", len(data)), 0

    def write(handle: socket.socket, data: bytes, overlapped: bool) -> tuple[Overlapped, int]:
        if not data:
            handle.shutdown(socket.SHUT_WR)
        return Overlapped(b"", handle.send(data[:3]) if data else 0), 0

    api = types.SimpleNamespace(
        GENERIC_READ=1, GENERIC_WRITE=2, OPEN_EXISTING=3, FILE_FLAG_OVERLAPPED=4, ReadFile=read, WriteFile=write,
        CreateFile=lambda path, *_: opened.append(path) or ours, CloseHandle=lambda handle: handle.close(),
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "_winapi", api)
    pipe = PipeSocket("//./pipe/docker_engine")
    assert opened == ["\\\\.\\pipe\\docker_engine"]
    pipe.sendall(b"0123456789")
    pipe.shutdown(socket.SHUT_WR)
    assert theirs.recv(100) == b"0123456789" and theirs.recv(100) == b""
    theirs.sendall(b"answer")
    assert pipe.recv(100) == b"answer"
    theirs.close()
    assert pipe.recv(100) == b""
    pipe.shutdown(socket.SHUT_RDWR)
    assert pipe.recv(100) == b""
    pipe.close()
