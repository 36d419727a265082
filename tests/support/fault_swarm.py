"""Canned answers of a manager, for the faults: the engine of that table is in no swarm."""

from __future__ import annotations

import json
from typing import Any

from tests.lines import swarm
from tests.lines.engine import INFO

STACK = {"com.docker.stack.namespace": "shop"}
SERVICE: dict[str, Any] = swarm.service("plain")
SERVICE = {
    **SERVICE,
    "Spec": {**SERVICE["Spec"], "Labels": STACK},
    "ServiceStatus": {"RunningTasks": 1, "DesiredTasks": 1},
}
TASK = {
    "ID": swarm.swarm_id("task"), "Version": {"Index": 3}, "CreatedAt": SERVICE["CreatedAt"], "UpdatedAt": SERVICE["CreatedAt"], "Slot": 1,
    "ServiceID": SERVICE["ID"], "NodeID": swarm.swarm_id("one"), "Spec": SERVICE["Spec"]["TaskTemplate"], "DesiredState": "running",
    "Status": {"Timestamp": SERVICE["CreatedAt"], "State": "running", "Message": "started", "PortStatus": {}},
}  # fmt: skip
(SECRET,), (CONFIG,) = swarm.named("secrets", "sec1"), swarm.named("configs", "cfg1")
NODE = swarm.node("one")
MADE = json.dumps({"ID": swarm.swarm_id("new")}).encode()


def answers(state: str = "active") -> dict[tuple[str, str], tuple[int, bytes]]:
    """What such a manager answers; whatever looks like one is written ID. state: of this node."""
    found: dict[str, Any] = {
        "/info": {**INFO, "Swarm": {**swarm.INFO, "LocalNodeState": state}}, "/swarm": swarm.SWARM, "/swarm/unlockkey": {"UnlockKey": "SWMKEY-1-x"},
        "/nodes": [NODE], "/nodes/one": NODE, "/nodes/ID": NODE, "/services": [SERVICE], "/services/plain": SERVICE,
        "/services/ID": SERVICE, "/tasks": [TASK], "/secrets": [SECRET], "/secrets/sec1": SECRET, "/configs": [CONFIG],
        "/configs/cfg1": CONFIG, "/networks": [],
    }  # fmt: skip
    done = [
        ("POST", "/swarm/join"), ("POST", "/swarm/leave"), ("POST", "/swarm/update"), ("POST", "/swarm/unlock"), ("POST", "/nodes/ID/update"),
        ("DELETE", "/nodes/one"), ("DELETE", "/services/plain"), ("DELETE", "/services/ID"), ("DELETE", "/secrets/sec1"),
        ("DELETE", "/secrets/ID"), ("DELETE", "/configs/cfg1"), ("DELETE", "/configs/ID"),
    ]  # fmt: skip
    return {
        **{("GET", path): (200, json.dumps(value).encode()) for path, value in found.items()},
        **dict.fromkeys(done, (200, b"")),
        **dict.fromkeys(
            [("POST", "/secrets/create"), ("POST", "/configs/create"), ("POST", "/services/create")], (201, MADE)
        ),
        ("POST", "/networks/create"): (201, b'{"Id":"net1","Warning":""}'),
        ("POST", "/swarm/init"): (200, json.dumps(NODE["ID"]).encode()),
        ("POST", "/services/ID/update"): (200, b'{"Warnings":null}'),
        ("GET", "/services/plain/logs"): (200, b""),
    }
