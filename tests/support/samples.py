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
