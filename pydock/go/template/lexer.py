"""The tokens of Go templates (text/template/parse, lex.go). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydock.go.strconv import quote

KEYWORDS = frozenset("block break continue define else end if range template with".split())
_BLANKS = " \t\r\n"


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


class Malformed(Exception):
    """The end of the tokens: the last one is the error."""

    def __init__(self, message: str, pos: int, line: int) -> None:
        self.token = Token("error", message, pos, line)


def lex(text: str) -> Iterator[Token]:
    """Tokens of the whole text; the last is "eof" or "error"."""
    try:
        yield from Lexer(text).tokens()
    except Malformed as error:
        yield error.token


_OPEN = re.compile(r"\{\{(?:-[ \t\r\n])?")
_CLOSE = re.compile(r"(?:[ \t\r\n]-)?\}\}")
_SPACE = re.compile(r"[ \t\r\n]*")
#: compiled at the first number, as that is slow
_NUMBER = r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*|0[bB][01_]*|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?"
_IDENTIFIER = re.compile(r"\w+")
#: first character -> pattern, kind of token, the error if it does not end
_QUOTED = {
    '"': (re.compile(r'"(?:[^"\\\n]|\\[^\n])*"'), "string", "unterminated quoted string"),
    "'": (re.compile(r"'(?:[^'\\\n]|\\[^\n])*'"), "char", "unterminated character constant"),
    "`": (re.compile(r"`[^`]*`"), "raw", "unterminated raw quoted string"),
}


class Lexer:
    """A template, and how far it has been read. Every method raises Malformed."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.line = text, 0, 1

    def tokens(self) -> Iterator[Token]:
        """Literal text, comments and actions in turn."""
        while (start := self.text.find("{{", self.at)) >= 0:
            opening = _OPEN.match(self.text, start)
            assert opening
            yield from self._literal(start, trimmed=len(opening[0]) > 2)
            if self.text.startswith("/*", opening.end()):
                self._advance(opening.end())
                self._comment(start)
                continue
            yield Token("{{", "{{", start, self.line)
            self._advance(opening.end())
            yield from self._action()
        yield from self._literal(len(self.text))
        yield Token("eof", "", self.at, self.line)

    def _advance(self, end: int) -> None:
        self.line += self.text.count("\n", self.at, end)
        self.at = end

    def _literal(self, end: int, trimmed: bool = False) -> Iterator[Token]:
        literal = self.text[self.at : end]
        kept = literal.rstrip(_BLANKS) if trimmed else literal
        if kept:
            yield Token("text", kept, self.at, self.line)
        self._advance(end)

    def _comment(self, start: int) -> None:
        """Skip a comment, which is an action of its own."""
        end = self.text.find("*/", self.at)
        if end < 0:
            raise Malformed("unclosed comment", start, self.line)
        line = self.line
        self._advance(end + 2)
        if not self._closing():
            raise Malformed("comment ends before closing delimiter", start, line)
        self._close()

    def _closing(self) -> bool:
        """Is the closing delimiter next?"""
        return _CLOSE.match(self.text, self.at) is not None

    def _close(self) -> Token:
        """The closing delimiter, which may trim the text after it."""
        trims = not self.text.startswith("}}", self.at)
        if trims:
            self._advance(self.at + 2)
        token = Token("}}", "}}", self.at, self.line)
        self._advance(self.at + 2)
        if trims:
            self._advance(self._end_of_space())
        return token

    def _end_of_space(self) -> int:
        match = _SPACE.match(self.text, self.at)
        assert match
        return match.end()

    def _action(self) -> Iterator[Token]:
        """The tokens of an action, with its closing delimiter."""
        depth = 0
        while not self._closing():
            token = self._inside()
            depth += {"(": 1, ")": -1}.get(token.kind, 0)
            if depth < 0:
                raise self._malformed("unexpected right paren")
            yield token
            self._advance(self.at + len(token.value))
        if depth:
            raise self._malformed("unclosed left paren")
        yield self._close()

    def _malformed(self, message: str) -> Malformed:
        return Malformed(message, self.at, self.line)

    def _token(self, kind: str, value: str) -> Token:
        return Token(kind, value, self.at, self.line)

    def _inside(self) -> Token:
        """The next token of an action."""
        text, at = self.text, self.at
        if at >= len(text):
            raise self._malformed("unclosed action")
        char = text[at]
        if (end := self._end_of_space()) > at:
            # the last blank before "-}}" belongs to the delimiter
            return self._token("space", text[at : end - 1] if text.startswith("-}}", end) else text[at:end])
        if char in "=|()":
            return self._token(char, char)
        if char == ":":
            if not text.startswith(":=", at):
                raise self._malformed("expected :=")
            return self._token(":=", ":=")
        if char in _QUOTED:
            pattern, kind, unterminated = _QUOTED[char]
            match = pattern.match(text, at)
            if not match:
                raise self._malformed(unterminated)
            return self._token(kind, match[0])
        # a dot at the very end begins a number, like one before a digit
        if char == "$" or (char == "." and not (text[at + 1 : at + 2] or "0").isdigit()):
            match = _IDENTIFIER.match(text, at + 1)
            name = match[0] if match else ""
            return self._terminated("variable" if char == "$" else "field" if name else ".", char + name)
        if char in "+-." or char.isdigit():
            return self._number()
        if match := _IDENTIFIER.match(text, at):
            word = match[0]
            kind = word if word in KEYWORDS or word == "nil" else "bool" if word in ("true", "false") else "identifier"
            return self._terminated(kind, word)
        if " " < char <= "~":
            return self._token("rune", char)
        raise self._malformed(f"unrecognized character in action: {shown(char)}")

    def _number(self) -> Token:
        match = re.compile(_NUMBER).match(self.text, self.at)
        value = match[0] if match else self.text[self.at]
        end = self.at + len(value)
        after = self.text[end : end + 1]
        if value in ("+", "-", "") or after == "_" or after.isalnum():
            raise self._malformed(f"bad number syntax: {quote(value + after)}")
        return self._token("number", value)

    def _terminated(self, kind: str, value: str) -> Token:
        """A word, after which a character must follow that ends it."""
        end = self.at + len(value)
        char = self.text[end : end + 1]
        if char and char not in " \t\r\n.,|:)(" and not self.text.startswith("}}", end):
            raise self._malformed(f"bad character {shown(char)}")
        return self._token(kind, value)


def shown(char: str) -> str:
    """A character as Go's %#U prints it."""
    return f"U+{ord(char):04X} {quote(char, chr(39))}"
