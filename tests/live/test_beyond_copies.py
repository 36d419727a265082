"""What `cp` does beyond docker, on real engines; what arrived is read by the containers' own programs."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.test_engines import Client
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

FILL = r"""
mkdir -p /src/sub; printf one >/src/a; ln /src/a /src/hard; ln -s a /src/soft; ln -s /nowhere /src/dangling
mkfifo /src/pipe; touch -d "2001-02-03 04:05:06" /src/sub/old; chown 1234:5678 /src/a /src/sub; chmod 4750 /src/a; chmod 1777 /src/sub
head -c 3000000 /dev/urandom >/src/large; printf x >"/src/odd*na
me"; printf y >"$(printf '/src/\377')"; printf 'app:x:1000:2000::/:\n' >>/etc/passwd; printf 'web:x:33:\n' >>/etc/group
"""
LOOK = """cd $0 && find . ! -path . -exec stat -c '%N %F %a %u:%g %Y %h' {} + | sort && find . -type f -exec md5sum {} + | sort"""


@pytest.fixture
def run(pydock: Path, engine: EngineProcess, tmp_path: Path) -> Client:
    return Client(pydock, engine, tmp_path)


@pytest.fixture
def boxes(run: Client) -> Iterator[tuple[str, str]]:
    """Two containers, the first with a tree in /src."""
    names = tuple(f"box{uuid.uuid4().hex[:8]}" for _ in range(2))
    for name in names:
        run.ok("run", "-d", "--name", name, "busybox", "sleep", "1000")
    run.ok("exec", names[0], "sh", "-c", FILL)
    yield names  # type: ignore[misc]
    run("rm", "-f", *names)


def looked(run: Client, box: str, folder: str) -> str:
    done = run("exec", box, "sh", "-c", LOOK, folder)
    assert done.code == 0, done
    text = done.out.decode("utf-8", "surrogateescape")
    # an old engine takes this bit from what has several links, unless they lead from the root; Podman gives all to root
    was, becomes = {"docker-20": (" 4750 ", " 750 "), "podman": ("1234:5678", "0:0")}.get(run.engine.name, ("", ""))
    return text.replace(was, becomes)


def test_a_tree_from_one_container_to_another(run: Client, boxes: tuple[str, str]) -> None:
    """Owners, modes, times, links, and every byte; as docker's own client does it in two steps."""
    a, b = boxes
    run.ok("cp", f"{a}:/src", f"{b}:/new")
    run.ok("cp", f"{a}:/src/.", f"{b}:/tmp")
    archive = run("cp", f"{a}:/src", "-").out
    run.ok("exec", b, "mkdir", "/piped")
    assert run("cp", "-", f"{b}:/piped", stdin=archive).code == 0
    there = looked(run, b, "/new")
    assert there == looked(run, b, "/piped/src")
    assert there == looked(run, b, "/tmp")
    assert there == looked(run, a, "/src")
    # within one container, with more than any buffer holds
    run.ok("cp", f"{a}:/src", f"{a}:/again")
    assert looked(run, a, "/again") == there
    assert run.ok("cp", "-L", f"{a}:/src/soft", f"{b}:/followed") == ""
    assert run.ok("exec", b, "cat", "/followed") == "one"


def test_several_sources_patterns_and_owners(run: Client, boxes: tuple[str, str]) -> None:
    a, b = boxes
    (run.folder / "d").mkdir()
    run.ok("cp", f"{a}:/src/a", f"{a}:/src/sub", f"{b}:/etc/passwd", "d")
    assert sorted(p.name for p in (run.folder / "d").iterdir()) == ["a", "passwd", "sub"]
    # Podman cannot give a name with a line break or a star
    odd, name = (f"{a}:/src/l*e", "large") if run.engine.name == "podman" else (f"{a}:/src/odd[*]*", "odd*na\nme")
    run.ok("cp", "--glob", "--chown", "app:web", "d/*", odd, f"{a}:/tmp")
    found = run.ok(
        "exec", a, "sh", "-c", "cd /tmp; stat -c '%n %u:%g' a passwd sub sub/old $0", name.replace("\n", "?")
    )
    assert found == f"a 1000:33\npasswd 1000:33\nsub 1000:33\nsub/old 1000:33\n{name} 1000:33\n"
    run.ok("cp", "--chown", "app", f"{b}:/etc/group", f"{a}:/tmp/group")
    assert run.ok("exec", a, "stat", "-c", "%u:%g", "/tmp/group") == "1000:2000\n"
    refused = run("cp", "--chown", "nobody-of-us", f"{a}:/src/a", f"{b}:/tmp")
    assert (refused.code, refused.err) == (1, b'--chown: unable to find user "nobody-of-us" in the container\n')
    assert run("cp", f"{a}:/src/a", f"{a}:/src/sub", f"{b}:/nosuch").code == 1
    before = looked(run, b, "/etc")
    shown = run.ok("cp", "--dry-run", f"{a}:/src/sub", f"{b}:/etc")
    assert (
        shown
        == f"{a}:/src/sub/ -> {b}:/etc/sub/\n{a}:/src/sub/old -> {b}:/etc/sub/old\nWould copy 1 file and 1 directory, 0B\n"
    )
    assert looked(run, b, "/etc") == before


def test_from_an_image_that_never_runs(run: Client, boxes: tuple[str, str]) -> None:
    run.ok("cp", "--from-image", "busybox", "/bin/busybox", "/etc/passwd", ".")
    assert (run.folder / "passwd").read_text() == "root:x:0:0:root:/root:/bin/sh\n"
    run.ok("cp", "--from-image", "busybox", "--chown", "5:6", "/etc/passwd", f"{boxes[1]}:/copied")
    assert run.ok("exec", boxes[1], "stat", "-c", "%u:%g", "/copied") == "5:6\n"
    lost = run("cp", "--from-image", "busybox", "/nosuch", ".")
    assert lost.code == 1 and b"pydock-helper" not in lost.err
    assert run("cp", "--from-image", "no-such-image", "/etc", ".").code == 1
    assert helpers(run) == ""


def helpers(run: Client) -> str:
    return run.ok("ps", "-aq", "--filter", "label=pydock.helper")


def test_helpers_go_when_a_copy_is_interrupted_or_killed(run: Client, boxes: tuple[str, str]) -> None:
    """Ctrl-C while the archive waits for its reader; and after SIGKILL the next copy tidies up."""
    env = {"PATH": os.environ["PATH"], "HOME": str(run.folder), "DOCKER_HOST": run.engine.host}
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        line = [str(run.pydock), "cp", "--from-image", "busybox", "/bin", "-"]
        with subprocess.Popen(line, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.read(1)
            assert helpers(run) != ""
            process.send_signal(number)
            process.stdout.close()
            process.wait(20)
        if number != signal.SIGKILL:
            assert process.returncode == 128 + number and helpers(run) == ""
    for _ in range(50):
        # an engine may still be writing to the one that was killed
        run.ok("cp", "--from-image", "busybox", "/etc/passwd", "again")
        if helpers(run) == "":
            break
        time.sleep(0.1)
    assert helpers(run) == ""


def test_a_source_that_is_lost_is_no_success(run: Client, boxes: tuple[str, str]) -> None:
    """The source's file vanishes while it is copied: the engine can give no whole archive."""
    a, b = boxes
    run.ok(
        "exec",
        a,
        "sh",
        "-c",
        "mkdir /many; i=0; while [ $i -lt 40 ]; do head -c 4000000 /dev/zero >/many/$i; i=$((i+1)); done",
    )
    env = {"PATH": os.environ["PATH"], "HOME": str(run.folder), "DOCKER_HOST": run.engine.host}
    process = subprocess.Popen([str(run.pydock), "cp", f"{a}:/many", f"{b}:/got"], env=env, stderr=subprocess.PIPE)
    run("rm", "-f", a)
    _, err = process.communicate(timeout=60)
    count = int(run.ok("exec", b, "sh", "-c", "find /got -type f -size +3900k 2>/dev/null | wc -l"))
    assert (process.returncode == 0) == (count == 40) and b"Traceback" not in err, (process.returncode, count, err)
