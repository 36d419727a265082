"""`run`: the order of its requests, and its exit codes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cli import FakeDuplex, cli, refused
from tests.support.samples import ID


def run_table(code: int = 0, data: bytes = b"") -> dict[tuple[str, str], Any]:
    path = f"/containers/{ID}"
    return {
        ("POST", "/containers/create"): {"Id": ID, "Warnings": ["careful"]}, ("POST", f"{path}/attach"): lambda _: FakeDuplex(data),
        ("POST", f"{path}/wait"): {"StatusCode": code}, ("POST", f"{path}/start"): b"",
    }  # fmt: skip


def test_the_order_of_run() -> None:
    """Create, attach, register the wait, start: docker's order, by which nothing is missed."""
    done = cli("run", "--rm", "busybox", table=run_table(7, b"\x01\0\0\0\0\0\0\x03hi\n"))
    assert (done.code, done.out, done.err) == (7, "hi\n", "WARNING: careful\n")
    assert [r.path.rpartition("/")[2] for r in done.requests] == ["create", "attach", "wait", "start"]
    assert done.requests[2].query == {"condition": "removed"}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ('exec: "x": executable file not found in $PATH', 127),
        ("stat /x: no such file or directory", 127),
        ("exec: permission denied", 126),
        ("/etc is a directory", 126),
        ("port is taken", 125),
    ],
)
def test_what_run_makes_of_a_failed_start(message: str, code: int) -> None:
    table = run_table(data=b"\x01\0\0\0\0\0\0\x03hi\n")
    table[("POST", f"/containers/{ID}/start")] = refused(400, message)
    done = cli("run", "busybox", table=table)
    assert (done.code, done.err.splitlines()[1]) == (code, f"docker: Error response from daemon: {message}")
    # what came before, as docker shows it
    assert done.out == "hi\n"
