"""Times as docker's lists print them. Pure, except for the local time zone."""

from __future__ import annotations

import time

from pydock.go.strconv import parse_rfc3339, within_years
from pydock.render.human import duration


def utc_text(seconds: float) -> str:
    """A local time like Go's time.Time.String: "2024-01-02 03:04:05 +0000 UTC"."""
    local = time.localtime(within_years(seconds))
    return f"{local.tm_year:04}{time.strftime('-%m-%d %H:%M:%S %z %Z', local)}"


def local_seconds(seconds: float) -> str:
    """A local time in RFC 3339: "2024-01-02T03:04:05+01:00"."""
    local = time.localtime(within_years(seconds))
    zone = time.strftime("%z", local)[:5]
    return f"{local.tm_year:04}{time.strftime('-%m-%dT%H:%M:%S', local)}{'Z' if zone == '+0000' else f'{zone[:3]}:{zone[3:]}'}"


def local_nanoseconds(nanoseconds: int) -> str:
    """A local time with nanoseconds: "2024-01-02T03:04:05.000000678+01:00"."""
    whole, fraction = divmod(nanoseconds, 10**9)
    text = local_seconds(whole)
    zone = "Z" if text.endswith("Z") else text[-len("+01:00") :]
    return f"{text.removesuffix(zone)}.{fraction:09d}{zone}"


def moment(seconds: float | None) -> str | None:
    """Seconds since 1970 for --json: "2024-01-02T03:04:05Z"; None where there are none."""
    if not seconds or seconds < 0:
        return None
    utc = time.gmtime(within_years(seconds))
    return f"{utc.tm_year:04}{time.strftime('-%m-%dT%H:%M:%SZ', utc)}"


def utc_nanoseconds(nanoseconds: int) -> str:
    """A time for --json: "2024-01-02T03:04:05.000000678Z"."""
    whole, fraction = divmod(nanoseconds, 10**9)
    return f"{(moment(whole) or '1970-01-01T00:00:00Z')[:-1]}.{fraction:09d}Z"


def moment_of(text: str | None) -> str | None:
    """An engine's time for --json: in UTC, its fraction as it is; None for none, and for Go's zero time."""
    if not text or text.startswith("0001-01-01T00:00:00"):
        return None
    if text.endswith("Z"):
        return text
    whole, _, rest = text.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    found = moment(parse_rfc3339(whole + rest[len(digits) :]))
    # what is no time is left as it is
    return text if found is None else f"{found[:-1]}.{digits}Z" if digits else found


#: Go's longest span of time, in seconds
_LONGEST = 2**63 / 10**9


def since(text: str, now: float) -> str:
    """The span of time since a moment: "3 hours"; without a moment the longest that Go has."""
    return duration(min(now - parse_rfc3339(text or "0001-01-01T00:00:00Z"), _LONGEST))


def build_time(text: str) -> str:
    """An engine's build time in `version`: "Tue Sep 15 11:02:57 2026"; other texts are unchanged."""
    from datetime import datetime

    try:
        moment = datetime.fromisoformat(text.partition(".")[0].removesuffix("Z"))
    except ValueError:
        return text
    return moment.strftime("%a %b %e %H:%M:%S %Y")
