"""Locks between processes, held from reading to writing, so that concurrent changes are not lost.

With flock(2) the kernel releases the lock when the holder ends. docker does not lock its files, and replaces them by
renaming; so the folder is locked, which renames do not affect, and there is no lock file to remove. Readers need no
lock: files are replaced atomically.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pydock.errors import Failure
from pydock.files.atomic import FOLDER, NO_LINK

#: seconds to wait for a lock, which processes normally hold for less than one
PATIENCE = 30.0


@contextmanager
def locked_folder(folder: str, patience: float = PATIENCE) -> Iterator[None]:
    """Hold a folder's lock within the block. Raises OSError, and Failure after `patience` seconds."""
    handle = os.open(folder, FOLDER)
    try:
        _lock(handle, folder, patience)
        yield
    finally:
        os.close(handle)


@contextmanager
def locked_file(path: str, vanishing: bool, patience: float = PATIENCE) -> Iterator[None]:
    """Hold a lock on a separate lock file, as other programs do. vanishing: the file is removed afterwards.

    Raises OSError, Failure."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | NO_LINK, 0o600)
        try:
            _lock(handle, path, patience)
            if not _is(path, handle):
                # while we waited the lock file may have been removed
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
            # a file system without locks: go on as docker does
            return
        time.sleep(pause)
        pause = min(2 * pause, 0.05)
