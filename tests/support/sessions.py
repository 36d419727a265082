"""Both ends of a session with a container, in this process: what somebody types, and a process that answers to it."""

from __future__ import annotations

import os
import pty
import termios
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from tests.support.stubs import FakeDuplex


class Process(FakeDuplex):
    """Waits for what it is sent, answers, and ends; or ends where it is hung up, or told by end()."""

    def __init__(self, awaited: bytes = b"", answer: bytes = b"") -> None:
        super().__init__()
        self.awaited, self.answer = awaited, answer
        self.ready, self.hung_up, self.closed_write = threading.Event(), False, threading.Event()

    def write(self, data: bytes) -> None:
        super().write(data)
        if self.awaited and self.awaited in self.sent:
            self.end()

    def end(self) -> None:
        if self.answer:
            self.blocks.append(self.answer)
        self.ready.set()

    def hang_up(self) -> None:
        self.hung_up = True
        self.ready.set()

    def close_write(self) -> None:
        self.closed_write.set()

    def read(self) -> bytes:
        assert self.ready.wait(20), f"waited for {self.awaited!r}, was sent {self.sent!r}"
        return super().read()


@contextmanager
def keyboard(typed: bytes) -> Iterator[BinaryIO]:
    """A terminal as stdin, on which something is typed already; it must be left as it was."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    before = termios.tcgetattr(slave)
    os.write(master, typed)
    try:
        with os.fdopen(slave, "rb", buffering=0) as stdin:
            yield stdin
            assert termios.tcgetattr(slave) == before
    finally:
        os.close(master)


@contextmanager
def piped(data: bytes) -> Iterator[BinaryIO]:
    """A pipe as stdin, that ends after some bytes."""
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    with os.fdopen(reading, "rb") as stdin:
        yield stdin
