"""Streams of containers that are cut, reset, or end while the container runs on; answers to wait that are none."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pydock.commands.container import exec as exec_command
from pydock.commands.container import waiting
from tests.support.samples import container
from tests.support.staged import FIN, HOLD, RST, Reply, body, chunks, client, frame, staged, stream
from tests.support.terminal import Terminal

PYDOCK = Path(sys.executable).with_name("pydock")


def details(running: bool, tty: bool = False, started: str = "2026-01-01T00:00:00Z") -> Reply:
    state = {"Running": running, "Paused": False, "Restarting": False, "StartedAt": started}
    return body(json.dumps({"Id": "abc", "State": state, "Config": {"Tty": tty, "OpenStdin": False}}).encode())


EXITED = body(b'{"StatusCode":3}')
OK = body(b"", "204 No Content")
WHOLE = stream(frame(b"hello\n"), FIN)
BASE = {
    "POST /containers/create": body(b'{"Id":"abc","Warnings":[]}', "201 Created"), "POST /containers/abc/attach": WHOLE,
    "POST /containers/abc/wait": EXITED, "POST /containers/abc/start": OK, "GET /containers/abc/json": details(True),
    "POST /containers/abc/resize": OK, "POST /containers/abc/exec": body(b'{"Id":"ee"}', "201 Created"), "POST /exec/ee/start": WHOLE,
    "GET /exec/ee/json": body(b'{"ExitCode":3,"Running":false}'), "GET /containers/abc/logs": chunks(frame(b"hello\n"), FIN),
    "POST /containers/abc/kill": OK,
}  # fmt: skip
RUN, EXEC, ATTACH, START = ("run", "x"), ("exec", "abc", "true"), ("attach", "abc"), ("start", "-a", "abc")
#: a command line, where its output comes from, and its exit code where the engine's connection fails
SESSIONS = [(RUN, "/attach", 125), (EXEC, "/exec/ee/start", 1), (ATTACH, "/attach", 1), (START, "/attach", 1)]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "BETWEEN", 0.05)
    monkeypatch.setattr(exec_command, "PAUSES", (0.01, 0.02))


def base(changes: dict[str, Reply]) -> dict[str, Reply]:
    """The answers of an engine on which all goes well, but for some; the first pattern that fits counts."""
    return {**changes, **{k: v for k, v in BASE.items() if k not in changes}}


@pytest.mark.parametrize(("argv", "place", "code"), SESSIONS, ids=lambda v: v[0] if isinstance(v, tuple) else "")
def test_a_session_that_ends_well(argv: tuple[str, ...], place: str, code: int) -> None:
    with staged(BASE) as engine:
        assert client(engine, *argv) == ("hello\n", "", 3)


@pytest.mark.parametrize(("argv", "place", "code"), SESSIONS, ids=lambda v: v[0] if isinstance(v, tuple) else "")
def test_a_reset_connection_is_no_end_of_output(argv: tuple[str, ...], place: str, code: int) -> None:
    with staged(base({place: stream(frame(b"hello\n"), RST)})) as engine:
        out, err, found = client(engine, *argv)
        assert found == code and "connection reset by peer" in err
        assert "hello\n".startswith(out)


@pytest.mark.parametrize("cut", [1, 7, 8, 10], ids=lambda n: f"after {n} bytes of a frame")
@pytest.mark.parametrize(("argv", "place", "code"), SESSIONS, ids=lambda v: v[0] if isinstance(v, tuple) else "")
def test_output_that_ends_inside_a_frame_is_an_error(argv: tuple[str, ...], place: str, code: int, cut: int) -> None:
    with staged(base({place: stream(frame(b"hello\n") + frame(b"more")[:cut], FIN)})) as engine:
        out, err, found = client(engine, *argv)
        assert (out, found) == ("hello\n" + "more"[: max(0, cut - 8)], code) and "ends inside a frame" in err


@pytest.mark.parametrize("argv", [("logs", "abc"), ("logs", "-f", "abc")], ids=" ".join)
def test_logs_that_end_inside_a_frame_are_an_error(argv: tuple[str, ...]) -> None:
    data = frame(b"hello\n") + frame(b"more")[:9]
    with staged(base({"/logs": body(data)})) as engine:
        assert client(engine, *argv) == (
            "hello\nm",
            "unexpected EOF: the engine's stream of output ends inside a frame\n",
            1,
        )


@pytest.mark.parametrize("end", [FIN, RST])
@pytest.mark.parametrize("argv", [("logs", "-f", "abc"), ("events",)], ids=" ".join)
def test_a_stream_without_end_that_is_cut_is_an_error(argv: tuple[str, ...], end: str) -> None:
    event = b'{"Type":"container","Action":"start","time":1}\n'
    with staged(base({"/logs": chunks(frame(b"hello\n"), end), "/events": chunks(event, end)})) as engine:
        _, err, code = client(engine, *argv)
        assert code == 1 and re.search("unexpected EOF" if end == FIN else "connection reset by peer", err)


@pytest.mark.parametrize(
    ("argv", "place", "code"), [s for s in SESSIONS if s[0] != EXEC], ids=lambda v: v[0] if isinstance(v, tuple) else ""
)
def test_output_that_ends_while_the_container_runs_on_is_told(argv: tuple[str, ...], place: str, code: int) -> None:
    with staged(base({"/wait": Reply(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", HOLD)})) as engine:
        out, err, found = client(engine, *argv)
        # docker waits without a word, for as long as the container runs
        assert (out, found) == (
            "hello\n",
            1 if argv == ATTACH else 125,
        ) and "lost the connection to the container's output" in err


def test_an_exec_that_runs_on_when_its_output_has_ended_is_no_success() -> None:
    with staged(base({"/exec/ee/json": body(b'{"ExitCode":null,"Running":true}')})) as engine:
        assert client(engine, *EXEC) == (
            "hello\n",
            "lost the connection to the command's output; the command is still running\n",
            1,
        )


def test_an_exec_whose_exit_code_is_not_told_is_no_success() -> None:
    with staged(base({"/exec/ee/json": body(b'{"Running":false}')})) as engine:
        assert client(engine, *EXEC) == ("hello\n", "the engine does not report the command's exit code\n", 1)


NO_CODES = [b"", b"null", b"{}", b"[]", b'{"StatusCode":null}', b'{"StatusCode":"3"}', b'{"StatusCode":', b"3"]
#: the engine's own word that waiting failed; docker's `wait` prints the status beside it all the same
FAILED = b'{"StatusCode":0,"Error":{"Message":"it broke"}}'


ANSWERS = [
    *((a, n) for a in (RUN, ATTACH, START, ("wait", "abc")) for n in NO_CODES),
    *((a, FAILED) for a in (RUN, ATTACH, START)),
]


@pytest.mark.parametrize(
    ("argv", "answer"), ANSWERS, ids=lambda v: v[0] if isinstance(v, tuple) else v.decode() or "empty"
)
def test_an_answer_to_wait_that_is_none_is_told_and_never_a_success(argv: tuple[str, ...], answer: bytes) -> None:
    with staged(base({"/wait": body(answer), "GET /containers/abc/json": details(argv == ATTACH)})) as engine:
        _, err, code = client(engine, *argv)
        assert code == (125 if argv in (RUN, START) else 1)
        assert "is not what the API promises" in err or "it broke" in err


@pytest.mark.parametrize("end", [FIN, RST])
def test_a_wait_that_is_cut_is_125(end: str) -> None:
    with staged(base({"/wait": Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{", end)})) as engine:
        out, err, code = client(engine, *RUN)
        assert (out, code) == ("hello\n", 125) and 'level=error msg="error waiting for container: ' in err


@pytest.mark.parametrize("argv", [RUN, ("run", "--rm", "x")], ids=" ".join)
def test_a_wait_that_is_refused_is_125(argv: tuple[str, ...]) -> None:
    with staged(base({"/wait": body(b'{"message":"no"}', "500 No")})) as engine:
        _, err, code = client(engine, *argv)
        assert code == 125 and err.endswith(
            'level=error msg="error waiting for container: Error response from daemon: no"\n'
        )


def test_an_attach_whose_wait_is_refused_learns_the_exit_code_by_events() -> None:
    died = b'{"Type":"container","Action":"die","Actor":{"ID":"abc","Attributes":{"exitCode":"7"}}}\n'
    with staged(base({"/wait": body(b'{"message":"no"}', "500 No"), "/events": chunks(died, HOLD)})) as engine:
        assert client(engine, *ATTACH) == ("hello\n", "", 7)


@pytest.mark.parametrize("flags", [(), ("-i",)], ids=["--rm", "--rm -i"])
@pytest.mark.parametrize(
    "start", [body(b'{"message":"no"}', "500 No"), Reply(b"", FIN), Reply(b"", RST)], ids=["refused", "fin", "rst"]
)
def test_a_start_that_fails_though_it_took_effect_does_not_wait_for_ever(start: Reply, flags: tuple[str, ...]) -> None:
    waits = Reply(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", HOLD)
    with staged(base({"/start": start, "/wait": waits, "/attach": stream(b"", HOLD)})) as engine:
        out, err, code = client(engine, "run", "--rm", *flags, "x")
        assert (out, code) == ("", 125) and ("no" in err if start.data else "may have carried out this request" in err)


def signalled(process: subprocess.Popen[bytes], number: int, times: int, pause: float = 0.3) -> None:
    for _ in range(times):
        process.send_signal(number)
        time.sleep(pause)


def test_three_interrupts_end_a_run_whose_start_is_not_answered() -> None:
    waits = Reply(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", HOLD)
    with staged(base({"/start": Reply(b"", HOLD), "/wait": waits, "/attach": stream(b"", HOLD)})) as engine:
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": engine.host}
        process = subprocess.Popen([PYDOCK, "run", "--rm", "x"], env=env, stderr=subprocess.PIPE)
        end = time.monotonic() + 20
        while not any("/start" in words for words in engine.asked):
            assert time.monotonic() < end
            time.sleep(0.05)
        signalled(process, signal.SIGINT, 3)
        err = process.communicate(timeout=20)[1]
        assert (process.returncode, err) == (1, b"\ngot 3 SIGTERM/SIGINTs, forcefully exiting\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT], ids=lambda n: n.name)
def test_a_signal_gives_a_raw_terminal_back(number: signal.Signals) -> None:
    facts = body(json.dumps(container(Id="abc", Config={"Tty": True, "OpenStdin": True})).encode())
    with staged(
        base({"/exec/ee/start": stream(b"prompt# ", HOLD), "GET /containers/abc/json": facts, "/exec/ee/resize": OK})
    ) as engine:
        t = Terminal(PYDOCK, "exec", "-it", "abc", "sh", host=engine.host)
        try:
            t.until(b"prompt# ")
            assert not t.echoes()
            t.process.send_signal(number)
            # an exec that is left goes on; the others are not docker's to soften
            assert t.end() in (0, 128 + number)
        finally:
            t.close()


def test_an_exec_whose_start_is_not_answered_is_no_success() -> None:
    """Docker's client leaves an exec that runs with 0: this one may not run."""
    with staged(base({"/exec/ee/start": Reply(b"", HOLD)})) as engine:
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": engine.host}
        process = subprocess.Popen([PYDOCK, *EXEC], env=env, stderr=subprocess.PIPE)
        end = time.monotonic() + 20
        while not any("/exec/ee/start" in words for words in engine.asked):
            assert time.monotonic() < end
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert process.returncode == 128 + signal.SIGINT


@pytest.mark.parametrize(
    ("argv", "path", "code"),
    [
        (("run", "-it", "x"), "/attach", 125),
        (("exec", "-it", "abc", "sh"), "/exec/ee/start", 1),
        (("attach", "abc"), "/attach", 1),
        (("start", "-ai", "abc"), "/attach", 1),
    ],
    ids=lambda v: v[0] if isinstance(v, tuple) else "",
)
def test_a_reset_session_gives_the_terminal_back(argv: tuple[str, ...], path: str, code: int) -> None:
    state = {"Running": True, "Paused": False, "Restarting": False}
    facts = body(json.dumps({"Id": "abc", "State": state, "Config": {"Tty": True, "OpenStdin": True}}).encode())
    with staged(
        base({path: stream(b"prompt# ", RST), "GET /containers/abc/json": facts, "/exec/ee/resize": OK})
    ) as engine:
        t = Terminal(PYDOCK, *argv, host=engine.host)
        try:
            assert t.end() == code
            assert b"connection reset by peer" in t.seen
        finally:
            t.close()


@pytest.mark.parametrize(("argv", "place", "code"), SESSIONS, ids=lambda v: v[0] if isinstance(v, tuple) else "")
def test_early_hints_before_an_upgrade_are_skipped(argv: tuple[str, ...], place: str, code: int) -> None:
    """docker takes them for the answer, and fails."""
    with staged(base({place: Reply(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + WHOLE.data, FIN)})) as engine:
        assert client(engine, *argv) == ("hello\n", "", 3)
