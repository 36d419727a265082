"""Processes of this machine that pydock has started, and that outlive it: known again by pid, start and boot."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from pydock.values import record

BOOT = "/proc/sys/kernel/random/boot_id"
#: seconds between two looks; that children may take to end by themselves
STEP, ALONE = 0.1, 2.0


@record
class Process:
    """A pid alone is not enough: numbers are used again. start: in ticks since this boot."""

    pid: int
    start: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> Process | None:
        """The process of that number now; None if there is none, or it has ended and nobody has waited for it yet."""
        fields = stat(pid)
        try:
            with open(BOOT, encoding="ascii") as file:
                boot = file.read().strip()
        except OSError:
            return None
        return cls(pid, int(fields[19]), boot) if fields else None

    @property
    def runs(self) -> bool:
        return Process.of(self.pid) == self

    def end(self, seconds: float) -> bool:
        """Ask it to end, and what it has started in its own session; wait; have they? No other process is ever signalled.
        Raises OSError."""
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            # the handle is that of one process: if it is ours now, the signal reaches no other
            if not self.runs:
                return True
            signal.pidfd_send_signal(handle, signal.SIGTERM)
        except ProcessLookupError:
            return True
        finally:
            os.close(handle)
        return until(lambda: not self.runs, seconds) and self._end_rest(seconds)

    def _end_rest(self, seconds: float) -> bool:
        """What is left of its session, whose number no other has until then: Podman may go on in a child."""
        if not until(lambda: not members(self.pid), ALONE):
            for pid in members(self.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
        return until(lambda: not members(self.pid), seconds)


def stat(pid: int | str) -> list[str]:
    """The fields of a process, from its state on; none if it has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return []
    return fields if fields and fields[0] not in "ZX" else []


def members(session: int) -> list[int]:
    """The processes of a session."""
    return [int(pid) for pid in filter(str.isdigit, os.listdir("/proc")) if stat(pid)[3:4] == [str(session)]]


def until(true: Callable[[], bool], seconds: float) -> bool:
    """Wait until it is true; is it?"""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(STEP)
    return True
