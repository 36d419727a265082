"""Human-readable numbers, sizes and times (docker's go-units). Pure."""

from __future__ import annotations

_BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
_DECIMAL = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"]


def significant(value: float, digits: int) -> str:
    """Go's %.Ng."""
    return f"{value:.{digits}g}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """ "1 file", "2 files"."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def size(count: float, digits: int = 4) -> str:
    """1234567 -> "1.235MB" (powers of 1000)."""
    return _scaled(count, 1000.0, _DECIMAL, digits)


def _scaled(count: float, base: float, units: list[str], digits: int) -> str:
    i = 0
    while count >= base and i < len(units) - 1:
        count /= base
        i += 1
    return significant(count, digits) + units[i]


def duration(seconds: float) -> str:
    """ "About a minute", "3 hours", … of a span of time."""
    whole = int(seconds)
    if whole < 1:
        return "Less than a second"
    if whole == 1:
        return "1 second"
    if whole < 60:
        return f"{whole} seconds"
    minutes = int(seconds / 60)
    if minutes == 1:
        return "About a minute"
    if minutes < 60:
        return f"{minutes} minutes"
    hours = int(seconds / 3600 + 0.5)
    if hours == 1:
        return "About an hour"
    if hours < 48:
        return f"{hours} hours"
    if hours < 24 * 7 * 2:
        return f"{hours // 24} days"
    if hours < 24 * 30 * 2:
        return f"{hours // 24 // 7} weeks"
    if hours < 24 * 365 * 2:
        return f"{hours // 24 // 30} months"
    return f"{int(seconds / 3600) // 24 // 365} years"


def ago(then: float, now: float) -> str:
    return duration(now - then) + " ago"


def ellipsis(text: str, limit: int) -> str:
    """Cut to `limit` columns, the last of them an ellipsis; wide characters count twice."""
    if limit <= 0:
        return ""
    if text.isascii():
        return text if len(text) <= limit else (text[: limit - 1] + "…" if limit > 1 else text[:1])
    if display_width(text) <= limit:
        return text
    if limit == 1:
        return text[0]
    out, width = "", 0
    for char in text:
        width += display_width(char)
        if width > limit - 1:
            break
        out += char
    return out + "…"


def display_width(text: str) -> int:
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def cut(text: str, width: int) -> str:
    """The text, no wider than that many columns."""
    while display_width(text) > width:
        text = text[: min(len(text) - 1, max(width, 0))]
    return text


def beside(title: str, figure: str, width: int) -> str:
    """A title and a figure on one line, of which only the title is cut. width: the terminal's columns, 0 without
    one."""
    if not width or display_width(title) + len(figure) < width:
        return title + figure
    return (cut(title, width - len(figure) - 3).rstrip() + " " + figure).lstrip()


def bytes_size(count: float) -> str:
    """1234567 -> "1.177MiB" (powers of 1024)."""
    return _scaled(count, 1024.0, _BINARY, 4)


def host_port(host: str, port: object) -> str:
    """An address as Go's net.JoinHostPort writes it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def natural(text: str) -> list[tuple[int, int, str]]:
    """A sort key by which "ctx2" comes before "ctx10"."""
    import re

    numbers = ((p, p.lstrip("0")) for p in re.split("([0-9]+)", text) if p)
    return [(0, len(n), n) if p[0] in "0123456789" else (1, 0, p) for p, n in numbers]


def short_id(identifier: str) -> str:
    """The first twelve digits, without the algorithm."""
    return identifier.partition(":")[2][:12] if ":" in identifier else identifier[:12]


def capitalized(text: str | None) -> str:
    """A word of the API for people: "ready" -> "Ready"; a single letter stays small, as in docker."""
    text = text or ""
    return text[:1].upper() + text[1:].lower() if len(text) > 1 else text.lower()
