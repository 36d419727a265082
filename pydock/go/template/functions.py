"""The functions of templates: Go's own and docker's. Pure.

Each has `go_arity` (fewest, most arguments; None: any number) and, where Go checks them, `go_kinds` of its arguments.
They raise ValueErrors with Go's messages.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pydock.go.kinds import GoStruct, NilPointer, Pointer, Reference, Time, named, shown_type, truth
from pydock.go.printing import go_print

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])


def _takes(low: int, high: int | None, *kinds: str) -> Callable[[F], F]:
    def note(function: F) -> F:
        function.go_arity = (low, high)  # type: ignore[attr-defined]
        function.go_kinds = kinds  # type: ignore[attr-defined]
        return function

    return note


# ---- Go's ------------------------------------------------------------------------------------------


@_takes(1, None)
def _logic(*values: Any) -> Any:  # and, or: evaluated by the template itself, one argument after the other
    return values[-1]


@_takes(1, 1)
def _not(value: Any) -> bool:
    return not truth(value)


@_takes(1, 1)
def _len(value: Any) -> int:
    if isinstance(value, str) and not isinstance(value, Time):
        return len(value.encode("utf-8", "surrogateescape"))
    if isinstance(value, (list, dict)):
        return len(value)
    if value is None or isinstance(value, NilPointer):
        raise ValueError("len of nil pointer")
    raise ValueError(f"len of type {_pointee(value)}")


def _pointee(value: Any) -> str:
    """The name of a value's type, or of its target's for a pointer, as in Go."""
    return (
        shown_type(value).removeprefix("*")
        if isinstance(value, (Pointer, Reference)) or hasattr(value, "go_struct")
        else shown_type(value)
    )


_BYTE = named(int, "uint8")


@_takes(1, None)
def _index(value: Any, *keys: Any) -> Any:
    if value is None:
        raise ValueError("index of untyped nil")
    for key in keys:
        if isinstance(value, dict):
            want = getattr(value, "go_key", "string")
            if key is None:
                raise ValueError(f"value is nil; should be of type {want}")
            if not isinstance(key, str) or getattr(key, "go_type", "string") != want:
                raise ValueError(f"value has type {shown_type(key)}; should be {want}")
            # a missing key of a map of strings gives the zero value
            value = value.get(key, getattr(value, "go_element", None))
        elif isinstance(value, (list, str)) and not isinstance(value, Time):
            items = value if isinstance(value, list) else [_BYTE(b) for b in value.encode("utf-8", "surrogateescape")]
            position = _position(key, len(items))
            if position == len(items):
                # Go checks the bounds as for slicing, and then fails to index
                raise ValueError(f"reflect: {'string' if isinstance(value, str) else 'slice'} index out of range")
            value = items[position]
        elif value is None or isinstance(value, NilPointer):
            raise ValueError("index of nil pointer")
        else:
            raise ValueError(f"can't index item of type {_pointee(value)}")
    return value


def _position(key: Any, length: int) -> int:
    """An index, up to the length."""
    if key is None:
        raise ValueError("cannot index slice/array with nil")
    if isinstance(key, bool) or not isinstance(key, int):
        raise ValueError(f"cannot index slice/array with type {shown_type(key)}")
    if not 0 <= key <= length:
        raise ValueError(f"index out of range: {key}")
    return key


@_takes(1, None)
def _slice(value: Any, *at: Any) -> Any:
    if value is None:
        raise ValueError("slice of untyped nil")
    if len(at) > 3:
        raise ValueError(f"too many slice indexes: {len(at)}")
    if isinstance(value, str) and not isinstance(value, Time):
        if len(at) == 3:
            raise ValueError("cannot 3-index slice a string")
        data: Any = value.encode("utf-8", "surrogateescape")
    elif isinstance(value, list):
        data = value
    else:
        raise ValueError(f"can't slice item of type {shown_type(value)}")
    places = [_position(a, len(data)) for a in at]
    start = places[0] if places else 0
    end = places[1] if len(places) > 1 else len(data)
    if start > end:
        raise ValueError(f"invalid slice index: {start} > {end}")
    return data[start:end].decode("utf-8", "surrogateescape") if isinstance(value, str) else data[start:end]


@_takes(1, None)
def _call(function: Any, *values: Any) -> Any:
    raise ValueError("call of nil" if function is None else f"non-function of type {shown_type(function)}")


def _basic(value: Any) -> str:
    """The kind of a value of a basic type, which eq compares directly; "" for others."""
    for base, kind in ((bool, "bool"), (int, "int"), (float, "float"), (str, "string")):
        if isinstance(value, base) and not isinstance(value, Time):
            return kind
    return ""


def _shape(value: Any) -> str:
    """The kind of a value that is not of a basic type."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "slice"
    if isinstance(value, dict):
        return "map"
    return "struct" if isinstance(value, (GoStruct, Time)) and not isinstance(value, Pointer) else "pointer"


def _nil(value: Any) -> bool:
    return value is None or isinstance(value, NilPointer) or bool(getattr(value, "go_nil", False))


def _comparable(value: Any) -> bool:
    """Are values of its type comparable?"""
    if isinstance(value, GoStruct) and not isinstance(value, Pointer):
        return all(map(_comparable, value.fields.values()))
    return not isinstance(value, (list, dict))


def _alike(a: Any, b: Any) -> bool:
    """Are two values of non-basic types equal? Raises ValueError."""
    if None not in (a, b) and _shape(a) != _shape(b):
        raise ValueError(f"non-comparable types {_printf('%s', a)}: {shown_type(a)}, {shown_type(b)}: {go_print(b)}")
    if _nil(a) or _nil(b):
        return _nil(a) and _nil(b)
    if not _comparable(b):
        raise ValueError(f"non-comparable type {_printf('%s', b)}: {shown_type(b)}")
    same = isinstance(a, GoStruct) and isinstance(b, GoStruct) and _shape(a) == "struct"
    return (a.type_name, a.fields) == (b.type_name, b.fields) if same else a is b or (isinstance(a, Time) and a == b)


@_takes(1, None)
def _eq(first: Any, *others: Any) -> bool:
    if not others:
        raise ValueError("missing argument for comparison")
    kind = _basic(first)
    for other in others:
        if kind != _basic(other):
            if first is not None and other is not None:
                raise ValueError("incompatible types for comparison")
        elif first == other if kind else _alike(first, other):
            return True
    return False


@_takes(2, 2)
def _ne(a: Any, b: Any) -> bool:
    return not _eq(a, b)


@_takes(2, 2)
def _lt(a: Any, b: Any) -> bool:
    left, right = _basic(a), _basic(b)
    if not left or not right or left == right == "bool":
        raise ValueError("invalid type for comparison")
    if left != right:
        raise ValueError("incompatible types for comparison")
    return bool(a < b)


@_takes(2, 2)
def _le(a: Any, b: Any) -> bool:
    return _lt(a, b) or _eq(a, b)


@_takes(2, 2)
def _gt(a: Any, b: Any) -> bool:
    return not _le(a, b)


@_takes(2, 2)
def _ge(a: Any, b: Any) -> bool:
    return not _lt(a, b)


_HTML = {"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
_JS = {"\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "=": "\\u003D"}


def _text(values: tuple[Any, ...]) -> str:
    """The input of html, js and urlquery: the only string, or all values printed."""
    if len(values) == 1 and isinstance(values[0], str):
        return go_print(values[0])
    return str(_print(*("<no value>" if v is None else _indirect(v) for v in values)))


def _indirect(value: Any) -> Any:
    """A pointer's target."""
    value = value.go_struct() if hasattr(value, "go_struct") else value
    if isinstance(value, Pointer):
        return GoStruct(value.type_name.removeprefix("*"), value.fields, value.tags, value.text, value.marshaled)
    return value.value if isinstance(value, Reference) else value


@_takes(0, None)
def _html(*values: Any) -> str:
    return re.sub("[\0\"'&<>]", lambda m: _HTML[m[0]], _text(values))


@_takes(0, None)
def _js(*values: Any) -> str:
    def one(match: re.Match[str]) -> str:
        char = match[0]
        if char in _JS:
            return _JS[char]
        return f"\\u{ord(char):04X}" if ord(char) < 0x20 or not char.isprintable() else char

    return re.sub("[\\\\'\"<>&=\x00-\x1f]|[^\x20-\x7e]", one, _text(values))


@_takes(0, None)
def _urlquery(*values: Any) -> str:
    from urllib.parse import quote_plus

    return quote_plus(_text(values), errors="surrogateescape")


@_takes(1, None, "string")
def _printf(form: str, *values: Any) -> str:
    from pydock.go.fmt import sprintf

    return sprintf(form, values)


@_takes(0, None)
def _print(*values: Any) -> str:
    from pydock.go.fmt import sprint

    return sprint(*values)


@_takes(0, None)
def _println(*values: Any) -> str:
    from pydock.go.fmt import sprintln

    return sprintln(*values)


# ---- docker's --------------------------------------------------------------------------------------


@_takes(1, 1)
def _json(value: Any) -> str:
    from pydock.go.encoding import encode

    return encode(value)


@_takes(2, 2, "string", "string")
def _split(text: str, separator: str) -> list[str]:
    return list(text) if not separator else text.split(separator)


@_takes(2, 2, "strings", "string")
def _join(items: list[str], separator: str) -> str:
    return separator.join(items)


@_takes(1, 1, "string")
def _title(text: str) -> str:
    return re.sub(r"(?<![\w'’])[^\W\d_]", lambda m: m[0].upper(), text)


@_takes(1, 1, "string")
def _lower(text: str) -> str:
    return text.lower()


@_takes(1, 1, "string")
def _upper(text: str) -> str:
    return text.upper()


@_takes(3, 3, "string", "int", "int")
def _pad(text: str, before: int, after: int) -> str:
    if not text:
        return text
    if before < 0 or after < 0:
        raise ValueError("strings: negative Repeat count")
    return " " * before + text + " " * after


@_takes(2, 2, "string", "int")
def _truncate(text: str, length: int) -> str:
    data = text.encode("utf-8", "surrogateescape")
    if length < 0:
        raise ValueError(f"runtime error: slice bounds out of range [:{length}]")
    return text if len(data) < length else data[:length].decode("utf-8", "surrogateescape")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "and": _logic, "or": _logic, "not": _not, "len": _len, "index": _index, "slice": _slice, "call": _call, "eq": _eq, "ne": _ne,
    "lt": _lt, "le": _le, "gt": _gt, "ge": _ge, "html": _html, "js": _js, "urlquery": _urlquery, "printf": _printf, "print": _print,
    "println": _println, "json": _json, "split": _split, "join": _join, "title": _title, "lower": _lower, "upper": _upper,
    "pad": _pad, "truncate": _truncate,
}  # fmt: skip


def _same(*kinds: str) -> Callable[..., Any]:
    @_takes(len(kinds), len(kinds), *kinds)
    def unchanged(value: Any, *_: Any) -> Any:
        return value

    return unchanged


#: functions that do not change titles in a table's header row (pad still pads)
HEADER_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "json": _same("string"), "split": _same("string", "string"), "join": _same("string", "string"), "title": _same("string"),
    "lower": _same("string"), "upper": _same("string"), "truncate": _same("string", "int"),
}  # fmt: skip
