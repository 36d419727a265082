"""Commands × requests × faults: what a command makes of one damaged answer. A sample; with --all the whole, beside docker's client.

Nothing may be sent twice, nothing may break pydock itself, no file may be half, no terminal raw, no failure silent. In the
whole, successes that are none and hangs must be fewer than docker's.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pydock.cli.index import COMMANDS
from tests.support.engines import EngineProcess, unpack_unstable
from tests.support.fault_run import Case, Client, Grade, Outcome, Runner
from tests.support.fault_table import LINES, NO_ENGINE, Line, spellings
from tests.support.fault_world import World
from tests.support.faults import FAULTS

pytestmark = pytest.mark.live

#: runs at once
WORKERS = 3
#: how often each fault strikes in the sample
EACH = 3
SEED = 1
#: these are never right, also where docker does the same
NEVER = (Grade.INTERNAL, Grade.RAW, Grade.TWICE, Grade.HALF, Grade.LEFT, Grade.SILENT)


def test_every_command_is_in_the_table() -> None:
    homes = {COMMANDS[line.command][:2] for line in LINES}
    missing = [path for path in COMMANDS if COMMANDS[path][:2] not in homes and path not in NO_ENGINE]
    assert not missing, "give each a line in fault_table, or say why no engine answers it"
    assert not [path for path in NO_ENGINE if COMMANDS[path][:2] in homes]


def test_every_command_has_all_its_names_in_the_table() -> None:
    named = {text for line in LINES for text in spellings(line)}
    for path in COMMANDS:
        assert path in NO_ENGINE or any(text.startswith(path) for text in named), path


class Report:
    """What a client did, by grade."""

    def __init__(self) -> None:
        self.found: list[tuple[Grade, Case, Outcome]] = []

    def of(self, *grades: Grade) -> list[str]:
        return [f"{grade.value}: {case}: code {got.code}, {(got.err or got.out)[-300:]!r}" for grade, case, got in self.found if grade in grades]

    def __str__(self) -> str:
        counts = Counter(grade for grade, _, _ in self.found)
        return f"{len(self.found)} cases: " + ", ".join(f"{grade.value} {counts[grade]}" for grade in Grade if counts[grade])


class Table:
    """The lines, shared out to workers with a world each."""

    def __init__(self, client: Client, engine: EngineProcess, folder: Path) -> None:
        self.folder = folder
        self.runners = [Runner(client, World(str(engine.socket), f"{client.name}{i}", folder / str(i))) for i in range(WORKERS)]

    def close(self) -> None:
        for runner in self.runners:
            runner.world.clear()

    def cases(self, lines: list[Line]) -> list[list[Case]]:
        """Those of each worker, in turn."""

        def of(worker: int) -> list[Case]:
            runner = self.runners[worker]
            found = []
            for line in lines[worker::WORKERS]:
                calm = runner.calmly(line)
                assert not calm.hung and (calm.code == 0 or "exit" in line.text), (line.text, calm)
                found += list(runner.cases(line, FAULTS))
            return found

        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(of, range(WORKERS)))

    def run(self, cases: list[list[Case]], choice: random.Random) -> Report:
        report = Report()
        names = [[choice.choice(spellings(case.line)) for case in part] for part in cases]

        def of(worker: int) -> None:
            for case, name in zip(cases[worker], names[worker]):
                grade, got = self.runners[worker].grade(case, name)
                report.found.append((grade, case, got))

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(of, range(WORKERS)))
        return report


def sample(cases: list[list[Case]], choice: random.Random) -> list[list[Case]]:
    """A case of each line, and as many more as give each fault its turns."""
    chosen: list[list[Case]] = []
    struck: Counter[str] = Counter()
    seen: set[Line] = set()
    for part in cases:
        part = choice.sample(part, len(part))
        mine = []
        for case in part:
            if case.line not in seen or (struck[case.fault.name] < EACH and choice.random() < 0.3):
                seen.add(case.line)
                struck[case.fault.name] += 1
                mine.append(case)
        chosen.append(mine)
    return chosen


def one_line_of_each_command(choice: random.Random) -> list[Line]:
    lines = choice.sample(LINES, len(LINES))
    return list({COMMANDS[line.command][:2]: line for line in lines}.values())


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ft-") as place:
        yield Path(place)


def close_to_right(report: Report) -> None:
    wrong = report.of(*NEVER)
    assert not wrong, "\n".join([str(report), *wrong])
    needless = report.of(Grade.NEEDLESS)
    assert not needless, "\n".join([str(report), *needless])


@pytest.mark.timeout(600)
def test_no_damaged_answer_does_harm(pydock: Path, docker28: EngineProcess, folder: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> None:
    if request.config.getoption("--all"):
        pytest.skip("the whole runs below")
    choice = random.Random(SEED)
    table = Table(Client("pydock", pydock), docker28, folder / "sample")
    try:
        report = table.run(sample(table.cases(one_line_of_each_command(choice)), choice), choice)
    finally:
        table.close()
    with capsys.disabled():
        print(f"\nfaults, a sample: pydock: {report}")
    close_to_right(report)


@pytest.mark.timeout(6 * 3600)
def test_no_damaged_answer_does_harm_in_the_whole_table(pydock: Path, docker: Path, docker28: EngineProcess, folder: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> None:
    if not request.config.getoption("--all"):
        pytest.skip("--all runs the whole table")
    buildx = unpack_unstable().parent / "unpacked/usr/libexec/docker/cli-plugins/docker-buildx"
    reports = {}
    for client in (Client("pydock", pydock), Client("docker", docker, {"docker-buildx": buildx})):
        choice = random.Random(SEED)
        table = Table(client, docker28, folder / client.name)
        try:
            reports[client.name] = table.run(table.cases(list(LINES)), choice)
        finally:
            table.close()
        with capsys.disabled():
            print(f"\nfaults: {client.name}: {reports[client.name]}")
    ours, theirs = reports["pydock"], reports["docker"]
    close_to_right(ours)
    for grade in (Grade.FALSE, Grade.HANG):
        assert len(ours.of(grade)) < len(theirs.of(grade)), "\n".join(ours.of(grade))
