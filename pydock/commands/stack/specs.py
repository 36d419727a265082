"""A stack's networks, secrets and configs as bodies of the Engine API, and what services refer to of them. Pure.

Objects of a compose file are dicts of what is set (see `compose.types`). ValueErrors have docker's messages.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from pydock.api.request import without_empty
from pydock.commands.stack.mounts import stack_name
from pydock.commands.stack.namespace import Namespace
from pydock.compose.loading import Config
from pydock.flags.services import FileReference
from pydock.go.strconv import quote

if TYPE_CHECKING:
    from pydock.api.types import IPAM, CreateNetwork, Driver, IPAMConfig, StoredSpec

Object = dict[str, Any]
DEFAULT = "default"


def is_external(declared: Object) -> bool:
    return bool((declared.get("external") or {}).get("external"))


def is_user_defined(network: str) -> bool:
    """Is it no network that every node has?"""
    return network not in ("default", "bridge", "host", "none") and not network.startswith("container:")


def used_networks(config: Config) -> list[str]:
    """The networks of the services, by their names in the file; services without one share the default one."""
    names = [name for service in config.services.values() for name in service.get("networks") or (DEFAULT,)]
    return list(dict.fromkeys(names))


def network_spec(name: str, declared: Object, stack: Namespace) -> CreateNetwork:
    """The body of POST /networks/create."""
    ipam = declared.get("ipam") or {}
    pools: list[IPAMConfig] = [{"Subnet": (pool or {}).get("subnet", "")} for pool in ipam.get("config") or ()]
    settings: IPAM = {
        "Driver": ipam.get("driver", ""),
        "Options": None,
        "Config": [without_empty(pool) for pool in pools],
    }
    return {
        "Driver": declared.get("driver") or "overlay",
        "Scope": "",
        "IPAM": settings if settings["Driver"] or pools else None,
        "Internal": declared.get("internal", False),
        "Attachable": declared.get("attachable", False),
        "Ingress": False,
        "ConfigOnly": False,
        "ConfigFrom": None,
        "Options": declared.get("driver_opts"),
        "Labels": stack.labelled(declared.get("labels")),
        "Name": stack_name(name, declared, stack),
    }


def stored_spec(name: str, declared: Object, stack: Namespace, read: Callable[[str], bytes]) -> StoredSpec:
    """The specification of a secret or config; the data are read from its file, unless a driver has them. Raises Failure."""
    driver = declared.get("driver", "")
    data = b"" if driver else read(declared["file"])
    known: Driver = {"Name": driver, "Options": declared.get("driver_opts") or {}}
    return {
        "Name": stack_name(name, declared, stack),
        "Labels": stack.labelled(declared.get("labels")),
        **({"Data": base64.b64encode(data).decode()} if data else {}),
        **({"Driver": without_empty(known)} if driver else {}),
        **({"Templating": {"Name": declared["template_driver"]}} if declared.get("template_driver") else {}),
    }


def file_references(
    kind: str, used: Iterable[Object], declared: dict[str, Object], stack: Namespace
) -> list[FileReference]:
    """A service's secrets or configs. Raises ValueError for one that the file does not declare."""
    out = []
    for one in used:
        source = one.get("source", "")
        name = stack_name(source, _declared(kind, source, declared), stack)
        mode = one.get("mode")
        permissions = 0o444 if mode is None else mode
        out.append(
            FileReference(name, one.get("target") or source, one.get("uid") or "0", one.get("gid") or "0", permissions)
        )
    return out


def credential_config(service: Object, declared: dict[str, Object], stack: Namespace) -> list[str]:
    """The config that a service's credential spec is in, by its name in the swarm. Raises ValueError."""
    name = (service.get("credential_spec") or {}).get("config")
    return [stack_name(name, _declared("config", name, declared), stack)] if name else []


def _declared(kind: str, name: str, declared: dict[str, Object]) -> Object:
    if name not in declared:
        raise ValueError(f"undefined {kind} {quote(name)}")
    return declared[name]
