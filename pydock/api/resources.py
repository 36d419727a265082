"""What inspect looks at besides containers and images: networks, volumes, plugins, swarm objects. Pure."""

from __future__ import annotations

from urllib.parse import quote

from pydock.api.request import Request, query


def inspect_network(network: str, verbose: bool = False, scope: str = "") -> Request:
    return Request("GET", f"/networks/{quote(network, safe='')}", query(verbose=verbose, scope=scope))


def list_networks(**options: object) -> Request:
    return Request("GET", "/networks", query(**options))


def inspect_volume(volume: str) -> Request:
    return Request("GET", f"/volumes/{quote(volume, safe='')}")


def list_volumes(**options: object) -> Request:
    return Request("GET", "/volumes", query(**options))


def inspect_plugin(plugin: str) -> Request:
    return Request("GET", f"/plugins/{quote(plugin, safe='/:')}/json")


def inspect_swarm_object(kind: str, name: str) -> Request:
    """kind: "services", "tasks", "nodes", "secrets" or "configs"."""
    options = {"insertDefaults": "false"} if kind == "services" else {}
    return Request("GET", f"/{kind}/{quote(name, safe='')}", dict(options))
