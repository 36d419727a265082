"""Pairs and single words: env, labels, filters, hosts, addresses, names. Pure; ValueErrors have docker's messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pydock.go.strconv import csv_fields, quote

Pair = tuple[str, str]

_SYSCTLS = frozenset(
    "kernel.msgmax kernel.msgmnb kernel.msgmni kernel.sem kernel.shmall kernel.shmmax kernel.shmmni kernel.shm_rmid_forced".split()
)
_WORD = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9])"
_DOMAIN = rf"({_WORD}(?:\.{_WORD})*)\.?\s*$"


def words(text: str) -> list[str]:
    """Words separated by commas; none for an empty text."""
    return csv_fields(text) if text else []


def pair(text: str) -> Pair:
    """KEY[=VALUE]."""
    key, _, value = text.partition("=")
    return key, value


def mapping(texts: Iterable[str]) -> dict[str, str]:
    """KEY[=VALUE] words as an object; the last value of a key wins."""
    return dict(map(pair, texts))


def env(text: str) -> str:
    """NAME=VALUE, or NAME, whose value comes from the client's environment later."""
    if not text.partition("=")[0]:
        raise ValueError(f"invalid environment variable: {text}")
    return text


def from_environment(texts: Iterable[str], environ: Mapping[str, str]) -> list[str]:
    """NAME=VALUE words; a name alone takes its value from `environ`, and without one it stays a name."""
    return [f"{t}={environ[t]}" if "=" not in t and t in environ else t for t in texts]


def label(text: str) -> str:
    """KEY[=VALUE]."""
    key = text.partition("=")[0].lstrip(" \t")
    if not key:
        raise ValueError(f"invalid label '{text}': empty name")
    if re.search(r"[ \t]", key):
        raise ValueError(f"label '{key}' contains whitespaces")
    return text


def filter_pair(text: str) -> list[Pair]:
    """key=value for --filter; empty text is no filter."""
    if not text:
        return []
    key, equals, value = text.partition("=")
    if not equals:
        raise ValueError("bad format of filter (expected name=value)")
    return [(key.strip().lower(), value.strip())]


def sysctl(text: str) -> Pair:
    """A namespaced kernel parameter: NAME=VALUE."""
    name, equals, value = text.partition("=")
    if not equals or not (name in _SYSCTLS or name.startswith(("net.", "fs.mqueue."))):
        raise ValueError(f"sysctl '{text}' is not allowed")
    return name, value


def ip_address(text: str) -> str:
    """An IP address in canonical form."""
    import ipaddress

    try:
        if "%" in text:
            raise ValueError
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        raise ValueError(f"IP address is not correctly formatted: {text}") from None


def is_ip(text: str) -> bool:
    import ipaddress

    try:
        if "%" in text:
            return False
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def extra_host(text: str) -> str:
    """HOST:IP or HOST=IP (brackets allowed) -> HOST:IP; the address may be "host-gateway"."""
    host, separator, address = text.partition("=")
    if not separator:
        host, separator, address = text.partition(":")
    if not separator or not host or ":" in host:
        raise ValueError(f"bad format for add-host: {quote(text)}")
    if address != "host-gateway":
        if len(address) > 2 and address[0] == "[" and address[-1] == "]":
            address = address[1:-1]
        if not is_ip(address.strip()):
            raise ValueError(f"invalid IP address in add-host: {quote(address)}")
    return f"{host}:{address}"


def dns_search(text: str) -> str:
    """A search domain; "." means none."""
    text = text.strip(" ")
    if text == ".":
        return text
    match = re.match(_DOMAIN, text)
    if not re.search("[a-zA-Z]", text) or not match or len(match[1]) >= 255:
        raise ValueError(f"{text} is not a valid domain")
    return match[1]


def link(text: str) -> str:
    """CONTAINER[:ALIAS]."""
    if not text:
        raise ValueError("empty string specified for links")
    if text.count(":") > 1:
        raise ValueError(f"bad format for links: {text}")
    return text


def attach_stream(text: str) -> str:
    """stdin, stdout or stderr, in any case."""
    lower = text.lower()
    if lower not in ("stdin", "stdout", "stderr"):
        raise ValueError("valid streams are STDIN, STDOUT and STDERR")
    return lower


def is_mac(text: str) -> bool:
    """Does Go's net.ParseMAC accept it: 6, 8 or 20 bytes, separated by ":", "-" or "."?"""
    for separator, digits in ((":", 2), ("-", 2), (".", 4)):
        if separator in text:
            parts = text.split(separator)
            right = all(len(p) == digits and re.fullmatch("[0-9a-fA-F]+", p) for p in parts)
            return right and len(parts) * digits in (12, 16, 40)
    return False


#: the longest line of an --env-file, in bytes (Go's bufio.Scanner)
MAX_LINE = 65_535


def key_value_lines(data: bytes, path: str, environ: Mapping[str, str] | None) -> list[str]:
    """The lines of an --env-file or --label-file, without comments and blank lines.

    A name alone takes its value from `environ`; without one, it is left out.
    """
    out = []
    for number, raw in enumerate(data.split(b"\n"), 1):
        if len(raw) > MAX_LINE:
            raise ValueError(f"invalid env file ({path}): bufio.Scanner: token too long")
        raw = raw.removesuffix(b"\r")
        try:
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            line = raw.decode().lstrip()
        except UnicodeDecodeError:
            raise ValueError(
                f"invalid env file ({path}): invalid utf8 bytes at line {number}: [{' '.join(map(str, raw))}]"
            ) from None
        if not line or line.startswith("#"):
            continue
        key, equals, _ = line.partition("=")
        if not key:
            raise ValueError(f"invalid env file ({path}): no variable name on line '{line}'")
        if re.search(r"[ \t]", key):
            raise ValueError(f"invalid env file ({path}): variable '{key}' contains whitespaces")
        if equals:
            out.append(line)
        elif environ and line in environ:
            out.append(f"{line}={environ[line]}")
    return out
