"""`service logs`: each message behind the task that it is of."""

from __future__ import annotations

from typing import Any

import pytest

from pydock.api.tasks import task_logs
from tests.support.cli import any_of, cli, refused
from tests.support.samples import node, service, task

IDS = {"node": "n1", "service": "s1", "task": "t1"}
MANY = {**service("web"), "Spec": {**service("web")["Spec"], "Mode": {"Replicated": {"Replicas": 10}}}}


def context(*more: str, **ids: str) -> str:
    return ",".join([*(f"com.docker.swarm.{kind}.id={value}" for kind, value in {**IDS, **ids}.items()), *more])


def frame(text: str, kind: int = 1) -> bytes:
    data = text.encode()
    return bytes([kind, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


def logs(*flags: str, frames: Any, table: Any = None, **more: Any) -> Any:
    usual = {
        ("GET", "/services/web"): MANY,
        ("GET", "/services/web/logs"): lambda _: frames,
        ("GET", "/services/s1"): service("web"),
        ("GET", "/nodes/n1"): node("alpha"),
        ("GET", "/tasks/t1"): task(1),
        ("GET", "/tasks/t10"): task(10),
    }
    return cli("service", "logs", *flags, "web", table=any_of({**usual, **(table or {})}), **more)


LINES = [frame(f"{context()} out\n"), frame(f"{context(task='t10')} err\n", 2)]


@pytest.mark.parametrize(
    ("flags", "out", "err"),
    [
        ("", "web.1.t1xxxxxxxxxx@alpha     | out\n", "web.10.t10xxxxxxxxx@alpha    | err\n"),
        ("--no-task-ids", "web.1@alpha     | out\n", "web.10@alpha    | err\n"),
        ("--no-resolve --no-task-ids", "s1.1@n1     | out\n", "s1.10@n1    | err\n"),
        ("--no-trunc", f"web.1.t1{'x' * 23}@alpha     | out\n", f"web.10.t10{'x' * 22}@alpha    | err\n"),
    ],
)
def test_titles(flags: str, out: str, err: str) -> None:
    done = logs(*flags.split(), frames=LINES)
    assert (done.code, done.out, done.err) == (0, out, err)


def test_each_task_is_asked_for_once_and_frames_may_come_in_any_pieces() -> None:
    whole = b"".join(LINES * 2)
    done = logs("--no-task-ids", frames=[whole[i : i + 7] for i in range(0, len(whole), 7)])
    assert done.out == "web.1@alpha     | out\n" * 2
    assert [r.path for r in done.requests[2:]] == ["/nodes/n1", "/services/s1", "/tasks/t1", "/tasks/t10"]


@pytest.mark.parametrize(
    ("flags", "query"),
    [
        ("", {"details": "1", "tail": "all"}),
        ("--raw", {"tail": "all"}),
        ("--raw --details", {"details": "1", "tail": "all"}),
        ("-f -t -n 5 --since 2023-11-14T22:13:20Z", {
            "details": "1", "follow": "1", "timestamps": "1", "tail": "5", "since": "1700000000.000000000",
        }),
    ],
)  # fmt: skip
def test_what_is_asked_for(flags: str, query: dict[str, str]) -> None:
    done = logs(*flags.split(), frames=[b""])
    assert done.requests[1].query == {"stdout": "1", "stderr": "1", **query}


def test_details_and_timestamps_are_shown_where_wanted() -> None:
    frames = [frame(f"2023-11-14T22:13:20Z {context('b=2', 'a%3D=1+2')} a line\n")]
    done = logs("-t", "--details", "--no-task-ids", frames=frames)
    assert done.out == "2023-11-14T22:13:20Z web.1@alpha     | a==1 2,b=2 a line\n"
    assert logs("--details", "--no-task-ids", frames=LINES[:1]).out == "web.1@alpha     |  out\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nothing\n", "invalid context in log message: nothing\n"),
        ("a x\n", "invalid details format"),
        ("=b x\n", "invalid details format"),
        ("a=%zz x\n", 'invalid URL escape "%zz"'),
        ("a=b x\n", "missing node id in details: map[a:b]"),
        ("com.docker.swarm.node.id=n x\n", "missing service id in details: map[]"),
        ("com.docker.swarm.node.id=n,com.docker.swarm.service.id=s,z=1 x\n", "missing task id in details: map[z:1]"),
    ],
)
def test_messages_without_their_task(text: str, told: str) -> None:
    done = logs(frames=[frame(text)])
    assert (done.code, done.out, done.err) == (1, "", told + "\n")


def test_a_task_that_is_gone_ends_the_logs() -> None:
    done = logs(frames=LINES, table={("GET", "/tasks/t10"): refused(404, "task t10 not found")})
    told = "Error response from daemon: task t10 not found\n"
    assert (done.code, done.out, done.err) == (1, "web.1.t1xxxxxxxxxx@alpha     | out\n", told)


def test_logs_that_are_cut_or_in_which_the_engine_fails() -> None:
    done = logs(frames=[LINES[0], LINES[1][:20]])
    assert (done.code, done.out) == (1, "web.1.t1xxxxxxxxxx@alpha     | out\n") and "inside a frame" in done.err
    broke = LINES[0] + frame("it broke\n", 3)
    for flags in ((), ("--raw",)):
        done = logs(*flags, frames=[broke[:-5], broke[-5:]])
        assert (done.code, done.err) == (1, "error from daemon in stream: it broke\n\n")


def test_control_characters_of_names_are_shown_on_a_terminal() -> None:
    table = {("GET", "/nodes/n1"): node("\x1b[2Jalpha")}
    assert "@␛[2Jalpha " in logs(frames=LINES[:1], table=table, tty=True).out
    assert "@\x1b[2Jalpha " in logs(frames=LINES[:1], table=table).out


def test_a_terminals_output_has_no_frames() -> None:
    spec = {**service()["Spec"], "TaskTemplate": {"ContainerSpec": {"Image": "a", "TTY": True}}}
    table = {("GET", "/services/web"): service("web", Spec=spec)}
    done = logs(frames=[], table=table)
    assert (done.code, done.err) == (1, "tty service logs only supported with --raw\n")
    assert logs("--raw", frames=[b"on a tty\r\n"], table=table).out == "on a tty\r\n"


def test_a_task_has_logs_of_its_own() -> None:
    gone = refused(404, "service t not found")
    table = {
        ("GET", "/services/t"): gone,
        ("GET", "/tasks/t"): task(12),
        task_logs("t", details=True, tail="all"): LINES[:1],
        ("GET", "/services/s1"): service("web"),
        ("GET", "/nodes/n1"): node("alpha"),
        ("GET", "/tasks/t1"): task(1),
    }
    assert cli("service", "logs", "--no-task-ids", "t", table=table).out == "web.1@alpha     | out\n"
    nothing = {("GET", "/services/t"): gone, ("GET", "/tasks/t"): refused(404, "task t not found")}
    done = cli("service", "logs", "t", table=nothing)
    assert (done.code, done.err) == (1, "no such task or service: t\n")
    nothing[("GET", "/tasks/t")] = refused(500, "no")
    assert cli("service", "logs", "t", table=nothing).err == "Error response from daemon: no\n"


def test_a_wrong_moment_is_told_after_the_service_was_found() -> None:
    done = cli("service", "logs", "--since", "x-y", "web", table={("GET", "/services/web"): service("web")})
    assert (done.code, done.err[:27]) == (1, 'invalid value for "since": ')
