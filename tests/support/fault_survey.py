"""A client's way through the fault table: lines shared out to workers, what each case became, and a journal of it."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

from tests.support.engines import EngineProcess
from tests.support.fault_run import Case, Client, Grade, Outcome, Runner
from tests.support.fault_table import SEED, Line, spellings
from tests.support.fault_world import World
from tests.support.faults import FAULTS

T = TypeVar("T")

#: runs at once
WORKERS = 3
#: seconds between two words about where it is
OFTEN = 60.0


@dataclass(frozen=True)
class Found:
    """What a case became; told: the end of what the client printed."""

    case: str
    grade: str
    code: int
    told: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.grade}: {self.case}: code {self.code}, {self.told!r}"


class Journal:
    """Lines that are done, kept in a file as JSON, one of the table a line: a run that was cut goes on where it was."""

    def __init__(self, place: Path | None) -> None:
        self.place, self.lock = place, threading.Lock()
        self.done: dict[tuple[str, str], list[Found]] = {}
        if place and place.exists():
            for text in place.read_text().splitlines():
                entry = json.loads(text)
                self.done[entry["client"], entry["line"]] = [Found(**found) for found in entry["found"]]

    def known(self, client: str, line: Line) -> list[Found] | None:
        return self.done.get((client, str(line)))

    def write(self, client: str, line: Line, found: list[Found]) -> None:
        with self.lock:
            self.done[client, str(line)] = found
            if self.place:
                with self.place.open("a") as out:
                    out.write(
                        json.dumps({"client": client, "line": str(line), "found": [asdict(f) for f in found]}) + "\n"
                    )


class Report:
    """What a client did, by grade."""

    def __init__(self, found: Iterable[Found]) -> None:
        self.found = list(found)

    def of(self, *grades: Grade) -> list[str]:
        values = [grade.value for grade in grades]
        return [str(found) for found in self.found if found.grade in values]

    def __str__(self) -> str:
        counts = Counter(found.grade for found in self.found)
        return f"{len(self.found)} cases: " + ", ".join(
            f"{g.value} {counts[g.value]}" for g in Grade if counts[g.value]
        )


class Table:
    """Workers of one client, each with a world of its own on an engine."""

    def __init__(self, client: Client, engine: EngineProcess, folder: Path, workers: int = WORKERS) -> None:
        self.client = client
        self.runners = [
            Runner(client, World(str(engine.socket), f"{client.name}{i}", folder / str(i))) for i in range(workers)
        ]

    def close(self) -> None:
        for runner in self.runners:
            runner.world.clear()

    def each(self, lines: Iterable[Line], work: Callable[[Runner, Line], Iterable[T]]) -> list[T]:
        """work(runner, line) of all lines, by whichever worker is free."""
        waiting: SimpleQueue[Line] = SimpleQueue()
        for line in lines:
            waiting.put(line)

        def of(runner: Runner) -> list[T]:
            found: list[T] = []
            while True:
                try:
                    line = waiting.get_nowait()
                except Empty:
                    return found
                found += work(runner, line)

        with ThreadPoolExecutor(len(self.runners)) as pool:
            return [one for part in pool.map(of, self.runners) for one in part]

    def sample(self, lines: list[Line], each: int) -> Report:
        """A case of each line, and as many more as give each fault `each` turns."""
        choice, struck = random.Random(SEED), Counter[str]()
        parts = {
            line: (runner, cases)
            for runner, line, cases in self.each(lines, lambda r, line: [(r, line, cases_of(r, line))])
        }
        chosen: dict[Runner, list[Case]] = {runner: [] for runner in self.runners}
        for line in lines:
            runner, cases = parts[line]
            for number, case in enumerate(choice.sample(cases, len(cases))):
                if number == 0 or (struck[case.fault.name] < each and choice.random() < 0.3):
                    struck[case.fault.name] += 1
                    chosen[runner].append(case)

        def of(runner: Runner) -> list[Found]:
            return [graded(runner, case) for case in chosen[runner]]

        with ThreadPoolExecutor(len(self.runners)) as pool:
            return Report(found for part in pool.map(of, self.runners) for found in part)

    def whole(self, lines: Iterable[Line], journal: Journal, tell: Callable[[str], None]) -> Report:
        """Every case of every line; tell: is given a word about where it is, now and then."""
        lines = random.Random(SEED).sample(list(lines), len(list(lines)))
        told = time.monotonic()

        def of(runner: Runner, line: Line) -> list[Found]:
            nonlocal told
            found = journal.known(self.client.name, line)
            if found is None:
                found = [graded(runner, case) for case in cases_of(runner, line)]
                journal.write(self.client.name, line, found)
            if time.monotonic() - told > OFTEN:
                told = time.monotonic()
                done = [known for other in lines if (known := journal.known(self.client.name, other)) is not None]
                tell(
                    f"{self.client.name}: {len(done)} of {len(lines)} lines, {Report(f for part in done for f in part)}"
                )
            return found

        return Report(self.each(lines, of))


def cases_of(runner: Runner, line: Line) -> list[Case]:
    """Every fault for every request of a line, once it has run undamaged."""
    return list(runner.cases(line, FAULTS))


def graded(runner: Runner, case: Case) -> Found:
    """The case, by one of the names of its command. What a busy machine alone may be the reason of is looked at twice."""
    name = random.Random(f"{SEED} {case.line} {case.key.number} {case.fault}").choice(spellings(case.line))
    grade, got = runner.grade(case, name)
    if grade in (Grade.HANG, Grade.NEEDLESS):
        grade, got = runner.grade(case, name)
    return Found(str(case), grade.value, got.code, tail(got), round(got.seconds, 2))


def tail(got: Outcome) -> str:
    return (got.err or got.out)[-300:].decode("utf-8", "replace")
