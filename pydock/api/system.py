"""System: https://docs.docker.com/reference/api/engine/version/v1.55/#tag/System. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pydock.api.containers import CONTAINER
from pydock.api.images import IMAGE
from pydock.api.request import Request, Version, query
from pydock.api.swarm import CLUSTER
from pydock.api.volumes import LISTED
from pydock.shape import Shape, opt

COMPONENT = {"Name": str, "Version": opt(str), "Details": opt({str: opt(str)})}
VERSION = {
    "Platform": opt({"Name": opt(str)}),
    "Version": str,
    "ApiVersion": opt(str),
    "BuildTime": opt(str),
    "Components": opt([COMPONENT]),
}
_COMMIT = opt({"ID": opt(str)})
_PLUGINS = {"Volume": opt([str]), "Network": opt([str]), "Authorization": opt([str]), "Log": opt([str])}
_REGISTRIES = {
    "IndexConfigs": opt({str: {"Name": str, "Secure": opt(bool)}}),
    "InsecureRegistryCIDRs": opt([str]),
    "Mirrors": opt([str]),
}
_SWARM = {
    "LocalNodeState": opt(str), "NodeID": opt(str), "Error": opt(str), "ControlAvailable": opt(bool), "NodeAddr": opt(str),
    "Cluster": opt(CLUSTER), "RemoteManagers": opt([{"Addr": str}]),
}  # fmt: skip
#: what the client needs of /info
INFO = {
    "ID": str, "Containers": int, "DriverStatus": opt([[str]]), "SystemStatus": opt([[str]]), "Plugins": opt(_PLUGINS), "CDISpecDirs": opt([str]),
    "Swarm": opt(_SWARM), "Runtimes": opt(dict), "MemTotal": opt(int), "Labels": opt([str]), "RegistryConfig": opt(_REGISTRIES),
    "DefaultAddressPools": opt([{"Base": str, "Size": int}]), "ContainerdCommit": _COMMIT, "RuncCommit": _COMMIT, "InitCommit": _COMMIT,
    "SecurityOptions": opt([str]), "OSType": opt(str), "SystemTime": opt(str), "Warnings": opt([str]), "CgroupVersion": opt(str),
    "FirewallBackend": opt({"Driver": opt(str), "Info": opt([[str]])}), "NRI": opt({"Info": opt([[str]])}),
}  # fmt: skip
EVENT = {
    "Type": str, "Action": opt(str), "status": opt(str), "id": opt(str), "time": opt(int), "timeNano": opt(int),
    "Actor": opt({"ID": opt(str), "Attributes": opt({str: opt(str)})}),
}  # fmt: skip
CACHE = {
    "ID": str, "Parent": opt(str), "Type": opt(str), "Description": opt(str), "InUse": opt(bool), "Shared": opt(bool), "Size": opt(int),
    "CreatedAt": opt(str), "LastUsedAt": opt(str), "UsageCount": opt(int),
    "Parents": opt([str]), " Parents": opt([str]),
}  # fmt: skip
USAGE = {
    "LayersSize": opt(int), "Images": opt([IMAGE]), "Containers": opt([CONTAINER]), "Volumes": opt([LISTED]), "BuildCache": opt([CACHE]),
}  # fmt: skip


def _counted(item: Shape) -> Shape:
    return opt(
        {
            "ActiveCount": opt(int),
            "TotalCount": opt(int),
            "Reclaimable": opt(int),
            "TotalSize": opt(int),
            "Items": opt([item]),
        }
    )


#: the answer since API 1.52: totals, and the objects only on request
COUNTED = {
    "ImageUsage": _counted(IMAGE), "ContainerUsage": _counted(CONTAINER), "VolumeUsage": _counted(LISTED), "BuildCacheUsage": _counted(CACHE),
}  # fmt: skip
#: media types of a stream of events since API 1.52, in order of preference
EVENT_FORMS = ["application/jsonl", "application/x-ndjson;q=0.9", "application/json-seq;q=0.5"]


def info() -> Request:
    return Request("GET", "/info", answer=INFO)


def events(version: Version, **options: object) -> Request:
    """GET /events: a stream of JSON objects. Options: since, until, filters."""
    headers = {"Accept": EVENT_FORMS} if version >= (1, 52) else {}
    return Request("GET", "/events", query(**options), headers=headers, answer=EVENT, old_filters=True)


def version() -> Request:
    return Request("GET", "/version", answer=VERSION)


def disk_usage(version: Version, verbose: bool, types: Sequence[str] = ()) -> Request:
    """GET /system/df -> USAGE, or COUNTED since API 1.52. types: of objects, where the engine can choose; all by default."""
    chosen = types if version >= (1, 42) else ()
    if version < (1, 52):
        return Request("GET", "/system/df", query(type=chosen), answer=USAGE)
    return Request("GET", "/system/df", query(verbose=verbose, type=chosen), answer=COUNTED)


def prune_build_cache(
    version: Version, filters: dict[str, dict[str, bool]], all: bool, keep_storage: int = 0
) -> Request:
    """POST /build/prune -> {"CachesDeleted", "SpaceReclaimed"}. keep_storage: bytes that may stay."""
    kept = keep_storage or None
    options = query(filters=filters, all=all, **{"reserved-space": kept})
    if version < (1, 52):
        # sent under both names: engines know one or the other
        options = {"filters": "", **options, **query(**{"keep-storage": kept})}
    answer = {"CachesDeleted": opt([str]), "SpaceReclaimed": opt(int)}
    return Request("POST", "/build/prune", options, answer=answer, version_first=True)
