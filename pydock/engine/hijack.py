"""A hijacked connection: bytes both ways, with half-close."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator

from pydock.engine.http1 import BLOCK, Wire
from pydock.engine.sock import socket
from pydock.errors import BrokenStream, first_line


class Duplex:
    """The connection of attach and exec. `framed`: the output is multiplexed in stdcopy frames (no TTY)."""

    def __init__(self, wire: Wire, content_type: str) -> None:
        self.wire, self.content_type = wire, content_type

    def read(self) -> bytes:
        """At least one byte; b"" at the end. Raises BrokenStream, also for a reset."""
        return self.wire.receive()

    def views(self) -> Iterator[memoryview]:
        """What read() gives until its end, in one buffer that is used again: each block is valid until the next is asked
        for. Raises BrokenStream.
        """
        sock = self.wire.sock
        if self.wire.buffer or not isinstance(sock, socket.socket):
            yield memoryview(self.wire.receive())
        if not isinstance(sock, socket.socket):
            yield from (memoryview(data) for data in iter(self.read, b""))
            return
        space = memoryview(bytearray(BLOCK))
        try:
            while size := sock.recv_into(space):
                yield space[:size]
        except OSError as error:
            raise BrokenStream(f"error reading from the engine: {first_line(error)}") from error

    def take(self, handle: int) -> int | None:
        """Send what comes next of a file or a pipe, which the system gives to the socket. Returns the number of bytes, 0 at
        the end; None where that cannot be done. Raises OSError.
        """
        sock = self.wire.sock
        if sys.platform != "linux" or not isinstance(sock, socket.socket):
            return None
        kind = os.fstat(handle).st_mode
        try:
            if stat.S_ISREG(kind):
                return os.sendfile(sock.fileno(), handle, None, BLOCK)
            if stat.S_ISFIFO(kind):
                return os.splice(handle, sock.fileno(), BLOCK)
        except OSError as error:
            # some file systems, and some files that the system makes up, cannot
            if error.errno not in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
                raise
        return None

    def write(self, data: bytes | memoryview) -> None:
        """Raises BrokenStream when the peer has closed the connection."""
        try:
            self.wire.sock.sendall(data)
        except OSError as error:
            raise BrokenStream(f"error writing to the engine: {first_line(error)}") from error

    def close_write(self) -> None:
        """Close our direction (the container's stdin); output continues."""
        try:
            self.wire.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def hang_up(self) -> None:
        """Close both directions; a reader in another thread gets the end of the stream."""
        try:
            self.wire.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self) -> None:
        """Hang up and close the socket: for the reading thread only."""
        self.hang_up()
        self.wire.close()
