"""A folder's entries, in the order and with the filters that BuildKit's file sync asks for.

Follows github.com/tonistiigi/fsutil (walker, filter, followlinks): depth first, siblings sorted by bytes; an
excluded folder comes before its first entry that is not excluded.
"""

from __future__ import annotations

import os
import posixpath
import re
import stat
from collections.abc import Generator, Iterator, Sequence
from functools import cache

from pydock.archive.ignore import Known, Matcher, Pattern
from pydock.errors import Failure, first_line

#: an entry: its path below the root, and its lstat
Entry = tuple[str, os.stat_result]


class Tree:
    """The entries of `root` that match `includes` (all, if empty) and do not match `excludes`. Raises ValueError,
    Failure.
    """

    def __init__(
        self, root: str, includes: Sequence[str] = (), excludes: Sequence[str] = (), follow: Sequence[str] = ()
    ) -> None:
        """follow: additional paths to include, with the targets of links on their way."""
        self.root = os.path.realpath(root)
        wanted = [*includes]
        targets = follow_links(self.root, follow)
        if targets and targets != ["."]:
            wanted = without_nested([*wanted, *targets])
        self.includes, self.excludes = _matcher("include", wanted), _matcher("exclude", excludes)

    def entries(self) -> Iterator[Entry]:
        """All entries, without those that vanish meanwhile. Raises Failure for an unreadable folder."""
        yield from self._folder("", (), (), ())

    def _folder(
        self, folder: str, included: Known, excluded: Known, pending: tuple[Entry, ...]
    ) -> Generator[Entry, None, bool]:
        """pending: excluded parent folders, to yield before the first entry that is not excluded. Returns whether there
        was one."""
        location = f"{self.root}/{folder}" if folder else self.root
        try:
            with os.scandir(location) as found:
                children = sorted(found, key=lambda e: os.fsencode(e.name))
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            if pending and pending[-1][0] == folder and isinstance(error, PermissionError):
                return False
            raise Failure(f"open {folder or self.root}: {first_line(error)}") from error
        any_found = False
        for child in children:
            path = f"{folder}/{child.name}" if folder else child.name
            is_folder = child.is_dir(follow_symlinks=False)
            skip, inside, outside = self._skipped(path, is_folder, included, excluded)
            if skip is None:
                continue
            try:
                status = child.stat(follow_symlinks=False)
            except (FileNotFoundError, NotADirectoryError):
                continue
            before = () if any_found else pending
            if skip:
                if is_folder:
                    within = yield from self._folder(path, inside, outside, (*before, (path, status)))
                    any_found = any_found or within
                continue
            yield from before
            yield path, status
            any_found = True
            if is_folder:
                yield from self._folder(path, inside, outside, ())
        return any_found

    def _skipped(
        self, path: str, is_folder: bool, included: Known, excluded: Known
    ) -> tuple[bool | None, Known, Known]:
        """(is the entry excluded? None: with all its content, the matchers' results for its children)."""
        skip = False
        if self.includes:
            matched, included = self.includes.within(path, included)
            if not matched and is_folder and not self.includes.could_match_below(path, False):
                return None, (), ()
            skip = not matched
        if self.excludes:
            matched, excluded = self.excludes.within(path, excluded)
            if matched and is_folder and not self.excludes.could_match_below(path, True):
                return None, (), ()
            skip = skip or matched
        return skip, included, excluded

    def open(self, path: str) -> int:
        """A file descriptor to read the entry from. Raises OSError."""
        return os.open(f"{self.root}/{path}", os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))


def _matcher(what: str, patterns: Sequence[str]) -> Matcher:
    try:
        return Matcher(patterns)
    except ValueError as error:
        raise ValueError(f"invalid {what}patterns: [{' '.join(patterns)}]: {error}") from None


def without_nested(paths: Sequence[str]) -> list[str]:
    """Sorted, without paths below others; empty if "." is among them, as that disables the filter."""
    out: list[str] = []
    for path in sorted(set(paths)):
        if path == ".":
            return []
        if not out or not path.startswith(f"{out[-1]}/"):
            out.append(path)
    return out


def follow_links(root: str, paths: Sequence[str]) -> list[str]:
    """The paths, links on their way, and the links' targets, all within the root. Names may have wildcards."""
    resolved: set[str] = set()
    for path in paths:
        _follow(root, path, resolved)
    return without_nested(sorted(resolved)) if "." not in resolved else ["."]


def _follow(root: str, path: str, resolved: set[str]) -> None:
    rest, current = posixpath.normpath("./" + path.lstrip("/")).lstrip("/"), ""
    while rest.startswith("../"):
        rest = rest[3:]
    rest = "." if rest == ".." else rest
    while True:
        head, _, rest = rest.partition("/")
        current = posixpath.normpath(f"{current}/{head}" if current else head)
        targets = _targets(root, current, True)
        if (not rest or targets is not None) and current in resolved:
            return
        if targets is not None:
            resolved.add(current)
            for target in targets:
                _follow(root, f"{target}/{rest}" if rest else target, resolved)
            return
        if not rest:
            resolved.add(current)
            return


def _targets(root: str, path: str, wildcards: bool) -> list[str] | None:
    """The targets of a link (or of links, for a name with wildcards), from the root; None if it is not a link."""
    folder, name = posixpath.split(path)
    if wildcards and re.search(r"(?<!\\)[*?\[]", name):
        try:
            names = sorted(os.listdir(f"{root}/{folder}"))
        except OSError:
            return None
        try:
            pattern = Pattern(name)
        except ValueError:
            return []
        return [t for n in names if pattern.matches(n) for t in _targets(root, posixpath.join(folder, n), False) or ()]
    try:
        link = os.readlink(f"{root}/{path}")
    except OSError:
        return None
    return [link if link.startswith("/") else posixpath.normpath(f"/{folder}/{link}")]


_BITS = ((stat.S_ISUID, 1 << 23), (stat.S_ISGID, 1 << 22), (stat.S_ISVTX, 1 << 20))
_KINDS = {
    stat.S_IFDIR: 1 << 31,
    stat.S_IFLNK: 1 << 27,
    stat.S_IFBLK: 1 << 26,
    stat.S_IFCHR: 1 << 26 | 1 << 21,
    stat.S_IFIFO: 1 << 25,
}


@cache
def go_mode(mode: int) -> int:
    """st_mode as Go's FileMode, for the protocol. A socket counts as a regular, empty file."""
    return mode & 0o777 | sum(go for bit, go in _BITS if mode & bit) | _KINDS.get(stat.S_IFMT(mode), 0)


def unix_mode(mode: int) -> int:
    """The permissions of Go's FileMode as chmod takes them."""
    return mode & 0o777 | sum(bit for bit, go in _BITS if mode & go)
