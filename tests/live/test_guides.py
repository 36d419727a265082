"""Each command that a man page or a guide shows, run as a reader would: it works, and prints what is shown."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import program
from tests.support.consoles import SOURCE, Step, fits, parts, steps
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

PARTS = {name: text for file in sorted(SOURCE.rglob("*.md")) for name, text in parts(file).items()}
#: what is not run here, by how it begins, and why
NOT_RUN: dict[str, str] = {}
#: whole parts
NOT_HERE = {
    "beyond": "a reference, each of whose commands has a stage of its own: those that need no more than STAGE are run, all have tests/live/test_beyond_*.py"
}
STAGE = (
    "pydock run -d --name web -p 8080:80 --label team=shop --label com.example.team=shop nginx",
    "pydock volume create data",
)
#: guides that need the same
ON_STAGE = {"troubleshooting"}
#: of the page on what is beyond docker
STAGED = (
    "pydock --curl stop web",
    "pydock --curl=only exec -d web date",
    "pydock api /containers/web/json --jq '.NetworkSettings.Ports'",
    "pydock api /containers/create -q name=job",
    "pydock api GET /containers/json -f 'filters[status][]=running'",
    "pydock api /containers/web/logs -q stdout=true -q stderr=true",
    "pydock volume ls --json=help",
    "pydock ps --jq",
    "pydock images --jq 'map(.Size) | add'",
    "pydock volume export -o data.tar data",
    "pydock volume clone data copy",
)
#: nginx as far as the guides look at it: something that serves a page
PAGE = "Welcome to nginx!"
NGINX = f"mkdir /www; echo '{PAGE}' >/www/index.html"


@pytest.fixture(scope="module")
def stage(docker28: EngineProcess, docker: Path) -> Iterator[EngineProcess]:
    """An engine with busybox and nginx."""
    for words in (
        ("run", "--name", "page", "busybox", "sh", "-c", NGINX),
        (
            "commit",
            "-c",
            "EXPOSE 80",
            "-c",
            'CMD ["httpd", "-f", "-h", "/www"]',
            "-c",
            "STOPSIGNAL KILL",
            "page",
            "nginx:latest",
        ),
        ("rm", "page"),
    ):
        done = program(docker, *words, host=docker28.host)
        assert done.code == 0, done
    yield docker28
    program(docker, "rmi", "-f", "nginx", host=docker28.host)


@pytest.fixture
def clean(stage: EngineProcess, docker: Path) -> Iterator[None]:
    """Nothing is left for the next part."""
    yield
    if containers := program(docker, "ps", "-aq", host=stage.host).out.decode().split():
        program(docker, "rm", "-f", *containers, host=stage.host)
    program(docker, "swarm", "leave", "--force", host=stage.host)
    program(docker, "network", "prune", "-f", host=stage.host)
    program(docker, "volume", "prune", "-af", host=stage.host)


def test_what_is_not_run_is_there() -> None:
    commands = [step.command for text in PARTS.values() for step in steps(text)]
    assert not [begin for begin in NOT_RUN if not any(command.startswith(begin) for command in commands)]
    assert NOT_HERE.keys() <= PARTS.keys()


class Shell:
    """A reader's: commands run where what the engine publishes is."""

    def __init__(self, stage: EngineProcess, pydock: Path, folder: Path) -> None:
        self.stage, self.work = stage, folder / "work"
        (folder / "bin").mkdir()
        (folder / "bin" / "pydock").symlink_to(pydock.resolve())
        self.work.mkdir()
        path = f"{folder}/bin:{os.environ['PATH']}"
        self.env = {"PATH": path, "HOME": str(folder), "DOCKER_HOST": stage.host, "LANG": "C.UTF-8"}

    def run(self, command: str) -> list[str]:
        """What a command prints; it is to succeed."""
        words = ["nsenter", f"--net=/run/netns/{self.stage.namespace}", "bash", "-o", "pipefail", "-c", command]
        done = subprocess.run(
            words, cwd=self.work, env=self.env, stdin=subprocess.DEVNULL, stdout=-1, stderr=-2, timeout=60, check=False
        )
        printed = done.stdout.decode(errors="replace").replace(str(self.stage.socket), "/var/run/docker.sock")
        assert done.returncode == 0, (command, printed)
        return printed.splitlines()

    def follow(self, step: Step) -> None:
        printed = self.run(step.command)
        assert fits(step.shown, printed), (step.command, step.shown, printed)


@pytest.fixture
def shell(stage: EngineProcess, pydock: Path, tmp_path: Path, clean: None) -> Shell:
    return Shell(stage, pydock, tmp_path)


@pytest.mark.parametrize("name", sorted(PARTS.keys() - NOT_HERE.keys()))
def test_what_is_shown_happens(name: str, shell: Shell) -> None:
    for command in STAGE if name in ON_STAGE else ():
        shell.run(command)
    for step in steps(PARTS[name]):
        if not any(step.command.startswith(begin) for begin in NOT_RUN):
            shell.follow(step)


@pytest.mark.parametrize("begin", STAGED)
def test_what_is_beyond_docker_happens(begin: str, shell: Shell) -> None:
    for command in STAGE:
        shell.run(command)
    (step,) = [step for step in steps(PARTS["beyond"]) if step.command.startswith(begin)]
    shell.follow(step)
