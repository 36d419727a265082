"""A service's volumes as mounts of the Engine API. Pure."""

from __future__ import annotations

from typing import Any

from pydock.api.request import without_empty
from pydock.commands.stack.namespace import Namespace
from pydock.go.strconv import quote
from pydock.shape import Json

#: the settings of the kinds of mounts: key of the file -> (key of the API, what is wrong with another kind's)
_OPTIONS = {
    "volume": "VolumeOptions", "bind": "BindOptions", "tmpfs": "TmpfsOptions", "image": "ImageOptions",
    "cluster": "ClusterOptions",
}  # fmt: skip
#: kind -> the settings that it does not have, in the order in which they are looked for
_FOREIGN = {
    "volume": ("image", "tmpfs", "bind", "cluster"),
    "image": ("volume", "bind", "tmpfs", "cluster"),
    "bind": ("volume", "image", "tmpfs", "cluster"),
    "tmpfs": ("bind", "volume", "image", "cluster"),
    "npipe": ("volume", "image", "tmpfs"),
    "cluster": ("tmpfs", "bind", "volume"),
}


def mount(given: dict[str, Any], volumes: dict[str, dict[str, Any]], stack: Namespace) -> Json:
    """A mount. volumes: those of the file. Raises ValueError."""
    kind = given.get("type") or "volume"
    if kind not in _FOREIGN:
        raise ValueError("volume type must be volume, bind, tmpfs, npipe, or cluster")
    source = given.get("source", "")
    if kind == "tmpfs" and source:
        raise ValueError("invalid tmpfs source, source must be empty")
    if kind not in ("tmpfs", "volume") and not source:
        raise ValueError(f"invalid {kind} source, source cannot be empty")
    for other in _FOREIGN[kind]:
        if given.get(other) is not None:
            plural = "images" if other == "image" and kind == "volume" else other
            raise ValueError(f"{plural} options are incompatible with type {kind}")
    plain = without_empty(
        {
            "Type": given.get("type", ""),
            "Source": source,
            "Target": given.get("target", ""),
            "ReadOnly": given.get("read_only", False),
            "Consistency": given.get("consistency", ""),
        }
    )
    if kind == "volume":
        return {**plain, **(_named_volume(given, volumes, stack) if source else {})}
    if kind == "cluster":
        named = source if source.startswith("group:") else stack_name(source, _volume(source, volumes), stack)
        return {**plain, "Source": named, "ClusterOptions": {}}
    return {**plain, **_settings("bind" if kind == "npipe" else kind, given)}


def _settings(kind: str, given: dict[str, Any]) -> Json:
    found = given.get(kind)
    if found is None:
        return {}
    names = {"propagation": "Propagation", "size": "SizeBytes", "subpath": "Subpath", "nocopy": "NoCopy"}
    return {_OPTIONS[kind]: without_empty({names[key]: value for key, value in found.items()})}


def _volume(source: str, volumes: dict[str, dict[str, Any]]) -> dict[str, Any]:
    if source not in volumes:
        raise ValueError(f"undefined volume {quote(source)}")
    return volumes[source]


def stack_name(name: str, declared: dict[str, Any], stack: Namespace) -> str:
    """The name in the swarm of what the file declares: its own, or one that begins with the stack's."""
    return declared.get("name") or stack.scoped(name)


def _named_volume(given: dict[str, Any], volumes: dict[str, dict[str, Any]], stack: Namespace) -> Json:
    declared = _volume(given["source"], volumes)
    settings = _settings("volume", given).get("VolumeOptions", {})
    if not (declared.get("external") or {}).get("external"):
        settings["Labels"] = stack.labelled(declared.get("labels"))
        if declared.get("driver") or "driver_opts" in declared:
            driver = {"Name": declared.get("driver", ""), "Options": declared.get("driver_opts") or {}}
            settings["DriverConfig"] = without_empty(driver)
    return {"Source": stack_name(given["source"], declared, stack), "VolumeOptions": settings}
