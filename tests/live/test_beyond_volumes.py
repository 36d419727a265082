"""Volumes exported, imported and cloned on real engines; what is in them is read by a container's own programs."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.test_beyond_copies import FILL, helpers
from tests.live.test_copy import measured
from tests.live.test_engines import Client
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

#: beside the tree of the copies: a device, a file of holes, and an owner, a mode and a time of the volume itself
MORE = """cp -a /src/. /v; mknod /v/device c 1 3; mknod /v/disk b 7 9; truncate -s 20000000 /v/holes; : >"/v/ two words"
ln -s ../.. /v/out; chown 77:88 /v; chmod 2711 /v; touch -d "2002-02-03 04:05:06" /v"""
LOOK = """cd /v && stat -c '%F %a %u:%g %Y' . && find . ! -path . -exec stat -c '%N %F %a %u:%g %Y %h %t,%T' {} + | sort &&
find . -type f -exec md5sum {} + | sort"""


@pytest.fixture
def run(pydock: Path, engine: EngineProcess, tmp_path: Path) -> Client:
    return Client(pydock, engine, tmp_path)


@pytest.fixture
def names(run: Client) -> Iterator[list[str]]:
    """Names of volumes, the first of which exists and is filled."""
    found = [f"v{i}-{uuid.uuid4().hex[:8]}" for i in range(4)]
    run.ok("volume", "create", "--label", "a=b", found[0])
    # Podman's archives have no links that lead nowhere, nor names with a star or a line break
    fill = (
        FILL.replace("; ln -s /nowhere /src/dangling", "").replace("odd*na\nme", "odd")
        if run.engine.name == "podman"
        else FILL
    )
    assert run("run", "--rm", "-v", f"{found[0]}:/v", "busybox", "sh", "-c", f"{fill}\n{MORE}").code == 0
    yield found
    run("volume", "rm", "-f", *found)


def looked(run: Client, volume: str) -> str:
    done = run("run", "--rm", "-v", f"{volume}:/v:ro", "busybox", "sh", "-c", LOOK)
    assert done.code == 0, done
    text = done.out.decode("utf-8", "surrogateescape")
    if run.engine.name != "podman":
        return text
    # it gives all to root, and leaves the volume itself as it is
    return text.partition("\n")[2].replace("1234:5678", "0:0")


def left(run: Client) -> str:
    return helpers(run) + run.ok("images", "-aq", "--filter", "label=pydock.helper")


def test_there_and_back(run: Client, names: list[str]) -> None:
    """Owners, modes, times, links, devices and every byte."""
    source, exported, piped, cloned = names
    content = looked(run, source)
    done = run("volume", "export", "-o", "out.tar", source)
    podman = run.engine.name == "podman"
    assert (done.code, done.out, b"root's" in done.err) == (0, b"", podman)
    with tarfile.open(run.folder / "out.tar") as tar:
        members = {member.name: member for member in tar}
    assert podman or (members["./a"].uid, members["."].mode & 0o7777) == (1234, 0o2711)
    assert (run.folder / "out.tar").stat().st_blocks * 512 < 10_000_000, "holes stay holes in the file"
    assert run.ok("volume", "import", "--label", "c=d", exported, "out.tar") == f"{exported}\n"
    stream = run("volume", "export", source)
    assert stream.code == 0 and stream.out == (run.folder / "out.tar").read_bytes()
    assert run.ok("volume", "import", piped, stdin=gzip.compress(stream.out)) == f"{piped}\n"
    assert run.ok("volume", "clone", source, cloned) == f"{cloned}\n"
    for volume in (exported, piped, cloned):
        assert looked(run, volume) == content
    labels = [json.loads(run.ok("volume", "inspect", "-f", "{{json .Labels}}", v)) or {} for v in (exported, cloned)]
    assert labels == [{"c": "d"}, {"a": "b"}]
    # into what exists: it is added to, and replaced
    run.ok(
        "run", "--rm", "-v", f"{cloned}:/v", "busybox", "sh", "-c", "echo other >/v/a; echo more >/v/new; rm /v/hard"
    )
    assert run.ok("volume", "import", "--existing", cloned, "out.tar") == f"{cloned}\n"
    assert (
        run.ok("run", "--rm", "-v", f"{cloned}:/v", "busybox", "sh", "-c", "cat /v/a /v/new; rm /v/new") == "onemore\n"
    )
    if not podman:
        times = looked(run, cloned).splitlines()
        assert times[1:] == content.splitlines()[1:]
    assert left(run) == ""


def test_what_fails_leaves_nothing(run: Client, names: list[str]) -> None:
    source, new, small, _ = names
    run.ok("volume", "export", "-o", "out.tar", source)
    whole = (run.folder / "out.tar").read_bytes()
    for part, told in (
        (whole[:5000], b"cut off"),
        (whole[:-1024], b"cut off"),
        (gzip.compress(whole)[:3000], b"cut off"),
        (b"", b"cut off"),
    ):
        done = run("volume", "import", new, stdin=part)
        assert done.code == 1 and told in done.err and done.err.endswith(b"was not kept\n"), done
        assert run("volume", "inspect", new).code == 1
    for line in (("export", "no-such"), ("clone", "no-such", new), ("clone", source, source), ("import", source, "out.tar"),
                 ("import", "--existing", "no-such", "out.tar"), ("import", "a/b", "out.tar"), ("export", "a b?c")):  # fmt: skip
        done = run("volume", *line)
        assert done.code == 1 and done.err and b"Traceback" not in done.err and b"unexpected error" not in done.err, (
            line,
            done,
        )
    # a disk that is full, in the middle
    tmpfs = ("--opt", "type=tmpfs", "--opt", "device=tmpfs", "--opt", "o=size=1m")
    if run.engine.name != "podman":  # which does not mount it before a container is started
        done = run("volume", "import", *tmpfs, small, "out.tar")
        assert (
            (done.code, done.out) == (1, b"") and b"no space left on device" in done.err and b"was not kept" in done.err
        ), done
        assert run("volume", "inspect", small).code == 1
    assert left(run) == ""


def test_helpers_go_when_an_export_is_interrupted_or_killed(run: Client, names: list[str]) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(run.folder), "DOCKER_HOST": run.engine.host}
    for number in (signal.SIGINT, signal.SIGKILL):
        with subprocess.Popen(
            [str(run.pydock), "volume", "export", names[0]], env=env, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout
            process.stdout.read(1)
            assert helpers(run) != ""
            process.send_signal(number)
            process.stdout.close()
            process.wait(20)
        assert (left(run) == "") == (number == signal.SIGINT)
    run.ok("volume", "clone", names[0], names[1])
    assert left(run) == ""


def test_sizes_and_who_uses_a_volume(run: Client, names: list[str]) -> None:
    box = f"box{uuid.uuid4().hex[:8]}"
    run.ok("run", "-d", "--name", box, "-v", f"{names[0]}:/v", "busybox", "sleep", "1000")
    try:
        listed = json.loads(run.ok("volume", "ls", "--size", "--used-by", "--json=Name,Size,UsedBy"))
        row = next(row for row in listed if row["Name"] == names[0])
        assert row["UsedBy"] == [box] and row["Size"] > 3_000_000
        shown = run.ok("volume", "ls", "--used-by", "--filter", f"name={names[0]}")
        assert shown.splitlines()[0].split() == ["DRIVER", "VOLUME", "NAME", "USED", "BY"] and box in shown
        done = run("volume", "export", "-o", "out.tar", names[0])
        assert done.code == 0 and f"in use by running containers ({box})".encode() in done.err
    finally:
        run("rm", "-f", box)


def test_large_ones_take_little_memory(pydock: Path, docker28: EngineProcess, tmp_path: Path) -> None:
    """100 MB through a clone, an export and an import, and from one container to another and to itself."""
    run = Client(pydock, docker28, tmp_path)
    volumes = [f"large{i}-{uuid.uuid4().hex[:8]}" for i in range(3)]
    boxes = [f"box{uuid.uuid4().hex[:8]}" for _ in range(2)]
    try:
        run.ok(
            "run",
            "--name",
            boxes[0],
            "-v",
            f"{volumes[0]}:/v",
            "busybox",
            "sh",
            "-c",
            "head -c 100000000 /dev/urandom >/v/f",
        )
        run.ok("create", "--name", boxes[1], "busybox")
        out = str(tmp_path / "out.tar")
        for line in (
            ("volume", "clone", volumes[0], volumes[1]), ("volume", "export", "-o", out, volumes[0]), ("volume", "import", volumes[2], out),
            ("cp", "--chown", "5", f"{boxes[0]}:/v/f", f"{boxes[1]}:/f"), ("cp", f"{boxes[0]}:/v/f", f"{boxes[0]}:/f"),
        ):  # fmt: skip
            measured(pydock, docker28, *line, stdout=subprocess.DEVNULL)
        mounts = [word for i, volume in enumerate(volumes) for word in ("-v", f"{volume}:/v{i}")]
        sums = run.ok("run", "--rm", *mounts, "busybox", "sh", "-c", "md5sum /v0/f /v1/f /v2/f").split()[::2]
        assert len(sums) == 3 and len(set(sums)) == 1
    finally:
        run("rm", "-f", *boxes)
        run("volume", "rm", "-f", *volumes)
