"""`service rm`: each name in turn."""

from __future__ import annotations

from tests.support.cli import cli, refused


def test_each_is_removed_and_each_failure_told() -> None:
    table = {("DELETE", "/services/a"): b"", ("DELETE", "/services/b"): refused(404, "service b not found")}
    done = cli("service", "rm", "b", "", "a", table=table)
    told = "Error response from daemon: service b not found\ninvalid service name or ID: value is empty\n"
    assert (done.code, done.out, done.err) == (1, "a\n", told)
