"""Copies stdin to a stream, and the stream to stdout and stderr: for attach, run, start -a and exec."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator

from pydock.errors import BrokenStream
from pydock.streams.detach import Keys
from pydock.streams.frames import STDERR, STDOUT, SYSTEM, Decoder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, Protocol

BLOCK = 64 * 1024
#: bytes of a piece of which a copy costs more than a write
LARGE = 16 * 1024
#: the longest line that is looked at as a whole
LINE = 1 << 20
CUT_OFF = "unexpected EOF: the engine's stream of output ends inside a frame"

Write = Callable[[bytes], None]


if TYPE_CHECKING:

    class Stream(Protocol):
        """A connection that can be half-closed (engine.Duplex is one)."""

        def read(self) -> bytes: ...
        def write(self, data: bytes) -> None: ...
        def close_write(self) -> None: ...
        def hang_up(self) -> None: ...
        def close(self) -> None: ...


def receive(stream: Stream, out: Write, err: Write, framed: bool) -> None:
    """Copy a stream to stdout and stderr, which must not keep what they get. Raises BrokenStream."""
    views = getattr(stream, "views", None)
    distribute(views() if views else iter(stream.read, b""), out, err, framed)


def distribute(blocks: Iterable[bytes], out: Write, err: Write, framed: bool) -> None:
    """Copy output to stdout and stderr. Raises BrokenStream, also where the last frame is cut off."""
    if not framed:
        for block in blocks:
            out(block)
        return
    decoder = Decoder()
    for block in blocks:
        split(decoder, block, out, err)
    if decoder.pending:
        raise BrokenStream(CUT_OFF)


def split(decoder: Decoder, data: bytes, out: Write, err: Write) -> None:
    """Demultiplex one block: one write for consecutive small frames of the same kind.

    Raises BrokenStream for an invalid frame and for the engine's own errors.
    """
    run: list[bytes] = []
    write = out
    try:
        for kind, piece in pieces(decoder, data):
            target = err if kind == STDERR else out
            if run and (target is not write or len(piece) >= LARGE):
                write(b"".join(run))
                run.clear()
            write = target
            if len(piece) >= LARGE:
                write(piece)
            else:
                run.append(piece)
    finally:
        if run:
            write(b"".join(run))


def pieces(decoder: Decoder, data: bytes) -> Iterator[tuple[int, bytes]]:
    """The frames of one block, as Decoder.feed() has them.

    Raises BrokenStream for an invalid frame and for the engine's own errors."""
    try:
        for kind, piece in decoder.feed(data):
            if kind != SYSTEM:
                yield kind, piece
                continue
            decoder.error += piece
            if not decoder.pending:
                # the engine's messages end with a line break of their own
                raise BrokenStream(f"error from daemon in stream: {decoder.error.decode('utf-8', 'replace')}")
    except ValueError as error:
        raise BrokenStream(str(error)) from None


def unframed(blocks: Iterable[bytes], framed: bool) -> Iterator[tuple[int, bytes]]:
    """(kind, data) of output as it comes; all of a TTY's is stdout's. Raises BrokenStream, as distribute() does."""
    if not framed:
        for block in blocks:
            yield STDOUT, block
        return
    decoder = Decoder()
    for block in blocks:
        yield from pieces(decoder, block)
    if decoder.pending:
        raise BrokenStream(CUT_OFF)


def lines(parts: Iterable[tuple[int, bytes]], limit: int = LINE) -> Iterator[tuple[int, bytes]]:
    """(kind, line) of output, without the line breaks; what is longer than `limit` comes in parts of about that size."""
    rest: dict[int, bytes] = {}
    for kind, data in parts:
        *whole, last = (rest.get(kind, b"") + data).split(b"\n")
        for line in whole:
            yield kind, line
        if len(last) >= limit:
            yield kind, last
            last = b""
        rest[kind] = last
    for kind, last in rest.items():
        if last:
            yield kind, last


def whole_frames(blocks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """(kind, data) of each frame, once it is complete. Raises BrokenStream, as distribute() does."""
    decoder, frame = Decoder(), bytearray()
    for block in blocks:
        for kind, piece in pieces(decoder, block):
            frame += piece
            if not decoder.pending:
                yield kind, bytes(frame)
                frame.clear()
    if decoder.pending:
        raise BrokenStream(CUT_OFF)


class Sender:
    """stdin to the stream, in a thread. `detached` is set when the keys were typed."""

    def __init__(self, stdin: BinaryIO, stream: Stream, keys: bytes = b"") -> None:
        self.stdin, self.stream, self.keys = stdin, stream, Keys(keys)
        self.detached = False
        self.thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self.thread.start()

    def _taken(self, handle: int) -> bool:
        """Let the system move stdin, where it can: this thread would compete with the one that receives. Raises OSError."""
        take = getattr(self.stream, "take", None)
        while take and (size := take(handle)) is not None:
            if not size:
                return True
        return False

    def _run(self) -> None:
        try:
            handle = self.stdin.fileno()
            if not self.keys.sequence and self._taken(handle):
                self.stream.close_write()
                return
            while data := os.read(handle, BLOCK):
                data, found = self.keys.feed(data)
                if data:
                    self.stream.write(data)
                if found:
                    self.detached = True
                    self.stream.hang_up()
                    return
        except (BrokenStream, OSError, ValueError):
            # the container has exited or the connection is closed: the receiving side reports it
            pass
        self.stream.close_write()
