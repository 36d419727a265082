"""What a file says as values of the types of `types`: only what is set, texts and numbers as Go has them. Pure.

Follows mapstructure, through which docker reads compose files; what the schemas let pass and the types do not is refused in
its words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pydock.compose.types import Type
from pydock.go.kinds import Time, shown_type
from pydock.go.printing import go_print
from pydock.go.strconv import truncated


class Undecodable(ValueError):
    """Some values have the wrong type; the message has a line for each."""


def decode(kind: Type, data: Any) -> Any:
    """A value of a type. Raises ValueError with docker's message."""
    try:
        return _value(kind, data, "")
    except Undecodable as error:
        raise ValueError(f"decoding failed due to the following error(s):\n\n{error}") from None


def _value(kind: Type, data: Any, name: str) -> Any:
    if data is None:
        return kind.zero()
    if kind.rule:
        try:
            data = kind.rule(data)
        except ValueError as error:
            raise ValueError(f"error decoding '{name}': {error}") from None
    return _DECODERS[kind.kind](kind, data, name)


@contextmanager
def _noting(problems: list[str]) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        problems.append(str(error))


def _raise(problems: list[str]) -> None:
    if problems:
        raise Undecodable("\n".join(problems))


def _struct(kind: Type, data: Any, name: str) -> Any:
    if not isinstance(data, dict):
        raise ValueError(f"'{name}' expected a map, got '{_go_kind(data)}'")
    out, problems = {}, list[str]()
    for key, field in (kind.fields or {}).items():
        if data.get(key) is not None:
            with _noting(problems):
                shown = _field_name(key)
                out[key] = _value(field, data[key], f"{name}.{shown}" if name else shown)
    _raise(problems)
    return out


#: fields that docker's errors call as the file does
_OWN_NAMES = frozenset("cpus domainname isolation memory nocopy pids subpath tty x-cluster-spec".split())
_GO_NAMES = {"dns": "DNS", "gid": "GID", "healthcheck": "HealthCheck", "uid": "UID"}


def _field_name(key: str) -> str:
    """A field's name in docker's errors: that of its Go field, unless it has a tag."""
    return key if "_" in key or key in _OWN_NAMES else _GO_NAMES.get(key, key.capitalize())


def _map(kind: Type, data: Any, name: str) -> Any:
    if not isinstance(data, dict):
        raise ValueError(f"'{name}' expected a map, got '{_go_kind(data)}'")
    out, problems = {}, list[str]()
    for key, value in data.items():
        with _noting(problems):
            out[key] = _value(kind.element, value, f"{name}[{key}]")
    _raise(problems)
    return out


def _list(kind: Type, data: Any, name: str) -> Any:
    if not isinstance(data, list):
        raise ValueError(f"'{name}': source data must be an array or slice, got {_go_kind(data)}")
    out, problems = list[Any](), list[str]()
    for i, value in enumerate(data):
        with _noting(problems):
            out.append(_value(kind.element, value, f"{name}[{i}]"))
    _raise(problems)
    return out


def _go_kind(value: Any) -> str:
    """Go's reflect.Kind."""
    if isinstance(value, (list, dict)):
        return "slice" if isinstance(value, list) else "map"
    return "struct" if isinstance(value, Time) else shown_type(value)


def _unconvertible(kind: Type, data: Any, name: str) -> ValueError:
    given = "uint64" if isinstance(data, int) and data >= 1 << 63 else shown_type(data)
    if isinstance(data, list):
        given = "[]interface {}"
    return ValueError(
        f"'{name}' expected type '{kind.go.lstrip('*')}', got unconvertible type '{given}', value: '{go_print(data)}'"
    )


def _string(kind: Type, data: Any, name: str) -> str:
    if not isinstance(data, str) or isinstance(data, Time):
        raise _unconvertible(kind, data, name)
    return data


def _bool(kind: Type, data: Any, name: str) -> bool:
    if not isinstance(data, bool):
        raise _unconvertible(kind, data, name)
    return data


def _number(kind: Type, data: Any, name: str) -> int | float:
    if isinstance(data, bool) or not isinstance(data, (int, float)):
        raise _unconvertible(kind, data, name)
    return data


def _int(kind: Type, data: Any, name: str) -> int:
    number = _number(kind, data, name)
    whole = truncated(number) if isinstance(number, float) else number
    # Go's conversion keeps the lowest 64 bits
    return whole - (1 << 64) if whole >= 1 << 63 else whole


def _uint(kind: Type, data: Any, name: str) -> int:
    number = _number(kind, data, name)
    if number < 0:
        shown = f"{number:f}" if isinstance(number, float) else number
        raise ValueError(f"cannot parse '{name}', {shown} overflows uint")
    # a float that is too large becomes what amd64 makes of it
    whole = int(number) if number < 1 << 64 else 1 << 63
    return whole % (1 << (32 if kind.go.endswith("32") else 64))


def _float(kind: Type, data: Any, name: str) -> float:
    return float(_number(kind, data, name))


_DECODERS: dict[str, Callable[[Type, Any, str], Any]] = {
    "struct": _struct, "map": _map, "list": _list, "string": _string, "bool": _bool, "int": _int, "uint": _uint, "float": _float,
    "any": lambda kind, data, name: data,
}  # fmt: skip
