"""`events`: formats."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cli import Messages, cli


def test_a_format_of_events_is_tried_on_a_pointer_and_shown_the_events_themselves() -> None:
    event = {"Type": "image", "Action": "pull", "Actor": {"ID": "i"}, "time": 5, "timeNano": 6}
    table = {("GET", "/events"): Messages([event])}
    assert (
        cli("events", "--format", '{{printf "%v" .Actor}} {{printf "%+v" .Time}}', table=table).out == "{i map[]} 5\n"
    )
    done = cli("events", "--format", "x{{eq . .}}", table=table)
    assert (done.code, done.out) == (1, "x\n")
    assert "error calling eq: " in done.err


@pytest.mark.parametrize(("flags", "query"), [
    ((), {}), (("--since", "1h", "--until", "1700000001"), {"since": "1700000000", "until": "1700000001"}),
    (("-f", "type=image", "--filter", "type=volume", "-f", "label=a=b"), {"filters": '{"label":{"a=b":true},"type":{"image":true,"volume":true}}'}),
])  # fmt: skip
def test_what_is_asked_for(flags: tuple[str, ...], query: dict[str, str]) -> None:
    done = cli("events", *flags, table={("GET", "/events"): Messages([])}, clock=lambda: 1_700_003_600.0)
    assert (done.code, done.out, done.err, done.requests[0].query) == (0, "", "", query)


@pytest.mark.parametrize(("event", "nanoseconds", "words"), [
    ({"Type": "container", "Action": "start", "Actor": {"ID": "x", "Attributes": {"name": "web", "image": "y"}}, "timeNano": 1_700_000_000_000_000_001},
     "000000001", "container start x (image=y, name=web)\n"),
    ({"Type": "network", "Action": "prune", "Actor": {}, "time": 1_700_000_000}, "000000000", "network prune \n"),
])  # fmt: skip
def test_an_event_is_a_line(event: Any, nanoseconds: str, words: str) -> None:
    done = cli("events", table={("GET", "/events"): Messages([event])})
    time, _, rest = done.out.partition(" ")
    assert (done.code, time.partition(".")[2][:9], rest) == (0, nanoseconds, words)


def test_each_event_is_shown_as_json() -> None:
    told = Messages(
        [{"Type": "image", "Action": action, "Actor": {"ID": "i"}, "timeNano": 6} for action in ("pull", "tag")]
    )
    out = cli("events", "--format", "json", table={("GET", "/events"): told}).out
    assert [line.partition('"Action":"')[2].partition('"')[0] for line in out.splitlines()] == ["pull", "tag"]
    done = cli("events", "--format", "{{.Nope}}")
    assert (done.code, done.out, done.requests) == (64, "", []) and done.err.startswith("Error parsing format: ")
