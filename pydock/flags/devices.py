"""--device, --gpus, --device-cgroup-rule. Pure; ValueErrors have docker's messages."""

from __future__ import annotations

import posixpath
import re

from pydock.flags.pairs import mapping
from pydock.go.strconv import csv_fields, parse_int

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CDI = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*/[A-Za-z][A-Za-z0-9_-]*=[A-Za-z0-9](?:[A-Za-z0-9_.:-]*[A-Za-z0-9])?")


def is_cdi(text: str) -> bool:
    """Is it a name of the Container Device Interface: VENDOR/CLASS=NAME?"""
    return bool(_CDI.fullmatch(text))


def _is_mode(text: str) -> bool:
    return bool(text) and set(text) <= set("rwm") and len(set(text)) == len(text)


def device(text: str) -> dict[str, str]:
    """HOST[:CONTAINER][:MODE] as a DeviceMapping."""
    parts = text.split(":")
    if len(parts) > 3 or not parts[0]:
        raise ValueError(f"bad format for path: {text}")
    source, target, mode = parts[0], "", "rwm"
    if len(parts) == 1:
        source = target = posixpath.normpath(source)
    elif len(parts) == 2 and _is_mode(parts[1]):
        source = target = posixpath.normpath(source)
        mode = parts[1]
    elif len(parts) == 2:
        target = posixpath.normpath(parts[1]) if parts[1] else "."
    else:
        target, mode = parts[1], parts[2]
        if not _is_mode(mode):
            raise ValueError(f"bad mode specified: {mode}")
    if not target.startswith("/"):
        raise ValueError(f"{target if target != '.' or parts[1:2] != [''] else ''} is not an absolute path")
    return {"PathOnHost": source, "PathInContainer": target, "CgroupPermissions": mode}


def cgroup_rule(text: str) -> str:
    """TYPE MAJOR:MINOR MODE, the kernel's format."""
    if not re.fullmatch(r"[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}", text):
        raise ValueError(f"invalid device cgroup format '{text}'")
    return text


def gpus(text: str) -> dict[str, Any]:
    """ "all", a number, or "device=…,capabilities=…" as a DeviceRequest."""
    request: dict[str, Any] = {}
    seen: set[str] = set()
    for part in csv_fields(text):
        key, equals, value = part.partition("=")
        if key in seen:
            raise ValueError(f"gpu request key '{key}' can be specified only once")
        seen.add(key)
        if not equals:
            seen.add("count")
            request["Count"] = _count(key)
        elif key == "driver":
            request["Driver"] = value
        elif key == "count":
            request["Count"] = _count(value)
        elif key == "device":
            request["DeviceIDs"] = value.split(",")
        elif key == "capabilities":
            request["Capabilities"] = [[*value.split(","), "gpu"]]
        elif key == "options":
            request["Options"] = mapping(_options(value))
        else:
            raise ValueError(f"unexpected key '{key}' in '{part}'")
    if "count" not in seen and "DeviceIDs" not in request:
        request["Count"] = 1
    return {"Driver": "", "Count": 0, "DeviceIDs": None, "Capabilities": [["gpu"]], "Options": {}, **request}


def _options(text: str) -> list[str]:
    try:
        return csv_fields(text)
    except ValueError as error:
        raise ValueError(f"failed to read gpu options: {error}") from None


def _count(text: str) -> int:
    if text == "all":
        return -1
    try:
        return parse_int(text, base=10)
    except ValueError as error:
        raise ValueError(
            f'invalid count ({text}): value must be either "all" or an integer: {str(error).rpartition(": ")[2]}'
        ) from None
