"""`wait`: what is printed of the end."""

from __future__ import annotations

from tests.support.cli import cli


def test_wait_prints_the_exit_codes() -> None:
    table = {
        ("POST", "/containers/a/wait"): {"StatusCode": 3},
        ("POST", "/containers/b/wait"): {"StatusCode": 0, "Error": {"Message": "gone"}},
    }
    done = cli("wait", "a", "b", table=table)
    assert (done.code, done.out, done.err) == (0, "3\n0\n", "")
