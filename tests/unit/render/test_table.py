"""Columns of a table."""

from __future__ import annotations

from pydock.render.table import align


def test_tables() -> None:
    assert (
        align("A\tBB\tC\nlonger than ten\tx\ty\n") == "A                 BB        C\nlonger than ten   x         y\n"
    )
    assert align("A\t\tC\nx\t\ty\n") == "A                   C\nx                   y\n"
    assert align("a\tb\nno cell\nlonger than ten\tb\n") == "a         b\nno cell\nlonger than ten   b\n"
