"""Copies between this host and a container: the meaning of local paths, and archives of files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydock.copypaths import CopyInfo


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
        self, origin: CopyInfo, rename: Callable[[str], str], skipped: Callable[[str, str, bool], None]
    ) -> Iterator[bytes]:
        """A tar archive of local files; see archive.pack."""
        from pydock.archive.pack import pack

        return pack(origin, rename, skipped)

    def unpack(self, blocks: Iterable[bytes], folder: str, rename: Callable[[str], str]) -> int:
        """Unpack a tar archive to local files; see archive.unpack. Returns the bytes after its end. Raises Failure."""
        from pydock.archive.unpack import unpack

        return unpack(blocks, folder, rename)

    def gzip(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Compress a stream."""
        import zlib

        compressor = zlib.compressobj(wbits=31)
        for block in blocks:
            if data := compressor.compress(block):
                yield data
        yield compressor.flush()
