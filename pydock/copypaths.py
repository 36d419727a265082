"""The meaning of paths in `cp`: docker's rules for source and destination. Pure."""

from __future__ import annotations

from pydock.errors import Failure
from pydock.go.filepath import base, clean, parent
from pydock.values import record


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
