"""Locks between processes, held from reading to writing: no change is lost where many are made at once.

flock(2): the kernel lets go when the holder ends, however that comes. docker itself locks nothing, and renames its
files over
ours: so it is the folder that is locked, which no rename of a file in it replaces, and nothing is left behind. Who only
reads locks nothing: files are replaced as a whole.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pydock.errors import Failure
from pydock.files.atomic import FOLDER, NO_LINK

#: seconds that another process may hold a lock, which it needs for less than one
PATIENCE = 30.0


@contextmanager
def locked_folder(folder: str, patience: float = PATIENCE) -> Iterator[None]:
    """While the block runs nobody else has this lock. Raises OSError; Failure where the holder does not come to an
    end.
    """
    handle = os.open(folder, FOLDER)
    try:
        _lock(handle, folder, patience)
        yield
    finally:
        os.close(handle)


@contextmanager
def locked_file(path: str, vanishing: bool, patience: float = PATIENCE) -> Iterator[None]:
    """The same by a file beside what is changed, for what other programs lock so. vanishing: the file is gone
    afterwards.

    Raises OSError, Failure."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | NO_LINK, 0o600)
        try:
            _lock(handle, path, patience)
            if not _is(path, handle):
                # who waited holds a lock on a file that is gone
                continue
            try:
                yield
            finally:
                if vanishing:
                    os.unlink(path)
            return
        finally:
            os.close(handle)


def _is(path: str, handle: int) -> bool:
    try:
        return os.path.samestat(os.lstat(path), os.fstat(handle))
    except FileNotFoundError:
        return False


def _lock(handle: int, what: str, patience: float) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        return
    end, pause = time.monotonic() + patience, 0.001
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > end:
                raise Failure(
                    f"{what} is locked: another process has been changing it for {patience:.0f} seconds"
                ) from None
        except OSError:
            # a file system without locks: no worse than docker
            return
        time.sleep(pause)
        pause = min(2 * pause, 0.05)
