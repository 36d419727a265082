"""The benchmark: what fails, and its table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bench import table
from tests.bench.__main__ import main, report
from tests.bench.cases import CASES, Case
from tests.bench.world import World


def ran(tmp_path: Path, script: str, rounds: int = 2) -> list[dict[str, Any]]:
    """The rows of a case of two programs: `script` is run by a shell with the program's name in $0."""
    programs = {}
    for name in ("docker", "pydock"):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        programs[name] = str(path)
    world = World("unix:///nonexistent", programs, tmp_path, 1)
    try:
        return report(world, [Case("c", "a case", lambda _: [], 1e9)], rounds, "", False)
    finally:
        world.close()


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("echo an answer", ""),
        ("basename $0", "the answers differ"),
        ("echo an answer; case $0 in *pydock) echo broken >&2; exit 3; esac", "pydock exits with 3: broken"),
    ],
)
def test_an_answer_that_differs_fails(tmp_path: Path, script: str, problem: str) -> None:
    (row,) = ran(tmp_path, script)
    assert row.get("problem", "").startswith(problem) and bool(row.get("problem")) == bool(problem)
    assert table.line(row).rstrip().endswith(row.get("problem", "").strip())


def figures(name: str, ratio: float, memory: float = 10.0) -> dict[str, Any]:
    """A row. The target that was promised when it was measured is not the one of today."""
    own = {"seconds": 0.05 * ratio, "cpu": 0.1, "memory": memory}
    return {
        "case": name,
        "about": f"about {name}",
        "target": 99,
        "ratio": ratio,
        "docker": {"seconds": 0.05, "cpu": 0.1, "memory": 20.0},
        "pydock": own,
    }


@pytest.mark.parametrize(
    ("row", "missed"),
    [
        (figures("ps", 3.0), ""),
        (figures("ps", 3.01), "slow"),
        (figures("cp-in", 0.7), "slow"),
        (figures("cp-in", 0.5, 20.1), "large"),
        (figures("cp-in", 0.7, 20.1), "slow and large"),
    ],
)
def test_what_was_measured_is_shown_again_with_what_it_misses(
    tmp_path: Path,
    row: dict[str, Any],
    missed: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "figures.json"
    file.write_text(json.dumps({"date": "2026-01-01", "load": 0.1, "rows": [row]}))
    monkeypatch.setattr("sys.argv", ["bench", "--show", str(file), "--markdown"])
    assert main() == bool(missed)
    first, _, titles, line, cells = capsys.readouterr().out.splitlines()
    assert first == "date 2026-01-01, load 0.1" and {s.count("|") for s in (titles, line, cells)} == {12}
    target = next(case.target for case in CASES if case.name == row["case"])
    assert f"| {row['ratio']:.2f} | {target:.2f} |" in cells and cells.endswith(f"| {missed} |")


def test_each_case_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
