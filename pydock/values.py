"""Frozen values: dataclasses to readers and type checkers, without the code that dataclasses generate.

A dozen real dataclasses cost a short command as much time as the interpreter's start, and `run` has more than a hundred
fields; these are built from a table of defaults instead. They compare, print and replace by value.
"""

from __future__ import annotations

from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from typing_extensions import dataclass_transform as dataclass_transform

    T = TypeVar("T")
else:

    def dataclass_transform(**_: Any) -> Callable[[Any], Any]:
        return lambda x: x


_REQUIRED: Any = object()


class Factory:
    """A default that is computed for each value."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make


def made(*, default_factory: Callable[[], Any]) -> Any:
    """As dataclasses.field(default_factory=…)."""
    return Factory(default_factory)


def _init(self: Any, *args: Any, **values: Any) -> None:
    fields: dict[str, Any] = self.__record_fields__
    if len(args) > len(fields):
        raise TypeError(f"{type(self).__name__} takes {len(fields)} values, not {len(args)}")
    given = dict(zip(fields, args))
    if values.keys() - fields.keys() or values.keys() & given.keys():
        raise TypeError(
            f"{type(self).__name__}: unexpected {sorted(values.keys() - fields.keys() or values.keys() & given.keys())}"
        )
    state = {**fields, **given, **values}
    for name, value in state.items():
        if value is _REQUIRED:
            raise TypeError(f"{type(self).__name__} needs {name}")
        if type(value) is Factory:
            state[name] = value.make()
    self.__dict__.update(state)


def _refuse(self: Any, name: str, value: Any = None) -> None:
    raise AttributeError(f"{type(self).__name__} is frozen: {name}")


def _equal(self: Any, other: Any) -> Any:
    return self.__dict__ == other.__dict__ if type(self) is type(other) else NotImplemented


def _hash(self: Any) -> int:
    return hash((type(self), *(repr(v) for v in self.__dict__.values())))


def _show(self: Any) -> str:
    changed = {
        n: v
        for n, v in self.__dict__.items()
        if v != self.__record_fields__[n] or type(v) is not type(self.__record_fields__[n])
    }
    return f"{type(self).__name__}({', '.join(f'{n}={v!r}' for n, v in changed.items())})"


def freeze(cls: type[T]) -> type[T]:
    """Make a class of annotated fields a frozen value; inherited fields come first."""
    fields: dict[str, Any] = {}
    for base in reversed(cls.__mro__[1:]):
        fields |= base.__dict__.get("__record_fields__", {})
    annotations = cls.__dict__.get("__annotations__") or getattr(cls, "__annotations__", {})  # noqa: RUF063 (inspect is dear)
    for name, annotation in annotations.items():
        if "ClassVar" not in str(annotation):
            fields[name] = cls.__dict__.get(name, _REQUIRED)
    for name, method in (
        ("__init__", _init),
        ("__setattr__", _refuse),
        ("__delattr__", _refuse),
        ("__eq__", _equal),
        ("__hash__", _hash),
        ("__repr__", _show),
    ):
        setattr(cls, name, method)
    cls.__record_fields__ = fields  # type: ignore[attr-defined]
    return cls


@dataclass_transform(frozen_default=True, field_specifiers=(made,))
def record(cls: type[T]) -> type[T]:
    """A frozen value class."""
    return freeze(cls)


def replace(value: T, **changes: Any) -> T:
    """A copy of the value with some fields changed."""
    return type(value)(**{**value.__dict__, **changes})
