"""What .dockerignore leaves out of a context: docker's own client and pydock send the same files, for patterns by the hundred."""

from __future__ import annotations

import io
import os
import random
import socket
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pydock.archive.build_context import BuildContext
from pydock.errors import Failure
from tests.support.cli import program
from tests.support.listening import each_connection

PIECES = [
    "a",
    "b",
    "ab",
    "*",
    "?",
    "**",
    "**/",
    "/",
    "[ab]",
    "[^a]",
    "[a-c]",
    "\\*",
    "\\a",
    ".",
    "x",
    "é",
    "a*b",
    "[[]",
    "!",
    "^",
    "]",
    "{",
    "+",
    "[a",
    "(",
    "\\",
]
NAMES = ["a", "b", "ab", "abc", "x.a", "a.b", "a*b", "é", "[a]", "x]y", "a b", "a^b", "c{d}", "+", "aab", "\udcff"]


class Builder:
    """Stands for an engine that takes classic builds, and keeps the names in the last context."""

    def __init__(self, path: Path) -> None:
        self.names: list[str] = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.host = f"unix://{path}"
        each_connection(self.listener, self._serve)

    def close(self) -> None:
        self.listener.close()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as file:
            while line := file.readline():
                headers = iter(file.readline, b"\r\n")
                chunked = any(b"chunked" in h.lower() for h in list(headers))
                body = b"".join(self._chunks(file)) if chunked else b""
                if b"/build" in line:
                    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
                        self.names = archive.getnames()
                answer = b'{"stream":"Successfully built 0123456789ab\\n"}\n'
                head = b"HTTP/1.1 200 OK\r\nApi-Version: 1.44\r\nBuilder-Version: 1\r\nOstype: linux\r\nContent-Type: application/json\r\n"
                connection.sendall(
                    head + b"Content-Length: %d\r\n\r\n" % len(answer) + (b"" if line.startswith(b"HEAD") else answer)
                )

    @staticmethod
    def _chunks(file: io.BufferedReader) -> list[bytes]:
        out = []
        while size := int(file.readline().strip(), 16):
            out.append(file.read(size))
            file.readline()
        file.readline()
        return out


def fill(root: Path) -> None:
    """Every name as a file in some folders, which have such names too."""
    for folder in ("a", "ab/b", "x.a/é", ""):
        for name in NAMES:
            place = os.path.join(root, folder, name)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            if not os.path.isdir(place):
                with open(place, "wb"):
                    pass
    (root / "Dockerfile").write_text("FROM scratch\n")


@pytest.mark.timeout(300)
def test_the_same_files_are_left_out_as_by_docker(docker: Path, pydock: Path, tmp_path: Path) -> None:
    chance = random.Random(20)
    context = tmp_path / "context"
    fill(context)
    builder = Builder(tmp_path / "e.sock")
    left_out = 0
    for _ in range(60):
        patterns = [
            "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 4))) for _ in range(chance.randint(1, 4))
        ]
        (context / ".dockerignore").write_text("\n".join(patterns))
        seen = []
        for client in (docker, pydock):
            builder.names = []
            done = program(
                client,
                "build",
                "-q",
                "context",
                host=builder.host,
                cwd=tmp_path,
                env={"DOCKER_BUILDKIT": "0", "HOME": str(tmp_path)},
            )
            seen.append((done.code, sorted(builder.names)))
        assert seen[0] == seen[1], (patterns, set(seen[0][1]) ^ set(seen[1][1]))
        left_out += len(seen[0][1]) > 0
    builder.close()
    # the patterns are such that most of them are well formed
    assert left_out > 15


# -- our own packing, in this process --------------------------------------------------------------


PATTERN = st.one_of(
    st.sampled_from(
        [
            "*",
            "**",
            "!*",
            "**/a",
            "*/b",
            "a/*",
            "a/**/c",
            "?",
            "[ab]",
            "!**/b",
            "a/b",
            "!a",
            "!a/b",
            ".dockerignore",
            "!x",
            "a*",
            "*a",
            "/a",
            "./b/",
            "**/*.md",
            "!README.md",
        ]
    ),
    st.text("ab*?!./[]-", min_size=1, max_size=6),
)
PATHS = st.sets(
    st.lists(st.sampled_from(["a", "b", "c", "ab", "x.md", "README.md", ".h"]), min_size=1, max_size=3).map("/".join),
    min_size=1,
    max_size=8,
)


def names_of(folder: Path) -> list[str] | None:
    """The names in our archive; None where the patterns are refused."""
    try:
        found = BuildContext(
            str(folder), "", io.BytesIO(), lambda url: iter(()), lambda title, count: None, lambda text: None
        )
        with found, tarfile.open(fileobj=io.BytesIO(b"".join(found.blocks))) as archive:
            return archive.getnames()
    except Failure:
        return None


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    found = Builder(tmp_path_factory.mktemp("builder") / "s")
    yield found
    found.close()


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(PATHS, st.lists(PATTERN, max_size=5))
def test_contexts_as_docker_packs_them(
    builder: Builder, docker: Path, tmp_path_factory: pytest.TempPathFactory, paths: set[str], patterns: list[str]
) -> None:
    """Random trees and .dockerignore files: the very names, in the very order, that docker's own client sends."""
    folder = tmp_path_factory.mktemp("context")
    (folder / "Dockerfile").write_text("FROM x\n")
    (folder / ".dockerignore").write_text("\n".join(patterns))
    for path in paths:
        try:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).touch()
        except OSError:
            continue
    builder.names = []
    done = program(docker, "build", str(folder), host=builder.host, env={"DOCKER_BUILDKIT": "0", "HOME": str(folder)})
    assert names_of(folder) == (builder.names if done.code == 0 else None), (patterns, done.err)
