"""Services on real engines: what docker and pydock make of the same flags, as the manager tells it; updates that fail; a manager that dies."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.test_registry import locked_registry
from tests.support import engines, swarms
from tests.support.cli import Done, program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

CREATED = [
    "--replicas 2 -l a=b --container-label c=d -e A=1 -e B=2 --user 1:2 --group 7 --workdir /tmp --hostname {{.Node.Hostname}}",
    "--mode global --constraint node.role==manager --placement-pref spread=node.labels.dc",
    "--mode replicated-job --replicas 2 --max-concurrent 1",
    "--mode global-job",
    "--limit-cpu .5 --limit-memory 64m --limit-pids 50 --reserve-cpu .1 --reserve-memory 16m --ulimit nofile=10:20 --oom-score-adj 5",
    "--update-delay 1s --update-parallelism 2 --update-failure-action rollback --update-max-failure-ratio .25 --update-order start-first",
    "--rollback-delay 1s --rollback-failure-action continue --rollback-monitor 4s --restart-condition on-failure --restart-max-attempts 3",
    "--secret s1 --secret source=s1,target=/x,uid=1,gid=2,mode=0400 --config source=c1,target=/c",
    "--network name=ov1,alias=x -p 18080:80 -p target=53,published=18053,protocol=udp,mode=host",
    "--mount type=volume,source=v,target=/v,volume-label=a=b --mount type=tmpfs,target=/t,tmpfs-size=1m --read-only --init",
    "--health-cmd true --health-interval 3s --health-retries 2 --log-driver json-file --log-opt max-size=1m",
    "--cap-add NET_ADMIN --cap-drop ALL --sysctl net.core.somaxconn=99 --dns 9.9.9.9 --host h:10.0.0.1 --stop-grace-period 1s",
    "--endpoint-mode dnsrr --stop-signal INT --tty --no-healthcheck",
]
UPDATED = [
    "--env-add C=3 --env-rm A --label-add x=y --label-rm a --container-label-rm c --args 'top -d 9' --replicas 1",
    "--limit-memory 32m --reserve-cpu 0 --update-order stop-first --rollback-parallelism 0 --restart-condition any --force",
    "--mount-add type=tmpfs,target=/t2 --mount-rm /t --host-add i:10.0.0.2 --host-rm h --dns-add 8.8.8.8 --cap-add CHOWN --cap-drop NET_ADMIN",
    "--secret-rm s1 --secret-add source=s1,target=y --config-add c1 --network-add ov1 --publish-add 18081:81 --constraint-add node.role==manager",
    "--publish-rm 81 --network-rm ov1 --config-rm c1 --health-cmd false --log-driver none --image busybox:1 --stop-grace-period 2s",
]
#: that the engine has gone, before a request or within one
LOST = r"Cannot connect to the Docker daemon at unix://\S+\. Is the docker daemon running\?\n|error during connect: Get \"\S+\": EOF\n"
#: what `service update` begins with
BASE = "--replicas 2 -l a=b --container-label c=d -e A=1 -e B=2 --mount type=tmpfs,target=/t --host h:10.0.0.1 --cap-add NET_ADMIN --secret s1 --reserve-cpu .1"


@pytest.fixture(scope="module")
def swarm(manager: EngineProcess, docker: Path) -> Iterator[EngineProcess]:
    """With a secret, a config and a network; services are removed by each test."""
    swarms.clear(docker, manager)
    for kind, name in (("secret", "s1"), ("config", "c1")):
        assert program(docker, kind, "create", name, "-", host=manager.host, stdin=b"x").code == 0
    swarms.do(docker, manager, "network", "create", "-d", "overlay", "ov1")
    yield manager
    swarms.clear(docker, manager)


def remove(docker: Path, engine: EngineProcess) -> None:
    if names := swarms.do(docker, engine, "service", "ls", "-q").split():
        swarms.do(docker, engine, "service", "rm", *names)


def spec(engine: EngineProcess, name: str) -> dict[str, Any]:
    """The engine's own, without what two services cannot have alike, and without the order of Go's maps."""
    found: dict[str, Any] = swarms.get(engine, f"/services/{name}")["Spec"]
    container = found["TaskTemplate"]["ContainerSpec"]
    for key in ("Env", "Secrets", "Configs"):
        if key in container:
            container[key] = sorted(container[key], key=str)
    for port in found.get("EndpointSpec", {}).get("Ports", []):
        # each service has ports of its own
        port["PublishedPort"] = port.get("PublishedPort", 0) % 100
    return {**found, "Name": ""}


@pytest.mark.parametrize("flags", CREATED)
def test_the_same_flags_make_the_same_service(swarm: EngineProcess, docker: Path, pydock: Path, flags: str) -> None:
    argv = ["-d", *shlex.split(flags), "busybox", "sleep", "60"]
    for client, name in ((docker, "d"), (pydock, "p")):
        mine = [w.replace("180", "181") if client == pydock else w for w in argv]
        done = program(client, "service", "create", "--name", name, *mine, host=swarm.host)
        assert done.code == 0, done.err
        assert b"could not be accessed on a registry" in done.err
    try:
        assert spec(swarm, "p") == spec(swarm, "d")
    finally:
        remove(docker, swarm)


def test_the_same_flags_change_a_service_alike(swarm: EngineProcess, docker: Path, pydock: Path) -> None:
    """One update after the other."""
    for name in ("d", "p"):
        swarms.do(
            docker, swarm, "service", "create", "-d", "--name", name, *shlex.split(BASE), "busybox", "sleep", "60"
        )
    try:
        for flags in UPDATED:
            for client, name in ((docker, "d"), (pydock, "p")):
                mine = [w.replace("180", "181") if client == pydock else w for w in shlex.split(flags)]
                done = program(client, "service", "update", "-d", *mine, name, host=swarm.host)
                assert (done.code, done.out) == (0, f"{name}\n".encode()), (flags, done.err)
            assert spec(swarm, "p") == spec(swarm, "d"), flags
        for client, name in ((docker, "d"), (pydock, "p")):
            assert program(client, "service", "rollback", "-d", name, host=swarm.host).code == 0
        assert spec(swarm, "p") == spec(swarm, "d")
    finally:
        remove(docker, swarm)


def ended(done: Done) -> tuple[int, list[str], str]:
    """Exit code, the lines that were told, each once and without names of tasks, and the error."""
    lines = dict.fromkeys(re.sub(r"task \w+", "task <id>", line) for line in done.out.decode().splitlines())
    error = re.sub(r"task \w+", "task <id>", done.err.decode())
    return done.code, [line for line in lines if line.startswith(("rollback", "verify: Service", "w", "job"))], error


DIGEST_OF = "127.0.0.1:5443/team/busybox:1"


def test_images_are_pinned_to_the_registrys_digest(
    swarm: EngineProcess, docker: Path, pydock: Path, tmp_path: Path
) -> None:
    """With the user's credentials, of a registry that asks for them; by docker and pydock alike."""
    with locked_registry(swarm, docker, tmp_path):
        swarms.do(docker, swarm, "tag", "busybox", DIGEST_OF)
        assert program(docker, "push", "-q", DIGEST_OF, host=swarm.host, home=tmp_path).code == 0
        specs = []
        for client in (docker, pydock):
            for home, flags in (
                (tmp_path, ["--with-registry-auth"]),
                (tmp_path, []),
                (tmp_path / "none", ["--with-registry-auth"]),
            ):
                made = program(
                    client, "service", "create", "-d", "--name", "i", *flags, DIGEST_OF, host=swarm.host, home=home
                )
                specs.append((made.code, made.err, spec(swarm, "i")))
                changed = program(
                    client, "service", "update", "-d", *flags, "--image", DIGEST_OF, "i", host=swarm.host, home=home
                )
                specs.append((changed.code, changed.err, spec(swarm, "i")))
                remove(docker, swarm)
        assert specs[:6] == specs[6:]
        image = specs[0][2]["TaskTemplate"]["ContainerSpec"]["Image"]
        assert re.fullmatch(re.escape(DIGEST_OF) + "@sha256:[0-9a-f]{64}", image) and not specs[0][1]
        assert specs[0][2]["TaskTemplate"]["Placement"]["Platforms"] == [{"Architecture": "amd64", "OS": "linux"}]


@pytest.mark.parametrize("action", ["pause", "rollback"])
def test_an_update_that_fails(swarm: EngineProcess, docker: Path, pydock: Path, action: str) -> None:
    """Paused, it is an error; rolled back, it is told, and the service is what it was."""
    create = (
        "--update-failure-action",
        action,
        "--update-monitor",
        "2s",
        "--restart-condition",
        "none",
        "busybox",
        "sleep",
        "600",
    )
    outcomes = []
    for client in (docker, pydock):
        made = program(client, "service", "create", "--name", "w", "-q", "--no-resolve-image", *create, host=swarm.host)
        assert (made.code, made.err) == (0, b"")
        outcomes.append(ended(program(client, "service", "update", "--args", "false", "w", host=swarm.host)))
        # a service of that state is not waited for to the end either
        outcomes.append(
            ended(program(client, "service", "scale", "w=1", host=swarm.host)) if action == "rollback" else (0, [], "")
        )
        args = spec(swarm, "w")["TaskTemplate"]["ContainerSpec"]["Args"]
        assert args == (["false"] if action == "pause" else ["sleep", "600"])
        remove(docker, swarm)
    assert outcomes[:2] == outcomes[2:]
    assert outcomes[0][0] == (1 if action == "pause" else 0)


def test_services_are_waited_for(swarm: EngineProcess, docker: Path, pydock: Path) -> None:
    """Jobs, global services, several at once."""
    try:
        for argv, told in (
            (
                ("create", "--name", "j", "--mode", "replicated-job", "--replicas", "2", "busybox", "true"),
                "job complete",
            ),
            (("create", "--name", "gj", "--mode", "global-job", "busybox", "true"), "job complete"),
            (
                ("create", "--name", "g", "--mode", "global", "--update-monitor", "1s", "busybox", "sleep", "600"),
                " converged",
            ),
            (("create", "--name", "r", "--update-monitor", "1s", "busybox", "sleep", "600"), " converged"),
            (("scale", "r=2", "nosuch=1", "g=3"), "verify: Service r converged"),
        ):
            done = program(pydock, "service", *argv, host=swarm.host)
            assert done.out.decode().rstrip().endswith(told), (argv, done)
            assert done.code == (1 if argv[0] == "scale" else 0)
        assert done.err == (
            b"nosuch: Error response from daemon: service nosuch not found\n"
            b"g: scale can only be used with replicated or replicated-job mode\n"
        )
        assert swarms.do(docker, swarm, "service", "ls", "--filter", "name=r", "--format", "{{.Replicas}}") == "2/2"
    finally:
        remove(docker, swarm)


def test_ctrl_c_leaves_the_service_to_the_engine(swarm: EngineProcess, docker: Path, pydock: Path) -> None:
    argv = [
        str(pydock),
        "service",
        "create",
        "--name",
        "c",
        "--constraint",
        "node.role==worker",
        "busybox",
        "sleep",
        "60",
    ]
    environ = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": swarm.host}
    child = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ)
    assert child.stdout is not None
    identifier = child.stdout.readline().decode().strip()
    assert child.stdout.readline() == b"overall progress: 0 out of 1 tasks\n"
    child.send_signal(signal.SIGINT)
    out = child.communicate(timeout=30)[0].decode()
    assert child.returncode == 0
    assert out.endswith(
        f"Operation continuing in background.\nUse `docker service ps {identifier}` to check progress.\n"
    )
    assert swarms.do(docker, swarm, "service", "ls", "-q", "--filter", "name=c")
    remove(docker, swarm)


def test_a_manager_that_dies_while_it_is_waited_for(docker: Path, pydock: Path) -> None:
    """A clear error, and exit code 1; the change was sent once."""
    with engines.running("docker-28", Path(tempfile.mkdtemp(prefix="pd-")), hostname="mortal") as engine:
        swarms.form(docker, engine)
        swarms.do(
            docker, engine, "service", "create", "-d", "--name", "m", "--no-resolve-image", "busybox", "sleep", "60"
        )
        argv = [str(pydock), "service", "update", "--force", "--update-monitor", "60s", "m"]
        environ = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": engine.host}
        child = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ)
        assert child.stdout is not None and child.stdout.readline() == b"m\n"
        child.stdout.readline()
        assert engine.process is not None
        os.kill(int((engine.folder / "pid").read_text()), signal.SIGKILL)
        began = time.monotonic()
        err = child.communicate(timeout=60)[1].decode()
        assert (child.returncode, time.monotonic() - began < 30) == (1, True)
        assert re.fullmatch(LOST, err), err
