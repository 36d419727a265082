"""Run the command line in this process: with an engine that answers from a table, or as a program."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydock.api.request import Request
from pydock.app import App
from pydock.config.endpoint import Endpoint
from pydock.engine.engine import Ping
from pydock.errors import BrokenStream, EngineError
from pydock.main import run

Answer = Any
#: (method, path) -> an answer: JSON, bytes, an Exception to raise, or a function of the request
Table = Mapping[tuple[str, str], Answer]


class FakeDuplex:
    """A connection that gives some bytes and takes any."""

    content_type = ""

    def __init__(self, data: bytes = b"") -> None:
        self.blocks = [data] if data else []
        self.sent = b""

    def read(self) -> bytes:
        return self.blocks.pop(0) if self.blocks else b""

    def write(self, data: bytes) -> None:
        self.sent += data

    def hang_up(self) -> None:
        pass

    def close_write(self) -> None:
        pass

    def close(self) -> None:
        pass


@dataclass
class Headed:
    """An answer whose head has come: its value, and headers by their names in small letters."""

    value: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        return self.value

    def messages(self) -> Iterator[dict[str, Any]]:
        yield from self.value

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


class FakeEngine:
    """Answers from a table; a request that the table lacks fails the test. `requests` is what was asked."""

    def __init__(self, table: Table, api_version: str = "1.51", os_type: str = "linux", experimental: bool = False) -> None:
        self.table, self.api_version = dict(table), api_version
        self.requests: list[Request] = []
        self._ping = Ping(True, api_version, os_type, experimental)
        self.endpoint = Endpoint("unix:///fake.sock")

    def ping(self) -> Ping:
        return self._ping

    def _answer(self, request: Request) -> Answer:
        self.requests.append(request)
        key = (request.method, request.path)
        if key not in self.table:
            raise AssertionError(f"unexpected request: {request}")
        answer = self.table[key]
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def json(self, request: Request) -> Any:
        return self._answer(request)

    def read(self, request: Request) -> bytes:
        answer = self._answer(request)
        return answer if isinstance(answer, bytes) else json.dumps(answer).encode()

    def text(self, request: Request) -> str:
        return self.read(request).decode()

    def blocks(self, request: Request) -> Iterator[bytes]:
        answer = self._answer(request)
        yield from answer if isinstance(answer, list) else [answer]

    def messages(self, request: Request) -> Iterator[dict[str, Any]]:
        yield from self._answer(request)

    def hijack(self, request: Request) -> Any:
        return self._answer(request)

    def background(self, request: Request) -> Any:
        answer = self._answer(request)
        return answer if isinstance(answer, Headed) else Headed(answer)

    def close(self) -> None:
        pass


@dataclass
class Result:
    code: int
    out: str
    err: str
    requests: list[Request] = field(default_factory=list)


def cli(
    *argv: str, table: Table | None = None, environ: Mapping[str, str] | None = None, api_version: str = "1.51",
    stdin: bytes = b"", experimental: bool = False, own_engine: bool = False, **nouns: Any,
) -> Result:  # fmt: skip
    """Run one command line in this process. Without a table any request fails the test; own_engine: the one that the command
    line names; nouns: of App, in place of its own."""
    out, err = io.BytesIO(), io.BytesIO()
    engine = FakeEngine(table or {}, api_version, experimental=experimental)
    given = nouns if own_engine else {"engine": engine, **nouns}
    app = App(out, err, io.BytesIO(stdin), {"HOME": "/nonexistent", **(environ or {})}, "docker", **given)
    code = run(app, list(argv))
    return Result(code, out.getvalue().decode("utf-8", "surrogateescape"), err.getvalue().decode("utf-8", "surrogateescape"), engine.requests)


def refused(status: int, message: str) -> EngineError:
    return EngineError(status, message)


@dataclass
class Done:
    """What a program did."""

    code: int
    out: bytes
    err: bytes

    def __iter__(self) -> Iterator[Any]:
        return iter((self.code, self.out, self.err))


def program(client: Path | str, *argv: str, host: str = "", stdin: bytes = b"", cwd: Path | None = None, home: Path | None = None, env: Mapping[str, str] | None = None, timeout: float = 60) -> Done:
    """Run a docker client as a program."""
    full = {"PATH": os.environ["PATH"], "HOME": str(home or "/nonexistent"), "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONWARNINGS": "error", **({"DOCKER_HOST": host} if host else {}), **(env or {})}
    done = subprocess.run([str(client), *argv], input=stdin, capture_output=True, cwd=cwd, env=full, timeout=timeout, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


def forget_builds(engine: Any, client: Path) -> None:
    """Leave busybox alone on an engine: no containers, no other images, no build cache."""
    program(client, "container", "prune", "-f", host=engine.host)
    keep = program(client, "images", "-q", "--no-trunc", "busybox:latest", host=engine.host).out.split()
    others = {i for i in program(client, "images", "-a", "-q", "--no-trunc", host=engine.host).out.split() if i not in keep}
    if others:
        program(client, "rmi", "-f", *(i.decode() for i in sorted(others)), host=engine.host)
    program(client, "builder", "prune", "-af", host=engine.host)


__all__ = ["BrokenStream", "Done", "FakeDuplex", "FakeEngine", "Headed", "Result", "cli", "forget_builds", "program", "refused"]
