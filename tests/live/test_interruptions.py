"""Every command, ended in the middle, with streams that are full or closed or read by nobody, or on a full disk: one line, a code,
nothing left behind.

A sample: one request, signal and stream of each command; with --all every one.
"""

from __future__ import annotations

import itertools
import random
import re
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.engines import EngineProcess
from tests.support.fault_run import FAULTS_OF_OURS, Client, Outcome, Runner, half, same
from tests.support.fault_survey import Table
from tests.support.fault_table import LINES, SEED, WRITERS, Line, one_line_of_each_command
from tests.support.faults import FAULTS
from tests.support.faulty import Key

pytestmark = pytest.mark.live

HOLD = next(fault for fault in FAULTS if fault.harm == "hold")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
#: what a shell does with the streams
FULL, CLOSED = ">/dev/full", (">&-", "2>&-", "<&-", ">&- 2>&- <&-")
#: what they write is the user's configuration
SETTINGS = ("login", "context create")
SESSIONS = ("run", "attach", "start", "exec")
#: what makes a signal the container's: from then on it is passed on
PASSING = re.compile(r"/(attach|start)$")


@pytest.fixture(scope="module")
def table(pydock: Path, docker28: EngineProcess) -> Iterator[Table]:
    with tempfile.TemporaryDirectory(prefix="ft-") as place:
        found = Table(Client("pydock", pydock), docker28, Path(place))
        yield found
        found.close()


@pytest.fixture(scope="module")
def lines(request: pytest.FixtureRequest) -> list[Line]:
    return list(LINES) if request.config.getoption("--all") else one_line_of_each_command()


def complaints(runner: Runner, line: Line, got: Outcome, codes: tuple[int, ...]) -> Iterator[str]:
    calm = runner.calmly(line)
    if got.hung:
        yield "hangs"
    if FAULTS_OF_OURS.search(got.err + (got.out if line.tty else b"")):
        yield f"breaks: {got.err[-500:]!r}"
    if got.raw:
        yield "leaves the terminal raw"
    if not got.hung and got.code not in codes:
        yield f"ends with {got.code}, not one of {codes}: {got.err[-300:]!r}"
    if left := set(got.files) - set(calm.files):
        yield f"leaves {sorted(left)}"
    if broken := half(calm, got, line, runner.world.mark):
        yield f"leaves half of {broken}"


def chosen(keys: list[Key], everything: bool, choice: random.Random) -> list[tuple[Key, signal.Signals]]:
    pairs = [(key, number) for key in keys for number in SIGNALS]
    return pairs if everything else choice.sample(pairs, min(1, len(pairs)))


@pytest.mark.timeout(3600)
def test_a_signal_ends_every_command_that_waits_for_an_answer(
    table: Table, lines: list[Line], request: pytest.FixtureRequest
) -> None:
    everything = request.config.getoption("--all")
    choice = random.Random(SEED)

    def check(runner: Runner, line: Line) -> Iterator[str]:
        keys = [e.key for e in runner.calmly(line).seen if e.answer]
        ours = itertools.takewhile(lambda key: not (line.command in SESSIONS and PASSING.search(key.path)), keys)
        for key, number in chosen(list(ours), everything, choice):
            got = runner.run(line, HOLD, key, stop=number)
            if got.interrupted:
                for text in complaints(runner, line, got, (1, 125, 128 + number)):
                    yield f"{line.text} | {key} | {number.name}: {text}"

    wrong = table.each(lines, check)
    assert not wrong, "\n".join(wrong)


@pytest.mark.timeout(3600)
def test_a_full_output_is_told_in_one_line(table: Table, lines: list[Line]) -> None:
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)

    def check(runner: Runner, line: Line) -> Iterator[str]:
        if line.tty:
            return
        calm = runner.calmly(line)
        got = runner.run(line, redirect=FULL)
        codes = (1, 125) if calm.out else (calm.code,)
        for text in complaints(runner, line, got, codes):
            yield f"{line.text} {FULL}: {text}"
        if calm.out and b"no space left on device" not in got.err:
            yield f"{line.text} {FULL}: does not say so: {got.err[-300:]!r}"

    wrong = table.each(lines, check)
    assert not wrong, "\n".join(wrong)


@pytest.mark.timeout(3600)
def test_closed_streams_break_nothing(table: Table, lines: list[Line], request: pytest.FixtureRequest) -> None:
    everything = request.config.getoption("--all")
    choice = random.Random(SEED)

    def check(runner: Runner, line: Line) -> Iterator[str]:
        if line.tty:
            return
        calm = runner.calmly(line)
        for redirect in CLOSED if everything else choice.sample(CLOSED, 1):
            got = runner.run(line, redirect=redirect)
            # who reads stdin may miss it
            for text in complaints(
                runner, line, got, (calm.code, 1) if line.stdin or ">&-" in redirect else (calm.code,)
            ):
                yield f"{line.text} {redirect}: {text}"

    wrong = table.each(lines, check)
    assert not wrong, "\n".join(wrong)


@pytest.mark.timeout(3600)
def test_a_reader_that_is_gone_ends_every_command_that_prints(table: Table, lines: list[Line]) -> None:
    """By SIGPIPE, as any filter; who prints nothing does not notice."""

    def check(runner: Runner, line: Line) -> Iterator[str]:
        if line.tty:
            return
        calm = runner.calmly(line)
        got = runner.run(line, gone=True)
        for text in complaints(runner, line, got, (-signal.SIGPIPE,) if calm.out else (calm.code,)):
            yield f"{line.text} | nobody: {text}"

    wrong = table.each(lines, check)
    assert not wrong, "\n".join(wrong)


@pytest.mark.timeout(3600)
def test_a_full_disk_is_told_by_every_command_that_writes_to_it(table: Table, lines: list[Line]) -> None:
    """What was there stays; who writes no file does not notice."""

    def check(runner: Runner, line: Line) -> Iterator[str]:
        calm = runner.calmly(line)
        got = runner.run(line, full=True)
        writes = calm.files != runner.world.files(line.outputs) or line.command in SETTINGS
        for text in complaints(runner, line, got, (1, 125) if writes else (calm.code,)):
            yield f"{line.text} on a full disk: {text}"
        if writes and (b": no space left on device\n" not in got.err or got.files != runner.world.files(line.outputs)):
            yield f"{line.text} on a full disk: {got.err[-300:]!r}, {[f for f in got.files if got.files[f] != calm.files.get(f)]}"
        if not writes and not same(line, calm, got, runner.world.mark):
            yield f"{line.text} on a full disk: {got.out[-300:]!r} {got.err[-300:]!r}"

    wrong = table.each([*lines, *WRITERS], check)
    assert not wrong, "\n".join(wrong)
