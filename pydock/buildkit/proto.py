"""Protocol Buffers' wire format, for messages that are declared as tables. Pure.

https://protobuf.dev/programming-guides/encoding/. A message in Python is a dict by field name, like JSON elsewhere:
absent fields are not written, and read as their zero value. Tables instead of generated code need no run-time library
(2.7 MB, and tied to the generator's version) for the thirty small messages of a client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydock.errors import BrokenStream

Values = dict[str, Any]

#: the four kinds of scalars in BuildKit's messages, and their zero values
STRING, BYTES, BOOL, INT = "string", "bytes", "bool", "int"
#: google.protobuf.Timestamp, as nanoseconds since 1970; 0 for none
TIME = "time"
_ZERO: dict[str, Any] = {STRING: "", BYTES: b"", BOOL: False, INT: 0, TIME: 0}

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
SECOND = 1_000_000_000
MAX_FIELDS = 1 << 18
#: the seconds of a Timestamp, by its definition
_YEAR_1, _YEAR_10000 = -62_135_596_800, 253_402_300_800
_MASK = (1 << 64) - 1


class Malformed(BrokenStream):
    """The bytes are not a valid message."""

    def __init__(self, why: str) -> None:
        super().__init__(f"malformed message of the engine: {why}")


class Budget:
    """The number of fields that a message may have, including nested messages: two bytes become hundreds in memory."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_FIELDS

    def spend(self) -> None:
        """One field. Raises Malformed."""
        self.left -= 1
        if self.left < 0:
            raise Malformed(f"more than {MAX_FIELDS} fields")


class Field:
    """kind: a scalar or a Message; many: repeated; keyed: a map from strings to that kind."""

    __slots__ = ("keyed", "kind", "many", "name", "number")

    def __init__(self, number: int, name: str, kind: str | Message, many: bool, keyed: bool) -> None:
        self.number, self.name, self.kind, self.many, self.keyed = number, name, kind, many, keyed

    def zero(self) -> Any:
        if self.keyed:
            return {}
        if self.many:
            return []
        return None if isinstance(self.kind, Message) else _ZERO[self.kind]


def many(kind: str | Message) -> tuple[str | Message, str]:
    """`repeated kind`."""
    return kind, "many"


def keyed(kind: str | Message) -> tuple[str | Message, str]:
    """`map<string, kind>`."""
    return kind, "keyed"


class Message:
    """A kind of message: its name, and its fields as name=(number, kind)."""

    def __init__(self, name: str, /, **fields: tuple[int, Any]) -> None:
        self.name = name
        self.fields: list[Field] = []
        for field, (number, kind) in fields.items():
            base, shape = kind if isinstance(kind, tuple) else (kind, "")
            self.fields.append(Field(number, field, base, shape == "many", shape == "keyed"))
        self.by_number = {f.number: f for f in self.fields}

    # -- writing -----------------------------------------------------------------------------------

    def encode(self, values: Mapping[str, Any]) -> bytes:
        """Raises KeyError for an unknown field."""
        unknown = values.keys() - {f.name for f in self.fields}
        if unknown:
            raise KeyError(f"{self.name} has no {sorted(unknown)}")
        out = bytearray()
        for field in self.fields:
            value = values.get(field.name)
            if not value and not isinstance(value, dict):
                continue
            if field.keyed:
                for key, item in value.items():
                    entry = _encoded(1, STRING, key) + _encoded(2, field.kind, item)
                    out += varint(field.number << 3 | LENGTH) + varint(len(entry)) + entry
            elif field.many:
                for item in value:
                    out += _encoded(field.number, field.kind, item)
            else:
                out += _encoded(field.number, field.kind, value)
        return bytes(out)

    # -- reading -----------------------------------------------------------------------------------

    def decode(self, data: bytes | memoryview, budget: Budget | None = None) -> Values:
        """Every field by name, without unknown ones. Raises Malformed. budget: for nested messages."""
        budget = budget or Budget()
        out = {f.name: f.zero() for f in self.fields}
        for number, kind, value in parts(data):
            budget.spend()
            field = self.by_number.get(number)
            if field is None:
                continue
            if field.keyed:
                entry = {n: (k, v) for n, k, v in parts(_bytes(kind, value)) if n in (1, 2)}
                key = _decoded(STRING, *entry[1], budget) if 1 in entry else ""
                out[field.name][key] = _decoded(field.kind, *entry[2], budget) if 2 in entry else _empty(field.kind)
            elif field.many and kind == LENGTH and field.kind in (INT, BOOL):
                out[field.name] += _packed(_bytes(kind, value), field.kind, budget)
            elif field.many:
                out[field.name].append(_decoded(field.kind, kind, value, budget))
            else:
                out[field.name] = _decoded(field.kind, kind, value, budget)
        return out


def varint(value: int) -> bytes:
    """A varint: groups of seven bits, least significant first; negative numbers as 64 bits."""
    if 0 <= value < 0x80:
        return _SMALL[value]
    value &= _MASK
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


_SMALL = [bytes((n,)) for n in range(0x80)]


def read_varint(data: bytes | memoryview, at: int) -> tuple[int, int]:
    """(value, index after it). Raises Malformed."""
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise Malformed("an unterminated number")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & _MASK, at
        shift += 7


def parts(data: bytes | memoryview) -> Iterator[tuple[int, int, int | bytes]]:
    """(field number, wire type, value) of a message, in order. Raises Malformed."""
    at, end = 0, len(data)
    while at < end:
        key, at = read_varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, at = read_varint(data, at)
            yield number, kind, value
            continue
        if kind == LENGTH:
            size, at = read_varint(data, at)
        elif kind in (FIXED32, FIXED64):
            size = 8 if kind == FIXED64 else 4
        else:
            raise Malformed(f"wire type {kind}")
        if at + size > end:
            raise Malformed("cut short")
        yield number, kind, bytes(data[at : at + size])
        at += size


def _encoded(number: int, kind: str | Message, value: Any) -> bytes:
    if kind in (INT, BOOL):
        return varint(number << 3) + varint(int(value))
    data: bytes
    if kind == STRING:
        data = value.encode("utf-8", "surrogateescape")
    elif kind == BYTES:
        data = bytes(value)
    elif kind == TIME:
        data = _TIMESTAMP.encode({"seconds": value // SECOND, "nanos": value % SECOND})
    else:
        assert isinstance(kind, Message)
        data = kind.encode(value)
    return varint(number << 3 | LENGTH) + varint(len(data)) + data


def _bytes(kind: int, value: int | bytes) -> bytes:
    if not isinstance(value, bytes) or kind != LENGTH:
        raise Malformed(f"wire type {kind} instead of bytes")
    return value


def _empty(kind: str | Message) -> Any:
    return kind.decode(b"") if isinstance(kind, Message) else _ZERO[kind]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


_READ: dict[str, Callable[[bytes], Any]] = {STRING: _text, BYTES: bytes}


def _decoded(kind: str | Message, wire: int, value: int | bytes, budget: Budget) -> Any:
    if kind in (INT, BOOL):
        if isinstance(value, bytes):
            raise Malformed(f"wire type {wire} instead of a number")
        return _signed(value) if kind == INT else bool(value)
    data = _bytes(wire, value)
    if kind == TIME:
        stamp = _TIMESTAMP.decode(data)
        if not (_YEAR_1 <= stamp["seconds"] < _YEAR_10000 and 0 <= stamp["nanos"] < SECOND):
            raise Malformed(f"an invalid time: {stamp['seconds']} seconds")
        return int(stamp["seconds"]) * SECOND + int(stamp["nanos"])
    return kind.decode(data, budget) if isinstance(kind, Message) else _READ[kind](data)


def _packed(data: bytes, kind: str, budget: Budget) -> list[Any]:
    """The values of a packed repeated field."""
    out, at = [], 0
    while at < len(data):
        budget.spend()
        value, at = read_varint(data, at)
        out.append(_decoded(kind, VARINT, value, budget))
    return out


_TIMESTAMP = Message("google.protobuf.Timestamp", seconds=(1, INT), nanos=(2, INT))
