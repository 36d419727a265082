"""What an inspected container says: judged without an engine."""

from __future__ import annotations

from typing import Any

import pytest

from pydock.api.containers import CONDITION
from pydock.commands.container.seen import Seen, addresses, judge, lacks, run_began, seen
from pydock.flags.conditions import Condition, condition
from pydock.shape import problem
from tests.support.samples import ID, container

CHECK = {"Tty": False, "OpenStdin": False, "Healthcheck": {"Test": ["CMD", "true"]}}


def state(status: str = "running", health: str = "", code: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "Running": status in ("running", "paused", "restarting"), "Paused": status == "paused", "Restarting": status == "restarting",
        "Status": status, "ExitCode": code, **({"Health": {"Status": health}} if health else {}), **more,
    }  # fmt: skip


def of(status: str = "running", health: str = "", code: int = 0, **more: Any) -> Seen:
    inspected = container(**{"State": state(status, health, code), **more})
    assert problem(inspected, CONDITION) == ""
    return seen(inspected)


@pytest.mark.parametrize(("wanted", "now", "ended", "says"), [
    ("running", of(), False, "met"), ("running", of("created"), False, "it has not been started"), ("running", of("paused"), False, "it is paused"),
    ("running", of("exited", code=3), False, "it has exited with code 3"), ("running", of("exited", code=3), True, "failed: it has exited with code 3"),
    ("running", of("restarting", code=3), True, "it is restarting"), ("running", of("dead"), True, "failed: it has exited with code 0"),
    ("exited", of("exited"), False, "met"), ("exited", of("dead"), False, "met"), ("exited", of("created"), False, "it has not been started"),
    ("exited", of("restarting"), True, "it is restarting"), ("removed", of("exited"), True, "it has exited with code 0"),
    ("healthy", of(health="healthy"), False, "met"), ("healthy", of(health="starting"), False, 'its health is "starting"'),
    ("healthy", of(health="unhealthy"), False, 'failed: its health is "unhealthy"'), ("healthy", of(), False, "failed: it has no health check"),
    ("healthy", of(health="none"), False, "failed: it has no health check"), ("healthy", of("created"), False, "failed: it has no health check"),
    ("healthy", of("created", Config=CHECK), False, "it has not been started"),
    ("healthy", of(Config={**CHECK, "Healthcheck": {"Test": ["NONE"]}}), False, "failed: it has no health check"),
    # what is left of the last run
    ("healthy", of("exited", "healthy", 1), False, "failed: it has exited with code 1"),
    ("healthy", of("restarting", "healthy", 1), False, "it is restarting"), ("healthy", of("paused", "healthy"), False, "it is paused"),
    ("port=80", of(), False, "it is running"), ("port=80", of("exited", code=1), False, "failed: it has exited with code 1"),
    ("log=x", of("exited", code=1), False, "it has exited with code 1"),
])  # fmt: skip
def test_the_state_is_judged(wanted: str, now: Seen, ended: bool, says: str) -> None:
    verdict = judge(condition(wanted), now, ended)
    assert ("met" if verdict.met else "failed: " * verdict.failed + verdict.why) == says


def test_what_the_last_check_said_is_told() -> None:
    log = [{"ExitCode": 0, "Output": "fine"}, {"ExitCode": 7, "Output": "no\nsuch  host\n"}]
    now = of(State=state(Health={"Status": "unhealthy", "Log": log}))
    assert (
        judge(Condition("healthy"), now, False).why
        == 'its health is "unhealthy"; the last check exited with 7: no such host'
    )


def test_what_engines_leave_out_is_made_up_for() -> None:
    """Engines before API 1.21 tell no status; a name may be missing."""
    old = container(State={"Running": False, "Paused": False, "Restarting": False}, Name=None)
    assert (seen(old).status, seen(old).name) == ("exited", ID[:12])
    assert seen(container()).status == "running"


def run(status: str, started: str, finished: str) -> Seen:
    """Its times, in seconds of a minute."""
    times = {
        "StartedAt": f"2023-11-14T22:13:{started}Z",
        "FinishedAt": f"2023-11-14T22:13:{finished}Z" if finished else "0001-01-01T00:00:00Z",
    }
    return of(State=state(status, **times))


@pytest.mark.parametrize(("now", "before", "since"), [
    (run("running", "20.5", ""), None, ""), (of(), None, ""), (of(State=state(StartedAt="x", FinishedAt="y")), None, ""),
    (run("running", "22", "20"), None, "1700000001.000000000"),
    # it is over: when the run before has ended, only an earlier look knows
    (run("exited", "20", "22"), None, "1699999999.900000095"), (run("exited", "20", "19.999"), None, "1699999999.900000095"),
    (run("exited", "20", "19.999"), of("created"), ""), (run("exited", "24", "25"), run("exited", "20", "22"), "1700000003.000000000"),
    (run("exited", "24", "25"), run("running", "24", "22"), "1700000003.900000095"),
])  # fmt: skip
def test_a_run_begins_between_the_last_one_and_its_start(now: Seen, before: Seen | None, since: str) -> None:
    assert run_began(now, before) == since


def ports(*bindings: tuple[str, str]) -> dict[str, Any]:
    return {"Ports": {"80/tcp": [{"HostIp": host, "HostPort": port} for host, port in bindings]}}


NETWORKS = {"IPAddress": "", "Networks": {"a": {"IPAddress": "172.18.0.2", "GlobalIPv6Address": ""}, "b": None}}


@pytest.mark.parametrize(("network", "machine", "tried"), [
    (ports(("0.0.0.0", "8080"), ("::", "8080")), "", "127.0.0.1:8080 [::1]:8080"), (ports(("", "8080")), "box", "box:8080"),
    (ports(("127.0.0.1", "8080")), "", "127.0.0.1:8080"), (ports(("10.0.0.5", "8080")), "box", "10.0.0.5:8080"),
    (ports(("127.0.0.1", "8080")), "box", "it is published on addresses that only the engine's own machine has"),
    (NETWORKS, "", "172.18.0.2:80"), (NETWORKS, "127.0.0.1", "172.18.0.2:80"),
    (NETWORKS, "box", "it is not published, and only the engine's own machine can reach what is not"),
    ({}, "", "it is not published, and the container has no address"), (ports(), "", "it is not published, and the container has no address"),
])  # fmt: skip
def test_where_a_port_is_tried(network: dict[str, Any], machine: str, tried: str) -> None:
    try:
        found = " ".join(map(str, addresses(of(NetworkSettings=network), 80, machine)))
    except ValueError as error:
        found = str(error)
    assert found == tried


@pytest.mark.parametrize(("machine", "tried"), [("", "127.0.0.1:80"), ("box", "box:80")])
def test_a_port_of_the_engines_own_network(machine: str, tried: str) -> None:
    assert str(addresses(of(HostConfig={"NetworkMode": "host"}), 80, machine)[0]) == tried


def test_what_is_said_of_what_is_missing() -> None:
    assert lacks("web", condition("log=a{1}"), "x") == "web has no line in its log that matches 'a{1}': x"
    assert lacks("web", condition("port=80"), "x") == "web accepts no connection on port 80: x"
