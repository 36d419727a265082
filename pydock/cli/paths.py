"""Completion of paths: inside a container, for `cp`; of the API, for `api`.

The API lists no folders: what it has is an archive of one, with all that is below. So that a TAB stays cheap, it is read up to
a limit, and where it is larger there are no candidates: some of them would pass for all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from pydock.api.containers import get_archive
from pydock.app import App
from pydock.errors import Failure

#: the bytes of an archive that are read, and for how long
LIMIT, SECONDS = 16 << 20, 1.0


def in_container(app: App, container: str, path: str) -> list[str]:
    """The paths that begin so; folders end in "/". Raises Failure."""
    folder = path[: path.rfind("/") + 1]
    entries = app.copies.listed(bounded(app.engine.blocks(get_archive(container, f"{folder or '/'}."))))
    top = next(entries, None)
    if top is None or not top.is_dir:
        return []
    begin = top.name.rstrip("/") + "/"
    below = ((entry.name.removeprefix(begin).rstrip("/"), entry) for entry in entries)
    return [f"{folder}{name}{'/' * entry.is_dir}" for name, entry in below if name and "/" not in name]


def bounded(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """A stream as it comes. Raises Failure where it is too large, or too slow."""
    end, left = time.monotonic() + SECONDS, LIMIT
    for block in blocks:
        left -= len(block)
        if left < 0 or time.monotonic() > end:
            raise Failure("too much to list")
        yield block


def of_api(method: str, typed: str, names: Callable[[str, str], list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """The paths of the API that begin so, of a method or of all. names: a source, and the beginning of a name -> its candidates."""
    from pydock.api.endpoints import ENDPOINTS

    *before, part = typed.split("/")
    found: list[tuple[str, str]] = []
    for path, methods in ENDPOINTS.items():
        parts = path.split("/")
        if (method and method not in methods.split()) or not _leads(before, parts):
            continue
        here, follows = parts[len(before)], len(parts) > len(before) + 1
        source = here[1:-1] if here.startswith("{") else ""
        fitting = [(here, "")] if not here.startswith("{") else names(source, part) if source else []
        found += [("/".join([*before, name]) + "/" * follows, about) for name, about in fitting]
    return found


def _leads(before: Sequence[str], parts: Sequence[str]) -> bool:
    """Do the parts that are typed begin a path?"""
    return len(before) < len(parts) and all(
        typed == part or (part.startswith("{") and typed) for typed, part in zip(before, parts)
    )
