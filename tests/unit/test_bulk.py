"""Archives in a buffer that is used again: the same bytes, and the same errors, as by the plain way."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pydock.engine.bulk import bulk
from pydock.engine.http1 import BLOCK, Head, Wire
from pydock.errors import BrokenStream
from tests.support.cut import arriving, cut
from tests.unit.test_wire import chunked

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def plain(wire: Wire, head: Head) -> Iterator[bytes]:
    return wire.body(head, "GET")


def reused(wire: Wire, head: Head) -> Iterator[memoryview]:
    blocks = bulk(wire, head)
    assert blocks is not None
    return blocks


def read(
    pieces: list[bytes], how: Callable[[Wire, Head], Iterator[bytes]] | Callable[[Wire, Head], Iterator[memoryview]]
) -> tuple[Any, ...]:
    """(the body, what follows it, whether the connection is kept), or the error, of an answer that arrives in these pieces."""
    with arriving(pieces) as connection:
        wire, out = Wire(connection), bytearray()
        try:
            for block in how(wire, wire.head()):
                out += block
            return bytes(out), wire.buffer, wire.reusable
        except BrokenStream as broken:
            return bytes(out), broken.message


def outcome(pieces: list[bytes], how: Callable[..., Any]) -> Any:
    """The body, or the error: how much of a wrong body, or of what follows a whole one, has come by then depends on the time."""
    found = read(pieces, how)
    return found[0] if len(found) == 3 else (None, found[1])


@settings(deadline=None, max_examples=80)
@given(st.lists(st.binary(max_size=60), max_size=6), st.lists(st.integers(0, 10**6), max_size=8))
def test_bodies_however_they_arrive(parts: list[bytes], places: list[int]) -> None:
    assert read(cut(HEAD + chunked(parts), places), reused) == (b"".join(parts), b"", True)


@settings(deadline=None, max_examples=80)
@given(st.lists(st.binary(min_size=1, max_size=30), min_size=1, max_size=4), st.data())
def test_a_cut_body_is_an_error(parts: list[bytes], data: st.DataObject) -> None:
    raw = HEAD + chunked(parts)
    end = data.draw(st.integers(len(HEAD), len(raw) - 1))
    got = read(cut(raw[:end], [data.draw(st.integers(0, end))]), reused)
    assert got[1] == "unexpected EOF" and b"".join(parts).startswith(got[0])


@settings(deadline=None, max_examples=120)
@given(
    st.lists(st.binary(max_size=20), max_size=4), st.integers(0, 200), st.binary(max_size=3), st.integers(0, 3),
    st.lists(st.integers(0, 10**6), max_size=3),
)  # fmt: skip
@example([], 3, b"\n\n", 0, [453, 3])
@example([b"ab"], 0, b"-1\r\n", 0, [])
@example([b"ab"], 0, b"f" * 20 + b"\r\n", 0, [])
def test_what_is_wrong_is_wrong_either_way(
    parts: list[bytes], at: int, put: bytes, gone: int, places: list[int]
) -> None:
    body = chunked(parts)
    raw = HEAD + body[:at] + put + body[at + gone :]
    pieces = cut(raw, places)
    assert outcome(pieces, reused) == outcome(pieces, plain)


@pytest.mark.parametrize("size", [1, BLOCK - 7, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_chunks_larger_than_the_buffer(size: int) -> None:
    parts = [b"a" * size, b"b" * 5, b"c" * size]
    assert read([HEAD + chunked(parts)], reused) == (b"".join(parts), b"", True)


def test_a_line_without_an_end_is_an_error() -> None:
    got = read([HEAD + b"1;" + b"x" * (1 << 20)], reused)
    assert got == (b"", "malformed answer of the engine: a line is too long")


@settings(deadline=None, max_examples=40)
@given(st.lists(st.binary(max_size=60), max_size=6), st.lists(st.integers(0, 10**6), max_size=8))
def test_bodies_that_end_with_the_connection(parts: list[bytes], places: list[int]) -> None:
    raw = b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n" + b"".join(parts)
    assert read(cut(raw, places), reused) == (b"".join(parts), b"", False)


def test_other_answers_are_read_the_plain_way() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for status, headers in (
            (200, [(b"Content-Length", b"3")]),
            (404, [(b"Transfer-Encoding", b"chunked")]),
            (404, []),
        ):
            assert bulk(Wire(ours), Head(b"HTTP/1.1", status, b"", headers)) is None
        assert bulk(Wire(object()), Head(b"HTTP/1.1", 200, b"", [(b"Transfer-Encoding", b"chunked")])) is None  # type: ignore[arg-type]
