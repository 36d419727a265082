"""A file that is there only when it is whole: written under another name beside it, and renamed at the end."""

from __future__ import annotations

import os
import stat
import tempfile
from typing import Any

from pydock.errors import Failure, first_line


class WholeFile:
    """A context manager; leaving it by an error leaves nothing behind. What is no regular file is written as it is."""

    def __init__(self, path: str, mode: int = 0o600) -> None:
        """mode: its permissions, less the umask. Raises Failure where nothing can be written."""
        self.path, self.target, self._temporary = path, os.path.realpath(path), ""
        try:
            if os.path.exists(self.target) and not stat.S_ISREG(os.stat(self.target).st_mode):
                self._handle = os.open(self.target, os.O_WRONLY)
            else:
                self._handle, self._temporary = tempfile.mkstemp(prefix=f".tmp-{os.path.basename(self.target)}", dir=os.path.dirname(self.target))
                if mode != 0o600:
                    os.umask(mask := os.umask(0))
                    os.fchmod(self._handle, mode & ~mask)
        except OSError as error:
            raise Failure(f"open {path}: {first_line(error)}") from None

    def write(self, data: bytes) -> None:
        """Raises Failure when the disk is full."""
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._handle, view) :]
        except OSError as error:
            raise Failure(f"write {self.path}: {first_line(error)}") from error

    def __enter__(self) -> WholeFile:
        return self

    def __exit__(self, kind: Any, *problem: Any) -> None:
        self.close(whole=kind is None)

    def close(self, whole: bool) -> None:
        """Raises Failure; `whole`: give it its name."""
        try:
            os.close(self._handle)
            if self._temporary and whole:
                os.replace(self._temporary, self.target)
            elif self._temporary:
                os.remove(self._temporary)
        except OSError as error:
            raise Failure(f"write {self.path}: {first_line(error)}") from error
