"""Hints on real engines: what they tell is true, and following them helps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.test_engines import Client
from tests.support.engines import EngineProcess
from tests.support.terminal import Terminal

pytestmark = pytest.mark.live


@pytest.fixture
def run(pydock: Path, engine: EngineProcess, tmp_path: Path) -> Client:
    return Client(pydock, engine, tmp_path)


@pytest.fixture
def world(run: Client) -> Iterator[None]:
    """A container that runs, with a port, a volume and a network; one that has ended; an image of their own."""
    run.ok("tag", "busybox", "hinted:1")
    run.ok("network", "create", "hint-net")
    words = ("-p", "18080:80", "--network", "hint-net", "-v", "hint-volume:/v")
    run.ok("run", "-d", "--name", "hint-web", *words, "hinted:1", "sleep", "1000")
    run("run", "--name", "hint-job", "busybox", "sh", "-c", "exit 3")
    yield
    run("rm", "-fv", "hint-web", "hint-job", "hint-other")
    run("volume", "rm", "hint-volume")
    run("network", "rm", "hint-net")
    run("rmi", "hinted:1")


def hints(run: Client, *words: str) -> str:
    """What is told on a terminal after docker's error."""
    terminal = Terminal(run.pydock, *words, host=run.engine.host, columns=200)
    assert terminal.end() != 0
    lines = terminal.seen.decode().splitlines()
    return "\n".join(line.partition("\x1b[0m ")[2] for line in lines if "Hint:" in line)


#: a command line, the engines that answer so, and what is told
CASES = [
    ("stop hint-wbe", "docker podman", "Did you mean hint-web?"), ("rm hint-jbo", "docker podman", "Did you mean hint-job?"), ("inspect hint-wbe", "docker podman", "Did you mean hint-web?"),
    ("rmi hitned:1", "docker podman", "Did you mean hinted:1?"), ("network inspect hint-nte", "docker podman", "Did you mean hint-net?"), ("volume rm hint-volmue", "docker podman", "Did you mean hint-volume?"),
    ("create --name hint-web busybox", "docker podman", "the container hint-web is running: "), ("create --name hint-job busybox", "docker podman", "the container hint-job is exited: "),
    ("run -d --name hint-other -p 18080:80 busybox sleep 9", "docker podman", "port 18080 is held by the container hint-web: "),
    ("rm hint-web", "docker podman", "'docker stop hint-web' first, or 'docker rm -f hint-web'"),
    ("exec hint-job ls", "docker", "the container hint-job is exited with code 3: "), ("volume rm hint-volume", "docker podman", "the volume hint-volume is used by hint-web (running): "),
    ("network rm hint-net", "docker podman", "the network hint-net is used by hint-web (running): "),
]  # fmt: skip


def test_what_hints_tell_is_true(run: Client, world: None) -> None:
    kind = run.engine.name.partition("-")[0]
    for line, kinds, told in CASES:
        if kind in kinds.split():
            found = hints(run, *line.split())
            assert found.startswith(told), (line, found)


def test_following_a_hint_helps(run: Client, world: None) -> None:
    """The command that a hint names does what it tells, and then the first one works."""
    if run.engine.name == "podman":
        pytest.skip("its errors have words of its own")
    for words, expected in (
        (("volume", "rm", "hint-volume"), "docker rm -f hint-web"), (("create", "--name", "hint-job", "busybox"), "docker rm hint-job"),
    ):  # fmt: skip
        found = hints(run, *words)
        assert expected in found
        run.ok(*expected.split()[1:])
        run.ok(*words)
