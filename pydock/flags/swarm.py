"""The values of swarm's flags: addresses, certificates, external CAs. Pure; ValueErrors have docker's messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pydock.go.strconv import base64_problem, check_url, csv_fields, parse_duration

#: a file of this host, by its path; raises Failure
Reader = Callable[[str], bytes]

LISTEN_HOST, LISTEN_PORT = "0.0.0.0", "2377"
AVAILABILITIES = ("active", "pause", "drain")
_BLOCK = re.compile(rb"^-----BEGIN ([^\n]*?)-----[ \t\r]*\n(.*?)^-----END \1-----[ \t\r]*$", re.M | re.S)
_HEADER = re.compile(rb"^[^\n:]+:[^\n]*\n", re.M)


def listen_address(text: str) -> str:
    """[tcp://][HOST][:PORT] -> HOST:PORT."""
    if text in ("", "tcp://"):
        return f"{LISTEN_HOST}:{LISTEN_PORT}"
    address = text.removeprefix("tcp://")
    if "://" in address or not address:
        raise ValueError(f"invalid proto, expected tcp: {text}")
    if address.endswith("]:"):
        address += LISTEN_PORT
    check_url(f"tcp://{address}")
    authority, path = re.fullmatch(r"([^/?#]*)([^?#]*).*", address, re.S).groups()  # type: ignore[union-attr]
    authority = authority.rpartition("@")[2]
    found = _split(authority) or _split(_joined(authority, LISTEN_PORT))
    if found is None:
        raise ValueError(f"invalid bind address format: {text}")
    host, port = found
    return _joined(host or LISTEN_HOST, port or LISTEN_PORT) + path


def _split(address: str) -> tuple[str, str] | None:
    """The host and the port of an address, as net.SplitHostPort does it; None where it cannot."""
    match = re.fullmatch(r"(?:\[([^\[\]]*)\]|([^:\[\]]*)):([^:\[\]]*)", address)
    return (match[1] if match[2] is None else match[2], match[3]) if match else None


def _joined(host: str, port: str) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def availability(text: str) -> str:
    """What a node is to do; in any letter case."""
    from pydock.go.strconv import quote

    if text.lower() not in AVAILABILITIES:
        raise ValueError(f"invalid availability {quote(text)}, only active, pause and drain are supported")
    return text.lower()


def duration(text: str) -> str:
    """A duration, as it was written."""
    parse_duration(text)
    return text


def address_pools(text: str) -> list[str]:
    """Networks, separated by commas."""
    import ipaddress

    out = []
    for word in csv_fields(text.translate(dict.fromkeys(map(ord, "\"'`")))) if text else ():
        word = word.strip()
        try:
            if not re.fullmatch(r"[0-9a-fA-F.:]+/[0-9]+", word):
                raise ValueError
            out.append(str(ipaddress.ip_network(word, strict=False)))
        except ValueError:
            raise ValueError(f"invalid string being converted to CIDR: {word}") from None
    return out


def is_pem(data: bytes) -> bool:
    """Is there a block of PEM in it?"""
    for match in _BLOCK.finditer(data):
        body = match[2].partition(b"\n\n")[2] if _HEADER.match(match[2]) else match[2]
        if not base64_problem(body.decode("latin-1").replace(" ", "").replace("\t", "")):
            return True
    return False


def pem_file(path: str, read: Reader) -> str:
    """The text of a PEM file."""
    data = read(path)
    if not is_pem(data):
        raise ValueError("file contents must be in PEM format")
    return data.decode("utf-8", "replace")


def external_ca(text: str, read: Reader) -> dict[str, Any]:
    """protocol=cfssl,url=URL[,cacert=FILE][,OPTION=VALUE] -> a swarm.ExternalCA."""
    from pydock.errors import Failure

    out: dict[str, Any] = {}
    options: dict[str, str] = {}
    authority = ""
    for field in csv_fields(text):
        key, equals, value = field.partition("=")
        if not equals:
            raise ValueError(f"invalid field '{field}' must be a key=value pair")
        name = key.lower()
        if name == "protocol":
            if value.lower() != "cfssl":
                raise ValueError(f"unrecognized external CA protocol {value}")
            out["Protocol"] = "cfssl"
        elif name == "url":
            out["URL"] = value
        elif name == "cacert":
            try:
                data = read(value)
            except Failure as failure:
                raise ValueError(f"unable to read CA cert for external CA: {failure.message}") from None
            if not is_pem(data):
                raise ValueError("CA cert for external CA must be in PEM format")
            authority = data.decode("utf-8", "replace")
        else:
            options[key] = value
    for name, parameter in (("Protocol", "protocol="), ("URL", "url=")):
        if name not in out:
            raise ValueError(f"the external-ca option needs a {parameter} parameter")
    return {**out, **({"Options": options} if options else {}), "CACert": authority}
