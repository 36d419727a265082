"""Go-shaped values: what templates print, compare and take for true. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydock.golang import format_duration, quote


class _Failed:
    """There is no such field."""


Failed: Any = _Failed()


class GoStruct:
    """A struct: named fields in order, with the JSON that it came from."""

    __slots__ = ("fields", "raw", "text", "type_name")

    def __init__(self, type_name: str, fields: dict[str, Any], raw: Any, text: str = "") -> None:
        """text: what its String method gives, if it has one."""
        self.type_name, self.fields, self.raw, self.text = type_name, fields, raw, text

    def go_field(self, name: str) -> Any:
        if name in self.fields:
            return self.fields[name]
        for value in self.fields.values():
            if isinstance(value, Embedded):
                found = value.go_field(name)
                if found is not Failed:
                    return found
        return Failed


class Embedded(GoStruct):
    """A struct within a struct whose fields are promoted."""

    __slots__ = ()


class Pointer(GoStruct):
    """A pointer to a struct: the same, but its address is printed where it stands within another value."""

    __slots__ = ()


class EmbeddedPointer(Embedded, Pointer):
    __slots__ = ()


class NilPointer:
    """A typed nil."""

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name


class AnyList(list[Any]):
    """A slice of something other than strings."""

    go_type = "[]interface {}"


class NilList(list[Any]):
    """A nil slice: prints as [], is null in JSON."""


class NilMap(dict[str, Any]):
    """A nil map."""

    #: what `index` gives for a key that is not there
    go_element = ""


class StringMap(dict[str, Any]):
    """A map[string]string: a missing key gives "<no value>" when printed alone, "" by `index`, as Go's templates do."""

    go_element = ""


class AnyString(str):
    """A string of untyped JSON: messages name its type as Go's empty interface."""


class JsonNumber(str):
    """A number of untyped JSON: a string to Go's templates."""

    go_type = "json.Number"


class Duration(int):
    """A time.Duration."""

    go_type = "time.Duration"


class Time(str):
    """A time.Time, kept in RFC 3339."""

    go_type = "time.Time"

    def go_text(self) -> str:
        text = str(self)
        day, _, rest = text.partition("T")
        clock = rest.removesuffix("Z")
        zone = "+0000 UTC"
        if not rest.endswith("Z") and len(clock) > 6 and clock[-6] in "+-":
            zone, clock = clock[-6:].replace(":", "") + " " + clock[-6:].replace(":", ""), clock[:-6]
        return f"{day} {clock} {zone}"


def truth(value: Any) -> bool:
    """Go's IsTrue: false for zero, nil and what is empty; a struct is always true."""
    if value is None or isinstance(value, NilPointer):
        return False
    if isinstance(value, (bool, int, float, str, list, dict)):
        return bool(value)
    return True


def shown_type(value: Any) -> str:
    """The Go type's name, as messages show it."""
    named = getattr(value, "go_type", None) or getattr(value, "type_name", None)
    if named:
        return str(named)
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "float64"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "[]string" if value and all(type(v) is str for v in value) else "[]interface {}"
    if isinstance(value, dict):
        return "map[string]string" if isinstance(value, StringMap) else "map[string]interface {}"
    return type(value).__name__


def go_print(value: Any, top: bool = False, verb: str = "v") -> str:
    """fmt's %v (or %s, %+v). top: a pointer at this level shows what it points to."""
    if value is None or isinstance(value, NilPointer):
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Duration):
        return format_duration(value)
    if isinstance(value, Time):
        return value.go_text()
    if isinstance(value, (int, str)):
        return str(value)
    if isinstance(value, float):
        return go_float(value)
    if isinstance(value, list):
        return "[" + " ".join(go_print(v, False, verb) for v in value) + "]"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{k}:{go_print(v, False, verb)}" for k, v in sorted(value.items())) + "]"
    if isinstance(value, GoStruct):
        if value.text:
            return value.text
        if isinstance(value, Pointer) and not top:
            return f"0xc{id(value) & 0xFFFFFFFFF:09x}"
        names = verb == "+v"
        body = " ".join((f"{n}:" if names else "") + go_print(v, False, verb) for n, v in value.fields.items())
        return ("&" if isinstance(value, Pointer) and names else "") + "{" + body + "}"
    getter = getattr(value, "go_text", None)
    return str(getter()) if getter else str(value)


def go_float(value: float) -> str:
    """%v of a float64: the shortest text, with an exponent below 1e-4 and from 1e21 on."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value)) if value or str(value)[0] != "-" else "-0"
    text = repr(value)
    _, exponent, power = text.partition("e")
    if exponent and -5 < int(power) < 21:
        from decimal import Decimal

        return format(Decimal(text), "f")
    return text


def go_sharp(value: Any) -> str:
    """fmt's %#v, for plain values."""
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, list):
        return f"{shown_type(value)}{{" + ", ".join(map(go_sharp, value)) + "}"
    if isinstance(value, dict):
        return f"{shown_type(value)}{{" + ", ".join(f"{quote(k)}:{go_sharp(v)}" for k, v in sorted(value.items())) + "}"
    if isinstance(value, GoStruct):
        body = ", ".join(f"{n}:{go_sharp(v)}" for n, v in value.fields.items())
        return ("&" if isinstance(value, Pointer) else "") + f"{value.type_name.lstrip('*')}{{{body}}}"
    return go_print(value)


def plain(value: Any) -> Any:
    """The JSON of a value: structs as the JSON that they came from."""
    if isinstance(value, (NilList, NilMap, NilPointer)):
        return None
    if isinstance(value, GoStruct):
        return value.raw
    if isinstance(value, JsonNumber):
        return float(value) if any(c in value for c in ".eE") else int(value)
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    getter = getattr(value, "go_json", None)
    return getter() if getter else value


def untyped(value: Any) -> Any:
    """JSON decoded as Go decodes it into an interface, with numbers kept as text."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return JsonNumber(repr(value) if isinstance(value, int) else go_float(value))
    if isinstance(value, str):
        return AnyString(value)
    if isinstance(value, list):
        return AnyList(untyped(v) for v in value)
    if isinstance(value, Mapping):
        return {k: untyped(v) for k, v in value.items()}
    return value
