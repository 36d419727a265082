"""`stats` when what it is told is damaged, or nothing comes: the thread that reads dies for all, at once, and with words."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pydock.commands.container import stats as command
from tests.support.staged import FIN, HOLD, RST, Reply, body, chunks, client, staged

PYDOCK = Path(sys.executable).with_name("pydock")
GOOD = json.dumps({"name": "/one", "id": "abc", "memory_stats": {"usage": 1024, "limit": 4096}}).encode()
LIST = body(b'[{"Id":"abc","Names":["/one"],"State":"running"}]')
EVENTS = chunks(b"\n", HOLD)
BROKEN = {
    "no JSON": body(b"nonsense"), "null": body(b"null"), "a list": body(b"[]"), "another shape": body(b'{"name":7}'), "half": body(GOOD[:20]), "reset": Reply(b"", RST),
    "reset later": chunks(GOOD, RST), "cut": chunks(GOOD, FIN),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize(
    "argv", [("stats",), ("stats", "abc"), ("stats", "--no-stream", "abc"), ("stats", "--no-stream")], ids=" ".join
)
def test_damaged_figures_are_told_at_once(argv: tuple[str, ...], kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    begun = time.monotonic()
    with staged({"/stats": BROKEN[kind], "/containers/json": LIST, "/events": EVENTS}) as engine:
        _, err, code = client(engine, *argv)
    if "later" in kind or kind == "cut":
        # one look had all that it asked for
        assert code == (0 if "--no-stream" in argv else 1)
    else:
        assert code == 1 and err.strip()
    assert "Traceback" not in err + capfd.readouterr().err
    assert time.monotonic() - begun < command.PATIENCE


def test_a_container_that_is_gone_ends_the_view_of_no_other() -> None:
    two = body(b'[{"Id":"abc","Names":["/one"]},{"Id":"def","Names":["/two"]}]')
    gone = body(b'{"message":"No such container: def"}', "404 Not Found")
    with staged(
        {"/def/stats": gone, "/abc/stats": chunks(GOOD, HOLD), "/containers/json": two, "/events": EVENTS}
    ) as engine:
        out, err, code = client(engine, "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}")
    assert (out, err, code) == ("one 1KiB / 4KiB\n-- -- / --\n", "", 0)


def test_figures_that_never_come_are_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "PATIENCE", 0.3)
    with staged({"/stats": Reply(b"", HOLD)}) as engine:
        assert client(engine, "stats", "--no-stream", "abc") == ("", "timeout waiting for stats\n", 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("argv", [("stats",), ("stats", "abc")], ids=" ".join)
def test_one_signal_ends_stats(argv: tuple[str, ...], number: signal.Signals) -> None:
    """With docker's exit code; docker itself ignores two where containers are named."""
    with staged({"/stats": chunks(GOOD, HOLD), "/containers/json": LIST, "/events": EVENTS}) as engine:
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": engine.host}
        process = subprocess.Popen([PYDOCK, *argv], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout and b"\x1b[H" in process.stdout.read(10)
        process.send_signal(number)
        assert process.communicate(timeout=20)[1] == b""
    assert process.returncode == 128 + number


@pytest.mark.parametrize(
    "argv",
    [
        ("run", "-d", "x"),
        ("wait", "abc"),
        ("events",),
        ("logs", "-f", "abc"),
        ("stop", "a", "b", "c"),
        ("pull", "x"),
        ("rm", "a"),
    ],
    ids=" ".join,
)
def test_one_interrupt_ends_what_waits_for_an_answer(argv: tuple[str, ...]) -> None:
    """docker needs three for `run -d`."""
    with staged(
        {
            "/containers/abc/json": body(
                b'{"Id":"abc","State":{"Running":true,"Paused":false,"Restarting":false},"Config":{"Tty":false,"OpenStdin":false}}'
            ),
            ".": Reply(b"", HOLD),
        }
        if "logs" in argv
        else {"_ping": body(b""), ".": Reply(b"", HOLD)}
    ) as engine:
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": engine.host}
        process = subprocess.Popen([PYDOCK, *argv], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        end = time.monotonic() + 20
        while (len(engine.asked) < 2 and "logs" not in argv) or not engine.asked:
            assert time.monotonic() < end
            time.sleep(0.02)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20)[1] == b""
    assert process.returncode == 130


def test_an_interrupt_in_the_middle_of_several_names_goes_on_with_none() -> None:
    with staged(
        {"_ping": body(b""), "/volumes/a": Reply(b"", HOLD), "/volumes/b": body(b"", "204 No Content")}
    ) as engine:
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": engine.host}
        process = subprocess.Popen(
            [PYDOCK, "volume", "rm", "a", "b"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        end = time.monotonic() + 20
        while not any("/volumes/a" in words for words in engine.asked):
            assert time.monotonic() < end
            time.sleep(0.02)
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=20) == (b"", b"") and process.returncode == 143
        assert not any("/volumes/b" in words for words in engine.asked)
