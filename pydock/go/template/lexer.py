"""The tokens of Go templates (text/template/parse, lex.go). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydock.go.strconv import quote

KEYWORDS = frozenset("block break continue define else end if range template with".split())
_TRIM = " \t\r\n"


class Token:
    """One token: kind, text, position (`pos` counts characters, `line` from 1)."""

    __slots__ = ("kind", "line", "pos", "value")

    def __init__(self, kind: str, value: str, pos: int, line: int) -> None:
        self.kind, self.value, self.pos, self.line = kind, value, pos, line

    def __str__(self) -> str:
        if self.kind == "eof":
            return "EOF"
        if self.kind == "error":
            return self.value
        if self.kind in KEYWORDS or self.kind in (".", "nil"):
            return f"<{self.value}>"
        if len(self.value) > 10:
            return quote(self.value[:10]) + "..."
        return quote(self.value)


def lex(text: str) -> Iterator[Token]:
    """Tokens of the whole text; an "error" token is the last."""
    at, line = 0, 1
    while True:
        start = text.find("{{", at)
        literal = text[at:] if start < 0 else text[at:start]
        trim_next = start >= 0 and text[start + 2 : start + 3] == "-" and text[start + 3 : start + 4] in tuple(_TRIM)
        kept = literal.rstrip(_TRIM) if trim_next else literal
        if kept:
            yield Token("text", kept, at, line)
        line += literal.count("\n")
        if start < 0:
            yield Token("eof", "", len(text), line)
            return
        inside = start + (4 if trim_next else 2)
        if text.startswith("/*", inside):
            end = text.find("*/", inside)
            if end < 0:
                yield Token("error", "unclosed comment", start, line)
                return
            line += text.count("\n", inside, end)
            at = end + 2
            close = _CLOSE.match(text, at)
            if not close:
                yield Token("error", "comment ends before closing delimiter", start, line)
                return
            at = close.end()
            if len(close[0]) > 2:
                at, line = _skip_space(text, at, line)
            continue
        yield Token("{{", "{{", start, line)
        at = inside
        line += text.count("\n", start, inside)  # the blank of "{{- " may be a line break
        depth = 0
        while True:
            close = _CLOSE.match(text, at)
            if close:
                if depth:
                    yield Token("error", "unclosed left paren", at, line)
                    return
                yield Token("}}", "}}", at, line)
                at = close.end()
                if len(close[0]) > 2:
                    at, line = _skip_space(text, at, line)
                break
            token = _inside(text, at, line)
            if token.kind == "(":
                depth += 1
            elif token.kind == ")":
                depth -= 1
                if depth < 0:
                    token = Token("error", "unexpected right paren", at, line)
            yield token
            if token.kind == "error":
                return
            line += token.value.count("\n")
            at += len(token.value)


_CLOSE = re.compile(r"(?:[ \t\r\n]-)?\}\}")
_SPACE = re.compile(r"[ \t\r\n]+")
#: compiled at the first number, as that is slow
_NUMBER = r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*|0[bB][01_]*|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?"
_IDENTIFIER = re.compile(r"\w+")
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"')
_CHAR = re.compile(r"'(?:[^'\\\n]|\\[^\n])*'")


def _skip_space(text: str, at: int, line: int) -> tuple[int, int]:
    match = _SPACE.match(text, at)
    return (match.end(), line + match[0].count("\n")) if match else (at, line)


def _inside(text: str, at: int, line: int) -> Token:
    """One token inside an action."""
    if at >= len(text):
        return Token("error", "unclosed action", at, line)
    char = text[at]
    space = _SPACE.match(text, at)
    if space:
        # " -}}" belongs to the delimiter
        value = space[0]
        if text.startswith("-}}", space.end()):
            value = value[:-1]
            if not value:
                value = space[0]
        return Token("space", value, at, line)
    if char in "=|()":
        return Token(char, char, at, line)
    if char == ":":
        if text.startswith(":=", at):
            return Token(":=", ":=", at, line)
        return Token("error", "expected :=", at, line)
    for start, pattern, kind, wrong in (
        ('"', _QUOTED, "string", "unterminated quoted string"),
        ("'", _CHAR, "char", "unterminated character constant"),
    ):
        if char == start:
            match = pattern.match(text, at)
            return Token(kind, match[0], at, line) if match else Token("error", wrong, at, line)
    if char == "`":
        end = text.find("`", at + 1)
        return (
            Token("raw", text[at : end + 1], at, line)
            if end >= 0
            else Token("error", "unterminated raw quoted string", at, line)
        )
    # a dot at the very end begins a number, like one before a digit
    if char == "$" or (char == "." and not (text[at + 1 : at + 2] or "0").isdigit()):
        match = _IDENTIFIER.match(text, at + 1)
        value = char + (match[0] if match else "")
        kind = "variable" if char == "$" else "field" if match else "."
        return _terminated(Token(kind, value, at, line), text)
    if char in "+-." or char.isdigit():
        match = re.compile(_NUMBER).match(text, at)
        value = match[0] if match else char
        after = text[at + len(value) : at + len(value) + 1]
        if value in ("+", "-", "") or after == "_" or after.isalnum():
            return Token("error", f"bad number syntax: {quote(value + after)}", at, line)
        return Token("number", value, at, line)
    match = _IDENTIFIER.match(text, at)
    if match:
        word = match[0]
        kind = (
            word
            if word in KEYWORDS
            else "bool"
            if word in ("true", "false")
            else "nil"
            if word == "nil"
            else "identifier"
        )
        return _terminated(Token(kind, word, at, line), text)
    if " " < char <= "~":
        return Token("rune", char, at, line)
    return Token("error", f"unrecognized character in action: U+{ord(char):04X} {quote(char, chr(39))}", at, line)


def _terminated(token: Token, text: str) -> Token:
    at = token.pos + len(token.value)
    char = text[at : at + 1]
    if not char or char in " \t\r\n.,|:)(" or text.startswith("}}", at):
        return token
    return Token("error", f"bad character U+{ord(char):04X} {quote(char, chr(39))}", token.pos, token.line)
