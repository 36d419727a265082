"""Times for --since and --until: a duration before now, a date, or seconds since 1970. Pure.

Follows the engine's timestamp.GetTimestamp and Go's time.Parse; ValueErrors have their messages.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo

from pydock.go.strconv import SECOND, parse_duration, parse_int, quote

#: element of a Go layout -> (pattern, what it sets, least and greatest value)
_ELEMENTS: dict[str, tuple[str, str, int, int]] = {
    "2006": (r"\d{4}", "year", 0, 9999), "01": (r"\d{2}", "month", 1, 12), "02": (r"\d{2}", "day", 1, 31), "15": (r"\d{1,2}", "hour", 0, 23),
    "04": (r"\d{2}", "minute", 0, 59), "05": (r"\d{2}", "second", 0, 59), ".999999999": (r"(?:[.,]\d+)?", "fraction", 0, 0),
    "Z07:00": (r"Z|[+-]\d\d:\d\d", "zone", 0, 0),
}  # fmt: skip
_LAYOUT = re.compile(r"2006|01|02|15|04|05|\.999999999|Z07:00|.", re.S)


def timestamp(text: str, now: float, zone: tzinfo | None = None) -> str:
    """The time for the engine: seconds, with a fraction for dates. now: seconds since 1970; zone: of dates that name
    none, the local one by default."""
    if text != "0":
        try:
            return str(int((now * SECOND - parse_duration(text)) // SECOND))
        except ValueError:
            pass
    layout = layout_of(text)
    try:
        moment, nanos = parse(layout, text, now, zone)
    except ValueError:
        if "-" in text:
            raise
        seconds, dot, fraction = text.partition(".")
        try:
            parse_int(seconds, base=10)
            parse_int(fraction if dot else "0", base=10)
        except ValueError:
            raise ValueError(f"failed to parse value as time or duration: {quote(text)}") from None
        return text
    return f"{int(moment.timestamp())}.{nanos:09d}"


def layout_of(text: str) -> str:
    """The Go layout for a text, by the engine's rules."""
    local = not (re.search("[zZ+]", text) or text.count("-") == 3)
    zone = "" if local else "Z07:00"
    if "." in text:
        return "2006-01-02T15:04:05.999999999" + zone
    if "T" not in text:
        return "2006-01-02" + zone
    colons = text.count(":")
    if not local and not re.search("[zZ]", text) and colons:
        colons -= 1
    return "2006-01-02T15" + (":04" if colons else "") + (":05" if colons > 1 else "") + zone


def parse(layout: str, text: str, now: float, zone: tzinfo | None = None) -> tuple[datetime, int]:
    """(time, nanoseconds); zone: of a text that names none, the local one by default."""
    rest, found = text, {"zone": "", "fraction": "", "hour": "0", "minute": "0", "second": "0"}
    for element in _LAYOUT.findall(layout):
        pattern, name, low, high = _ELEMENTS.get(element, (re.escape(element), "", 0, 0))
        match = re.match(pattern, rest)
        if not match:
            raise ValueError(
                f"parsing time {quote(text)} as {quote(layout)}: cannot parse {quote(rest)} as {quote(element)}"
            )
        rest = rest[match.end() :]
        found[name] = match[0]
        if high and not low <= int(match[0]) <= high:
            raise ValueError(f"parsing time {quote(text)}: {name} out of range")
    if rest:
        raise ValueError(f"parsing time {quote(text)}: extra text: {quote(rest)}")
    nanos = int((found["fraction"][1:] or "0").ljust(9, "0")[:9])
    numbers = [int(found[n]) for n in ("year", "month", "day", "hour", "minute", "second")]
    try:
        return datetime(*numbers, tzinfo=zone if zone and not found["zone"] else _zone(found["zone"], now)), nanos  # type: ignore[arg-type, misc]
    except ValueError:
        raise ValueError(f"parsing time {quote(text)}: day out of range") from None


def _zone(text: str, now: float) -> tzinfo | None:
    if not text:
        return datetime.fromtimestamp(now).astimezone().tzinfo
    if text == "Z":
        return timezone.utc
    return timezone((-1 if text[0] == "-" else 1) * timedelta(hours=int(text[1:3]), minutes=int(text[4:])))
