"""A short run of the fuzzing targets: good inputs, long ones, mutated ones, and those that once broke something.

scripts/fuzz runs the same for as long as it is let."""

from __future__ import annotations

import random
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.run import limited, mutated, stretched
from tests.fuzz.targets import TARGETS, Target
from tests.unit.fuzz_cases import CASES


@pytest.fixture
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder for what targets write, and an end to what hangs."""
    monkeypatch.chdir(tmp_path)
    # within one test all inputs of a target run: a deadline against hangs, not a measure
    main = threading.current_thread() is threading.main_thread()
    limited(60 if main else 0)
    yield
    limited(0)


def fine(target: Target, data: bytes) -> bool:
    target.run(data)
    try:
        target.call(data)
    except target.errors:
        return False
    return True


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.usefixtures("somewhere")
def test_a_parser_returns_or_raises_what_it_documents(name: str) -> None:
    target = TARGETS[name]
    assert any(fine(target, data) for data in target.seeds), "no seed gets through: the target tests nothing"
    chance = random.Random(zlib.crc32(name.encode()))
    for _ in range(5 if target.heavy else 60):
        target.run(mutated(target.seeds, chance))


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.usefixtures("somewhere")
def test_a_parser_takes_time_that_grows_with_its_input_alone(name: str) -> None:
    """30,000 bytes of one thing: what looks back at all that came before, or tries again, would take minutes."""
    target = TARGETS[name]
    inputs = list(stretched(target.seeds, 30_000))
    for data in random.Random(zlib.crc32(name.encode())).sample(inputs, min(len(inputs), 8)):
        target.run(data)


@pytest.mark.parametrize(("name", "data"), CASES, ids=lambda v: v if isinstance(v, str) else "")
@pytest.mark.usefixtures("somewhere")
def test_what_once_broke_a_parser_does_not_again(name: str, data: bytes) -> None:
    TARGETS[name].run(data)


def test_a_target_that_raises_something_else_is_found() -> None:
    """The targets themselves can fail."""
    for error in (KeyError("x"), UnicodeDecodeError("utf-8", b"", 0, 1, "x"), RecursionError(), AssertionError()):

        def call(data: bytes, error: Exception = error) -> None:
            raise error

        with pytest.raises((KeyError, AssertionError, RecursionError)):
            Target("x", call, ()).run(b"")
