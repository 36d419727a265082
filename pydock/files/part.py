"""A part of an open file, which a socket gets from the system: its bytes do not pass through this process."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from pydock.errors import Failure, first_line

if TYPE_CHECKING:
    import socket

#: errors of a file that the system cannot send, such as one that it makes up
UNSENDABLE = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)


class FilePart:
    """len() of it is its size in bytes."""

    __slots__ = ("end", "handle", "offset", "path", "size")

    def __init__(self, handle: int, path: str, offset: int, size: int, end: int) -> None:
        """end: the size that the file had, and has been told."""
        self.handle, self.path, self.offset, self.size, self.end = handle, path, offset, size, end

    def __len__(self) -> int:
        return self.size

    def send_to(self, sock: socket.socket) -> None:
        """Raises Failure if the file cannot be read or has become shorter, OSError if the connection has ended."""
        at, end = self.offset, self.offset + self.size
        while at < end:
            try:
                sent = os.sendfile(sock.fileno(), self.handle, at, end - at)
            except (BrokenPipeError, ConnectionResetError):
                raise
            except OSError as error:
                if error.errno not in UNSENDABLE:
                    raise Failure(f"read {self.path}: {first_line(error)}") from error
                data = self._read(at, end - at)
                sock.sendall(data)
                sent = len(data)
            if not sent:
                raise shorter(self.path, self.end - at, self.end)
            at += sent

    def _read(self, at: int, size: int) -> bytes:
        try:
            return os.pread(self.handle, size, at)
        except OSError as error:
            raise Failure(f"read {self.path}: {first_line(error)}") from error


def shorter(path: str, missing: int, size: int) -> Failure:
    """A file is shorter than it was when its size was told."""
    return Failure(f"{path} became shorter while it was copied: {missing} of {size} bytes are missing")
