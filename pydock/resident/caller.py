"""A calling process, as the kernel shows it, and a worker that becomes like it."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Sequence

#: what a worker cannot take over, and must have in common with its caller, of /proc/PID/status
COMMON = (
    "Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "Cpus_allowed",
    "Mems_allowed",
)  # fmt: skip
LIMITS = [value for name, value in vars(resource).items() if name.startswith("RLIMIT_")]


class Lacking(Exception):
    """The resident process has less than its caller: lower limits, or less priority."""


def status(process: int | str) -> dict[str, str]:
    """Raises OSError."""
    with open(f"/proc/{process}/status", encoding="utf-8", errors="surrogateescape") as file:
        return {key: value.strip() for key, _, value in (line.partition(":") for line in file)}


def standing(process: int | str) -> tuple[object, ...]:
    """Program, users, rights, root folder and namespaces. Raises OSError, also for a process that may not be read."""
    found, root = status(process), os.stat(f"/proc/{process}/root")
    spaces = f"/proc/{process}/ns"
    try:
        with open(f"/proc/{process}/attr/current", "rb") as file:
            label = file.read()
    except OSError:
        label = b""  # no AppArmor, no SELinux
    return (
        os.readlink(f"/proc/{process}/exe"),
        (root.st_dev, root.st_ino),
        tuple((name, os.readlink(f"{spaces}/{name}")) for name in sorted(os.listdir(spaces))),
        tuple(found.get(name) for name in COMMON),
        label,
    )


def become_like(process: int) -> None:
    """Take over folder, umask, limits, priority and signals. Raises OSError, KeyError and Lacking."""
    found = status(process)
    # the very folder, also where its path is gone, or leads elsewhere by now
    os.chdir(f"/proc/{process}/cwd")
    os.umask(int(found["Umask"], 8))
    _signals(int(found["SigIgn"], 16), int(found["SigBlk"], 16))
    try:
        nice = os.getpriority(os.PRIO_PROCESS, process)
        if nice != os.getpriority(os.PRIO_PROCESS, 0):
            os.setpriority(os.PRIO_PROCESS, 0, nice)
        for limit in LIMITS:
            wanted = resource.prlimit(process, limit)
            if wanted != resource.getrlimit(limit):
                resource.setrlimit(limit, wanted)
    except (OSError, ValueError) as error:
        raise Lacking from error


def _signals(ignored: int, blocked: int) -> None:
    """Ignore and block these signals, as masks, and no other."""
    for number in signal.valid_signals():
        handler = signal.SIG_IGN if _has(ignored, number) else signal.SIG_DFL
        if number not in (signal.SIGKILL, signal.SIGSTOP) and signal.getsignal(number) != handler:
            signal.signal(number, handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, [n for n in signal.valid_signals() if _has(blocked, n)])


def _has(mask: int, number: int) -> bool:
    return bool(mask >> (number - 1) & 1)


def take_streams(descriptors: Sequence[int]) -> None:
    """Make these the standard streams."""
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
    for descriptor in descriptors:
        os.close(descriptor)
