"""Waiting for conditions: an engine that tells one thing after another."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pydock.commands.container import ready
from pydock.engine import knock
from pydock.errors import BrokenStream
from tests.support.cli import FakeDuplex, Optional, Result, cli, refused
from tests.support.listening import each_connection
from tests.support.samples import ID, container
from tests.unit.commands.container.test_seen import CHECK, NETWORKS, ports, state

GONE = refused(404, "No such container: web")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "FIRST", 0.01)
    monkeypatch.setattr(knock, "STAY", 0.05)


@pytest.fixture
def silence() -> Iterator[threading.Event]:
    """What streams that say no more wait for."""
    event = threading.Event()
    yield event
    event.set()


def event(action: str, code: str = "", identifier: str = ID, at: int = 0) -> dict[str, Any]:
    attributes = {"exitCode": code} if code else {}
    return {
        "Type": "container",
        "Action": action,
        "timeNano": at,
        "Actor": {"ID": identifier, "Attributes": attributes},
    }


def framed(*lines: str, kind: int = 1) -> bytes:
    return b"".join(bytes([kind, 0, 0, 0]) + len(text).to_bytes(4, "big") + text.encode() for text in lines)


class World:
    """An engine with one container. looks: what it is, look by look; the last counts from then on. streams: what each
    stream of events tells; the last goes on in silence. logs: what each reading of the log gives."""

    def __init__(
        self, silence: threading.Event, looks: list[Any], *streams: list[Any], logs: list[Any] | None = None
    ) -> None:
        self.silence, self.looks, self.streams, self.logs = (
            silence,
            list(looks),
            list(streams or ([],)),
            list(logs or []),
        )
        self.since = list[str]()

    def inspect(self, _: Any) -> Any:
        look = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        return look if isinstance(look, Exception) else container(**(look if "State" in look else {"State": look}))

    def events(self, asked: Any) -> Iterator[bytes | Exception]:
        self.since.append(asked.query.get("since", ""))
        return self.stream(self.streams.pop(0))

    def stream(self, told: list[Any]) -> Iterator[bytes | Exception]:
        for one in told:
            yield one if isinstance(one, Exception) else json.dumps(one).encode() + b"\n"
        if not self.streams:
            self.silence.wait(30)

    def log(self, asked: Any) -> Any:
        """Of the whole, or its last line for a message."""
        if asked.query.get("tail") == "1":
            return framed("first\n", "boom\n", kind=2)
        reading = self.logs.pop(0) if len(self.logs) > 1 else self.logs[0]
        return reading() if callable(reading) else reading

    def waits(self, *argv: str, **more: Any) -> Result:
        table = {
            ("GET", "/containers/web/json"): Optional(self.inspect), ("GET", f"/containers/{ID}/json"): Optional(self.inspect),
            ("GET", "/events"): self.events, ("GET", f"/containers/{ID}/logs"): Optional(self.log), **more.pop("table", {}),
        }  # fmt: skip
        return cli(*(argv if argv[0] in ("run", "start") else ("wait", *argv, "web")), table=table, **more)


UP, EXITED, CREATED = state(), state("exited", code=3), state("created")
LAST = "; its last line of output: boom"
BEGUN = state(StartedAt="2023-11-14T22:13:20Z")
OVER = state("exited", code=3, StartedAt="2023-11-14T22:13:20Z")


@pytest.mark.parametrize(("argv", "looks", "events", "expected"), [
    # at once
    (["--for", "running"], [UP], [], (0, "web\n", "")), (["--for", "exited"], [EXITED], [], (0, "3\n", "")),
    (["--for", "healthy"], [state(health="healthy")], [], (0, "web\n", "")), (["--timeout", "1m"], [EXITED], [], (0, "3\n", "")),
    # by an event
    (["--for", "running"], [CREATED, UP], [event("create"), event("start")], (0, "web\n", "")),
    (["--for", "healthy"], [state(health="starting"), state(health="healthy")], [event("exec_create: x"), event("health_status: healthy")], (0, "web\n", "")),
    (["--for", "exited"], [UP, EXITED], [event("die", "9", "other"), event("die", "3")], (0, "3\n", "")),
    # it runs again by now; a second end does not count
    (["--for", "exited"], [UP, UP], [event("die", "7")], (0, "7\n", "")),
    (["--for", "exited", "--for", "removed"], [UP, GONE], [event("die", "7"), event("die", "8"), event("destroy")], (0, "7\n", "")),
    (["--for", "removed"], [UP, GONE], [event("die", "7"), event("remove")], (0, "web\n", "")),
    (["--for", "running", "--for", "exited"], [CREATED, UP, EXITED], [event("start"), event("die", "3")], (0, "3\n", "")),
    # what can no longer come true
    (["--for", "healthy"], [UP], [], (1, "", "web is not healthy: it has no health check\n")),
    (["--for", "healthy"], [state(health="starting"), EXITED | {"Health": {"Status": "unhealthy"}}], [event("die", "3")],
     (1, "", f"web is not healthy: it has exited with code 3{LAST}\n")),
    (["--for", "healthy"], [state(health="starting"), state(health="unhealthy")], [event("health_status: unhealthy")],
     (1, "", 'web is not healthy: its health is "unhealthy"\n')),
    (["--for", "running"], [CREATED, EXITED], [event("start"), event("die", "3")], (1, "", f"web is not running: it has exited with code 3{LAST}\n")),
    (["--for", "running"], [CREATED, GONE], [event("die", "3"), event("destroy")], (1, "", "web is not running: it has exited with code 3 and was removed\n")),
    (["--for", "exited"], [CREATED, GONE], [event("destroy")], (1, "", "web has not exited: it was removed\n")),
    (["--for", "running"], [GONE], [], (1, "", "Error response from daemon: No such container: web\n")),
    # the time is up
    (["--for", "exited", "--for", "running", "--timeout", "0s"], [CREATED], [],
     (124, "", "timed out after 0s:\nweb has not exited: it has not been started\nweb is not running: it has not been started\n")),
    (["--for", "removed", "--timeout", "20ms"], [UP], [], (124, "", "timed out after 20ms:\nweb is not removed: it is running\n")),
])  # fmt: skip
def test_what_is_waited_for(
    silence: threading.Event, argv: list[str], looks: list[Any], events: list[Any], expected: tuple[int, str, str]
) -> None:
    done = World(silence, looks, events).waits(*argv)
    assert (done.code, done.out, done.err) == expected
    # the events are listened to before the first look
    assert done.requests[0].path == "/events"


def test_a_container_that_restarts_may_still_become_healthy(silence: threading.Event) -> None:
    looks = [
        state(health="starting"),
        state("restarting", code=3, Health={"Status": "unhealthy"}),
        state("stopped", "unhealthy"),
        state(health="healthy"),
    ]
    done = World(silence, looks, [event("die", "3"), event("die", "3"), event("start")]).waits("--for", "healthy")
    assert (done.code, done.out, done.err) == (0, "web\n", "")


def test_names_come_as_they_are_ready_and_codes_in_their_order(silence: threading.Event) -> None:
    other = "e" * 64
    seen = {ID: [UP, state("exited", code=1)], other: [UP, state("exited", code=2)]}
    world = World(silence, [], [event("die", "2", other), event("die", "1", ID)])

    def inspect(identifier: str) -> Callable[[Any], Any]:
        return lambda _: container(
            Id=identifier, State=seen[identifier].pop(0) if len(seen[identifier]) > 1 else seen[identifier][0]
        )

    for argv, out in ((("--for", "exited"), "1\n2\n"), (("--for", "log=x"), "b\na\n")):
        table = {
            ("GET", "/events"): world.events, ("GET", "/containers/a/json"): inspect(ID), ("GET", "/containers/b/json"): inspect(other),
            ("GET", f"/containers/{ID}/json"): Optional(inspect(ID)), ("GET", f"/containers/{other}/json"): Optional(inspect(other)),
            ("GET", f"/containers/{ID}/logs"): Optional(lambda _: later(silence, 0.3)), ("GET", f"/containers/{other}/logs"): Optional(framed("x\n")),
        }  # fmt: skip
        seen = {ID: [{**UP, "StartedAt": "1"}], other: [{**UP, "StartedAt": "1"}]} if argv[1] == "log=x" else seen
        world.streams = world.streams or [[]]
        done = cli("wait", *argv, "a", "b", table=table)
        assert (done.code, done.out, done.err) == (0, out, "")


def later(silence: threading.Event, seconds: float) -> Iterator[bytes]:
    silence.wait(seconds)
    yield framed("x\n")


def test_every_name_that_there_is_not_is_told(silence: threading.Event) -> None:
    table = {
        ("GET", "/events"): World(silence, []).events,
        **{("GET", f"/containers/{n}/json"): refused(404, f"No such container: {n}") for n in "ab"},
    }
    done = cli("wait", "--for", "exited", "a", "b", table=table)
    assert (done.code, done.err.splitlines()) == (
        1,
        [f"Error response from daemon: No such container: {n}" for n in "ab"],
    )


# -- the stream of events ends --------------------------------------------------------------------------


def test_events_are_subscribed_to_again(silence: threading.Event) -> None:
    """From the last event on; and everything is looked at, as the engine may have forgotten some."""
    world = World(silence, [CREATED, UP], [event("pause", at=1_700_000_000_000_000_001)], [])
    done = world.waits("--for", "running")
    assert (done.code, done.out, done.err) == (0, "web\n", "")
    assert world.since == ["", "1700000000.000000002"]
    cut = World(silence, [CREATED, CREATED, UP], [BrokenStream("unexpected EOF")], [event("start")])
    assert (cut.waits("--for", "running").code, cut.since) == (0, ["", ""])


def test_events_that_are_lost_are_told(silence: threading.Event) -> None:
    world = World(silence, [CREATED], *[[] for _ in range(5)])
    done = world.waits("--for", "running")
    assert (done.code, done.out, done.err) == (1, "", "lost the events of the engine: the stream has ended\n")
    cut = World(silence, [CREATED], *[[BrokenStream("unexpected EOF")] for _ in range(5)])
    assert cut.waits("--for", "running").err == "lost the events of the engine: unexpected EOF\n"


def test_what_was_removed_while_nobody_told_is_removed(silence: threading.Event) -> None:
    for wanted, code in (("removed", 0), ("exited", 1)):
        assert World(silence, [UP, GONE], [], []).waits("--for", wanted).code == code


def test_an_answer_that_is_none_is_told(silence: threading.Event) -> None:
    done = World(silence, [UP], [{"Type": "container", "Action": 5}]).waits("--for", "exited")
    assert done.code == 1 and "Action" in done.err
    done = World(silence, [UP | {"Health": []}]).waits("--for", "exited")
    assert done.code == 1 and "State.Health" in done.err


# -- logs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("looks", "events", "logs", "expected"), [
    ([BEGUN], [], [framed("a\n", "rea", "dy 1\n")], (0, "web\n", "")), ([BEGUN], [], [framed("ready", kind=2)], (0, "web\n", "")),
    # it is what the log says that counts, be the container over or not
    ([OVER], [], [framed("ready\n")], (0, "web\n", "")),
    ([OVER], [], [framed("no\n")], (1, "", f"web has no line in its log that matches '^ready': it has exited with code 3{LAST}\n")),
    # the log ends before its container does: it is read again once that is known
    ([BEGUN, OVER], [event("die", "3")], [framed("no\n"), framed("no\n", "ready\n")], (0, "web\n", "")),
    ([CREATED, BEGUN], [event("start")], [framed("ready\n")], (0, "web\n", "")),
    ([BEGUN], [], [refused(501, "configured logging driver does not support reading")],
     (1, "", "web has no line in its log that matches '^ready': Error response from daemon: configured logging driver does not support reading\n")),
    ([BEGUN], [], [BrokenStream("unexpected EOF"), framed("ready\n")], (0, "web\n", "")),
    ([BEGUN], [], [BrokenStream("unexpected EOF")], (1, "", "web has no line in its log that matches '^ready': unexpected EOF\n")),
    ([{"State": BEGUN, "Config": {"Tty": True, "OpenStdin": False}}], [], [b"x\r\nready\r\n"], (0, "web\n", "")),
])  # fmt: skip
def test_a_line_of_the_log(
    silence: threading.Event, looks: list[Any], events: list[Any], logs: list[Any], expected: tuple[int, str, str]
) -> None:
    done = World(silence, looks, events, logs=logs).waits("--for", "log=^ready", "--timeout", "20s")
    assert (done.code, done.out, done.err) == expected


def test_each_run_has_its_own_log(silence: threading.Event) -> None:
    second = state(StartedAt="2023-11-14T22:13:22Z", FinishedAt="2023-11-14T22:13:20Z")
    world = World(silence, [BEGUN, second], [event("start")], logs=[lambda: later_line(silence), framed("ready\n")])
    done = world.waits("--for", "log=^ready")
    assert done.code == 0
    asked = [r.query for r in done.requests if r.path.endswith("/logs")]
    assert asked[-1] == {"stdout": "1", "stderr": "1", "follow": "1", "since": "1700000001.000000000"}


def later_line(silence: threading.Event) -> Iterator[bytes]:
    silence.wait(30)
    yield b""


# -- ports -----------------------------------------------------------------------------------------


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def here(port: int) -> dict[str, Any]:
    return {"State": UP | {"StartedAt": "1"}, "NetworkSettings": ports(("0.0.0.0", str(port)))}


def test_a_port_that_accepts_a_connection(silence: threading.Event, listener: socket.socket) -> None:
    done = World(silence, [here(listener.getsockname()[1])]).waits("--for", "port=80")
    assert (done.code, done.out, done.err) == (0, "web\n", "")


def test_a_proxy_that_hangs_up_is_no_server(silence: threading.Event, listener: socket.socket) -> None:
    """The engine's proxy accepts before the container does."""
    tries = list[int]()

    def serve(connection: socket.socket) -> None:
        tries.append(1)
        if len(tries) < 3:
            connection.close()
        else:
            with connection:
                silence.wait(5)

    each_connection(listener, serve)
    done = World(silence, [here(listener.getsockname()[1])]).waits("--for", "port=80", "--timeout", "20s")
    assert (done.code, len(tries)) == (0, 3)


def test_a_port_that_nobody_listens_on(silence: threading.Event, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()
    done = World(silence, [here(port)]).waits("--for", "port=80", "--timeout", "300ms")
    assert done.code == 124
    assert (
        done.err
        == f"timed out after 300ms:\nweb accepts no connection on port 80: 127.0.0.1:{port}: connection refused\n"
    )


def test_a_port_that_cannot_be_seen_from_here(silence: threading.Event) -> None:
    nowhere = {"State": UP | {"StartedAt": "1"}}
    done = World(silence, [nowhere]).waits("--for", "port=80")
    assert (done.code, done.err) == (
        1,
        "web accepts no connection on port 80: it is not published, and the container has no address\n",
    )


def test_the_network_of_another_container(silence: threading.Event) -> None:
    shared = {"State": UP | {"StartedAt": "1"}, "HostConfig": {"NetworkMode": "container:db"}}
    table = {("GET", "/containers/db/json"): container(HostConfig={"NetworkMode": "host"}, NetworkSettings=NETWORKS)}
    done = World(silence, [shared]).waits("--for", "port=1", "--timeout", "200ms", table=table)
    assert (done.code, done.err.splitlines()[1]) == (
        124,
        "web accepts no connection on port 1: 127.0.0.1:1: connection refused",
    )


# -- run and start ---------------------------------------------------------------------------------

RUN = {
    ("POST", "/containers/create"): {"Id": ID, "Warnings": []},
    ("POST", f"/containers/{ID}/wait"): {"StatusCode": 3},
    ("POST", f"/containers/{ID}/start"): b"",
}
HEALTHY = {"State": state(health="healthy"), "Config": CHECK}


@pytest.mark.parametrize(("flags", "looks", "events", "code", "err"), [
    (["--wait"], [UP], [], 0, ""), (["--wait"], [HEALTHY], [], 0, ""),
    (["--wait"], [{"State": state(health="starting"), "Config": CHECK}, HEALTHY], [event("health_status: healthy")], 0, ""),
    (["--wait", "--timeout", "0s"], [{"State": state(health="starting"), "Config": CHECK}], [], 124,
     'timed out after 0s:\nweb is not healthy: its health is "starting"\nThe container is left as it is.\n'),
    (["--for", "exited"], [UP, EXITED], [event("die", "3")], 0, ""),
    (["--wait"], [EXITED], [event("start"), event("die", "3")], 1, f"web is not running: it has exited with code 3{LAST}\nThe container is left as it is.\n"),
    (["--wait", "--rm"], [GONE], [], 1, "the container has exited with code 3 and was removed\n"),
    (["--wait", "--rm"], [CREATED, GONE], [event("die", "3"), event("destroy")], 1, "web is not running: it has exited with code 3 and was removed\n"),
])  # fmt: skip
def test_run_waits(
    silence: threading.Event, flags: list[str], looks: list[Any], events: list[Any], code: int, err: str
) -> None:
    done = World(silence, looks, events).waits("run", "-d", *flags, "busybox", table=RUN)
    assert (done.code, done.out, done.err) == (code, ID + "\n", err)
    assert [r.path.rpartition("/")[2] for r in done.requests][:4] == ["create", "wait", "events", "start"]


@pytest.mark.parametrize(("argv", "err"), [
    ("run --wait busybox", "--wait and --for cannot be used while attached: add --detach"),
    ("run --for exited busybox", "--wait and --for cannot be used while attached: add --detach"),
    ("run -d --timeout 1s busybox", "--timeout needs --wait or --for"), ("start --timeout 1s web", "--timeout needs --wait or --for"),
    ("start -a --wait web", "--wait and --for cannot be used while attached: leave out --attach and --interactive"),
    ("wait --timeout -1s web", 'invalid argument "-1s" for "--timeout" flag: it must not be negative'),
    ("wait --timeout 1 web", 'invalid argument "1" for "--timeout" flag: time: missing unit in duration "1"'),
])  # fmt: skip
def test_flags_that_do_not_go_together(argv: str, err: str) -> None:
    done = cli(*argv.split())
    assert (done.code, done.err.splitlines()[0]) == (125, err)
    assert done.requests == []


def test_start_waits(silence: threading.Event) -> None:
    start = {("POST", "/containers/web/start"): b""}
    done = World(silence, [CREATED, UP], [event("start")]).waits("start", "--wait", "web", table=start)
    assert (done.code, done.out, done.err) == (0, "web\n", "")
    assert [r.path.rpartition("/")[2] for r in done.requests][:3] == ["events", "start", "json"]
    refusal = {("POST", "/containers/web/start"): refused(500, "no")}
    done = World(silence, [UP]).waits("start", "--wait", "web", table=refusal)
    assert (done.code, done.err.splitlines()[-1]) == (1, "Error: failed to start containers: web")


def test_a_session_that_ends_does_not_wait_for_what_goes_on(silence: threading.Event, tmp_path: Path) -> None:
    """Attached, nothing is different."""
    table = RUN | {("POST", f"/containers/{ID}/attach"): lambda _: FakeDuplex()}
    assert [r.path.rpartition("/")[2] for r in cli("run", "busybox", table=table).requests] == [
        "create",
        "attach",
        "wait",
        "start",
    ]
