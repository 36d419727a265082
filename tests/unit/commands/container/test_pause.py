"""`pause` and `unpause`."""

from __future__ import annotations

import pytest

from tests.support.cli import cli, refused


@pytest.mark.parametrize("verb", ["pause", "unpause"])
def test_each_container_by_itself(verb: str) -> None:
    table = {("POST", f"/containers/{name}/{verb}"): b"" for name in "ac"}
    done = cli(verb, "a", "b", "c", table={**table, ("POST", f"/containers/b/{verb}"): refused(409, "not so")})
    assert (done.code, done.out, done.err) == (1, "a\nc\n", "Error response from daemon: not so\n")
