"""A compressed stream → the bytes in it, in constant memory: gzip, bzip2 and xz, also several one after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydock.errors import BrokenStream, Failure

#: bytes that are decompressed at once: a small input may hold very many
PIECE = 1 << 18

#: how a stream begins, what is said of it, and what reads it
KINDS = ((b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ\0", "xz"))
OTHERS = ((b"\x28\xb5\x2f\xfd", "zstd"), (b"\x04\x22\x4d\x18", "lz4"), (b"PK\x03\x04", "zip"))
MOST = max(len(begin) for begin, _ in (*KINDS, *OTHERS))


def plain(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes, decompressed where they are compressed. Raises BrokenStream where they break off or are damaged, Failure
    for a compression that is not known."""
    source = iter(blocks)
    begin = b""
    while len(begin) < MOST and (block := next(source, None)) is not None:
        begin += block
    for magic, kind in OTHERS:
        if begin.startswith(magic):
            raise Failure(f"the archive is compressed by {kind}: decompress it first")
    for magic, kind in KINDS:
        if begin.startswith(magic):
            return _decompressed(kind, _joined(begin, source))
    return _joined(begin, source)


def _joined(begin: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if begin:
        yield begin
    yield from rest


def _decompressed(kind: str, blocks: Iterator[bytes]) -> Iterator[bytes]:
    stream: Any = None
    for block in blocks:
        data = block
        while True:
            # zeros may pad each stream
            if stream is None and not (data := data.lstrip(b"\0")):
                break
            stream = stream or _stream(kind)
            piece = _piece(kind, stream, data)
            if piece:
                yield piece
            if stream.eof:
                data, stream = stream.unused_data, None
                continue
            data = stream.unconsumed_tail if kind == "gzip" else b""
            if not data and (len(piece) < PIECE if kind == "gzip" else stream.needs_input):
                break
    if stream is not None:
        raise BrokenStream(f"unexpected EOF: the {kind} stream was cut off")


def _piece(kind: str, stream: Any, data: bytes) -> bytes:
    """At most PIECE bytes. Raises BrokenStream."""
    try:
        return bytes(stream.decompress(data, PIECE))
    except Exception as error:  # each module has its own
        raise BrokenStream(f"the {kind} stream is damaged: {error}") from None


def _stream(kind: str) -> Any:
    if kind == "gzip":
        import zlib

        return zlib.decompressobj(wbits=31)
    if kind == "bzip2":
        import bz2

        return bz2.BZ2Decompressor()
    import lzma

    return lzma.LZMADecompressor(lzma.FORMAT_XZ)
