"""JSON as Go's encoding/json writes it, and its messages for invalid JSON. Pure."""

from __future__ import annotations

import json
import re
from functools import lru_cache

from pydock.go.strconv import quote
from pydock.shape import Shape
from pydock.shape import problem as misshapen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HTML_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
#: a string, to its end or the text's: it always matches, so there is no backtracking
_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"?'
_TOKEN = _STRING + r'|[{}\[\],:]|[^\s{}\[\],:"]+'
_BLANKS = f"({_STRING})" + r"|\s+"
#: what the scanner may skip: blanks, and the inside of a string
_BLANK = r"[ \t\r\n]*"
_PLAIN = r'[^"\\\x00-\x1f]*'
_HEX = set("0123456789abcdefABCDEF")
_DIGITS = "[0-9]*"
_HTML = "[<>&\u2028\u2029]"

#: the deepest nesting. Go's limit is 10,000; recursive functions here must fit Python's stack.
MAX_DEPTH = 200


def dumps(value: Any, indent: str = "", escape_html: bool = True, sort_keys: bool = False) -> str:
    """Compact (or indented) JSON with Go's escapes: < > & as \\u003c …, other characters unescaped."""
    text = json.dumps(
        value, ensure_ascii=False, separators=(",", ": " if indent else ":"), indent=indent or None, sort_keys=sort_keys
    )
    if escape_html:
        return re.sub(_HTML, lambda m: HTML_ESCAPES[m[0]], text)
    return text


def decode(data: bytes | str, shape: Shape = None, first: bool = False) -> Any:
    """The value of untrusted JSON. Invalid UTF-8 and unpaired surrogates become U+FFFD, as in Go.

    first: as Go's json.Decoder, which ignores text after the first value; shape: the required shape (see pydock.shape;
    None: any). Raises ValueError, with Go's message if it has one, for invalid JSON and for another shape.
    """
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    try:
        value = _DECODER.raw_decode(text.lstrip(" \t\r\n"))[0] if first else _DECODER.decode(text)
    except RecursionError:
        raise ValueError("exceeded max depth") from None
    except ValueError:
        if first and not text.strip(" \t\r\n"):
            raise ValueError("EOF") from None
        end = "unexpected EOF" if first else "unexpected end of JSON input"
        raise ValueError(_Scanner(text, end).problem() or "a number that is too large") from None
    if text.count("[") + text.count("{") > MAX_DEPTH and _too_deep(value):
        raise ValueError("exceeded max depth")
    if shape is not None and (wrong := misshapen(value, shape)):
        raise ValueError(wrong)
    # an escape that may be an unpaired surrogate; most texts have no escape at all
    return _whole_characters(value) if "\\" in text and ("\\ud" in text or "\\uD" in text) else value


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [c for v in level for c in (v.values() if type(v) is dict else v) if type(c) is dict or type(c) is list]
        if not level:
            return False
    return True


def _whole_characters(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole_characters(v) for v in value]
    if isinstance(value, dict):
        return {_whole_characters(k): _whole_characters(v) for k, v in value.items()}
    return value


def compact(text: str) -> str:
    """JSON without blanks between tokens; strings and numbers are unchanged."""
    return re.sub(_BLANKS, lambda m: m[1] or "", text, flags=re.S)


def indented(text: str, indent: str = "    ", depth: int = 0) -> str:
    """Valid JSON indented like Go's json.Indent; strings and numbers are unchanged. depth: of the value itself."""
    if '\\"' in text:
        return _laid_out(text, indent, depth, False)[0]
    # what stands between the strings is the same again and again: ":", ",", ":false,"
    parts = text.split('"')
    for at in range(0, len(parts) - 1, 2):
        parts[at], depth = _between_strings(parts[at], indent, depth)
    parts[-1] = _laid_out(parts[-1], indent, depth, False)[0]
    return '"'.join(parts)


@lru_cache(1024)
def _between_strings(text: str, indent: str, depth: int) -> tuple[str, int]:
    return _laid_out(text, indent, depth, True)


def _laid_out(text: str, indent: str, depth: int, more: bool) -> tuple[str, int]:
    """(a part of a value, indented, and the depth at its end). more: a string follows."""
    out: list[str] = []
    opened = False
    for token in re.findall(_TOKEN, text, re.S):
        if opened and token not in "}]":
            depth += 1
            out.append("\n" + indent * depth)
        if token in "{[":
            out.append(token)
        elif token in "}]":
            if not opened:
                depth -= 1
                out.append("\n" + indent * depth)
            out.append(token)
        elif token == ",":
            out.append(",\n" + indent * depth)
        elif token == ":":
            out.append(": ")
        else:
            out.append(token)
        opened = token in "{["
    if opened and more:
        depth += 1
        out.append("\n" + indent * depth)
    return "".join(out), depth


def problem(text: str) -> str:
    """Go's error for text that is not a single JSON value; "" if it is one."""
    try:
        decode(text)
    except ValueError as error:
        return str(error)
    return ""


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _finite(digits: str) -> float:
    value = float(digits)
    if value - value:
        raise ValueError(digits)
    return value


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)


class _Wrong(Exception):
    pass


class _Scanner:
    """A parser that fails at the same position as Go's scanner, with its message. end: for a text that is cut off."""

    def __init__(self, text: str, end: str) -> None:
        self.text, self.end, self.at, self.depth = text, end, 0, 0

    def problem(self) -> str:
        try:
            self.value("looking for beginning of value")
            self.blank()
            if self.at < len(self.text):
                self.wrong("after top-level value")
        except _Wrong as wrong:
            return str(wrong)
        return ""

    def wrong(self, where: str) -> None:
        if self.at >= len(self.text):
            raise _Wrong(self.end)
        # Go reads bytes
        char = chr(self.text[self.at].encode("utf-8", "surrogatepass")[0])
        shown = "'\\''" if char == "'" else "'\"'" if char == '"' else quote(char, "'")
        raise _Wrong(f"invalid character {shown} {where}")

    def blank(self) -> str:
        self.at = re.compile(_BLANK).match(self.text, self.at).end()  # type: ignore[union-attr]
        return self.text[self.at] if self.at < len(self.text) else ""

    def value(self, where: str) -> None:
        char = self.blank()
        if char == "{":
            self.items("}", "object key:value pair", keyed=True)
        elif char == "[":
            self.items("]", "array element", keyed=False)
        elif char == '"':
            self.string()
        elif char and char in "-0123456789":
            self.number()
        elif char and char in "tfn":
            self.word({"t": "true", "f": "false", "n": "null"}[char])
        else:
            self.wrong(where)

    def items(self, end: str, what: str, keyed: bool) -> None:
        self.at += 1
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Wrong("exceeded max depth")
        if self.blank() == end:
            self.close()
            return
        while True:
            if keyed:
                if self.blank() != '"':
                    self.wrong("looking for beginning of object key string")
                self.string()
                if self.blank() != ":":
                    self.wrong("after object key")
                self.at += 1
            self.value("looking for beginning of value")
            char = self.blank()
            if char == ",":
                self.at += 1
            elif char == end:
                self.close()
                return
            else:
                self.wrong(f"after {what}")

    def close(self) -> None:
        self.at += 1
        self.depth -= 1

    def string(self) -> None:
        self.at += 1
        while (start := re.compile(_PLAIN).match(self.text, self.at).end()) < len(self.text):  # type: ignore[union-attr]
            self.at = start
            char = self.text[start]
            if char == '"':
                self.at += 1
                return
            if char < " ":
                self.wrong("in string literal")
            self.at += 1
            self.escape()
        self.at = len(self.text)
        self.wrong("")

    def escape(self) -> None:
        if self.at < len(self.text) and self.text[self.at] not in '"\\/bfnrtu':
            self.wrong("in string escape code")
        hexadecimal = self.text[self.at : self.at + 1] == "u"
        self.at += 1
        for _ in range(4 if hexadecimal else 0):
            if self.text[self.at : self.at + 1] not in _HEX:
                self.wrong("in \\u hexadecimal character escape")
            self.at += 1

    def number(self) -> None:
        self.at += self.text[self.at] == "-"
        self.digits("in numeric literal", several=self.text[self.at : self.at + 1] != "0")
        if self.text[self.at : self.at + 1] == ".":
            self.at += 1
            self.digits("after decimal point in numeric literal")
        if self.text[self.at : self.at + 1] in ("e", "E"):
            self.at += 2 if self.text[self.at + 1 : self.at + 2] in ("+", "-") else 1
            self.digits("in exponent of numeric literal")

    def digits(self, where: str, several: bool = True) -> None:
        end = re.compile(_DIGITS).match(self.text, self.at).end()  # type: ignore[union-attr]
        if end == self.at:
            self.wrong(where)
        self.at = end if several else self.at + 1

    def word(self, word: str) -> None:
        for i, char in enumerate(word):
            if self.at + i >= len(self.text) or self.text[self.at + i] != char:
                self.at += i
                self.wrong(f"in literal {word} (expecting '{char}')")
        self.at += len(word)
