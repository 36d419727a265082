"""Copies between this host and a container: what a path here stands for, and the archives that carry files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydock.copypaths import CopyInfo


class Copies:
    """This host's end of `cp`, and of all else that goes as an archive."""

    def absolute(self, path: str) -> str:
        """An absolute, clean path that ends as the given one ("/", "/.")."""
        from pydock.copy.local import absolute

        return absolute(path, os.getcwd())

    def check_output(self, path: str) -> None:
        """Can something be copied to `path`? Raises Failure."""
        from pydock.copy.local import check_output

        check_output(path)

    def source(self, path: str, follow: bool) -> CopyInfo:
        """What an absolute path of this host stands for as the source of a copy. Raises Failure."""
        from pydock.copy.local import source

        return source(path, follow)

    def destination(self, path: str) -> CopyInfo:
        """What an absolute path of this host stands for as the destination of a copy. Raises Failure."""
        from pydock.copy.local import destination

        return destination(path)

    def pack(
        self, origin: CopyInfo, rename: Callable[[str], str], skipped: Callable[[str, str, bool], None]
    ) -> Iterator[bytes]:
        """A tar archive of files here; see archive.pack."""
        from pydock.archive.pack import pack

        return pack(origin, rename, skipped)

    def unpack(self, blocks: Iterable[bytes], folder: str, rename: Callable[[str], str]) -> None:
        """A tar archive to files here; see archive.unpack. Raises Failure."""
        from pydock.archive.unpack import unpack

        unpack(blocks, folder, rename)

    def gzip(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The bytes compressed, as they come."""
        import zlib

        compressor = zlib.compressobj(wbits=31)
        for block in blocks:
            if data := compressor.compress(block):
                yield data
        yield compressor.flush()
