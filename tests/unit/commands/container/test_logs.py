"""`logs`: what came is shown, what is missing is told."""

from __future__ import annotations

from typing import Any

from pydock.errors import BrokenStream
from tests.support.cli import cli
from tests.support.samples import ID, container


def test_logs_that_are_cut_are_told() -> None:
    """What came is shown; what is missing is an error, not a shorter log."""

    def cut(_: Any) -> list[bytes]:
        return [b"\x01\0\0\0\0\0\0\x03ab\n", b"\x02\0\0\0\0\0\0\x02e\n"]

    table = {("GET", "/containers/x/json"): container(), ("GET", f"/containers/{ID}/logs"): cut}
    done = cli("logs", "x", table=table)
    assert (done.code, done.out, done.err) == (0, "ab\n", "e\n")
    table[("GET", f"/containers/{ID}/logs")] = BrokenStream("unexpected EOF")
    done = cli("logs", "x", table=table)
    assert (done.code, done.err) == (1, "unexpected EOF\n")
