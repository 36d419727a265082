"""Files → a tar archive, block by block, in constant memory.

In the format of docker's client (PAX, names relative to the folder, hard links), so that sizes and contents agree.
"""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Callable, Iterator

from pydock.copypaths import CopyInfo, Entry, split_entry
from pydock.errors import Failure, first_line

BLOCK = 1 << 20
END = bytes(2 * tarfile.BLOCKSIZE)
NO_SOCKETS = "archive/tar: sockets not supported"

#: (path, why it was skipped, is that an error?)
Skipped = Callable[[str, str, bool], None]


def pack(source: CopyInfo, rename: Callable[[str], str], skipped: Skipped) -> Iterator[bytes]:
    """The archive of a file or folder, each entry under the name that `rename` gives it.

    Unreadable files are reported to `skipped` and left out. Raises Failure if a file shrinks while it is read: its size
    has been sent already.
    """
    folder, name = split_entry(source.path)
    own = source.own
    packer = Packer(skipped)
    for path, relative in _walk(folder, name, skipped):
        yield from packer.entry(path, rename(own.name(relative)))
    yield END


def outlined(source: CopyInfo, skipped: Skipped) -> Iterator[tuple[str, Entry]]:
    """(path, entry) of what pack() would read, whose content is not read."""
    folder, name = split_entry(source.path)
    own = source.own
    packer = Packer(skipped)
    for path, relative in _walk(folder, name, skipped):
        try:
            info = packer.header(path, own.name(relative))
        except OSError as error:
            skipped(path, f"open {path}: {first_line(error)}", True)
            continue
        if info is None:
            skipped(path, NO_SOCKETS, False)
        else:
            yield path, Entry(info.name, info.isdir(), size=info.size)


def _walk(folder: str, name: str, skipped: Skipped) -> Iterator[tuple[str, str]]:
    """(path, name in the archive), folders before their content, sorted by name."""
    pending = [(f"{folder.rstrip('/')}/{name}", name)]
    while pending:
        path, relative = pending.pop()
        yield path, relative
        if os.path.isdir(path) and not os.path.islink(path):
            try:
                inner = sorted(os.listdir(path), reverse=True)
            except OSError as error:
                skipped(path, f"open {path}: {first_line(error)}", True)
                continue
            pending += [(f"{path}/{n}", f"{relative}/{n}") for n in inner]


class Packer:
    """Packs one archive; keeps track of inodes for hard links."""

    def __init__(self, skipped: Skipped, as_root: bool = False) -> None:
        """as_root: all files belong to root in the archive."""
        self.skipped, self.as_root = skipped, as_root
        self.seen: dict[tuple[int, int], str] = {}

    def entry(self, path: str, name: str) -> Iterator[bytes]:
        """The header and the content of one file."""
        try:
            info = self.header(path, name)
            if info is None:
                self.skipped(path, NO_SOCKETS, False)
                return
            handle = os.open(path, os.O_RDONLY) if info.isreg() and info.size else -1
        except OSError as error:
            self.skipped(path, f"open {path}: {first_line(error)}", True)
            return
        try:
            yield header_bytes(info)
            if handle >= 0:
                yield from _content(handle, path, info.size)
        finally:
            if handle >= 0:
                os.close(handle)

    def header(self, path: str, name: str) -> tarfile.TarInfo | None:
        """The header of a file; None for a socket, which an archive cannot hold."""
        status = os.lstat(path)
        mode = status.st_mode
        info = tarfile.TarInfo(name)
        info.mode, info.uid, info.gid, info.mtime = (
            stat.S_IMODE(mode),
            status.st_uid,
            status.st_gid,
            int(status.st_mtime),
        )
        if self.as_root:
            info.uid = info.gid = 0
        if stat.S_ISREG(mode):
            self._regular(info, status, path)
        elif stat.S_ISDIR(mode):
            info.type = tarfile.DIRTYPE
        elif stat.S_ISLNK(mode):
            info.type, info.linkname, info.mode = tarfile.SYMTYPE, os.readlink(path), 0o777
        elif stat.S_ISFIFO(mode):
            info.type = tarfile.FIFOTYPE
        elif stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
            info.type = tarfile.CHRTYPE if stat.S_ISCHR(mode) else tarfile.BLKTYPE
            info.devmajor, info.devminor = os.major(status.st_rdev), os.minor(status.st_rdev)
        else:
            return None
        return info

    def _regular(self, info: tarfile.TarInfo, status: os.stat_result, path: str) -> None:
        if status.st_nlink > 1:
            first = self.seen.setdefault((status.st_dev, status.st_ino), info.name)
            if first != info.name:
                info.type, info.linkname = tarfile.LNKTYPE, first
                return
        info.size = status.st_size
        capability = _capability(path)
        if capability:
            info.pax_headers = {"SCHILY.xattr.security.capability": capability.decode("utf-8", "surrogateescape")}


def header_bytes(info: tarfile.TarInfo) -> bytes:
    """The header's bytes, with PAX records only for values that the old format cannot hold."""
    if not info.pax_headers and (info.name + info.linkname).isascii():
        try:
            return info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")
        except ValueError:
            pass
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _capability(path: str) -> bytes:
    try:
        return os.getxattr(path, "security.capability", follow_symlinks=False)
    except (OSError, AttributeError):
        return b""


def _content(handle: int, path: str, size: int) -> Iterator[bytes]:
    """Exactly `size` bytes, padded to whole tar blocks. Raises Failure if there are fewer."""
    left = size
    while left:
        try:
            data = os.read(handle, min(BLOCK, left))
        except OSError as error:
            raise Failure(f"read {path}: {first_line(error)}") from error
        if not data:
            raise Failure(f"{path} became shorter while it was copied: {left} of {size} bytes are missing")
        left -= len(data)
        yield data
    if size % tarfile.BLOCKSIZE:
        yield bytes(tarfile.BLOCKSIZE - size % tarfile.BLOCKSIZE)
