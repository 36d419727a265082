"""Objects of a swarm: https://docs.docker.com/reference/api/engine/#tag/Swarm. Pure."""

from __future__ import annotations

from pydock.api.request import Request, named


def inspect_swarm_object(kind: str, name: str) -> Request:
    """kind: "services", "tasks", "nodes", "secrets" or "configs"."""
    options = {"insertDefaults": "true"} if kind == "services" else {}
    return Request("GET", f"/{kind}/{named(kind.removesuffix('s'), name)}", dict(options), answer=dict)
