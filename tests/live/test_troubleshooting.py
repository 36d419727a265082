"""The messages of the guide on troubleshooting that are an engine's own words: on a real one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.engines import EngineProcess
from tests.support.troubles import message_with, shows

pytestmark = pytest.mark.live

#: a part of the message -> what provokes it, in a folder of its own
BY_AN_ENGINE = {
    "is too new": "DOCKER_API_VERSION=1.99 pydock ps",
    "is too old": "DOCKER_API_VERSION=1.12 pydock ps",
    "Conflict": "pydock run --rm -d --name one busybox sleep 60; pydock run --rm --name one busybox; pydock rm -f one",
    "port is already allocated": "pydock run --rm -d --name one -p 8080:80 busybox sleep 60; pydock run --rm -p 8080:80 busybox; pydock rm -f one",
    "exec format error": r"""
        printf 'echo hello\n' >script; printf 'FROM busybox\nCOPY --chmod=755 script /\n' >Dockerfile
        pydock build -q -t app .; pydock run --rm app /script; pydock rmi app""",
    'exec: "bash"': "pydock run --rm -d --name one busybox sleep 60; pydock exec one bash; pydock rm -f one",
    "is not running": "pydock create --name one busybox; pydock exec one ls; pydock rm one",
    "failed to read dockerfile": "pydock build .",
    "not a swarm manager": "pydock service ls",
}  # fmt: skip


@pytest.mark.parametrize("part", BY_AN_ENGINE)
def test_what_the_guide_explains_is_printed(part: str, docker28: EngineProcess, pydock: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pydock").symlink_to(pydock.resolve())
    work = tmp_path / "work"
    work.mkdir()
    env = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "HOME": str(tmp_path), "DOCKER_HOST": docker28.host}
    done = subprocess.run(
        ["bash", "-c", BY_AN_ENGINE[part]], cwd=work, env=env, stdin=-3, stdout=-1, stderr=-2, timeout=60, check=False
    )
    printed = done.stdout.decode()
    assert shows(printed, message_with(part)), printed
