"""A user who starts engines: pretended ones, of a program that takes Podman's command line."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.support.cli import Result, cli


class User:
    """Has a home of its own, and PATH with nothing but that program."""

    def __init__(self, home: Path, program: str = "podman") -> None:
        self.home, self.bin = home, home / "bin"
        self.bin.mkdir()
        (home / "run").mkdir(mode=0o700)
        if program:
            fake = Path(__file__).with_name("fake_engine.py")
            (self.bin / program).write_text(f'#!/bin/sh\nexec {sys.executable} {fake} "$@"\n')
            (self.bin / program).chmod(0o755)

    @property
    def environ(self) -> dict[str, str]:
        return {"HOME": str(self.home), "XDG_RUNTIME_DIR": str(self.home / "run"), "PATH": str(self.bin), "SAID": str(self.home / "said")}  # fmt: skip

    def __call__(self, *argv: str, environ: dict[str, str] | None = None, **more: Any) -> Result:
        return cli(*argv, environ={**self.environ, **(environ or {})}, own_engine=True, prog="pydock", **more)

    @property
    def said(self) -> list[str]:
        """The command lines that the program was given."""
        path = self.home / "said"
        return path.read_text().splitlines() if path.exists() else []

    def state(self, name: str = "pydock") -> Path:
        return self.home / ".local" / "state" / "pydock" / "engines" / name

    def socket(self, name: str = "pydock") -> Path:
        return self.home / "run" / "pydock" / name / "docker.sock"

    def note(self, name: str = "pydock") -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.state(name) / "engine.json").read_text())
        return found

    def pid(self, name: str = "pydock") -> int:
        return int(self.note(name)["pid"])

    def kill(self, name: str = "pydock") -> None:
        """As a machine that runs out of memory does."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)

    def contexts(self) -> list[str]:
        return self("context", "ls", "-q").out.split()


def runs(pid: int) -> bool:
    """A process that has ended, but is our child, counts as ended."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@contextmanager
def user(program: str = "podman") -> Iterator[User]:
    """What it has started is ended afterwards. The paths of sockets must be short."""
    with TemporaryDirectory(prefix="pd-") as folder, pytest.MonkeyPatch.context() as patch:
        # this machine's own engines are not among them
        patch.setattr("pydock.machine.programs.ADMINISTRATION", ())
        one = User(Path(folder), program)
        try:
            yield one
        finally:
            for note in Path(folder).glob(".local/state/pydock/engines/*/engine.json"):
                with suppress(ProcessLookupError):
                    os.kill(json.loads(note.read_text())["pid"], signal.SIGKILL)
            time.sleep(0.01)
