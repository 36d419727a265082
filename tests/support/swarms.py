"""Swarms of real engines: formed, brought back to their start, compared. docker's own client does what is not tested."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.cli import program
from tests.support.engines import EngineProcess

#: the addresses of the nodes, in their order; a swarm of one node needs none but its own loopback
ADDRESSES = ("10.99.0.1", "10.99.0.2")


def do(docker: Path, engine: EngineProcess, *argv: str) -> str:
    """What docker prints; it must succeed."""
    done = program(docker, *argv, host=engine.host)
    assert done.code == 0, (argv, done.out, done.err)
    return done.out.decode().strip()


def form(docker: Path, manager: EngineProcess, *workers: EngineProcess) -> None:
    """A new swarm: whatever swarm the engines were in is left."""
    for engine in (*workers, manager):
        program(docker, "swarm", "leave", "--force", host=engine.host)
    address = ADDRESSES[0] if workers else "127.0.0.1"
    do(docker, manager, "swarm", "init", "--advertise-addr", address)
    token = do(docker, manager, "swarm", "join-token", "-q", "worker") if workers else ""
    for worker, own in zip(workers, ADDRESSES[1:]):
        do(docker, worker, "swarm", "join", "--token", token, "--advertise-addr", own, f"{address}:2377")
    until(lambda: ready(docker, manager) == 1 + len(workers), "all nodes are ready")


def ready(docker: Path, manager: EngineProcess) -> int:
    """How many nodes are ready, as the manager sees it."""
    return program(docker, "node", "ls", "--format", "{{.Status}}", host=manager.host).out.split().count(b"Ready")


def until(true: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    """Wait until it is true; returns its value."""
    end = time.monotonic() + seconds
    while not (value := true()):
        assert time.monotonic() < end, f"not seen in {seconds} s: {what}"
        time.sleep(0.2)
    return value


def clear(docker: Path, manager: EngineProcess) -> None:
    """No services, secrets, configs and networks of the swarm; it stays."""
    for kind in ("service", "secret", "config"):
        if names := do(docker, manager, kind, "ls", "-q").split():
            do(docker, manager, kind, "rm", *names)
    program(docker, "network", "prune", "-f", host=manager.host)


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("engine")
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(path))


def get(engine: EngineProcess, path: str) -> Any:
    """The engine's own answer, without any client: what two clients have made is compared in it."""
    connection = _Connection(engine.socket)
    connection.request("GET", f"/v1.51{path}")
    answer = connection.getresponse().read()
    connection.close()
    return json.loads(answer)
