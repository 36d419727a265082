"""Nodes of a swarm: https://docs.docker.com/reference/api/engine/version/v1.55/#tag/Node. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from pydock.api.request import Request, named, query
from pydock.api.swarm import LABELS, OBJECT, TLS
from pydock.shape import Json, opt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.api.types import NodeSpec

#: a generic resource: one of the two
GENERIC = {
    "NamedResourceSpec": opt({"Kind": opt(str), "Value": opt(str)}),
    "DiscreteResourceSpec": opt({"Kind": opt(str), "Value": opt(int)}),
}
_RESOURCES = {"NanoCPUs": opt(int), "MemoryBytes": opt(int), "GenericResources": opt([GENERIC])}
_ENGINE = {
    "EngineVersion": opt(str), "Labels": LABELS, "Plugins": opt([{"Type": opt(str), "Name": opt(str)}]),
}  # fmt: skip
_DESCRIPTION = {
    "Hostname": opt(str), "Platform": opt({"Architecture": opt(str), "OS": opt(str)}), "Resources": opt(_RESOURCES),
    "Engine": opt(_ENGINE), "TLSInfo": opt(TLS),
}  # fmt: skip
SPEC = {"Name": opt(str), "Labels": LABELS, "Role": opt(str), "Availability": opt(str)}
NODE = {
    **OBJECT, "Spec": opt(SPEC), "Description": opt(_DESCRIPTION),
    "Status": opt({"State": opt(str), "Message": opt(str), "Addr": opt(str)}),
    "ManagerStatus": opt({"Leader": opt(bool), "Reachability": opt(str), "Addr": opt(str)}),
}  # fmt: skip


def not_down(found: Iterable[Json]) -> set[str]:
    """The IDs of those nodes that are not down."""
    return {node["ID"] for node in found if (node.get("Status") or {}).get("State") != "down"}


def list_nodes(filters: Json) -> Request:
    return Request("GET", "/nodes", query(filters=filters), answer=[NODE])


def inspect_node(node: str) -> Request:
    return Request("GET", _node(node), answer=NODE, go_type="swarm.Node")


def update_node(node: str, version: int, spec: NodeSpec) -> Request:
    """POST /nodes/…/update; `version`: the one that the change is based on."""
    return Request("POST", f"{_node(node)}/update", {"version": str(version)}, body=spec)


def remove_node(node: str, force: bool) -> Request:
    return Request("DELETE", _node(node), query(force=force))


def _node(node: str) -> str:
    return f"/nodes/{named('node', node)}"
