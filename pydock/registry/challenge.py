"""Parses WWW-Authenticate headers (RFC 9110, 11.6.1). Pure."""

from __future__ import annotations

import re

#: a challenge's scheme, in small letters, and its parameters
Challenge = tuple[str, dict[str, str]]

# patterns without backtracking
_SPACE = re.compile(r"[ \t,]*")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.S)
_BARE = re.compile(r"[^ \t,]*")
_ESCAPE = re.compile(r"\\(.)", re.S)


def challenges(header: str) -> list[Challenge]:
    """The challenges of a header, as far as it is well-formed; linear in its length."""
    found: list[Challenge] = []
    at = _skip(header, 0)
    while word := _TOKEN.match(header, at):
        equals = _EQUALS.match(header, word.end())
        if not equals or not found:
            found.append((word.group().lower(), {}))
            at = _skip(header, word.end())
            continue
        quoted = _QUOTED.match(header, equals.end())
        value = quoted or _BARE.match(header, equals.end())
        if value is None or (not quoted and header.startswith('"', equals.end())):
            break
        found[-1][1].setdefault(word.group().lower(), _ESCAPE.sub(r"\1", value[1]) if quoted else value.group())
        at = _skip(header, value.end())
    return found


def _skip(header: str, at: int) -> int:
    blank = _SPACE.match(header, at)
    return blank.end() if blank else at
