"""`attach`: what cannot be joined, and what is told of it."""

from __future__ import annotations

import pytest

from pydock.errors import Failure, Unreachable
from tests.support.cli import cli, refused


@pytest.mark.parametrize("problem", [refused(404, "No such container: a"), Unreachable("no such host", "tcp://x")])
def test_an_attach_says_why_the_container_cannot_be_seen_and_not_why_it_cannot_be_waited_for(problem: Failure) -> None:
    table = {
        ("POST", "/containers/a/wait"): Unreachable("of the wait", "tcp://x"),
        ("GET", "/containers/a/json"): problem,
    }
    assert (done := cli("attach", "a", table=table)).err == f"{problem.message}\n" and len(done.requests) == 2
