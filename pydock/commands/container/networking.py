"""--network and its companions (--ip, --network-alias, --link …) to EndpointsConfig. Pure."""

from __future__ import annotations

from pydock.api.networks import SET_BY_ENGINE
from pydock.api.request import without_empty
from pydock.commands.container.create_options import CreateOptions
from pydock.flags.networks import Attachment
from pydock.flags.pairs import is_mac
from pydock.go.strconv import quote
from pydock.values import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.api.types import EndpointIPAMConfig, EndpointSettings


def network_mode(o: CreateOptions) -> str:
    """HostConfig.NetworkMode: the first network."""
    return o.network[0].target if o.network else "default"


def check_mac(address: str) -> None:
    """Raises ValueError for an invalid MAC address; "" means no address."""
    if address and not is_mac(address.strip()):
        raise ValueError(f"{address} is not a valid mac address")


def endpoints(o: CreateOptions) -> dict[str, EndpointSettings]:
    """Network -> EndpointSettings. Raises ValueError."""
    if not o.network:
        return {"default": endpoint(with_flags(Attachment("default"), o))}
    out: dict[str, EndpointSettings] = {}
    for i, network in enumerate(o.network):
        settings = endpoint(with_flags(network, o) if i == 0 else network)
        if network.target in out:
            raise ValueError(f"network {quote(network.target)} is specified multiple times")
        # a single network without options is left to the engine
        if len(o.network) > 1 or settings != endpoint(Attachment("x")):
            out[network.target] = settings
    if len({n.user_defined for n in o.network}) > 1:
        raise ValueError("conflicting options: cannot attach both user-defined and non-user-defined network-modes")
    return out


def with_flags(network: Attachment, o: CreateOptions) -> Attachment:
    """The first network with the values of the plain flags. Raises ValueError if a value is given twice."""
    conflicts = (
        ("--network-alias", "per-network alias", network.aliases, o.network_alias),
        ("--link", "per-network links", network.links, o.link),
        ("--ip", "per-network IPv4 address", network.ip, o.ip),
        ("--ip6", "per-network IPv6 address", network.ip6, o.ip6),
        ("--mac-address", "per-network MAC address", network.mac, o.mac_address),
        ("--link-local-ip", "per-network link-local IP addresses", network.link_local_ips, o.link_local_ip),
    )
    for name, what, there, here in conflicts:
        if there and here:
            raise ValueError(f"conflicting options: cannot specify both {name} and {what}")
    return replace(
        network,
        aliases=o.network_alias or network.aliases,
        links=(o.link if network.user_defined else ()) or network.links,
        ip=o.ip or network.ip,
        ip6=o.ip6 or network.ip6,
        mac=o.mac_address or network.mac,
        link_local_ips=o.link_local_ip or network.link_local_ips,
    )


def endpoint(network: Attachment) -> EndpointSettings:
    """EndpointSettings of one attachment. Raises ValueError."""
    if not network.target.strip():
        raise ValueError("no name set for network")
    if not network.user_defined:
        if network.aliases:
            raise ValueError("network-scoped aliases are only supported for user-defined networks")
        if network.links:
            raise ValueError("links are only supported for user-defined networks")
    check_mac(network.mac)
    ipam: EndpointIPAMConfig = {
        "IPv4Address": network.ip,
        "IPv6Address": network.ip6,
        "LinkLocalIPs": list(network.link_local_ips),
    }
    return {
        "IPAMConfig": without_empty(ipam) or None,
        "Links": list(network.links) or None,
        "Aliases": list(network.aliases) or None,
        "DriverOpts": dict(network.driver_opts) or None,
        "GwPriority": network.gw_priority,
        "MacAddress": network.mac,
        **SET_BY_ENGINE,
    }
