"""This process's edge and its streams when something goes wrong: signals, closed and full streams, connections that are cut."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydock.app import App
from pydock.cli.index import COMMANDS, GROUPS
from pydock.main import run
from pydock.streams.output import Output
from tests.support.samples import info
from tests.support.terminal import Terminal
from tests.unit.test_engine_faults import answer, peer

PYDOCK = Path(sys.executable).with_name("pydock")


def environ(host: str, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": host, **more}


def until(holds: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


# ---- signals ------------------------------------------------------------------------------------------

HALF = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\nContent-Length: 100000\r\n\r\n" + b"x" * 1000


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_a_signal_leaves_no_half_file(tmp_path: Path, number: signal.Signals) -> None:
    place = tmp_path / "out"
    place.mkdir()
    with peer(tmp_path, lambda _: HALF) as there:
        process = subprocess.Popen(
            [PYDOCK, "export", "-o", place / "all.tar", "x"],
            env=environ(there.engine.endpoint.host),
            stderr=subprocess.PIPE,
        )
        until(lambda: [f for f in place.iterdir() if f.stat().st_size])
        process.send_signal(number)
        assert process.communicate(timeout=20)[1] == b""
    assert process.returncode == 128 + number
    assert not list(place.iterdir())


def test_a_hangup_is_ignored_where_nohup_says_so(tmp_path: Path) -> None:
    with peer(tmp_path, lambda _: HALF) as there:
        argv = ["nohup", str(PYDOCK), "export", "-o", str(tmp_path / "all.tar"), "x"]
        process = subprocess.Popen(
            argv,
            env=environ(there.engine.endpoint.host),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        until(lambda: there.requests)
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGTERM


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGHUP, 129), (signal.SIGQUIT, 131), (signal.SIGTERM, 0), (signal.SIGINT, 0)]
)
def test_a_signal_gives_the_echo_of_a_password_prompt_back(number: signal.Signals, code: int) -> None:
    """A login that is given up is no failure, as with docker."""
    t = Terminal(PYDOCK, "login", "-u", "a", "registry.invalid", host="unix:///nonexistent.sock")
    try:
        t.until(b"assword: ")
        until(lambda: not t.echoes())
        t.process.send_signal(number)
        assert t.end() == code
    finally:
        t.close()


#: a process in which the kernel hands every signal to another thread than the one that waits, as if it had come just before
APART = """
import signal, threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT})
from pydock.main import main
main()
"""


@pytest.mark.parametrize("argv", [("export", "x"), ("stop", "a", "b"), ("volume", "prune")], ids=" ".join)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGHUP, 129), (signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_that_interrupts_no_call_is_acted_on(
    tmp_path: Path, argv: tuple[str, ...], number: signal.Signals, code: int
) -> None:
    """Whatever is waited for: the engine, other threads, a line of stdin."""
    with peer(tmp_path, lambda _: HALF) as there:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(
            [sys.executable, "-c", APART, *argv], env=environ(there.engine.endpoint.host), **pipes
        )
        try:
            assert process.stdout and (argv[0] == "stop" or process.stdout.read(1))
            until(lambda: there.requests or argv[0] == "volume")
            time.sleep(0.2)
            process.send_signal(number)
            process.wait(20)
        finally:
            process.kill()
            err = process.communicate()[1]
        # a question that is not answered is no failure
        assert (process.returncode, err) == (0 if argv[0] == "volume" and number != signal.SIGHUP else code, b"")


# ---- stdin, stdout and stderr that are closed or full ------------------------------------------------

FULL = ("", "write /dev/stdout: no space left on device\n", 1)
EMPTY = {
    "/containers/json": b"[]",
    "/images/json": b"[]",
    "/info": json.dumps(info()).encode(),
    "/auth": b'{"Status":"Login Succeeded"}',
    "/containers/create": b'{"Id":"abc","Warnings":[]}',
    "/containers/x/json": b'{"Id":"x"}',
}


def idle(request: bytes) -> bytes:
    """An engine on which nothing runs."""
    path = request.split()[1].partition(b"?")[0].decode().partition("/v1.44")[2]
    return answer(EMPTY[path]) if path in EMPTY else answer(b'{"Type":"container","Action":"start"}\n')


def shell(folder: Path, line: str, **env: str) -> tuple[str, str, int]:
    """A line of shell in which $P is pydock; the engine is `idle`."""
    if "/dev/full" in line and not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full on this system")
    with peer(folder, idle) as there:
        full = environ(there.engine.endpoint.host, P=str(PYDOCK), **env)
        done = subprocess.run(
            ["bash", "-c", line],
            env=full,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    return done.stdout, done.stderr, done.returncode


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "line",
    [
        "ps",
        "images",
        "inspect x",
        "events",
        "run -d x",
        "--help",
        "ps --help",
        "--version",
        "completion bash",
        "info",
        "system df --format x",
    ],
)
def test_a_full_disk_is_one_line_and_exit_code_1(tmp_path: Path, line: str, unbuffered: str) -> None:
    assert shell(tmp_path, f"$P {line} >/dev/full", PYTHONUNBUFFERED=unbuffered) == FULL


class Full(io.RawIOBase):
    """A file on a full disk."""

    def write(self, data: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("path", [*COMMANDS, *GROUPS])
def test_the_help_of_every_command_on_a_full_disk(path: str) -> None:
    err = io.BytesIO()
    code = run(App(Full(), err, io.BytesIO(), {"HOME": "/nonexistent"}, "docker"), [*path.split(), "--help"])
    assert ("", err.getvalue().decode(), code) == FULL


@pytest.mark.parametrize(
    ("line", "code"), [("ps --bogus", 125), ("bogus", 1), ("events --format '{{'", 64), ("logs none", 1)]
)
@pytest.mark.parametrize("stream", ["2>/dev/full", "2>&-", ">/dev/full 2>&1", ">&- 2>&- <&-"])
def test_an_error_keeps_its_exit_code_where_it_cannot_be_told(
    tmp_path: Path, line: str, code: int, stream: str
) -> None:
    assert shell(tmp_path, f"$P {line} {stream}") == ("", "", code)


@pytest.mark.parametrize("stream", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize("line", ["ps", "images", "--help", "events"])
def test_closed_streams_are_dev_null(tmp_path: Path, line: str, stream: str) -> None:
    out, err, code = shell(tmp_path, f"$P {line} {stream}")
    assert (err, code, bool(out)) == ("", 0, ">&-" not in stream.split())


def test_a_closed_stream_is_not_the_engines_connection(tmp_path: Path) -> None:
    """What is printed must not go to a socket or a file that got the number of a closed stream."""
    with peer(tmp_path, idle) as there:
        line = "$P ps >&- 2>&- <&-; $P events --format '{{.Action}}' >&-; $P inspect none 2>&-"
        subprocess.run(
            ["bash", "-c", line],
            env=environ(there.engine.endpoint.host, P=str(PYDOCK)),
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert all(r.startswith(b"GET /v1.44/") for r in there.requests) and len(there.requests) >= 3


@pytest.mark.parametrize("stdin", ["<&-", "</dev/null"])
def test_a_password_from_a_closed_stdin(tmp_path: Path, stdin: str) -> None:
    said = "Error: Cannot perform an interactive login from a non TTY device\n"
    assert shell(tmp_path, f"$P login -u a --password-stdin localhost:1 {stdin}") == ("", said, 1)


@pytest.mark.parametrize("line", ["ps", "--help", "completion bash", "events"])
def test_a_reader_that_is_gone_ends_us_by_sigpipe(tmp_path: Path, line: str) -> None:
    out, err, code = shell(tmp_path, f"(exec $P {line}; exit 9) | exec 0<&- sleep 0; echo ${{PIPESTATUS[0]}}")
    assert (out, err, code) == (f"{128 + signal.SIGPIPE}\n", "", 0)


def test_a_stdout_that_does_not_block_loses_nothing(tmp_path: Path) -> None:
    """A pipe whose other user has made it so: a write takes a part, or nothing."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    process = subprocess.Popen(
        [PYDOCK, "completion", "bash"], stdout=writing, stderr=subprocess.PIPE, env=environ("unix:///nonexistent.sock")
    )
    expected = subprocess.run(
        [PYDOCK, "completion", "bash"], capture_output=True, env=environ("unix:///nonexistent.sock"), check=True
    ).stdout
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert pipe.read() == expected
    assert process.communicate(timeout=20)[1] == b"" and process.returncode == 0


@given(st.binary(max_size=300), st.lists(st.integers(1, 50), min_size=1))
def test_a_short_write_is_gone_on_with(data: bytes, sizes: list[int]) -> None:
    written = bytearray()

    class Short(io.RawIOBase):
        def fileno(self) -> int:
            return 1

        def write(self, block: object) -> int:
            size = sizes[len(written) % len(sizes)]
            written.extend(bytes(block)[:size])  # type: ignore[call-overload]
            return min(size, len(block))  # type: ignore[arg-type]

    Output(Short()).put(data)
    assert bytes(written) == data
