"""The version objects as templates see them. Pure."""

from __future__ import annotations

from typing import Any, TypeVar

from pydock.render.values import GoStruct, NilPointer, Pointer, StringMap

S = TypeVar("S", bound=GoStruct)

#: Go field -> JSON key
CLIENT = {
    "Platform": "Platform", "Version": "Version", "APIVersion": "ApiVersion", "DefaultAPIVersion": "DefaultAPIVersion",
    "GitCommit": "GitCommit", "GoVersion": "GoVersion", "Os": "Os", "Arch": "Arch", "BuildTime": "BuildTime", "Context": "Context",
}  # fmt: skip
SERVER = {
    "Platform": "Platform", "Components": "Components", "Version": "Version", "APIVersion": "ApiVersion", "MinAPIVersion": "MinAPIVersion",
    "GitCommit": "GitCommit", "GoVersion": "GoVersion", "Os": "Os", "Arch": "Arch", "KernelVersion": "KernelVersion",
    "Experimental": "Experimental", "BuildTime": "BuildTime",
}  # fmt: skip
#: title -> key of the engine's details
DETAILS = {
    "API version": "ApiVersion", "Go version": "GoVersion", "Git commit": "GitCommit", "Built": "BuildTime", "OS/Arch": "Os",
    "Experimental": "Experimental",
}  # fmt: skip


def version_struct(names: dict[str, str], facts: dict[str, Any], cls: type[S]) -> S:
    """A client's or server's facts as a struct."""
    fields = {go: _value(go, facts.get(key), names is SERVER) for go, key in names.items()}
    kind = "*types.Version" if names is SERVER else "system.clientVersion"
    return cls(kind, fields, facts)


def _value(name: str, value: Any, server: bool) -> Any:
    if name == "Platform":
        platform = {"Name": (value or {}).get("Name", "")}
        if not server:
            return Pointer("*system.platformInfo", platform, value) if value else NilPointer("*system.platformInfo")
        return GoStruct("struct { Name string }", platform, value)
    if name == "Components":
        return [
            GoStruct("types.ComponentVersion", {"Name": c["Name"], "Version": c["Version"], "Details": StringMap(c.get("Details") or {})}, c)
            for c in value or []
        ]
    if name == "Experimental":
        return bool(value)
    return "" if value is None else value
