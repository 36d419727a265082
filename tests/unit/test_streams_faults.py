"""This process's edge and its streams when something goes wrong: signals, closed and full streams, connections that are cut."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.terminal import Terminal
from tests.unit.test_engine_faults import peer

PYDOCK = Path(sys.executable).with_name("pydock")


def environ(host: str, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": host, **more}


def until(holds: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


# ---- signals ------------------------------------------------------------------------------------------

HALF = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\nContent-Length: 100000\r\n\r\n" + b"x" * 1000


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_no_half_file(tmp_path: Path, number: signal.Signals) -> None:
    place = tmp_path / "out"
    place.mkdir()
    with peer(tmp_path, lambda _: HALF) as there:
        process = subprocess.Popen([PYDOCK, "export", "-o", place / "all.tar", "x"], env=environ(there.engine.endpoint.host), stderr=subprocess.PIPE)
        until(lambda: list(place.iterdir()))
        process.send_signal(number)
        assert process.communicate(timeout=20)[1] == b""
    assert process.returncode == 128 + number
    assert not list(place.iterdir())


def test_a_hangup_is_ignored_where_nohup_says_so(tmp_path: Path) -> None:
    with peer(tmp_path, lambda _: HALF) as there:
        argv = ["nohup", str(PYDOCK), "export", "-o", str(tmp_path / "all.tar"), "x"]
        process = subprocess.Popen(argv, env=environ(there.engine.endpoint.host), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        until(lambda: there.requests)
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGTERM


@pytest.mark.parametrize(("number", "code"), [(signal.SIGHUP, 129), (signal.SIGTERM, 0), (signal.SIGINT, 0)])
def test_a_signal_gives_the_echo_of_a_password_prompt_back(number: signal.Signals, code: int) -> None:
    """A login that is given up is no failure, as with docker."""
    t = Terminal(PYDOCK, "login", "-u", "a", "registry.invalid", host="unix:///nonexistent.sock")
    try:
        t.until(b"assword: ")
        until(lambda: not t.echoes())
        t.process.send_signal(number)
        assert t.end() == code
    finally:
        t.close()
