"""`events`: formats."""

from __future__ import annotations

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
