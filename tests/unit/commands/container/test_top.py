"""`top`: the processes of a container."""

from __future__ import annotations

from tests.support.cli import cli

PLACE = ("GET", "/containers/a/top")


def test_processes_are_a_table_and_the_options_are_ps_own() -> None:
    answer = {"Titles": ["PID", "CMD"], "Processes": [["1", "sleep 1000000000000000"], ["22", "x"]]}
    done = cli("top", "a", "-o", "pid,cmd", table={PLACE: answer})
    assert done.requests[0].query == {"ps_args": "-o pid,cmd"}
    assert done.out == "PID                 CMD\n1                   sleep 1000000000000000\n22                  x\n"
    done = cli("top", "a", table={PLACE: {"Titles": ["PID"], "Processes": None}})
    assert (done.out, done.requests[0].query) == ("PID\n", {})
