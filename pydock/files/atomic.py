"""Files and folders that are there only when they are whole: made under another name beside it, and renamed at the end.

What a command leaves unfinished is gone with it: by an error through its `with` block, by a signal through sweep(),
which the program calls last. The names in between are random: nobody can lie in wait at one. Of names that were given
the folder may be reached through links, the last element never is one, but for the user's own configuration.
"""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

from pydock.errors import Failure, first_line
from pydock.go.filepath import parent

T = TypeVar("T")

PREFIX = ".pydock-"
NO_LINK = getattr(os, "O_NOFOLLOW", 0)
NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | NO_LINK
FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
#: to name what is in a folder, which need not be readable for that
WAY = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0)
#: where the system's own links to open files are: /dev/stdout, /dev/fd/3
DEVICES = ("/dev", "/dev/fd", "/proc/self/fd")
#: a file system that cannot be told to write at once
NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)

#: what is not whole yet: its path, and its inode where the path is not ours alone
_unfinished: dict[str, tuple[int, int] | None] = {}
_guard = threading.Lock()
_over = False


def random_name() -> str:
    return PREFIX + os.urandom(12).hex()


def begin(path: str, act: Callable[[], T]) -> T:
    """Do what makes `path`, a random name, and remember that it is not whole; to be followed by done() or remove().
    Raises OSError.
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
    """It has its name."""
    _unfinished.pop(path, None)


def sweep() -> None:
    """At the end of the program, whatever ended it: nothing that is not whole stays, and nothing new begins."""
    global _over
    held = _guard.acquire(timeout=1)
    _over = True
    for path in list(_unfinished):
        remove(path)
    if held:
        _guard.release()


def remove(path: str) -> None:
    """Something unfinished, if it is there; a folder with all in it."""
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
    """Take a folder away, at once to all who look, and then what is in it. Raises OSError."""
    doomed = os.path.join(os.path.dirname(path), random_name())
    begin(doomed, lambda: os.rename(path, doomed))
    remove(doomed)


def make_folders(path: str, mode: int = 0o700) -> None:
    """A folder, and those above it that are missing, all of that mode. Raises OSError."""
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
    """A folder with all in it, however deep that is, and never through a link. Raises OSError."""
    handle = os.open(path, FOLDER | NO_LINK)
    try:
        while names := os.listdir(handle):
            for name in names:
                _remove_entry(handle, name)
    finally:
        os.close(handle)
    os.rmdir(path)


def _remove_entry(above: int, name: str) -> None:
    """What lies in a folder that goes moves up before it: so no way is long, and few folders are open."""
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
    """A folder that moves has to be."""
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
    """Can a file that was asked for be written at `path`? Raises Failure, in docker's words (atomicwriter of
    moby/sys).
    """
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


#: what is no regular file
KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISDIR, "directory"), (stat.S_ISLNK, "symbolic link directly"), (stat.S_ISFIFO, "named pipe (FIFO)"), (stat.S_ISSOCK, "socket"),
    (stat.S_ISCHR, "character device file"), (stat.S_ISBLK, "block device file"), (bool, "special file"),
)  # fmt: skip


class Draft:
    """A new file in an open folder, until it gets its name. Raises OSError."""

    def __init__(self, folder: int, path: str, mode: int = 0o600) -> None:
        """place: the folder's path; mode: the permissions, less the umask."""
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
        """It is whole: put it in the place of what has that name, in its own folder or in another one."""
        self.close()
        os.replace(self.name, name, src_dir_fd=folder, dst_dir_fd=folder if to is None else to)
        _unfinished.pop(self._path, None)

    def drop(self) -> None:
        """Nothing happens to one that was kept."""
        try:
            self.close()
        except OSError:
            pass
        if self._path in _unfinished:
            remove(self._path)


class WholeFile:
    """A file by its path. A context manager: leaving it by an error leaves what was there before."""

    def __init__(
        self, path: str, mode: int = 0o600, *, own: bool = False, alike: bool = False, new: bool = False
    ) -> None:
        """mode: its permissions, less the umask; own: it belongs to the user's own configuration, which may lie
        elsewhere behind a link; alike: with the permissions and the owner of the file that it replaces; new: it
        replaces none.

        A device or a pipe is written as it is. Raises Failure where nothing can be written, and for a link."""
        self.path, self._new = path, new
        self._draft: Draft | None = None
        self._folder = self._handle = -1
        parent, self._name = os.path.split(os.path.realpath(path) if own else path)
        try:
            if not self._name and parent.strip("/"):
                # as open() takes a name that ends with "/"
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
        """What has the name now. Raises Failure."""
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
            write_all(self._handle, data)
        except OSError as error:
            raise Failure(f"write {self.path}: {first_line(error)}") from error

    def __enter__(self) -> WholeFile:
        return self

    def __exit__(self, kind: object, *problem: object) -> None:
        self.close(whole=kind is None)

    def close(self, whole: bool) -> None:
        """Raises Failure; `whole`: give it its name."""
        try:
            if whole and self._draft:
                _sync(self._handle)
                if self._new:
                    # the name is taken first: whoever took it meanwhile keeps it
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
    """Raises OSError: some disks say only now that they are full."""
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in NO_SYNC:
            raise


def _make_alike(handle: int, before: os.stat_result) -> None:
    """Raises OSError; an owner that is not ours to give is let be."""
    if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
        try:
            os.fchown(handle, before.st_uid, before.st_gid)
        except PermissionError:
            pass
    os.fchmod(handle, stat.S_IMODE(before.st_mode) & 0o777)


def write_whole(path: str, blocks: Iterable[bytes], mode: int = 0o600, **options: bool) -> None:
    """A whole file of these blocks; see WholeFile. Raises Failure."""
    with WholeFile(path, mode, **options) as file:
        for block in blocks:
            file.write(block)


class Claim:
    """A new file, whose name is its maker's own from the start. A context manager: it is gone again, unless it was
    filled.
    """

    def __init__(self, path: str) -> None:
        """Raises FileExistsError where there is anything of that name, Failure."""
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


class Scratch:
    """A folder for a while, under a random name. A context manager. Raises OSError."""

    def __init__(self, above: str, mode: int = 0o700) -> None:
        self.path = os.path.join(above, random_name())
        begin(self.path, lambda: os.mkdir(self.path, mode))

    def keep(self, target: str) -> None:
        """It is whole: put it in the place of the folder that has that name."""
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
