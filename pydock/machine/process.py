"""Processes of this machine that pydock has started, and that outlive it: known again by pid, start and boot."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from pydock.values import record

BOOT = "/proc/sys/kernel/random/boot_id"
#: seconds between two looks
STEP = 0.1


@record
class Process:
    """A pid alone is not enough: numbers are used again. start: in ticks since this boot."""

    pid: int
    start: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> Process | None:
        """The process of that number now; None if there is none, or it has ended and nobody has waited for it yet."""
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
            with open(BOOT, encoding="ascii") as file:
                boot = file.read().strip()
        except OSError:
            return None
        return None if fields[0] in "ZX" else cls(pid, int(fields[19]), boot)

    @property
    def runs(self) -> bool:
        return Process.of(self.pid) == self

    def end(self, seconds: float) -> bool:
        """Ask it to end, and wait; has it? No other process is ever signalled. Raises OSError."""
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            # the handle is that of one process: if it is ours now, the signal reaches no other
            if self.runs:
                signal.pidfd_send_signal(handle, signal.SIGTERM)
            return until(lambda: not self.runs, seconds)
        except ProcessLookupError:
            return True
        finally:
            os.close(handle)


def until(true: Callable[[], bool], seconds: float) -> bool:
    """Wait until it is true; is it?"""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(STEP)
    return True
