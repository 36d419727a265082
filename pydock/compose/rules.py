"""The short and long forms of a compose file's values: what each becomes before it is decoded. Pure.

A rule takes the value of the file (never null), and returns a value of the long form. Raises ValueError with docker's message.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from pydock.compose.mounts import parse_mount
from pydock.flags.ports import Binding, bindings_of, port_range
from pydock.flags.services import shell_words
from pydock.flags.units import ram_bytes
from pydock.go.kinds import Time, shown_type
from pydock.go.printing import go_print
from pydock.go.strconv import parse_duration


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, Time)


def _is_int(value: Any) -> bool:
    """Go's int: neither a bool, nor one that fits uint64 alone."""
    return isinstance(value, int) and not isinstance(value, bool) and value < 1 << 63


def _invalid(value: Any, what: str) -> ValueError:
    return ValueError(f"invalid type {shown_type(value)} for {what}")


# -- texts, lists, maps ----------------------------------------------------------------------------


def string_list(value: Any) -> Any:
    if _is_text(value):
        return [value]
    if isinstance(value, list):
        return value
    raise _invalid(value, "string list")


def strings_of_numbers(value: Any) -> Any:
    return [go_print(one) for one in value]


def command(value: Any) -> Any:
    return list(shell_words(value)) if _is_text(value) else value


def health_test(value: Any) -> Any:
    if _is_text(value):
        return ["CMD-SHELL", value]
    if isinstance(value, list):
        return value
    raise _invalid(value, "healthcheck.test")


def string_map(value: Any) -> Any:
    if not isinstance(value, dict):
        raise _invalid(value, "map[string]string")
    return {k: "" if v is None else go_print(v) for k, v in value.items()}


def mapping(value: Any) -> Any:
    """KEY=VALUE words, or a map."""
    if isinstance(value, list):
        return {key: text for key, _, text in (one.partition("=") for one in value)}
    return string_map(value)


def environment(value: Any) -> Any:
    """As mapping, but a name without value is null."""
    if isinstance(value, list):
        return {key: text if equals else None for key, equals, text in (one.partition("=") for one in value)}
    return {k: None if v is None else go_print(v) for k, v in value.items()}


def hosts(value: Any) -> Any:
    """HOST:IP words, from a map, or from words with "=" or ":"; brackets around the address are dropped."""
    if isinstance(value, dict):
        words = sorted(f"{host}:{go_print(address)}" for host, address in value.items() if address is not None)
    else:
        words = [one.replace("=", ":", 1) if "=" in one else one for one in value if "=" in one or ":" in one]
    return [_unbracketed(word) for word in words]


def _unbracketed(word: str) -> str:
    host, _, address = word.partition(":")
    if len(address) > 2 and address[0] == "[" and address[-1] == "]":
        address = address[1:-1]
    return f"{host}:{address}"


def network_map(value: Any) -> Any:
    return dict.fromkeys(value) if isinstance(value, list) else value


# -- numbers ---------------------------------------------------------------------------------------


def size(value: Any) -> Any:
    return ram_bytes(value) if _is_text(value) else value


def duration(value: Any) -> Any:
    if not _is_text(value):
        raise _invalid(value, "duration")
    return parse_duration(value)


def as_float32(value: float) -> float:
    """The shortest number with the same value in 32 bits, which is what Go writes for it."""
    try:
        single = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    for digits in range(1, 10):
        short = float(f"{single:.{digits}g}")
        if struct.pack("f", short) == struct.pack("f", single):
            return short
    return float(single)


def ulimit(value: Any) -> Any:
    if isinstance(value, dict):
        return {"soft": value.get("soft"), "hard": value.get("hard")}
    if _is_int(value):
        return {"single": value}
    raise _invalid(value, "ulimits")


# -- objects ---------------------------------------------------------------------------------------


def external(value: Any) -> Any:
    if isinstance(value, dict):
        return {"external": True, "name": value.get("name")}
    if isinstance(value, bool):
        return {"external": value}
    raise _invalid(value, "external")


def source(value: Any) -> Any:
    """A secret or a config of a service."""
    return _long(value, "source", "secret")


def build(value: Any) -> Any:
    return _long(value, "context", "service build")


def _long(value: Any, key: str, what: str) -> Any:
    if _is_text(value):
        return {key: value}
    if isinstance(value, dict):
        return value
    raise _invalid(value, what)


def mount(value: Any) -> Any:
    if _is_text(value):
        return parse_mount(value)
    if isinstance(value, dict):
        return value
    raise _invalid(value, "service volume")


def ports(value: Any) -> Any:
    """Ports in the long form; one word may stand for many."""
    if not isinstance(value, list):
        raise _invalid(value, "port")
    out: list[Any] = []
    for one in value:
        if isinstance(one, dict):
            out.append(one)
        else:
            out += [port for binding in _bindings(one) for port in _published(binding)]
    return out


def _bindings(one: Any) -> list[Binding]:
    """The bindings of a port in the short form, in the order of the ports' names."""
    if not _is_text(one) and not _is_int(one):
        raise _invalid(one, "port")
    return sorted(bindings_of(str(one)), key=lambda binding: binding.port)


def _published(binding: Binding) -> list[dict[str, Any]]:
    """The ports of one binding: one for each port of the host's range."""
    number, _, protocol = binding.port.partition("/")
    first, last = port_range(binding.host_port) if binding.host_port else (0, 0)
    return [
        {"protocol": protocol, "target": int(number), "published": published, "mode": "ingress"}
        for published in range(first, last + 1)
    ]


def ignored_addresses(value: Any) -> Iterator[str]:
    """What docker warns of: services cannot be published on one address alone."""
    for one in value if isinstance(value, list) else ():
        try:
            bindings = [] if isinstance(one, dict) else _bindings(one)
        except ValueError:
            return
        for binding in bindings:
            if binding.host_ip and not ip_address(binding.host_ip).is_unspecified:
                host = f"[{binding.host_ip}]" if ":" in binding.host_ip else binding.host_ip
                where = f"{host}:{binding.host_port}:{binding.port}"
                yield f"ignoring IP-address ({where}) service will listen on '0.0.0.0'"
