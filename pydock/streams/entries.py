"""The entries of a container's log: their times, streams and text. Pure.

The engine writes each entry in a frame of its own; a long line comes in several, of which all but the last have no line
break, and each has the timestamp of the line. What a TTY wrote comes without frames.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from pydock.streams.frames import STDOUT
from pydock.streams.pump import LINE, whole_frames

#: bytes of a line that Docker writes in one entry
PART = 16 * 1024
STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")


class Entry(NamedTuple):
    """time: in nanoseconds since 1970; kind: STDOUT or STDERR; stamp: the time as the engine writes it."""

    time: int
    kind: int
    stamp: bytes
    text: bytes

    @property
    def ends(self) -> bool:
        """Does it end its line?"""
        return self.text.endswith(b"\n")


class Clock:
    """Reads timestamps; one that is none has the time of the last."""

    def __init__(self) -> None:
        self.time = 0
        self._second, self._seconds = (b"", b""), 0

    def read(self, stamp: bytes) -> bool:
        """Is it one? `time` is its time then."""
        match = STAMP.fullmatch(stamp)
        if not match:
            return False
        second, fraction, zone = match.groups()
        # most have the second of the last one
        if (second, zone) != self._second:
            try:
                moment = datetime.fromisoformat((second + zone).decode().replace("Z", "+00:00"))
                self._second, self._seconds = (second, zone), int(moment.timestamp())
            except (ValueError, OverflowError):
                return False
        self.time = self._seconds * 10**9 + int((fraction or b"0").ljust(9, b"0"))
        return True


def entries(blocks: Iterable[bytes], framed: bool, stamped: bool) -> Iterator[Entry]:
    """The entries of GET …/logs. stamped: with timestamps. Raises BrokenStream where it is cut off."""
    clock = Clock()
    for kind, data in whole_frames(blocks) if framed else ((STDOUT, line) for line in parts_of_tty(blocks, stamped)):
        stamp, space, text = data.partition(b" ") if stamped else (b"", b"", data)
        if space and clock.read(stamp):
            yield Entry(clock.time, kind, stamp, text)
        else:
            yield Entry(clock.time, kind, b"", data)


def parts_of_tty(blocks: Iterable[bytes], stamped: bool) -> Iterator[bytes]:
    """The lines of a TTY, and the parts of long ones, as their entries were."""
    rest = b""
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            yield from parts_of_line(line + b"\n", stamped)
        *parts, rest = parts_of_line(rest, stamped)
        yield from parts
        if len(rest) > LINE:
            yield rest
            rest = b""
    if rest:
        yield rest


def parts_of_line(line: bytes, stamped: bool) -> list[bytes]:
    """Where an entry is full, its line's timestamp comes again."""
    head = line[: line.find(b" ") + 1] if stamped else b""
    step, out = len(head) + PART, []
    while head and line.startswith(head, step):
        out.append(line[:step])
        line = line[step:]
    return [*out, line]
