"""How a service converges, as docker and pydock show it: the same bytes, in a pipe and on a terminal. The engine is a stand-in, for the same looks."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import program
from tests.support.stand_in import Handler, stand_in
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.live, pytest.mark.parity]

REPLICATED: dict[str, Any] = {"Replicated": {"Replicas": 1}}
JOB: dict[str, Any] = {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 1}}
MANY: dict[str, Any] = {"Replicated": {"Replicas": 21}}
#: the state and message of the update, and the tasks, at one look: "STATE", "STATE: ERROR", after "DESIRED>"
Look = tuple[str, list[str]]

CASES: list[tuple[str, dict[str, Any], list[Look]]] = [
    ("replicated", REPLICATED, [("", []), ("", ["new"]), ("", ["preparing"]), ("", ["starting"]), ("", ["running"])]),
    ("an error", REPLICATED, [("", ["pending: no suitable node\nat all " + "x" * 90]), ("", ["running"])]),
    ("restarted", REPLICATED, [("", ["running"]), ("", ["shutdown>failed: task: non-zero exit (1)", "ready>ready"]), ("", ["shutdown>failed: no", "running>running"])]),
    ("a task that is to end", REPLICATED, [("", ["shutdown>running"]), ("", ["running"])]),
    ("an unknown state", REPLICATED, [("", ["dreaming"]), ("", ["running"])]),
    ("at the end already", REPLICATED, [("completed: update completed", ["running"])]),
    ("ended while it was watched", REPLICATED, [("updating", ["running"]), ("completed: update completed", ["running"])]),
    ("paused", REPLICATED, [("updating", ["failed: no"]), ("paused: update paused due to failure or early termination of task x", ["failed: no"])]),
    ("rolled back", REPLICATED, [("updating", ["failed: no"]), ("rollback_started: update rolled back", ["ready"]), ("rollback_completed: rollback completed", ["running"])]),
    ("rollback paused", REPLICATED, [("rollback_started: a", ["ready"]), ("rollback_paused: b", ["failed: c"])]),
    ("none", {"Replicated": {"Replicas": 0}}, [("", [])]),
    ("more than have rows", MANY, [("", ["preparing"]), ("", ["running"] * 21)]),
    ("global", {"Global": {}}, [("", []), ("", ["preparing"]), ("", ["rejected: bad mount"]), ("", ["running"])]),
    ("job", JOB, [("", []), ("", ["running"]), ("", ["failed: task: non-zero exit (1)"]), ("", ["complete"])]),
    ("global job", {"GlobalJob": {}}, [("", []), ("", ["starting"]), ("", ["complete"])]),
]  # fmt: skip
NODE = "n0123456789abcdef01234567"


def task(text: str, slot: int, mode: dict[str, Any]) -> dict[str, Any]:
    desired, _, rest = text.rpartition(">")
    state, _, error = rest.partition(": ")
    job = any("Job" in name for name in mode)
    return {
        "ID": f"t{slot}", **({"Slot": slot} if "Replicated" in mode else {}), "NodeID": NODE, "DesiredState": desired or ("complete" if job else "running"),
        "Status": {"State": state, "Err": error}, **({"JobIteration": {"Index": 1}} if job else {}),
    }  # fmt: skip


def engine(mode: dict[str, Any], looks: list[Look]) -> dict[str, Callable[[Handler], Any]]:
    """Each list of tasks ends a look; the last one lasts."""
    seen: list[int] = []

    def look() -> Look:
        return looks[min(len(seen), len(looks) - 1)]

    def service(_: Handler) -> dict[str, Any]:
        state, _, text = look()[0].partition(": ")
        job = {"JobStatus": {"JobIteration": {"Index": 1}}} if any("Job" in name for name in mode) else {}
        return {
            "ID": "s1", "Version": {"Index": 1}, "Spec": {"Mode": mode, "UpdateConfig": {"Monitor": 1_000_000_000}, "TaskTemplate": {"ContainerSpec": {"Image": "x"}}}, **job,
            **({"UpdateStatus": {"State": state, "Message": text}} if state else {}),
        }  # fmt: skip

    def tasks(_: Handler) -> list[dict[str, Any]]:
        # several at once are one slot's, unless there are as many as replicas
        found = look()[1]
        seen.append(1)
        slots = range(1, len(found) + 1) if len(found) == 21 else [1] * len(found)
        return [task(text, slot, mode) for text, slot in zip(found, slots)]

    return {
        r"POST /services/create": lambda _: {"ID": "s1"}, r"GET /services/s1\?.*": service, r"GET /tasks\?.*": tasks,
        r"GET /nodes": lambda _: [{"ID": NODE, "Version": {"Index": 1}, "Status": {"State": "ready"}}],
    }  # fmt: skip


def once(text: str) -> list[str]:
    """The rows or lines: what is drawn again and again, while a clock runs, counts once; a blank that no column is left for not at all."""
    rows = re.findall(r"\r?\n?\x1b\[\d+A.*?\x1b\[\d+B|[^\n\x1b]*\n", text.replace(" \r", "\r"), re.S)
    return [row for at, row in enumerate(rows) if row not in rows[max(0, at - 2) : at]]


@pytest.mark.parametrize("columns", [0, 80, 120])
@pytest.mark.parametrize(("mode", "looks"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_same_is_shown(
    docker: Path, pydock: Path, tmp_path: Path, mode: dict[str, Any], looks: list[Look], columns: int
) -> None:
    """columns: of the terminal; 0 for a pipe."""
    shown = []
    argv = ("service", "create", "--no-resolve-image", "x")
    for client in (docker, pydock):
        folder = tmp_path / str(len(shown))
        folder.mkdir()
        with stand_in(folder, engine(mode, looks)) as host:
            if not columns:
                done = program(client, *argv, host=host)
                shown.append((done.code, once(done.out.decode()), done.err.decode()))
                continue
            terminal = Terminal(client, *argv, host=host, columns=columns)
            try:
                code = terminal.end(30)
                shown.append((code, once(terminal.seen.decode()), ""))
            finally:
                terminal.close()
    assert shown[1] == shown[0]
