"""What a plain YAML scalar means, by the rules of Go's yaml.v3: a mix of YAML 1.1 and 1.2. Pure."""

from __future__ import annotations

import base64
import re
from typing import Any

from pydock.go.kinds import Time
from pydock.go.strconv import parse_float, parse_int, parse_uint

LONG = "tag:yaml.org,2002:"
NULL, BOOL, STR, INT, FLOAT, TIMESTAMP, BINARY, MERGE = (
    "!!null", "!!bool", "!!str", "!!int", "!!float", "!!timestamp", "!!binary", "!!merge",
)  # fmt: skip

#: a tag, and the value
Resolved = tuple[str, Any]
_WORDS: dict[str, Resolved] = {
    **dict.fromkeys(("true", "True", "TRUE"), (BOOL, True)),
    **dict.fromkeys(("false", "False", "FALSE"), (BOOL, False)),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), (NULL, None)),
    **{word: (FLOAT, float("nan")) for word in (".nan", ".NaN", ".NAN")},
    **{sign + word: (FLOAT, float("inf")) for sign in ("", "+") for word in (".inf", ".Inf", ".INF")},
    **{word: (FLOAT, float("-inf")) for word in ("-.inf", "-.Inf", "-.INF")},
}
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_CLOCK = r"(?P<{0}hour>\d\d?):(?P<{0}minute>\d\d?):(?P<{0}second>\d\d?)(?P<{0}fraction>[.,]\d+)?"
_TIMESTAMP = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)"
    rf"(?:[Tt]{_CLOCK.format('')}(?P<zone>Z|[+-]\d\d:\d\d)| +{_CLOCK.format('s_')})?",
    re.ASCII,
)
#: numbers in base 60, as YAML 1.1 has them; they are quoted when written
BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?", re.ASCII)
#: booleans of YAML 1.1 that are strings here; they are quoted when written
OLD_BOOLEANS = frozenset("y Y yes Yes YES on On ON n N no No NO off Off OFF".split())


def short(tag: str) -> str:
    """ "tag:yaml.org,2002:int" -> "!!int"."""
    return "!!" + tag[len(LONG) :] if tag.startswith(LONG) else tag


def resolve(tag: str, text: str) -> Resolved:
    """(tag, value) of a scalar with an explicit tag, or "". Raises ValueError for a text that is not of the tag."""
    if tag not in ("", STR, BOOL, INT, FLOAT, NULL, TIMESTAMP):
        return tag, text
    found, value = _plain(text, timestamps=tag in ("", TIMESTAMP)) if tag != STR else (STR, text)
    if tag == FLOAT and isinstance(value, int) and found == INT and value < 1 << 63:
        return FLOAT, float(value)
    if tag not in ("", found, STR):
        raise ValueError(f"cannot decode {found} `{text}` as a {tag}")
    return found, value


def _plain(text: str, timestamps: bool) -> Resolved:
    first = text[:1]
    if first == "" or first in "+-.0123456789yYnNtTfFoO~":
        if text in _WORDS:
            return _WORDS[text]
        if first == ".":
            number = _float(text)
        else:
            number = _number(text, timestamps) if first and first in "+-0123456789" else None
        if number is not None:
            return number
    return STR, text


def _float(text: str) -> Resolved | None:
    try:
        return FLOAT, parse_float(text)
    except ValueError:
        return None


def _number(text: str, timestamps: bool) -> Resolved | None:
    if timestamps and (moment := timestamp(text)):
        return TIMESTAMP, moment
    plain = text.replace("_", "")
    for parse in (parse_int, parse_uint):
        try:
            return INT, parse(plain)
        except ValueError:
            pass
    return _float(plain) if _FLOAT.fullmatch(plain) else None


def timestamp(text: str) -> Time | None:
    """A date, or a date and a time, in RFC 3339 with nanoseconds; None if it is neither."""
    match = _TIMESTAMP.fullmatch(text)
    if not match:
        return None
    found = match.groupdict()
    year, month, day = (int(found[part]) for part in ("year", "month", "day"))
    hour, minute, second = (int(found[p] or found[f"s_{p}"] or 0) for p in ("hour", "minute", "second"))
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not (1 <= month <= 12 and 1 <= day <= days[month - 1] and hour < 24 and minute < 60 and second < 60):
        return None
    zone = found["zone"] or "Z"
    if zone != "Z" and not (int(zone[1:3]) <= 24 and int(zone[4:]) < 60):
        return None
    zone = "Z" if zone[1:] == "00:00" else zone
    nanos = (found["fraction"] or found["s_fraction"] or ".0")[1:10].rstrip("0")
    clock = f"{hour:02d}:{minute:02d}:{second:02d}{'.' * bool(nanos)}{nanos}"
    return Time(f"{year:04d}-{month:02d}-{day:02d}T{clock}{zone}")


def binary(text: str) -> str:
    """The text of a !!binary scalar. Raises ValueError."""
    try:
        data = base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except ValueError:
        raise ValueError("!!binary value contains invalid base64 data") from None
    return data.decode("utf-8", "surrogateescape")
