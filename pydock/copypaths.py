"""What paths mean in a copy: docker's rules for what `cp` makes of a source and a destination. Pure."""

from __future__ import annotations

from pydock.errors import Failure
from pydock.go.filepath import base, clean, parent
from pydock.values import record


def names_content(path: str) -> bool:
    """Does it end with "."?"""
    return base(path) == "."


def keep_ending(cleaned: str, original: str) -> str:
    """A cleaned path with the "/" or "/." that the original ended with."""
    if not names_content(cleaned) and names_content(original):
        cleaned = cleaned.rstrip("/") + "/."
    if not cleaned.endswith("/") and original.endswith("/"):
        cleaned += "/"
    return cleaned


def split_entry(path: str) -> tuple[str, str]:
    """The folder, and the entry in it ("." for a path that means a folder's content)."""
    cleaned = clean(path)
    if names_content(path):
        return (cleaned, ".")
    return parent(cleaned), base(cleaned)


def entry_name(path: str) -> str:
    """What the entry of `path` is called in its archive; "" for the root."""
    name = split_entry(path)[1]
    return "" if name == "/" else name


def rebased(path: str, resolved: str) -> tuple[str, str]:
    """A followed link's target with the ending of `path`, and the name to give the copy ("" if it keeps its own)."""
    if names_content(path) and not names_content(resolved):
        resolved += "/."
    if path.endswith("/") and not resolved.endswith("/"):
        resolved += "/"
    return resolved, base(path) if base(path) != base(resolved) else ""


def link_target(path: str, target: str) -> str:
    """Where the symbolic link at `path` leads to."""
    return target if target.startswith("/") else clean(f"{split_entry(path)[0]}/{target}")


def split_argument(text: str) -> tuple[str, str]:
    """CONTAINER:PATH; the container is "" for a local path, which may have a colon after "/" or "./"."""
    container, colon, path = text.partition(":")
    if text.startswith("/") or not colon or container.startswith("."):
        return "", text
    return container, path


@record
class Place:
    """One end of a copy. rename: the name that the copied entry gets, where a link was followed."""

    path: str
    exists: bool = False
    is_dir: bool = False
    rename: str = ""

    @property
    def own(self) -> Target:
        """The names in its archive: as they are, or with the copied entry's new name."""
        name = entry_name(self.path)
        return Target("", name, self.rename or name)


@record
class Target:
    """Where an archive is unpacked; `old` in the names of its entries becomes `new`, once."""

    folder: str
    old: str = ""
    new: str = ""

    def name(self, entry: str) -> str:
        """The name of an entry, or of what a hard link refers to."""
        return entry.replace(self.old, self.new, 1) if self.old != self.new else entry


def target(source: Place, destination: Place) -> Target:
    """docker's rules of what goes where. Raises Failure in its words."""
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
