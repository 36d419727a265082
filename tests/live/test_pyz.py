"""The single file, from a folder without the repository, by each Python of this machine; docker is the oracle."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import Done, program
from tests.support.engines import EngineProcess
from tests.support.pythons import pythons

pytestmark = pytest.mark.live
ROOT = Path(__file__).resolve().parents[2]
COMPOSE = b"""\
version: "3.8"
services:
  web:
    image: busybox
    ports: ["80:8080"]
    deploy: {replicas: 2}
"""
#: what is wrong, by the schema
WRONG = COMPOSE.replace(b"replicas: 2", b"replicas: two")


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pyz") / "pydock.pyz"
    subprocess.run([sys.executable, str(ROOT / "scripts" / "pyz"), str(path)], check=True, timeout=300)
    return path


class Client:
    """The file, as one Python runs it, and docker beside it; in the same folder."""

    def __init__(self, python: str, pyz: Path, docker: Path, folder: Path, host: str) -> None:
        self.python, self.pyz, self.docker, self.folder, self.host = python, pyz, docker, folder, host

    def __call__(self, *argv: str, stdin: bytes = b"", **env: str) -> Done:
        words = ("-I", str(self.pyz), *argv)
        return program(self.python, *words, stdin=stdin, host=self.host, cwd=self.folder, home=self.folder, env=env)

    def theirs(self, *argv: str, stdin: bytes = b"") -> Done:
        return program(self.docker, *argv, stdin=stdin, host=self.host, cwd=self.folder, home=self.folder)

    def same(self, *argv: str, stdin: bytes = b"") -> Done:
        mine, theirs = self(*argv, stdin=stdin), self.theirs(*argv, stdin=stdin)
        assert tuple(mine) == tuple(theirs)
        return mine


@pytest.mark.parametrize("python", pythons().values(), ids=pythons())
def test_each_python_runs_it(python: str, pyz: Path, docker: Path, tmp_path: Path, docker28: EngineProcess) -> None:
    client = Client(python, pyz, docker, tmp_path, docker28.host)
    usage = client("--help")
    assert (usage.code, usage.err) == (0, b"") and usage.out.startswith(b"Usage:  pydock [OPTIONS] COMMAND\n")
    assert b"Usage:  pydock ps [OPTIONS]\n" in client("ps", "--help").out
    # docker's own words, also for what no client knows
    client.same("ps", "-a")
    client.same("images", "--format", "json")
    client.same("stack", "config", "-c", "-", stdin=COMPOSE)
    client.same("stack", "config", "-c", "-", stdin=WRONG)
    client.same("stack", "deploy", "-c", "-", "shop", stdin=COMPOSE)
    (tmp_path / "Dockerfile").write_text(f"FROM busybox\nCOPY Dockerfile /\nRUN echo {Path(python).name} >/made\n")
    built = client("build", "-q", "-t", "pyz-made", ".")
    assert built.code == 0, built.err
    try:
        assert client.theirs("images", "-q", "--no-trunc", "pyz-made").out == built.out
        assert client("run", "--rm", "pyz-made", "cat", "/made").out.decode() == f"{Path(python).name}\n"
    finally:
        client.theirs("rmi", "-f", "pyz-made")


def test_it_sets_up_its_user(pyz: Path, docker: Path, tmp_path: Path, docker28: EngineProcess) -> None:
    client = Client(sys.executable, pyz, docker, tmp_path, docker28.host)
    assert client("setup", "--docker", "--yes").code == 0
    page = tmp_path / ".local/share/man/man1/pydock-run.1"
    assert page.read_bytes() == (ROOT / "man" / "man1" / "pydock-run.1").read_bytes()
    # it starts by itself, and by any name
    assert (tmp_path / ".local/bin/pydock").resolve() == pyz
    linked = program(tmp_path / ".local/bin/docker", "ps", "--help", home=tmp_path)
    assert linked.out.startswith(b"Usage:  docker ps [OPTIONS]\n")
    assert client("setup", "--undo", "--yes").code == 0 and list(tmp_path.iterdir()) == []


def test_the_same_packages_make_the_same_file(pyz: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.pyz"
    subprocess.run([sys.executable, str(ROOT / "scripts" / "pyz"), str(again)], check=True, timeout=300)
    assert again.read_bytes() == pyz.read_bytes()
