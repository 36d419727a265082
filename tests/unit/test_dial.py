"""Connections through a program, as ssh: what it says is told, and it does not outlive its connection."""

from __future__ import annotations

from pathlib import Path

import pytest

from pydock.engine import dial
from pydock.engine.dial import CommandEnded, CommandSocket


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of a program that is found as "ssh"."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path / "ssh"


def connection(program: Path, script: str) -> CommandSocket:
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return CommandSocket(["ssh", "host"])


@pytest.mark.parametrize("script", ["exec cat", "echo ready; trap '' TERM; while :; do sleep 1; done", "exit 3"])
def test_a_program_ends_with_its_connection(program: Path, script: str) -> None:
    sock = connection(program, script)
    if "ready" in script:
        assert sock.recv(10) == b"ready\n"
    sock.close()
    assert sock.process.returncode is not None


def test_a_program_that_closes_its_output_and_stays_is_ended(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dial, "PARTING", 0.2)
    sock = connection(program, "echo why >&2; exec <&- >&-; exec sleep 1000")
    with pytest.raises(
        CommandEnded, match=r"command \[ssh host\] has closed its output and did not exit after 0.2s, .*stderr=why$"
    ):
        sock.recv(10)
    assert sock.process.returncode is not None
    sock.close()
