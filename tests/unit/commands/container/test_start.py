"""`start`: containers that start, with their streams or without."""

from __future__ import annotations

from tests.support.cli import cli, refused


def test_start_names_what_failed() -> None:
    table = {("POST", "/containers/a/start"): refused(500, "no"), ("POST", "/containers/b/start"): b""}
    done = cli("start", "a", "b", table=table)
    assert (done.code, done.out, done.err) == (
        1,
        "b\n",
        "Error response from daemon: no\nError: failed to start containers: a\n",
    )
