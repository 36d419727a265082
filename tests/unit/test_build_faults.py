"""Builds on an engine that goes wrong at any point: no hang, no success that was not seen, nothing written of a failure."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pydock.buildkit import messages as m
from pydock.buildkit.call import PREFIX, Call
from pydock.errors import Failure
from tests.support import builder as b
from tests.support.builder import (
    Builder,
    builder,
    chunks,
    hang_up,
    http,
    nonsense,
    progress,
    refusal,
    said,
    silence,
    solved,
)
from tests.support.terminal import Terminal

#: seconds after which something hangs
PATIENCE = 60.0


@dataclass
class Case:
    """at: where the engine goes wrong, and how. code: how pydock ends, with these words on stderr. argv: what is asked beside
    the usual. interrupted: as soon as it waits in vain, it gets one Ctrl-C."""

    at: dict[str, b.Act]
    words: str
    code: int = 1
    argv: Sequence[str] = ("--iidfile", "iid")
    interrupted: bool = False
    classic: bool = False
    env: dict[str, str] = field(default_factory=dict)


def raw(*data: bytes) -> b.Act:
    """Solve answered by bytes that are no message of its kind."""
    return said(*data)


def half(builder: Builder, call: Call) -> None:
    """A message that is cut, then the end."""
    call._open_answer()
    with call.connection.lock:
        call.connection.h2.send_data(call.stream, PREFIX.pack(0, 100) + b"x" * 10)
    call.finish()


def no_status(builder: Builder, call: Call) -> None:
    call.send(m.SOLVED.encode({"ExporterResponse": {"containerimage.digest": b.DIGEST}}))
    call.end()


def stream_reset(builder: Builder, call: Call) -> None:
    with call.connection.lock:
        call.connection.h2.reset_stream(call.stream, 2)
    call.connection.flush()


def crash(builder: Builder, at: Any) -> None:
    for end in builder._ends:
        end.reset()


def session_lost(builder: Builder, call: Call) -> None:
    """The session ends; of the build nothing more is heard."""
    builder.session.duplex.hang_up()


def export(end: str) -> b.Act:
    """The result as an archive, or half of it, before the build is told to have gone well."""

    def act(builder: Builder, call: Call) -> None:
        sent = builder.session.call(
            "/moby.filesync.v1.FileSend/DiffCopy", m.DATA.encode({"data": b"half"}), last=end == "whole"
        )
        try:
            if end == "reset":
                sent.cancel()
            while sent.receive() is not None:
                pass
        except Failure:
            # it could not be written there: this engine does not mind
            pass
        solved(builder, call)

    return act


#: how an engine that is gone shows
GONE = "EOF|reset|writing to the engine"
IID = ("--iidfile", "iid")


def late_export(builder: Builder, call: Call) -> None:
    """The build is told to have gone well before its result has come to an end, and before all of it has begun."""
    solved(builder, call)
    time.sleep(0.3)
    sent = builder.session.call("/moby.filesync.v1.FileSend/DiffCopy", m.DATA.encode({"data": b"whole"}), last=False)
    time.sleep(0.3)
    sent.end()


TAR = ("--output", "type=tar,dest=out.tar")
META = (*IID, "--metadata-file", "meta")
BUILT = progress({"stream": "Step 1/1 : FROM scratch\n"})
STEP = BUILT[0]

CASES: dict[str, Case] = {
    "nothing is wrong": Case({}, "", code=0),
    "session refused": Case({"session": http("500 No", b'{"message": "no"}')}, "unable to upgrade to h2c, received 500"),
    "session closed": Case({"session": hang_up}, GONE),
    "session crashed": Case({"session": crash}, GONE),
    "session silent": Case({"session": silence}, "", code=130, interrupted=True),
    "session nonsense": Case({"session": nonsense, "Solve": silence}, "closed the session"),
    "control refused": Case({"grpc": http("500 No", b"")}, "unable to upgrade to h2c, received 500"),
    "control closed": Case({"grpc": hang_up}, GONE),
    "control silent": Case({"grpc": silence}, "", code=130, interrupted=True),
    "control nonsense": Case({"grpc": nonsense}, "malformed answer"),
    "workers silent": Case({"ListWorkers": silence}, "", code=130, interrupted=True),
    "workers closed": Case({"ListWorkers": hang_up}, GONE),
    "workers crashed": Case({"ListWorkers": crash}, GONE),
    "workers refused": Case({"ListWorkers": refusal(b.UNKNOWN, "no workers")}, "no workers"),
    "workers malformed": Case({"ListWorkers": said(b"\x0a\x7f")}, "malformed message"),
    "solve silent": Case({"Solve": silence}, "context canceled", code=130, interrupted=True),
    "solve and status silent": Case({"Solve": silence, "Status": silence}, "context canceled", code=130, interrupted=True),
    "solve closed": Case({"Solve": hang_up}, GONE),
    "solve crashed": Case({"Solve": crash}, GONE),
    "solve reset": Case({"Solve": stream_reset}, "reset the call", code=100),
    "solve failed": Case({"Solve": refusal(b.UNKNOWN, "no such thing")}, "failed to solve: no such thing"),
    "solve exhausted": Case({"Solve": refusal(8, "too much")}, "too much", code=102),
    "solve without a message": Case({"Solve": said()}, "unexpected end"),
    "solve without a status": Case({"Solve": no_status}, "without a status"),
    "solve cut": Case({"Solve": half}, "within a message"),
    "solve malformed": Case({"Solve": said(b"\x0a\x7fx")}, "malformed message"),
    "solve twice": Case({"Solve": said(b"", b"")}, "more than one message"),
    "session lost": Case({"Solve": session_lost, "Status": silence}, "closed the session"),
    "status nonsense": Case({"Status": said(b"\xff")}, "", code=0),
    "an archive": Case({"Solve": export("whole")}, "", code=0, argv=TAR),
    "an archive that is late": Case({"Solve": late_export}, "", code=0, argv=TAR),
    "half an archive": Case({"Solve": export("reset")}, "did not send the whole", argv=TAR),
    "no archive": Case({}, "did not send the whole", argv=TAR),
    "an archive on a full disk": Case({"Solve": export("whole")}, "no space left", argv=("--output", "type=tar,dest=-")),
    "record silent": Case({"ListenBuildHistory": silence}, "context canceled", code=130, argv=META, interrupted=True),
    "record crashed": Case({"ListenBuildHistory": crash}, GONE, argv=META),
    "record malformed": Case({"ListenBuildHistory": said(b"\x12\x7f")}, "malformed message", argv=META),
    "question nonsense": Case({"Solve": said(m.SOLVED.encode({})), "Ping": said(b"")}, "unexpected call|malformed", code=100, argv=("--call", "check")),
    "over REST, empty": Case({"grpc": http("404 No"), "build": http("200 OK")}, "empty"),
    "over REST, cut": Case({"grpc": http("404 No"), "build": chunks(*BUILT, whole=False)}, "EOF"),
    "over REST, cut in a message": Case({"grpc": http("404 No"), "build": chunks(STEP[:10], whole=True)}, "EOF"),
    "over REST, ended early": Case({"grpc": http("404 No"), "build": chunks(*BUILT)}, "without an image ID"),
    "over REST, silent": Case({"grpc": http("404 No"), "build": silence}, "context canceled", code=130, interrupted=True),
    "classic": Case({"build": chunks(*BUILT, *progress({"aux": {"ID": b.DIGEST}}))}, "", code=0, classic=True),
    "classic, empty": Case({"build": http("200 OK")}, "empty", classic=True),
    "classic, closed": Case({"build": hang_up}, "EOF|outcome|unknown", classic=True),
    "classic, cut": Case({"build": chunks(*BUILT, whole=False)}, "EOF", classic=True),
    "classic, cut in a message": Case({"build": chunks(*BUILT, STEP[:10])}, "EOF", classic=True),
    "classic, ended early": Case({"build": chunks(*BUILT)}, "without an image ID", classic=True),
    "classic, quiet, ended early": Case({"build": chunks(b"\r\n")}, "empty|without an image ID", classic=True, argv=("-q", *IID)),
    "classic, silent": Case({"build": silence}, "", code=130, interrupted=True, classic=True),
}  # fmt: skip


@dataclass
class Ended:
    code: int
    err: str
    folder: Path
    requests: list[str]


def ending(case: Case, pydock: Path, folder: Path) -> Ended:
    """Run a case to its end."""
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\n")
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "PYTHONWARNINGS": "error", **case.env}
    argv = ["build", *case.argv, "."]
    full = "dest=-" in " ".join(case.argv)
    with builder(folder / "s", **case.at) as engine, open("/dev/full" if full else os.devnull, "wb") as out:
        env |= {"DOCKER_HOST": engine.host, "DOCKER_BUILDKIT": "0" if case.classic else "1"}
        process = subprocess.Popen(
            [str(pydock), *argv], env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE
        )
        if case.interrupted:
            assert engine.caught.wait(PATIENCE)
            process.send_signal(signal.SIGINT)
        try:
            err = process.communicate(timeout=PATIENCE)[1].decode()
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return Ended(-1, "it hangs", folder, engine.requests)
        return Ended(process.returncode, err, folder, engine.requests)


@dataclass
class Endings:
    """cases: by name; screens: by how often Ctrl-C was pressed, the exit code and what was shown after that."""

    cases: dict[str, Future[Ended]]
    screens: dict[int, Future[tuple[int, bytes]]]


@pytest.fixture(scope="module")
def endings(pydock: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endings]:
    """All of them, several at a time, and first those that wait for seconds."""
    root = tmp_path_factory.mktemp("b")
    with ThreadPoolExecutor(12) as pool:
        screens = {presses: pool.submit(pressed, presses, pydock, root / f"p{presses}") for presses in (1, 2)}
        patient = sorted(CASES.items(), key=lambda item: not item[1].interrupted)
        yield Endings(
            {name: pool.submit(ending, case, pydock, root / str(i)) for i, (name, case) in enumerate(patient)}, screens
        )


@pytest.mark.parametrize("name", CASES)
def test_a_build_that_goes_wrong_anywhere_says_so_and_ends(name: str, endings: Endings) -> None:
    import re

    if "full disk" in name and not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full on this system")
    case, ended = CASES[name], endings.cases[name].result()
    assert ended.code == case.code, ended.err
    assert re.search(case.words, ended.err), ended.err
    assert "Traceback" not in ended.err and "bug in pydock" not in ended.err and "unexpected error" not in ended.err
    left = {p.name for p in ended.folder.iterdir()} - {"Dockerfile", "s", ".docker"}
    if case.code:
        assert not left
        assert case.interrupted or case.classic or "\nERROR: failed to build: " in f"\n{ended.err}"
    else:
        assert left == {"out.tar" if case.argv == TAR else "iid"}
    assert sum(r in ("POST /build", "POST /session") for r in ended.requests) <= (2 if "REST" in name else 1)


def pressed(presses: int, pydock: Path, folder: Path) -> tuple[int, bytes]:
    """A build that nobody answers, on a terminal, until it has got so many Ctrl-C."""
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\n")
    begun = {"digest": "d", "name": "[1/1] FROM scratch", "started": 10**18}

    def tell(builder: Builder, call: Call) -> None:
        call.send(m.STATUS_RESPONSE.encode({"vertexes": [begun]}))

    with builder(folder / "s", Solve=silence, Status=tell) as engine:
        screen = Terminal(pydock, "build", str(folder), host=engine.host)
        try:
            screen.until(b"[1/1] FROM scratch")
            assert engine.caught.wait(PATIENCE)
            for _ in range(presses):
                screen.type(b"\x03")
            return screen.end(), screen.seen
        finally:
            screen.close()


@pytest.mark.parametrize("presses", [1, 2])
def test_a_terminal_is_as_before_after_a_build_that_nobody_answers(presses: int, endings: Endings) -> None:
    """One Ctrl-C ends the live view, and shows the cursor; a second one does not wait for the engine at all."""
    code, seen = endings.screens[presses].result()
    assert code == 130
    assert seen.rfind(b"\x1b[?25h") > seen.rfind(b"\x1b[?25l")
    assert b"context canceled" in seen


def test_the_engine_dies_while_it_fetches_the_context(pydock: Path, tmp_path: Path) -> None:
    """Both connections end in the middle of a transfer."""
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text("FROM scratch\n")
    (context / "large").write_bytes(b"x" * (4 << 20))
    asked = threading.Event()

    def fetch(builder: Builder, call: Call) -> None:
        sync = builder.session.call(
            "/moby.filesync.v1.FileSync/DiffCopy", metadata=[("dir-name", "context")], last=False
        )
        kinds = []
        while m.PACKET_DATA not in kinds:
            kinds.append(m.PACKET.decode(sync.receive() or b"")["type"])
            if kinds == [m.PACKET_STAT] * 3:
                sync.send(m.PACKET.encode({"type": m.PACKET_REQ, "ID": 1}))
        asked.set()
        crash(builder, call)

    with builder(tmp_path / "s", Solve=fetch) as engine:
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DOCKER_HOST": engine.host}
        done = subprocess.run(
            [str(pydock), "build", "-q", str(context)], env=env, capture_output=True, timeout=PATIENCE, check=False
        )
    assert asked.is_set() and done.returncode == 1 and done.stdout == b""
    assert b"ERROR: failed to build: " in done.stderr and b"Traceback" not in done.stderr
