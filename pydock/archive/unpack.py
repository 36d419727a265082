"""A tar archive → files, in constant memory; nothing is ever written outside the folder, whatever the archive says.

Every folder on the way is opened by itself and never through a link (openat, O_NOFOLLOW), so that neither ".." nor links,
in the archive or made meanwhile, lead out. A file gets its name only when it is whole.
"""

from __future__ import annotations

import errno
import os
import stat
import tarfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, cast

from pydock.errors import BrokenStream, Failure, first_line
from pydock.golang import quote
from pydock.paths import clean, parent

BLOCK = 1 << 20
IMPLIED_MODE = 0o755
XATTR = "SCHILY.xattr."
OPEN_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)


class Reader:
    """Blocks as the file that tarfile reads; remembers how the stream ended."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.blocks = iter(blocks)
        self.rest = b""
        self.tail = b""

    def read(self, size: int) -> bytes:
        """Some bytes, at most `size`; b"" at the end."""
        if not self.rest:
            self.rest = next(self.blocks, b"")
            self.tail = (self.tail + self.rest)[-tarfile.BLOCKSIZE :] if len(self.rest) < tarfile.BLOCKSIZE else self.rest[-tarfile.BLOCKSIZE :]
        data, self.rest = self.rest[:size], self.rest[size:]
        return data

    def finish(self) -> None:
        """Read to the end. Raises BrokenStream if the archive was cut off."""
        while self.read(BLOCK):
            pass
        if self.tail.strip(b"\0") or len(self.tail) < tarfile.BLOCKSIZE:
            raise BrokenStream("unexpected EOF: the archive was cut off")


def unpack(blocks: Iterable[bytes], folder: str, rename: Callable[[str], str]) -> None:
    """Put the entries, each under the name that `rename` gives it, below `folder`.

    Raises Failure for an entry that would lie outside, for what is in the way, and where a file cannot be written.
    """
    reader = Reader(blocks)
    tree = Tree(folder)
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", reader), mode="r|", bufsize=BLOCK) as archive:
            for entry in _entries(archive):
                entry.name = rename(entry.name)
                if entry.islnk():
                    entry.linkname = rename(entry.linkname)
                tree.add(entry, archive)
        reader.finish()
        tree.finish()
    except tarfile.TarError as error:
        raise BrokenStream(f"unexpected EOF: {error}") from error
    finally:
        tree.close()


def _entries(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while (entry := archive.next()) is not None:
        yield entry
        # tarfile remembers every entry; a large archive would fill the memory
        archive.members.clear()  # type: ignore[attr-defined]


class Tree:
    """The folder that is written below, and the open folders on the way to the last entry."""

    def __init__(self, root: str) -> None:
        self.root = clean(root)
        self.open: list[tuple[str, int]] = []
        self.folders: list[tuple[tuple[str, ...], int, float]] = []
        self.count = 0
        try:
            self.handle = os.open(root, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        except OSError as error:
            raise Failure(f"open {root}: {first_line(error)}") from error

    def close(self) -> None:
        for _, handle in self.open:
            os.close(handle)
        os.close(self.handle)

    def path(self, parts: Iterable[str]) -> str:
        return clean("/".join((self.root, *parts)))

    def parts(self, name: str) -> tuple[str, ...]:
        """The elements of an entry's name. Raises Failure if it leads out."""
        cleaned = clean(name).lstrip("/")
        if cleaned == ".." or cleaned.startswith("../"):
            raise Failure(f"{quote(name)} is outside of {quote(self.root)}")
        return () if cleaned in (".", "") else tuple(cleaned.split("/"))

    def enter(self, parts: tuple[str, ...]) -> int:
        """The open folder below the root; missing ones are made. Raises Failure for a link or a file in the way."""
        common = 0
        while common < min(len(parts), len(self.open)) and self.open[common][0] == parts[common]:
            common += 1
        while len(self.open) > common:
            os.close(self.open.pop()[1])
        handle = self.open[-1][1] if self.open else self.handle
        for i in range(common, len(parts)):
            try:
                handle = self._folder(parts[i], handle)
            except OSError as error:
                if error.errno in (errno.ELOOP, errno.ENOTDIR):
                    raise Failure(f"{quote(self.path(parts[: i + 1]))} is a link or a file: nothing is written through it") from error
                raise Failure(f"open {self.path(parts[: i + 1])}: {first_line(error)}") from error
            self.open.append((parts[i], handle))
        return handle

    @staticmethod
    def _folder(name: str, above: int) -> int:
        try:
            return os.open(name, OPEN_FOLDER, dir_fd=above)
        except FileNotFoundError:
            os.mkdir(name, IMPLIED_MODE, dir_fd=above)
            return os.open(name, OPEN_FOLDER, dir_fd=above)

    def add(self, entry: tarfile.TarInfo, archive: tarfile.TarFile) -> None:
        """Put one entry in its place."""
        parts = self.parts(entry.name)
        if not parts:
            return
        above, name, path = self.enter(parts[:-1]), parts[-1], self.path(parts)
        self._make_room(entry, above, name, path)
        try:
            if entry.isdir():
                self._add_folder(entry, parts, above)
            elif entry.isreg():
                self._add_file(entry, archive, above, name)
            elif entry.issym():
                self._add_link(entry, above, name, path)
            elif entry.islnk():
                self._add_hard_link(entry, above, name)
            elif entry.isfifo() or entry.ischr() or entry.isblk():
                self._add_node(entry, above, name)
            else:
                raise Failure(f"unhandled tar header type {entry.type.decode('latin1')!r} of {path}")
        except OSError as error:
            verb = "mkdir" if entry.isdir() else "write" if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else "create"
            raise Failure(f"{verb} {path}: {first_line(error)}") from error

    def _make_room(self, entry: tarfile.TarInfo, above: int, name: str, path: str) -> None:
        """A folder gives way to no file, and a file to no folder; other things are replaced."""
        try:
            mode = os.stat(name, dir_fd=above, follow_symlinks=False).st_mode
        except OSError:
            return
        if stat.S_ISDIR(mode) and not entry.isdir():
            raise Failure(f"cannot overwrite directory {quote(path)} with non-directory {quote(self.root)}")
        if not stat.S_ISDIR(mode) and entry.isdir():
            raise Failure(f"cannot overwrite non-directory {quote(path)} with directory {quote(self.root)}")
        if not stat.S_ISDIR(mode) and not entry.isreg():
            os.unlink(name, dir_fd=above)

    def _add_folder(self, entry: tarfile.TarInfo, parts: tuple[str, ...], above: int) -> None:
        try:
            os.mkdir(parts[-1], 0o700, dir_fd=above)
        except FileExistsError:
            pass
        # mode and time at the end: a folder without write permission must be filled first
        self.folders.append((parts, entry.mode & 0o7777, entry.mtime))

    def _add_file(self, entry: tarfile.TarInfo, archive: tarfile.TarFile, above: int, name: str) -> None:
        self.count += 1
        temporary = f".pydock-{os.getpid()}-{self.count}"
        handle = os.open(temporary, CREATE, 0o600, dir_fd=above)
        try:
            with open(handle, "wb", buffering=0) as file:
                content = archive.extractfile(entry)
                while content and (data := content.read(BLOCK)):
                    _write(file, data)
                os.fchmod(file.fileno(), entry.mode & 0o7777)
                _set_xattrs(file.fileno(), entry)
                os.utime(file.fileno(), (entry.mtime, entry.mtime))
            os.replace(temporary, name, src_dir_fd=above, dst_dir_fd=above)
        except BaseException:
            os.unlink(temporary, dir_fd=above)
            raise

    def _add_link(self, entry: tarfile.TarInfo, above: int, name: str, path: str) -> None:
        # as docker: an absolute target is the container's business, a relative one must stay inside
        target = clean(f"{parent(path)}/{entry.linkname}")
        if target != self.root and not target.startswith(self.root.rstrip("/") + "/"):
            raise Failure(f"invalid symlink {quote(path)} -> {quote(entry.linkname)}")
        os.symlink(entry.linkname, name, dir_fd=above)
        os.utime(name, (entry.mtime, entry.mtime), dir_fd=above, follow_symlinks=False)

    def _add_hard_link(self, entry: tarfile.TarInfo, above: int, name: str) -> None:
        parts = self.parts(entry.linkname)
        copy = os.dup(above)  # entering the other folder closes this one
        try:
            other = self.enter(parts[:-1])
            os.link(parts[-1], name, src_dir_fd=other, dst_dir_fd=copy, follow_symlinks=False)
        finally:
            os.close(copy)

    def _add_node(self, entry: tarfile.TarInfo, above: int, name: str) -> None:
        kind = stat.S_IFIFO if entry.isfifo() else stat.S_IFCHR if entry.ischr() else stat.S_IFBLK
        mask = os.umask(0)
        try:
            os.mknod(name, kind | (entry.mode & 0o7777), 0 if entry.isfifo() else os.makedev(entry.devmajor, entry.devminor), dir_fd=above)
        finally:
            os.umask(mask)
        os.utime(name, (entry.mtime, entry.mtime), dir_fd=above, follow_symlinks=False)

    def finish(self) -> None:
        """Modes and times of the folders, the deepest first."""
        for parts, mode, mtime in reversed(self.folders):
            handle = self.enter(parts)
            os.fchmod(handle, mode)
            os.utime(handle, (mtime, mtime))


def _write(file: IO[bytes], data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _set_xattrs(handle: int, entry: tarfile.TarInfo) -> None:
    """Those that the file system and our rights allow, as docker does."""
    for key, value in entry.pax_headers.items():
        if key.startswith(XATTR):
            try:
                os.setxattr(handle, key.removeprefix(XATTR), value.encode("utf-8", "surrogateescape"))
            except (OSError, AttributeError):
                continue
