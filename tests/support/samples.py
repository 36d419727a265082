"""Objects as an engine tells of them, with all that the API promises; a test names what matters to it."""

from __future__ import annotations

from typing import Any

ID = "f" * 64


def container(**more: Any) -> dict[str, Any]:
    """GET /containers/NAME/json."""
    state = {"Running": True, "Paused": False, "Restarting": False}
    return {"Id": ID, "Name": "/web", "State": state, "Config": {"Tty": False, "OpenStdin": False}, **more}


def network(name: str, **more: Any) -> dict[str, Any]:
    """GET /networks/NAME."""
    return {"Name": name, "Id": ID, "Driver": "bridge", "Scope": "local", **more}


def image(*tags: str, **more: Any) -> dict[str, Any]:
    """An entry of GET /images/json."""
    return {
        "Id": "sha256:" + ID,
        "RepoTags": list(tags),
        "RepoDigests": [],
        "Created": 1700000000,
        "Size": 4270000,
        **more,
    }


def plugin(name: str, **more: Any) -> dict[str, Any]:
    """GET /plugins/NAME/json."""
    return {"Id": ID, "Name": name, "Enabled": True, **more}


def info(**more: Any) -> dict[str, Any]:
    """GET /info."""
    commits = {f"{name}Commit": {"ID": "x"} for name in ("Containerd", "Runc", "Init")}
    return {"ID": "x", "Containers": 1, "Name": "host", **commits, **more}


def service(name: str = "web", **more: Any) -> dict[str, Any]:
    """GET /services/NAME; a replicated one, unless `more` has a Spec."""
    spec = {
        "Name": name, "Labels": {}, "TaskTemplate": {"ContainerSpec": {"Image": "busybox:latest"}}, "Mode": {"Replicated": {"Replicas": 1}},
    }  # fmt: skip
    times = {"CreatedAt": "2023-11-14T22:13:20Z", "UpdatedAt": "2023-11-14T22:13:20Z"}
    return {"ID": "s" * 25, "Version": {"Index": 11}, **times, "Spec": spec, "Endpoint": {"Spec": {}}, **more}


def task(slot: int = 1, **more: Any) -> dict[str, Any]:
    """An entry of GET /tasks, of service()."""
    times = {"CreatedAt": "2023-11-14T22:13:20Z", "UpdatedAt": "2023-11-14T22:13:20Z"}
    status = {"Timestamp": "2023-11-14T22:13:20Z", "State": "running", "Message": "started", "PortStatus": {}}
    return {
        "ID": f"t{slot}".ljust(25, "0"), "Version": {"Index": 17}, **times, "Spec": {"ContainerSpec": {"Image": "busybox:latest"}},
        "ServiceID": "s" * 25, "Slot": slot, "NodeID": "n" * 25, "Status": status, "DesiredState": "running", **more,
    }  # fmt: skip
