"""Safe access below a folder. Each subfolder is opened relative to its parent and never through a link (openat,
O_NOFOLLOW): neither ".." nor links, received or created concurrently, lead out of it.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TypeVar

from pydock.errors import Failure, first_line
from pydock.files import atomic
from pydock.files.atomic import FOLDER, NEW, NO_LINK, Draft, random_name
from pydock.go.filepath import clean
from pydock.go.strconv import quote

Parts = tuple[str, ...]
T = TypeVar("T", bound="Folder")

#: the mode of folders that the archive does not describe, before the umask
IMPLIED_MODE = 0o755


class Folder:
    """`root` may be reached through links: the user has named it. A context manager. Raises Failure."""

    def __init__(self, root: str) -> None:
        self.root = clean(root)
        #: the open folders on the path of the last entry
        self._open: list[tuple[str, int]] = []
        #: the last folder that was entered: most entries are in the same one as the entry before
        self._entered: tuple[Parts | None, int] = (None, -1)
        try:
            self._handle = os.open(root, FOLDER)
        except OSError as error:
            raise Failure(f"open {root}: {first_line(error)}") from error

    def close(self) -> None:
        for _, handle in self._open:
            os.close(handle)
        self._open.clear()
        self._entered = None, -1
        if self._handle >= 0:
            os.close(self._handle)
        self._handle = -1

    def __enter__(self: T) -> T:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def path(self, parts: Iterable[str]) -> str:
        return clean("/".join((self.root, *parts)))

    def parts(self, name: str) -> Parts:
        """The elements of a path below the root. Raises Failure if it leads out."""
        cleaned = clean(name).lstrip("/")
        if cleaned == ".." or cleaned.startswith("../"):
            raise Failure(f"{quote(name)} is outside of {quote(self.root)}")
        return () if cleaned in (".", "") else tuple(cleaned.split("/"))

    def enter(self, parts: Parts, make: bool = True) -> int:
        """Open a folder, valid until the next call; creates missing ones. Raises Failure if a link or a file is in the
        way.
        """
        if parts == self._entered[0]:
            return self._entered[1]
        common = 0
        while common < min(len(parts), len(self._open)) and self._open[common][0] == parts[common]:
            common += 1
        self._entered = None, -1
        while len(self._open) > common:
            os.close(self._open.pop()[1])
        handle = self._open[-1][1] if self._open else self._handle
        for i in range(common, len(parts)):
            try:
                handle = self._enter(parts[: i + 1], handle, make)
            except OSError as error:
                if error.errno in (errno.ELOOP, errno.ENOTDIR):
                    raise Failure(
                        f"{quote(self.path(parts[: i + 1]))} is a link or a file: nothing is written through it"
                    ) from error
                raise Failure(f"open {self.path(parts[: i + 1])}: {first_line(error)}") from error
            self._open.append((parts[i], handle))
        self._entered = parts, handle
        return handle

    def _enter(self, parts: Parts, above: int, make: bool) -> int:
        try:
            return os.open(self.name_of(parts), FOLDER | NO_LINK, dir_fd=above)
        except FileNotFoundError:
            if not make:
                raise
            try:
                self.make(parts, above, IMPLIED_MODE)
            except FileExistsError:
                pass  # created by another thread or process: opened with the same checks
            return os.open(self.name_of(parts), FOLDER | NO_LINK, dir_fd=above)

    def name_of(self, parts: Parts) -> str:
        """An entry's current name on disk."""
        return parts[-1]

    def make(self, parts: Parts, above: int, mode: int) -> None:
        """Create a folder. Raises OSError."""
        os.mkdir(parts[-1], mode, dir_fd=above)


class Inner(Draft):
    """A file in a folder that has no name yet: it needs no temporary name of its own, and where it stays unfinished it goes
    with the folder. Raises OSError, FileExistsError.
    """

    def __init__(self, folder: int, name: str) -> None:
        self.name = name
        self.handle = os.open(name, NEW, 0o600, dir_fd=folder)

    def keep(self, folder: int, name: str, to: int | None = None) -> None:
        self.close()

    def drop(self) -> None:
        try:
            self.close()
        except OSError:
            pass


class Growing(Folder):
    """A folder that receives files: they, and new folders, get their names when they are complete.

    replacing: a folder may be replaced by another kind of file, and vice versa. Raises Failure, OSError."""

    def __init__(self, root: str, replacing: bool) -> None:
        super().__init__(root)
        self._replacing = replacing
        #: topmost new folders -> their temporary names
        self._fresh: dict[Parts, str] = {}
        #: a final step for each folder, after its content
        self._last: dict[Parts, Callable[[int], None]] = {}

    # -- folders -------------------------------------------------------------------------------------

    def name_of(self, parts: Parts) -> str:
        return self._fresh.get(parts) or parts[-1]

    def make(self, parts: Parts, above: int, mode: int) -> None:
        if self._is_inside(parts):
            super().make(parts, above, mode)
            return
        name = random_name()
        atomic.begin(self.path((*parts[:-1], name)), lambda: os.mkdir(name, mode, dir_fd=above))
        self._fresh[parts] = name

    def add_folder(self, parts: Parts, last: Callable[[int], None]) -> None:
        """last: sets the open folder's mode and times at the end, since a read-only folder must be filled first."""
        above = self.enter(parts[:-1])
        there = _kind(self.name_of(parts), above)
        if there is None or not stat.S_ISDIR(there):
            if there is not None and not self._replacing:
                raise Failure(
                    f"cannot overwrite non-directory {quote(self.path(parts))} with directory {quote(self.root)}"
                )
            if there is not None and self._is_inside(parts):
                os.unlink(parts[-1], dir_fd=above)
            self.make(parts, above, 0o700)
        self._last[parts] = last

    def _is_inside(self, parts: Parts) -> bool:
        """Is it inside a new folder, which is still under its temporary name?"""
        return any(parts[:i] in self._fresh for i in range(1, len(parts)))

    # -- other files ---------------------------------------------------------------------------------

    def check(self, parts: Parts) -> None:
        """Raises Failure if a file must not be created here."""
        there = _kind(self.name_of(parts), self.enter(parts[:-1]))
        if there is not None and stat.S_ISDIR(there):
            self._refuse(parts)

    def _refuse(self, parts: Parts) -> None:
        if not self._replacing:
            raise Failure(f"cannot overwrite directory {quote(self.path(parts))} with non-directory {quote(self.root)}")

    def draft(self, parts: Parts) -> Draft:
        """A new file for this entry, which is there only after keep(). Raises Failure if it must not be created here."""
        above = self.enter(parts[:-1])
        if not self._replacing:
            if self._is_inside(parts):
                with suppress(FileExistsError):
                    return Inner(above, parts[-1])
            self.check(parts)
        return Draft(above, self.path(parts[:-1]))

    def keep(self, draft: Draft, parts: Parts) -> None:
        """Give a complete file its name."""
        if isinstance(draft, Inner):
            draft.keep(-1, draft.name)
            return
        above = self.enter(parts[:-1])
        self._placed(parts, above, lambda: draft.keep(above, parts[-1]))

    def put(self, parts: Parts, make: Callable[[int, str], None]) -> None:
        """Create an entry atomically, such as a link or a pipe; make(folder, name) creates it."""
        above, name = self.enter(parts[:-1]), random_name()
        path = self.path((*parts[:-1], name))
        atomic.begin(path, lambda: make(above, name))
        try:
            self._placed(parts, above, lambda: os.replace(name, parts[-1], src_dir_fd=above, dst_dir_fd=above))
        finally:
            # a rename between two links to the same file leaves both
            atomic.remove(path)

    def link(self, parts: Parts, target: Parts) -> None:
        """A hard link to an entry."""
        handle = os.dup(self.enter(target[:-1], make=False))  # enter() closes the previous folder
        try:
            self.put(
                parts,
                lambda above, name: os.link(
                    target[-1], name, src_dir_fd=handle, dst_dir_fd=above, follow_symlinks=False
                ),
            )
        finally:
            os.close(handle)

    def _placed(self, parts: Parts, above: int, rename: Callable[[], None]) -> None:
        """Rename an entry to its final name, replacing a folder there if that is allowed."""
        try:
            rename()
        except IsADirectoryError:
            self._refuse(parts)
            doomed = random_name()
            path = self.path((*parts[:-1], doomed))
            atomic.begin(path, lambda: os.rename(parts[-1], doomed, src_dir_fd=above, dst_dir_fd=above))
            atomic.remove(path)
            rename()

    # -- the end -------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Set the folders' modes and times, the deepest first, and give new folders their names."""
        for parts in sorted({*self._last, *self._fresh}, key=len, reverse=True):
            if parts in self._last:
                self._last[parts](self.enter(parts, make=False))
            if parts in self._fresh:
                self._name(parts, self.enter(parts[:-1], make=False))

    def _name(self, parts: Parts, above: int) -> None:
        name = self._fresh[parts]
        there = _kind(parts[-1], above)
        if there is not None and not stat.S_ISDIR(there) and self._replacing:
            os.unlink(parts[-1], dir_fd=above)
        os.rename(name, parts[-1], src_dir_fd=above, dst_dir_fd=above)
        del self._fresh[parts]
        atomic.done(self.path((*parts[:-1], name)))

    def close(self) -> None:
        """Remove whatever is unfinished."""
        super().close()
        for parts, name in self._fresh.items():
            atomic.remove(self.path((*parts[:-1], name)))
        self._fresh.clear()


def _kind(name: str, above: int) -> int | None:
    """The st_mode of an entry, without following links; None if it does not exist."""
    try:
        return os.stat(name, dir_fd=above, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return None
