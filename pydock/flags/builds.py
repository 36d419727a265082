"""Flags of builds that take KEY=VALUE lists: outputs, caches, secrets, ssh agents, attestations, calls. Pure.

As buildx's util/buildflags; ValueErrors have its messages.
"""

from __future__ import annotations

import re

from pydock.flags.pairs import is_ip
from pydock.flags.reference import parse
from pydock.go.strconv import csv_fields, parse_bool, quote
from pydock.values import made, record

Attributes = dict[str, str]


@record
class Output:
    """One result of a build. kind: "image", "local", "tar", "oci", "docker", "registry", "cacheonly", …"""

    kind: str
    destination: str = ""
    attributes: Attributes = made(default_factory=dict)


@record
class Cache:
    """An import or export of build cache."""

    kind: str
    attributes: Attributes


@record
class Call:
    """A method to evaluate a Dockerfile without building it: "lint", "outline", "targets", …"""

    name: str
    format: str = ""
    ignore_status: bool = False


def _pairs(text: str) -> list[tuple[str, str]]:
    out = []
    for field in csv_fields(text):
        key, equals, value = field.partition("=")
        if not equals:
            raise ValueError(f"invalid value {field}")
        out.append((key, value))
    return out


def output(text: str) -> Output:
    """DEST, "-" (a tar on stdout), or type=…,dest=…,…"""
    fields = csv_fields(text)
    if fields == [text] and not text.startswith("type="):
        return Output("tar", "-") if text == "-" else Output("local", text)
    attributes = {k.strip().lower(): v for k, v in _pairs(text)}
    kind, destination = attributes.pop("type", ""), attributes.pop("dest", "")
    if not kind:
        raise ValueError("type is required for output")
    return Output(kind, destination, attributes)


def caches(text: str) -> list[Cache]:
    """REF[,REF…], or type=…,…"""
    if "=" not in text:
        return [Cache("registry", {"ref": field}) for field in csv_fields(text)]
    attributes = {k.lower(): v for k, v in _pairs(text)}
    kind = attributes.pop("type", "")
    if not kind:
        raise ValueError(f"type required form> {quote(text)}")
    return [Cache(kind, attributes)]


def secret(text: str) -> tuple[str, str, str]:
    """(id, file, variable) of id=…[,src=…|env=…]."""
    found = {"id": "", "src": "", "env": ""}
    kind = ""
    for field in csv_fields(text):
        key, equals, value = field.partition("=")
        key = key.lower()
        if not equals:
            raise ValueError(f"invalid field '{field}' must be a key=value pair")
        if key == "type":
            if value not in ("file", "env"):
                raise ValueError(f"unsupported secret type {quote(value)}")
            kind = value
        elif key in ("id", "src", "source", "env"):
            found["src" if key == "source" else key] = value
        else:
            raise ValueError(f"unexpected key '{key}' in '{field}'")
    if kind == "env" and not found["env"]:
        found["env"], found["src"] = found["src"], ""
    return found["id"], found["src"], found["env"]


def agent(text: str) -> tuple[str, tuple[str, ...]]:
    """(id, paths) of default|ID[=SOCKET|KEY[,KEY…]]."""
    identity, equals, paths = text.partition("=")
    return identity, tuple(paths.split(",")) if equals else ()


def attestation(text: str) -> tuple[str, str | None]:
    """(type, attributes in BuildKit's form); None for a disabled one."""
    kind, disabled, attributes = "", False, {}
    for key, value in _pairs(text):
        name = key.strip().lower()
        if name == "type":
            kind = value
        elif name == "disabled":
            try:
                disabled = parse_bool(value)
            except ValueError as error:
                raise ValueError(f"invalid value {key}={value}: {error}") from None
        else:
            attributes[key] = value
    if not kind:
        raise ValueError("attestation type not specified")
    return kind, None if disabled else ",".join(
        _csv(f"{k}={v}") for k, v in [("type", kind), *sorted(attributes.items())]
    )


def shorthand(kind: str, text: str) -> str:
    """--provenance and --sbom, a bool or attributes, as a value of --attest."""
    try:
        return f"type={kind},disabled={'false' if parse_bool(text) else 'true'}"
    except ValueError:
        return f"type={kind},{text}"


def _csv(field: str) -> str:
    return '"' + field.replace('"', '""') + '"' if "," in field or '"' in field else field


def named_context(text: str) -> tuple[str, str]:
    """(name, source) of NAME=VALUE."""
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"invalid context value: {text}, expected key=value")
    try:
        reference = parse(name)
    except ValueError as error:
        raise ValueError(f"invalid context name {name}: {error}") from None
    return str(reference).removeprefix("docker.io/library/").removeprefix("docker.io/").removesuffix(":latest"), value


def call(text: str) -> Call | None:
    """None for a normal build."""
    name, form, ignore = "", "", False
    for field in csv_fields(text) if text else []:
        key, equals, value = field.partition("=")
        if not equals:
            if name:
                raise ValueError(f"invalid print value: {text}")
            name = field
        elif key == "format":
            form = value
        elif key == "ignorestatus":
            try:
                ignore = parse_bool(value)
            except ValueError as error:
                raise ValueError(f"invalid ignorestatus print value: {value}: {error}") from None
        else:
            raise ValueError(f"invalid print field: {field}")
    name = "lint" if name == "check" else name
    return None if not text or name == "build" else Call(name, form, ignore)


def annotation(text: str) -> dict[str, str]:
    """The exporter's attributes for [TYPE[PLATFORM][,TYPE…]:]KEY=VALUE."""
    left, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"invalid annotation {quote(text)}, expected key=value")
    kinds, colon, key = left.partition(":")
    if not colon:
        return {f"annotation.{left}": value}
    out = {}
    for kind in kinds.split(","):
        match = re.fullmatch(r"([a-z-]+)(?:\[([A-Za-z0-9_/-]+)\])?", kind)
        if not match:
            raise ValueError(
                f"invalid annotation type {quote(kind)}, expected type and optional platform in square brackets"
            )
        if match[1] not in ("index", "index-descriptor", "manifest", "manifest-descriptor"):
            raise ValueError(f"unknown annotation type {quote(match[1])}")
        platform = f"[{match[2]}]" if match[2] else ""
        out[f"annotation-{match[1]}{platform}.{key}"] = value
    return out


def entitlement(text: str) -> str:
    """A value of --allow."""
    name = text.partition("=")[0]
    if name not in ("network.host", "security.insecure", "device"):
        raise ValueError(f"unknown entitlement {text}")
    return text


def extra_host(text: str, gateway: str) -> str:
    """HOST=IP (or HOST:IP) in BuildKit's form; gateway: the address for "host-gateway"."""
    host, equals, address = text.partition("=")
    if not equals:
        host, equals, address = text.partition(":")
    if not equals or not host or not address:
        raise ValueError(f"invalid host {text}")
    out = []
    for given in [gateway] if address == "host-gateway" else address.split(","):
        bare = given[1:-1] if len(given) > 2 and given[0] == "[" and given[-1] == "]" else given
        if not is_ip(bare):
            raise ValueError(f"invalid host {text}")
        out.append(f"{host}={bare}")
    return ",".join(out)
