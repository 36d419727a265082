"""A tar archive on its way, without some of its files: nothing is kept but one block. Pure.

POSIX ustar, with the extended headers of pax ("x") and GNU ("L") that say something about the file after them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from pydock.errors import BrokenStream

RECORD = 512
#: the longest extended header
MAX_EXTENDED = 1 << 20
_RECORD = re.compile(rb"\d+ ([^=]+)=([^\n]*)\n")


def without(blocks: Iterable[bytes], drop: Callable[[str], bool]) -> Iterator[bytes]:
    """The archive without the files that `drop` picks by name. Raises BrokenStream for one that is cut off or no archive."""
    source = _Source(blocks)
    held, more = b"", dict[str, bytes]()
    while True:
        header = source.take(RECORD)
        if not header.strip(b"\0"):
            yield held + header
            yield from source.rest()
            return
        kind, size = header[156:157], int(more["size"]) if more.get("size", b"").isdigit() else number(header[124:136])
        length = -(-size // RECORD) * RECORD
        if kind in (b"x", b"L", b"K"):
            if size > MAX_EXTENDED:
                raise BrokenStream("malformed tar archive: an extended header of more than 1 MiB")
            data = source.take(length)
            held += header + data
            more |= extended(kind, data[:size])
            continue
        if drop(more.get("path", name(header)).decode("utf-8", "surrogateescape")):
            for _ in source.pieces(length):
                pass
        else:
            yield held + header
            yield from source.pieces(length)
        held, more = b"", {}


def extended(kind: bytes, data: bytes) -> dict[str, bytes]:
    """What an extended header says: "path" and "size"."""
    if kind == b"x":
        return {key.decode("latin-1"): value for key, value in _RECORD.findall(data) if key in (b"path", b"size")}
    return {"path": data.rstrip(b"\0")} if kind == b"L" else {}


def name(header: bytes) -> bytes:
    path, prefix = (header[at:end].partition(b"\0")[0] for at, end in ((0, 100), (345, 500)))
    return prefix + b"/" + path if prefix and header[257:263] == b"ustar\0" else path


def number(field: bytes) -> int:
    """Octal digits, or GNU's binary form. Raises BrokenStream."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    text = field.strip(b" \0")
    if not re.fullmatch(b"[0-7]*", text):
        raise BrokenStream("malformed tar archive: a size that is none")
    return int(text or b"0", 8)


class _Source:
    """Bytes by number, out of blocks of any length."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.blocks, self.block, self.at = iter(blocks), b"", 0

    def pieces(self, count: int) -> Iterator[bytes]:
        while count:
            if self.at == len(self.block):
                found = next(self.blocks, None)
                if found is None:
                    raise BrokenStream("a tar archive that is cut off")
                self.block, self.at = found, 0
            piece = self.block[self.at : self.at + count]
            self.at += len(piece)
            count -= len(piece)
            if piece:
                yield piece

    def take(self, count: int) -> bytes:
        return b"".join(self.pieces(count))

    def rest(self) -> Iterator[bytes]:
        yield self.block[self.at :]
        yield from self.blocks
