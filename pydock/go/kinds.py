"""Go values for templates. Pure.

Plain Python values stand for Go's: bool, int, float64 (float), string (str), []string (list of str), a nil interface
(None). All others have their Go type in `go_type` or `type_name`, for messages.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

#: what a template is executed on
Dot: TypeAlias = "Any"


class _Failed:
    """The result for a missing field."""


Failed: Any = _Failed()


class Tag:
    """A field's JSON tag. key: "" for a field that is not written; omit: left out if empty."""

    __slots__ = ("key", "omit")

    def __init__(self, key: str, omit: bool = False) -> None:
        self.key, self.omit = key, omit


class GoStruct:
    """A struct: named fields in order. Fields without a tag have the same name in JSON."""

    __slots__ = ("fields", "marshaled", "tags", "text", "type_name")

    def __init__(
        self,
        type_name: str,
        fields: dict[str, Any],
        tags: Mapping[str, Tag] | None = None,
        text: str | None = None,
        marshaled: Any = None,
    ) -> None:
        """text, marshaled: the results of its String and MarshalJSON methods, if it has them."""
        self.type_name, self.fields, self.tags, self.text, self.marshaled = (
            type_name,
            fields,
            tags or {},
            text,
            marshaled,
        )

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
    """An embedded struct, whose fields are promoted."""

    __slots__ = ()


class Pointer(GoStruct):
    """A pointer to a struct; within another value it is printed as an address."""

    __slots__ = ()


class EmbeddedPointer(Embedded, Pointer):
    __slots__ = ()


class NilPointer:
    """A typed nil."""

    __slots__ = ("type_name",)

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name


class Reference:
    """A pointer to a value other than a struct: true in conditions, even if that is false or 0."""

    __slots__ = ("type_name", "value")

    def __init__(self, type_name: str, value: Any) -> None:
        self.type_name, self.value = type_name, value


class AnyList(list["Any"]):
    """A slice of something other than strings."""

    go_type = "[]interface {}"
    #: a nil slice: prints as [], is null in JSON
    go_nil = False
    #: is it assignable to []string?
    go_strings = False


class GoMap(dict[str, "Any"]):
    """A map with a type."""

    go_type = "map[string]interface {}"
    go_nil = False
    go_key = "string"
    #: the result of `index` for a missing key
    go_element: Any = None


class AnyString(str):
    """A string of untyped JSON, whose type in messages is Go's empty interface."""


class JsonNumber(str):
    """A number of untyped JSON, as it was written (json.Number): a string in Go's templates."""

    go_type = "json.Number"


class Stringer:
    """A value with a String method, by which Go's fmt prints it: go_text."""

    go_type: str

    def go_text(self) -> str:
        raise NotImplementedError


class Duration(Stringer, int):
    """A time.Duration."""

    go_type = "time.Duration"

    def go_text(self) -> str:
        from pydock.go.strconv import format_duration

        return format_duration(self)


class FileMode(Stringer, int):
    """An fs.FileMode: "drwxr-xr-x"; the highest bits are the kind of the file."""

    go_type = "fs.FileMode"

    def go_text(self) -> str:
        kind = "".join(c for bit, c in enumerate("dalTLDpSugct?") if self >> (31 - bit) & 1)
        return (kind or "-") + "".join(c if self >> (8 - bit) & 1 else "-" for bit, c in enumerate("rwxrwxrwx"))


class Time(Stringer, str):
    """A time.Time, kept in RFC 3339."""

    go_type = "time.Time"

    def go_text(self) -> str:
        day, _, rest = str(self).partition("T")
        clock = rest.removesuffix("Z")
        zone = "+0000 UTC"
        if not rest.endswith("Z") and len(clock) > 6 and clock[-6] in "+-":
            zone, clock = clock[-6:].replace(":", "") + " " + clock[-6:].replace(":", ""), clock[:-6]
        return f"{day} {clock} {zone}"


@cache
def named(base: type[Any], go_type: str, **notes: Any) -> type[Any]:
    """The Python class for a Go type such as int64, container.NetworkMode or []container.Port."""
    return type(base.__name__, (base,), {"go_type": go_type, **notes})


def truth(value: Any) -> bool:
    """Go's IsTrue: false for zero, nil and empty values; a struct is always true."""
    if value is None or isinstance(value, NilPointer):
        return False
    if isinstance(value, (bool, int, float, str, list, dict)):
        return bool(value)
    return True


def shown_type(value: Any) -> str:
    """The name of a value's Go type in messages."""
    type_name = getattr(value, "go_type", None) or getattr(value, "type_name", None)
    if type_name:
        return str(type_name)
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
        return "map[string]interface {}"
    return type(value).__name__


def untyped(value: Any, number: Callable[[int | float], Any] = float) -> Any:
    """JSON as Go decodes it into an interface. number: the type for its numbers, float64 or json.Number."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        return AnyString(value)
    if isinstance(value, list):
        return AnyList(untyped(v, number) for v in value)
    if isinstance(value, Mapping):
        return {k: untyped(v, number) for k, v in value.items()}
    return value


def json_number(value: int | float) -> JsonNumber:
    """A number as json.Number."""
    return JsonNumber(json.dumps(value))
