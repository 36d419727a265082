"""Moments for --since and --until: a duration back from now, a date, or seconds since 1970. Pure.

Follows the engine's timestamp.GetTimestamp; ValueError carries its words.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from pydock.golang import SECOND, parse_duration, quote

_LAYOUT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:T(?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?P<fraction>\.\d+)?)?)?)?(?P<zone>[Zz]|[+-]\d\d:\d\d)?"
)


def timestamp(text: str, now: float) -> str:
    """What the engine takes: seconds, with a fraction for dates. `now` is in seconds since 1970."""
    if text != "0":
        try:
            return str(int((now * SECOND - parse_duration(text)) // SECOND))
        except ValueError:
            pass
    match = _LAYOUT.fullmatch(text)
    if match:
        moment = _moment(match, now)
        if moment is not None:
            nanos = int((match["fraction"] or ".0")[1:].ljust(9, "0")[:9])
            return f"{int(moment.timestamp())}.{nanos:09d}"
    if "-" in text:
        raise ValueError(f"parsing time {quote(text)} as {quote(_wanted(text))}: cannot parse {quote(text)} as a date")
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", text):
        raise ValueError(f"failed to parse value as time or duration: {quote(text)}")
    return text


def _moment(match: re.Match[str], now: float) -> datetime | None:
    zone = match["zone"] or ""
    if zone in ("Z", "z"):
        offset = timezone.utc
    elif zone:
        hours, minutes = int(zone[1:3]), int(zone[4:])
        offset = timezone((-1 if zone[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))
    else:
        offset = datetime.fromtimestamp(now).astimezone().tzinfo  # type: ignore[assignment]
    year, month, day = map(int, match["day"].split("-"))
    try:
        return datetime(year, month, day, int(match["hour"] or 0), int(match["minute"] or 0), int(match["second"] or 0), tzinfo=offset)
    except ValueError:
        return None


def _wanted(text: str) -> str:
    return "2006-01-02T15:04:05" if "T" in text else "2006-01-02"
