"""The shape of an answer, as the API promises it, and the check of a value against it. Pure.

A shape is one of
    str, int, float, bool, dict, list   a value of that JSON type (float: any number)
    [shape]                             a list of such values
    {"Key": shape}                      an object that has at least these keys
    {str: shape}                        an object of any keys with such values
    bytes                               not JSON: a complete tar archive
    opt(shape)                          may be null, or a missing key: Go reads that as the zero value
    given(shape)                        may be null, but the key must be there
    blank(shape)                        a whole answer that may have no body
"""

from __future__ import annotations

from collections.abc import Iterable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

Shape: TypeAlias = "Any"
#: a JSON object of the API
Json: TypeAlias = "dict[str, Any]"

_NAMES = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "true or false",
    dict: "an object",
    list: "a list",
}
#: one above Go's largest integer
_LARGEST = 2**64


class opt:
    """See the module."""

    __slots__ = ("shape",)

    def __init__(self, shape: Shape) -> None:
        self.shape = shape


class given(opt):
    """See the module."""

    __slots__ = ()


class blank:
    """See the module."""

    __slots__ = ("shape",)

    def __init__(self, shape: Shape) -> None:
        self.shape = shape


def problem(value: Any, shape: Shape, where: str = "") -> str:
    """The first mismatch: "State.Running: expected true or false, got a string"; "" for none."""
    if isinstance(shape, opt):
        return "" if value is None else problem(value, shape.shape, where)
    if isinstance(shape, blank):
        return problem(value, shape.shape, where)
    kind = shape if type(shape) is type else type(shape)
    if type(value) is not kind and not (kind is float and type(value) is int):
        return f"{where and where + ': '}expected {_NAMES[kind]}, got {_name(value)}"
    if type(value) is int and not -_LARGEST < value < _LARGEST:
        return f"{where and where + ': '}a number out of range"
    return _problem_within(value, shape, where)


def _problem_within(value: Any, shape: Shape, where: str) -> str:
    if type(shape) is list:
        return (
            _first(shape[0], ((f"[{i}]", item) for i, item in enumerate(value)), where)
            if _wrong(shape[0], value)
            else ""
        )
    if type(shape) is dict and str in shape:
        inner = shape[str]
        return (
            _first(inner, ((f"[{k!r}]", v) for k, v in value.items()), where) if _wrong(inner, value.values()) else ""
        )
    if type(shape) is dict:
        for key, wanted in shape.items():
            entry = value.get(key)
            if type(wanted) is opt:
                wanted = wanted.shape if entry is not None else type(None)
            # nearly all are of plain types, and right: a list may have a hundred thousand of them
            if type(entry) is wanted and wanted is not int:
                continue
            if found := _key_problem(value, key, wanted, where):
                return found
    return ""


def _wrong(shape: Shape, values: Iterable[Any]) -> bool:
    """Is any of the values of another shape? Where it is has to be told only then."""
    return any(problem(value, shape) for value in values)


def _first(shape: Shape, items: Iterable[tuple[str, Any]], where: str) -> str:
    return next(filter(None, (problem(item, shape, where + place) for place, item in items)), "")


def _key_problem(value: dict[str, Any], key: str, shape: Shape, where: str) -> str:
    found = value.get(key)
    if found is None:
        if isinstance(shape, opt) and (key in value or not isinstance(shape, given)):
            return ""
        if key not in value:
            return f"{where and where + ': '}no {key!r}"
    return problem(found, shape, f"{where}.{key}" if where else key)


def _name(value: Any) -> str:
    return "null" if value is None else _NAMES[type(value)]
