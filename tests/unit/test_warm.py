"""Warm start: real processes, a copy of the program, and an engine that knows who asks it.

What is warm is seen at the engine's end: another process than the caller has connected. The same command line is run
cold and warm, in every state that a caller may be in, and has to give the same.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import socketserver
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from pydock.warm.launcher import COLD as NOT_RUN
from pydock.warm.launcher import ENDED, HELLO, NUMBER, ask, greeted
from tests.support.terminal import Terminal

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="warm start is for Linux")

SCRIPT = "#!{python}\nimport sys\nfrom pydock.start import main\nif __name__ == '__main__':\n    sys.exit(main())\n"
CONTAINER: dict[str, Any] = {
    "Id": "c" * 64, "Names": ["/web"], "Image": "busybox", "ImageID": "sha256:" + "a" * 64, "Command": "sleep 1", "Created": 1, "Ports": [],
    "Labels": {}, "State": "running", "Status": "Up", "HostConfig": {"NetworkMode": "bridge"}, "NetworkSettings": {"Networks": {}}, "Mounts": [],
}  # fmt: skip


class Engine(socketserver.ThreadingUnixStreamServer):
    """Answers pings, lists and inspections; `callers`: the processes that connected; the container "slow" gives no answer."""

    daemon_threads = True
    request_queue_size = 100

    def __init__(self, path: Path) -> None:
        self.callers: list[int] = []
        self.left = threading.Event()
        self.waiting = threading.Event()
        super().__init__(str(path), Connection)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class Connection(socketserver.StreamRequestHandler):
    server: Engine

    def handle(self) -> None:
        pid, _, _ = struct.unpack("3i", self.connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        self.server.callers.append(pid)
        while line := self.rfile.readline():
            method, path, _ = line.decode().split(" ", 2)
            while self.rfile.readline().strip():
                pass
            if "/slow/" in path:
                self.server.waiting.set()
                self.rfile.read(1)
                self.server.left.set()
                return
            self.answer(method, path.partition("?")[0])

    def answer(self, method: str, path: str) -> None:
        status, body = "200 OK", b"OK"
        if path.endswith("/containers/json"):
            body = json.dumps([CONTAINER] * 3000 if "many" in self.server.server_address[0] else [CONTAINER]).encode()
        elif path.endswith("/web/json"):
            body = json.dumps({"Id": "c" * 64, "Created": "2024-01-01T00:00:00Z", "Name": "/web"}).encode()
        elif not path.endswith("/_ping"):
            status, body = "404 Not Found", b'{"message":"no such thing"}'
        head = f"HTTP/1.1 {status}\r\nApi-Version: 1.48\r\nOstype: linux\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + (body if method != "HEAD" else b""))


class Place:
    """A program in a folder of its own, with an engine, a home and a runtime folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.script = folder, folder / "bin" / "docker"
        shutil.copytree(ROOT / "pydock", folder / "bin" / "pydock", ignore=shutil.ignore_patterns("__pycache__"))
        self.script.write_text(SCRIPT.format(python=sys.executable))
        self.script.chmod(0o755)
        for name in ("home", "run", "none"):
            (folder / name).mkdir(mode=0o700)
        self.engine = Engine(folder / "engine.sock")
        self.environ = {
            "PATH": os.environ["PATH"], "HOME": str(folder / "home"), "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": str(folder / "run"),
            "DOCKER_HOST": f"unix://{folder}/engine.sock",
        }  # fmt: skip

    @property
    def private(self) -> Path:
        return self.folder / "run" / f"pydock-warm-{os.getuid()}"

    def environment(self, warm: bool, **more: str) -> dict[str, str]:
        return {**self.environ, **({} if warm else {"XDG_RUNTIME_DIR": str(self.folder / "none")}), **more}

    def run(
        self, *words: str | bytes, warm: bool = True, shell: str = "", **more: str
    ) -> tuple[int, bytes, bytes, bool]:
        """(exit code, stdout, stderr, whether another process asked the engine). shell: what runs "$@"."""
        self.engine.callers.clear()
        line = ["sh", "-c", shell, "sh"] if shell else []
        running = subprocess.Popen(
            [*line, self.script, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environment(warm, **more), cwd=self.folder / "home",
        )  # fmt: skip
        out, err = running.communicate(timeout=60)
        return running.returncode, out, err, any(pid != running.pid for pid in self.engine.callers)

    def start(self, *words: str, **more: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self.script, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environment(True), cwd=self.folder / "home", **more,
        )  # fmt: skip

    def process(self) -> int:
        """The resident process; 0 where there is none."""
        words = self.run("warm", "status")[1].split()
        return int(words[-1]) if words[-1].isdigit() else 0

    @contextmanager
    def slow(self) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
        """(a command that waits for its engine, the process that does so)."""
        self.engine.callers.clear()
        self.engine.waiting.clear()
        self.engine.left.clear()
        with self.start("inspect", "--type", "container", "slow") as running:
            assert self.engine.waiting.wait(30)
            yield running, self.engine.callers[-1]


def until(happened: Callable[[], Any], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not happened() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(happened())


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with TemporaryDirectory(prefix="pd-") as folder:
        os.chmod(folder, 0o755)
        place = Place(Path(folder))
        # a file that is as new as the process may have been read before it was written
        time.sleep(0.05)
        assert place.run("warm", "on")[0] == 0
        yield place
        place.run("warm", "off")
        place.engine.shutdown()
        place.engine.server_close()


@pytest.fixture
def warm(place: Place) -> Place:
    """The place, with a process that answers."""
    assert until(lambda: place.run("ps")[3])
    return place


BIG = 'exec "$@" | head -c 10 >&2'
LINES: dict[str, tuple[tuple[str | bytes, ...], str, dict[str, str]]] = {
    "ps": (("ps",), "", {}),
    "a template": (("ps", "--format", "{{.Names}} {{json .}}"), "", {}),
    "json": (("ps", "--json"), "", {}),
    "inspect": (("inspect", "--type", "container", "web"), "", {}),
    "an error": (("inspect", "--type", "container", "nobody"), "", {}),
    "wrong flags": (("ps", "--bogus"), "", {}),
    "help": (("ps", "--help"), "", {}),
    "bytes that are no UTF-8": (("inspect", "--type", "container", b"\xff\xfe"), "", {}),
    "completion": (("__complete", "inspect", "--type", "container", "w"), "", {}),
    "completion of flags": (("__complete", "ps", "--f"), "", {}),
    "version": (("version",), "", {}),
    "no engine": (("ps",), "", {"DOCKER_HOST": "unix:///nonexistent"}),
    "no address": (("ps",), "", {"DOCKER_HOST": "bogus://"}),
    "no context": (("ps",), "", {"DOCKER_HOST": "", "DOCKER_CONTEXT": "nobody"}),
    "an old API": (("ps",), "", {"DOCKER_API_VERSION": "1.41"}),
    "another API": (("ps",), "", {"DOCKER_API_VERSION": "bogus"}),
    "bad configuration": (("ps",), "", {"DOCKER_CONFIG": "/dev/null/x"}),
    "a time zone": (("ps", "--format", "{{.CreatedAt}}"), "", {"TZ": "Asia/Tokyo"}),
    "a locale": (("ps",), "", {"LC_ALL": "C"}),
    "another name": (("ps", "--bogus"), 'ln -sf "$1" ./other; shift; exec ./other "$@"', {}),
    "a reader that leaves": (("ps", "--format", "json"), 'exec "$@" | true', {}),
    "a full disk": (("ps",), 'exec "$@" >/dev/full', {}),
    "no stdin": (("ps",), 'exec "$@" <&-', {}),
    "no stdout": (("ps",), 'exec "$@" >&-', {}),
    "no stderr": (("ps", "--bogus"), 'exec "$@" 2>&-', {}),
    "one file for all": (("ps",), 'exec "$@" >out 2>&1; cat out', {}),
    "no folder": (("ps",), 'mkdir -p gone; cd gone; rmdir ../gone; exec "$@"', {}),
    "few files": (("ps",), 'ulimit -n 20; exec "$@"', {}),
    "no files at all": (("ps",), 'ulimit -n 3; exec "$@" 2>/dev/null', {}),
    "a relative folder": (("ps",), 'mkdir -p conf; echo "{" >conf/config.json; exec "$@"', {"DOCKER_CONFIG": "conf"}),
    "ignored signals": (("ps",), 'trap "" HUP INT QUIT; exec "$@"', {}),
    "less priority": (("ps",), 'exec nice -n 5 "$@"', {}),
    "a path by number": (("ps",), 'exec "$@" 5</dev/null', {"DOCKER_CONFIG": "/dev/fd/5"}),
}
#: what runs cold, and why it has to
COLD = {
    "no stdin": "a new file would take its number", "no stdout": "the same", "no stderr": "the same", "a path by number": "the worker's files have others",
    "no engine": "none is asked", "no address": "none is asked", "no context": "none is asked",
    "wrong flags": "none is asked", "help": "none is asked", "completion of flags": "none is asked", "another name": "none is asked", "no files at all": "none can be asked",
    "a locale": "Python is in another mode",
}  # fmt: skip


@pytest.mark.parametrize("told", [b"", NOT_RUN, NOT_RUN + ENDED + bytes(NUMBER), HELLO, HELLO + b"1"])
def test_a_worker_that_ends_without_a_word_is_none(
    told: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it said, and what is told of its end, may be there at once: no part of that is the number of a process."""
    monkeypatch.setattr("pydock.warm.place.socket_path", lambda: str(tmp_path / "socket"))
    monkeypatch.setattr(os, "pidfd_open", lambda number: pytest.fail(f"took {number} for its number"))
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as connection:
        listener.bind(str(tmp_path / "socket"))
        listener.listen()

        def tell() -> None:
            with listener.accept()[0] as end:
                end.sendall(told)

        thread = threading.Thread(target=tell)
        thread.start()
        with pytest.raises(OSError):
            greeted(connection)
        thread.join()


def test_an_answer_that_is_there_before_the_caller_looks_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the command would run here, too: the worker may have ended, and its end be closed, when all is sent."""
    ours, theirs = socket.socketpair()
    answer = ENDED + (0).to_bytes(NUMBER, sys.byteorder)

    class Quick:
        settimeout, recv, sendall = ours.settimeout, ours.recv, ours.sendall

        def sendmsg(self, data: list[bytes], rights: list[tuple[int, int, bytes]]) -> int:
            sent = ours.sendmsg(data)
            assert theirs.recv(1 << 20) == data[0][:sent]
            theirs.sendall(answer)
            theirs.close()
            return sent

    monkeypatch.setattr("pydock.warm.launcher.place.stamp", lambda: b"")
    with ours:
        assert ask(Quick()) == answer  # type: ignore[arg-type]


@pytest.mark.parametrize("name", LINES)
def test_a_line_gives_the_same_warm_as_cold(warm: Place, name: str) -> None:
    words, shell, environ = LINES[name]
    # the shell replaces itself with the program: whoever else connects is a worker
    cold = warm.run(*words, warm=False, shell=shell, **environ)
    hot = warm.run(*words, shell=shell, **environ)
    assert hot[:3] == cold[:3]
    assert "Traceback" not in hot[2].decode("utf-8", "replace")
    if not shell or (shell.startswith("exec") and "|" not in shell):
        assert hot[3] == (name not in COLD)
    for file in (warm.folder / "home").iterdir():
        if file.name in ("other", "out"):
            file.unlink()


def test_a_reader_that_leaves_ends_it_by_sigpipe(warm: Place) -> None:
    codes = []
    for hot in (False, True):
        reader, writer = os.pipe()
        os.close(reader)
        codes.append(
            subprocess.run(
                [warm.script, "ps"], stdout=writer, env=warm.environment(hot), timeout=60, check=False
            ).returncode
        )
        os.close(writer)
    assert codes == [-signal.SIGPIPE] * 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_signals_reach_the_worker(warm: Place, number: int) -> None:
    with warm.slow() as (running, worker):
        assert worker != running.pid
        running.send_signal(number)
        assert running.wait(30) == 128 + number and running.communicate() == (b"", b"")
        assert warm.engine.left.wait(30)


@pytest.mark.parametrize("words", [("ps",), ("ps", "--bogus"), ("--help",), ("version",)], ids=" ".join)
def test_a_terminal_shows_the_same(warm: Place, words: tuple[str, ...]) -> None:
    """Width, colours and hints are asked of the terminal, which is not the worker's own."""
    shown = []
    for hot in (False, True):
        environ = {**warm.environment(hot), "TERM": "xterm-256color"}
        terminal = Terminal(warm.script, *words, host=environ["DOCKER_HOST"], env=environ, columns=53)
        shown.append((terminal.end(), terminal.seen))
        terminal.close()
    assert shown[0] == shown[1] and shown[0][1]


def test_ctrl_c_on_a_terminal(warm: Place) -> None:
    warm.engine.waiting.clear()
    warm.engine.left.clear()
    environ = warm.environment(True)
    words = ("inspect", "--type", "container", "slow")
    terminal = Terminal(warm.script, *words, host=environ["DOCKER_HOST"], env=environ)
    assert warm.engine.waiting.wait(30) and warm.engine.callers[-1] != terminal.process.pid
    terminal.type(b"\x03")
    assert terminal.end() == 130
    terminal.close()
    assert warm.engine.left.wait(30)


def test_who_stops_the_caller_stops_the_worker(warm: Place) -> None:
    with warm.slow() as (running, worker):

        def state(process: int) -> str:
            return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]

        running.send_signal(signal.SIGTSTP)
        assert until(lambda: state(worker) == "T")
        running.send_signal(signal.SIGCONT)
        assert until(lambda: state(worker) != "T" and state(running.pid) != "T")
        running.terminate()
        assert running.wait(30) == 128 + signal.SIGTERM


def test_who_kills_the_caller_kills_the_worker(warm: Place) -> None:
    with warm.slow() as (running, worker):
        running.kill()
        running.wait(30)
        assert warm.engine.left.wait(30) and until(lambda: not Path(f"/proc/{worker}").exists())


def test_a_killed_worker_is_told_as_a_killed_command(warm: Place) -> None:
    with warm.slow() as (running, worker):
        os.kill(worker, signal.SIGSEGV)
        assert running.wait(30) == -signal.SIGSEGV


def test_fifty_calls_at_once_leave_nothing(warm: Place) -> None:
    process = warm.process()
    before = len(os.listdir(f"/proc/{process}/fd"))
    expected = warm.run("ps", warm=False)[1]
    calls = [warm.start("ps") for _ in range(50)]
    assert {call.communicate(timeout=100) for call in calls} == {(expected, b"")}
    assert {call.returncode for call in calls} == {0}
    children = Path(f"/proc/{process}/task/{process}/children")
    assert until(lambda: not children.read_text().split())
    assert until(lambda: len(os.listdir(f"/proc/{process}/fd")) <= before)


@pytest.mark.skipif(os.getuid() == 0, reason="root may raise every limit")
def test_one_that_was_started_with_less_makes_room(warm: Place) -> None:
    old = warm.process()
    os.kill(old, signal.SIGTERM)
    assert until(lambda: warm.run("ps", shell='ulimit -n 200; exec "$@"')[3])
    poor = warm.process()
    assert until(lambda: warm.run("ps")[3]) and warm.process() != poor


def test_nothing_of_a_call_stays(warm: Place) -> None:
    assert warm.run("ps", "--filter", "name=word-of-one-call", SECRET="value-of-one-call")[3]
    process = warm.process()
    assert b"SECRET" not in Path(f"/proc/{process}/environ").read_bytes()
    if os.getuid() == 0:
        with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/mem", "rb") as memory:
            for line in maps:
                if " rw-p " in line:
                    start, _, end = line.split()[0].partition("-")
                    memory.seek(int(start, 16))
                    data = memory.read(int(end, 16) - int(start, 16))
                    assert b"value-of-one-call" not in data and b"word-of-one-call" not in data


@pytest.mark.parametrize(
    "change",
    [
        lambda place: os.utime(place.folder / "bin/pydock/errors.py"),
        lambda place: (place.folder / "bin" / "new.py").touch(),
    ],
    ids=["a module", "a folder of modules"],
)
def test_it_ends_when_its_files_change_and_the_next_call_starts_it(warm: Place, change: Callable[[Place], Any]) -> None:
    old = warm.process()
    change(warm)
    assert warm.run("ps")[0] == 0 and warm.engine.callers
    assert until(lambda: not Path(f"/proc/{old}").exists())
    assert until(lambda: warm.run("ps")[3]) and warm.process() != old


def test_a_process_that_is_stopped_costs_only_time(warm: Place) -> None:
    process = warm.process()
    os.kill(process, signal.SIGSTOP)
    try:
        code, out, err, hot = warm.run("ps")
        assert code == 0 and b"web" in out and not err and not hot
    finally:
        os.kill(process, signal.SIGCONT)


def test_a_process_that_is_killed_is_started_anew(warm: Place) -> None:
    process = warm.process()
    os.kill(process, signal.SIGKILL)
    assert warm.run("ps")[0] == 0
    assert until(lambda: warm.run("ps")[3]) and warm.process() != process


@pytest.mark.parametrize("environ", [{"PYTHONHASHSEED": "0"}, {"LD_LIBRARY_PATH": "/x"}, {"PYTHONUNBUFFERED": "1"}])
def test_what_takes_effect_as_a_program_starts_runs_cold(warm: Place, environ: dict[str, str]) -> None:
    code, _, _, hot = warm.run("ps", **environ)
    assert code == 0 and not hot


@pytest.mark.parametrize(
    "words", [("run", "web"), ("rm", "slow2"), ("logs", "web"), ("exec", "web", "sh"), ("-D", "ps")]
)
def test_what_does_more_than_answer_runs_cold(warm: Place, words: tuple[str, ...]) -> None:
    assert not warm.run(*words)[3]


def test_an_engine_behind_ssh_is_reached_from_the_terminal_s_session(warm: Place) -> None:
    folder = warm.folder / "tools"
    folder.mkdir(exist_ok=True)
    ssh = folder / "ssh"
    ssh.write_text('#!/bin/sh\necho "$PPID" >"$HOME/parent"\nexit 1\n')
    ssh.chmod(0o755)
    running = subprocess.Popen(
        [warm.script, "ps"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=warm.environment(True, DOCKER_HOST="ssh://nobody", PATH=f"{folder}:{os.environ['PATH']}"),
    )  # fmt: skip
    running.communicate(timeout=60)
    assert int((warm.folder / "home" / "parent").read_text()) == running.pid


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be another user")
def test_another_user_gets_nothing(warm: Place) -> None:
    code = (
        "import os, socket, sys; os.setgid(65534); os.setuid(65534); s = socket.socket(socket.AF_UNIX)\n"
        "s.settimeout(20)\n"
        "try: s.connect(sys.argv[1]); print(s.recv(4))\n"
        "except OSError as error: print(type(error).__name__)"
    )
    path = warm.private / "socket"

    def as_nobody() -> str:
        return subprocess.run(
            [sys.executable, "-c", code, path], capture_output=True, text=True, timeout=60, check=True
        ).stdout.strip()

    assert as_nobody() == "PermissionError"
    for folder, mode in ((warm.folder / "run", 0o755), (warm.private, 0o755), (path, 0o777)):
        folder.chmod(mode)
    try:
        # the kernel lets it in, the process does not
        assert as_nobody() == "b''"
        # and a folder that others may enter is none of ours
        assert not warm.run("ps")[3]
    finally:
        warm.private.chmod(0o700)
        (warm.folder / "run").chmod(0o700)


def test_a_folder_that_another_may_have_made_is_not_used(warm: Place) -> None:
    real = warm.private.with_name("real")
    warm.private.rename(real)
    warm.private.symlink_to(real)
    try:
        assert not warm.run("ps")[3]
        assert warm.run("warm", "status")[:2] == (1, b"off\n")
        assert b"not a private folder of this user" in warm.run("warm", "on")[2]
    finally:
        warm.private.unlink()
        real.rename(warm.private)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be another user")
def test_a_listener_of_another_user_is_not_asked(warm: Place) -> None:
    code = (
        "import os, socket, sys; os.setuid(65534); s = socket.socket(fileno=int(sys.argv[1])); s.listen(); print(1, flush=True)\n"
        "s.settimeout(20); c, _ = s.accept(); print(len(c.recv(1000)))"
    )
    real = warm.private / "socket"
    kept = real.rename(warm.private / "kept")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(real))
        other = subprocess.Popen(
            [sys.executable, "-c", code, str(listener.fileno())], pass_fds=[listener.fileno()], stdout=subprocess.PIPE
        )
        assert other.stdout and other.stdout.readline() == b"1\n"
    code_, out, _, hot = warm.run("ps")
    assert code_ == 0 and b"web" in out and not hot
    assert other.communicate(timeout=60)[0] == b"0\n"
    kept.rename(real)


def test_it_ends_idle_and_off(place: Place) -> None:
    assert place.run("warm", "off")[:3] == (0, b"", b"") and not place.private.exists()
    server = place.folder / "bin/pydock/resident/server.py"
    text = server.read_text()
    server.write_text(text.replace("IDLE = 600", "IDLE = 1"))
    time.sleep(0.05)
    try:
        assert place.run("warm", "on")[0] == 0
        lock = place.private / "lock"
        process = place.process()
        assert process and lock.exists()
        assert until(lambda: not Path(f"/proc/{process}").exists())
        assert not (place.private / "socket").exists()
        assert place.run("warm", "status")[:2] == (0, b"on, no process: the next short command starts it\n")
    finally:
        server.write_text(text)
        assert place.run("warm", "off")[0] == 0
    assert place.run("warm", "status")[:2] == (1, b"off\n")
    assert place.run("ps")[0] == 0 and not place.private.exists()
