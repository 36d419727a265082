"""Text in URLs, as Go's net/url writes it. What is not UTF-8 must be surrogate escapes, as Python decodes arguments.

urllib.parse can do that, too, but takes as long to import as a sixth of what bare Python takes to start.
"""

from __future__ import annotations

from collections.abc import Iterable

#: characters that are never escaped
PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"


def quote(text: str, safe: str = "") -> str:
    """safe: further characters that are not escaped, all of ASCII."""
    keep = PLAIN + safe
    if not text.strip(keep):
        return text
    return "".join(
        chr(byte) if chr(byte) in keep else f"%{byte:02X}" for byte in text.encode("utf-8", "surrogateescape")
    )


def query_text(values: Iterable[tuple[str, str | list[str]]]) -> str:
    """The query of these names and values: "a=1&b=x&b=y"."""
    pairs = ((name, value) for name, given in values for value in ([given] if isinstance(given, str) else given))
    return "&".join(f"{_plus(name)}={_plus(value)}" for name, value in pairs)


def _plus(text: str) -> str:
    return quote(text, " ").replace(" ", "+")
