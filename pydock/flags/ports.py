"""Published and exposed ports: "[IP:][HOST:]CONTAINER[/PROTOCOL]", ranges, and the long form. Pure.

Follows go-connections' nat.ParsePortSpec; ValueErrors have its messages.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydock.flags.pairs import is_ip
from pydock.go.strconv import parse_uint
from pydock.values import record


@record
class Binding:
    """One container port ("80/tcp"), and the host's address and port ("" for any)."""

    port: str
    host_ip: str
    host_port: str


def split_protocol(text: str) -> tuple[str, str]:
    """ "80/udp" -> ("80", "udp"); the protocol defaults to tcp. Text after a second "/" is ignored."""
    port, protocol, *_ = [*text.split("/"), ""]
    if not port:
        return "", ""
    return port, protocol or "tcp"


def port_range(text: str) -> tuple[int, int]:
    """(first, last) of "80" or "80-90"."""
    if not text:
        raise ValueError("empty string specified for ports")
    first, dash, last = text.partition("-")
    start = parse_uint(first, 16, base=10)
    end = parse_uint(last.partition("-")[0], 16, base=10) if dash else start
    if end < start:
        raise ValueError(f"invalid range specified for port: {text}")
    return start, end


def _long_form(text: str) -> str:
    """ "published=8080,target=80,protocol=udp" in the short form."""
    params = {"published": "", "target": "", "protocol": "tcp"}
    for param in text.split(","):
        key, equals, value = param.partition("=")
        if not equals or not key:
            raise ValueError(f"invalid publish opts format (should be name=value but got '{param}')")
        params[key] = value
    return f"{params['published']}:{params['target']}/{params['protocol']}"


def _unbracketed(text: str) -> str:
    """ "[::1]" without brackets. Raises ValueError with the message of Go's net.SplitHostPort."""
    inside, closed, after = text[1:].partition("]")
    if not closed:
        why = "missing ']' in address"
    elif after:
        why = "too many colons in address" if after.startswith(":") else "missing port in address"
    elif "[" in inside:
        why = "unexpected '[' in address"
    else:
        return inside
    raise ValueError(f"invalid IP address {text}: address {text}:: {why}")


def _range_of(text: str, what: str) -> tuple[int, int]:
    try:
        return port_range(text)
    except ValueError:
        raise ValueError(f"invalid {what}: {text}") from None


def publish(*texts: str) -> list[Binding]:
    """The bindings of --publish values; the long forms are parsed first."""
    specs = [_long_form(t) if "=" in t else t for t in texts]
    return [binding for spec in specs for binding in bindings_of(spec)]


def bindings_of(spec: str) -> list[Binding]:
    """The bindings of one value in the short form."""
    *address, host, container = ["", "", *spec.split(":")]
    ip = ":".join(a for a in address[2:]) if len(address) > 2 else ""
    if ip.startswith("["):
        ip = _unbracketed(ip)
    if ip and not is_ip(ip):
        raise ValueError(f"invalid IP address: {ip}")
    port, protocol = split_protocol(container)
    if not port:
        raise ValueError(f"no port specified: {spec}<empty>")
    first, last = _range_of(port, "containerPort")
    host_first, host_last = _range_of(host, "hostPort") if host else (0, 0)
    if host and last - first != host_last - host_first and first != last:
        raise ValueError(f"invalid ranges specified for container and host Ports: {port} and {host}")
    if protocol.lower() not in ("tcp", "udp", "sctp"):
        raise ValueError(f"invalid proto: {protocol}")
    out = []
    for i in range(last - first + 1):
        at = str(host_first + i) if host else ""
        if first == last and host_first != host_last:
            at = f"{at}-{host_last}"
        out.append(Binding(f"{first + i}/{protocol.lower()}", ip, at))
    return out


def expose(text: str) -> list[str]:
    """The ports ("80/tcp") of one --expose value."""
    if ":" in text:
        raise ValueError(f"invalid port format for --expose: {text}")
    port, protocol = split_protocol(text)
    try:
        first, last = port_range(port)
    except ValueError as error:
        raise ValueError(f"invalid range format for --expose: {text}, error: {error}") from None
    return [f"{p}/{protocol}" for p in range(first, last + 1)]


def bindings(published: Iterable[Binding]) -> dict[str, list[dict[str, str]]]:
    """HostConfig.PortBindings."""
    out: dict[str, list[dict[str, str]]] = {}
    for b in published:
        out.setdefault(b.port, []).append({"HostIp": b.host_ip, "HostPort": b.host_port})
    return out
