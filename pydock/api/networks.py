"""Networks: https://docs.docker.com/reference/api/engine/#tag/Network. Pure."""

from __future__ import annotations

from pydock.api.request import Request, named, query
from pydock.shape import Json, opt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.api.types import CreateNetwork, EndpointSettings

#: fields of EndpointSettings that the engine sets, as docker's client sends them
SET_BY_ENGINE: EndpointSettings = {
    "NetworkID": "", "EndpointID": "", "Gateway": "", "IPAddress": "", "IPPrefixLen": 0, "IPv6Gateway": "", "GlobalIPv6Address": "",
    "GlobalIPv6PrefixLen": 0, "DNSNames": None,
}  # fmt: skip

#: a network, and an entry of a list
NETWORK = {
    "Id": str, "Name": str, "Driver": opt(str), "Scope": opt(str), "EnableIPv4": opt(bool), "EnableIPv6": opt(bool), "Internal": opt(bool),
    "Labels": opt({str: opt(str)}), "Created": opt(str), "Ingress": opt(bool),
}  # fmt: skip
LISTED = {**NETWORK, "IPAM": opt({"Config": opt([{"Subnet": opt(str)}])})}


def inspect_network(network: str, verbose: bool = False, scope: str = "") -> Request:
    options = query(verbose="true" if verbose else "", scope=scope)
    return Request("GET", _network(network), options, answer=NETWORK, go_type="network.Inspect")


def list_networks(**options: object) -> Request:
    return Request("GET", "/networks", query(**options), answer=[LISTED], old_filters=True)


def _network(network: str, *rest: str) -> str:
    return "/".join(("/networks", named("network", network), *rest))


def create_network(body: CreateNetwork) -> Request:
    """POST /networks/create -> {"Id", "Warning"}."""
    answer = {"Id": str, "Warning": opt(str)}
    return Request("POST", "/networks/create", body=body, answer=answer, version_first=True)


def remove_network(network: str) -> Request:
    return Request("DELETE", _network(network))


def connect_network(network: str, container: str, settings: EndpointSettings) -> Request:
    return Request(
        "POST",
        _network(network, "connect"),
        body={"Container": named("container", container), "EndpointConfig": settings},
    )


def disconnect_network(network: str, container: str, force: bool) -> Request:
    return Request(
        "POST", _network(network, "disconnect"), body={"Container": named("container", container), "Force": force}
    )


def prune_networks(filters: Json) -> Request:
    """POST /networks/prune -> {"NetworksDeleted"}."""
    answer = {"NetworksDeleted": opt([str])}
    return Request("POST", "/networks/prune", query(filters=filters), answer=answer, version_first=True)
