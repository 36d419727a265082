"""Files and bytes between this machine and containers: cp, export, exec -i; large ones; engines that die."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tarfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.test_engines import Client
from tests.support import engines
from tests.support.cli import program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

MIB = 1 << 20


@pytest.fixture
def run(pydock: Path, engine: EngineProcess, tmp_path: Path) -> Client:
    return Client(pydock, engine, tmp_path)


@pytest.fixture
def box(run: Client) -> Iterator[str]:
    """A container that sleeps."""
    name = f"box{uuid.uuid4().hex[:8]}"
    run.ok("run", "-d", "--name", name, "busybox", "sleep", "1000")
    yield name
    run("rm", "-f", name)


def test_there_and_back(run: Client, box: str) -> None:
    tree = run.folder / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / "sub" / "f").write_bytes(bytes(range(256)) * 5000)
    (tree / "run.sh").write_text("#!/bin/sh\necho ran\n")
    (tree / "run.sh").chmod(0o750)
    (tree / "link").symlink_to("sub/f")
    run.ok("cp", "tree", f"{box}:/tree")
    assert run.ok("exec", box, "/tree/run.sh") == "ran\n"
    assert run.ok("exec", box, "readlink", "/tree/link") == "sub/f\n"
    run.ok("cp", f"{box}:/tree", "back")
    assert (run.folder / "back" / "sub" / "f").read_bytes() == (tree / "sub" / "f").read_bytes()
    assert (
        os.readlink(run.folder / "back" / "link") == "sub/f"
        and (run.folder / "back" / "run.sh").stat().st_mode & 0o777 == 0o750
    )
    run.ok("cp", "-L", f"{box}:/tree/link", "followed")
    assert (run.folder / "followed").read_bytes() == (tree / "sub" / "f").read_bytes()
    out = run("cp", f"{box}:/tree/sub", "-").out
    again = run("cp", "-", f"{box}:/tmp", stdin=out)
    assert again.code == 0 and run.ok("exec", box, "ls", "/tmp/sub") == "f\n"


def test_what_cannot_be_copied(run: Client, box: str) -> None:
    (run.folder / "file").touch()
    for argv in (
        ["cp", f"{box}:/nosuch", "."],
        ["cp", "nosuch", f"{box}:/"],
        ["cp", f"{box}:/etc", "file"],
        ["cp", "file", f"{box}:/nosuch/dir/"],
        ["cp", "a", "b"],
    ):
        done = run(*argv)
        assert done.code == 1 and done.err and b"Traceback" not in done.err and b"unexpected error" not in done.err, (
            argv,
            done,
        )
    assert sorted(p.name for p in run.folder.iterdir()) == ["file"]


def test_exec(run: Client, box: str) -> None:
    done = run("exec", "-i", box, "sh", "-c", "cat; echo err >&2; exit 7", stdin=b"in\n")
    assert (done.code, done.out, done.err) == (7, b"in\n", b"err\n")
    run.ok("exec", "-d", box, "touch", "/made")
    for _ in range(50):
        if run("exec", box, "test", "-e", "/made").code == 0:
            break
    else:
        pytest.fail("the detached command made nothing")
    assert (
        run.ok("exec", "-w", "/etc", "-u", "5:6", "-e", "A=b", box, "sh", "-c", "pwd; id -u; echo $A") == "/etc\n5\nb\n"
    )
    assert run("exec", "nosuch", "true").code == 1


def test_top_diff_stats_update_commit_export(run: Client, box: str) -> None:
    run.ok("exec", box, "touch", "/added")
    assert "sleep" in run.ok("top", box)
    assert "A /added" in run.ok("diff", box).splitlines()
    line = run.ok("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}} {{.PIDs}}", box).split()
    assert line[0] == box and line[2] == "/" and int(line[-1]) > 0
    run.ok("export", "-o", "all.tar", box)
    with tarfile.open(run.folder / "all.tar") as archive:
        assert "added" in archive.getnames()
    identifier = run.ok("commit", "-m", "a message", "-c", "ENV ADDED=1", box, f"{box}:made").strip()
    assert run.ok("run", "--rm", f"{box}:made", "sh", "-c", "ls /added; echo $ADDED") == "/added\n1\n"
    assert identifier
    assert run.ok("port", box) == ""
    if run.engine.name != "podman":
        # rootless or nested Podman has no cgroup to change
        assert run.ok("update", "--restart", "no", box) == f"{box}\n"
    program("docker", "rmi", "-f", f"{box}:made", host=run.engine.host)


def test_prune(run: Client) -> None:
    mark = uuid.uuid4().hex
    run.ok("create", "--label", f"mark={mark}", "busybox")
    asked = run("container", "prune", "--filter", f"label=mark={mark}", stdin=b"n\n")
    assert (asked.code, asked.out) == (
        0,
        b"WARNING! This will remove all stopped containers.\nAre you sure you want to continue? [y/N] ",
    )
    done = run("container", "prune", "--filter", f"label=mark={mark}", stdin=b"y\n")
    assert done.code == 0 and b"Deleted Containers:\n" in done.out and b"Total reclaimed space: " in done.out
    assert run.ok("ps", "-aq", "--filter", f"label=mark={mark}") == ""


# ---- large ones ----------------------------------------------------------------------------------------

#: runs a program and prints its exit code and the most memory it had, in KiB, on a line of its own on stderr
MEASURE = "import os, subprocess, sys; p = subprocess.Popen(sys.argv[1:]); _, s, r = os.wait4(p.pid, 0); print(os.waitstatus_to_exitcode(s), r.ru_maxrss, file=sys.stderr)"


def measured(pydock: Path, engine: EngineProcess, *argv: str, **streams: object) -> None:
    """Run it; it must succeed with less than 80 MB."""
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": engine.host}
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(pydock), *argv],
        env=env,
        stderr=subprocess.PIPE,
        timeout=120,
        check=True,
        **streams,
    )  # type: ignore[call-overload]
    code, memory = map(int, done.stderr.split()[-2:])
    assert code == 0 and memory < 80_000, done.stderr


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return (
            hashlib.file_digest(file, "sha256").hexdigest()
            if hasattr(hashlib, "file_digest")
            else hashlib.sha256(file.read()).hexdigest()
        )


def test_large_streams(pydock: Path, docker28: EngineProcess, tmp_path: Path) -> None:
    """100 MB each way through exec and cp: every byte, little memory. (PYDOCK_TEST_MB sets another size.)"""
    size = int(os.environ.get("PYDOCK_TEST_MB", "100"))
    run = Client(pydock, docker28, tmp_path)
    with (tmp_path / "large").open("wb") as file:
        for _ in range(size):
            file.write(os.urandom(MIB))
    name = f"large{uuid.uuid4().hex[:8]}"
    run.ok("run", "-d", "--name", name, "busybox", "sleep", "1000")
    try:
        with (tmp_path / "large").open("rb") as source, (tmp_path / "echo").open("wb") as target:
            measured(pydock, docker28, "exec", "-i", name, "cat", stdin=source, stdout=target)
        measured(pydock, docker28, "cp", str(tmp_path / "large"), f"{name}:/large")
        measured(pydock, docker28, "cp", f"{name}:/large", str(tmp_path / "back"))
        assert digest(tmp_path / "large") == digest(tmp_path / "echo") == digest(tmp_path / "back")
    finally:
        run("rm", "-f", name)


# ---- engines that die ----------------------------------------------------------------------------------


def test_an_engine_killed_in_the_middle(pydock: Path, tmp_path: Path) -> None:
    """Streams of every kind: each client says what happened, fails, and leaves no half of a file under its name."""
    folder = Path(os.path.realpath(tmp_path))
    with engines.running("docker-28", folder / "e") as own:
        fill = (
            "dd if=/dev/zero of=/big bs=1M count=1500 2>/dev/null; touch /ready; while :; do echo x; sleep 0.05; done"
        )
        assert program(pydock, "run", "-d", "--name", "killed", "busybox", "sh", "-c", fill, host=own.host).code == 0
        for _ in range(200):
            if program(pydock, "exec", "killed", "test", "-e", "/ready", host=own.host).code == 0:
                break
            time.sleep(0.1)
        with (folder / "src").open("wb") as sparse:
            sparse.truncate(20_000 * MIB)
        out = folder / "out"
        out.mkdir()
        lines = {
            "logs": ["logs", "-f", "killed"], "exec": ["exec", "killed", "sh", "-c", "while :; do echo y; sleep 0.05; done"], "exec -i": ["exec", "-i", "killed", "cat"],
            "cp out": ["cp", "killed:/big", str(out / "copy")], "cp in": ["cp", str(folder / "src"), "killed:/in"], "export": ["export", "-o", str(out / "all.tar"), "killed"],
            "stats": ["stats", "killed"], "stats of all": ["stats"], "attach": ["attach", "--no-stdin", "killed"], "wait": ["wait", "killed"],
        }  # fmt: skip
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": own.host}
        clients = {
            what: subprocess.Popen(
                [str(pydock), *argv], env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
            for what, argv in lines.items()
        }
        time.sleep(1)
        early = {what for what, p in clients.items() if p.poll() is not None}
        assert own.process is not None
        own.process.send_signal(signal.SIGKILL)
        own.process.wait()
        for what, process in clients.items():
            _, err = process.communicate(timeout=20)
            if what in early and process.returncode == 0:
                continue  # a fast machine was done with it
            # docker's code for an exec whose end nobody tells is 255
            assert process.returncode in ((1, 255) if what.startswith("exec") else (1,)), (
                what,
                process.returncode,
                err,
            )
            assert err.strip() and b"Traceback" not in err and b"unexpected error" not in err, (what, err)
        assert not {"stats", "logs", "exec"} & early
        assert not list(out.glob(".*")), "what was written under another name is taken away"
        assert {p.name for p in out.iterdir()} <= {
            name for what, name in (("cp out", "copy"), ("export", "all.tar")) if what in early
        }
