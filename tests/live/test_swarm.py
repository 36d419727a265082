"""Swarms of real engines: two nodes, what becomes of them, and what a manager is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import swarms
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

Nodes = tuple[EngineProcess, EngineProcess]


def test_info_tells_of_the_swarm_as_docker_does(nodes: Nodes, docker: Path, pydock: Path) -> None:
    form = "{{json .Swarm}}"
    for engine in nodes:
        assert swarms.do(pydock, engine, "info", "-f", form) == swarms.do(docker, engine, "info", "-f", form)
