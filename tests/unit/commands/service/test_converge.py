"""The progress of converging services: from the engine's lists, look by look, to lines, rows of a terminal, and an exit code."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from itertools import chain, count, repeat
from typing import Any

import pytest

from pydock.commands.service import converge
from pydock.errors import Unreachable
from tests.support.cli import Optional, Result, any_of, cli

ID = "s1"
REPLICATED: dict[str, Any] = {"Replicated": {"Replicas": 2}}
#: the engine's answers at one look: the service's state and message, its tasks
Look = tuple[str, list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converge, "BETWEEN", 0)


def task(
    place: int | str, state: str, error: str = "", desired: str = "running", job: int | None = None
) -> dict[str, Any]:
    where = {"Slot": place, "NodeID": "n1"} if isinstance(place, int) else {"NodeID": place}
    iteration = {} if job is None else {"JobIteration": {"Index": job}}
    status = {"State": state, **({"Err": error} if error else {})}
    return {"ID": f"{place}", **where, "DesiredState": desired, "Status": status, **iteration}


def service(mode: dict[str, Any], state: str = "", **more: Any) -> dict[str, Any]:
    word, _, text = state.partition(": ")
    status = {"UpdateStatus": {"State": word, "Message": text}} if word else {}
    spec = {"Mode": mode, "TaskTemplate": {"ContainerSpec": {"Image": "busybox:latest"}}}
    return {"ID": ID, "Version": {"Index": 1}, "Spec": {**spec, **more.pop("spec", {})}, **status, **more}


def in_turn(values: list[Any]) -> Callable[[Any], Any]:
    """Each answer once, and the last one for ever."""
    turns: Iterator[Any] = chain(values, repeat(values[-1]))
    return lambda _: next(turns)


def watched(
    looks: list[Look], mode: dict[str, Any] = REPLICATED, step: float = 5, nodes: tuple[str, ...] = ("n1", "n2"), argv: tuple[str, ...] = (),
    tty: bool = False, width: int = 80, **more: Any,
) -> Result:  # fmt: skip
    """What `service rollback` shows of the looks. step: seconds between two looks."""
    described = [service(mode, state, **more) for state, _ in looks]
    table = any_of({
        ("GET", "/services/web"): in_turn([service(mode), *described]), ("POST", f"/services/{ID}/update"): {},
        ("GET", "/tasks"): in_turn([tasks for _, tasks in looks]),
        ("GET", "/nodes"): [{"ID": n, "Version": {"Index": 1}, "Status": {"State": "ready"}} for n in nodes],
    })  # fmt: skip
    clock = count(0, step)
    done = cli("service", "rollback", *argv, "web", table=table, clock=lambda: next(clock), tty=tty, width=width)
    return done


RUNNING = [task(1, "running"), task(2, "running")]
WAITING = "verify: Waiting {} seconds to verify that tasks are stable...\n"
BEGUN = "overall progress: 0 out of 2 tasks\n1/2:  \n2/2:  \n"
STABLE = "overall progress: 2 out of 2 tasks\n" + WAITING.format(5) + "verify: Service web converged\n"
ROLLED_BACK = "overall progress: rolling back update: "


@pytest.mark.parametrize(
    ("looks", "out"),
    [
        # a bar is not for a pipe: of a task that is on its way the sum is told
        ([("", []), ("", [task(1, "preparing"), task(2, "running")]), ("", RUNNING)],
         BEGUN + "overall progress: 0 out of 2 tasks\noverall progress: 1 out of 2 tasks\n" + STABLE),
        # a slot's newest task counts, and one on a node that is down does not
        ([("", [task(1, "failed", desired="shutdown"), *RUNNING])], BEGUN + STABLE),
        ([("", [{**task(1, "running"), "NodeID": "gone"}, task(2, "running")]), ("", RUNNING)],
         BEGUN + "overall progress: 1 out of 2 tasks\n" + STABLE),
        ([("", [task(1, "pending", "no suitable node\n(1 node)"), task(2, "running")]), ("", RUNNING)],
         BEGUN + "1/2: no suitable node (1 node)\noverall progress: 1 out of 2 tasks\n" + STABLE),
        # an update that has ended already is not waited for
        ([("completed: update completed", RUNNING)], ""),
        ([("updating", []), ("completed", RUNNING)], BEGUN + "overall progress: 0 out of 2 tasks\n"),
        ([("rollback_started: it failed", []), ("rollback_completed: rollback completed", RUNNING)],
         "rollback: it failed\n" + ROLLED_BACK + "0 out of 2 tasks\n1/2:  \n2/2:  \n" + ROLLED_BACK + "0 out of 2 tasks\n"
         + ROLLED_BACK + "2 out of 2 tasks\n" + WAITING.format(5) + "verify: Service web converged\nrollback: rollback completed\n"),
    ],
)  # fmt: skip
def test_replicated_tasks(looks: list[Look], out: str) -> None:
    assert tuple(vars(watched(looks)).values())[:3] == (0, "web\n" + out, "")


def test_a_task_that_fails_soon_has_not_converged() -> None:
    failed = [task(1, "failed", "task: non-zero exit (1)"), task(2, "running")]
    done = watched([("", RUNNING), ("", failed), ("", RUNNING)], step=3)
    assert done.out == (
        "web\n" + BEGUN + "overall progress: 2 out of 2 tasks\n" + WAITING.format(5)
        + "1/2: task: non-zero exit (1)\noverall progress: 1 out of 2 tasks\nverify: Detected task failure\n"
        + "overall progress: 2 out of 2 tasks\n" + WAITING.format(5) + WAITING.format(2) + "verify: Service web converged\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("paused: update paused due to failure of task x", "service update paused: update paused due to failure of task x"),
        ("rollback_paused: y", "service rollback paused: y"),
    ],
)  # fmt: skip
def test_an_update_that_stops_is_an_error(state: str, said: str) -> None:
    for argv in ((), ("-q",)):
        done = watched([("updating", []), (state, [])], argv=argv)
        assert (done.code, done.err) == (1, said + "\n")
        assert done.out == ("web\n" if argv else "web\n" + BEGUN + "overall progress: 0 out of 2 tasks\n")


def test_how_long_tasks_are_watched_is_the_updates_own_setting() -> None:
    done = watched([("", RUNNING)], step=1, spec={"UpdateConfig": {"Monitor": 3_000_000_000}})
    told = BEGUN + "overall progress: 2 out of 2 tasks\n" + "".join(WAITING.format(n) for n in (3, 2, 1))
    assert done.out.startswith(f"web\n{told.rsplit(chr(10), 2)[0]}\n") and done.out.endswith(
        "verify: Service web converged\n"
    )


GLOBAL: dict[str, Any] = {"Global": {}}


@pytest.mark.parametrize(
    ("looks", "out"),
    [
        ([("", []), ("", [task("n1", "running"), task("n2", "failed", "no")]), ("", [task("n1", "running"), task("n2", "running")])],
         "overall progress: waiting for new tasks\noverall progress: 0 out of 2 tasks\nn2: no\noverall progress: 1 out of 2 tasks\n" + STABLE),
        # a node that is down has a task that does not run
        ([("", [task("n1", "running"), task("gone", "running")]), ("", [task("n1", "running")])],
         "overall progress: 0 out of 2 tasks\noverall progress: 1 out of 2 tasks\noverall progress: 1 out of 1 tasks\n"
         + WAITING.format(5) + "verify: Service web converged\n"),
    ],
)  # fmt: skip
def test_a_task_on_each_node(looks: list[Look], out: str) -> None:
    assert watched(looks, GLOBAL).out == "web\n" + out


JOB_STATUS = {"JobIteration": {"Index": 2}}


def test_a_job_ends() -> None:
    mode = {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 2}}
    first = [task(0, "complete", job=1), task(0, "running", job=2)]
    later = [task(0, "complete", job=2), task(1, "failed", "no", job=2)]
    done = watched(
        [("", []), ("", first), ("", later), ("", [task(0, "complete", job=2), task(1, "complete", job=2)])],
        mode,
        JobStatus=JOB_STATUS,
    )
    #: what has a bar is not for a pipe
    active = "active tasks: {} out of {} tasks\n"
    assert done.out == (
        "web\n" + active.format(0, 1) + "1/2:  \n2/2:  \n" + active.format(0, 1) + active.format(1, 1) + "2/2: no\n" + active.format(0, 1)
        + active.format(0, 0) + "job complete\n"
    )  # fmt: skip


def test_a_job_on_each_node_ends() -> None:
    both = [task("n1", "complete", job=2), task("n2", "complete", job=2), task("n3", "running", job=1)]
    done = watched(
        [("", []), ("", [task("n1", "running", job=2), task("n2", "failed", "no", job=2)]), ("", both)],
        {"GlobalJob": {}},
        JobStatus=JOB_STATUS,
    )
    assert done.out == "web\njob progress: waiting for tasks\nn2: no\njob complete\n"


def test_an_unknown_mode_is_an_error() -> None:
    assert watched([("", [])], {"New": {}}).err == "unrecognized service mode\n"


# -- on a terminal ---------------------------------------------------------------------------------


def redrawn(up: int, text: str, new: bool = False) -> str:
    """A row, `up` lines above the cursor."""
    below = "\n" if new else ""
    return f"{below}\x1b[{up}A\x1b[2K\r{text}\r\x1b[{up}B"


@pytest.mark.parametrize(("width", "bars"), [(120, True), (80, False)])
def test_a_terminal_has_a_row_for_each_task(width: int, bars: bool) -> None:
    """The bytes that docker 28.2 sends to a terminal of that width."""
    done = watched([("", []), ("", [task(1, "preparing"), task(2, "running")]), ("", RUNNING)], tty=True, width=width)

    def state(name: str, word: str, filled: int) -> str:
        return f"{name}: {word:9} " + (f"[{'=' * filled}>{' ' * (50 - filled)}] " if bars else "")

    total = "overall progress: {} out of 2 tasks "
    first = (
        redrawn(1, total.format(0), True)
        + redrawn(1, "1/2:   ", True)
        + redrawn(1, "2/2:   ", True)
        + redrawn(3, total.format(0))
    )
    second = (
        redrawn(2, state("1/2", "preparing", 33))
        + redrawn(1, state("2/2", "running", 50))
        + redrawn(3, total.format(1))
    )
    third = (
        redrawn(2, state("1/2", "running", 50)) + redrawn(1, state("2/2", "running", 50)) + redrawn(3, total.format(2))
    )
    verified = redrawn(1, WAITING.format(5).rstrip("\n") + " ", True) + redrawn(1, "verify: Service web converged ")
    assert done.out == "web\n" + first + second + third + verified


def test_a_row_fits_a_narrow_terminal_and_holds_no_escape_sequences() -> None:
    done = watched(
        [("", [task(1, "pending", "x" * 200), task(2, "pending", "a\x1b[2Jb")])] + [("", RUNNING)], tty=True, width=40
    )
    assert f"\r1/2: {'x' * 35}\r" in done.out and "…" not in done.out
    assert "\r2/2: a␛[2Jb \r" in done.out


# -- not to the end --------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "hint"), [("preparing", True), ("running", False)])
def test_ctrl_c_leaves_the_rest_to_the_engine(state: str, hint: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hint is for tasks that are still on their way."""
    monkeypatch.setattr(converge, "BETWEEN", 5)

    def pressed(_: Any) -> list[dict[str, Any]]:
        os.kill(os.getpid(), signal.SIGINT)
        return [task(1, state)]

    table = {
        ("GET", "/services/web"): service({"Replicated": {"Replicas": 1}}), ("POST", f"/services/{ID}/update"): {},
        ("GET", "/tasks"): pressed, ("GET", "/nodes"): [{"ID": "n1", "Version": {"Index": 1}, "Status": {"State": "ready"}}],
    }  # fmt: skip
    done = cli("service", "scale", "web=1", "web=1", table=table)
    words = "Operation continuing in background.\nUse `docker service ps web` to check progress.\n"
    assert (done.code, done.err, words in done.out) == (0, "", hint)
    # the second service is not waited for either
    assert [r.path for r in done.requests].count("/tasks") == 1


def test_a_manager_that_is_lost_is_an_error() -> None:
    lost = Unreachable("Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?", "unix:///x")
    answers = in_turn([service(REPLICATED), service(REPLICATED), lost])
    table = any_of(
        {
            ("GET", "/services/web"): answers,
            ("POST", f"/services/{ID}/update"): {},
            ("GET", "/tasks"): [],
            ("GET", "/nodes"): [],
        }
    )
    for argv, said in ((("rollback", "web"), lost.message), (("scale", "web=2"), f"web: {lost.message}")):
        answers = in_turn([service(REPLICATED), service(REPLICATED), lost])
        done = cli("service", *argv, table={**table, ("GET", "/services/web"): Optional(answers)})
        assert (done.code, done.err) == (1, said + "\n")
        assert [r.method for r in done.requests].count("POST") == 1


def test_engines_before_api_1_29_are_not_waited_for() -> None:
    table = {("GET", "/services/web"): service(REPLICATED), ("POST", f"/services/{ID}/update"): {}}
    done = cli("service", "scale", "web=2", table=table, api_version="1.28")
    assert (done.code, done.out, done.requests[-1].headers) == (0, "web scaled to 2\n", {"Version": "1.28"})
