"""`diff`: what has changed in a container's files."""

from __future__ import annotations

from tests.support.cli import cli

PLACE = ("GET", "/containers/a/changes")


def test_each_change_has_a_letter() -> None:
    changes = [{"Kind": kind, "Path": f"/{kind}"} for kind in range(4)]
    assert cli("diff", "a", table={PLACE: changes}).out == "C /0\nA /1\nD /2\n /3\n"
    assert cli("diff", "a", table={PLACE: None}).out == ""
    done = cli("diff", "")
    assert (done.code, done.requests) == (1, [])
