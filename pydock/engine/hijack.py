"""An upgraded connection: bytes both ways, each direction ended on its own."""

from __future__ import annotations

import socket

from pydock.engine.http1 import Wire
from pydock.errors import BrokenStream, first_line


class Duplex:
    """What attach and exec give. `framed`: the output is in stdcopy frames (no TTY)."""

    def __init__(self, wire: Wire, content_type: str) -> None:
        self.wire, self.content_type = wire, content_type

    def read(self) -> bytes:
        """What has come, at least one byte; b"" at the end. Raises BrokenStream: a reset is no end."""
        return self.wire.receive()

    def write(self, data: bytes | memoryview) -> None:
        """Raises BrokenStream when the other side is gone."""
        try:
            self.wire.sock.sendall(data)
        except OSError as error:
            raise BrokenStream(f"error writing to the engine: {first_line(error)}") from error

    def close_write(self) -> None:
        """End our direction (the container's stdin); output still flows."""
        try:
            self.wire.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def hang_up(self) -> None:
        """End both directions; who reads in another thread gets the end of the stream."""
        try:
            self.wire.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self) -> None:
        """Hang up and let the socket go: for the one who reads."""
        self.hang_up()
        self.wire.close()
