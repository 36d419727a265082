"""Atomic writes: files and folders are created under a temporary name beside the target, and renamed when complete.

Unfinished ones are removed: after an error by the `with` block, after a signal by sweep(), which the program calls
last. Temporary names are random, so nobody can plant a link there. A target's folder may be reached through links; the
target itself must not be a link, except for the user's own configuration.
"""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

from pydock.errors import Failure, first_line
from pydock.files.sparse import end_sparse, write_sparse
from pydock.go.filepath import parent

T = TypeVar("T")

PREFIX = ".pydock-"
NO_LINK = getattr(os, "O_NOFOLLOW", 0)
NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | NO_LINK
FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
#: flags to open a folder for access by name, which needs no read permission
WAY = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0)
#: the system's links to open files: /dev/stdout, /dev/fd/3
DEVICES = ("/dev", "/dev/fd", "/proc/self/fd")
#: errors of a file system that does not support fsync
NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)

#: unfinished files: path -> inode, where others may use the same path
_unfinished: dict[str, tuple[int, int] | None] = {}
_guard = threading.Lock()
_over = False


def random_name() -> str:
    return PREFIX + os.urandom(12).hex()


def begin(path: str, act: Callable[[], T]) -> T:
    """Create `path`, a temporary name, by `act`, and register it as unfinished until done() or remove(). Raises
    OSError.
    """
    with _guard:
        if _over:
            raise Failure("pydock is exiting")
        _unfinished[path] = None
        try:
            return act()
        except OSError:
            del _unfinished[path]
            raise


def done(path: str) -> None:
    """The file has its final name."""
    _unfinished.pop(path, None)


def sweep() -> None:
    """Remove all unfinished files at the end of the program, and allow no new ones."""
    global _over
    held = _guard.acquire(timeout=1)
    _over = True
    for path in list(_unfinished):
        remove(path)
    if held:
        _guard.release()


def remove(path: str) -> None:
    """Remove an unfinished file, or a folder with its content, if it exists."""
    inode = _unfinished.pop(path, None)
    try:
        if inode is None or inode == _inode(os.lstat(path)):
            os.unlink(path)
    except (IsADirectoryError, PermissionError):
        try:
            remove_folder(path)
        except OSError:
            pass
    except OSError:
        pass


def _inode(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def discard(path: str) -> None:
    """Rename a folder away, so that it disappears at once, then remove its content. Raises OSError."""
    doomed = os.path.join(os.path.dirname(path), random_name())
    begin(doomed, lambda: os.rename(path, doomed))
    remove(doomed)


def make_folders(path: str, mode: int = 0o700) -> None:
    """Create a folder and its missing parents, all with this mode. Raises OSError."""
    if os.path.isdir(path):
        return
    above = parent(path)
    if above != path:
        make_folders(above, mode)
    try:
        os.mkdir(path, mode)
    except FileExistsError:
        if not os.path.isdir(path):
            raise


def remove_folder(path: str) -> None:
    """Remove a folder with its content, of any depth, without following links. Raises OSError."""
    handle = os.open(path, FOLDER | NO_LINK)
    try:
        while names := os.listdir(handle):
            for name in names:
                _remove_entry(handle, name)
    finally:
        os.close(handle)
    os.rmdir(path)


def _remove_entry(above: int, name: str) -> None:
    """Remove an entry; a folder's subfolders are moved up first, so that paths stay short and few folders are open."""
    try:
        os.unlink(name, dir_fd=above)
        return
    except (IsADirectoryError, PermissionError):
        handle = os.open(name, FOLDER | NO_LINK, dir_fd=above)
    try:
        os.fchmod(handle, 0o700)
        for inner in os.listdir(handle):
            try:
                os.unlink(inner, dir_fd=handle)
            except (IsADirectoryError, PermissionError):
                _writable(handle, inner)
                os.rename(inner, random_name(), src_dir_fd=handle, dst_dir_fd=above)
    finally:
        os.close(handle)
    os.rmdir(name, dir_fd=above)


def _writable(above: int, name: str) -> None:
    """Make a folder writable, which moving it requires."""
    handle = os.open(name, FOLDER | NO_LINK, dir_fd=above)
    try:
        os.fchmod(handle, 0o700)
    finally:
        os.close(handle)


def write_all(handle: int, data: bytes | memoryview) -> None:
    """Raises OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def check_path(path: str) -> None:
    """Raises Failure, with docker's message (atomicwriter of moby/sys), if no output file can be written at `path`."""
    folder = parent(path)
    try:
        if not stat.S_ISDIR(os.stat(folder).st_mode):
            raise Failure(f"invalid output path: stat {folder}: not a directory")
    except OSError as error:
        raise Failure(f"invalid output path: stat {folder}: {first_line(error)}") from None
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise Failure(f"failed to stat output path: lstat {path}: {first_line(error)}") from None
    if not stat.S_ISREG(mode):
        raise Failure(f"cannot write to a {next(name for is_it, name in KINDS if is_it(mode))}")


#: kinds of files other than regular ones
KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISDIR, "directory"), (stat.S_ISLNK, "symbolic link directly"), (stat.S_ISFIFO, "named pipe (FIFO)"), (stat.S_ISSOCK, "socket"),
    (stat.S_ISCHR, "character device file"), (stat.S_ISBLK, "block device file"), (bool, "special file"),
)  # fmt: skip


class Draft:
    """A temporary file in an open folder, until it gets its name. Raises OSError."""

    def __init__(self, folder: int, path: str, mode: int = 0o600) -> None:
        """path: the folder's; mode: the permissions, before the umask."""
        self.name = random_name()
        self._path = os.path.join(path, self.name)
        self.handle = begin(self._path, lambda: os.open(self.name, NEW, mode, dir_fd=folder))

    def write(self, data: bytes | memoryview) -> None:
        write_all(self.handle, data)

    def close(self) -> None:
        if self.handle >= 0:
            handle, self.handle = self.handle, -1
            os.close(handle)

    def keep(self, folder: int, name: str, to: int | None = None) -> None:
        """Rename the complete file to `name`, in its own folder or in another one, replacing any old one."""
        self.close()
        os.replace(self.name, name, src_dir_fd=folder, dst_dir_fd=folder if to is None else to)
        _unfinished.pop(self._path, None)

    def drop(self) -> None:
        """Remove the file, unless it was kept."""
        try:
            self.close()
        except OSError:
            pass
        if self._path in _unfinished:
            remove(self._path)


class WholeFile:
    """A file that is written atomically. A context manager: after an error the old file stays."""

    def __init__(
        self,
        path: str,
        mode: int = 0o600,
        *,
        own: bool = False,
        alike: bool = False,
        new: bool = False,
        sparse: bool = False,
    ) -> None:
        """mode: the permissions, before the umask; own: a file of the user's configuration, which may be a symbolic
        link; alike: keep the old file's permissions and owner; new: the file must not exist; sparse: leave holes for zeros.

        A device or a pipe is written directly. Raises Failure if the path cannot be written, or is a link."""
        self.path, self._new, self._sparse = path, new, sparse
        self._draft: Draft | None = None
        self._folder = self._handle = -1
        parent, self._name = os.path.split(os.path.realpath(path) if own else path)
        try:
            if not self._name and parent.strip("/"):
                # open() fails in the same way for a name that ends with "/"
                os.stat(os.path.dirname(parent) or ".")
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            if not path:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            self._folder = os.open(parent or ".", WAY)
            before = self._before()
            if before is not None and not stat.S_ISREG(before.st_mode):
                self._handle = self._special(before.st_mode)
                return
            self._draft = Draft(self._folder, parent or ".", mode)
            self._handle = self._draft.handle
            if before is not None and alike:
                _make_alike(self._handle, before)
        except OSError as error:
            self._leave()
            raise Failure(f"open {path}: {first_line(error)}") from None
        except BaseException:
            self._leave()
            raise

    def _before(self) -> os.stat_result | None:
        """The stat of the old file, if there is one. Raises Failure."""
        try:
            status = os.stat(self._name or ".", dir_fd=self._folder, follow_symlinks=False)
        except FileNotFoundError:
            return None
        if self._new:
            raise Failure(f"open {self.path}: file exists")
        return status

    def _special(self, kind: int) -> int:
        """Raises OSError, Failure."""
        if not stat.S_ISLNK(kind):
            return os.open(self._name or ".", os.O_WRONLY | NO_LINK, dir_fd=self._folder)
        if os.path.dirname(self.path) in DEVICES:
            return os.open(self.path, os.O_WRONLY)
        raise Failure(f"{self.path}: cannot write to a symbolic link directly")

    def write(self, data: bytes) -> None:
        """Raises Failure when the disk is full."""
        try:
            if self._sparse and self._draft:
                write_sparse(self._handle, data)
            else:
                write_all(self._handle, data)
        except OSError as error:
            raise Failure(f"write {self.path}: {first_line(error)}") from error

    def __enter__(self) -> WholeFile:
        return self

    def __exit__(self, kind: object, *problem: object) -> None:
        self.close(whole=kind is None)

    def close(self, whole: bool) -> None:
        """Raises Failure. whole: the file is complete and gets its name."""
        try:
            if whole and self._draft:
                if self._sparse:
                    end_sparse(self._handle)
                _sync(self._handle)
                if self._new:
                    # fails if another process has created the file meanwhile
                    os.close(os.open(self._name, NEW, dir_fd=self._folder))
                self._draft.keep(self._folder, self._name)
        except FileExistsError:
            raise Failure(f"open {self.path}: file exists") from None
        except OSError as error:
            raise Failure(f"write {self.path}: {first_line(error)}") from error
        finally:
            self._leave()

    def _leave(self) -> None:
        if self._draft:
            self._draft.drop()
        elif self._handle >= 0:
            os.close(self._handle)
        if self._folder >= 0:
            os.close(self._folder)
        self._handle = self._folder = -1


def _sync(handle: int) -> None:
    """Raises OSError: some file systems report only now that the disk is full."""
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in NO_SYNC:
            raise


def _make_alike(handle: int, before: os.stat_result) -> None:
    """Raises OSError. An owner that we may not set is ignored."""
    if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
        try:
            os.fchown(handle, before.st_uid, before.st_gid)
        except PermissionError:
            pass
    os.fchmod(handle, stat.S_IMODE(before.st_mode) & 0o777)


def write_whole(path: str, blocks: Iterable[bytes], mode: int = 0o600, **options: bool) -> None:
    """Write a file atomically; see WholeFile. Raises Failure."""
    with WholeFile(path, mode, **options) as file:
        for block in blocks:
            file.write(block)


class Claim:
    """A new file that reserves its name at once. A context manager: the file is removed again, unless it was filled."""

    def __init__(self, path: str) -> None:
        """Raises FileExistsError if the name is taken, Failure."""
        self.path, self._filled = path, False
        try:
            self._handle = os.open(path, NEW, 0o666)
            _unfinished[path] = _inode(os.fstat(self._handle))
        except FileExistsError:
            raise
        except OSError as error:
            raise Failure(f"open {path}: {first_line(error)}") from None

    def fill(self, data: bytes) -> None:
        """Raises Failure."""
        try:
            write_all(self._handle, data)
        except OSError as error:
            raise Failure(f"write {self.path}: {first_line(error)}") from None
        self._filled = True
        _unfinished.pop(self.path, None)

    def __enter__(self) -> Claim:
        return self

    def __exit__(self, *problem: object) -> None:
        os.close(self._handle)
        if not self._filled:
            remove(self.path)


class Unclaimed(Claim):
    """Only looks whether the name is free."""

    def __init__(self, path: str) -> None:
        """Raises FileExistsError if the name is taken."""
        if os.path.lexists(path):
            raise FileExistsError(path)

    def fill(self, data: bytes) -> None:
        pass

    def __exit__(self, *problem: object) -> None:
        pass


class Scratch:
    """A temporary folder. A context manager. Raises OSError."""

    def __init__(self, above: str, mode: int = 0o700) -> None:
        self.path = os.path.join(above, random_name())
        begin(self.path, lambda: os.mkdir(self.path, mode))

    def keep(self, target: str) -> None:
        """Rename the complete folder to `target`, replacing any old one."""
        old = os.path.join(os.path.dirname(target), random_name())
        moved = False
        try:
            try:
                os.rename(target, old)
                moved = True
            except FileNotFoundError:
                pass
            os.rename(self.path, target)
        except BaseException:
            if moved:
                os.rename(old, target)
            raise
        _unfinished.pop(self.path, None)
        if moved:
            remove(old)

    def __enter__(self) -> Scratch:
        return self

    def __exit__(self, *problem: object) -> None:
        if self.path in _unfinished:
            remove(self.path)
