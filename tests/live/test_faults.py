"""Commands × requests × faults: what a command makes of one damaged answer. A sample; with --all the whole, beside docker's client.

Nothing may be sent twice, nothing may break pydock itself, no file may be half, no terminal raw, no failure silent. In the
whole, successes that are none and hangs must be fewer than docker's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pydock.cli.index import COMMANDS
from tests.support.engines import EngineProcess, unpack_unstable
from tests.support.fault_run import Client, Grade
from tests.support.fault_survey import Journal, Report, Table
from tests.support.fault_table import LINES, NO_ENGINE, STEP_BY_STEP, one_line_of_each_command, spellings

pytestmark = pytest.mark.live

ROOT = Path(__file__).resolve().parents[2]
#: how often each fault strikes in the sample
EACH = 3
#: these are never right, also where docker does the same
NEVER = (Grade.INTERNAL, Grade.RAW, Grade.TWICE, Grade.HALF, Grade.LEFT, Grade.SILENT)


def test_every_command_is_in_the_table() -> None:
    homes = {COMMANDS[line.command][:2] for line in LINES}
    missing = [
        path for path in COMMANDS if COMMANDS[path][:2] not in homes and path not in {**NO_ENGINE, **STEP_BY_STEP}
    ]
    assert not [file for file in STEP_BY_STEP.values() if not (ROOT / file).exists()]
    assert not missing, "give each a line in fault_table, or say why no engine answers it"
    assert not [path for path in NO_ENGINE if COMMANDS[path][:2] in homes]


def test_every_command_has_all_its_names_in_the_table() -> None:
    named = {text for line in LINES for text in spellings(line)}
    for path in COMMANDS:
        assert path in {**NO_ENGINE, **STEP_BY_STEP} or any(text.startswith(path) for text in named), path


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ft-") as place:
        yield Path(place)


def close_to_right(report: Report) -> None:
    wrong = report.of(*NEVER)
    assert not wrong, "\n".join([str(report), *wrong])
    needless = report.of(Grade.NEEDLESS)
    assert not needless, "\n".join([str(report), *needless])


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Says something at once."""

    def say(text: str) -> None:
        with capsys.disabled():
            print(f"\nfaults: {text}", flush=True)

    return say


@pytest.mark.timeout(600)
def test_no_damaged_answer_does_harm(
    pydock: Path, docker28: EngineProcess, folder: Path, request: pytest.FixtureRequest, tell: Callable[[str], None]
) -> None:
    if request.config.getoption("--all"):
        pytest.skip("the whole runs below")
    table = Table(Client("pydock", pydock), docker28, folder / "sample")
    try:
        report = table.sample(one_line_of_each_command(), EACH)
    finally:
        table.close()
    tell(f"a sample: pydock: {report}")
    close_to_right(report)


@pytest.mark.timeout(6 * 3600)
def test_no_damaged_answer_does_harm_in_the_whole_table(
    pydock: Path,
    docker: Path,
    docker28: EngineProcess,
    folder: Path,
    request: pytest.FixtureRequest,
    tell: Callable[[str], None],
) -> None:
    if not request.config.getoption("--all"):
        pytest.skip("--all runs the whole table")
    buildx = unpack_unstable().parent / "unpacked/usr/libexec/docker/cli-plugins/docker-buildx"
    journal = Journal(request.config.getoption("--journal"))

    def whole(client: Client) -> Report:
        table = Table(client, docker28, folder / client.name)
        try:
            return table.whole(LINES, journal, tell)
        finally:
            table.close()

    # side by side: most of it is waiting
    with ThreadPoolExecutor() as pool:
        ours, theirs = pool.map(whole, (Client("pydock", pydock), Client("docker", docker, {"docker-buildx": buildx})))
    tell(f"pydock: {ours}")
    tell(f"docker: {theirs}")
    close_to_right(ours)
    for grade in (Grade.FALSE, Grade.HANG):
        assert len(ours.of(grade)) < len(theirs.of(grade)), "\n".join(ours.of(grade))
