"""Run the command line in this process: with an engine that answers from a table, or as a program."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from pydock.app import App
from pydock.main import run
from tests.support import asked
from tests.support.stubs import FakeDuplex, Messages, Optional, Reply, Sent, Stubs, Table, any_of, engine_of, refused


@dataclass
class Result:
    """What a command line did. requests: those that the engine was asked."""

    code: int
    out: str
    err: str
    requests: list[Sent] = field(default_factory=list)


def cli(
    *argv: str, table: Table | None = None, environ: Mapping[str, str] | None = None, api_version: str = "1.51", experimental: bool = False,
    stdin: bytes | BinaryIO = b"", tty: bool = False, width: int = 80, files: Mapping[str, str | bytes] | None = None, folder: Path | None = None,
    own_engine: bool = False, prog: str = "docker", **nouns: Any,
) -> Result:  # fmt: skip
    """Run one command line in this process.

    table: what the engine answers; what it lacks fails the test, and so does what nothing asked for; own_engine: the one
    that the command line names. tty: stdout and stderr are a terminal of `width` columns, and `out` is what it was sent. files: by
    their names below `folder`, where it runs. nouns: of App, in place of its own."""
    stubs = Stubs(table or {}, api_version, experimental=experimental)
    given = nouns if own_engine else {"engine": engine_of(stubs), **nouns}
    source = io.BytesIO(stdin) if isinstance(stdin, bytes) else stdin
    with inside(folder, files or {}), streams(tty, width) as (out, err, texts):
        app = App(out, err, source, {"HOME": "/nonexistent", **(environ or {})}, prog, **given)
        code = run(app, list(argv))
        app.close()
    stubs.check_used()
    # an error on a terminal is followed by hints, which ask on their own
    if not (tty and code == 1):
        asked.check(app.invocation.words, ((sent.method, sent.path) for sent in stubs.requests))
    return Result(code, *texts(), stubs.requests)


@contextmanager
def inside(folder: Path | None, files: Mapping[str, str | bytes]) -> Iterator[None]:
    """Run in a folder with these files."""
    before = os.getcwd()
    for name, data in files.items():
        assert folder is not None
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    os.chdir(folder or before)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def streams(tty: bool, width: int) -> Iterator[tuple[Any, Any, Callable[[], tuple[str, str]]]]:
    """stdout, stderr, and what they were sent in the end."""
    if tty:
        # where there are pseudo terminals
        from tests.support.screen import Screen

        with Screen(width) as screen:
            yield screen.file, screen.file, lambda: (text_of(screen.seen), "")
    else:
        out, err = io.BytesIO(), io.BytesIO()
        yield out, err, lambda: (text_of(out.getvalue()), text_of(err.getvalue()))


def text_of(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


@dataclass
class Done:
    """What a program did."""

    code: int
    out: bytes
    err: bytes

    def __iter__(self) -> Iterator[Any]:
        return iter((self.code, self.out, self.err))


def program(
    client: Path | str,
    *argv: str,
    host: str = "",
    stdin: bytes = b"",
    cwd: Path | None = None,
    home: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = 60,
) -> Done:
    """Run a docker client as a program."""
    full = {
        "PATH": os.environ["PATH"],
        "HOME": str(home or "/nonexistent"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONWARNINGS": "error",
        **({"DOCKER_HOST": host} if host else {}),
        **(env or {}),
    }
    done = subprocess.run(
        [str(client), *argv], input=stdin, capture_output=True, cwd=cwd, env=full, timeout=timeout, check=False
    )
    return Done(done.returncode, done.stdout, done.stderr)


def forget_builds(engine: Any, client: Path) -> None:
    """Leave busybox alone on an engine: no containers, no other images, no build cache."""
    program(client, "container", "prune", "-f", host=engine.host)
    keep = program(client, "images", "-q", "--no-trunc", "busybox:latest", host=engine.host).out.split()
    others = {
        i for i in program(client, "images", "-a", "-q", "--no-trunc", host=engine.host).out.split() if i not in keep
    }
    if others:
        program(client, "rmi", "-f", *(i.decode() for i in sorted(others)), host=engine.host)
    program(client, "builder", "prune", "-af", host=engine.host)


__all__ = [
    "Done",
    "FakeDuplex",
    "Messages",
    "Optional",
    "Reply",
    "Result",
    "any_of",
    "cli",
    "forget_builds",
    "program",
    "refused",
]
