"""Warm start on a real engine: the lines of tests/data/parity.txt give warm what they give cold. A sample; with --all, all."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from tests.live.test_parity import LINES, run_all, wipe
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

#: without --all the same lines each time
SEED = 1


@pytest.mark.timeout(600)
def test_the_lines_of_parity_are_the_same(
    pydock: Path, docker: Path, docker28: EngineProcess, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    chosen = sorted(random.Random(SEED).sample(range(len(LINES)), 120))
    lines = LINES if request.config.getoption("--all") else [LINES[at] for at in chosen]
    private = tmp_path / "run"
    private.mkdir(mode=0o700)
    environ = {"XDG_RUNTIME_DIR": str(private)}

    def warm(verb: str) -> bytes:
        words = [pydock, "warm", verb]
        return subprocess.run(
            words, env={"LANG": "C.UTF-8", **environ}, stdout=subprocess.PIPE, timeout=60, check=True
        ).stdout

    outcomes = []
    for hot in (False, True):
        wipe(docker, docker28)
        folder = tmp_path / str(hot)
        if hot:
            warm("on")
        more = {**environ, "HOME": str(folder / "home")} if hot else {}
        outcomes.append(run_all(pydock, docker28, folder, lines, **more))
    wipe(docker, docker28)
    assert warm("status").startswith(b"on, process ")
    warm("off")
    assert [line for line in zip(lines, *outcomes) if line[1] != line[2]] == []
