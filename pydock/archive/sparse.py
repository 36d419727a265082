"""Sparse entries of a tar archive, as GNU tar writes them: what is stored of them, and the zeros between.

In three forms: with the map in the header (GNU), in a PAX record (0.1), or before the content (1.0). Engines take none of
them all, so an entry is passed on as the plain file that it stands for.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator

from pydock.archive.untar import BLOCK, LIMIT, Source
from pydock.errors import BrokenStream

PREFIX = "GNU.sparse."
ZEROS = memoryview(bytes(1 << 16))

#: (offset, length) of what is stored
Part = tuple[int, int]


def plain_entry(source: Source, info: tarfile.TarInfo, read: bytes) -> Iterator[memoryview]:
    """Make `info` that of a plain file, and give its whole content, without padding. read: the blocks of its header.

    Raises BrokenStream."""
    stored = info.size
    if info.type == tarfile.GNUTYPE_SPARSE:
        size, parts = _of_header(source, read[-BLOCK:])
    else:
        records = {key: value for key, value in info.pax_headers.items() if key.startswith(PREFIX)}
        info.pax_headers = {key: value for key, value in info.pax_headers.items() if not key.startswith(PREFIX)}
        info.pax_headers.pop("size", None)
        info.name = records.get(f"{PREFIX}name", info.name)
        size = _number(records.get(f"{PREFIX}realsize", records.get(f"{PREFIX}size", "")))
        if (records.get(f"{PREFIX}major"), records.get(f"{PREFIX}minor")) == ("1", "0"):
            numbers, used = _before_content(source)
            stored -= used
        else:
            numbers = [_number(word) for word in records.get(f"{PREFIX}map", "?").split(",")]
        parts = _pairs(numbers)
    end = 0
    for offset, length in parts:
        if offset < end or length < 0:
            raise _bad()
        end = offset + length
    if end > size or sum(length for _, length in parts) != stored:
        raise _bad()
    info.type, info.size = tarfile.REGTYPE, size
    return _content(source, parts, size, stored)


def _content(source: Source, parts: list[Part], size: int, stored: int) -> Iterator[memoryview]:
    at = 0
    for offset, length in [*parts, (size, 0)]:
        while at < offset:
            piece = ZEROS[: offset - at]
            at += len(piece)
            yield piece
        yield from source.pieces(length)
        at += length
    source.exactly(-stored % BLOCK)


def _of_header(source: Source, header: bytes) -> tuple[int, list[Part]]:
    """The size and the map in a header of type "S" and in the blocks that follow it."""
    try:
        size = tarfile.nti(header[483:495])  # type: ignore[attr-defined]
        numbers = _fields(header[386:482])
        more, left = header[482], LIMIT
        while more:
            block = source.exactly(BLOCK)
            numbers += _fields(block[:504])
            more, left = block[504], left - BLOCK
            if left < 0:
                raise _bad()
    except tarfile.HeaderError:
        raise _bad() from None
    return size, _pairs(numbers)


def _fields(data: bytes) -> list[int]:
    """Numbers of twelve bytes each, up to the first pair that is empty."""
    words = [data[i : i + 12] for i in range(0, len(data), 12)]
    pairs = zip(words[::2], words[1::2])
    filled = [pair for pair in pairs if any(pair[0] + pair[1])]
    return [tarfile.nti(word) for pair in filled for word in pair]  # type: ignore[attr-defined]


def _before_content(source: Source) -> tuple[list[int], int]:
    """The numbers of the map that precedes the content, a line for each, and the bytes that it takes."""
    lines: list[bytes] = []
    pending, used, wanted = b"", 0, 1
    while len(lines) < wanted:
        used += BLOCK
        if used > LIMIT:
            raise _bad()
        *whole, pending = (pending + source.exactly(BLOCK)).split(b"\n")
        lines += whole
        if lines:
            wanted = 1 + 2 * _number(lines[0].decode("latin1"))
    return [_number(line.decode("latin1")) for line in lines[1:wanted]], used


def _pairs(numbers: list[int]) -> list[Part]:
    if len(numbers) % 2:
        raise _bad()
    return list(zip(numbers[::2], numbers[1::2]))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise _bad()
    return int(text)


def _bad() -> BrokenStream:
    return BrokenStream("invalid tar header: a sparse file whose map is wrong")
