"""Places to write to that are watched: what is in them, disks that are full, programs that are interrupted."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from tests.support.engines import small_disk


def facts(folder: Path) -> dict[str, tuple[int, object]]:
    """What is in a folder: kinds, and contents or targets."""

    def content(path: Path) -> object:
        return os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None

    return {p.name: (stat.S_IFMT(p.lstat().st_mode), content(p)) for p in folder.iterdir()}


def keeps_attributes(folder: Path) -> bool:
    """Can a file here have extended attributes? On macOS Python sets none, and not every file system keeps a user's."""
    probe = folder / "probe"
    probe.touch()
    try:
        os.setxattr(probe, "user.a", b"1")
    except (OSError, AttributeError):
        return False
    finally:
        probe.unlink()
    return True


@contextmanager
def running(client: Path, *argv: str, cwd: Path, limit: int = 0, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program, with files of at most `limit` bytes where that is given: a full disk that any user can have."""
    full = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8", **env}
    limits = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))) if limit else None
    with subprocess.Popen(
        [client, *argv],
        cwd=cwd,
        env=full,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=limits,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def small(folder: Path, limited: bool) -> tuple[AbstractContextManager[None], Path, int]:
    """A place where little can be written: by a limit on files, or a disk that is full."""
    place = folder / "small"
    place.mkdir()
    return (nullcontext() if limited else small_disk(place)), place, 5 if limited else 0


def wait_for(condition: Callable[[], object]) -> None:
    """Until it holds."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
