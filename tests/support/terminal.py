"""A program on a pseudo terminal: what is typed, what is shown, and whether the terminal is left as it was."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping
from pathlib import Path


class Terminal:
    """A program on a pseudo terminal of 24 lines."""

    def __init__(
        self, client: Path, *argv: str, host: str, env: Mapping[str, str] | None = None, columns: int = 80
    ) -> None:
        self.master, slave = pty.openpty()
        self.resize(24, columns)
        self.before = termios.tcgetattr(slave)
        full = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": host, "TERM": "xterm", **(env or {})}
        self.slave = slave
        self.process = subprocess.Popen(
            [str(client), *argv], stdin=slave, stdout=slave, stderr=slave, env=full, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        self.seen = b""

    def resize(self, lines: int, columns: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def type(self, text: bytes) -> None:
        os.write(self.master, text)

    def until(self, text: bytes, seconds: float = 20) -> bytes:
        """Read until `text` has come since the last look."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            left = end - time.monotonic()
            assert (left > 0 and self.process.poll() is None) or text in self.seen, (
                text,
                self.seen,
                self.process.poll(),
            )
            if select.select([self.master], [], [], min(left, 0.2))[0]:
                self.seen += os.read(self.master, 65536)
        found, self.seen = self.seen.split(text, 1)
        return found

    def end(self, seconds: float = 20) -> int:
        """The exit code; the terminal must be as it was."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            if select.select([self.master], [], [], 0.1)[0]:
                self.seen += os.read(self.master, 65536)
        code = self.process.wait(1)
        while select.select([self.master], [], [], 0.1)[0]:
            self.seen += os.read(self.master, 65536)
        assert termios.tcgetattr(self.slave) == self.before
        return code

    def echoes(self) -> bool:
        """Is what is typed shown?"""
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)
