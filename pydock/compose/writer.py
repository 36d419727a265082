"""YAML as Go's yaml.v3 writes it, with an indentation of two: order of keys, quotes, escapes. Pure."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from functools import cmp_to_key
from typing import Any

from pydock.compose.scalars import BASE_60, OLD_BOOLEANS, STR, resolve
from pydock.go.kinds import Time
from pydock.go.printing import go_float

_ESCAPES = {
    "\0": "0", "\x07": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e", '"': '"', "\\": "\\",
    "\x85": "N", "\xa0": "_", "\u2028": "L", "\u2029": "P",
}  # fmt: skip
_BREAKS = "\r\n\x85\u2028\u2029"
_BLANKS = " \t"
#: the longest key, in bytes, that is written before its colon alone
_LONGEST_KEY = 128


class Ordered(dict[str, Any]):
    """A mapping that is written in its own order, as Go's structs; others are sorted."""


def dump(value: Any) -> str:
    """The document."""
    return "\n".join(_lines(value, 0)) + "\n"


def _lines(value: Any, indent: int) -> Iterator[str]:
    """The lines of a value; the first one without its indentation."""
    if isinstance(value, dict) and value:
        for i, (key, one) in enumerate(_entries(value)):
            yield from _shifted(_pair(key, one, indent), " " * indent if i else "")
    elif isinstance(value, list) and value:
        for i, one in enumerate(value):
            yield from _shifted(_behind("- ", one, indent), " " * indent if i else "")
    else:
        yield from _scalar_lines(value, indent, key=False)


def _shifted(lines: Iterator[str], start: str) -> Iterator[str]:
    yield start + next(lines)
    yield from lines


def _behind(mark: str, value: Any, indent: int) -> Iterator[str]:
    """A value on the line of its mark ("- ", "? ", ": ")."""
    return _shifted(_lines(value, indent + 2), mark)


def _pair(key: Any, value: Any, indent: int) -> Iterator[str]:
    text = key if isinstance(key, str) else ""
    if len(text.encode("utf-8", "surrogateescape")) > _LONGEST_KEY or any(c in text for c in _BREAKS):
        yield from _behind("? ", key, indent)
        yield from _shifted(_behind(": ", value, indent), " " * indent)
        return
    name = next(_scalar_lines(key, indent, key=True))
    if isinstance(value, (dict, list)) and value:
        yield f"{name}:"
        yield from _shifted(_lines(value, indent + 2), " " * (indent + 2))
    else:
        yield from _shifted(_scalar_lines(value, indent + 2, key=False), f"{name}: ")


def _scalar_lines(value: Any, indent: int, key: bool) -> Iterator[str]:
    if isinstance(value, str) and not isinstance(value, Time):
        yield from _string(value, indent, key)
    else:
        yield _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return {"+Inf": ".inf", "-Inf": "-.inf", "NaN": ".nan"}.get(text := go_float(value), text)
    return "[]" if isinstance(value, list) else "{}" if isinstance(value, dict) else str(value)


# -- strings ---------------------------------------------------------------------------------------


def _string(text: str, indent: int, key: bool) -> Iterator[str]:
    try:
        text.encode()
    except UnicodeEncodeError:
        # bytes that are not text
        data = base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()
        yield f"!!binary {data}"
        return
    facts = _Facts(text)
    if "\n" in text:
        if facts.block and not key:
            yield from _literal(text, indent)
        else:
            yield _double(text)
    elif resolve("", text)[0] != STR or BASE_60.fullmatch(text) or text in OLD_BOOLEANS:
        yield _double(text)
    elif facts.plain:
        yield text
    elif facts.single:
        yield "'" + text.replace("'", "''") + "'"
    else:
        yield _double(text)


class _Facts:
    """Which styles a text may be written in: plain, in single quotes, as a block."""

    def __init__(self, text: str) -> None:
        special = any(not _printable(c) for c in text if c != "\t")
        broken_space = re.search(f"[{_BREAKS}] ", text) is not None
        space_break = re.search(f" [{_BREAKS}]", text) is not None
        self.single = not (special or "\t" in text or broken_space or space_break)
        self.block = not (special or space_break or text.endswith(" "))
        edges = any(text[at] in " " + _BREAKS for at in (0, -1)) if text else False
        self.plain = self.single and not edges and not any(c in text for c in _BREAKS) and not _indicates(text)


def _indicates(text: str) -> bool:
    """Has a text what means something in YAML outside quotes?"""
    if text.startswith(("---", "...")) or text[:1] in "#,[]{}&*!|>'\"%@`" or re.match(r"[?:-](?:[ \t]|$)", text):
        return True
    return re.search(r":(?:[ \t]|$)|[ \t\r\n\x85\u2028\u2029]#", text) is not None


def _printable(char: str) -> bool:
    """As yaml.v3 decides it: no character outside the basic plane is."""
    code = ord(char)
    return (
        code == 0x0A
        or 0x20 <= code <= 0x7E
        or (0xA0 <= code <= 0xFFFD and code != 0xFEFF and not 0xD800 <= code < 0xE000)
    )


def _double(text: str) -> str:
    return '"' + "".join(_escaped(c) for c in text) + '"'


def _escaped(char: str) -> str:
    if _printable(char) and char not in _BREAKS and char not in '"\\':
        return char
    if char in _ESCAPES:
        return "\\" + _ESCAPES[char]
    code = ord(char)
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _literal(text: str, indent: int) -> Iterator[str]:
    hint = "2" if text[0] in " " + _BREAKS else ""
    chomp = "-" if text[-1] not in _BREAKS else "+" if text in _BREAKS or text[-2] in _BREAKS else ""
    yield f"|{hint}{chomp}"
    # a break at the beginning ends this first line: yaml.v3 loses it
    for line in text.removeprefix("\n").removesuffix("\n").split("\n") if text != "\n" else ():
        yield " " * indent + line if line else ""


# -- the order of keys -----------------------------------------------------------------------------


def _entries(value: dict[Any, Any]) -> list[tuple[Any, Any]]:
    return list(value.items()) if isinstance(value, Ordered) else [(k, value[k]) for k in sorted_keys(value)]


def sorted_keys(keys: Iterable[str]) -> list[str]:
    """In the order of yaml.v3: letters behind other characters, numbers by their value."""
    return sorted(keys, key=cmp_to_key(_compare))


def _compare(a: str, b: str) -> int:
    return -1 if _less(a, b) else 1 if _less(b, a) else 0


def _less(a: str, b: str) -> bool:
    digits = False
    for i, (x, y) in enumerate(zip(a, b)):
        if x == y:
            digits = x.isdigit()
        elif x.isalpha() and y.isalpha():
            return x < y
        elif x.isalpha() or y.isalpha():
            return x.isalpha() if digits else y.isalpha()
        else:
            return _less_digits(a, b, i)
    return len(a) < len(b)


def _less_digits(a: str, b: str, i: int) -> bool:
    """Two texts that differ first at i, where neither has a letter."""
    start = 0
    if "0" in (a[i], b[i]):
        before = re.search(r"\d*$", a[:i])
        start = 1 if before and before[0].strip("0") else 0
    runs = [re.match(r"\d*", text[i:])[0] for text in (a, b)]  # type: ignore[index]
    numbers = [int(f"{start}{run}") if start else int(run or 0) for run in runs]
    if numbers[0] != numbers[1]:
        return numbers[0] < numbers[1]
    if len(runs[0]) != len(runs[1]):
        return len(runs[0]) < len(runs[1])
    return a[i] < b[i]
