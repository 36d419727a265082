"""Files → a tar archive, block by block, in constant memory.

In the format of docker's client (PAX, names relative to the folder, hard links), so that sizes and contents agree.
"""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Callable, Iterable, Iterator

from pydock.copypaths import CopyInfo, Entry, split_entry
from pydock.errors import Failure, first_line
from pydock.files.part import FilePart, shorter

BLOCK = 1 << 20
#: bytes that are gathered before they are passed on
SIZE = 1 << 16
END = bytes(2 * tarfile.BLOCKSIZE)
NO_SOCKETS = "archive/tar: sockets not supported"

#: (path, why it was skipped, is that an error?)
Skipped = Callable[[str, str, bool], None]


def pack(source: CopyInfo, rename: Callable[[str], str], skipped: Skipped, send: bool = False) -> Iterator[bytes]:
    """The archive of a file or folder, each entry under the name that `rename` gives it. send: the content of large files
    comes as FileParts, for the engine's connection alone.

    Unreadable files are reported to `skipped` and left out. Raises Failure if a file shrinks while it is read: its size
    has been sent already.
    """
    return gathered(_packed(source, rename, Packer(skipped, send=send)))


def _packed(source: CopyInfo, rename: Callable[[str], str], packer: Packer) -> Iterator[bytes]:
    folder, name = split_entry(source.path)
    own = source.own
    for path, relative in _walk(folder, name, packer.skipped):
        yield from packer.entry(path, rename(own.name(relative)))
    yield END


def gathered(parts: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Small parts in larger blocks, since a request has a chunk for each; large ones as they are."""
    pending = bytearray()
    for part in parts:
        if len(part) < SIZE and not isinstance(part, FilePart):
            pending += part
            if len(pending) < SIZE:
                continue
            part = b""
        if pending:
            yield bytes(pending)
            pending = bytearray()
        if part:
            yield part if isinstance(part, FilePart) else bytes(part)
    if pending:
        yield bytes(pending)


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
    top = f"{folder.rstrip('/')}/{name}"
    pending = [(top, name, os.path.isdir(top) and not os.path.islink(top))]
    while pending:
        path, relative, is_folder = pending.pop()
        yield path, relative
        if is_folder:
            try:
                with os.scandir(path) as found:
                    inner = sorted(((e.name, e.is_dir(follow_symlinks=False)) for e in found), reverse=True)
            except OSError as error:
                skipped(path, f"open {path}: {first_line(error)}", True)
                continue
            pending += [(f"{path}/{n}", f"{relative}/{n}", is_dir) for n, is_dir in inner]


class Packer:
    """Packs one archive; keeps track of inodes for hard links."""

    def __init__(self, skipped: Skipped, as_root: bool = False, send: bool = False) -> None:
        """as_root: all files belong to root in the archive; send: see pack()."""
        self.skipped, self.as_root, self.send = skipped, as_root, send
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
                yield from _content(handle, path, info.size, self.send)
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
        if plain := plain_header(info):
            return plain
        try:
            return info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")
        except ValueError:
            pass
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


#: what follows the type in the header of a file or a folder without a link's target, names of owners and a prefix
_REST = bytes(100) + b"ustar\x0000" + bytes(247)
_RANGE = range(8**7)
_LONG_RANGE = range(8**11)


def plain_header(info: tarfile.TarInfo) -> bytes:
    """A header as tarfile makes it, in a fifth of the time; b"" for one that is not as nearly all are."""
    name, mtime = info.name.encode(), int(info.mtime)
    if info.type == tarfile.DIRTYPE and not name.endswith(b"/"):
        name += b"/"
    if (
        info.type not in (tarfile.REGTYPE, tarfile.DIRTYPE) or len(name) > 100 or info.linkname or info.uname or info.gname
        or info.uid not in _RANGE or info.gid not in _RANGE or info.size not in _LONG_RANGE or mtime not in _LONG_RANGE
    ):  # fmt: skip
        return b""
    fields = info.mode & 0o7777, info.uid, info.gid, info.size, mtime
    first = name.ljust(100, b"\0") + b"%07o\0%07o\0%07o\0%011o\0%011o\0" % fields
    # eight blanks stand for the sum of all bytes itself
    return first + b"%06o\0 " % (sum(first) + 256 + info.type[0] + _SUM) + info.type + _REST


_SUM = sum(_REST)


def _capability(path: str) -> bytes:
    try:
        return os.getxattr(path, "security.capability", follow_symlinks=False)
    except (OSError, AttributeError):
        return b""


def _content(handle: int, path: str, size: int, send: bool) -> Iterator[bytes]:
    """Exactly `size` bytes, padded to whole tar blocks. Raises Failure if there are fewer."""
    if send and size >= SIZE:
        for at in range(0, size, BLOCK):
            yield FilePart(handle, path, at, min(BLOCK, size - at), size)  # type: ignore[misc]
    else:
        yield from _read(handle, path, size)
    if size % tarfile.BLOCKSIZE:
        yield bytes(tarfile.BLOCKSIZE - size % tarfile.BLOCKSIZE)


def _read(handle: int, path: str, size: int) -> Iterator[bytes]:
    left = size
    while left:
        try:
            data = os.read(handle, min(BLOCK, left))
        except OSError as error:
            raise Failure(f"read {path}: {first_line(error)}") from error
        if not data:
            raise shorter(path, left, size)
        left -= len(data)
        yield data
