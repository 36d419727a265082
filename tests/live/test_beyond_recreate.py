"""`recreate` on real engines: what stays, what changes, and that a new container that fails leaves the old one as it was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.test_beyond_as_run import differing, told
from tests.live.test_engines import Client
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live


@pytest.fixture
def run(pydock: Path, engine: EngineProcess, tmp_path: Path) -> Client:
    return Client(pydock, engine, tmp_path)


def inspected(run: Client, name: str) -> Any:
    return json.loads(run.ok("inspect", name))[0]


@pytest.fixture
def web(run: Client) -> Iterator[str]:
    """A container with a network of its own, an address, and an anonymous volume in which each start leaves a line."""
    name = f"web{uuid.uuid4().hex[:6]}"
    # Podman has no networks where it is run by the tests
    net = [] if run.engine.name == "podman" else ["--network", name, "--network-alias", "w", "--ip", "172.30.8.9"]
    if net:
        run.ok("network", "create", "--subnet", "172.30.8.0/24", name)
    run.ok(
        "run", "-d", "--name", name, *net, "--stop-timeout", "0", "-e", "A=1", "-l", "mine=1", "-v", "/anon", "-v", f"{name}:/named", "busybox",
        "sh", "-c", "echo line >>/anon/lines; sleep 1000",
    )  # fmt: skip
    yield name
    names = run.ok("ps", "-a", "--filter", f"name={name}", "--format", "{{.Names}}").split()
    run("rm", "-f", "-v", *names)
    run("rmi", "-f", f"{name}:bad")
    run("network", "rm", name)
    run("volume", "rm", name)


def test_a_container_is_made_anew(run: Client, web: str) -> None:
    before = inspected(run, web)
    new = run.ok("recreate", "-e", "B=2", "-l", "mine=2", web).strip()
    after = inspected(run, web)
    assert (after["Id"], after["State"]["Running"]) == (new, True) and new != before["Id"]
    assert {"A=1", "B=2"} <= set(after["Config"]["Env"]) and after["Config"]["Labels"]["mine"] == "2"
    assert run.ok("exec", web, "cat", "/anon/lines") == "line\n" * 2
    assert run("inspect", before["Id"]).code == 1
    volumes = [{m["Destination"]: m["Name"] for m in found["Mounts"]} for found in (before, after)]
    assert volumes[0] == volumes[1]
    if run.engine.name != "podman":
        assert after["NetworkSettings"]["Networks"][web]["IPAddress"] == "172.30.8.9"
        assert "172.30.8.9" in run.ok("run", "--rm", "--network", web, "busybox", "nslookup", web)
    run.ok("stop", web)
    run.ok("recreate", "--keep", web)
    kept = run.ok("ps", "-a", "--filter", f"name={web}", "--format", "{{.Names}} {{.State}}").splitlines()
    assert sorted(line.split()[1] for line in kept) in (["created", "exited"], ["configured", "exited"])
    assert f"{web}.old-{new[:8]} exited" in kept


def test_a_new_container_that_fails_leaves_the_old_one(run: Client, web: str) -> None:
    before = inspected(run, web)
    run.ok("commit", "--change", 'ENTRYPOINT ["sh", "-c", "echo oh no; exit 3"]', web, f"{web}:bad")
    for words, told_of in (
        (["--image", f"{web}:bad"], b"exited with code 3; the end of its output:\noh no\n"),
        (["--workdir", "/proc/1/nope"], b""),
        (["--user", "nobody-has-this-name"], b""),
    ):
        done = run("recreate", *words, web)
        assert done.code in (1, 125) and told_of in done.err and f"{web} is as it was\n".encode() in done.err, done
        after = inspected(run, web)
        assert after["Id"] == before["Id"] and not differing(told(before), told(after))
        assert run.ok("ps", "-a", "--filter", f"name={web}", "--format", "{{.Names}}").split() == [web]


def test_an_interrupt_while_the_old_one_stops(run: Client, web: str) -> None:
    """The engine goes on stopping it: it is started again after that."""
    slow = ["run", "-d", "--name", f"{web}-slow", "--stop-timeout", "4", "busybox", "sleep", "1000"]
    old = run.ok(*slow).strip()
    env = {"PATH": os.environ["PATH"], "HOME": str(run.folder), "DOCKER_HOST": run.engine.host}
    client = subprocess.Popen(
        [run.pydock, "recreate", f"{web}-slow"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    time.sleep(2)
    client.send_signal(signal.SIGINT)
    out, err = client.communicate(timeout=60)
    assert (client.returncode, out) == (130, b"")
    assert err.decode() == f"putting {web}-slow back\n{web}-slow is as it was\n"
    found = run.ok(
        "ps", "-a", "--no-trunc", "--filter", f"name={web}-slow", "--format", "{{.Names}} {{.ID}} {{.State}}"
    )
    assert found == f"{web}-slow {old} running\n"


def test_waiting_until_the_new_one_is_healthy(run: Client, web: str) -> None:
    if run.engine.name == "podman":
        pytest.skip("where it is run by the tests Podman checks no health by itself")
    name = f"{web}-checked"
    check = [
        "--health-cmd",
        "test -f /ready",
        "--health-interval",
        "200ms",
        "--health-retries",
        "100",
        "--stop-timeout",
        "0",
    ]
    old = run.ok(
        "run", "-d", "--name", name, *check, "busybox", "sh", "-c", 'sleep "${AFTER:-0}"; touch /ready; sleep 1000'
    ).strip()
    new = run.ok("recreate", "--wait", "-e", "AFTER=1", name).strip()
    assert run.ok("inspect", "-f", "{{.Id}} {{.State.Health.Status}}", name) == f"{new} healthy\n" and new != old
    done = run("recreate", "--wait", "--timeout", "2s", "-e", "AFTER=1000", name)
    assert done.code == 124 and f"{name} is as it was\n".encode() in done.err
    assert run.ok("inspect", "-f", "{{.Id}} {{.State.Running}}", name) == f"{new} true\n"
