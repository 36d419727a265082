"""Networks, volumes, plugins of the engine, and what inspect sees of a swarm. Pure.

https://docs.docker.com/reference/api/engine/version/v1.55/
"""

from __future__ import annotations

from typing import Any

from pydock.api.images import PROGRESS
from pydock.api.request import Request, named, query
from pydock.shape import Json, given, opt

#: entries of lists
NETWORK = {
    "Id": str, "Name": str, "Driver": opt(str), "Scope": opt(str), "EnableIPv4": opt(bool), "EnableIPv6": opt(bool), "Internal": opt(bool),
    "Labels": opt({str: opt(str)}), "Created": opt(str), "Ingress": opt(bool),
}  # fmt: skip
VOLUME = {
    "Name": str, "Driver": opt(str), "Scope": opt(str), "Mountpoint": opt(str), "Labels": opt({str: opt(str)}),
    "UsageData": opt({"Size": int, "RefCount": int}), "ClusterVolume": opt({"ID": str, "Version": {"Index": int}, "Spec": dict}),
}  # fmt: skip
PRIVILEGE = {"Name": str, "Description": opt(str), "Value": opt([str])}
PLUGIN = {"Id": opt(str), "Name": str, "Enabled": bool, "PluginReference": opt(str), "Config": opt({"Description": opt(str)})}


def inspect_network(network: str, verbose: bool = False, scope: str = "") -> Request:
    return Request("GET", _network(network), query(verbose="true" if verbose else "", scope=scope), answer=NETWORK)


def list_networks(**options: object) -> Request:
    return Request("GET", "/networks", query(**options), answer=[NETWORK])


def inspect_volume(volume: str) -> Request:
    return Request("GET", f"/volumes/{named('volume', volume)}", answer=VOLUME)


def list_volumes(**options: object) -> Request:
    return Request("GET", "/volumes", query(**options), answer={"Volumes": given([VOLUME]), "Warnings": opt([str])})


def inspect_plugin(plugin: str) -> Request:
    return Request("GET", _plugin(plugin, "json"), answer=PLUGIN)


def inspect_swarm_object(kind: str, name: str) -> Request:
    """kind: "services", "tasks", "nodes", "secrets" or "configs"."""
    options = {"insertDefaults": "true"} if kind == "services" else {}
    return Request("GET", f"/{kind}/{named(kind.removesuffix('s'), name)}", dict(options), answer=dict)


# -- networks --------------------------------------------------------------------------------------


def _network(network: str, *rest: str) -> str:
    return "/".join(("/networks", named("network", network), *rest))


def create_network(body: Json) -> Request:
    """POST /networks/create -> {"Id", "Warning"}."""
    return Request("POST", "/networks/create", body=body, answer={"Id": str, "Warning": opt(str)})


def remove_network(network: str) -> Request:
    return Request("DELETE", _network(network))


def connect_network(network: str, container: str, settings: Json) -> Request:
    return Request("POST", _network(network, "connect"), body={"Container": named("container", container), "EndpointConfig": settings})


def disconnect_network(network: str, container: str, force: bool) -> Request:
    return Request("POST", _network(network, "disconnect"), body={"Container": named("container", container), "Force": force})


def prune_networks(filters: Json) -> Request:
    """POST /networks/prune -> {"NetworksDeleted"}."""
    return Request("POST", "/networks/prune", query(filters=filters), answer={"NetworksDeleted": opt([str])})


# -- volumes ---------------------------------------------------------------------------------------


def create_volume(body: Json) -> Request:
    """POST /volumes/create -> the volume."""
    return Request("POST", "/volumes/create", body=body, answer=VOLUME)


def remove_volume(volume: str, force: bool) -> Request:
    return Request("DELETE", f"/volumes/{named('volume', volume)}", query(force=force))


def update_volume(volume: str, version: int, spec: Json) -> Request:
    """PUT /volumes/…: cluster volumes only; `version` is the one that the change is based on."""
    return Request("PUT", f"/volumes/{named('volume', volume)}", {"version": str(version)}, body={"Spec": spec})


def prune_volumes(filters: Json) -> Request:
    """POST /volumes/prune -> {"VolumesDeleted", "SpaceReclaimed"}."""
    return Request("POST", "/volumes/prune", query(filters=filters), answer={"VolumesDeleted": opt([str]), "SpaceReclaimed": opt(int)})


# -- plugins of the engine -------------------------------------------------------------------------


def _plugin(plugin: str, *rest: str) -> str:
    return "/".join(("/plugins", named("plugin", plugin), *rest))


def list_plugins(filters: Json) -> Request:
    return Request("GET", "/plugins", query(filters=filters), answer=[PLUGIN])


def plugin_privileges(remote: str, auth: str) -> Request:
    """GET /plugins/privileges -> [{"Name", "Description", "Value"}]: what the plugin wants to be allowed."""
    return Request("GET", "/plugins/privileges", {"remote": remote}, headers={"X-Registry-Auth": auth}, answer=opt([PRIVILEGE]))


def pull_plugin(remote: str, name: str, privileges: list[Json], auth: str) -> Request:
    """POST /plugins/pull: a stream of progress messages."""
    return Request("POST", "/plugins/pull", {"remote": remote, **query(name=name)}, body=privileges, headers={"X-Registry-Auth": auth}, answer=PROGRESS)


def upgrade_plugin(plugin: str, remote: str, privileges: list[Json], auth: str) -> Request:
    """POST /plugins/…/upgrade: a stream of progress messages."""
    return Request("POST", _plugin(plugin, "upgrade"), {"remote": remote}, body=privileges, headers={"X-Registry-Auth": auth}, answer=PROGRESS)


def push_plugin(plugin: str, auth: str) -> Request:
    """POST /plugins/…/push: a stream of progress messages."""
    return Request("POST", _plugin(plugin, "push"), headers={"X-Registry-Auth": auth}, answer=PROGRESS)


def create_plugin(name: str, content: Any) -> Request:
    """POST /plugins/create: a tar of config.json and rootfs."""
    return Request("POST", "/plugins/create", {"name": name}, content=content, headers={"Content-Type": "application/x-tar"})


def enable_plugin(plugin: str, timeout: int) -> Request:
    return Request("POST", _plugin(plugin, "enable"), {"timeout": str(timeout)})


def disable_plugin(plugin: str, force: bool) -> Request:
    return Request("POST", _plugin(plugin, "disable"), query(force=force))


def remove_plugin(plugin: str, force: bool) -> Request:
    return Request("DELETE", _plugin(plugin), query(force=force))


def set_plugin(plugin: str, settings: tuple[str, ...]) -> Request:
    return Request("POST", _plugin(plugin, "set"), body=list(settings))
