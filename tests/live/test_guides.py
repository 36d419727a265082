"""Each command that a man page or a guide shows, run as a reader would: it works, and prints what is shown."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from tests.support.cli import program
from tests.support.consoles import SOURCE, fits, parts, steps
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

PARTS = {name: text for file in sorted(SOURCE.rglob("*.md")) for name, text in parts(file).items()}
#: what is not run here, by how it begins, and why
NOT_RUN: dict[str, str] = {}
#: whole parts
NOT_HERE = {"beyond": "each section has its own tests, tests/live/test_beyond_*.py"}
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


@pytest.mark.parametrize("name", sorted(PARTS.keys() - NOT_HERE.keys()))
@pytest.mark.usefixtures("clean")
def test_what_is_shown_happens(name: str, stage: EngineProcess, pydock: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pydock").symlink_to(pydock.resolve())
    (tmp_path / "work").mkdir()
    env = {
        "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "DOCKER_HOST": stage.host,
        "LANG": "C.UTF-8",
    }
    # where what the engine publishes is
    inside = ["nsenter", f"--net=/run/netns/{stage.namespace}", "bash", "-o", "pipefail", "-c"]
    for step in steps(PARTS[name]):
        if any(step.command.startswith(begin) for begin in NOT_RUN):
            continue
        done = subprocess.run(
            [*inside, step.command], cwd=tmp_path / "work", env=env, stdin=subprocess.DEVNULL, stdout=-1, stderr=-2, timeout=60, check=False
        )  # fmt: skip
        printed = done.stdout.decode(errors="replace").replace(str(stage.socket), "/var/run/docker.sock").splitlines()
        assert done.returncode == 0, (step.command, printed)
        assert fits(step.shown, printed), (step.command, step.shown, printed)


def jobs() -> dict[str, list[str]]:
    """The shell lines of the jobs that the guide on CI shows; how pydock gets there is what a wheel's own tests try."""
    tokens = MarkdownIt("commonmark").parse(PARTS["ci"])
    github, gitlab = (yaml.safe_load(token.content) for token in tokens if token.info == "yaml")
    return {
        "github": [step["run"] for step in github["jobs"]["test"]["steps"] if "run" in step],
        "gitlab": gitlab["test"]["script"],
    }


@pytest.mark.parametrize("system", ["github", "gitlab"])
@pytest.mark.usefixtures("clean")
def test_jobs_of_ci_do_their_work(system: str, stage: EngineProcess, pydock: Path, tmp_path: Path) -> None:
    """Each step in a shell of its own, in a checkout with a Dockerfile and a test."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pydock").symlink_to(pydock.resolve())
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "Dockerfile").write_text("FROM busybox\nCOPY --chmod=755 test /\nWORKDIR /\n")
    (checkout / "test").write_text("#!/bin/sh\necho tested\n")
    path = f"{tmp_path}/home/bin:{tmp_path}/bin:{os.environ['PATH']}"
    env = {
        "PATH": path,
        "HOME": f"{tmp_path}/home",
        "GITHUB_PATH": f"{tmp_path}/path",
        "DOCKER_HOST": stage.host,
        "CI": "true",
    }
    printed = b""
    for line in jobs()[system]:
        # the one that installs is tried without that line
        script = "\n".join(part for part in line.splitlines() if "install pydock-cli" not in part)
        done = subprocess.run(
            ["bash", "-e", "-c", script], cwd=checkout, env=env, stdin=subprocess.DEVNULL, stdout=-1, stderr=-2, timeout=120, check=False
        )  # fmt: skip
        assert done.returncode == 0, (script, done.stdout)
        printed = done.stdout
    assert printed == b"tested\n"
    if system == "github":
        assert os.readlink(tmp_path / "home" / "bin" / "docker") == f"{tmp_path}/bin/pydock"
