"""What the cases run on: an engine, the programs, and the objects that cases ask for."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tarfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

BLOCK = 1 << 20
#: what differs between two looks at the same engine
MOVING = re.compile(r"\b(?:Up |Exited \(\d+\) )?(?:About an?|Less than a|\d+) (?:second|minute|hour)s?(?: ago)?")


@dataclass(frozen=True)
class Run:
    """One measured run. out: the file that has its stdout; memory in MB."""

    seconds: float
    cpu: float
    memory: float
    code: int
    out: Path
    err: str


class World:
    """host: the engine's address; programs: name -> path; size: of what is "big", in MB; folder: for files of the
    cases."""

    def __init__(self, host: str, programs: dict[str, str], folder: Path, size: int) -> None:
        self.host, self.programs, self.folder, self.size = host, programs, folder, size
        self.home = folder / "home"
        self.home.mkdir()
        self._made: set[str] = set()
        self._runner = subprocess.Popen(
            [sys.executable, "-IS", str(Path(__file__).with_name("runner.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        self._runner.communicate()

    @cached_property
    def environ(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), "DOCKER_HOST": self.host, "LANG": "C.UTF-8"}

    def run(self, argv: list[str], stdin: Path | None = None, keep: bool = False) -> Run:
        """Run argv, whose first word is a program's path. keep: its stdout, in a file; else it goes to /dev/null."""
        out, err = self.folder / "stdout" if keep else Path(os.devnull), self.folder / "stderr"
        order = {
            "argv": argv, "env": self.environ, "cwd": str(self.folder), "stdin": str(stdin or os.devnull), "stdout": str(out), "stderr": str(err),
        }  # fmt: skip
        assert self._runner.stdin and self._runner.stdout
        self._runner.stdin.write(json.dumps(order) + "\n")
        self._runner.stdin.flush()
        told = json.loads(self._runner.stdout.readline())
        return Run(**told, out=out, err=err.read_text(errors="replace"))

    def docker(self, *argv: str) -> str:
        """What prepares a case: docker's own client, not measured."""
        done = subprocess.run(
            [self.programs["docker"], *argv], env=self.environ, cwd=self.folder, capture_output=True, text=True, check=False
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"bench: docker {' '.join(argv[:4])}: {done.stderr.strip()[-300:]}")
        return done.stdout.strip()

    def once(self, name: str, make: Callable[[], object]) -> None:
        """Make what a case needs, the first time that one asks for it."""
        if name not in self._made:
            make()
            self._made.add(name)

    # -- objects ---------------------------------------------------------------------------------------

    def few(self) -> None:
        """Three containers, one of them running."""
        self.once("few", self._few)

    def _few(self) -> None:
        self.docker("run", "-d", "--name", "web", "-p", "127.0.0.1:8080:80", "busybox", "sleep", "100000")
        self.docker("create", "--name", "job", "busybox", "true")
        self.docker("create", "--name", "old", "--label", "a=b", "busybox", "sh", "-c", "echo a long command line")

    def containers(self, prefix: str, count: int) -> list[str]:
        """The names of containers that were created, and never started."""
        names = [f"{prefix}{at:04}" for at in range(count)]
        self.once(f"{prefix}{count}", lambda: self.create(names, {"Image": "busybox", "Cmd": ["true"]}))
        return names

    def create(self, names: list[str], body: dict[str, Any]) -> None:
        """Create containers over plain REST, several at once."""

        def work(part: list[str]) -> None:
            with Plain(self.host) as engine:
                for name in part:
                    engine.post(f"/containers/create?name={name}", body)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, [names[at::8] for at in range(8)]))

    def running(self, prefix: str, count: int) -> None:
        """Containers that run until they are removed."""
        names = [f"{prefix}{at:03}" for at in range(count)]

        def make() -> None:
            self.create(names, {"Image": "busybox", "Cmd": ["sleep", "100000"]})
            with Plain(self.host) as engine:
                for name in names:
                    engine.post(f"/containers/{name}/start", None)

        self.once(f"running {prefix}", make)

    @property
    def big(self) -> Path:
        """A file of random bytes: of `size` MB."""
        path = self.folder / "big"

        def make() -> None:
            with path.open("wb") as file:
                for _ in range(self.size):
                    file.write(os.urandom(BLOCK))

        self.once("big", make)
        return path

    @property
    def many(self) -> Path:
        """A folder of 20,000 small files."""
        path = self.folder / "many"

        def make() -> None:
            for folder in range(100):
                (path / f"d{folder}").mkdir(parents=True)
                for file in range(200):
                    (path / f"d{folder}" / f"f{file}").write_text("x" * 120 + f"{folder} {file}")

        self.once("many", make)
        return path

    def holder(self) -> str:
        """A container that is not started, with the big file."""

        def make() -> None:
            self.docker("create", "--name", "holder", "busybox", "true")
            self.docker("cp", str(self.big), "holder:/big")

        self.once("holder", make)
        return "holder"

    def crowd(self) -> str:
        """A container that is not started, with the many files."""

        def make() -> None:
            self.docker("create", "--name", "crowd", "busybox", "true")
            self.docker("cp", str(self.many), "crowd:/many")

        self.once("crowd", make)
        return "crowd"

    def image(self) -> str:
        """An image with the big file in a layer."""

        def make() -> None:
            self.holder()
            self.docker("commit", "holder", "big:1")

        self.once("image", make)
        return "big:1"

    def archive(self) -> Path:
        """That image, saved."""
        path = self.folder / "image.tar"
        self.once("archive", lambda: self.docker("save", "-o", str(path), self.image()))
        return path


class Plain:
    """Requests over plain REST, on one connection."""

    def __init__(self, host: str) -> None:
        self.connection = http.client.HTTPConnection("engine")
        self.connection.sock = socket.socket(socket.AF_UNIX)
        self.connection.sock.connect(host.removeprefix("unix://"))

    def __enter__(self) -> Plain:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def post(self, path: str, body: dict[str, Any] | None) -> None:
        headers = {"Content-Type": "application/json"}
        self.connection.request("POST", f"/v1.41{path}", json.dumps(body) if body else None, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"bench: POST {path}: {text.decode(errors='replace')}")


# -- digests: two programs gave the same answer --------------------------------------------------------------


def of_bytes(path: Path) -> str:
    with path.open("rb") as file:
        return digest_of(file)


def digest_of(file: IO[bytes]) -> str:
    found = hashlib.sha256()
    while block := file.read(BLOCK):
        found.update(block)
    return found.hexdigest()


def of_text(path: Path) -> str:
    """Without what depends on the second."""
    return hashlib.sha256(MOVING.sub("T", path.read_text(errors="replace")).encode()).hexdigest()


def of_tar(path: Path) -> str:
    """The names, kinds, sizes and contents of an archive's entries, in their order but for times."""
    found = hashlib.sha256()
    with tarfile.open(path, "r|*") as tar:
        for entry in tar:
            found.update(f"{entry.name}\0{entry.type!r}\0{entry.size}\0{entry.mode}\0{entry.linkname}\n".encode())
            if entry.isreg() and (file := tar.extractfile(entry)):
                found.update(digest_of(file).encode())
    return found.hexdigest()


def of_folder(path: Path) -> str:
    """The names, modes and contents of a folder's files."""
    found = hashlib.sha256()
    for place in sorted([path, *path.rglob("*")]):
        found.update(f"{place.relative_to(path)}\0{place.lstat().st_mode}\n".encode())
        if place.is_file():
            found.update(of_bytes(place).encode())
    return found.hexdigest()
