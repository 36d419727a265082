"""`swarm init`: make this node the first manager of a new swarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import swarm
from pydock.commands.swarm.options import (
    EMPTY,
    SpecOptions,
    advertise_flag,
    availability_flag,
    data_path_flag,
    listen_flag,
    uint32,
    with_flags,
)
from pydock.commands.swarm.texts import print_join, print_unlock, unlock_key
from pydock.errors import Failure, failing
from pydock.flags.swarm import address_pools, availability
from pydock.options import command, flag, options

if TYPE_CHECKING:
    from pydock.api.types import InitSwarm
    from pydock.app import App


@options
class InitOptions(SpecOptions):
    """`swarm init`: this node, and its swarm."""

    advertise_addr: str = advertise_flag()
    autolock: bool = flag("--autolock", help="Lock managers when they stop: they start again with a key only")
    availability: str = availability_flag()
    data_path_addr: str = data_path_flag()
    data_path_port: int = flag(
        "--data-path-port",
        parse=uint32,
        metavar="uint32",
        since="1.40",
        help="Port for the traffic of containers, from 1024 to 49151; 0 is 4789",
    )
    default_addr_pool: tuple[str, ...] = flag(
        "--default-addr-pool",
        parse=address_pools,
        metavar="ipNetSlice",
        since="1.39",
        help="Addresses of which networks get their own, in CIDR notation",
    )
    default_addr_pool_mask_length: int = flag(
        "--default-addr-pool-mask-length",
        default=24,
        parse=uint32,
        metavar="uint32",
        since="1.39",
        help="Length of the mask of each network's addresses",
    )
    force_new_cluster: bool = flag("--force-new-cluster", help="Make a new swarm of this node's current state")
    listen_addr: str = listen_flag()


def init_body(o: InitOptions) -> InitSwarm:
    """The body of POST /swarm/init. Raises ValueError."""
    return {
        "ListenAddr": o.listen_addr,
        "AdvertiseAddr": o.advertise_addr,
        "DataPathAddr": o.data_path_addr,
        "DataPathPort": o.data_path_port,
        "ForceNewCluster": o.force_new_cluster,
        "Spec": with_flags(EMPTY, o, o.autolock),
        "AutoLockManagers": o.autolock,
        "Availability": availability(o.availability) if "availability" in o.given else "",
        "DefaultAddrPool": list(o.default_addr_pool),
        "SubnetSize": o.default_addr_pool_mask_length,
    }


#: errors of an engine that needs --advertise-addr
NO_ADDRESS = ("could not choose an IP address to advertise", "could not find the system's IP address")


@command("swarm init", InitOptions, "Initialize a swarm")
def init(app: App, o: InitOptions) -> None:
    app.need_engine()
    with failing():
        body = init_body(o)
    try:
        node = app.engine.json(swarm.init_swarm(body))
    except Failure as failure:
        if any(text in failure.message for text in NO_ADDRESS):
            raise Failure(f"{failure.message} - specify one with --advertise-addr") from None
        raise
    app.out.line(f"Swarm initialized: current node ({node}) is now a manager.\n")
    print_join(app, node, "worker")
    app.out.line(
        f"To add a manager to this swarm, run '{app.prog} swarm join-token manager' and follow the instructions."
    )
    if o.autolock:
        print_unlock(app, unlock_key(app))
