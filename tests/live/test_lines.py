"""A sample of random command lines, by docker's own CLI and by pydock: exit code, output, requests and files are the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lines.compare import Difference, Outcome, difference
from tests.lines.engine import world
from tests.lines.run import compare
from tests.lines.words import NAMES, Line, line

pytestmark = [pytest.mark.live, pytest.mark.parity]

SEED, SAMPLE, EVERYTHING = 28, 120, 5000


@pytest.mark.timeout(7200)  # each line has a deadline of its own
def test_random_command_lines_do_what_docker_s_do(
    docker: Path, pydock: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """More of them: scripts/fuzz lines --seed N --count N."""
    found: list[str] = []
    with world(tmp_path) as where:
        for number in range(EVERYTHING if pytestconfig.getoption("all") else SAMPLE):
            if one := compare(docker, pydock, line(SEED, number), where, tmp_path / "run"):
                found.append(f"[{SEED}/{number}] {one}")
    assert not found, "\n\n".join(found)


def test_a_seed_gives_the_same_lines_for_ever() -> None:
    assert [line(1, n) for n in range(50)] == [line(1, n) for n in range(50)]
    assert {line(1, n).name for n in range(3000)} >= {*NAMES, "__complete"}
    assert line(1, 5) != line(2, 5)


@pytest.mark.parametrize("part", ["exit", "stdout", "stderr", "requests", "files"])
def test_the_comparison_sees_every_part(part: str) -> None:
    """A comparison that saw nothing would pass for ever."""
    same = {"exit": 0, "stdout": "a\n", "stderr": "b\n", "requests": [{"line": "GET /x"}], "files": {"f": "1"}}
    other = {"exit": 1, "stdout": "A\n", "stderr": "B\n", "requests": [], "files": {}}
    ps = Line("ps", (("ps",),))
    assert difference(ps, Outcome(**same), Outcome(**same)) is None  # type: ignore[arg-type]
    found = difference(ps, Outcome(**same), Outcome(**{**same, part: other[part]}))  # type: ignore[arg-type]
    assert isinstance(found, Difference) and set(found.parts) == {part}
    assert part in str(found)


def test_completion_may_offer_more_and_nothing_less() -> None:
    asked = Line("__complete", (("__complete",), ("rm",), ("w",)))
    docker, more, less = (Outcome(0, text, "") for text in ("web\tx\n:4\n", "web\nwine\n:4\n", "wine\n:4\n"))
    assert difference(asked, docker, more) is None
    assert difference(asked, docker, less) is not None
