"""`engine stop`: ends the one process that was started, and nothing else; data stay unless they are to go."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pydock.machine.process import members, until
from tests.support import own_engines
from tests.support.own_engines import User, runs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="engines are started on Linux only")


@pytest.fixture
def me() -> Iterator[User]:
    with own_engines.user() as one:
        yield one


def test_it_ends_and_its_context_goes(me: User) -> None:
    me("engine", "start", "--use")
    pid = me.pid()
    (me.state() / "data" / "kept").write_text("")
    done = me("engine", "stop")
    assert (done.code, done.out, done.err) == (0, "pydock\n", "")
    assert not runs(pid) and not me.socket().exists()
    assert me.contexts() == ["default"] and me("context", "show").out == "default\n"
    assert (me.state() / "data" / "kept").exists()
    # Podman's service does not end containers
    assert me.said[1:] == [f"--root {me.state()}/data --runroot {me.socket().parent}/run stop --all"]
    again = me("engine", "stop")
    assert (again.code, again.out, again.err) == (0, "pydock\n", 'Engine "pydock" was not running\n')
    assert me("engine", "start").code == 0


def test_a_child_that_goes_on_ends_too(me: User) -> None:
    me("engine", "start", environ={"MODE": "forks"})
    session = me.pid()
    both = members(session)
    assert len(both) == 2
    done = me("engine", "stop")
    assert (done.code, done.out) == (0, "pydock\n") and not any(map(runs, both)) and not members(session)


def test_what_was_not_started_here(me: User) -> None:
    done = me("engine", "stop", "web")
    assert (done.code, done.out, done.err) == (1, "", 'there is no engine "web" that was started here\n')
    assert me("engine", "stop", "../..").code == 1


def test_another_process_of_that_number_goes_on(me: User) -> None:
    me("engine", "start")
    me.kill()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (me.state() / "engine.json").write_text(json.dumps({**me.note(), "pid": other.pid}))
        assert me("engine", "stop").err == 'Engine "pydock" was not running\n'
        assert other.poll() is None
        other.kill()


def test_a_context_that_now_leads_elsewhere_stays(me: User) -> None:
    me("engine", "start")
    me("context", "update", "pydock", "--docker", "host=tcp://far:1")
    assert me("engine", "stop").code == 0 and "pydock" in me.contexts()


def test_one_that_does_not_end(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is told that was not seen, and the engine keeps its context."""
    me("engine", "start")
    monkeypatch.setattr("pydock.machine.own.STOP", 0.3)
    monkeypatch.setattr("signal.pidfd_send_signal", lambda *_: None)
    done = me("engine", "stop")
    assert done.code == 1 and done.err.startswith(f"process {me.pid()} has not ended within 0.3 seconds")
    assert "pydock" in me.contexts() and runs(me.pid())


def test_what_an_engine_that_was_killed_has_left(me: User) -> None:
    """Its containers: only an engine ends them in order."""
    me("engine", "start")
    me.kill()
    with subprocess.Popen(
        [sys.executable, "-c", "input()", f"{me.socket().parent}/exec"], stdin=subprocess.PIPE
    ) as left:
        # a program that has just begun has no command line yet
        assert until(lambda: b"/exec" in Path(f"/proc/{left.pid}/cmdline").read_bytes(), 10)
        done = me("engine", "stop", "--purge", "--yes")
        assert (done.code, done.out) == (1, "") and me.state().exists()
        assert done.err.startswith('engine "pydock" was killed, and processes of its containers go on: start it again')
        assert done.err.endswith(f"or end them: kill {left.pid}\n")
        left.kill()
    assert me("engine", "stop").code == 0


def test_all_that_it_has_goes_with_consent(me: User) -> None:
    me("engine", "start")
    pid = me.pid()
    done = me("engine", "stop", "--purge")
    assert done.code == 1 and "--yes does it without asking" in done.err and runs(pid)
    done = me("engine", "stop", "--purge", "--yes")
    assert (done.code, done.out) == (0, "pydock\n")
    assert not me.state().exists() and not me.socket().parent.exists() and not runs(pid)
    assert me("engine", "stop", "--purge", "--yes").err == 'there is no engine "pydock" that was started here\n'


def test_the_question_shows_what_will_go(me: User) -> None:
    me("engine", "start")
    if not hasattr(os, "openpty"):
        pytest.skip("no terminal")
    done = me("engine", "stop", "--purge", tty=True, stdin=b"n\n")
    assert done.code == 1 and runs(me.pid())
