"""A large body, read into one buffer that is used again: archives pass through without being copied in this process."""

from __future__ import annotations

from collections.abc import Iterator

from pydock.engine.http1 import BLOCK, MAX_LINE, Head, Wire, chunk_size
from pydock.engine.sock import socket
from pydock.errors import BrokenStream, first_line


def bulk(wire: Wire, head: Head) -> Iterator[memoryview] | None:
    """The body of the answer to a GET as Wire.body() gives it, but for this: each block is valid until the next one is asked
    for. None where that gains nothing."""
    if not isinstance(wire.sock, socket.socket) or head.status != 200:
        return None
    if b"chunked" in head.get(b"transfer-encoding").lower():
        wire.note(head)
        return Bulk(wire, wire.sock).chunked()
    if head.get(b"content-length"):
        return None
    wire.reusable = False
    return Bulk(wire, wire.sock).until_close()


class Bulk:
    """The buffer: what is between `at` and `end` has come and is not read yet."""

    def __init__(self, wire: Wire, sock: socket.socket) -> None:
        self.wire, self.sock = wire, sock
        self.space = bytearray(max(BLOCK, len(wire.buffer)))
        self.view = memoryview(self.space)
        self.at, self.end = 0, len(wire.buffer)
        self.view[: self.end] = wire.buffer
        wire.buffer = b""

    def chunked(self) -> Iterator[memoryview]:
        """Raises BrokenStream."""
        while size := chunk_size(self.line()):
            while size:
                if self.at == self.end:
                    self.fill()
                piece = self.view[self.at : min(self.end, self.at + size)]
                self.at += len(piece)
                size -= len(piece)
                yield piece
            if self.line():
                raise BrokenStream("malformed chunked encoding: a chunk is longer than its size")
        self.wire.buffer = bytes(self.view[self.at : self.end])
        self.wire.headers()  # trailers

    def until_close(self) -> Iterator[memoryview]:
        """All that comes: only its content can tell whether it is whole. Raises BrokenStream."""
        while self.end or self.receive(0):
            yield self.view[: self.end]
            self.end = 0

    def line(self) -> bytes:
        """One line, without the line break. Raises BrokenStream."""
        while (end := self.space.find(b"\n", self.at, self.end)) < 0:
            if self.end - self.at > MAX_LINE:
                raise BrokenStream("malformed answer of the engine: a line is too long")
            self.fill()
        line, self.at = bytes(self.view[self.at : end]), end + 1
        return line.rstrip(b"\r")

    def fill(self) -> None:
        """Read what is there, behind what is left of a line. Raises BrokenStream."""
        left = self.end - self.at
        self.view[:left] = self.view[self.at : self.end]
        self.at = 0
        if not self.receive(left):
            raise BrokenStream("unexpected EOF")

    def receive(self, left: int) -> int:
        """Read what is there, behind the first `left` bytes; returns how much. Raises BrokenStream."""
        try:
            read = self.sock.recv_into(self.view[left:])
        except OSError as error:
            raise BrokenStream(f"error reading from the engine: {first_line(error)}") from error
        self.end = left + read
        return read
