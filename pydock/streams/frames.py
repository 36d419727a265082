"""The engine's stream frames: [kind, 0, 0, 0, length (4 bytes, big endian)] then the bytes. A machine fed with bytes;
pure.

https://docs.docker.com/reference/api/engine/version/v1.55/#tag/Container/operation/ContainerAttach
"""

from __future__ import annotations

from collections.abc import Iterator

STDIN, STDOUT, STDERR, SYSTEM = range(4)
HEADER = 8


class Decoder:
    """feed() gives (kind, bytes) pairs; a frame is handed on as its bytes come, never held until it is whole."""

    def __init__(self) -> None:
        self._head = b""
        self._left = 0
        self._kind = STDOUT

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Raises ValueError for a kind that is none."""
        at, end = 0, len(data)
        while at < end:
            if not self._left:
                take = HEADER - len(self._head)
                self._head += data[at : at + take]
                at += take
                if len(self._head) < HEADER:
                    return
                self._kind = self._head[0]
                if self._kind > SYSTEM:
                    raise ValueError(f"unrecognized stream: {self._kind}")
                self._left, self._head = int.from_bytes(self._head[4:], "big"), b""
                continue
            piece = data[at : at + self._left]
            self._left -= len(piece)
            at += len(piece)
            yield self._kind, piece

    @property
    def pending(self) -> bool:
        """Is a frame unfinished? At the end of a stream that means it was cut."""
        return bool(self._left or self._head)
