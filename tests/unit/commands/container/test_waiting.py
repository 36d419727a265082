"""How a container ended: asked for in advance, or told by the events of engines that cannot be asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from pydock.api.containers import remove_container
from pydock.commands.container import waiting
from tests.support.cli import FakeDuplex, Messages, cli, refused
from tests.support.samples import ID, container

DIE = {"Type": "container", "Action": "die", "Actor": {"ID": ID, "Attributes": {"exitCode": "4"}}}
OLD_DIE = {"Type": "container", "status": "die", "id": ID, "Actor": {"Attributes": {"exitCode": "4"}}}
DESTROY = {"Type": "container", "Action": "destroy", "Actor": {"ID": ID}}
OTHER = {"Type": "container", "Action": "start", "Actor": {"ID": ID}}


def run_table(*events: Any) -> dict[Any, Any]:
    return {
        ("POST", "/containers/create"): {"Id": ID, "Warnings": None}, ("POST", f"/containers/{ID}/attach"): lambda _: FakeDuplex(),
        ("GET", "/events"): Messages(events), ("POST", f"/containers/{ID}/start"): b"",
    }  # fmt: skip


def logged(text: str) -> str:
    return f'time="1970-01-01T00:00:00Z" level=error msg="{text}"\n'


def test_an_engine_that_cannot_be_asked_tells_by_its_events() -> None:
    for version, events in (("1.29", [OTHER, DIE]), ("1.24", [OLD_DIE])):
        done = cli("run", "busybox", table=run_table(*events), api_version=version)
        assert (done.code, done.err) == (4, "")
        asked = next(r for r in done.requests if r.path == "/events")
        assert asked.query["filters"] == f'{{"container":{{"{ID}":true}},"type":{{"container":true}}}}'
        # the events are listened to before anything can happen
        assert done.requests.index(asked) < len(done.requests) - 1


def test_who_removes_a_container_of_an_older_engine() -> None:
    """From API 1.25 on the engine, and that is waited for; before, whoever ran it."""
    assert cli("run", "--rm", "busybox", table=run_table(DIE, DESTROY), api_version="1.29").code == 4
    table = {**run_table(DIE), ("DELETE", f"/containers/{ID}"): b""}
    done = cli("run", "--rm", "busybox", table=table, api_version="1.24")
    assert (done.code, done.requests[-1]) == (4, remove_container(ID, volumes=True))


@pytest.mark.parametrize("events", [[], [OTHER]])
def test_events_that_end_before_the_container_are_no_exit_code(events: Any) -> None:
    done = cli("run", "busybox", table=run_table(*events), api_version="1.29", clock=lambda: 0)
    assert (done.code, done.err) == (125, logged("error getting events from daemon: EOF"))


def test_an_attach_to_an_older_engine() -> None:
    table = {
        ("GET", "/containers/a/json"): container(),
        ("POST", "/containers/a/attach"): FakeDuplex(),
        ("GET", "/events"): Messages([DIE]),
    }
    assert cli("attach", "a", table=table, api_version="1.29").code == 4


def state(running: bool, started: str) -> dict[str, Any]:
    return container(State={"Running": running, "Paused": False, "Restarting": False, "StartedAt": started})


@pytest.mark.parametrize("look", [state(False, "1"), state(True, "2"), refused(404, "No such container")])
def test_an_end_that_is_known_late_is_waited_for(look: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the container has ended, was started again, or is gone, its exit code is on the way."""
    monkeypatch.setattr(waiting, "BETWEEN", 0.01)
    seen = threading.Event()

    def later(_: Any) -> Iterator[bytes]:
        def blocks() -> Iterator[bytes]:
            assert seen.wait(20)
            yield b'{"StatusCode": 6}'

        return blocks()

    looks = [state(True, "1"), state(True, "1")]

    def details(_: Any) -> Any:
        if looks:
            return looks.pop()
        seen.set()
        return look

    def missing(_: Any) -> Any:
        seen.set()
        return look

    table = {
        ("POST", "/containers/a/wait"): later, ("GET", "/containers/a/json"): details, ("GET", f"/containers/{ID}/json"): missing,
        ("POST", "/containers/a/attach"): FakeDuplex(),
    }  # fmt: skip
    done = cli("attach", "a", table=table)
    assert (done.code, done.err) == (6, "")


def test_the_engines_own_words_of_a_wait_that_failed() -> None:
    wait = {"StatusCode": 0, "Error": {"Message": "gone"}}
    table = {key: answer for key, answer in run_table().items() if key[1] != "/events"}
    done = cli("run", "busybox", table={**table, ("POST", f"/containers/{ID}/wait"): wait}, clock=lambda: 0)
    assert (done.code, done.err) == (125, logged("Error waiting for container: gone"))
