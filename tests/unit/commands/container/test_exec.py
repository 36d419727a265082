"""`exec`: what runs, with which variables, and how its end is known."""

from __future__ import annotations

from pathlib import Path

from pydock.errors import Unreachable
from tests.support.cli import FakeDuplex, cli
from tests.unit.commands.container.test_session import PLAIN, exec_table


def test_the_variables_of_an_exec(tmp_path: Path) -> None:
    """Those of files come first; a name alone takes the caller's value, or stands for itself."""
    line = (
        "exec",
        "-e",
        "A=1",
        "-e",
        "HERE",
        "-e",
        "NOWHERE",
        "--env-file",
        "f",
        "-u",
        "me",
        "-w",
        "/w",
        "--privileged",
        "a",
        "sh",
        "-c",
        "x",
    )
    done = cli(
        *line, table=exec_table(FakeDuplex(), 0), environ={"HERE": "2"}, folder=tmp_path, files={"f": "F=3\nHERE\n"}
    )
    body = done.requests[1].body
    assert body["Env"] == ["F=3", "HERE=2", "A=1", "HERE=2", "NOWHERE"]
    assert (body["Cmd"], body["User"], body["WorkingDir"], body["Privileged"]) == (["sh", "-c", "x"], "me", "/w", True)
    assert (body["AttachStdin"], body["AttachStdout"], body["Tty"], "ConsoleSize" in body) == (
        False,
        True,
        False,
        False,
    )
    done = cli("exec", "--env-file", "no", "a", "x", folder=tmp_path)
    assert (done.code, done.err, done.requests) == (1, "open no: no such file or directory\n", [])


def test_an_exec_without_an_id_is_no_success() -> None:
    table = {("GET", "/containers/a/json"): PLAIN, ("POST", "/containers/a/exec"): {"Id": ""}}
    done = cli("exec", "a", "true", table=table)
    assert (done.code, done.err) == (1, "exec ID empty\n")


def test_an_engine_that_is_gone_at_the_end_of_an_exec_is_255() -> None:
    table = {**exec_table(FakeDuplex()), ("GET", "/exec/e/json"): Unreachable("no such host", "tcp://x")}
    done = cli("exec", "a", "true", table=table)
    assert (done.code, done.err) == (255, "no such host\n")
