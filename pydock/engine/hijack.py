"""A hijacked connection: bytes both ways, with half-close."""

from __future__ import annotations

import socket

from pydock.engine.http1 import Wire
from pydock.errors import BrokenStream, first_line


class Duplex:
    """The connection of attach and exec. `framed`: the output is multiplexed in stdcopy frames (no TTY)."""

    def __init__(self, wire: Wire, content_type: str) -> None:
        self.wire, self.content_type = wire, content_type

    def read(self) -> bytes:
        """At least one byte; b"" at the end. Raises BrokenStream, also for a reset."""
        return self.wire.receive()

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
