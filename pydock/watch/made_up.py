"""Answers to requests that are not sent: of the promised shape, with placeholders for what only the engine knows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydock.shape import Shape, blank, opt

#: the text of a message of progress: a stream that tells nothing would be a failure
NOTHING = "not sent"

#: a field of an answer that names the object -> its value, or ""
Naming = Callable[[str], str]


def value(shape: Shape, name: Naming) -> Any:
    """JSON of the shape. name: gives the values of fields that identify the object."""
    if isinstance(shape, (opt, blank)):
        return None
    if isinstance(shape, dict) and str not in shape:
        return _object(shape, name)
    if shape is str:
        return name("Id")
    kind = shape if isinstance(shape, type) else type(shape)
    return kind()


def _object(shape: Mapping[Any, Shape], name: Naming) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, inner in shape.items():
        if inner is str:
            out[key] = name(key)
        elif not isinstance(inner, opt):
            out[key] = value(inner, name)
        elif type(inner) is not opt:
            out[key] = None
    return out or next(
        ({key: NOTHING} for key, inner in shape.items() if isinstance(inner, opt) and inner.shape is str), {}
    )
