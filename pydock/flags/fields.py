"""Fields of a request, KEY=VALUE, as a tree: `a[b]=c` is {"a": {"b": "c"}}, `a[]=x` {"a": ["x"]}. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

#: a field's path ("" for an item of a list), and its value's text
Field = tuple[tuple[str, ...], str]

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None}


def field(text: str) -> Field:
    """Raises ValueError."""
    key, equals, value = text.partition("=")
    # a value may have "=" in it, and a key within brackets, too: "labels[a=b]=c"
    if "[" in key and "]" not in key and "]" in value:
        inner, _, rest = value.partition("]")
        more, equals, value = rest.partition("=")
        key = f"{key}={inner}]{more}"
    found = _KEY.fullmatch(key)
    if not equals or not found:
        raise ValueError("must be KEY=VALUE, where KEY is like a, a[b] or a[]")
    return (found[1], *re.findall(r"\[([^\[\]]*)\]", found[2])), value


def header(text: str) -> tuple[str, str]:
    """ "Name: value". Raises ValueError."""
    name, colon, value = text.partition(":")
    if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
        raise ValueError('must be "Name: value"')
    return name, value.strip()


def parameter(text: str) -> tuple[str, str]:
    """KEY=VALUE. Raises ValueError."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise ValueError("must be KEY=VALUE")
    return key, value


def typed(text: str, read: Callable[[str], str]) -> Any:
    """The value that a text stands for: JSON's words, numbers, lists and objects as such, @FILE as what a file has, and
    all else as a string. Raises ValueError, and what `read` raises."""
    if text in _WORDS:
        return _WORDS[text]
    if text.startswith("@"):
        return read(text[1:])
    if not _NUMBER.fullmatch(text) and text[:1] not in ("{", "["):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"{text[:40]} is not JSON; -f sends it as a string") from None


def tree(fields: Iterable[tuple[tuple[str, ...], Any]]) -> dict[str, Any]:
    """The fields as one object. Raises ValueError where two of them have one place."""
    root: dict[str, Any] = {}
    for path, value in fields:
        try:
            _put(root, path, value)
        except (TypeError, KeyError):
            raise ValueError(f"{shown(path)} is given twice, as different things") from None
    return root


def shown(path: tuple[str, ...]) -> str:
    return path[0] + "".join(f"[{part}]" for part in path[1:])


def _put(into: Any, path: tuple[str, ...], value: Any) -> None:
    """Raises TypeError, KeyError where it does not fit."""
    first, rest = path[0], path[1:]
    if isinstance(into, list):
        if first:
            raise TypeError
        if rest and into and not _is_taken(into[-1], rest):
            _put(into[-1], rest, value)
        else:
            into.append(_made(rest, value))
        return
    if first not in into:
        if not first:
            raise TypeError
        into[first] = _made(rest, value)
    elif rest:
        _put(into[first], rest, value)
    else:
        raise KeyError


def _made(path: tuple[str, ...], value: Any) -> Any:
    """What is at a place that nothing has been put into yet."""
    for part in reversed(path):
        value = {part: value} if part else [value]
    return value


def _is_taken(there: Any, path: tuple[str, ...]) -> bool:
    """Is it to be a new item of the list, as the last one has this field already?"""
    if isinstance(there, list):
        return bool(path[0])
    if not isinstance(there, dict):
        return True
    first, rest = path[0], path[1:]
    return first in there and (not rest or _is_taken(there[first], rest))


def query_of(values: dict[str, Any]) -> dict[str, str | list[str]]:
    """The fields as parameters: lists are repeated, objects JSON (filters)."""
    return {
        key: [_text(v) for v in value] if isinstance(value, list) else _text(value) for key, value in values.items()
    }


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
