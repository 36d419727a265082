"""The session that `run`, `start`, `attach` and `exec` share: keys, sizes, signals, and how each of them ends."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

import pytest

from tests.support.cli import FakeDuplex, cli, refused
from tests.support.samples import ID, container
from tests.support.sessions import Process, keyboard, piped

TTY = container(Config={"Tty": True, "OpenStdin": True})
ESCAPED = "read escape sequence\n"


def run_table(session: Any, code: int = 3) -> dict[Any, Any]:
    return {
        ("POST", "/containers/create"): {"Id": ID, "Warnings": None}, ("POST", f"/containers/{ID}/attach"): session,
        ("POST", f"/containers/{ID}/wait"): {"StatusCode": code}, ("POST", f"/containers/{ID}/start"): b"",
    }  # fmt: skip


def start_table(session: Any, details: Any = TTY, code: int = 3) -> dict[Any, Any]:
    table = {key: answer for key, answer in run_table(session, code).items() if "create" not in key[1]}
    return {**table, ("GET", "/containers/a/json"): details}


def attach_table(session: Any, details: Any = TTY, code: int = 3) -> dict[Any, Any]:
    return {
        ("POST", "/containers/a/wait"): {"StatusCode": code}, ("GET", "/containers/a/json"): details,
        ("POST", "/containers/a/attach"): session,
    }  # fmt: skip


def exec_table(session: Any, code: int = 3) -> dict[Any, Any]:
    return {
        ("GET", "/containers/a/json"): TTY, ("POST", "/containers/a/exec"): {"Id": "e"},
        ("POST", "/exec/e/start"): session, ("GET", "/exec/e/json"): {"Running": False, "ExitCode": code},
    }  # fmt: skip


#: a command line, its engine, where the size of its terminal goes, and what an escape from it makes
SESSIONS: list[tuple[str, Any, str, tuple[int, str]]] = [
    ("run -it busybox", run_table, f"/containers/{ID}/resize", (0, "")),
    ("start -ai a", start_table, f"/containers/{ID}/resize", (0, "")),
    ("attach a", attach_table, "/containers/a/resize", (1, ESCAPED)),
    ("exec -it a sh", exec_table, "/exec/e/resize", (1, ESCAPED)),
]
each_session = pytest.mark.parametrize(
    ("line", "table", "place", "escape"), SESSIONS, ids=lambda v: v if isinstance(v, str) else ""
)


def without_end(table: dict[Any, Any]) -> dict[Any, Any]:
    """Of a session that is left nobody asks how it ended."""
    return {key: answer for key, answer in table.items() if key != ("GET", "/exec/e/json")}


@each_session
def test_what_is_typed_goes_there_and_what_comes_is_shown(line: str, table: Any, place: str, escape: Any) -> None:
    process = Process(b"ls\r", b"bin\r\n")
    with keyboard(b"ls\r") as stdin:
        done = cli(*line.split(), table={**table(process), ("POST", place): b""}, stdin=stdin, tty=True)
    assert (done.code, done.out, process.sent) == (3, "bin\r\n", b"ls\r")
    sizes = [(r.query["h"], r.query["w"]) for r in done.requests if r.path == place]
    # a shell that is joined shows its prompt again where the size changes
    assert sizes == [("51", "81")] * line.startswith("attach") + [("50", "80")]


@each_session
def test_the_detach_keys_leave_it_to_itself(line: str, table: Any, place: str, escape: tuple[int, str]) -> None:
    for flags, typed in (([], b"ab\x10\x11c"), (["--detach-keys", "ctrl-x,x"], b"a\x10\x11b\x18xc")):
        process = Process()
        verb, *rest = line.split()
        with keyboard(typed) as stdin:
            stubs = {**without_end(table(process)), ("POST", place): b""}
            done = cli(verb, *flags, *rest, table=stubs, stdin=stdin, tty=True)
        assert (done.code, done.out, process.hung_up) == (*escape, True)
        assert process.sent == typed.removesuffix(b"c").removesuffix(b"\x10\x11").removesuffix(b"\x18x")
        joined = [r for r in done.requests if r.path.endswith(("/attach", "/exec"))]
        told = joined[0].body["DetachKeys"] if verb == "exec" else joined[0].query.get("detachKeys", "")
        assert told == ("ctrl-x,x" if flags else "")


@each_session
def test_a_terminal_of_the_container_needs_one_here(line: str, table: Any, place: str, escape: Any) -> None:
    """Nothing is made, joined or started then."""
    stubs = {
        key: answer
        for key, answer in table(Process()).items()
        if key[1] == "/containers/a/json" or (line == "attach a" and "wait" in key[1])
    }
    done = cli(*line.split(), table=stubs, stdin=b"x")
    assert (done.code, done.out, done.err) == (1, "", "the input device is not a TTY\n")


@each_session
def test_a_size_that_is_not_taken_at_first_is_told_again(line: str, table: Any, place: str, escape: Any) -> None:
    process, tries = Process(), [0]

    def resized(_: Any) -> Any:
        tries[0] += 1
        if tries[0] < 4:
            return refused(409, "not yet")
        process.end()
        return b""

    with keyboard(b"") as stdin:
        done = cli(*line.split(), table={**table(process), ("POST", place): resized}, stdin=stdin, tty=True)
    assert (done.code, tries) == (3, [4])


@pytest.mark.parametrize(("line", "table"), [("run -i busybox", run_table), ("exec -i a cat", exec_table)])
def test_input_that_ends_is_an_end_for_the_process_and_holds_no_keys(line: str, table: Any) -> None:
    """Detach keys are for terminals: in a file they are bytes like others."""
    process = Process(b"x\x10\x11y", b"\x01\0\0\0\0\0\0\x02a\n\x02\0\0\0\0\0\0\x02b\n")
    with piped(b"x\x10\x11y") as stdin:
        done = cli(*line.split(), table=table(process, 0), stdin=stdin)
    assert (done.code, done.out, done.err, process.sent) == (0, "a\n", "b\n", b"x\x10\x11y")
    assert process.closed_write.wait(20)


class Interrupted(FakeDuplex):
    """Its container ends as soon as it has got a signal."""

    def __init__(self) -> None:
        super().__init__()
        self.told = threading.Event()

    def read(self) -> bytes:
        os.kill(os.getpid(), signal.SIGCONT)
        assert self.told.wait(20)
        return b""


PLAIN = container()


@pytest.mark.parametrize(
    ("line", "table", "place"),
    [
        ("run busybox", run_table, f"/containers/{ID}/kill"),
        ("start -a a", lambda s: start_table(s, PLAIN), f"/containers/{ID}/kill"),
        ("attach --no-stdin a", lambda s: attach_table(s, PLAIN), "/containers/a/kill"),
    ],
)
def test_signals_go_to_the_container(line: str, table: Any, place: str) -> None:
    session = Interrupted()
    stubs = {**table(session), ("POST", place): lambda _: session.told.set() or b""}
    done = cli(*line.split(), table=stubs)
    assert [r.query for r in done.requests if r.path == place] == [{"signal": "CONT"}]
    assert signal.getsignal(signal.SIGCONT) == signal.SIG_DFL and done.code == 3


def test_what_is_detached_shows_nothing_but_its_id() -> None:
    table = {key: answer for key, answer in run_table(None).items() if "attach" not in key[1]}
    assert cli("run", "-d", "busybox", table=table).out == f"{ID}\n"
    both = cli("run", "-d", "-a", "stdout", "busybox")
    assert (both.code, both.err) == (1, "conflicting options: cannot specify both --attach and --detach\n")
    table = {key: answer for key, answer in exec_table(b"").items() if key[1] != "/exec/e/json"}
    done = cli("exec", "-d", "a", "true", table=table)
    assert (done.code, done.out, done.requests[-1].body) == (0, "", {"Detach": True, "Tty": False})


def test_input_alone_is_sent_to_its_end_and_nothing_is_waited_for() -> None:
    process = Process()
    with piped(b"data") as stdin:
        done = cli("run", "-i", "-a", "stdin", "busybox", table=run_table(process), stdin=stdin)
    assert (done.code, done.out, process.sent) == (0, "", b"data")
    assert [r.query for r in done.requests if r.path.endswith("/attach")] == [{"stdin": "1", "stream": "1"}]
