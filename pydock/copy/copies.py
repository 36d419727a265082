"""Copies between this host and a container: the meaning of local paths, and archives of files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydock.copypaths import CopyInfo, Entry, Glob


class Copies:
    """The local side of `cp`, and of other commands that transfer archives."""

    def absolute(self, path: str) -> str:
        """The absolute, clean path, with its ending ("/", "/.") kept."""
        from pydock.copy.local import absolute

        return absolute(path, os.getcwd())

    def check_output(self, path: str) -> None:
        """Raises Failure if nothing can be copied to `path`."""
        from pydock.copy.local import check_output

        check_output(path)

    def source(self, path: str, follow: bool) -> CopyInfo:
        """The source of a copy, by its absolute path on this host. Raises Failure."""
        from pydock.copy.local import source

        return source(path, follow)

    def destination(self, path: str) -> CopyInfo:
        """The destination of a copy, by its absolute path on this host. Raises Failure."""
        from pydock.copy.local import destination

        return destination(path)

    def pack(
        self,
        origin: CopyInfo,
        rename: Callable[[str], str],
        skipped: Callable[[str, str, bool], None],
        send: bool = False,
    ) -> Iterator[bytes]:
        """A tar archive of local files; see archive.pack."""
        from pydock.archive.pack import pack

        return pack(origin, rename, skipped, send)

    def unpack(self, blocks: Iterable[bytes], folder: str, rename: Callable[[str], str]) -> int:
        """Unpack a tar archive to local files; see archive.unpack. Returns the bytes after its end. Raises Failure."""
        from pydock.archive.unpack import unpack

        return unpack(blocks, folder, rename)

    def outline(self, origin: CopyInfo, skipped: Callable[[str, str, bool], None]) -> Iterator[tuple[str, Entry]]:
        """What pack() would read; see archive.pack."""
        from pydock.archive.pack import outlined

        return outlined(origin, skipped)

    def rewrite(self, blocks: Iterable[bytes], change: Callable[[Entry], Entry | None]) -> Iterator[bytes]:
        """A tar archive with its entries changed; see archive.rewrite."""
        from pydock.archive.rewrite import rewritten

        return rewritten(blocks, change)

    def plain(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The bytes of a stream, decompressed; see archive.plain."""
        from pydock.archive.plain import plain

        return plain(blocks)

    def listed(self, blocks: Iterable[bytes]) -> Iterator[Entry]:
        """The entries of a tar archive; see archive.rewrite."""
        from pydock.archive.rewrite import listed

        return listed(blocks)

    def text(self, blocks: Iterable[bytes], limit: int) -> str:
        """The content of the first entry of an archive. Raises BrokenStream if it is larger than `limit`."""
        from pydock.archive.rewrite import content

        return content(blocks, limit).decode("utf-8", "surrogateescape")

    def spooled(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The same bytes, once all of them have been read: they are kept in a file without a name. Raises Failure."""
        from pydock.copy.local import spooled

        return spooled(blocks)

    def found(self, pattern: Glob) -> list[str]:
        """The paths of this host that fit a pattern, sorted."""
        from pydock.copy.local import found

        return found(pattern)

    def mark(self) -> str:
        """This process, in the labels of what it removes at its end."""
        from pydock.copy.local import mark

        return mark()

    def has_ended(self, text: str) -> bool:
        """Is this the mark of a process of this host that runs no longer?"""
        from pydock.copy.local import has_ended

        return has_ended(text)

    def gzip(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Compress a stream."""
        import zlib

        compressor = zlib.compressobj(wbits=31)
        for block in blocks:
            if data := compressor.compress(block):
                yield data
        yield compressor.flush()
