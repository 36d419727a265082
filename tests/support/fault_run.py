"""Runs one command line through the proxy, and grades what it did against the undamaged run."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import tarfile
import tempfile
import termios
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from io import BytesIO
from pathlib import Path

from tests.support.engines import small_disk
from tests.support.fault_table import Line
from tests.support.fault_world import World
from tests.support.faults import FRAMES
from tests.support.faulty import Act, Answer, Canned, Exchange, Fault, Key, Proxy

#: seconds until a command that should have ended hangs, and that one waits before it is interrupted
DEADLINE, PATIENCE = 15.0, 1.0
#: how often the undamaged run is tried
TRIES = 3
#: what POST does not change: streams, waits, sizes, checks
SAME = re.compile(r"/(session|grpc|auth)$|/(wait|attach|resize)$")
FAULTS_OF_OURS = re.compile(
    rb"This is a bug in pydock|Traceback \(most recent|^panic: |goroutine \d+ \[|Exception ignored|Fatal Python error",
    re.M,
)

#: an engine refuses to prune while it does
PRUNING = threading.Lock()
#: what differs from run to run, and how it is written for comparison
VOLATILE = [(re.compile(pattern), word) for pattern, word in (
    (r"\b[0-9a-f]{12,64}\b", "ID"), (r"/[^ \n]*/f-\w+/h/", "HOME/"), (r"\d+", "0"), (r"(Less than a|About an?|0) (second|minute|hour)s? ago", "AGO"), (r" +", " "), (r"-{2,}", "-"),
)]  # fmt: skip


class Grade(Enum):
    """What a run may be, the worst first."""

    HANG = "hang"
    INTERNAL = "internal fault"
    RAW = "terminal left raw"
    TWICE = "sent twice"
    HALF = "half a file under its final name"
    LEFT = "leftovers"
    SILENT = "failure without a word"
    FALSE = "success told where it is none"
    NEEDLESS = "failure without need"
    MISSED = "the fault never struck"
    RIGHT = "right"


@dataclass(frozen=True)
class Client:
    """name: "pydock" or "docker"; plugins: CLI plugins that it needs, file name -> place."""

    name: str
    program: Path
    plugins: Mapping[str, Path] = field(default_factory=dict)


@dataclass
class Outcome:
    code: int
    out: bytes
    err: bytes
    files: dict[str, bytes]
    seen: list[Exchange]
    hung: bool = False
    raw: bool = False
    interrupted: bool = False
    struck: bool = False
    seconds: float = 0.0


@dataclass(frozen=True)
class Case:
    line: Line
    key: Key
    fault: Fault

    def __str__(self) -> str:
        return f"{self.line} | {self.key} | {self.fault}"


def fill(text: str, names: Mapping[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda m: names.get(m.group(1), m.group(0)), text)


def canned_for(line: Line, names: Mapping[str, str]) -> Canned:
    return {(method, fill(path, names)): answer for (method, path), answer in line.canned.items()}


class Runner:
    """Runs command lines of one client in one world."""

    def __init__(self, client: Client, world: World) -> None:
        self.client, self.world = client, world
        self.calm: dict[Line, Outcome] = {}

    # -- one run ---------------------------------------------------------------------------------------

    def run(
        self,
        line: Line,
        fault: Fault | None = None,
        target: Key | None = None,
        before: int = 0,
        text: str = "",
        stop: signal.Signals | None = None,
        redirect: str = "",
        gone: bool = False,
        full: bool = False,
    ) -> Outcome:
        """text: another spelling of the line; stop: the signal that ends the wait for an answer that is held back; redirect: as a shell
        has it; gone: nobody reads stdout; full: the disk is, with the home and the folder of the run on it."""
        self.world.ready(line.text)
        with contextlib.ExitStack() as stack:
            if "prune" in line.text:
                stack.enter_context(PRUNING)
            base = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="f-", ignore_cleanup_errors=True)))
            if full:
                stack.enter_context(small_disk(base))
            folder, home = base / "w", base / "h"
            self.world.lay(folder, line.outputs)
            self._home(home)
            shell = ["sh", "-c", f'exec "$@" {redirect}', "sh"] if redirect else []
            argv = [*shell, str(self.client.program), *shlex.split(fill(text or line.text, self.world.names))]
            with Proxy(self.world.engine, base, fault, target, before, canned_for(line, self.world.names)) as proxy:
                if full:
                    fill_up(base)
                env = {
                    "PATH": os.environ["PATH"],
                    "HOME": str(home),
                    "LANG": "C.UTF-8",
                    "TZ": "UTC",
                    "TERM": "xterm",
                    "PYTHONWARNINGS": "error",
                    "DOCKER_HOST": proxy.host,
                    **line.env,
                }
                outcome = (
                    self._on_terminal(argv, line, folder, env, proxy, stop)
                    if line.tty
                    else self._on_pipes(argv, line, folder, env, proxy, stop, gone)
                )
            outcome.files = {
                str(p.relative_to(folder)): p.read_bytes()
                for p in sorted(folder.rglob("*"))
                if p.is_file() and not p.is_symlink()
            }
            return outcome

    def _home(self, home: Path) -> None:
        plugins = home / ".docker" / "cli-plugins"
        plugins.mkdir(parents=True)
        for name, place in self.client.plugins.items():
            (plugins / name).symlink_to(place)

    def _stdin(self, line: Line, folder: Path) -> bytes:
        return (folder / line.stdin[1:].decode()).read_bytes() if line.stdin.startswith(b"@") else line.stdin

    def _on_pipes(
        self,
        argv: list[str],
        line: Line,
        folder: Path,
        env: dict[str, str],
        proxy: Proxy,
        stop: signal.Signals | None,
        gone: bool,
    ) -> Outcome:
        begun = time.monotonic()
        with unread() if gone else contextlib.nullcontext(subprocess.PIPE) as out_to:
            process = subprocess.Popen(
                argv,
                cwd=folder,
                env=env,
                stdin=subprocess.PIPE,
                stdout=out_to,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        watch = Watch(process, proxy, stop)
        try:
            out, err = process.communicate(self._stdin(line, folder), timeout=DEADLINE * 4)
        finally:
            watch.end()
            _end_group(process)
        return Outcome(
            process.returncode,
            out or b"",
            err,
            {},
            proxy.seen,
            watch.hung,
            False,
            watch.interrupted,
            proxy.struck.is_set(),
            time.monotonic() - begun,
        )

    def _on_terminal(
        self, argv: list[str], line: Line, folder: Path, env: dict[str, str], proxy: Proxy, stop: signal.Signals | None
    ) -> Outcome:
        begun = time.monotonic()
        master, slave = pty.openpty()
        before = termios.tcgetattr(slave)
        process = subprocess.Popen(
            argv,
            cwd=folder,
            env=env,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        watch = Watch(process, proxy, stop)
        shown = b""
        try:
            while process.poll() is None or select.select([master], [], [], 0.05)[0]:
                if select.select([master], [], [], 0.1)[0]:
                    shown += os.read(master, 65536)
            raw = termios.tcgetattr(slave) != before
        finally:
            watch.end()
            _end_group(process)
            os.close(master)
            os.close(slave)
        return Outcome(
            process.returncode,
            shown,
            b"",
            {},
            proxy.seen,
            watch.hung,
            raw,
            watch.interrupted,
            proxy.struck.is_set(),
            time.monotonic() - begun,
        )

    # -- cases -----------------------------------------------------------------------------------------

    def calmly(self, line: Line) -> Outcome:
        """The undamaged run, once; more often where it does not go well, for a machine may be busy."""
        for _ in range(TRIES):
            if line not in self.calm:
                self.calm[line] = self.run(line)
            if not self.calm[line].hung and (self.calm[line].code == 0 or "exit" in line.text):
                return self.calm[line]
            bad = self.calm.pop(line)
        raise AssertionError(f"{line}: {bad}")

    def cases(self, line: Line, faults: tuple[Fault, ...]) -> Iterator[Case]:
        """Every fault for every request of a line."""
        for exchange in self.calmly(line).seen:
            for fault in faults:
                if exchange.answer and fault.fits(exchange.answer):
                    yield Case(line, exchange.key, fault)

    def grade(self, case: Case, text: str = "") -> tuple[Grade, Outcome]:
        calm = self.calmly(case.line)
        before = next(i for i, e in enumerate(calm.seen) if e.key == case.key)
        got = self.run(case.line, case.fault, case.key, before, text)
        return grade(case, calm, got, self.world.mark), got


@contextlib.contextmanager
def unread() -> Iterator[int]:
    """A pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        yield writing
    finally:
        os.close(writing)


def fill_up(folder: Path) -> None:
    with open(folder / "fill", "wb", buffering=0) as out, contextlib.suppress(OSError):
        while out.write(bytes(4096)) == 4096:
            pass


class Watch:
    """Ends what hangs, and interrupts what waits for an answer that is held back."""

    def __init__(self, process: subprocess.Popen[bytes], proxy: Proxy, stop: signal.Signals | None) -> None:
        self.process, self.proxy, self.stop = process, proxy, stop
        self.hung = self.interrupted = False
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self) -> None:
        if self.proxy.fault and self.proxy.fault.harm == "hold" and self.proxy.struck.wait(DEADLINE):
            # what is passed on to a container ends the client, as docker's, the third time
            for _ in range(1 if self.stop else 3):
                if self.over.wait(PATIENCE):
                    break
                self.interrupted = True
                _signal(self.process, self.stop or signal.SIGINT)
        if not self.over.wait(DEADLINE):
            self.hung = self.process.poll() is None
            _signal(self.process, signal.SIGKILL)

    def end(self) -> None:
        self.over.set()
        self.thread.join()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """What it has started goes with it: the session is its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            with contextlib.suppress(OSError):
                pipe.close()


# ---- grading -------------------------------------------------------------------------------------------


def content(data: bytes, mark: str) -> object:
    """What of some output must be the same in every run: an archive's members, or text without ids and numbers."""
    if len(data) >= 1024 and data[257:262] == b"ustar":
        return archive(data)
    text = data.decode("utf-8", "replace").replace(mark, "@")
    for pattern, word in VOLATILE:
        text = pattern.sub(word, text)
    return text


def archive(data: bytes) -> object:
    """The members of a tar archive; None if it does not come to its end."""
    try:
        with tarfile.open(fileobj=BytesIO(data)) as tar:
            found = [(m.name, m.size if not m.name.endswith(".json") else 0) for m in tar]
    except tarfile.TarError:
        return None
    return found if data.endswith(bytes(1024)) else None


def same(line: Line, calm: Outcome, got: Outcome, mark: str) -> bool:
    """Has the user got all that the undamaged run gives?"""
    if set(got.files) != set(calm.files) or any(
        content(got.files[f], mark) != content(calm.files[f], mark) for f in calm.files
    ):
        return False
    if line.loose:
        return bool(got.out.strip()) == bool(calm.out.strip())
    if content(got.out, mark) != content(calm.out, mark):
        return False
    told = Counter(str(content(got.err, mark)).split("\n"))
    return not Counter(str(content(calm.err, mark)).split("\n")) - told


def changes(exchange: Exchange | None) -> bool:
    if exchange is None:
        return False
    return exchange.key.method not in ("GET", "HEAD") and not SAME.search(exchange.key.path)


def twice(calm: Outcome, got: Outcome) -> list[str]:
    """What changes something and has reached the engine more often than it should."""

    def asked(e: Exchange) -> bool:
        # every signal is one of its own
        return e.passed and changes(e) and not (got.interrupted and e.key.path.endswith("/kill"))

    once, now = (Counter(e.identity for e in outcome.seen if asked(e)) for outcome in (calm, got))
    return [f"{method} {path}" for (method, path), count in now.items() if count > max(once[method, path], 1)]


def half(calm: Outcome, got: Outcome, line: Line, mark: str) -> list[str]:
    """Files that are neither what was there before nor whole."""
    return [
        f
        for f in got.files
        if f in calm.files
        and got.files[f] not in (b"old", calm.files[f])
        and content(got.files[f], mark) != content(calm.files[f], mark)
    ]


def grade(case: Case, calm: Outcome, got: Outcome, mark: str) -> Grade:
    line, fault = case.line, case.fault
    claims = got.code in (0, calm.code)
    if got.hung:
        return Grade.HANG
    if FAULTS_OF_OURS.search(got.err) or (line.tty and FAULTS_OF_OURS.search(got.out)):
        return Grade.INTERNAL
    if got.raw:
        return Grade.RAW
    if not got.struck:
        return Grade.MISSED
    if fault.name != "404 JSON" and twice(calm, got):
        return Grade.TWICE
    if half(calm, got, line, mark):
        return Grade.HALF
    if set(got.files) - set(calm.files):
        return Grade.LEFT
    if not claims and not got.interrupted and not got.err.strip() and not (line.tty and got.out.strip()):
        return Grade.SILENT
    if fault.harm in ("none", "text"):
        right = got.code == calm.code and (fault.harm == "text" or same(line, calm, got, mark))
        return Grade.RIGHT if right else Grade.NEEDLESS
    if claims and not _may_claim(case, calm, got, mark):
        return Grade.FALSE
    return Grade.RIGHT


def ends_well(fault: Fault, answer: Answer) -> bool:
    """Does a stream of another protocol end as it might by itself: between two frames, or anywhere where there are none?"""
    if not answer.upgraded or fault.harm != "body" or not fault.send:
        return False
    *_, sent, last = [b"", *fault.send(answer)]
    return (
        last is Act.CLOSE
        and isinstance(sent, bytes)
        and whole_frames(sent.partition(b"\r\n\r\n")[2], answer.kind == FRAMES)
    )


def whole_frames(data: bytes, framed: bool) -> bool:
    """stdcopy's frames: a header of eight bytes, the last four of them the length of what follows."""
    while framed and data:
        if len(data) < 8 or len(data) < (size := 8 + int.from_bytes(data[4:8], "big")):
            return False
        data = data[size:]
    return True


def _may_claim(case: Case, calm: Outcome, got: Outcome, mark: str) -> bool:
    """Is a success the truth?"""
    exchange = next((e for e in calm.seen if e.key == case.key), None)
    if case.fault.name in case.line.unseen or (exchange and exchange.answer and ends_well(case.fault, exchange.answer)):
        return True
    harm, changing = case.fault.harm, changes(exchange)
    if harm == "status" and any(case.fault.name.startswith(str(status)) for status in case.line.refused):
        return True
    alike = got.code == calm.code and same(case.line, calm, got, mark)
    if harm in ("lost", "hold", "status"):
        return alike and not changing
    if harm == "key":
        # what an answer need not tell is not missed; what has been made has a name
        return alike or not (exchange and exchange.answer and exchange.answer.status == 201)
    return alike
