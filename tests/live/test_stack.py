"""Stacks on two joined engines: what docker and pydock make of one file, and a stack from its deployment to its removal."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import swarms
from tests.support.cli import Done, program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

Nodes = tuple[EngineProcess, EngineProcess]
#: web runs until it is stopped, and its update fails at once if COMMAND is "false"
FILE = """
version: "3.13"
x-logging: &logging {driver: json-file, options: {max-size: 1m}}
services:
  web:
    image: busybox
    command: ${COMMAND:-sh -c 'cat /run/secrets/key /greeting; exec sleep 1000'}
    environment: {WHERE: "{{.Node.Hostname}}", FROM: "${COMMAND-unset}"}
    logging: *logging
    networks: {inside: {aliases: [www]}}
    secrets: [key]
    configs: [{source: greeting, target: /greeting, mode: 0400}]
    stop_grace_period: 1s
    deploy:
      replicas: 2
      labels: {tier: front}
      update_config: {parallelism: 1, delay: 0s, monitor: 1s, failure_action: rollback, order: stop-first}
      restart_policy: {condition: any, delay: 0s}
      resources: {limits: {memory: 64M}, reservations: {cpus: "0.05"}}
  everywhere:
    image: busybox:latest
    command: [sleep, "1000"]
    init: true
    networks: [inside]
    volumes: [data:/data, "/tmp:/host:ro", {type: tmpfs, target: /scratch, tmpfs: {size: 1048576}}]
    healthcheck: {test: "true", interval: 3s}
    ports: [{target: 80, published: 18099, mode: host}]
    stop_grace_period: 1s
    deploy: {mode: global, placement: {constraints: [node.role == worker]}, update_config: {monitor: 1s}}
networks:
  inside: {driver: overlay, attachable: true, ipam: {config: [{subnet: 10.77.7.0/24}]}}
volumes: {data: {labels: [a=b]}}
secrets: {key: {file: ./key}}
configs: {greeting: {file: ./greeting, labels: {c: d}}}
"""
KINDS = ("services", "networks", "secrets", "configs", "tasks")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"stack.yml": FILE, "key": "the key\n", "greeting": "good morning\n"}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def stack(nodes: Nodes, docker: Path) -> Iterator[str]:
    """The name of a stack, which is removed in the end."""
    yield "app"
    program(docker, "stack", "rm", "app", host=nodes[0].host)
    swarms.until(lambda: not any(objects(nodes[0], kind) for kind in KINDS), "the stack is gone")


def objects(engine: EngineProcess, kind: str) -> list[Any]:
    """All that the engine has of the stack."""
    filters = urllib.parse.quote(json.dumps({"label": {"com.docker.stack.namespace=app": True}}))
    found: list[Any] = swarms.get(engine, f"/{kind}?filters={filters}") or []
    return found


def specs(engine: EngineProcess) -> Any:
    """The specifications of the stack's objects, with names in place of IDs."""
    found = {kind: objects(engine, kind) for kind in KINDS[:4]}
    names = {one["ID"]: one["Spec"]["Name"] for kind in ("secrets", "configs") for one in found[kind]}
    names |= {one["Id"]: one["Name"] for one in found["networks"]}
    keys = ("Name", "Driver", "Scope", "Attachable", "Internal", "IPAM", "Options", "Labels")
    plain: dict[str, Any] = {
        kind: sorted((one["Spec"] for one in found[kind]), key=lambda spec: str(spec["Name"]))
        for kind in ("services", "secrets", "configs")
    }
    plain["networks"] = [{key: network.get(key) for key in keys} for network in found["networks"]]
    text = json.dumps(plain)
    for identifier, name in names.items():
        text = text.replace(identifier, f"<{name}>")
    plain = json.loads(text)
    for network in plain["networks"]:
        # the engine numbers the networks of a swarm
        network["Options"] = {k: v for k, v in (network["Options"] or {}).items() if "vxlanid" not in k}
    return plain


def web(engine: EngineProcess) -> Any:
    """The stack's service web."""
    [service] = [one for one in objects(engine, "services") if one["Spec"]["Name"] == "app_web"]
    return service


def running(do: Callable[..., str]) -> list[str]:
    """The node of each task of web that is running."""
    form = "{{.Node}} {{.CurrentState}}"
    rows = do("service", "ps", "-f", "desired-state=running", "--format", form, "app_web").splitlines()
    return sorted(node for node, state, *_ in map(str.split, rows) if state == "Running")


def deploy(client: Path, engine: EngineProcess, folder: Path, *words: str, **environ: str) -> Done:
    argv = ("stack", "deploy", "-c", "stack.yml", "--resolve-image", "never", *words, "app")
    return program(client, *argv, host=engine.host, cwd=folder, env=environ, timeout=120)


def test_docker_and_pydock_deploy_the_same(nodes: Nodes, stack: str, folder: Path, docker: Path, pydock: Path) -> None:
    """One after the other, from nothing; then each over what it has deployed."""
    seen = []
    for client in (docker, pydock):
        first = deploy(client, nodes[0], folder, "-d")
        again = deploy(client, nodes[0], folder, "-d")
        assert (first.code, again.code) == (0, 0), (first.err, again.err)
        outputs = [sorted(first.out.splitlines()), len(again.out.splitlines()), first.err, again.err]
        seen.append((outputs, specs(nodes[0])))
        swarms.do(client, nodes[0], "stack", "rm", stack)
        swarms.until(lambda: not any(objects(nodes[0], kind) for kind in KINDS), "the stack is gone")
    assert seen[0] == seen[1]


def test_a_stack_from_its_deployment_to_its_removal(nodes: Nodes, stack: str, folder: Path, pydock: Path) -> None:
    manager = nodes[0]

    def do(*argv: str) -> str:
        return swarms.do(pydock, manager, *argv)

    done = deploy(pydock, manager, folder, "--detach=false", "-q")
    assert (done.code, done.err) == (0, b"")
    assert do("stack", "ls", "--format", "{{.Name}} {{.Services}}") == "app 2"
    numbers = do("stack", "services", "--format", "{{.Name}} {{.Replicas}}", stack)
    assert numbers.splitlines() == ["app_everywhere 1/1", "app_web 2/2"]

    do("service", "scale", "-d=false", "app_web=3")
    tasks = do("stack", "ps", "-f", "desired-state=running", "--format", "{{.Name}} {{.Node}}", stack).splitlines()
    assert len(tasks) == 4 and set(running(do)) == {"one", "two"}

    # each task says the secret and the config
    logs = swarms.until(lambda: len(found := do("service", "logs", "app_web").splitlines()) == 6 and found, "all logs")
    assert {line.partition("| ")[2] for line in logs} == {"the key", "good morning"}

    # an update whose tasks fail is rolled back by the swarm: the stack is as it was, and says so
    before = web(manager)["Spec"]["TaskTemplate"]
    done = deploy(pydock, manager, folder, "--detach=false", COMMAND="false")
    assert b"rollback" in done.out and done.code == 0
    # the client waits for the tasks, not for the swarm's word that this was all
    swarms.until(lambda: web(manager)["UpdateStatus"]["State"] == "rollback_completed", "the rollback has ended")
    assert web(manager)["Spec"]["Mode"] == {"Replicated": {"Replicas": 3}}
    assert web(manager)["Spec"]["TaskTemplate"] == before

    # a drained node leaves its tasks to the other one
    do("node", "update", "--availability", "drain", "two")
    swarms.until(lambda: running(do) == ["one"] * 3, "all tasks of web are on the first node")
    do("node", "update", "--availability", "active", "two")

    # a service that the file has no more goes
    (folder / "stack.yml").write_text(FILE.replace("  web:", "  other:"))
    done = deploy(pydock, manager, folder, "--prune", "-d")
    assert b"Removing service app_web\n" in done.out and b"Creating service app_other\n" in done.out

    do("stack", "rm", "--detach=false", stack)
    assert not any(objects(manager, kind) for kind in ("services", "secrets", "configs"))


def test_a_worker_says_that_it_is_none(nodes: Nodes, folder: Path, docker: Path, pydock: Path) -> None:
    theirs, ours = (deploy(client, nodes[1], folder, "-d") for client in (docker, pydock))
    assert ours.code == 1 and list(ours) == list(theirs)
    for argv in (("ls",), ("ps", "app"), ("services", "app"), ("rm", "app")):
        theirs, ours = (program(client, "stack", *argv, host=nodes[1].host) for client in (docker, pydock))
        assert list(ours) == list(theirs)
