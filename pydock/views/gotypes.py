"""The engine's JSON as docker's templates see it: values of Go types. Pure.

A template like `{{.ID}}` or `{{json .HostConfig}}` works on Go structs in docker, not on JSON: Go's names, order, zero
values and types. They are listed in `go_objects` and `go_system`, and in `go_newer` where API 1.52 has changed them:
fields that it removed do not exist any more, not even empty. One type per entry:

    name = other type
    name: field; field; …       a struct

A field is "GoName type" or "GoName:JsonName type"; with "?" behind the name it is left out of JSON when empty, with the
JsonName "-" it is not in JSON; "+type" is embedded. Types are Go's own; time, duration, struct, error, any; any(T), an
interface that holds a T; []T, map[K]T, *T, [n]T; a name of the tables.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from pydock.errors import Failure
from pydock.go.kinds import (
    AnyList,
    Duration,
    Embedded,
    EmbeddedPointer,
    FileMode,
    GoMap,
    GoStruct,
    NilPointer,
    Pointer,
    Reference,
    Tag,
    Time,
    named,
    untyped,
)  # fmt: skip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

#: structs that have no name in Go
ANONYMOUS = {
    "types.Version.Platform": "struct { Name string }",
    "container.Summary.HostConfig": 'struct { NetworkMode string "json:\\",omitempty\\""; Annotations map[string]string "json:\\",omitempty\\"" }',
    "image.ManifestSummary.Size": 'struct { Content int64 "json:\\"Content\\""; Total int64 "json:\\"Total\\"" }',
    "image.ImageProperties.Size": 'struct { Unpacked int64 "json:\\"Unpacked\\"" }',
}

#: the String methods of structs
STRINGS: dict[str, Callable[[dict[str, Any]], str]] = {
    "units.Ulimit": lambda f: f"{f['Name']}={f['Soft']}:{f['Hard']}",
    "blkiodev.WeightDevice": lambda f: f"{f['Path']}:{f['Weight']}",
    "blkiodev.ThrottleDevice": lambda f: f"{f['Path']}:{f['Rate']}",
    "formatter.Platform": lambda f: platform_text(f["Platform"].fields),
    "swarm.Version": lambda f: str(f["Index"]),
    "types.PluginInterfaceType": lambda f: f"{f['Prefix']}.{f['Capability']}/{f['Version']}",
}

#: the MarshalJSON methods of structs
MARSHALED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "types.PluginInterfaceType": STRINGS["types.PluginInterfaceType"],
    # they marshal maps, whose keys are sorted
    "command.DockerContext": lambda f: {
        **f["AdditionalFields"],
        **({"Description": f["Description"]} if f["Description"] else {}),
    },
    "registry.ServiceConfig": lambda f: {
        **{k: v for k, v in f.items() if k != "ExtraFields" and (v or not k.startswith("Allow"))},
        "IndexConfigs": None
        if f["IndexConfigs"].go_nil
        else {name: index.fields for name, index in f["IndexConfigs"].items()},
    },
}


def platform_text(fields: dict[str, Any]) -> str:
    """linux/arm64/v8, windows(10.0)/amd64."""
    version = f"({fields['OSVersion']})" if fields["OSVersion"] else ""
    return "/".join(filter(None, (fields["OS"] + version, fields["Architecture"], fields["Variant"])))


ZERO_TIME = "0001-01-01T00:00:00Z"
_INTEGERS = {f"{sign}int{bits}" for sign in ("", "u") for bits in ("", "8", "16", "32", "64")}
_FLOATS = {"float32", "float64"}


class Mismatch(Failure):
    """JSON that does not fit the type, with Go's message."""

    def __init__(self, found: str, kind: str, path: tuple[str, ...] = (), struct: str = "") -> None:
        """path: the names from the outermost struct to the value; struct: the innermost one."""
        target = f"Go struct field {struct}.{'.'.join(path)}" if path else "Go value"
        super().__init__(f"json: cannot unmarshal {found} into {target} of type {kind}")
        self.found, self.kind, self.path, self.struct = found, kind, path, struct

    def within(self, name: str, shape: str) -> Mismatch:
        """The error with the path extended by the enclosing struct's field."""
        return Mismatch(self.found, self.kind, (name, *self.path), self.struct or shape.rpartition(".")[2])


#: the API version since which `go_newer` applies
CHANGED = (1, 52)


@cache
def table(newer: bool) -> dict[str, str]:
    """Type name -> its text."""
    from pydock.views import go_objects, go_system

    text = go_objects.TYPES + go_system.TYPES
    if newer:
        from pydock.views import go_newer

        text += go_newer.TYPES
    lines = (line for line in text.replace("\n    ", " ").split("\n") if line)
    return {line[: min(line.find(c) for c in ": " if c in line)]: line for line in lines}


@cache
def fields_of(shape: str, newer: bool) -> tuple[tuple[str, Tag, str], ...]:
    """(Go name, JSON tag, type) of each field; the name of an embedded one starts with "+"."""
    out = []
    for text in table(newer)[shape].partition(":")[2].split("; "):
        part = text.strip()
        if not part:
            continue
        if part.startswith("+"):
            out.append(("+" + part[1:].lstrip("*").rpartition(".")[2], Tag(""), part[1:]))
            continue
        name, _, kind = part.rpartition(" ")
        go, _, key = name.partition(":")
        omit = name.endswith("?")
        go, key = go.removesuffix("?"), key.removesuffix("?")
        out.append((go, Tag("" if key == "-" else key or go, omit), kind))
    return tuple(out)


def decode(kind: str, value: Any, newer: bool = False) -> Any:
    """A JSON value as the Go value of that type; null and what is missing is the zero value. Raises Mismatch.

    newer: the API version in use is CHANGED or later."""
    return reader(newer).of(kind)(value)


Read: TypeAlias = "Callable[[Any], Any]"


class Reader:
    """Decodes JSON values to Go values, by the types of one API version."""

    def __init__(self, newer: bool) -> None:
        self.newer = newer
        #: what reads a type's values, its zero value, and what reads structs, of the types that were met
        self.known: dict[str, Read] = {}
        self.zeros: dict[str, Any] = {}
        self.structs: dict[str, Struct] = {}

    def is_struct(self, kind: str) -> bool:
        return ":" in table(self.newer).get(kind, "").partition(" ")[0]

    def of(self, kind: str) -> Read:
        """What reads the values of a type."""
        read = self.known.get(kind)
        if read is None:
            read = self.known[kind] = self._made(kind)
        return read

    def zero(self, kind: str) -> Any:
        """A type's zero value, which all that need one share: most fields of most objects are empty."""
        if kind not in self.zeros:
            self.zeros[kind] = self.of(kind)(None)
        return self.zeros[kind]

    def struct(self, shape: str) -> Struct:
        found = self.structs.get(shape)
        if found is None:
            found = self.structs[shape] = Struct(self, shape)
        return found

    def _made(self, kind: str) -> Read:
        # a type may have pointers, lists and maps of itself: those of elements are looked up when there is one
        if kind in ("string", "bool") or kind in _INTEGERS or kind in _FLOATS:
            return _scalars(kind, kind)
        if kind in _SIMPLE:
            return _SIMPLE[kind]
        if kind.startswith("any("):
            return lambda value: None if value is None else self.of(kind[4:-1])(value)
        if kind.startswith("*"):
            return self._pointer(kind)
        if kind.startswith("["):
            return self._list(kind, kind)
        if kind.startswith("map["):
            return self._map(kind, kind)
        return self._named(kind)

    def _named(self, kind: str) -> Read:
        if self.is_struct(kind):
            return self.struct(kind).read
        under = table(self.newer)[kind].partition(" = ")[2]
        if kind == "strslice.StrSlice":
            words = self._list(under, kind)
            return lambda value: words([value] if isinstance(value, str) else value)
        if under.startswith("["):
            return self._list(under, kind)
        if under.startswith("map["):
            return self._map(under, kind)
        if under == "net.IPNet":
            return lambda value: named(str, f"*{kind}")(value or "<nil>")
        return _scalars(under, kind)

    def _pointer(self, kind: str) -> Read:
        inner, name = kind[1:], go_name(kind)
        if self.is_struct(inner):
            return lambda value: NilPointer(name) if value is None else self.struct(inner).read(value, Pointer)
        made = partial(Reference, name) if inner != "registry.NetIPNet" else lambda value: value
        return lambda value: NilPointer(name) if value is None else made(self.of(inner)(value))

    def _list(self, under: str, kind: str) -> Read:
        count, _, element = under[1:].partition("]")
        shown, of_strings = go_name(kind), element == "string"
        some: type[list[Any]] = named(AnyList, shown)
        if count:
            return lambda value: some(map(self.of(element), _fits(value, list, shown) or [None] * int(count)))
        none = named(AnyList, shown, go_nil=True, go_strings=of_strings)
        if under == "[]uint8":
            return lambda value: none() if value is None else some(_bytes(_fits(value, str, shown)))
        some = list if kind == "[]string" else named(AnyList, shown, go_strings=of_strings)
        return lambda value: none() if value is None else some(map(self.of(element), _fits(value, list, shown)))

    def _map(self, under: str, kind: str) -> Read:
        key, _, element = under.removeprefix("map[").partition("]")
        shown = go_name(kind)
        some, none = (named(GoMap, shown, go_nil=nil, go_key=key) for nil in (False, True))
        name = str if key == "string" else named(str, key)

        def read(value: Any) -> Any:
            inner = self.of(element)
            entries = (_fits(value, dict, shown) or {}).items()
            out = (none if value is None else some)({name(k): inner(v) for k, v in entries})
            out.go_element = self.zero(element)
            return out

        return read


class Struct:
    """Reads the objects of a type: a copy of its zero value, with what the JSON has."""

    def __init__(self, reader: Reader, shape: str) -> None:
        self.shape, self.name, self.shown = shape, go_name(shape), ANONYMOUS.get(shape, shape)
        self.zero: dict[str, Any] = {}
        self.tags: dict[str, Tag] = {}
        #: (Go name, what reads it, its class) of each embedded struct: all of them read the same object
        self.embedded: list[tuple[str, Struct, type[GoStruct]]] = []
        #: JSON name -> (itself, Go name, type of the values that are kept as they are, what reads others)
        self.places: dict[str, tuple[str, str, type | None, Read]] = {}
        for go, tag, kind in fields_of(shape, reader.newer):
            if go.startswith("+"):
                made = EmbeddedPointer if kind.startswith("*") else Embedded
                self.zero[go[1:]] = None
                self.embedded.append((go[1:], reader.struct(kind.lstrip("*")), made))
                continue
            self.zero[go], self.tags[go] = reader.zero(kind), tag
            if tag.key:
                self.places[tag.key] = tag.key, go, _PLAIN.get(kind), reader.of(kind)
        # without an exact match Go matches JSON names in any letter case
        self.any_case = {key.lower(): place for key, place in reversed(self.places.items())}

    def read(self, value: Any, cls: type[GoStruct] = GoStruct, owner: str = "") -> GoStruct:
        """owner: the struct that this one is embedded in, which errors name. Raises Mismatch."""
        shape, key = self.shape, ""
        owner = owner or shape
        value = UNMARSHALED[shape](value) if shape in UNMARSHALED else value
        value = _fits(value, dict, self.name) or {}
        fields = self.zero.copy()
        try:
            for key, struct, made in self.embedded:
                fields[key] = struct.read(value, made, owner)
            for name, entry in value.items():
                place = self.places.get(name) or self.any_case.get(name.lower())
                if place and entry is not None:
                    key, go, plain, read = place
                    fields[go] = entry if type(entry) is plain else read(entry)
        except Mismatch as wrong:
            # Go tells of the first one, in the order of the JSON
            for alone in value.items() if len(value) > 1 else ():
                self.read(dict([alone]), cls, owner)
            raise wrong.within(key, owner) from None
        text = STRINGS[shape](fields) if shape in STRINGS else None
        marshaled = MARSHALED[shape](fields) if shape in MARSHALED else None
        return cls(("*" if issubclass(cls, Pointer) else "") + self.shown, fields, self.tags, text, marshaled)


@cache
def reader(newer: bool) -> Reader:
    return Reader(newer)


_SIMPLE: dict[str, Callable[[Any], Any]] = {
    "any": untyped,
    "error": lambda value: None if value is None else named(str, "*manager.pluginError")(value),
    "time": lambda value: _time(_fits(value, str, "time") or ZERO_TIME),
    "duration": lambda value: Duration(_fits(value, int, "time.Duration") or 0),
    "fs.FileMode": lambda value: FileMode(_fits(value, int, "fs.FileMode") or 0),
    "struct": lambda value: GoStruct("struct {}", {}),
}


def _bytes(text: str) -> bytes:
    """Raises Mismatch."""
    from base64 import b64decode

    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise Mismatch("string", "[]uint8") from None


#: types whose values are as in JSON
_PLAIN: dict[str, type] = {"string": str, "bool": bool, "int": int, "float64": float}


def _scalars(under: str, kind: str) -> Callable[[Any], Any]:
    base: Any = {"string": str, "bool": bool}.get(under) or (float if under in _FLOATS else int)
    made = None if kind in _PLAIN else named(base, kind)

    def read(value: Any) -> Any:
        if type(value) is not base:
            if value is None:
                value = base()
            elif base is float and type(value) is int:
                value = float(value)
            _fits(value, base, kind)
        return value if made is None else made(value)

    return read


def _fits(value: Any, base: type[Any], kind: str) -> Any:
    """The value, if it fits the type. Raises Mismatch."""
    if value is None or (isinstance(value, base) and (base is bool or not isinstance(value, bool))):
        return value
    raise Mismatch(_found(value), kind)


def _found(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, float):
        return f"number {value!r}"
    return {str: "string", int: "number", list: "array", dict: "object"}.get(type(value), "null")


def _time(text: str) -> Time:
    """A time with its fraction of a second without trailing zeros, as Go formats it."""
    head, dot, rest = text.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    zone, fraction = rest[len(digits) :], digits.rstrip("0")
    return Time(head + (f".{fraction}" if fraction else "") + zone if dot else text)


@cache
def go_name(kind: str) -> str:
    """A type's name in Go's messages."""
    if kind.endswith(")"):
        kind = kind[: kind.index("(")]
    for short, long in (
        ("any", "interface {}"),
        ("time", "time.Time"),
        ("duration", "time.Duration"),
        ("struct", "struct {}"),
    ):
        if kind == short or kind.endswith(("]" + short, "*" + short)):
            return kind[: len(kind) - len(short)] + long
    return kind


def _interface(text: Any) -> Any:
    """A plugin's interface, "docker.volumedriver/1.0" in JSON."""
    if not isinstance(text, str):
        return text
    name, _, version = text.partition("/")
    prefix, _, capability = name.rpartition(".")
    return {"Prefix": prefix, "Capability": capability, "Version": version}


def _described(value: Any) -> Any:
    """A context's metadata: the description, and additional fields."""
    if not isinstance(value, dict):
        return value
    return {
        "Description": value.get("Description"),
        "AdditionalFields": {k: v for k, v in value.items() if k != "Description"},
    }


#: the UnmarshalJSON methods of structs
UNMARSHALED = {"types.PluginInterfaceType": _interface, "command.DockerContext": _described}
