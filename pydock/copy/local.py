"""The local side of a copy: the meaning of a path of this host."""

from __future__ import annotations

import os
import stat
from typing import NoReturn

from pydock.copypaths import CopyInfo, keep_ending, link_target, rebased, split_entry
from pydock.errors import Failure, first_line
from pydock.go.filepath import base, clean, parent
from pydock.go.strconv import quote

MAX_LINKS = 10


def fail(verb: str, path: str, error: OSError) -> NoReturn:
    """Raises Failure in Go's words: "lstat PATH: no such file or directory"."""
    raise Failure(f"{verb} {path}: {first_line(error)}") from error


def absolute(path: str, cwd: str) -> str:
    """The absolute, clean path, with its ending kept."""
    return keep_ending(clean(path if path.startswith("/") else f"{cwd}/{path}"), path)


def check_output(path: str) -> None:
    """Raises Failure if nothing can be copied to `path`."""
    folder = parent(clean(path))
    if folder != "." and not os.path.exists(folder):
        raise Failure(f"invalid output path: directory {quote(folder)} does not exist")
    if path == "-":
        return
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        fail("stat", path, error)
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode) and (stat.S_ISCHR(mode) or stat.S_ISBLK(mode)):
        raise Failure(f"invalid output path: {quote(path)} must be a directory or a regular file: got a device")


def source(path: str, follow: bool) -> CopyInfo:
    """The source of a copy: links before the last element are followed, the last one if `follow`. Raises Failure."""
    resolved, rename = _resolve(path, follow)
    try:
        mode = os.lstat(resolved).st_mode
    except OSError as error:
        fail("lstat", resolved, error)
    return CopyInfo(resolved, True, stat.S_ISDIR(mode), rename)


def _resolve(path: str, follow: bool) -> tuple[str, str]:
    if follow:
        return rebased(path, _real(path))
    folder, slash, name = path.rpartition("/")
    resolved = f"{_real(folder + slash)}/{name}"
    return resolved, base(path) if path.endswith("/") and base(path) != base(resolved) else ""


def _real(path: str) -> str:
    """filepath.EvalSymlinks. Raises Failure."""
    try:
        resolved = os.path.realpath(path, strict=True)
    except NotADirectoryError:
        raise Failure("not a directory") from None
    except OSError as error:
        fail("lstat", str(error.filename or path), error)
    if path.endswith("/") and not os.path.isdir(resolved):
        raise Failure("not a directory")
    return resolved


def destination(path: str) -> CopyInfo:
    """The destination of a copy: links are followed, also dangling ones. Raises Failure."""
    original = path
    for _ in range(MAX_LINKS + 1):
        try:
            mode = os.lstat(path).st_mode
        except FileNotFoundError:
            return _missing(path)
        except NotADirectoryError as error:
            fail("lstat", path, error)
        if not stat.S_ISLNK(mode):
            return CopyInfo(path, True, stat.S_ISDIR(mode))
        path = link_target(path, os.readlink(path.rstrip("/")))
    raise Failure(f"too many symlinks in {original}")


def _missing(path: str) -> CopyInfo:
    folder = split_entry(path)[0]
    try:
        mode = os.stat(folder).st_mode
    except OSError as error:
        fail("stat", folder, error)
    if not stat.S_ISDIR(mode):
        raise Failure("not a directory")
    return CopyInfo(path)
