"""Networks as their list shows them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from pydock.go.kinds import Time
from pydock.render.human import short_id
from pydock.views.view import View, labels_text


def _bool(value: object) -> str:
    return "true" if value else "false"


class NetworkView(View):
    """One entry of GET /networks."""

    go_type = "*network.networkContext"
    TITLES: ClassVar[dict[str, str]] = {
        "ID": "NETWORK ID", "Name": "NAME", "Driver": "DRIVER", "Scope": "SCOPE", "IPv4": "IPV4", "IPv6": "IPV6", "Internal": "INTERNAL",
        "Labels": "LABELS", "CreatedAt": "CREATED AT",
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
