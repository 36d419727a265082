"""Logs of many containers: what docker's own client shows of each, merged."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

MANY = 20
NAMES = tuple(f"m{n}" for n in range(MANY))
#: lines of both streams, one that takes several entries, bytes that are no text, and no line break at the end
WRITES = "for i in 1 2 3 4 5 6; do echo $0 out $i; echo $0 err $i >&2; done; head -c 40000 /dev/zero | tr '\\0' x; echo; printf '\\377\\n'; printf end"


@pytest.fixture(scope="module", params=["docker-28", "docker-20", "podman"])
def many(request: pytest.FixtureRequest, docker: Path) -> Iterator[EngineProcess]:
    """20 containers that write at the same time, and have exited; m0 has a TTY."""
    engine: EngineProcess = request.getfixturevalue(request.param.replace("-", ""))
    program(docker, "rm", "-f", *NAMES, "late", host=engine.host)
    for name in NAMES:
        flags = ("-t",) if name == "m0" else ()
        line = ("create", "--name", name, "--label", "of=many", *flags, "busybox", "sh", "-c", WRITES, name)
        done = program(docker, *line, host=engine.host)
        assert done.code == 0, done
    program(docker, "start", *NAMES, host=engine.host, timeout=120)
    program(docker, "wait", *NAMES, host=engine.host)
    yield engine
    program(docker, "rm", "-f", *NAMES, "late", host=engine.host)


def of(docker: Path, engine: EngineProcess, name: str, *flags: str) -> tuple[bytes, bytes]:
    done = program(docker, "logs", *flags, name, host=engine.host)
    assert done.code == 0, done
    return done.out, done.err


def without(name: str, data: bytes) -> bytes:
    """The lines of one container, without its prefix."""
    prefix = re.compile(rb"%s *\| " % name.encode())
    found = ((line, prefix.match(line)) for line in data.splitlines(keepends=True))
    return b"".join(line[match.end() :] for line, match in found if match)


def test_each_is_shown_whole_and_in_order(many: EngineProcess, pydock: Path, docker: Path) -> None:
    done = program(pydock, "logs", *NAMES, host=many.host)
    assert done.code == 0
    for name in NAMES:
        for shown, own in zip((done.out, done.err), of(docker, many, name)):
            # a line without an end is ended
            assert without(name, shown) in (own, own + b"\n") or (many.name == "podman" and b"x" * 100 in own)


def test_lines_are_in_the_order_of_their_times(many: EngineProcess, pydock: Path, docker: Path) -> None:
    """Against the times that docker's client shows: sorted, and the same ones."""
    stamp = re.compile(rb"(?m)^(?:m\d+ *\| )?(\d{4}-\d\d-\d\dT\S+Z) ")
    done = program(pydock, "logs", "-t", "--stream", "stderr", *NAMES, host=many.host)
    times = stamp.findall(done.err)
    assert done.out == b"" and times == sorted(times)
    assert times == sorted(t for name in NAMES for t in stamp.findall(of(docker, many, name, "-t")[1]))


def test_flags_of_each(many: EngineProcess, pydock: Path, docker: Path) -> None:
    done = program(
        pydock, "logs", "--all", "--filter", "label=of=many", "--grep", "out [25]", "--no-prefix", host=many.host
    )
    wanted = sorted(f"{name} out {n}" for name in NAMES for n in (2, 5))
    assert sorted(line.rstrip("\r") for line in done.out.decode().split("\n")[:-1]) == wanted
    assert (done.code, done.err) == (0, b"")
    if many.name != "podman":
        done = program(pydock, "logs", "-n", "2", "m3", "m4", host=many.host)
        assert [without(name, done.out).rstrip(b"\n") for name in ("m3", "m4")] == [
            of(docker, many, name, "-n", "2")[0] for name in ("m3", "m4")
        ]
    done = program(pydock, "logs", "m1", "nosuch", "m2", host=many.host)
    assert done.code == 1 and b"nosuch" in done.err and without("m2", done.err)


def test_one_alone_is_as_ever(many: EngineProcess, pydock: Path, docker: Path) -> None:
    for name in ("m0", "m1"):
        done = program(pydock, "logs", name, host=many.host)
        assert (done.out, done.err) == of(docker, many, name)


def test_who_starts_later_joins(many: EngineProcess, pydock: Path, docker: Path) -> None:
    env = {**os.environ, "DOCKER_HOST": many.host}
    with subprocess.Popen(
        [pydock, "logs", "-f", "--filter", "label=of=late"], stdout=-1, stderr=-1, env=env
    ) as follows:
        time.sleep(2)
        line = (
            "run",
            "-d",
            "--name",
            "late",
            "--label",
            "of=late",
            "busybox",
            "sh",
            "-c",
            "echo hello; sleep 1; exit 3",
        )
        assert program(docker, *line, host=many.host).code == 0
        assert program(docker, "wait", "late", host=many.host).out == b"3\n"
        time.sleep(2)
        assert program(docker, "start", "late", host=many.host).code == 0
        program(docker, "wait", "late", host=many.host)
        time.sleep(2)
        follows.send_signal(signal.SIGINT)
        out, err = follows.communicate(timeout=30)
    assert follows.returncode == 130
    assert out == b"late | hello\n" * 2
    assert err.decode().splitlines() == ["late has started", "late has exited with code 3"] * 2
