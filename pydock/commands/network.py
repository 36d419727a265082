"""`network`: ls, create, connect, disconnect, rm, prune (inspect is in inspect.py)."""

from __future__ import annotations

import ipaddress

from pydock.api import networks
from pydock.api.request import filters, version_key, without_empty
from pydock.commands.shared import (
    ListOptions,
    PruneOptions,
    SelectOptions,
    confirmed,
    driver_option_flag,
    json_flag,
    print_list,
    prune_filters,
    prune_objects,
    targets,
)
from pydock.errors import Failure, Told, failing
from pydock.flags import pairs
from pydock.options import Options, argument, command, flag, options
from pydock.render.human import natural
from pydock.views.networks import NetworkView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pydock.api.types import CreateNetwork, EndpointIPAMConfig, EndpointSettings, IPAMConfig
    from pydock.app import App


@options
class NetworkListOptions(ListOptions):
    json: str = json_flag(NetworkView)


@command("network ls", NetworkListOptions, "List networks", aliases=("list",), reads=True)
def ls(app: App, o: NetworkListOptions) -> None:
    found = app.engine.json(networks.list_networks(filters=filters(o.filter))) or []
    print_list(
        app, o, NetworkView, [NetworkView(n, not o.no_trunc) for n in sorted(found, key=lambda n: natural(n["Name"]))]
    )


# -- create ----------------------------------------------------------------------------------------


@options
class CreateOptions(Options):
    """`network create`."""

    name: str = argument("NETWORK")
    attachable: bool = flag("--attachable", since="1.25", help="Allow manual container attachment")
    aux_address: tuple[pairs.Pair, ...] = flag(
        "--aux-address",
        parse=pairs.pair,
        many=True,
        metavar="map",
        help="Auxiliary addresses used by the network driver, NAME=ADDRESS",
    )
    config_from: str = flag(
        "--config-from", since="1.30", help="Network to copy the configuration from", sources="networks"
    )
    config_only: bool = flag("--config-only", since="1.30", help="Create a configuration-only network")
    driver: str = flag("-d", "--driver", default="bridge", help="Network driver", sources="network-drivers")
    gateway: tuple[str, ...] = flag("--gateway", parse=pairs.words, metavar="strings", help="Gateway of the subnet")
    ingress: bool = flag("--ingress", since="1.29", help="Create the swarm routing-mesh network")
    internal: bool = flag("--internal", help="Isolate the network from external access")
    ip_range: tuple[str, ...] = flag(
        "--ip-range",
        parse=pairs.words,
        metavar="strings",
        help="Allocate container addresses from a sub-range of the subnet",
    )
    ipam_driver: str = flag(
        "--ipam-driver", default="default", help="IP address management (IPAM) driver", sources="default"
    )
    ipam_opt: tuple[pairs.Pair, ...] = flag(
        "--ipam-opt", parse=pairs.pair, many=True, metavar="map", help="IPAM driver option"
    )
    ipv4: bool = flag("--ipv4", default=True, help="Enable IPv4 address assignment")
    ipv6: bool = flag("--ipv6", help="Enable IPv6 address assignment")
    label: tuple[str, ...] = flag("--label", parse=pairs.label, help="Network metadata, KEY=VALUE")
    opt: tuple[pairs.Pair, ...] = driver_option_flag("network-options")
    scope: str = flag("--scope", since="1.30", help="Network scope", sources="local swarm")
    subnet: tuple[str, ...] = flag("--subnet", parse=pairs.words, metavar="strings", help="Subnet in CIDR format")


def _network(text: str, prefix: str = "") -> Any:
    """Go's net.ParseCIDR. Raises ValueError."""
    try:
        if "/" not in text:
            raise ValueError
        return ipaddress.ip_interface(text)
    except ValueError:
        raise ValueError(f"{prefix}invalid CIDR address: {text}") from None


def contains(subnet: str, data: str) -> bool:
    """Does a subnet contain an address, or the base address of another subnet? Raises ValueError."""
    network = _network(subnet, "invalid subnet: ").network
    if "/" in data:
        address = _network(data).ip
    else:
        try:
            address = ipaddress.ip_address(data)
        except ValueError:
            return False
    return address.version == network.version and address in network


def ipam_config(o: CreateOptions) -> list[IPAMConfig]:
    """The subnets, each with its range, gateway and addresses. Raises ValueError with docker's messages."""
    if len(o.subnet) < len(o.ip_range) or len(o.subnet) < len(o.gateway):
        raise ValueError("every ip-range or gateway must have a corresponding subnet")
    for at, subnet in enumerate(o.subnet):
        if any(contains(subnet, other) or contains(other, subnet) for other in o.subnet[:at]):
            raise ValueError("multiple overlapping subnet configuration is not supported")
    ranges = by_subnet(o.subnet, o.ip_range, "range", "on")
    gateways = by_subnet(o.subnet, o.gateway, "gateway", "for")
    others: dict[str, dict[str, str]] = {subnet: {} for subnet in o.subnet}
    for name, address in dict(o.aux_address).items():
        for subnet in containing(o.subnet, address, "aux-address"):
            others[subnet][name] = address
    return [
        {
            "Subnet": subnet,
            **({"IPRange": ranges[subnet]} if subnet in ranges else {}),
            **({"Gateway": gateways[subnet]} if subnet in gateways else {}),
            **({"AuxiliaryAddresses": others[subnet]} if others[subnet] else {}),
        }
        for subnet in o.subnet
    ]


def by_subnet(subnets: tuple[str, ...], values: tuple[str, ...], what: str, word: str) -> dict[str, str]:
    """subnet -> its range or gateway. Raises ValueError for a second one of a subnet."""
    found: dict[str, str] = {}
    for value in values:
        if what == "range":
            _network(value)
        for subnet in containing(subnets, value, what):
            if subnet in found:
                raise ValueError(
                    f"cannot configure multiple {what}s ({value}, {found[subnet]}) {word} the same subnet ({subnet})"
                )
            found[subnet] = value
    return found


def containing(subnets: tuple[str, ...], value: str, what: str) -> list[str]:
    """The subnets that contain an address or range. Raises ValueError if there is none."""
    matching = [subnet for subnet in subnets if contains(subnet, value)]
    if not matching:
        raise ValueError(f"no matching subnet for {what} {value}")
    return matching


def create_body(o: CreateOptions, version: tuple[int, ...]) -> CreateNetwork:
    """The body of POST /networks/create. Raises ValueError."""
    return {
        **({"CheckDuplicate": True} if version < (1, 44) else {}),
        "Driver": o.driver,
        "Scope": o.scope,
        **({"EnableIPv4": o.ipv4} if "ipv4" in o.given else {}),
        **({"EnableIPv6": o.ipv6} if "ipv6" in o.given else {}),
        "IPAM": {"Driver": o.ipam_driver, "Options": dict(o.ipam_opt), "Config": ipam_config(o)},
        "Internal": o.internal,
        "Attachable": o.attachable,
        "Ingress": o.ingress,
        "ConfigOnly": o.config_only,
        "ConfigFrom": {"Network": o.config_from} if o.config_from else None,
        "Options": dict(o.opt),
        "Labels": pairs.mapping(o.label),
        "Name": o.name,
    }


@command("network create", CreateOptions, "Create a network")
def create(app: App, o: CreateOptions) -> None:
    app.need_engine()
    with failing():
        ipam_config(o)
        body = create_body(o, version_key(app.engine.api_version))
    network = app.engine.json(networks.create_network(body))
    app.out.line(network["Id"])


# -- connect, disconnect ---------------------------------------------------------------------------


@options
class ConnectOptions(Options):
    """`network connect`: the settings of the container's endpoint."""

    network: str = argument("NETWORK", sources="networks")
    container: str = argument("CONTAINER", sources="containers")
    alias: tuple[str, ...] = flag(
        "--alias", parse=pairs.words, metavar="strings", help="Network-scoped alias of the container"
    )
    driver_opt: tuple[str, ...] = flag(
        "--driver-opt", parse=pairs.words, metavar="strings", help="Network driver option", sources="endpoint-options"
    )
    gw_priority: int = flag("--gw-priority", help="Gateway priority; the highest one provides the default gateway")
    ip: str = flag("--ip", help="IPv4 address")
    ip6: str = flag("--ip6", help="IPv6 address")
    link: tuple[str, ...] = flag("--link", parse=pairs.link, help="Link to another container", sources="links")
    link_local_ip: tuple[str, ...] = flag(
        "--link-local-ip", parse=pairs.words, metavar="strings", help="Container link-local address"
    )


def driver_options(texts: tuple[str, ...]) -> dict[str, str]:
    """--driver-opt as an object. Raises ValueError."""
    out = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise ValueError("invalid key/value pair format in driver options")
        out[key.strip()] = value.strip()
    return out


def settings_of(o: ConnectOptions) -> EndpointSettings:
    """The EndpointSettings of the container. Raises ValueError."""
    addresses: EndpointIPAMConfig = {"IPv4Address": o.ip, "IPv6Address": o.ip6, "LinkLocalIPs": list(o.link_local_ip)}
    return {
        "IPAMConfig": without_empty(addresses),
        "Links": list(o.link) or None,
        "Aliases": list(o.alias),
        "DriverOpts": driver_options(o.driver_opt),
        "GwPriority": o.gw_priority,
        "MacAddress": "",
        **networks.SET_BY_ENGINE,
    }


@command("network connect", ConnectOptions, "Connect a container to a network")
def connect(app: App, o: ConnectOptions) -> None:
    app.need_engine()
    with failing():
        settings = settings_of(o)
    app.engine.read(networks.connect_network(o.network, o.container, settings))


@options
class DisconnectOptions(Options):
    network: str = argument("NETWORK", sources="networks")
    container: str = argument("CONTAINER", sources="containers")
    force: bool = flag("-f", "--force", help="Force the disconnection from the network")


@command("network disconnect", DisconnectOptions, "Disconnect a container from a network")
def disconnect(app: App, o: DisconnectOptions) -> None:
    app.engine.read(networks.disconnect_network(o.network, o.container, o.force))


# -- rm, prune -------------------------------------------------------------------------------------


@options
class RemoveOptions(SelectOptions):
    networks: tuple[str, ...] = argument("NETWORK [NETWORK...]", sources="networks", unless=("filter", "all"))
    force: bool = flag("-f", "--force", help="Ignore networks that do not exist")


INGRESS = (
    "WARNING! Before removing the routing-mesh network, make sure all the nodes in your swarm run the same docker engine version. Otherwise, "
    "removal may not be effective and functionality of newly create ingress networks will be impaired.\nAre you sure you want to continue?"
)


@command("network rm", RemoveOptions, "Remove one or more networks", aliases=("remove",), usage="NETWORK [NETWORK...]")
def remove(app: App, o: RemoveOptions) -> None:
    found = targets(app, o, o.networks, "network rm")
    failed: list[Failure] = []
    for name in found.names:
        try:
            ingress = bool(app.engine.json(networks.inspect_network(found.id(name))).get("Ingress"))
        except Failure:
            ingress = False
        if ingress and not confirmed(app, INGRESS):
            continue
        try:
            app.engine.read(networks.remove_network(found.id(name)))
        except Failure as failure:
            if not (o.force and failure.missing):
                app.err.line(failure.message)
                failed.append(failure)
            continue
        app.out.line(name)
    if failed:
        raise Told("exit status 1", failed)


@options
class NetworkPruneOptions(PruneOptions):
    pass


@command("network prune", NetworkPruneOptions, "Remove all unused networks", since="1.25")
def prune(app: App, o: NetworkPruneOptions) -> None:
    chosen = prune_filters(app, o.filter)
    if o.dry_run:
        from pydock.commands.preview import Preview, show

        show(app, [Preview(app, chosen).networks()], "networks")
        return
    request, unused = (
        networks.prune_networks(chosen),
        "all custom networks not used by at least one container",
    )
    prune_objects(app, o, unused, request, "Networks", lambda report: report.get("NetworksDeleted"))
