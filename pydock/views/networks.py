"""Networks as their list shows them. Pure."""

from __future__ import annotations

from collections.abc import Callable

from pydock.go.kinds import Time
from pydock.render.human import short_id
from pydock.views.times import moment_of
from pydock.views.view import Fields, View, labels_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar


def _bool(value: object) -> str:
    return "true" if value else "false"


class NetworkView(View):
    """One entry of GET /networks."""

    go_type = "*network.networkContext"
    TITLES: ClassVar[dict[str, str]] = {
        "ID": "NETWORK ID", "Name": "NAME", "Driver": "DRIVER", "Scope": "SCOPE", "IPv4": "IPV4", "IPv6": "IPV6", "Internal": "INTERNAL",
        "Labels": "LABELS", "CreatedAt": "CREATED AT",
    }  # fmt: skip
    FIELDS: ClassVar[Fields] = {
        "ID": (lambda v: v.n["Id"], "full ID"),
        "Name": (lambda v: v.Name, "name"),
        "Driver": (lambda v: v.Driver or None, "driver"),
        "Scope": (lambda v: v.Scope, "local, global or swarm"),
        "IPv4": (lambda v: v.n.get("EnableIPv4"), "true or false; null where the engine does not say"),
        "IPv6": (lambda v: v.n.get("EnableIPv6"), "true or false"),
        "Internal": (lambda v: bool(v.n.get("Internal")), "true or false"),
        "Attachable": (lambda v: bool(v.n.get("Attachable")), "true or false"),
        "Subnets": (
            lambda v: [c["Subnet"] for c in (v.n.get("IPAM") or {}).get("Config") or () if c.get("Subnet")],
            "list of subnets",
        ),
        "Labels": (lambda v: v.n.get("Labels") or {}, "object of labels"),
        "CreatedAt": (lambda v: moment_of(v.n.get("Created")), "time"),
    }  # fmt: skip
    DEFAULT = "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}"
    RAW = "network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n"
    RAW_QUIET = "network_id: {{.ID}}"
    CONFIG = "networksFormat"

    def __init__(self, network: dict[str, Any], trunc: bool = True) -> None:
        self.n, self.trunc = network, trunc
        self.Name, self.Driver, self.Scope = (str(network.get(k) or "") for k in ("Name", "Driver", "Scope"))

    def go_fields(self) -> dict[str, Any]:
        return {"trunc": self.trunc, "n": self.n}

    @property
    def ID(self) -> str:
        return short_id(self.n["Id"]) if self.trunc else str(self.n["Id"])

    @property
    def IPv4(self) -> str:
        return _bool(self.n.get("EnableIPv4"))

    @property
    def IPv6(self) -> str:
        return _bool(self.n.get("EnableIPv6"))

    @property
    def Internal(self) -> str:
        return _bool(self.n.get("Internal"))

    @property
    def Labels(self) -> str:
        return labels_text(self.n.get("Labels"))

    @property
    def Label(self) -> Callable[[str], str]:
        return lambda key: (self.n.get("Labels") or {}).get(key, "")

    @property
    def CreatedAt(self) -> str:
        return Time(self.n.get("Created") or "0001-01-01T00:00:00Z").go_text()
