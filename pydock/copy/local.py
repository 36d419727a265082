"""The local side of a copy: the meaning of a path of this host."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from typing import NoReturn

from pydock.copypaths import CopyInfo, Glob, keep_ending, link_target, rebased, split_entry
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


# -- patterns, and what is kept for a while -------------------------------------------------------------


def found(pattern: Glob) -> list[str]:
    """The paths that fit a pattern, sorted; links to folders are followed, folders that cannot be read have none."""
    fitting: list[tuple[str, ...]] = [()]
    for depth in range(len(pattern.parts)):
        fitting = [(*above, name) for above in fitting for name in _fitting(pattern, depth, above)]
    paths = sorted(pattern.path(names) for names in fitting)
    return [path for path in paths if os.path.lexists(path) and (not pattern.ending or os.path.isdir(path))]


def _fitting(pattern: Glob, depth: int, above: tuple[str, ...]) -> list[str]:
    folder = "/".join([pattern.folder.rstrip("/") or pattern.folder, *above]) if pattern.folder else "/".join(above)
    try:
        return [name for name in os.listdir(folder or ".") if pattern.fits(depth, name)]
    except OSError:
        return []


def spooled(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks, all read before the first is given. Raises Failure where there is no place for them."""
    import tempfile

    try:
        with tempfile.TemporaryFile(prefix=".pydock-") as file:
            for block in blocks:
                file.write(block)
            file.seek(0)
            while block := file.read(1 << 18):
                yield block
    except OSError as error:
        raise Failure(f"write {tempfile.gettempdir()}: {first_line(error)}") from error


# -- what this process leaves on an engine ------------------------------------------------------------------


def mark() -> str:
    """This process, in the labels of what it removes at its end: "HOST/NAMESPACE/PID/START"."""
    return "/".join([*_home(), str(os.getpid()), _start(os.getpid())])


def has_ended(text: str) -> bool:
    """Is this the mark of a process of this host that runs no longer? No for one of another host."""
    parts = text.split("/")
    if parts[:-2] != _home() or not parts[-2].isdecimal():
        return False
    try:
        return _start(int(parts[-2])) != parts[-1]
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False


def _home() -> list[str]:
    """Where the numbers of processes are ours: a container of the same host name has its own."""
    import socket

    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except (OSError, AttributeError):
        namespace = ""
    return [socket.gethostname().replace("/", "_"), namespace]


def _start(pid: int) -> str:
    """When a process was started; "" where that is not told. Raises ProcessLookupError if there is none."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[19].decode()
    except (OSError, IndexError):
        if os.name == "posix":
            os.kill(pid, 0)
        return ""
