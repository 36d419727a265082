"""The meaning of paths in `cp`: docker's rules for source and destination. Pure."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from pydock.errors import Failure
from pydock.go.filepath import base, clean, parent
from pydock.values import record, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def names_content(path: str) -> bool:
    """Does the path end with ".", and so mean the folder's content?"""
    return base(path) == "."


def keep_ending(cleaned: str, original: str) -> str:
    """A cleaned path with the "/" or "/." that the original ended with."""
    if not names_content(cleaned) and names_content(original):
        cleaned = cleaned.rstrip("/") + "/."
    if not cleaned.endswith("/") and original.endswith("/"):
        cleaned += "/"
    return cleaned


def split_entry(path: str) -> tuple[str, str]:
    """(folder, entry in it); the entry is "." for a path that means a folder's content."""
    cleaned = clean(path)
    if names_content(path):
        return (cleaned, ".")
    return parent(cleaned), base(cleaned)


def entry_name(path: str) -> str:
    """The entry's name in the archive of `path`; "" for the root."""
    name = split_entry(path)[1]
    return "" if name == "/" else name


def rebased(path: str, resolved: str) -> tuple[str, str]:
    """(a followed link's target with the ending of `path`, the copy's new name or "" where it keeps its own)."""
    if names_content(path) and not names_content(resolved):
        resolved += "/."
    if path.endswith("/") and not resolved.endswith("/"):
        resolved += "/"
    return resolved, base(path) if base(path) != base(resolved) else ""


def link_target(path: str, target: str) -> str:
    """The path that the symbolic link at `path` points to."""
    return target if target.startswith("/") else clean(f"{split_entry(path)[0]}/{target}")


def split_argument(text: str) -> tuple[str, str]:
    """CONTAINER:PATH; the container is "" for a local path, which may have a colon after "/" or "./"."""
    container, colon, path = text.partition(":")
    if text.startswith("/") or not colon or container.startswith("."):
        return "", text
    return container, path


@record
class CopyInfo:
    """The source or the destination of a copy. rename: the copied entry's name, where a link was followed."""

    path: str
    exists: bool = False
    is_dir: bool = False
    rename: str = ""

    @property
    def own(self) -> Target:
        """How entries of the source's archive are named: unchanged, or with the copied entry's new name."""
        name = entry_name(self.path)
        return Target("", name, self.rename or name)


@record
class Target:
    """The folder that an archive is unpacked in; `old` at the beginning of each entry's name becomes `new`."""

    folder: str
    old: str = ""
    new: str = ""

    def name(self, entry: str) -> str:
        """The new name of an entry or of a hard link's target."""
        return self.new + entry.removeprefix(self.old) if entry.startswith(self.old) else entry


def target(source: CopyInfo, destination: CopyInfo) -> Target:
    """docker's rules for the names in the destination. Raises Failure with docker's message."""
    if destination.exists and destination.is_dir:
        return Target(destination.path)
    if destination.exists and source.is_dir:
        raise Failure("cannot copy directory")
    if (
        not destination.exists
        and not source.is_dir
        and (destination.path.endswith("/") or names_content(destination.path))
    ):
        raise Failure("no such directory")
    folder, new = split_entry(destination.path)
    return Target(folder, source.rename or entry_name(source.path), new)


@record
class Entry:
    """An entry of an archive. link: what a hard link leads to, by its name in the archive; size: of its content."""

    name: str
    is_dir: bool = False
    link: str = ""
    size: int = 0
    uid: int = 0
    gid: int = 0

    def named(self, name: Callable[[str], str]) -> Entry:
        """With another name, also of what it is a hard link to."""
        return replace(self, name=name(self.name), link=name(self.link) if self.link else "")


# -- patterns ------------------------------------------------------------------------------------------

_MAGIC = re.compile(r"[*?\[]")
#: characters of the pattern for one name: no name has more than 255 bytes, and long patterns take time
LONGEST = 1024


class Glob:
    """A path with patterns: `*`, `?` and `[…]` within the names between slashes, as a shell has them: a name that begins
    with "." is matched only by a pattern that does. `folder`: the part before the first pattern, "" if there is none. Raises Failure.
    """

    def __init__(self, path: str) -> None:
        self.text = path
        self.ending = next((e for e in ("/.", "/") if path.endswith(e)), "")
        parts = path.removesuffix(self.ending).split("/") if self.ending else path.split("/")
        first = next((i for i, part in enumerate(parts) if _MAGIC.search(part)), len(parts))
        self.folder = "/".join(parts[:first]) or "/" * path.startswith("/")
        #: of each name below `folder`
        self.parts = [part for part in parts[first:] if part not in ("", ".")]
        if any(len(part) > LONGEST for part in self.parts):
            raise Failure(f"the pattern for one name is longer than {LONGEST} characters")

    @cached_property
    def _names(self) -> list[re.Pattern[str]]:
        from fnmatch import translate

        # (?s:…): a name may hold line breaks
        return [re.compile(translate(part)) for part in self.parts]

    def fits(self, depth: int, name: str) -> bool:
        """Does a name fit the pattern at this depth below the folder?"""
        return (not name.startswith(".") or self.parts[depth].startswith(".")) and bool(self._names[depth].match(name))

    def fits_all(self, names: Sequence[str]) -> bool:
        return len(names) == len(self.parts) and all(self.fits(i, name) for i, name in enumerate(names))

    def path(self, names: Sequence[str]) -> str:
        """The path of what was found, by its names below the folder."""
        if not self.parts:
            return self.text
        above = self.folder if not self.folder or self.folder.endswith("/") else self.folder + "/"
        return above + "/".join(names) + self.ending
