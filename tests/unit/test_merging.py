"""Logs of several containers as one: sorted by time, complete, and no line within another."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydock.errors import BrokenStream, Failure
from pydock.streams.entries import Entry, entries
from pydock.streams.merging import AHEAD, Budget, Gathering, Merge
from pydock.streams.pump import LINE


def entry(time: int, text: str = "x\n") -> Entry:
    return Entry(time, 1, b"", text.encode())


# -- the merge -------------------------------------------------------------------------------------

SOURCES = st.lists(st.lists(st.tuples(st.integers(0, 30), st.booleans())), min_size=1, max_size=5)


def log_of(source: int, parts: list[tuple[int, bool]]) -> list[Entry]:
    """Entries in order; parts of one line have the time of the line."""
    out, time = list[Entry](), 0
    for n, (moment, ends) in enumerate(sorted(parts, key=lambda part: part[0])):
        time = moment if not out or out[-1].ends else time
        out.append(entry(time, f"{source}.{n}" + "\n" * ends))
    return out


@given(SOURCES, st.randoms(use_true_random=False))
def test_any_interleaving_comes_out_sorted_and_whole(parts: list[list[tuple[int, bool]]], random: Any) -> None:
    """However the entries of the logs arrive: in the order of their times, each log in its own, lines in one piece."""
    logs = [log_of(n, one) for n, one in enumerate(parts)]
    merge, out, left = Merge[int](math.inf), list[tuple[int, Entry]](), [list(log) for log in logs]
    ended = set[int]()
    for n in range(len(logs)):
        merge.add(n)
    while len(ended) < len(logs):
        source = random.choice([n for n in range(len(logs)) if n not in ended])
        if left[source]:
            merge.put(source, left[source].pop(0), 0.0)
        else:
            merge.end(source)
            ended.add(source)
        if random.random() < 0.5:
            out += [(n, e) for n, e in merge.take(0.0) if e]
    out += [(n, e) for n, e in merge.take(0.0) if e]
    assert [[e for n, e in out if n == source] for source in range(len(logs))] == logs
    assert [e.time for _, e in out] == sorted(e.time for _, e in out)
    for (source, one), (other, following) in zip(out, out[1:]):
        goes_on = [e for e in logs[source][logs[source].index(one) + 1 :][:1] if not one.ends and e.time == one.time]
        assert not goes_on or (other, following) == (source, goes_on[0])
    assert merge.queues == {} and merge.due() is None


@given(SOURCES, st.randoms(use_true_random=False))
def test_nothing_is_held_longer_than_said(parts: list[list[tuple[int, bool]]], random: Any) -> None:
    """With a limit all that came is given once that has passed, though a source is silent."""
    logs = [log_of(n, one) for n, one in enumerate(parts)]
    merge = Merge[int](2.0)
    for n in range(len(logs) + 1):
        merge.add(n)
    order = [n for n, log in enumerate(logs) for _ in log]
    random.shuffle(order)
    left, out = [list(log) for log in logs], list[tuple[int, Entry | None]]()
    for now, source in enumerate(order):
        merge.put(source, left[source].pop(0), float(now))
        out += merge.take(float(now))
        # the parts of a long line are waited for, each as long
        assert len(out) >= now - 1 or not all(e.ends for log in logs for e in log)
        due = merge.due()
        assert due is None or due > now
    out += merge.take(len(order) + 2.0)
    assert [[e for n, e in out if n == source] for source in range(len(logs))] == logs


def test_an_end_comes_after_the_entries() -> None:
    merge = Merge[str](math.inf)
    merge.add("a")
    merge.add("b")
    merge.put("a", entry(2), 0)
    merge.end("a")
    assert list(merge.take(9)) == []
    merge.end("b")
    assert list(merge.take(9)) == [("b", None), ("a", entry(2)), ("a", None)]


# -- gathering -------------------------------------------------------------------------------------


def test_sources_are_read_at_the_same_time() -> None:
    gathering, problems = Gathering[str](math.inf), list[str]()
    gathering.add("a", lambda _: [entry(1), entry(4)], lambda _: None)
    gathering.add("b", lambda _: cut([entry(2)]), lambda failure: problems.append(failure.message))
    gathering.add("c", lambda _: [], lambda _: None)
    out = [one for one in gathering if one]
    assert [(source, e.time) for source, e in out if e] == [("a", 1), ("b", 2), ("a", 4)]
    assert sorted(source for source, e in out if not e) == ["a", "b", "c"]
    assert problems == ["unexpected EOF"]


def cut(given: list[Entry]) -> Iterator[Entry]:
    yield from given
    raise BrokenStream("unexpected EOF")


def test_a_fault_of_a_source_is_its_own() -> None:
    gathering, problems = Gathering[str](math.inf), list[str]()
    gathering.add("a", lambda _: 1 / 0, lambda failure: problems.append(failure.message))  # type: ignore[arg-type, return-value]
    assert [one for one in gathering if one] == [("a", None)]
    assert problems == ["unexpected error: ZeroDivisionError: division by zero"]


def test_no_more_is_read_than_is_needed() -> None:
    """Where one log waits for another, most of it stays with the engine."""
    gathering, wait, read = Gathering[str](math.inf), threading.Event(), list[int]()

    def long(through: Any) -> Iterator[Entry]:
        for n in through(iter(range(100))):
            read.append(n)
            yield Entry(n, 1, b"", b"x" * (64 << 10) + b"\n")

    def late(_: Any) -> Iterator[Entry]:
        wait.wait(10)
        yield entry(0)

    gathering.add("long", long, lambda _: None)
    gathering.add("late", late, lambda _: None)
    threading.Timer(0.3, wait.set).start()
    given = [(source, len(read)) for source, one in filter(None, gathering) if one]
    assert given[0][1] <= (AHEAD >> 16) + 2 and len(given) == 101


def test_what_others_put_runs_in_its_turn() -> None:
    gathering = Gathering[str](0)
    gathering.open = True

    def fails() -> None:
        raise Failure("no")

    gathering.put(fails)
    with pytest.raises(Failure, match="no"):
        list(gathering)


def test_an_entry_above_the_budget_is_let_through() -> None:
    budget = Budget(10)
    budget.take(50)
    budget.give(50)
    budget.take(10)
    assert budget.left == 0


# -- entries ---------------------------------------------------------------------------------------

T1, T2 = b"2023-11-14T22:13:20.000000001Z ", b"2023-11-14T23:13:21+01:00 "
NS1, NS2 = 1_700_000_000_000_000_001, 1_700_000_001_000_000_000


def frame(data: bytes, kind: int = 1) -> bytes:
    return bytes([kind, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


def test_entries_of_frames() -> None:
    data = (
        frame(T1 + b"a b\n") + frame(T2 + b"\xff\x1b[m", 2) + frame(b"no time\n") + frame(b"2023-13-45T22:13:20Z x\n")
    )
    found = [
        (NS1, 1, T1[:-1], b"a b\n"),
        (NS2, 2, T2[:-1], b"\xff\x1b[m"),
        (NS2, 1, b"", b"no time\n"),
        (NS2, 1, b"", b"2023-13-45T22:13:20Z x\n"),
    ]
    for size in (1, 7, len(data)):
        blocks = [data[at : at + size] for at in range(0, len(data), size)]
        assert list(entries(blocks, framed=True, stamped=True)) == found
    assert list(entries([frame(b"a b\n")], framed=True, stamped=False)) == [Entry(0, 1, b"", b"a b\n")]


def test_entries_that_are_cut() -> None:
    found = list[Entry]()
    with pytest.raises(BrokenStream):
        found.extend(entries([frame(T1 + b"a\n") + b"\x01\0"], framed=True, stamped=True))
    given = entries([frame(T1 + b"a\n") + b"\x01\0"], framed=True, stamped=True)
    assert next(given).text == b"a\n"


@given(
    st.lists(st.sampled_from([0, 1, 5, 16383, 16384, 16385, 40000]), max_size=4), st.integers(1, 50_000), st.booleans()
)
def test_entries_of_a_tty(lengths: list[int], size: int, ends: bool) -> None:
    """Its lines come without frames, the long ones with the timestamp again where an entry was full."""
    texts = [bytes([97 + n % 26]) * length + b"\r\n" for n, length in enumerate(lengths)]
    if texts and not ends:
        texts[-1] = texts[-1][:-2]
    stamps = [b"2023-11-14T22:13:20.%09dZ " % n for n in range(len(texts))]
    wire = b"".join(
        b"".join(stamp + text[at : at + 16384] for at in range(0, len(text), 16384))
        for stamp, text in zip(stamps, texts)
    )
    blocks = [wire[at : at + size] for at in range(0, len(wire), size)]
    lines = dict[bytes, bytes]()
    for one in entries(blocks, framed=False, stamped=True):
        lines[one.stamp + b" "] = lines.get(one.stamp + b" ", b"") + one.text
    assert lines == {stamp: text for stamp, text in zip(stamps, texts) if text}


def test_a_line_without_an_end_is_not_kept_in_memory() -> None:
    sizes = [len(one.text) for one in entries([b"x" * 100_000] * 30, framed=False, stamped=False)]
    assert sum(sizes) == 3_000_000 and max(sizes) <= LINE + 100_000
