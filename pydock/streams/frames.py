"""The engine's multiplexed streams: frames of [kind, 0, 0, 0, length (4 bytes, big endian)] and data. Pure.

https://docs.docker.com/reference/api/engine/version/v1.55/#tag/Container/operation/ContainerAttach
"""

from __future__ import annotations

from collections.abc import Iterator

STDIN, STDOUT, STDERR, SYSTEM = range(4)
HEADER = 8


class Decoder:
    """feed() yields (kind, bytes) pairs, also of an incomplete frame, which is not held back."""

    def __init__(self) -> None:
        self._head = b""
        self._left = 0
        self._kind = STDOUT
        #: an error of the engine's own, as far as it has come
        self.error = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Raises ValueError for an unknown kind."""
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
        """Is a frame incomplete? At the end of a stream that means that it was cut off."""
        return bool(self._left or self._head)
