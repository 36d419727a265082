"""`engine start`: a process of its own, known again, in the background; once only; nothing is left where it fails."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from pydock.errors import Failure
from pydock.machine import programs
from tests.support import own_engines
from tests.support.own_engines import User, runs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="engines are started on Linux only")


@pytest.fixture
def me() -> Iterator[User]:
    with own_engines.user() as one:
        yield one


def test_one_is_started_and_has_a_context(me: User) -> None:
    done = me("engine", "start")
    host = f"unix://{me.socket()}"
    said = f'Podman 4.3.1 {{}} at {host} (context "pydock", log {me.state()}/log)\n'
    assert (done.code, done.out, done.err) == (0, "pydock\n", said.format("runs"))
    assert me.said == [f"--root {me.state()}/data --runroot {me.socket().parent}/run system service --time=0 {host}"]
    for folder in (me.state(), me.socket().parent):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert (me.state() / "log").read_text() == "starting\n" and (me.state() / "log").stat().st_mode & 0o777 == 0o600
    told = json.loads(me("context", "inspect", "pydock").out)[0]
    assert told["Endpoints"]["docker"] == {"Host": host, "SkipTLSVerify": False}
    assert me("context", "show").out == "default\n"
    rows = json.loads(me("engine", "ls", "--json=Name,State,Kind").out)
    assert {"Name": "pydock", "State": "reachable", "Kind": "podman"} in rows
    # the second time it is there
    again, pid = me("engine", "start", "--use"), me.pid()
    assert (again.code, again.out) == (0, "pydock\npydock\n")
    assert again.err == said.format("is running already") + 'Current context is now "pydock"\n'
    assert me("context", "show").out == "pydock\n" and len(me.said) == 1 and me.pid() == pid and runs(pid)


def test_names_are_engines(me: User) -> None:
    assert me("engine", "start", "one").out == "one\n" and me("engine", "start", "two", "--with", "podman").code == 0
    assert me.pid("one") != me.pid("two") and {"one", "two"} <= set(me.contexts())
    assert me("__completeNoDesc", "engine", "stop", "").out == "one\ntwo\n:4\n"
    assert me("__completeNoDesc", "engine", "start", "--with", "").out == "docker\npodman\n:4\n"


def test_its_context_is_made_again(me: User) -> None:
    me("engine", "start")
    me("context", "rm", "-f", "pydock")
    assert me("engine", "start").code == 0 and "pydock" in me.contexts()


def test_of_two_at_once_one_starts_it(me: User) -> None:
    from pydock.config.current import Contexts
    from pydock.config.file import load
    from pydock.config.globals import Globals
    from pydock.machine.own import OwnEngines

    found: list[Any] = []

    def start() -> None:
        config = load(str(me.home / ".docker"))[0]
        engines = OwnEngines(Contexts(Globals.make(), me.environ, config), config, me.environ)
        # a lock is one of processes, and of open files
        found.append(engines.start("pydock").already)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False, True, True] and len(me.said) == 1


def test_an_engine_that_was_killed_is_started_again(me: User) -> None:
    me("engine", "start")
    pid = me.pid()
    me.kill()
    done = me("engine", "start")
    assert done.code == 0 and " runs at " in done.err and me.pid() != pid and runs(me.pid())


@pytest.mark.parametrize("boot", ["", "another"])
def test_a_pid_that_is_another_process_now(me: User, boot: str) -> None:
    """After a restart of the machine, or once numbers are used again."""
    me("engine", "start")
    me.kill()
    note = {**me.note(), "pid": os.getpid(), **({"boot": boot} if boot else {})}
    (me.state() / "engine.json").write_text(json.dumps(note))
    assert " runs at " in me("engine", "start").err and me.pid() != os.getpid()


def test_notes_that_nobody_can_read(me: User) -> None:
    me.state().mkdir(parents=True)
    for text in ("", "{", '{"pid": "x"}'):
        (me.state() / "engine.json").write_text(text)
        assert me("engine", "start").code == 0
        assert me("engine", "stop").code == 0


def test_one_that_does_not_start(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log says why; nothing is left but the log."""
    done = me("engine", "start", environ={"MODE": "dies"})
    log = me.state() / "log"
    assert (done.code, done.out) == (1, "")
    assert done.err == f"the engine ended with exit code 1; the end of {log}:\n  starting\n  no cgroups here\n"
    monkeypatch.setattr("pydock.machine.own.START", 0.5)
    deaf = me("engine", "start", environ={"MODE": "deaf"})
    assert deaf.code == 1 and deaf.err.startswith(f"the engine did not answer within 0.5 seconds; the end of {log}:\n")
    assert "no cgroups" not in deaf.err
    assert me.contexts() == ["default"] and not (me.state() / "engine.json").exists() and not me.socket().exists()
    assert not [p for p in os.listdir("/proc") if p.isdigit() and str(me.home).encode() in command_line(p)]


def command_line(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() if int(pid) != os.getpid() else b""
    except OSError:
        return b""


def test_an_interrupt_leaves_nothing(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pydock.machine.own.OwnEngines._wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        me("engine", "start")
    assert not (me.state() / "engine.json").exists() and me.contexts() == ["default"]


def test_what_is_refused_before_anything_starts(me: User) -> None:
    me("context", "create", "taken", "--docker", "host=tcp://far:1")
    for argv, environ, said in (
        (("taken",), {}, 'context "taken" exists, and is not that of an engine started here: choose another name'),
        (("default",), {}, '"default" is a reserved context name'),
        (("../x",), {}, 'context name "../x" is invalid'),
        (("--with", "docker"), {}, f"there is no program {'dockerd, ip' if os.geteuid() == 0 else 'dockerd-rootless.sh'}"),
        ((), {"PATH": "/nonexistent"}, "no engine is installed that"),
        (("x" * 100,), {}, "the path of a socket must be shorter: set XDG_RUNTIME_DIR"),
    ):  # fmt: skip
        done = me("engine", "start", *argv, environ=environ)
        assert done.code == 1 and said in done.err, done
    assert me("engine", "start", "--with", "x").code == 125
    assert me.said == []


def test_folders_of_others_are_not_used(me: User) -> None:
    me.socket().parent.parent.mkdir()
    me.socket().parent.symlink_to(me.home)
    done = me("engine", "start")
    assert (done.code, done.err) == (1, f"{me.socket().parent} is not a folder of this user\n") and me.said == []


# ---- as root: dockerd ------------------------------------------------------------------------------------


def test_the_command_line_of_dockerd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is another engine's; the firewall is left alone where another one runs."""
    folders = programs.Folders("/state", "/runtime")
    for others, more in (([], ()), ([7], ("--iptables=false", "--ip6tables=false"))):
        monkeypatch.setattr(programs, "others", lambda others=others: others)
        launch = programs.docker("mine", folders, "/usr/sbin/dockerd", {})
        bridge = programs.bridge_name("mine")
        assert launch.command == (
            "/usr/sbin/dockerd", "--host", "unix:///runtime/docker.sock", "--data-root", "/state/data", "--exec-root", "/runtime/exec",
            "--pidfile", "/runtime/pid", "--containerd-namespace", "pydock-mine", "--containerd-plugins-namespace", "pydock-mine-plugins",
            "--bridge", bridge, *more,
        )  # fmt: skip
        assert launch.bridge == bridge and len(bridge) <= 15 and launch.outward == (not more)


def test_no_engine_listens_on_anything_but_a_socket() -> None:
    folders = programs.Folders("/state", "/runtime")
    lines = [
        programs.docker("a", folders, "dockerd", {}).command,
        programs.rootless(folders, "dockerd-rootless.sh", {}).command,
        programs.podman_command("podman", folders),
    ]
    for line in lines:
        assert [word for word in line if "://" in word] == ["unix:///runtime/docker.sock"]


def test_a_user_runs_dockerd_without_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all that it takes is there; otherwise Podman."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    folders = programs.Folders("/state", "/runtime")
    with own_engines.user() as me:
        for program in programs.AS_USER:
            assert programs.choose("a", folders, me.environ, "").kind == "podman"
            with pytest.raises(Failure, match=f"there is no program .*{program}"):
                programs.choose("a", folders, me.environ, "docker")
            (me.bin / program).write_text("")
            (me.bin / program).chmod(0o755)
        launch = programs.choose("a", folders, me.environ, "")
        assert programs.choose("a", folders, me.environ, "podman").kind == "podman"
    assert launch.kind == "rootless" and launch.environ["XDG_RUNTIME_DIR"] == "/runtime" and not launch.bridge


def test_a_bridge_has_a_network_that_nothing_else_has() -> None:
    assert str(programs.free_network([])) == "192.168.200.0/24"
    taken = [IPv4Network("192.168.200.0/23"), IPv4Network("10.0.0.0/8")]
    assert str(programs.free_network(taken)) == "192.168.202.0/24"
    with pytest.raises(Failure, match="no free network"):
        programs.free_network([IPv4Network("192.168.0.0/16")])
    assert all(isinstance(network, IPv4Network) for network in programs.routes())
