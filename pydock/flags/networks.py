"""--network: a name, or "name=…,alias=…,ip=…". Pure; ValueErrors have docker's messages."""

from __future__ import annotations

import re

from pydock.go.strconv import csv_fields, parse_int
from pydock.values import made, record


@record
class Attachment:
    """A network to connect a container to, with the endpoint's settings."""

    target: str
    aliases: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    ip: str = ""
    ip6: str = ""
    mac: str = ""
    link_local_ips: tuple[str, ...] = ()
    driver_opts: dict[str, str] = made(default_factory=dict)
    gw_priority: int = 0

    @property
    def user_defined(self) -> bool:
        return self.target not in ("default", "bridge", "host", "none", "nat") and not self.target.startswith(
            "container:"
        )


def attachment(text: str) -> Attachment:
    """One --network value."""
    if not re.search(r"\w=\w", text):
        return Attachment(text)
    single: dict[str, str] = {}
    many: dict[str, list[str]] = {"alias": [], "link-local-ip": []}
    driver_opts: dict[str, str] = {}
    priority = 0
    for part in csv_fields(text):
        key, equals, value = part.lower().partition("=")
        if not equals or not key:
            raise ValueError(f"invalid field {part}")
        key, value = key.strip(), value.strip()
        if key in ("name", "ip", "ip6", "mac-address"):
            single[key] = value
        elif key in many:
            many[key].append(value)
        elif key == "driver-opt":
            name, sep, setting = value.partition("=")
            if not sep or not name:
                raise ValueError("invalid key value pair format in driver options")
            driver_opts[name.strip()] = setting.strip()
        elif key == "gw-priority":
            priority = _priority(value)
        else:
            raise ValueError(f"invalid field key {key}")
    if not single.get("name"):
        raise ValueError("network name/id is not specified")
    return Attachment(
        single["name"],
        tuple(many["alias"]),
        (),
        single.get("ip", ""),
        single.get("ip6", ""),
        single.get("mac-address", ""),
        tuple(many["link-local-ip"]),
        driver_opts,
        priority,
    )


def _priority(text: str) -> int:
    try:
        return parse_int(text, base=10)
    except ValueError as error:
        raise ValueError(f"invalid gw-priority ({text}): {str(error).rpartition(': ')[2]}") from None
