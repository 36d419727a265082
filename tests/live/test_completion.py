"""What is offered where a word is completed: at least what docker's own CLI offers, on the same engine."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pydock.app import App
from pydock.cli.params import Command
from pydock.cli.tree import find
from pydock.main import run
from tests.support import engines
from tests.support.cli import program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

REFERENCE = json.loads((Path(__file__).parents[1] / "data" / "flags.json").read_text())
#: flags of the classic builder that BuildKit ignores: hidden, as buildx hides them
IGNORED = {
    "--compress", "--cpu-period", "--cpu-quota", "--cpu-shares", "-c", "--cpuset-cpus", "--cpuset-mems", "--disable-content-trust", "--force-rm",
    "--isolation", "--memory", "-m", "--memory-swap", "--rm", "--security-opt", "--squash",
}  # fmt: skip
#: values that are paths, which docker completes by nothing
PATHS = {"--cidfile", "--device", "--label-file", "--volume"}


#: the lines at the end of lines() that are typed out
TYPED = 47


class World:
    """An engine with something of every kind, and a home with docker's own plugins."""

    containers = ("done-1", "held-1", "made-1", "runs-1")

    def __init__(self, engine: EngineProcess, docker: Path, home: Path) -> None:
        self.engine, self.docker, self.home = engine, docker, home
        self.environ = {"PATH": os.environ["PATH"], "HOME": str(home), "DOCKER_HOST": engine.host, "LANG": "C.UTF-8"}

    def theirs(self, words: list[str]) -> tuple[set[str], int]:
        done = subprocess.run(
            [str(self.docker), "__complete", *words],
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return parsed(done.stdout)

    def ours(self, words: list[str]) -> tuple[set[str], int]:
        out, err = io.BytesIO(), io.BytesIO()
        app = App(out, err, io.BytesIO(), self.environ, "docker")
        assert run(app, ["__complete", *words]) == 0 and err.getvalue() == b"", (words, err.getvalue())
        app.close()
        return parsed(out.getvalue().decode())


def parsed(text: str) -> tuple[set[str], int]:
    *lines, last = text.splitlines()
    return {line.partition("\t")[0] for line in lines}, int(last.removeprefix(":"))


@pytest.fixture(scope="module")
def world(docker28: EngineProcess, docker: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("home")
    engines.give_plugin(home, "buildx")
    engines.give_plugin(home, "compose")

    def do(*argv: str) -> None:
        done = program(docker, *argv, host=docker28.host)
        assert done.code == 0, (argv, done)

    do("create", "--name", "made-1", "busybox", "true")
    do("run", "--name", "done-1", "busybox", "true")
    do("run", "-d", "--name", "runs-1", "busybox", "sleep", "1000")
    do("run", "-d", "--name", "held-1", "busybox", "sleep", "1000")
    do("pause", "held-1")
    do("network", "create", "front_net")
    do("volume", "create", "kept")
    do("tag", "busybox", "host.example:5000/team/app:1.2")
    yield World(docker28, docker, home)
    do("rm", "-f", *World.containers)
    do("network", "rm", "front_net")
    do("volume", "rm", "kept")
    do("rmi", "host.example:5000/team/app:1.2")


def lines() -> list[list[str]]:
    """Every command: its arguments, its flags, the value of each flag in both forms, its filters."""
    out: list[list[str]] = []
    for path, flags in REFERENCE.items():
        command = path.split()
        # another name of a command that is there by its full one
        if len(command) == 1 and isinstance(found := find(path), Command) and found.note.paths[0] != path:
            continue
        out += [[*command, *more] for more in ([""], ["-"], ["--"], ["runs-1", ""], ["runs-1", "x", ""])]
        valued = [name for name, facts in flags.items() if facts["type"] != "bool"]
        out += [[*command, *value] for name in valued for value in ([f"--{name}", ""], [f"--{name}="])]
        if "filter" in valued:
            keys = (
                "type",
                "event",
                "container",
                "image",
                "network",
                "volume",
                "scope",
                "daemon",
                "status",
                "driver",
                "dangling",
            )
            out += [[*command, "--filter", f"{key}="] for key in keys]
    out += [words.split(" ") for words in (
        "events --filter=type=im|events --filter ty|kill -s K|kill -s |kill --signal=|run --ipc conta|run --ipc container:|run --pid=container:r|run --net |"
        "run --security-opt lab|run --security-opt label=|run --security-opt label=d|run --security-opt seccomp=|run --security-opt=s|"
        "run --log-driver gelf --log-opt |run --log-driver=local --log-opt=|run --log-driver none --log-opt |run --link r|run --ulimit nof|rm -f |"
        "rm --force |rm runs-1 |inspect --type image |inspect --type=volume |inspect --type network |run -it --network fr|run --network=fr|run -it b|"
        "run -itv |-D rm |--log-level=debug rm -f |-l |compose |compose -f |compose up --|buildx |buildx build --pl|buildx build |-D compose ps --|"
        "--context default compose |compose nosuch |bu|com|restart --time |stop -t 3 |run --rm --pul|run --name x --rm hos"
    ).split("|")]  # fmt: skip
    return out


def unlike(words: list[str], theirs: tuple[set[str], int], ours: tuple[set[str], int]) -> str:
    """What docker offers and pydock does not, or another directive where it matters; "" where pydock is as good."""
    current = words[-1].partition("=")[2] if words[-1].startswith("-") and "=" in words[-1] else words[-1]
    missing = {name for name in theirs[0] if name.startswith(current)} - ours[0]
    given = [word for word in words[:-1] if not word.startswith("-")]
    if missing <= set(given):
        # a name that stands there already
        missing = set()
    if "build" in given and missing <= IGNORED:
        missing = set()
    if missing and given[0] in ("commit", "container") and "commit" in given and given[-1] == "runs-1":
        # docker offers containers where the name of the image is due
        missing = set()
    if missing and given[-1:] in (["runs-1"], ["x"]) and not ours[0] and is_full(words):
        # docker offers more arguments than the command takes, or names of this machine for the container's own program
        missing = set()
    if missing:
        return f"missing {sorted(missing)}"
    if len(ours[0]) == 1 and ours[0] == theirs[0] and (ours[1] ^ theirs[1]) & 2:
        return f"space: {theirs[1]} {ours[1]}"
    if not ours[0] and ours[1] != theirs[1] and not files_differ_well(words, theirs[1], ours[1]):
        return f"files: {theirs[1]} {ours[1]}"
    return ""


def is_full(words: list[str]) -> bool:
    """Does the command take no more arguments, or none that is known here?"""
    path = " ".join(words[: 2 if find(" ".join(words[:2])) else 1])
    command = find(path)
    given = len(words) - len(path.split()) - 1
    return isinstance(command, Command) and (
        not command.arguments or given >= len([a for a in command.arguments if a.sources])
    )


def files_differ_well(words: list[str], theirs: int, ours: int) -> bool:
    """docker leaves file names open for numbers and names, and closes them for some paths."""
    flag = words[-1].partition("=")[0] or words[-2]
    # docker offers a second folder where a build takes one; it fails outside a swarm; it knows no file of what is created
    return (
        (ours == 4 and theirs in (0, 1, 2, 6, 16))
        or ours == 16
        or (ours == 0 and (flag in PATHS or words[:2] in (["config", "create"], ["secret", "create"])))
        or {theirs, ours} <= {4, 6}
    )


@pytest.mark.timeout(1200)
def test_docker_offers_nothing_that_pydock_does_not(world: World, request: pytest.FixtureRequest) -> None:
    """Candidates as sets, and the directive: a sample of all commands and flags, the whole with --all."""
    asked = lines()
    if not request.config.getoption("--all"):
        asked = [*random.Random(1).sample(asked[:-TYPED], 150), *asked[-TYPED:]]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        theirs = list(pool.map(world.theirs, asked))
    assert sum(bool(found) for found, _ in theirs) > 60
    different = {
        " ".join(words): why
        for words, answer in zip(asked, theirs, strict=True)
        if (why := unlike(words, answer, world.ours(words)))
    }
    assert not different
