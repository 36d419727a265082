"""`start`: containers that start, with their streams or without."""

from __future__ import annotations

import threading

import pytest

from pydock.api.containers import start_container
from tests.support.cli import FakeDuplex, cli, refused
from tests.support.samples import ID, container


def test_start_names_what_failed() -> None:
    table = {("POST", "/containers/a/start"): refused(500, "no"), ("POST", "/containers/b/start"): b""}
    done = cli("start", "a", "b", table=table)
    assert (done.code, done.out, done.err) == (
        1,
        "b\n",
        "Error response from daemon: no\nError: failed to start containers: a\n",
    )


def test_one_container_starts_from_a_checkpoint_or_with_its_streams() -> None:
    done = cli(
        "start",
        "--checkpoint",
        "c",
        "--checkpoint-dir",
        "/d",
        "a",
        table={("POST", "/containers/a/start"): b""},
        experimental=True,
    )
    assert (done.code, done.out, done.requests) == (0, "", [start_container("a", "c", "/d")])
    for flags, word in (
        (("--checkpoint", "c"), "restore multiple containers"),
        (("-a",), "start and attach multiple containers"),
        (("-i",), "start and attach multiple containers"),
    ):
        done = cli("start", *flags, "a", "b", experimental=True)
        assert (done.code, done.err) == (1, f"you cannot {word} at once\n")


def test_a_start_that_fails_ends_what_was_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    session, closed = FakeDuplex(b"\x01\0\0\0\0\0\0\x02a\n"), threading.Event()
    monkeypatch.setattr(session, "close", closed.set)
    table = {
        ("GET", "/containers/a/json"): container(), ("POST", f"/containers/{ID}/attach"): session, ("POST", f"/containers/{ID}/wait"): {"StatusCode": 0},
        ("POST", f"/containers/{ID}/start"): refused(500, "no"),
    }  # fmt: skip
    done = cli("start", "-a", "a", table=table)
    assert (done.code, done.out, done.err) == (1, "a\n", "Error response from daemon: no\n")
    assert closed.is_set()
