"""Volumes as their lists show them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydock.render.human import size
from pydock.views.times import moment_of
from pydock.views.view import Fields, View, counted, labels_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

NOT_KNOWN = "N/A"


class VolumeView(View):
    """One entry of GET /volumes, or of /system/df with its size."""

    go_type = "*formatter.volumeContext"
    TITLES: ClassVar[dict[str, str]] = {
        "Name": "VOLUME NAME", "Driver": "DRIVER", "Scope": "SCOPE", "Mountpoint": "MOUNTPOINT", "Labels": "LABELS", "Links": "LINKS",
        "Size": "SIZE", "Group": "GROUP", "Availability": "AVAILABILITY", "Status": "STATUS",
    }  # fmt: skip
    FIELDS: ClassVar[Fields] = {
        "Name": (lambda v: v.Name, "name"),
        "Driver": (lambda v: v.Driver, "driver"),
        "Scope": (lambda v: v.Scope, "local or global"),
        "Mountpoint": (lambda v: v.Mountpoint, "folder of the engine's host"),
        "Labels": (lambda v: v.v.get("Labels") or {}, "object of labels"),
        "Options": (lambda v: v.v.get("Options") or {}, "object of the driver's options"),
        "CreatedAt": (lambda v: moment_of(v.v.get("CreatedAt")), "time"),
        "Links": (lambda v: counted(v.usage.get("RefCount")), "number of containers; null where the engine did not count them"),
        "Size": (lambda v: counted(v.usage.get("Size")), "bytes; null where the engine did not count them"),
        "Group": (lambda v: v.Group if v.cluster else None, "group of a cluster volume, or null"),
        "Availability": (lambda v: v.Availability if v.cluster else None, "availability of a cluster volume, or null"),
        "Status": (lambda v: v.Status if v.cluster else None, "state of a cluster volume in words, or null"),
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
        self.Name, self.Driver, self.Scope, self.Mountpoint = (
            str(volume.get(k) or "") for k in ("Name", "Driver", "Scope", "Mountpoint")
        )

    def go_fields(self) -> dict[str, Any]:
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
        """A cluster volume's publication status."""
        if not self.cluster:
            return NOT_KNOWN
        if not (self.cluster.get("Info") or {}).get("VolumeID"):
            return "pending creation"
        states = {"pending-publish": 0, "published": 0, "pending-node-unpublish": 0, "pending-controller-unpublish": 0}
        for published in self.cluster.get("PublishStatus") or []:
            states[published["State"]] = states.get(published["State"], 0) + 1
        unpublishing = states["pending-node-unpublish"] + states["pending-controller-unpublish"]
        for count, word in (
            (states["published"], "in use"),
            (states["pending-publish"], "pending-publish"),
            (unpublishing, "pending-unpublish"),
        ):
            if count:
                return f"{word} ({count} node{'s' if count > 1 else ''})"
        return "created"


class UsedVolumeView(VolumeView):
    """A volume with the containers that use it."""

    TITLES: ClassVar[dict[str, str]] = {**VolumeView.TITLES, "UsedBy": "USED BY"}
    FIELDS: ClassVar[Fields] = {
        **VolumeView.FIELDS,
        "UsedBy": (lambda v: list(v.users), "array of the names of containers; asked for by name, or with --used-by"),
    }

    def __init__(self, volume: dict[str, Any], users: Sequence[str]) -> None:
        super().__init__(volume)
        self.users = users

    @property
    def UsedBy(self) -> str:
        return ", ".join(self.users)
