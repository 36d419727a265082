"""The engine's disk usage, as `system df` shows it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from pydock.go.kinds import Time
from pydock.go.strconv import parse_rfc3339
from pydock.render.human import ago, short_id, size
from pydock.shape import Json
from pydock.views.containers import ContainerView
from pydock.views.images import ImageView
from pydock.views.times import moment_of
from pydock.views.view import Fields, View
from pydock.views.volumes import VolumeView

DEFAULT = "{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}"
CACHE_RAW = (
    "build_cache_id: {{.ID}}\nparent_id: {{.Parent}}\nbuild_cache_type: {{.CacheType}}\ndescription: {{.Description}}\n"
    "created_at: {{.CreatedAt}}\ncreated_since: {{.CreatedSince}}\nlast_used_at: {{.LastUsedAt}}\nlast_used_since: {{.LastUsedSince}}\n"
    "usage_count: {{.UsageCount}}\nin_use: {{.InUse}}\nshared: {{.Shared}}\n"
)
RAW = "type: {{.Type}}\ntotal: {{.TotalCount}}\nactive: {{.Active}}\nsize: {{.Size}}\nreclaimable: {{.Reclaimable}}\n"

IMAGES = "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}"
CONTAINERS = "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}"
VOLUMES = "{{.Name}}\t{{.Links}}\t{{.Size}}"
#: with -v: one template for everything
RAW_DETAILS = "".join(
    f"{{{{range .{field}}}}}type: {title}\n{raw}\n{{{{end -}}}}\n"
    for field, title, raw in (
        ("Images", "Image", ImageView.RAW_DIGESTS), ("Containers", "Container", ContainerView.RAW_SIZES), ("Volumes", "Volume", VolumeView.RAW),
        ("BuildCache", "Build Cache", CACHE_RAW),
    )
)  # fmt: skip
BUILD_CACHE = "{{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}"


class UsageView(View):
    """One row: a type of object. Sizes in bytes; fields: of docker's struct; share: show the reclaimable percentage?"""

    TITLES: ClassVar[dict[str, str]] = {
        "Type": "TYPE",
        "TotalCount": "TOTAL",
        "Active": "ACTIVE",
        "Size": "SIZE",
        "Reclaimable": "RECLAIMABLE",
    }
    FIELDS: ClassVar[Fields] = {
        "Type": (lambda v: v.Type, "type of object"),
        "TotalCount": (lambda v: int(v.TotalCount), "number of objects"),
        "Active": (lambda v: int(v.Active), "number of those that are in use"),
        "Size": (lambda v: int(v.used), "bytes"),
        "Reclaimable": (lambda v: int(v.free), "bytes that are not in use"),
    }

    def __init__(
        self,
        kind: str,
        total: int,
        active: int,
        used: float,
        free: float,
        go_type: str,
        fields: Json,
        share: bool = True,
    ) -> None:
        self.Type, self.TotalCount, self.Active = kind, str(total), str(active)
        self.used, self.free, self.fields, self.share = used, free, fields, share
        self.go_type = go_type  # type: ignore[misc]

    def go_fields(self) -> Json:
        return self.fields

    @property
    def Size(self) -> str:
        return size(self.used)

    @property
    def Reclaimable(self) -> str:
        if self.share and self.used > 0:
            return f"{size(self.free)} ({int(self.free * 100 / self.used)}%)"
        return size(self.free)


def usage_rows(usage: Json) -> list[UsageView]:
    """From GET /system/df."""
    images, containers, volumes, cache = (usage.get(k) or [] for k in ("Images", "Containers", "Volumes", "BuildCache"))
    layers = float(usage.get("LayersSize") or 0)
    return [_images(images, layers), _containers(containers), _volumes(volumes), _build_cache(cache)]


def _images(images: list[Json], layers: float) -> UsageView:
    in_use = sum(
        i["Size"] - i["SharedSize"]
        for i in images
        if i.get("Containers") and i["Size"] != -1 and i.get("SharedSize") not in (None, -1)
    )
    active = sum((i.get("Containers") or 0) > 0 for i in images)
    fields = {"totalSize": int(layers), "images": images}
    return UsageView(
        "Images", len(images), active, layers, layers - in_use, "*formatter.diskUsageImagesContext", fields
    )


def _containers(containers: list[Json]) -> UsageView:
    active = [c for c in containers if c.get("State") in ("running", "paused", "restarting")]
    written = float(sum(c.get("SizeRw") or 0 for c in containers))
    idle = written - sum(c.get("SizeRw") or 0 for c in active)
    kind, fields = "*formatter.diskUsageContainersContext", {"containers": containers}
    return UsageView("Containers", len(containers), len(active), written, idle, kind, fields)


def _volumes(volumes: list[Json]) -> UsageView:
    known = [v["UsageData"] for v in volumes if (v.get("UsageData") or {}).get("Size", -1) != -1]
    active = sum((v.get("UsageData") or {"RefCount": 0})["RefCount"] > 0 for v in volumes)
    used = float(sum(u["Size"] for u in known))
    free = float(sum(u["Size"] for u in known if not u["RefCount"]))
    kind, fields = "*formatter.diskUsageVolumesContext", {"volumes": volumes}
    return UsageView("Local Volumes", len(volumes), active, used, free, kind, fields)


def _build_cache(cache: list[Json]) -> UsageView:
    used = cache_size(cache)
    in_use = [c for c in cache if c.get("InUse")]
    free = used - sum(c.get("Size") or 0 for c in in_use)
    kind, fields = "*formatter.diskUsageBuilderContext", {"builderSize": int(used), "buildCache": cache}
    return UsageView("Build Cache", len(cache), len(in_use), used, free, kind, fields, share=False)


#: key of the answer since API 1.52 -> (the row's name, its Go type)
COUNTED = {
    "ImageUsage": ("Images", "*formatter.diskUsageImagesContext"), "ContainerUsage": ("Containers", "*formatter.diskUsageContainersContext"),
    "VolumeUsage": ("Local Volumes", "*formatter.diskUsageVolumesContext"), "BuildCacheUsage": ("Build Cache", "*formatter.diskUsageBuilderContext"),
}  # fmt: skip
#: key of the answer since API 1.52 -> the key of the list before
LISTS = {
    "ImageUsage": "Images",
    "ContainerUsage": "Containers",
    "VolumeUsage": "Volumes",
    "BuildCacheUsage": "BuildCache",
}


def counted_rows(usage: Json) -> list[UsageView]:
    """From GET /system/df since API 1.52, with the engine's totals."""
    rows = []
    for key, (kind, go_type) in COUNTED.items():
        counts = usage.get(key) or {}
        total, active, used, free = (
            int(counts.get(k) or 0) for k in ("TotalCount", "ActiveCount", "TotalSize", "Reclaimable")
        )
        rows.append(
            UsageView(
                kind,
                total,
                active,
                used,
                free,
                go_type,
                {"totalSize": used, "builderSize": used},
                share=key != "BuildCacheUsage",
            )
        )
    return rows


def items_of(usage: Json) -> Json:
    """The objects of an answer since API 1.52, by the keys of the older answer, and the size of the build cache."""
    return {
        **{name: (usage.get(key) or {}).get("Items") or [] for key, name in LISTS.items()},
        "BuildCacheSize": float((usage.get("BuildCacheUsage") or {}).get("TotalSize") or 0),
    }  # fmt: skip


def cache_size(cache: Iterable[Json]) -> float:
    """The size of the build cache, without records that are shared with images."""
    return float(sum(c.get("Size") or 0 for c in cache if not c.get("Shared")))


def by_use(cache: Iterable[Json]) -> list[Json]:
    """Build cache records sorted by their last use, never used ones first."""
    return sorted(
        cache, key=lambda c: (parse_rfc3339(c["LastUsedAt"]) if c.get("LastUsedAt") else -1.0, c.get("ID") or "")
    )


def _parents(record: Json) -> list[str]:
    # engines before API 1.52 have a blank in the key
    return record.get("Parents") or record.get(" Parents") or ([record["Parent"]] if record.get("Parent") else [])


class CacheView(View):
    """One entry of the build cache."""

    go_type = "*formatter.buildCacheContext"
    TITLES: ClassVar[dict[str, str | None]] = {
        "ID": "CACHE ID", "Parent": "PARENT", "CacheType": "CACHE TYPE", "Description": "DESCRIPTION", "InUse": "IN USE", "Shared": "SHARED",
        "Size": "SIZE", "CreatedAt": None, "CreatedSince": "CREATED", "LastUsedAt": None, "LastUsedSince": "LAST USED", "UsageCount": "USAGE",
    }  # fmt: skip
    FIELDS: ClassVar[Fields] = {
        "ID": (lambda v: v.r["ID"], "full ID"),
        "Parents": (lambda v: _parents(v.r), "list of IDs"),
        "CacheType": (lambda v: v.CacheType, "type: regular, source.local, exec.cachemount…"),
        "Description": (lambda v: v.Description, "description"),
        "InUse": (lambda v: bool(v.r.get("InUse")), "true or false"),
        "Shared": (lambda v: bool(v.r.get("Shared")), "true or false: is it part of an image?"),
        "Size": (lambda v: v.r.get("Size") or 0, "bytes"),
        "CreatedAt": (lambda v: moment_of(v.created), "time"),
        "LastUsedAt": (lambda v: moment_of(v.used), "time, or null"),
        "UsageCount": (lambda v: v.r.get("UsageCount") or 0, "number of uses"),
    }  # fmt: skip

    def __init__(self, record: Json, now: float, trunc: bool = True) -> None:
        self.r, self.now, self.trunc = record, now, trunc
        parent = ", ".join(_parents(record))
        self.Parent = short_id(parent) if trunc else parent
        self.CacheType, self.Description = str(record.get("Type") or ""), str(record.get("Description") or "")
        self.InUse, self.Shared = (str(bool(record.get(k))).lower() for k in ("InUse", "Shared"))
        self.Size, self.UsageCount = size(float(record.get("Size") or 0), 3), str(record.get("UsageCount") or 0)
        self.created, self.used = (str(record.get(k) or "") for k in ("CreatedAt", "LastUsedAt"))
        self.CreatedAt, self.LastUsedAt = (Time(t).go_text() if t else "" for t in (self.created, self.used))

    def go_fields(self) -> dict[str, Any]:
        return {"trunc": self.trunc, "v": self.r}

    @property
    def ID(self) -> str:
        return (short_id(self.r["ID"]) if self.trunc else str(self.r["ID"])) + ("*" if self.r.get("InUse") else "")

    @property
    def CreatedSince(self) -> str:
        return ago(parse_rfc3339(self.created), self.now) if self.created else ""

    @property
    def LastUsedSince(self) -> str:
        return ago(parse_rfc3339(self.used), self.now) if self.used else ""
