"""Parse and format simple values like Go: docker's flags, errors and formats follow Go's rules.

Pure. Every parser raises ValueError with the messages of Go's packages (strconv, time), since docker prints them.
"""

from __future__ import annotations

import re

_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\"}
_TRUE = {"1", "t", "T", "TRUE", "true", "True"}
_FALSE = {"0", "f", "F", "FALSE", "false", "False"}

MICROSECOND = 1_000
MILLISECOND = 1_000_000
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
_UNITS = {
    "ns": 1,
    "us": MICROSECOND,
    "µs": MICROSECOND,
    "μs": MICROSECOND,
    "ms": MILLISECOND,
    "s": SECOND,
    "m": MINUTE,
    "h": HOUR,
}


_LONG = 400
_AMOUNT = r"([0-9]*)(?:(\.)([0-9]*))?"
_UNIT = r"[^.0-9]+"


def quote(text: str, mark: str = '"', ascii_only: bool = False) -> str:
    """A Go string literal, as `%q` prints it (strconv.Quote; `%+q` with ascii_only).

    Bytes that are not UTF-8 must be surrogate escapes, as Python decodes arguments.
    """
    if text.isascii() and text.isprintable() and mark not in text and "\\" not in text:
        return mark + text + mark
    out = [mark]
    for char in text:
        code = ord(char)
        if char == mark:
            out.append("\\" + mark)
        elif char in _ESCAPES:
            out.append(_ESCAPES[char])
        elif 0xDC80 <= code <= 0xDCFF:
            out.append(f"\\x{code - 0xDC00:02x}")
        elif code < 0x20 or code == 0x7F:
            out.append(f"\\x{code:02x}")
        elif char.isprintable() and (code < 0x80 or not ascii_only):
            out.append(char)
        elif code < 0x10000:
            out.append(f"\\u{code:04x}")
        else:
            out.append(f"\\U{code:08x}")
    return "".join(out) + mark


def parse_bool(text: str) -> bool:
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ValueError(f"strconv.ParseBool: parsing {quote(text)}: invalid syntax")


def is_true(text: str, default: bool = False) -> bool:
    """parse_bool, with `default` for an invalid value."""
    try:
        return parse_bool(text)
    except ValueError:
        return default


def _base_of(text: str) -> tuple[int, str]:
    """(the base that a prefix chooses, the digits after it)."""
    bases = {"0x": 16, "0b": 2, "0o": 8}
    if base := bases.get(text[:2].lower()):
        return base, text[2:]
    return (8, text[1:]) if text.startswith("0") and len(text) > 1 else (10, text)


def _digits(text: str, base: int) -> int | None:
    """The value of an unsigned Go integer, or None. Base 0 supports 0x, 0o, 0b, a leading 0, and underscores."""
    body = text
    if base == 0:
        base, body = _base_of(text)
        if "__" in body or body.endswith("_") or (base == 10 and body.startswith("_")):
            return None
        body = body.replace("_", "")
    if not body or not body.isascii() or not body.isalnum():
        return None
    if len(body) > _LONG:
        # Python limits the number of digits; so long a number is out of range in any case
        if not set(body.lower()) <= set("0123456789abcdefghijklmnopqrstuvwxyz"[:base]):
            return None
        body = body.lstrip("0")[:_LONG] or "0"
    try:
        return int(body, base)
    except ValueError:
        return None


def parse_int(text: str, bits: int = 64, base: int = 0, name: str = "ParseInt") -> int:
    """strconv.ParseInt (base 0: as pflag calls it; Atoi is base 10 with name="Atoi")."""
    sign, body = (-1 if text[:1] == "-" else 1), (text[1:] if text[:1] in ("+", "-") else text)
    value = _digits(body, base)
    if value is None:
        raise ValueError(f"strconv.{name}: parsing {quote(text)}: invalid syntax")
    limit = 1 << (bits - 1)
    if sign * value >= limit or sign * value < -limit:
        raise ValueError(f"strconv.{name}: parsing {quote(text)}: value out of range")
    return sign * value


def parse_uint(text: str, bits: int = 64, base: int = 0) -> int:
    """strconv.ParseUint."""
    value = _digits(text, base)
    if value is None:
        raise ValueError(f"strconv.ParseUint: parsing {quote(text)}: invalid syntax")
    if value >= 1 << bits:
        raise ValueError(f"strconv.ParseUint: parsing {quote(text)}: value out of range")
    return value


def parse_float(text: str) -> float:
    """strconv.ParseFloat for decimal text; underscores are allowed between digits."""
    whole, text = text, re.sub(r"(?<=[0-9])_(?=[0-9])", "", text)
    if re.fullmatch(r"[+-]?(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d+)?", text, re.ASCII):
        value = float(text)
        if value - value:
            raise ValueError(f"strconv.ParseFloat: parsing {quote(whole)}: value out of range")
        return value
    if text.lower().lstrip("+-") in ("inf", "infinity", "nan") and text[1:2] not in ("+", "-"):
        return float(text)
    raise ValueError(f"strconv.ParseFloat: parsing {quote(whole)}: invalid syntax")


def truncated(value: float) -> int:
    """int64(value), as Go converts it on amd64: values out of range become the smallest int64."""
    return int(value) if -(2.0**63) <= value < 2.0**63 else -(1 << 63)


def wrapped(value: int) -> int:
    """big.Int's Int64: a number's lowest 64 bits, signed."""
    low = ((abs(value) + (1 << 63)) % (1 << 64)) - (1 << 63)
    return low if value >= 0 or low == -(1 << 63) else -low


def parse_duration(text: str) -> int:
    """time.ParseDuration, in nanoseconds: "1m30s", "-1.5h", "0"."""
    body = text[1:] if text[:1] in ("+", "-") else text
    if body == "0":
        return 0
    if not body:
        raise ValueError(f"time: invalid duration {quote(text)}")
    total = at = 0
    while at < len(body):
        match = re.compile(_AMOUNT).match(body, at)
        assert match is not None
        if (not match[1] and not match[3]) or len(match[1].lstrip("0")) > 19:
            raise ValueError(f"time: invalid duration {quote(text)}")
        unit = re.compile(_UNIT).match(body, match.end())
        if not unit:
            raise ValueError(f"time: missing unit in duration {quote(text)}")
        if unit[0] not in _UNITS:
            raise ValueError(f"time: unknown unit {quote(unit[0])} in duration {quote(text)}")
        at = unit.end()
        scale, fraction = _UNITS[unit[0]], (match[3] or "")[:18]
        total += int(match[1] or "0") * scale + int(fraction or "0") * scale // 10 ** len(fraction)
        if total > 1 << 63:
            raise ValueError(f"time: invalid duration {quote(text)}")
    value = -total if text[0] == "-" else total
    if value >= 1 << 63:
        raise ValueError(f"time: invalid duration {quote(text)}")
    return value


def format_duration(nanoseconds: int) -> str:
    """time.Duration's String: "1m30s", "1.5s", "0s"."""
    if nanoseconds == 0:
        return "0s"
    sign, rest = ("-" if nanoseconds < 0 else ""), abs(nanoseconds)
    if rest < SECOND:
        for unit, scale in (("ns", 1), ("µs", MICROSECOND), ("ms", MILLISECOND)):
            if rest < scale * 1000:
                return f"{sign}{_decimal(rest, scale)}{unit}"
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    text = _decimal(rest, SECOND) + "s"
    if hours or minutes:
        text = f"{minutes}m{text}"
    return sign + (f"{hours}h{text}" if hours else text)


def _decimal(value: int, scale: int) -> str:
    whole, rest = divmod(value, scale)
    if not rest:
        return str(whole)
    return f"{whole}." + str(rest).rjust(len(str(scale)) - 1, "0").rstrip("0")


#: seconds since 1970 of the years that Python supports in every time zone, 2 to 9998
_FIRST, _LAST = -62_135_596_800, 253_370_764_800


def within_years(seconds: float) -> int:
    """Whole seconds since 1970, limited to supported years: an engine may send anything."""
    return int(min(max(seconds, _FIRST), _LAST))


def parse_rfc3339(text: str) -> float:
    """Seconds since 1970 of "2024-01-02T03:04:05.678Z"; 0 for an invalid time."""
    from datetime import datetime

    head, dot, rest = text.partition(".")
    zone = rest.lstrip("0123456789") if dot else ""
    fraction = float(f"0.{rest[: len(rest) - len(zone)] or 0}") if dot else 0.0
    try:
        return datetime.fromisoformat((head + zone).replace("Z", "+00:00")).timestamp() + fraction
    except (ValueError, OverflowError):
        return 0.0


_QUOTED = r'"([^"]*(?:""[^"]*)*)"(?!")'


def csv_fields(text: str) -> list[str]:
    """The fields of one CSV line, by the rules of Go's encoding/csv."""
    if not text.strip("\r\n"):
        raise ValueError("EOF")
    out, at = [], 0
    while True:
        if text[at : at + 1] == '"':
            match = re.compile(_QUOTED).match(text, at)
            if not match or text[match.end() : match.end() + 1] not in ("", ","):
                column = match.end() if match else len(text) + 1
                raise ValueError(f'parse error on line 1, column {column}: extraneous or missing " in quoted-field')
            out.append(match[1].replace('""', '"'))
            at = match.end()
        else:
            end = text.find(",", at)
            field = text[at:] if end < 0 else text[at:end]
            if '"' in field:
                raise ValueError(
                    f'parse error on line 1, column {at + field.index(chr(34)) + 1}: bare " in non-quoted-field'
                )
            out.append(field)
            at += len(field)
        if at >= len(text):
            return out
        at += 1


# -- net/url ---------------------------------------------------------------------------------------

#: valid characters of a host besides letters and digits
_IN_HOSTS = "-_.~!$&'()*+,;=:[]<>\""
_IN_USERS = "-._:~!$&'()*+,;=%@"


def check_url(text: str) -> None:
    """Raises ValueError if url.Parse refuses the URL."""
    text = text.partition("#")[0]
    try:
        _check_url(text)
    except ValueError as error:
        raise ValueError(f"parse {quote(text)}: {error}") from None


def _check_url(text: str) -> None:
    if any(c < " " or c == "\x7f" for c in text):
        raise ValueError("net/url: invalid control character in URL")
    if text.startswith(":"):
        raise ValueError("missing protocol scheme")
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text)
    rest = text[scheme.end() if scheme else 0 :].partition("?")[0]
    if not rest.startswith("/"):
        if not scheme and ":" in rest.partition("/")[0]:
            raise ValueError("first path segment in URL cannot contain colon")
        return
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, _, rest = rest[2:].partition("/")
        user, _, host = authority.rpartition("@")
        _check_host(host)
        if any(not (c.isascii() and c.isalnum()) and c not in _IN_USERS for c in user):
            raise ValueError("net/url: invalid userinfo")
        check_escapes(user)
    check_escapes(rest)


def _check_host(host: str) -> None:
    if host.startswith("["):
        _, closed, port = host.rpartition("]")
        if not closed:
            raise ValueError("missing ']' in host")
    else:
        _, colon, port = host.rpartition(":")
        port = colon + port if colon else ""
    if port and not re.fullmatch(r":[0-9]*", port):
        raise ValueError(f"invalid port {quote(port)} after host")
    check_escapes(host)
    for bad in host:
        if bad.isascii() and not bad.isalnum() and bad not in _IN_HOSTS:
            raise ValueError(
                f"invalid URL escape {quote(host[host.index(bad) :][:3])}"
                if bad == "%"
                else f"invalid character {quote(bad)} in host name"
            )


def check_escapes(text: str) -> None:
    """Raises ValueError for a "%" that is not the beginning of an escape."""
    for at, char in enumerate(text):
        if char == "%" and not re.match(r"%[0-9A-Fa-f]{2}", text[at:]):
            raise ValueError(f"invalid URL escape {quote(text[at : at + 3])}")


_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")


def base64_problem(text: str) -> str:
    """encoding/base64's error for a text, or ""; line breaks are ignored."""
    # positions are in bytes, as in Go
    data = [(chr(byte), at) for at, byte in enumerate(text.encode("utf-8", "surrogateescape")) if byte not in b"\r\n"]
    whole = len(data) % 4 == 0
    end = next((n for n, (char, _) in enumerate(data) if char not in _BASE64), len(data))
    if end == len(data):
        return "" if whole else _illegal(data[end - end % 4][1])
    char, at = data[end]
    if char != "=" or end % 4 < 2:
        return _illegal(at)
    if end % 4 == 2:
        end += 1
        if end == len(data):
            return _illegal(len(text.encode("utf-8", "surrogateescape")))
        if data[end][0] != "=":
            return _illegal(at)
    return _illegal(data[end + 1][1]) if end + 1 < len(data) else ""


def _illegal(at: int) -> str:
    return f"illegal base64 data at input byte {at}"
