"""Connections through a program, as ssh: what it says is told, and it does not outlive its connection."""

from __future__ import annotations

from pathlib import Path

import pytest

from pydock.api.system import info
from pydock.config.endpoint import Endpoint
from pydock.engine import dial
from pydock.engine.dial import CommandEnded, CommandSocket, number_at_end
from pydock.engine.engine import Engine
from pydock.errors import Unreachable
from pydock.lookup import no_such_host


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


@pytest.mark.parametrize(
    "host",
    [
        "1.2",
        "127.1",
        "0x7f000001",
        "2130706433",
        "300.1.1.1",
        "010.1.1.1",
        "1.2.3.4.",
        "1.2.3.4.5",
        "x..y",
        "-x-",
        "x" * 70,
    ],
)
def test_what_is_no_host_to_go_is_none(host: str) -> None:
    """The C library takes 1.2 for 1.0.0.2; the httpx library refuses some of these in its own words."""
    with pytest.raises(Unreachable) as error:
        Engine(Endpoint(f"tcp://{host}:1"), requested="1.51").json(info())
    assert (
        error.value.message == f'error during connect: Get "http://{host}:1/v1.51/info": dial tcp: {no_such_host(host)}'
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::ffff:1.2.3.4", "fe80::1%lo", "h1", "a.1b", "localhost"])
def test_addresses_and_names_end_in_no_number(host: str) -> None:
    assert not number_at_end(host)
