"""Frames, detach keys, the pump: bytes in, bytes out, however they are cut."""

from __future__ import annotations

import errno
import io
import os
import socket
import threading
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydock.engine.hijack import Duplex
from pydock.engine.http1 import Wire
from pydock.errors import BrokenStream
from pydock.streams import detach
from pydock.streams.frames import STDERR, STDOUT, Decoder
from pydock.streams.pump import Sender, receive
from tests.support.cut import cut


@given(st.lists(st.tuples(st.sampled_from([STDOUT, STDERR]), st.binary(max_size=40))), st.lists(st.integers(0, 10**6)))
def test_frames_however_they_arrive(frames: list[tuple[int, bytes]], places: list[int]) -> None:
    data = b"".join(bytes([kind, 0, 0, 0]) + len(body).to_bytes(4, "big") + body for kind, body in frames)
    decoder, got = Decoder(), {STDOUT: b"", STDERR: b""}
    for piece in cut(data, places):
        for kind, body in decoder.feed(piece):
            got[kind] += body
    assert got == {k: b"".join(b for kind, b in frames if kind == k) for k in got}
    assert not decoder.pending


def test_a_cut_frame_is_known() -> None:
    decoder = Decoder()
    assert list(decoder.feed(b"\x01\0\0\0\0\0\0\x05ab")) == [(STDOUT, b"ab")]
    assert decoder.pending


def test_what_is_no_frame() -> None:
    with pytest.raises(ValueError, match="unrecognized stream: 104"):
        list(Decoder().feed(b"hello, world"))


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("ctrl-p,ctrl-q", b"\x10\x11"),
        ("a,b", b"ab"),
        ("ctrl-@,ctrl-[", b"\0\x1b"),
        ("DEL", b"\x7f"),
        ("ctrl-A", b"\x01"),
        ("ctrl-_", b"\x1f"),
    ],
)
def test_detach_keys(text: str, keys: bytes) -> None:
    assert detach.parse(text) == keys


@pytest.mark.parametrize("text", ["bogus", "ctrl-", "ctrl-1", "", "a,,b", "ctrl-ab"])
def test_bad_detach_keys(text: str) -> None:
    with pytest.raises(ValueError, match="Unknown character"):
        detach.parse(text)


@given(st.binary(max_size=60), st.lists(st.integers(0, 100)))
def test_typing_without_the_keys_loses_nothing(data: bytes, places: list[int]) -> None:
    keys = detach.Keys(b"\x10\x11")
    if b"\x10\x11" in data or data.endswith(b"\x10"):
        return
    out = b"".join(keys.feed(piece)[0] for piece in cut(data, places))
    # a key pressed twice: the first is passed on as docker does, when the second does not follow
    assert out.replace(b"\x10", b"") == data.replace(b"\x10", b"")


def test_the_keys_end_the_typing() -> None:
    keys = detach.Keys(b"\x10\x11")
    assert keys.feed(b"ab\x10") == (b"ab", False)
    assert keys.feed(b"\x11cd") == (b"", True)


class End:
    """One end of a socket pair, as a stream."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    def read(self) -> bytes:
        return self.sock.recv(65536)

    def write(self, data: bytes) -> None:
        self.sock.sendall(data)

    def hang_up(self) -> None:
        pass

    def close_write(self) -> None:
        self.sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.sock.shutdown(socket.SHUT_RDWR)


def test_both_ways_with_half_close() -> None:
    """stdin ends; what the other side still says afterwards arrives."""
    ours, theirs = socket.socketpair()
    reading, writing = os.pipe()
    with ours, theirs, os.fdopen(reading, "rb") as stdin:

        def other() -> None:
            got = b""
            while data := theirs.recv(100):
                got += data
            answer = got.upper()
            theirs.sendall(b"\x01\0\0\0" + len(answer).to_bytes(4, "big") + answer + b"\x02\0\0\0\0\0\0\x03err")
            theirs.shutdown(socket.SHUT_WR)

        thread = threading.Thread(target=other)
        thread.start()
        sender = Sender(stdin, End(ours))
        sender.start()
        os.write(writing, b"hello")
        os.close(writing)
        out, err = io.BytesIO(), io.BytesIO()
        receive(End(ours), out.write, err.write, framed=True)
        thread.join()
        sender.thread.join()
    assert (out.getvalue(), err.getvalue()) == (b"HELLO", b"err")


def test_an_error_of_the_engine_in_the_stream() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"\x03\0\0\0\0\0\0\x04oops")
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(BrokenStream, match="oops"):
            receive(End(ours), lambda _: None, lambda _: None, framed=True)


# ---- a connection's own ways: one buffer, and bytes that the system moves -----------------------------------


def through(stdin: BinaryIO, sent: bytes = b"", framed: bool = False) -> tuple[bytes, bytes, bytes, bool]:
    """(what the other side got, stdout, stderr, whether they are frames to their end) of stdin and a stream."""
    ours, theirs = socket.socketpair()
    got, out, err = bytearray(), bytearray(), bytearray()

    def other() -> None:
        theirs.sendall(sent)
        while data := theirs.recv(1 << 16):
            got.extend(data)
        theirs.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=other)
    thread.start()
    wire = Wire(ours)
    duplex = Duplex(wire, "")
    sender = Sender(stdin, duplex)
    with ours, theirs:
        sender.start()
        try:
            receive(duplex, out.extend, err.extend, framed)
            whole = True
        except BrokenStream:
            whole = False
        sender.thread.join()
        thread.join()
    return bytes(got), bytes(out), bytes(err), whole


def piped(data: bytes) -> BinaryIO:
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(data)

    threading.Thread(target=write).start()
    return os.fdopen(reading, "rb")


@pytest.mark.parametrize("size", [0, 1, 3 << 20 | 5])
def test_stdin_arrives_whole_from_files_pipes_and_sockets(
    tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = os.urandom(size)
    (tmp_path / "f").write_bytes(b"read before" + data)
    ours, theirs = socket.socketpair()
    threading.Thread(target=lambda: (theirs.sendall(data), theirs.close())).start()
    with piped(data) as pipe, ours, (tmp_path / "f").open("rb", buffering=0) as file:
        file.read(11)
        assert [through(stdin)[0] for stdin in (pipe, ours.makefile("rb"), file)] == [data] * 3
        # where the system can move a part only, the rest is read
        file.seek(11)
        real, calls = os.sendfile, iter(range(100))

        def refuse(*given: Any) -> int:
            if next(calls):
                raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
            return real(*given)

        monkeypatch.setattr(os, "sendfile", refuse)
        assert through(file)[0] == data


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(st.sampled_from([STDOUT, STDERR]), st.integers(0, 40_000), st.integers(0, 255)), max_size=6),
    st.integers(0, 20),
)
def test_output_in_one_buffer_is_the_output(frames: list[tuple[int, int, int]], missing: int) -> None:
    parts = [(kind, bytes([value]) * count) for kind, count, value in frames]
    data = b"".join(bytes([kind, 0, 0, 0]) + len(body).to_bytes(4, "big") + body for kind, body in parts)
    want = [b"".join(body for kind, body in parts if kind == wanted) for wanted in (STDOUT, STDERR)]
    with open(os.devnull, "rb") as nothing:
        assert through(nothing, data, framed=True) == (b"", *want, True)
        assert through(nothing, data) == (b"", data, b"", True)
        cut_off = data[: len(data) - missing]
        _, out, err, _ = through(nothing, cut_off, framed=True)
    assert want[0].startswith(out) and want[1].startswith(err) and len(out) + len(err) >= len(b"".join(want)) - missing


def test_bytes_that_came_with_the_head_come_first() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire = Wire(ours)
        wire.buffer = b"first, "
        theirs.sendall(b"then")
        theirs.shutdown(socket.SHUT_WR)
        assert b"".join(bytes(view) for view in Duplex(wire, "").views()) == b"first, then"
