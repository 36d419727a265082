"""`builder prune`: only after a yes; what was removed, and how much."""

from __future__ import annotations

import json

from pydock.api.request import Request
from tests.support.cli import cli

REPORT = {"CachesDeleted": ["one", "two"], "SpaceReclaimed": 2_000_000}
PRUNE = ("POST", "/build/prune")


def test_who_does_not_say_yes_keeps_the_cache() -> None:
    for answer in (b"", b"n\n", b"yes\n"):
        done = cli("builder", "prune", stdin=answer)
        assert (done.code, done.requests) == (0, []) and "remove all dangling build cache" in done.out
    assert "remove all build cache" in cli("builder", "prune", "-a").out


def test_what_was_removed() -> None:
    done = cli("builder", "prune", stdin=b"y\n", table={PRUNE: REPORT})
    assert done.code == 0
    assert done.out.endswith("Deleted build cache objects:\none\ntwo\n\nTotal reclaimed space: 2MB\n")
    nothing = cli("builder", "prune", "-f", table={PRUNE: {"CachesDeleted": None, "SpaceReclaimed": 0}})
    assert nothing.out == "Total reclaimed space: 0B\n"


def test_what_is_asked() -> None:
    words = ("--filter", "until=1h", "--filter", "unused-for=2h", "-a", "--keep-storage", "1kb")
    (asked,) = cli("builder", "prune", "-f", *words, table={PRUNE: REPORT}).requests
    assert asked.query["all"] == "1" and "1024" in (asked.query.get("keep-storage"), asked.query.get("reserved-space"))
    assert json.loads(str(asked.query["filters"]))["unused-for"] == {"2h": True}
    (plain,) = cli("builder", "prune", "-f", table={PRUNE: REPORT}).requests
    assert plain == Request("POST", "/build/prune", {"filters": ""})
