"""`container prune`: the question, the filters, and the report."""

from __future__ import annotations

from tests.support.cli import cli

PRUNE = ("POST", "/containers/prune")
QUESTION = "WARNING! This will remove all stopped containers.\nAre you sure you want to continue? [y/N] "


def test_containers_go_after_a_yes() -> None:
    report = {"ContainersDeleted": ["one", "two"], "SpaceReclaimed": 1500}
    done = cli("container", "prune", table={PRUNE: report}, stdin=b"y\n")
    assert (done.code, done.err, done.requests[0].query) == (0, "", {})
    assert done.out == QUESTION + "Deleted Containers:\none\ntwo\n\nTotal reclaimed space: 1.5kB\n"
    for answer in (b"n\n", b"", b"yes\n"):
        done = cli("container", "prune", stdin=answer)
        assert (done.code, done.out, done.requests) == (0, QUESTION, [])


def test_filters_choose() -> None:
    words = ("--filter", "until=1h", "--filter", "label=a=b")
    done = cli("container", "prune", "-f", *words, table={PRUNE: {"ContainersDeleted": None, "SpaceReclaimed": 0}})
    assert done.out == "Total reclaimed space: 0B\n"
    assert done.requests[0].query == {"filters": '{"label":{"a=b":true},"until":{"1h":true}}'}
