"""Engines of this machine, found, explained, asked together, started and stopped; docker and the engines are the oracle."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli import Done, program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live


class User:
    """Who has contexts for some engines; both clients read them."""

    def __init__(self, home: Path, pydock: Path, docker: Path) -> None:
        self.home, self.clients = home, {"pydock": pydock, "docker": docker}

    def __call__(self, *argv: str, client: str = "pydock", **env: str) -> Done:
        return program(self.clients[client], *argv, home=self.home, env={"XDG_RUNTIME_DIR": str(self.home), **env})

    def context(self, name: str, host: str) -> str:
        assert self("context", "create", name, "--docker", f"host={host}", client="docker").code == 0
        return name


@pytest.fixture
def user(tmp_path: Path, pydock: Path, docker: Path) -> User:
    return User(tmp_path, pydock, docker)


def test_what_engines_are_and_which_one_docker_uses(user: User, engine: EngineProcess) -> None:
    user.context("mine", engine.host)
    for environ in ({"DOCKER_CONTEXT": "mine"}, {"DOCKER_HOST": engine.host}):
        found = [json.loads(line) for line in user("engine", "ls", "--format", "json", **environ).out.splitlines()]
        (used,) = [row for row in found if row["Current"]]
        told = json.loads(user("version", "--format", "json", client="docker", **environ).out)["Server"]
        assert used["Name"] == user("context", "show", client="docker", **environ).out.decode().strip()
        assert (used["Version"], used["API"], used["State"]) == (told["Version"], told["ApiVersion"], "reachable")
        assert (used["Kind"], list(environ)) == (engine.name.partition("-")[0], [used["ChosenBy"]])
