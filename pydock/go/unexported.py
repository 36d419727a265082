"""Values of a struct's unexported fields, of which Go's fmt may not call methods. Pure."""

from __future__ import annotations

from typing import Any

from pydock.go.kinds import Duration, FileMode, GoStruct, NilPointer, Reference, Time, named
from pydock.go.methods import nanoseconds, seconds

#: seconds from the year 1, the epoch of Go's time.Time, to 1970
_BEFORE_1970 = 62135596800


def bare_fields(struct: GoStruct) -> GoStruct:
    """The struct, with unexported fields (in lower case) printed without methods."""
    return _copied(struct, {name: value if name[0].isupper() else bare(value) for name, value in struct.fields.items()})


def bare(value: Any) -> Any:
    """The value converted to a type without methods."""
    if isinstance(value, GoStruct):
        return _copied(value, {name: bare(v) for name, v in value.fields.items()})
    if isinstance(value, Time):
        # a time that is not UTC has a pointer to its zone
        zone = NilPointer("*time.Location") if value.endswith("Z") else Reference("*time.Location", "")
        wall, ext = named(int, "uint64")(nanoseconds(value)), named(int, "int64")(seconds(value) + _BEFORE_1970)
        return GoStruct("time.Time", {"wall": wall, "ext": ext, "loc": zone})
    if isinstance(value, (Duration, FileMode)):
        return int(value)
    if isinstance(value, Reference):
        return Reference(value.type_name, bare(value.value))
    if isinstance(value, (list, dict)):
        items: Any = map(bare, value) if isinstance(value, list) else ((k, bare(v)) for k, v in value.items())
        return type(value)(items)
    return value


def _copied(struct: GoStruct, fields: dict[str, Any]) -> GoStruct:
    return type(struct)(struct.type_name, fields, struct.tags)
