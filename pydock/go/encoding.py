"""The JSON of Go-shaped values, as encoding/json writes it. Pure.

Follows https://pkg.go.dev/encoding/json: structs by their tags, maps sorted, []byte in base64.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pydock.go.json import HTML_ESCAPES
from pydock.go.kinds import Embedded, GoStruct, JsonNumber, NilPointer, Reference

_SEPARATORS = re.compile("[\u2028\u2029]")
_HTML = re.compile("[<>&\u2028\u2029]")


_STRINGS = json.JSONEncoder(ensure_ascii=False)


def encode(value: Any, escape_html: bool = False) -> str:
    """JSON text. A value with its own MarshalJSON method escapes HTML."""
    if type(value) is str:
        return _string(value, escape_html)
    if value is None or isinstance(value, NilPointer) or getattr(value, "go_nil", False):
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, JsonNumber):
        return str(value)
    if isinstance(value, str):
        return _string(str(value), escape_html)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _float(value)
    if getattr(value, "go_type", "") == "[]uint8":
        from base64 import b64encode

        return f'"{b64encode(bytes(value)).decode()}"'
    if isinstance(value, list):
        return "[" + ",".join(encode(v, escape_html) for v in value) + "]"
    if isinstance(value, dict):
        return _object(((k, value[k]) for k in sorted(value)), escape_html)
    return _special(value, escape_html)


def _string(text: str, escape_html: bool) -> str:
    escaped = _HTML if escape_html else _SEPARATORS
    return escaped.sub(_escape, _STRINGS.encode(text))


@lru_cache(1024)
def _key(text: str, escape_html: bool) -> str:
    """A name, of which the same few come again and again."""
    return _string(str(text), escape_html)


def _escape(match: re.Match[str]) -> str:
    return HTML_ESCAPES[match[0]]


def _special(value: Any, escape_html: bool) -> str:
    if isinstance(value, GoStruct):
        if value.marshaled is not None:
            return encode(value.marshaled, True)
        return _object(dict(_members(value)).items(), escape_html)
    if isinstance(value, Reference):
        return encode(value.value, escape_html)
    # a list's row
    return encode(value.go_json(), True)


def _object(members: Any, escape_html: bool) -> str:
    return "{" + ",".join([f"{_key(k, escape_html)}:{encode(v, escape_html)}" for k, v in members]) + "}"


def _members(struct: GoStruct) -> Iterator[tuple[str, Any]]:
    for name, value in struct.fields.items():
        if isinstance(value, Embedded):
            yield from _members(value)
            continue
        tag = struct.tags.get(name)
        if tag is None:
            yield name, value
        elif tag.key and not (tag.omit and _empty(value)):
            yield tag.key, value


def _empty(value: Any) -> bool:
    if value is None or isinstance(value, NilPointer):
        return True
    if isinstance(value, (list, dict)):
        return not value
    return isinstance(value, (bool, int, float, str)) and not value and getattr(value, "go_type", "") != "time.Time"


def _float(value: float) -> str:
    """A float: without an exponent between 1e-6 and 1e21."""
    from decimal import Decimal

    if not value:
        return "-0" if str(value)[0] == "-" else "0"
    number = Decimal(repr(value)).normalize()
    if 1e-6 <= abs(value) < 1e21:
        return format(number, "f")
    mantissa, _, power = f"{number:e}".partition("e")
    return f"{mantissa}e{power[0]}{power[1:].lstrip('0')}" if power[0] in "+-" else f"{mantissa}e+{power}"
