"""Flags of services: ports, secrets and configs, credential specs, generic resources, words of a shell. Pure.

ValueErrors have docker's messages.
"""

from __future__ import annotations

import re
import struct
from functools import partial
from typing import Any

from pydock.flags.ports import bindings_of, port_range
from pydock.go.strconv import csv_fields, parse_duration, parse_float, parse_int, parse_uint, quote
from pydock.shape import Json
from pydock.values import record


def float32(text: str) -> float:
    """A float32, as the shortest decimal that names it: what Go writes into JSON."""
    try:
        bits = struct.pack("<f", parse_float(text))
    except OverflowError:
        raise ValueError(f"strconv.ParseFloat: parsing {quote(text)}: value out of range") from None
    [value] = struct.unpack("<f", bits)
    shortest = (float(f"{value:.{digits}g}") for digits in range(1, 10))
    value = next((short for short in shortest if struct.pack("<f", short) == bits), value)
    return int(value) if value.is_integer() else value


def positive_duration(text: str) -> int:
    """A duration in nanoseconds, not below zero."""
    value = parse_duration(text)
    if value < 0:
        raise ValueError("duration cannot be negative")
    return value


# -- words -----------------------------------------------------------------------------------------


def shell_words(text: str) -> tuple[str, ...]:
    """The words of a command line, by the rules of google/shlex: quotes, backslashes, comments; no variables."""
    words: list[str] = []
    word: list[str] | None = None
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if char in " \t\r\n":
            words += [] if word is None else ["".join(word)]
            word = None
        elif char == "#" and word is None:
            at = text.find("\n", at) + 1 or len(text)
        else:
            if char in "'\"":
                char, at = _quoted(text, at, char)
            elif char == "\\":
                char, at = _escaped(text, at)
            word = [] if word is None else word
            word.append(char)
    return (*words, *([] if word is None else ["".join(word)]))


def _escaped(text: str, at: int) -> tuple[str, int]:
    """(the character after a backslash, the index after it)."""
    if at == len(text):
        raise ValueError("EOF found after escape character")
    return text[at], at + 1


def _quoted(text: str, at: int, mark: str) -> tuple[str, int]:
    """(the text up to the closing quote, the index after it); in double quotes a backslash escapes any character."""
    out: list[str] = []
    while at < len(text):
        char = text[at]
        at += 1
        if char == mark:
            return "".join(out), at
        if char == "\\" and mark == '"':
            char, at = _escaped(text, at)
        out.append(char)
    raise ValueError("EOF found when expecting closing quote")


# -- ports -----------------------------------------------------------------------------------------

Port = Json


def publish(text: str) -> list[Port]:
    """One --publish value as port configurations: the short form, with ranges, or "target=80,published=8080,…"."""
    return [_long_port(text)] if re.search(r"\w=\w", text) else _short_ports(text)


def _long_port(text: str) -> Port:
    found: Json = {"Protocol": "tcp", "TargetPort": 0, "PublishedPort": 0, "PublishMode": "ingress"}
    for field in csv_fields(text):
        key, equals, value = field.lower().partition("=")
        if not equals or not key:
            raise ValueError(f"invalid field: {field}")
        if key == "protocol":
            if value not in ("tcp", "udp", "sctp"):
                raise ValueError(f"invalid protocol value '{value}'")
            found["Protocol"] = value
        elif key == "mode":
            if value not in ("ingress", "host"):
                raise ValueError(f"invalid publish mode value ({value}): must be either 'ingress' or 'host'")
            found["PublishMode"] = value
        elif key in ("target", "published"):
            found["TargetPort" if key == "target" else "PublishedPort"] = _port_number(key, value)
        else:
            raise ValueError(f"invalid field key: {key}")
    if not found["TargetPort"]:
        raise ValueError("missing mandatory field 'target'")
    return {k: v for k, v in found.items() if v}


def _port_number(what: str, text: str) -> int:
    try:
        return parse_uint(text, 16, base=10)
    except ValueError as error:
        why = str(error).rpartition(": ")[2]
        raise ValueError(f"invalid {what} port ({text}): value must be an integer: {why}") from None


def _short_ports(text: str) -> list[Port]:
    bindings = bindings_of(text)
    if any(b.host_ip for b in bindings):
        raise ValueError("hostip is not supported")
    out = []
    for binding in bindings:
        target, _, protocol = binding.port.partition("/")
        first, last = port_range(binding.host_port) if binding.host_port else (0, 0)
        for port in range(first, last + 1):
            config = {
                "Protocol": protocol, "TargetPort": int(target), "PublishedPort": port, "PublishMode": "ingress",
            }  # fmt: skip
            out.append({k: v for k, v in config.items() if v})
    return out


# -- secrets, configs, credential specs ------------------------------------------------------------


@record
class FileReference:
    """A secret or a config that a service's containers see as a file; mode: its permissions."""

    name: str
    target: str
    uid: str = "0"
    gid: str = "0"
    mode: int = 0o444


def _file_reference(kind: str, text: str) -> FileReference:
    """NAME, or "source=…,target=…,uid=…,gid=…,mode=…"."""
    fields = csv_fields(text)
    if len(fields) == 1 and "=" not in fields[0]:
        return FileReference(fields[0], fields[0])
    found: dict[str, Any] = {"name": "", "target": ""}
    for field in fields:
        key, equals, value = field.partition("=")
        if not equals or not key:
            raise ValueError(f"invalid field '{field}' must be a key=value pair")
        name = {"source": "name", "src": "name"}.get(key.lower(), key.lower())
        if name not in ("name", "target", "uid", "gid", "mode"):
            raise ValueError(f"invalid field in {kind} request: {key}")
        found[name] = _mode(value) if name == "mode" else value
    if not found["name"]:
        raise ValueError("source is required")
    return FileReference(**{**found, "target": found["target"] or found["name"]})


def _mode(text: str) -> int:
    try:
        return parse_uint(text, 32)
    except ValueError as error:
        raise ValueError(f"invalid mode specified: {error}") from None


secret = partial(_file_reference, "secret")
config = partial(_file_reference, "config")


def credential_spec(text: str) -> Json | None:
    """config://NAME, file://NAME or registry://NAME; empty for none."""
    kind, separator, name = text.partition("://")
    fields = {"config": "Config", "file": "File", "registry": "Registry"}
    if not text:
        return None
    if not separator or kind not in fields:
        raise ValueError(
            'invalid credential spec: value must be prefixed with "config://", "file://", or "registry://"'
        )
    return {**dict.fromkeys(fields.values(), ""), fields[kind]: name}


# -- placement, resources --------------------------------------------------------------------------


def preference(text: str) -> Json:
    """A placement preference: spread=NODE-LABEL."""
    strategy, equals, label = text.partition("=")
    if not equals or not strategy:
        raise ValueError('placement preference must be of the format "<strategy>=<arg>"')
    if strategy != "spread":
        raise ValueError(f"unsupported placement preference {strategy} (only spread is supported)")
    return {"Spread": {"SpreadDescriptor": label}}


def generic_resource(text: str) -> str:
    """KIND=COUNT; see generic_resources."""
    if "=" not in text:
        raise ValueError(f"invalid generic-resource format `{text}` expected `name=value`")
    return text


def generic_resources(texts: tuple[str, ...]) -> list[Json]:
    """The API's GenericResources for all values together; only counts can be asked for, no named resources."""
    values: dict[str, list[str]] = {}
    for text in texts:
        parts = text.split("=")
        if len(parts) != 2:
            raise ValueError(_generic(f"incorrect term {text}, missing '=' or malformed expression"))
        values.setdefault(parts[0].strip(), []).append(parts[1].strip())
    counts = {kind: [_count(v) for v in found] for kind, found in values.items()}
    for kind, found in counts.items():
        if len(found) > 1 and any(n is not None for n in found):
            shown = f"[{' '.join(values[kind])}]"
            raise ValueError(_generic(f"mixed discrete and named resources in expression '{kind}={shown}'"))
        if (found[0] or 0) < 0:
            raise ValueError(_generic(f"cannot ask for negative resource {kind}"))
    for kind, found in counts.items():
        if found[0] is None:
            raise ValueError(
                f"invalid generic-resource request `{kind}={values[kind][0]}`, "
                "Named Generic Resources is not supported for service create or update"
            )
    return [
        {"DiscreteResourceSpec": {k: v for k, v in {"Kind": kind, "Value": found[0]}.items() if v}}
        for kind, found in counts.items()
    ]


def _generic(why: str) -> str:
    return f"invalid generic resource specification: could not parse GenericResource: {why}"


def _count(text: str) -> int | None:
    try:
        return parse_int(text, base=10)
    except ValueError:
        return None
