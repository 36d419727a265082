"""Where the resident process of a user listens, and what must be the same at both ends.

It is loaded by every command: it imports only what Python has loaded at its start.
"""

import os
import sys

#: warm start uses what Linux alone has: /proc, peer credentials, file descriptors of processes
AVAILABLE = sys.platform == "linux" and hasattr(os, "pidfd_open")


def folder() -> str:
    """The private folder of the user: it exists while warm start is on. "" where there is none."""
    if not AVAILABLE:
        return ""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return os.path.join(runtime if os.path.isabs(runtime) else "/tmp", f"pydock-warm-{os.getuid()}")


def turned_on() -> bool:
    """Is it there, and is it one that nobody else can have made, enter or change?"""
    try:
        found = os.lstat(folder())
    except OSError:
        return False
    # a folder proper (not a link to one), ours, for us alone
    return found.st_mode & 0o170000 == 0o040000 and found.st_uid == os.getuid() and not found.st_mode & 0o077


def socket_path() -> str:
    return os.path.join(folder(), "socket")


def lock_path() -> str:
    """The lock that a resident process holds as long as it lives."""
    return os.path.join(folder(), "lock")


def plain() -> bool:
    """Is there nothing about this process that a forked one would not have?

    Variables of the loader, the C library and Python take effect as a program starts; a set-id program has two users.
    """
    marked = (b"PYTHON", b"LD_", b"GLIBC_", b"MALLOC_", b"GCONV_", b"LOCPATH", b"NLSPATH", b"VALGRIND")
    return (
        not any(name.startswith(marked) for name in os.environb)
        and os.getuid() == os.geteuid()
        and os.getgid() == os.getegid()
    )


def stamp() -> str:
    """Python and pydock, as this process has them. What is first on sys.path is the folder of the script."""
    return repr(
        (
            sys.executable, sys.version, tuple(sys.flags), sys._xoptions, sys.warnoptions, sys.path[1:], __file__,
            sys.getfilesystemencoding(), sys.getfilesystemencodeerrors(), os.uname(),
        )
    )  # fmt: skip
