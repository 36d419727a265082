"""A stream of JSON values, each as soon as it is complete, and as text for a terminal. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pydock.errors import BrokenStream
from pydock.go.json import indented
from pydock.render.shown import Drawn, shown

#: what separates values: RS begins those of application/json-seq
_BLANK = re.compile(rb"[ \t\r\n\x1e]*")
_END = re.compile(rb"[ \t\r\n\x1e]")
_MARK = re.compile(rb'[{}\[\]"\\]')
_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|(-?[0-9][^\s,\]}]*)|\b(true|false|null)\b')
_PLAIN = "\x1b[0m"


class Values:
    """Finds the ends of values. Each byte is looked at once, however small the blocks are."""

    def __init__(self) -> None:
        self._parts = bytearray()
        self._at = self._depth = 0
        self._quoted = False

    def feed(self, block: bytes) -> Iterator[str]:
        """The values that are complete now."""
        self._parts += block
        while True:
            if not self._at:
                blank = _BLANK.match(self._parts)
                del self._parts[: blank.end() if blank else 0]
            if not self._parts or not (end := self._end()):
                return
            text = bytes(self._parts[:end])
            del self._parts[:end]
            self._at = 0
            yield text.decode("utf-8", "replace")

    def _end(self) -> int:
        """The end of the value that the bytes begin with; 0 where it is not there yet."""
        if bytes(self._parts[:1]) not in (b"{", b"[", b'"'):
            found = _END.search(self._parts, self._at)
            self._at = 0 if found else len(self._parts)
            return found.start() if found else 0
        while mark := _MARK.search(self._parts, self._at):
            sign, self._at = mark.group(), mark.end()
            if sign == b"\\":
                # with the character that it escapes, which may not be there yet
                if self._at == len(self._parts):
                    self._at -= 1
                    return 0
                self._at += 1
            elif sign == b'"':
                self._quoted = not self._quoted
            elif not self._quoted:
                self._depth += 1 if sign in b"{[" else -1
            if not self._depth and not self._quoted:
                return self._at
        self._at = len(self._parts)
        return 0

    def rest(self) -> str:
        """The last value, of those whose end nothing marks; "" for none. Raises BrokenStream where it is cut off."""
        if self._depth or self._quoted:
            raise BrokenStream("unexpected EOF: the engine's answer ends inside a JSON value")
        return self._parts.decode("utf-8", "replace")


def values_of(blocks: Iterable[bytes]) -> Iterator[str]:
    """The texts of the values of a stream. Raises BrokenStream."""
    values = Values()
    for block in blocks:
        yield from values.feed(block)
    if rest := values.rest():
        yield rest


def pretty(text: str, colour: bool) -> str:
    """JSON on lines of its own, with colours for a terminal."""
    safe = shown(indented(text, "  "))
    return Drawn(_TOKEN.sub(_coloured, safe)) if colour else safe


def _coloured(token: re.Match[str]) -> str:
    string, colon, number, word = token.groups()
    if colon:
        return f"\x1b[1m{string}{_PLAIN}{colon}"
    code = "32" if string else "36" if number else "33"
    return f"\x1b[{code}m{string or number or word}{_PLAIN}"
