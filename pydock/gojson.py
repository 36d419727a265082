"""JSON as Go's encoding/json writes it, and its words for text that is no JSON. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

from pydock.golang import quote

_HTML = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
#: an escape that may be half of a surrogate pair
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_HTML_RE = re.compile("[<>&\u2028\u2029]")


def dumps(value: Any, indent: str = "", escape_html: bool = True, sort_keys: bool = False) -> str:
    """Compact (or indented) JSON with Go's escapes: < > & as \\u003c …, other characters as they are."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ": " if indent else ":"), indent=indent or None, sort_keys=sort_keys)
    if escape_html:
        return _HTML_RE.sub(lambda m: _HTML[m[0]], text)
    return text


def decode(data: bytes | str) -> Any:
    """The value of JSON that a stranger wrote. What is no UTF-8, and half of a surrogate pair, becomes U+FFFD, as in Go.

    Raises ValueError, in Go's words where it has some, also for what Python's own reader gives up on.
    """
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise ValueError("exceeded max depth") from None
    except ValueError:
        raise ValueError(_explained(text)) from None
    return _whole_characters(value) if _SURROGATE.search(text) else value


def _explained(text: str) -> str:
    try:
        return problem(text) or "a number with too many digits"
    except RecursionError:
        return "exceeded max depth"


def _whole_characters(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole_characters(v) for v in value]
    if isinstance(value, dict):
        return {_whole_characters(k): _whole_characters(v) for k, v in value.items()}
    return value


def compact(text: str) -> str:
    """JSON without the blanks between its tokens; strings and numbers as they were written."""
    return re.sub(r'("(?:[^"\\]|\\.)*")|\s+', lambda m: m[1] or "", text)


def indented(text: str, indent: str = "    ") -> str:
    """JSON laid out as Go's json.Indent does; strings and numbers as they were written."""
    out: list[str] = []
    depth = 0
    opened = False
    for token in _TOKEN.findall(text):
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
    return "".join(out)


def problem(text: str) -> str:
    """What Go says of text that is no single JSON value; empty if it is one."""
    try:
        json.loads(text, parse_constant=_no_constant)
        return ""
    except ValueError:
        return _Scanner(text).problem() or "unexpected end of JSON input"


def _no_constant(name: str) -> None:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


class _Wrong(Exception):
    pass


class _Scanner:
    """A reader that stops where Go's scanner stops, with its words."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

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
            raise _Wrong("unexpected end of JSON input")
        char = self.text[self.at]
        shown = "'\\''" if char == "'" else "'\"'" if char == '"' else quote(char, "'")
        raise _Wrong(f"invalid character {shown} {where}")

    def blank(self) -> str:
        while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
            self.at += 1
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
        if self.blank() == end:
            self.at += 1
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
                self.at += 1
                return
            else:
                self.wrong(f"after {what}")

    def string(self) -> None:
        self.at += 1
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == '"':
                self.at += 1
                return
            if char < " ":
                self.wrong("in string literal")
            if char == "\\":
                self.at += 1
                if self.at < len(self.text) and self.text[self.at] not in '"\\/bfnrtu':
                    self.wrong("in string escape code")
            self.at += 1
        self.wrong("")

    def number(self) -> None:
        match = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?").match(self.text, self.at)
        if match:
            self.at = match.end()
        else:
            self.at += 1
            self.wrong("in numeric literal")

    def word(self, word: str) -> None:
        for i, char in enumerate(word):
            if self.at + i >= len(self.text) or self.text[self.at + i] != char:
                self.at += i
                self.wrong(f"in literal {word} (expecting '{char}')")
        self.at += len(word)
