"""`attach`: what cannot be joined, and what is told of it."""

from __future__ import annotations

import pytest

from pydock.errors import Failure, Unreachable
from tests.support.cli import cli, refused
from tests.support.samples import container


@pytest.mark.parametrize("problem", [refused(404, "No such container: a"), Unreachable("no such host", "tcp://x")])
def test_an_attach_says_why_the_container_cannot_be_seen_and_not_why_it_cannot_be_waited_for(problem: Failure) -> None:
    table = {
        ("POST", "/containers/a/wait"): Unreachable("of the wait", "tcp://x"),
        ("GET", "/containers/a/json"): problem,
    }
    assert (done := cli("attach", "a", table=table)).err == f"{problem.message}\n" and len(done.requests) == 2


def test_an_attach_to_what_does_not_run() -> None:
    for changes, words in (
        ({"Running": False}, "You cannot attach to a stopped container, start it first\n"),
        ({"Paused": True}, "You cannot attach to a paused container, unpause it first\n"),
        ({"Restarting": True}, "You cannot attach to a restarting container, wait until it is running\n"),
    ):
        facts = container()
        table = {
            ("POST", "/containers/a/wait"): {"StatusCode": 0},
            ("GET", "/containers/a/json"): {**facts, "State": {**facts["State"], **changes}},
        }
        done = cli("attach", "a", table=table)
        assert (done.code, done.err) == (1, words)
