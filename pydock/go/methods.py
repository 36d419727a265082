"""The methods of Go types that templates may call. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from pydock.go.kinds import FileMode, Time
from pydock.go.printing import go_print

Method = Callable[[Any], Any]


def _of_container(mode: str) -> str:
    kind, _, name = mode.partition(":")
    return name if kind == "container" and name else ""


def _network_name(mode: str) -> str:
    if mode.startswith("container:"):
        return "container"
    return str(mode)


def _defined_by_user(mode: str) -> bool:
    return mode not in ("default", "bridge", "host", "none") and not mode.startswith("container:")


def _is(*names: str) -> Method:
    return lambda value: str(value) in names


def _is_container(mode: str) -> bool:
    return mode.startswith("container:")


def _port(value: str) -> tuple[str, str]:
    """(number, protocol) of "80/tcp"."""
    number, _, protocol = value.partition("/")
    return number, (protocol or "tcp") if number else ""


def _number(value: str) -> int:
    number = _port(value)[0]
    return int(number) if number.isdecimal() else 0


def _moment(value: Time) -> datetime:
    head, _, rest = value.partition(".")
    zone = rest.lstrip("0123456789")
    return datetime.fromisoformat((head + zone).replace("Z", "+00:00"))


def nanoseconds(value: Time) -> int:
    """The nanoseconds within the second."""
    fraction = value.partition(".")[2]
    digits = fraction[: len(fraction) - len(fraction.lstrip("0123456789"))]
    return int(digits.ljust(9, "0")[:9] or 0)


def seconds(value: Time) -> int:
    """Seconds since 1970."""
    moment = _moment(value)
    epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
    return (moment - epoch) // (epoch.resolution * 10**6)


#: the bits of an fs.FileMode that tell the kind of a file
_KINDS = sum(1 << bit for bit in (31, 27, 26, 25, 24, 21, 19))

METHODS: dict[str, dict[str, Method]] = {
    "container.NetworkMode": {
        "IsNone": _is("none"), "IsDefault": _is("default"), "IsBridge": _is("bridge"), "IsHost": _is("host"), "IsContainer": _is_container,
        "IsPrivate": lambda v: not (v == "host" or _is_container(v)), "ConnectedContainer": _of_container, "IsUserDefined": _defined_by_user,
        "UserDefined": lambda v: str(v) if _defined_by_user(v) else "", "NetworkName": _network_name,
    },
    "container.IpcMode": {
        "IsPrivate": _is("private"), "IsHost": _is("host"), "IsShareable": _is("shareable"), "IsContainer": _is_container, "IsNone": _is("none"),
        "IsEmpty": _is(""), "Container": _of_container,
    },
    "container.PidMode": {
        "IsPrivate": lambda v: not (v == "host" or _is_container(v)), "IsHost": _is("host"), "IsContainer": _is_container, "Container": _of_container,
    },
    "container.UTSMode": {"IsPrivate": lambda v: v != "host", "IsHost": _is("host"), "Valid": _is("", "host")},
    "container.UsernsMode": {"IsPrivate": lambda v: v != "host", "IsHost": _is("host"), "Valid": _is("", "host")},
    "container.CgroupnsMode": {"IsPrivate": _is("private"), "IsHost": _is("host"), "IsEmpty": _is(""), "Valid": _is("", "private", "host")},
    "container.Isolation": {
        "IsDefault": lambda v: v.lower() in ("", "default"), "IsHyperV": lambda v: v.lower() == "hyperv", "IsProcess": lambda v: v.lower() == "process",
    },
    "container.RestartPolicy": {
        "IsNone": lambda v: v.fields["Name"] in ("", "no"), "IsAlways": lambda v: v.fields["Name"] == "always",
        "IsOnFailure": lambda v: v.fields["Name"] == "on-failure", "IsUnlessStopped": lambda v: v.fields["Name"] == "unless-stopped",
    },
    "nat.Port": {"Port": lambda v: _port(v)[0], "Proto": lambda v: _port(v)[1], "Int": _number},
    "time.Time": {
        "String": go_print, "IsZero": lambda v: v.startswith("0001-01-01T00:00:00Z"), "Unix": seconds,
        "UnixNano": lambda v: seconds(v) * 10**9 + nanoseconds(v),
        "Year": lambda v: _moment(v).year, "Day": lambda v: _moment(v).day, "Hour": lambda v: _moment(v).hour,
        "Minute": lambda v: _moment(v).minute, "Second": lambda v: _moment(v).second,
    },
    "time.Duration": {
        "String": go_print, "Nanoseconds": int, "Microseconds": lambda v: int(v / 1000), "Milliseconds": lambda v: int(v / 10**6),
        "Seconds": lambda v: v / 1e9, "Minutes": lambda v: v / 6e10, "Hours": lambda v: v / 3.6e12,
    },
    "fs.FileMode": {
        "String": go_print, "IsDir": lambda v: bool(v >> 31), "IsRegular": lambda v: not v & _KINDS, "Perm": lambda v: FileMode(v & 0o777),
        "Type": lambda v: FileMode(v & _KINDS),
    },
    "units.Ulimit": {"String": go_print},
    "swarm.Version": {"String": go_print},
    "types.PluginInterfaceType": {"String": go_print},
}  # fmt: skip
