"""The terminal that README's pictures are drawn from."""

from __future__ import annotations

import pytest

from tests.pictures.screen import Screen


@pytest.mark.parametrize(
    ("sent", "lines"),
    [
        ("one\r\ntwo", ["one", "two"]),
        ("one\rtwo\b!", ["tw!"]),
        ("123456789ab", ["123456789a", "b"]),
        # a frame that is drawn over the one before: up, and each line cleared
        ("a 1\r\nb 1\r\x1b[2K\x1b[1A\x1b[2Ka 2\r\nb", ["a 2", "b"]),
        ("abcd\x1b[2D\x1b[K!", ["ab!"]),
        ("abcd\x1b[3D\x1b[P", ["acd"]),
        ("a\r\nb\r\nc\x1b[2A\x1b[J", ["a"]),
        # what is of no account: titles, modes, other sets of characters
        ("\x1b]0;title\x07a\x1b[?25l\x1b(B\x1b=b", ["ab"]),
    ],
)
def test_what_a_terminal_shows(sent: str, lines: list[str]) -> None:
    screen = Screen(10)
    # byte by byte, as it may come
    for byte in sent.encode():
        screen.feed(bytes([byte]))
    assert screen.lines() == lines


def test_colours() -> None:
    screen = Screen(10)
    screen.feed(b"a\x1b[1;34mb\x1b[0mc")
    (line,) = screen.drawn()
    assert line.plain == "abc" and [(s.start, s.end, str(s.style)) for s in line.spans] == [(1, 2, "bold color(4)")]
