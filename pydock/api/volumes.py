"""Volumes: https://docs.docker.com/reference/api/engine/#tag/Volume. Pure."""

from __future__ import annotations

from pydock.api.request import Request, named, query
from pydock.shape import Json, given, opt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.api.types import CreateVolume

VOLUME = {
    "Name": str, "Driver": opt(str), "Scope": opt(str), "Mountpoint": opt(str), "Labels": opt({str: opt(str)}),
    "UsageData": opt({"Size": int, "RefCount": int}), "ClusterVolume": opt({"ID": str, "Version": {"Index": int}, "Spec": dict}),
}  # fmt: skip
#: an entry of a list
LISTED = {**VOLUME, "CreatedAt": opt(str)}


def inspect_volume(volume: str) -> Request:
    return Request("GET", f"/volumes/{named('volume', volume)}", answer=VOLUME)


def list_volumes(**options: object) -> Request:
    answer = {"Volumes": given([LISTED]), "Warnings": opt([str])}
    return Request("GET", "/volumes", query(**options), answer=answer, old_filters=True)


def create_volume(body: CreateVolume) -> Request:
    """POST /volumes/create -> the volume."""
    return Request("POST", "/volumes/create", body=body, answer=VOLUME)


def remove_volume(volume: str, force: bool) -> Request:
    return Request("DELETE", f"/volumes/{named('volume', volume)}", query(force=force), version_first=force)


def update_volume(volume: str, version: int, spec: Json) -> Request:
    """PUT /volumes/…, for cluster volumes; `version`: the one that the change is based on."""
    path = f"/volumes/{named('volume', volume)}"
    return Request("PUT", path, {"version": str(version)}, body={"Spec": spec}, version_first=True)


def prune_volumes(filters: Json) -> Request:
    """POST /volumes/prune -> {"VolumesDeleted", "SpaceReclaimed"}."""
    return Request(
        "POST",
        "/volumes/prune",
        query(filters=filters),
        answer={"VolumesDeleted": opt([str]), "SpaceReclaimed": opt(int)},
        version_first=True,
    )
