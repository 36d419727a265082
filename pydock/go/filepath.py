"""Go's path/filepath: paths with slashes, cleaned, and their parts. Pure."""

from __future__ import annotations

import posixpath


def clean(path: str) -> str:
    """filepath.Clean."""
    normal = posixpath.normpath(path)
    return normal[1:] if normal.startswith("//") else normal


def base(path: str) -> str:
    """filepath.Base: the last element; "." for an empty path."""
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


def parent(path: str) -> str:
    """filepath.Dir."""
    head, slash, _ = path.rpartition("/")
    return clean(head + slash)
