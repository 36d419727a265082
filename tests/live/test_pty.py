"""Sessions on a terminal: typing, size, detaching, signals; and the terminal as it was before."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.cli import program
from tests.support.engines import EngineProcess
from tests.support.terminal import Terminal

pytestmark = pytest.mark.live


@pytest.fixture
def terminal(pydock: Path, engine: EngineProcess):  # type: ignore[no-untyped-def]
    opened: list[Terminal] = []

    def start(*argv: str) -> Terminal:
        opened.append(Terminal(pydock, *argv, host=engine.host))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def until_the_shell_sees(t: Terminal, size: bytes) -> None:
    """Ask for the size until the new one has arrived."""
    for _ in range(20):
        t.type(b"stty size\r")
        time.sleep(0.2)
        if select.select([t.master], [], [], 1)[0]:
            t.seen += os.read(t.master, 65536)
        if size in t.seen:
            break
    assert size in t.seen


def test_a_shell(terminal, engine: EngineProcess) -> None:  # type: ignore[no-untyped-def]
    """Typing, the size at the start, a new size, the shell's exit code."""
    # Podman tells no exit code of a container that it removes: docker's client gets 0 there too
    t = terminal("run", "-it", *([] if engine.name == "podman" else ["--rm"]), "busybox", "sh")
    t.until(b"# ")
    t.type(b"echo $((40+2)); stty size\r")
    shown = t.until(b"24 80")
    assert b"42" in shown
    t.resize(50, 132)
    os.kill(t.process.pid, signal.SIGWINCH)
    until_the_shell_sees(t, b"50 132")
    t.type(b"exit 5\r")
    assert t.end() == 5


def test_ctrl_c_belongs_to_the_shell(terminal) -> None:  # type: ignore[no-untyped-def]
    t = terminal("run", "-it", "--rm", "busybox", "sh")
    t.until(b"# ")
    t.type(b"sleep 100\r")
    t.until(b"sleep 100")
    time.sleep(0.5)
    t.type(b"\x03")
    t.until(b"# ")
    t.type(b"exit 0\r")
    assert t.end() == 0


def test_detach_and_come_back(terminal, pydock: Path, engine: EngineProcess) -> None:  # type: ignore[no-untyped-def]
    name = f"detach-{os.getpid()}"
    try:
        t = terminal("run", "-it", "--name", name, "busybox", "sh")
        t.until(b"# ")
        t.type(b"X=kept\r")
        t.until(b"# ")
        t.type(b"\x10\x11")
        assert t.end() == 0
        assert program(pydock, "inspect", "-f", "{{.State.Running}}", name, host=engine.host).out == b"true\n"
        program(pydock, "stop", "-t", "0", name, host=engine.host)
        t = terminal("start", "-ai", name)
        t.type(b"echo new$((1+1))\r")
        t.until(b"new2")
        t.type(b"exit 9\r")
        assert t.end() == 9
    finally:
        program(pydock, "rm", "-f", name, host=engine.host)


def test_other_detach_keys(terminal, pydock: Path, engine: EngineProcess) -> None:  # type: ignore[no-untyped-def]
    name = f"keys-{os.getpid()}"
    try:
        t = terminal("run", "-it", "--detach-keys", "ctrl-x,q", "--name", name, "busybox", "cat")
        time.sleep(1)
        t.type(b"hello\r")
        t.until(b"hello")
        t.type(b"\x18q")
        assert t.end() == 0
        assert program(pydock, "inspect", "-f", "{{.State.Running}}", name, host=engine.host).out == b"true\n"
    finally:
        program(pydock, "rm", "-f", name, host=engine.host)


@pytest.fixture
def busy(pydock: Path, engine: EngineProcess):  # type: ignore[no-untyped-def]
    """A shell that waits on its terminal, in the background."""
    name = f"busy-{os.getpid()}"
    done = program(pydock, "run", "-dit", "--name", name, "busybox", "sh", host=engine.host)
    assert done.code == 0, done
    yield name
    program(pydock, "rm", "-f", name, host=engine.host)


def test_a_shell_by_exec(terminal, busy: str) -> None:  # type: ignore[no-untyped-def]
    t = terminal("exec", "-it", "-e", "WORD=given", busy, "sh")
    t.until(b"# ")
    t.type(b"echo $((40+2)) $WORD; stty size\r")
    assert b"42 given" in t.until(b"24 80")
    t.resize(50, 132)
    until_the_shell_sees(t, b"50 132")
    t.type(b"exit 5\r")
    assert t.end() == 5


def test_leave_an_exec_by_the_detach_keys(terminal, busy: str, engine: EngineProcess) -> None:  # type: ignore[no-untyped-def]
    t = terminal("exec", "-it", "--detach-keys", "ctrl-b,x", busy, "cat")
    t.type(b"hello\r")
    t.until(b"hello")
    t.type(b"\x02x")
    assert t.end() == 1
    assert t.seen.endswith(b"read escape sequence\r\n")


def test_attach_leave_and_attach_again(terminal, busy: str, engine: EngineProcess) -> None:  # type: ignore[no-untyped-def]
    t = terminal("attach", busy)
    t.type(b"X=kept\r")
    t.until(b"kept")
    # attach sends another size for a moment, so that the screen is drawn anew; of two sizes at once Podman's conmon takes the first
    if engine.name != "podman":
        until_the_shell_sees(t, b"24 80")
    t.resize(50, 132)
    until_the_shell_sees(t, b"50 132")
    t.type(b"\x10\x11")
    assert t.end() == 1
    assert t.seen.endswith(b"read escape sequence\r\n")
    t = terminal("attach", busy)
    t.type(b"echo $X$((1+1))\r")
    t.until(b"kept2")
    t.type(b"exit 9\r")
    assert t.end() == 9


SCRIPT = "stty size; echo prompt; read x; echo got $x >&2; stty -echo; read y; echo $y; exit 6"


@pytest.mark.parametrize("how", ["run", "exec", "attach", "start"])
def test_the_same_bytes_as_docker(pydock: Path, docker: Path, docker28: EngineProcess, how: str) -> None:
    """What a person sees of one session, byte for byte."""
    shown = []
    for client in (docker, pydock):
        name = f"same-{os.getpid()}"
        container = {"attach": ["run", "-dit"], "exec": ["run", "-d"], "start": ["create", "-it"]}.get(how)
        script = f"read z; {SCRIPT}" if how in ("attach", "start") else SCRIPT
        if container:
            program(
                docker,
                *container,
                "--name",
                name,
                "busybox",
                *(["sleep", "100"] if how == "exec" else ["sh", "-c", script]),
                host=docker28.host,
            )
        argv = {
            "run": ["run", "-it", "--rm", "busybox", "sh", "-c", script],
            "exec": ["exec", "-it", name, "sh", "-c", script],
            "attach": ["attach", name],
            "start": ["start", "-ai", name],
        }[how]
        t = Terminal(client, *argv, host=docker28.host)
        seen = b""
        if container and how != "exec":
            # the size has been told before this is typed
            time.sleep(1)
            t.type(b"go\r")
        seen += t.until(b"prompt\r\n")
        time.sleep(0.3)
        t.type(b"w\x7f\xc3\xa4\r")
        seen += t.until(b"\xa4\r\ngot")
        time.sleep(0.3)
        t.type(b"hidden\r")
        code = t.end()
        shown.append((code, seen, t.seen))
        t.close()
        program(docker, "rm", "-f", name, host=docker28.host)
    assert shown[0] == shown[1]
    assert shown[0][0] == 6


def test_signals_reach_the_container(docker28: EngineProcess, pydock: Path) -> None:
    """Without a terminal SIGTERM is passed on, and the container's own code comes back."""
    process = subprocess.Popen(
        [str(pydock), "run", "--rm", "busybox", "sh", "-c", "trap 'echo got term; exit 9' TERM; echo ready; while :; do sleep 0.1; done"],
        stdout=subprocess.PIPE, env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": docker28.host},
    )  # fmt: skip
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == b"got term\n"
    assert process.wait(20) == 9


def test_a_killed_engine_leaves_the_terminal_sane(pydock: Path, tmp_path: Path) -> None:
    """An engine of its own, killed in the middle of a session."""
    from tests.support import engines

    with engines.running("docker-28", tmp_path / "e") as own:
        t = Terminal(pydock, "run", "-it", "busybox", "sh", host=own.host)
        t.until(b"# ")
        assert own.process is not None
        own.process.kill()
        own.process.wait()
        assert t.end() == 125
        t.close()


def test_a_closed_pipe_ends_quietly(docker28: EngineProcess, pydock: Path) -> None:
    line = f"{pydock} run --rm busybox sh -c 'yes | head -100000' | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line],
        capture_output=True,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": docker28.host},
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines()[0] == b"y" and done.stderr == b""
    assert done.stdout.splitlines()[1] in (b"141", b"0")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_request(docker28: EngineProcess, pydock: Path, number: int, code: int) -> None:
    """While an answer is awaited signals end the client, also where the shell had them ignored."""
    program(pydock, "run", "-d", "--name", "waited-for", "busybox", "sleep", "100", host=docker28.host)
    try:
        process = subprocess.Popen(
            [str(pydock), "wait", "waited-for"], env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": docker28.host},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        )  # fmt: skip
        time.sleep(1.5)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (code, b"", b"")
    finally:
        program(pydock, "rm", "-f", "waited-for", host=docker28.host)


def test_a_container_that_closes_its_output_and_runs_on_is_waited_for(pydock: Path, engine: EngineProcess) -> None:
    """Longer than it takes to call a connection lost: the engine's stream must be still there, or the container's end known."""
    script = "echo out; exec >&- 2>&- <&-; sleep 8; exit 3"
    assert tuple(program(pydock, "run", "--name", "mute", "busybox", "sh", "-c", script, host=engine.host)) == (
        3,
        b"out\n",
        b"",
    )
    try:
        assert tuple(program(pydock, "start", "-a", "mute", host=engine.host)) == (3, b"out\n", b"")
        program(pydock, "start", "mute", host=engine.host)
        assert tuple(program(pydock, "exec", "mute", "sh", "-c", script.replace("8", "5"), host=engine.host)) == (
            3,
            b"out\n",
            b"",
        )
    finally:
        program(pydock, "rm", "-f", "mute", host=engine.host)


def test_an_attach_to_a_container_that_starts_again_is_no_lost_connection(
    pydock: Path, docker: Path, docker28: EngineProcess
) -> None:
    """docker waits there until the container stops for good: so do we."""
    program(
        docker,
        "run",
        "-d",
        "--restart",
        "on-failure:2",
        "--name",
        "again",
        "busybox",
        "sh",
        "-c",
        "sleep 3; echo x; exit 4",
        host=docker28.host,
    )
    try:
        assert program(pydock, "attach", "again", host=docker28.host).code == 4
    finally:
        program(docker, "rm", "-f", "again", host=docker28.host)
