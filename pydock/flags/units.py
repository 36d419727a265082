"""Sizes, CPUs, limits, rates: text with a unit to a number. Pure; ValueErrors have docker's messages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

from pydock.go.strconv import parse_duration, parse_float, parse_int, parse_uint, truncated, wrapped
from pydock.values import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SCALES = {unit: 1024**i for i, unit in enumerate("kmgtp", 1)}


def ram_bytes(text: str) -> int:
    """Bytes from "64m", "1.5GiB", "100 kb": powers of 1024 (go-units RAMInBytes)."""
    cut = max((i for i, c in enumerate(text) if c in "0123456789. "), default=-1)
    if cut < 0:
        raise ValueError(f"invalid size: '{text}'")
    number, suffix = text[:cut] if text[cut] == " " else text[: cut + 1], text[cut + 1 :].lower()
    size = parse_float(number)
    if size < 0:
        raise ValueError(f"invalid size: '{text}'")
    if suffix in ("", "b"):
        return truncated(size)
    if not re.fullmatch("[kmgtp](b|ib)?", suffix):
        raise ValueError(f"invalid suffix: '{suffix if len(suffix) <= 3 else text[cut + 1 :]}'")
    return truncated(size * _SCALES[suffix[0]])


def swap_bytes(text: str) -> int:
    """Bytes as in ram_bytes, or -1 for no limit."""
    return -1 if text == "-1" else ram_bytes(text)


def nano_cpus(text: str) -> int:
    """CPUs ("1.5", "1/2") in billionths."""
    from pydock.go.rational import parse_rational

    nano = parse_rational(text) * 1_000_000_000
    if nano.denominator != 1:
        raise ValueError("value is too precise")
    return wrapped(int(nano))


duration = parse_duration
uint16 = partial(parse_uint, bits=16)
uint64 = partial(parse_uint, bits=64)
int64 = parse_int


ULIMITS = frozenset(
    "core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack".split()
)


@record
class Ulimit:
    """One resource limit; -1 is "unlimited"."""

    name: str
    soft: int
    hard: int


def ulimit_objects(ulimits: Iterable[Ulimit]) -> list[dict[str, Any]]:
    """The limits in the API's form; the last of a name wins."""
    return [{"Name": u.name, "Hard": u.hard, "Soft": u.soft} for u in {u.name: u for u in ulimits}.values()]


def ulimit(text: str) -> Ulimit:
    """NAME=SOFT[:HARD]."""
    name, equals, limits = text.partition("=")
    if not equals:
        raise ValueError(f"invalid ulimit argument: {text}")
    if name not in ULIMITS:
        raise ValueError(f"invalid ulimit type: {name}")
    values = limits.split(":")
    if len(values) > 2:
        raise ValueError(f"too many limit value arguments - {limits}, can only have up to two, `soft[:hard]`")
    soft = parse_int(values[0], base=10)
    hard = parse_int(values[1], base=10) if len(values) == 2 else soft
    if hard != -1:
        if soft == -1:
            raise ValueError(
                f"ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: {hard}"
            )
        if soft > hard:
            raise ValueError(f"ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}")
    return Ulimit(name, soft, hard)


@record
class DeviceValue:
    """A weight or a rate (bytes or operations per second) of one block device."""

    path: str
    value: int


def _device_path(text: str) -> tuple[str, str]:
    path, colon, value = text.partition(":")
    if not colon or not path:
        raise ValueError(f"bad format: {text}")
    if not path.startswith("/dev/"):
        raise ValueError(f"bad format for device path: {text}")
    return path, value


def weight_device(text: str) -> DeviceValue:
    """/dev/NAME:WEIGHT, the weight 0 or 10 to 1000."""
    path, value = _device_path(text)
    try:
        weight = parse_uint(value, 16, base=10)
    except ValueError:
        raise ValueError(f"invalid weight for device: {text}") from None
    if weight and not 10 <= weight <= 1000:
        raise ValueError(f"invalid weight for device: {text}")
    return DeviceValue(path, weight)


def rate_device(text: str) -> DeviceValue:
    """/dev/NAME:RATE in bytes per second, with an optional unit."""
    path, value = _device_path(text)
    try:
        if (rate := ram_bytes(value)) < 0:
            raise ValueError
        return DeviceValue(path, rate)
    except ValueError:
        raise ValueError(
            f"invalid rate for device: {text}. The correct format is <device-path>:<number>[<unit>]. "
            "Number must be a positive integer. Unit is optional and can be kb, mb, or gb"
        ) from None


def iops_device(text: str) -> DeviceValue:
    """/dev/NAME:OPERATIONS per second."""
    path, value = _device_path(text)
    try:
        return DeviceValue(path, parse_uint(value, 64, base=10))
    except ValueError:
        raise ValueError(
            f"invalid rate for device: {text}. The correct format is <device-path>:<number>. Number must be a positive integer"
        ) from None
