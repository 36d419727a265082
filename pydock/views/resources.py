"""Networks, volumes and plugins as their lists show them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from pydock.render.human import ellipsis, short_id, size
from pydock.render.values import Time
from pydock.views.view import View, labels_text

NOT_KNOWN = "N/A"


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

    def go_facts(self) -> dict[str, Any]:
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


class VolumeView(View):
    """One entry of GET /volumes, or of /system/df with its size."""

    go_type = "*formatter.volumeContext"
    TITLES: ClassVar[dict[str, str]] = {
        "Name": "VOLUME NAME", "Driver": "DRIVER", "Scope": "SCOPE", "Mountpoint": "MOUNTPOINT", "Labels": "LABELS", "Links": "LINKS",
        "Size": "SIZE", "Group": "GROUP", "Availability": "AVAILABILITY", "Status": "STATUS",
    }  # fmt: skip
    DEFAULT = "{{.Driver}}\t{{.Name}}"
    CLUSTER = "{{.Name}}\t{{.Group}}\t{{.Driver}}\t{{.Availability}}\t{{.Status}}"
    RAW = "name: {{.Name}}\ndriver: {{.Driver}}\n"
    QUIET = "{{.Name}}"
    RAW_QUIET = "name: {{.Name}}"
    CONFIG = "volumesFormat"

    def __init__(self, volume: dict[str, Any]) -> None:
        self.v = volume
        self.usage: dict[str, Any] = volume.get("UsageData") or {}
        self.cluster: dict[str, Any] = volume.get("ClusterVolume") or {}
        self.Name, self.Driver, self.Scope, self.Mountpoint = (str(volume.get(k) or "") for k in ("Name", "Driver", "Scope", "Mountpoint"))

    def go_facts(self) -> dict[str, Any]:
        return {"v": self.v}

    @property
    def Labels(self) -> str:
        return labels_text(self.v.get("Labels"))

    @property
    def Label(self) -> Callable[[str], str]:
        return lambda key: (self.v.get("Labels") or {}).get(key, "")

    @property
    def Links(self) -> str:
        return str(self.usage.get("RefCount", 0)) if self.usage else NOT_KNOWN

    @property
    def Size(self) -> str:
        return size(float(self.usage.get("Size", 0)), 4) if self.usage else NOT_KNOWN

    @property
    def Group(self) -> str:
        return str((self.cluster.get("Spec") or {}).get("Group") or "") if self.cluster else NOT_KNOWN

    @property
    def Availability(self) -> str:
        return str((self.cluster.get("Spec") or {}).get("Availability") or "") if self.cluster else NOT_KNOWN

    @property
    def Status(self) -> str:
        """Of a cluster volume: where it is published."""
        if not self.cluster:
            return NOT_KNOWN
        if not (self.cluster.get("Info") or {}).get("VolumeID"):
            return "pending creation"
        states = {"pending-publish": 0, "published": 0, "pending-node-unpublish": 0, "pending-controller-unpublish": 0}
        for published in self.cluster.get("PublishStatus") or []:
            states[published["State"]] = states.get(published["State"], 0) + 1
        unpublishing = states["pending-node-unpublish"] + states["pending-controller-unpublish"]
        for count, word in ((states["published"], "in use"), (states["pending-publish"], "pending-publish"), (unpublishing, "pending-unpublish")):
            if count:
                return f"{word} ({count} node{'s' if count > 1 else ''})"
        return "created"


class PluginView(View):
    """One entry of GET /plugins."""

    go_type = "*plugin.pluginContext"
    TITLES: ClassVar[dict[str, str]] = {"ID": "ID", "Name": "NAME", "Description": "DESCRIPTION", "Enabled": "ENABLED", "PluginReference": "IMAGE"}
    DEFAULT = "{{.ID}}\t{{.Name}}\t{{.Description}}\t{{.Enabled}}"
    RAW = "plugin_id: {{.ID}}\nname: {{.Name}}\ndescription: {{.Description}}\nenabled: {{.Enabled}}\n"
    RAW_QUIET = "plugin_id: {{.ID}}"
    CONFIG = "pluginsFormat"

    def __init__(self, plugin: dict[str, Any], trunc: bool = True) -> None:
        self.p, self.trunc = plugin, trunc
        self.Name, self.PluginReference = str(plugin.get("Name") or ""), str(plugin.get("PluginReference") or "")
        self.Enabled = bool(plugin.get("Enabled"))

    def go_facts(self) -> dict[str, Any]:
        return {"trunc": self.trunc, "p": self.p}

    @property
    def ID(self) -> str:
        return short_id(self.p.get("Id") or "") if self.trunc else str(self.p.get("Id") or "")

    @property
    def Description(self) -> str:
        text = str((self.p.get("Config") or {}).get("Description") or "").replace("\n", " ").replace("\r", " ")
        return ellipsis(text, 45) if self.trunc else text
