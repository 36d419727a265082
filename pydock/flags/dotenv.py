"""Dotenv files, --dotenv: KEY=VALUE lines as a shell reads them, with quotes, escapes, comments and variables. Pure.

What `sh -a; . FILE` takes as assignments gives the same values, but for what only programs understand: blanks in a value
without quotes and around "=" are allowed, `\\n`, `\\r` and `\\t` in double quotes are control characters, and ; & | ~ < > ( )
are themselves. Commands are not run: `$(…)` and backquotes are errors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

#: the largest file: an environment cannot be much larger
LARGEST = 1 << 20
_KEY = re.compile(r"(?:export[ \t]+)?([A-Za-z_][\w.-]*)", re.ASCII)
#: a line that is continued within it goes on with it
_NAME = re.compile(r"[A-Za-z_](?:\w|\\\n)*", re.ASCII)
_BLANKS = re.compile(r"[ \t]*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
#: after ${NAME
_OPERATOR = re.compile(r":?[-+?]")
_HINT = r"write \$ for the character itself, or use single quotes"


class Reader:
    """Reads a text from its start to its end. known: the variables of the environment; found: those of the text so far."""

    def __init__(self, text: str, known: Mapping[str, str]) -> None:
        self.text, self.at, self.known = text, 0, known
        self.found: dict[str, str] = {}

    def error(self, what: str, at: int | None = None) -> ValueError:
        number = self.text.count("\n", 0, self.at if at is None else at) + 1
        return ValueError(f"line {number}: {what}")

    def peek(self, length: int = 1) -> str:
        return self.text[self.at : self.at + length]

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Go on after the pattern, if the text goes on with it."""
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
        return match

    def read(self) -> dict[str, str]:
        """All variables. Raises ValueError with the number of the line."""
        while self.at < len(self.text):
            self.take(_BLANKS)
            if self.peek() in ("#", "\n", ""):
                self.rest_of_line()
                continue
            self.assignment()
        return self.found

    def rest_of_line(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end + 1

    def assignment(self) -> None:
        start = self.at
        line = self.text[start:].partition("\n")[0]
        key = self.take(_KEY)
        self.take(_BLANKS)
        if not key or self.peek() not in ("=", "\n", "#", ""):
            self.at = start
            name = line.partition("=")[0].strip()
            what = f"{name!r} is not a name of a variable" if "=" in line else f"{line.strip()!r} is not KEY=VALUE"
            raise self.error(what)
        if self.peek() != "=":
            # a name alone, as in --env-file: its value is that of the environment
            if key[1] in self.known:
                self.found[key[1]] = self.known[key[1]]
            self.rest_of_line()
            return
        self.at += 1
        blanks = self.take(_BLANKS)
        if blanks and blanks[0] and self.peek() == "#":
            self.found[key[1]] = ""
            self.rest_of_line()
            return
        self.found[key[1]] = self.value()

    def value(self) -> str:
        """Up to the end of the line, or a comment."""
        if self.peek() in ("'", '"'):
            out = self.word(lambda: self.peek() in (" ", "\t", "\n", ""))
            self.take(_BLANKS)
            if self.peek() not in ("#", "\n", ""):
                raise self.error(f"after the quoted value comes {self.text[self.at :].partition(chr(10))[0]!r}")
            self.rest_of_line()
            return out
        out = self.word(self.ends_bare)
        self.rest_of_line()
        return out

    def ends_bare(self) -> bool:
        """Does a value without quotes end here: at the line's end, a comment, or blanks before these?"""
        blanks = _BLANKS.match(self.text, self.at)
        end = blanks.end() if blanks else self.at
        following = self.text[end : end + 1]
        return following in ("\n", "") or (following == "#" and end > self.at)

    def word(self, ends: Callable[[], bool], braces: int | None = None, quoted: bool = False) -> str:
        """Text with quotes, escapes and variables, up to its end. braces: where the ${ is that it is in; quoted: is that
        in double quotes?"""
        out: list[str] = []
        while not ends():
            start, character = self.at, self.peek()
            self.at += 1
            if not character and braces is not None:
                raise self.error("a ${ is not closed", braces)
            if character == "\\" and quoted:
                out.append(self.escaped())
            elif character == "\\":
                out.append(self.peek().replace("\n", ""))
                self.at += 1
            elif character == "'" and not quoted:
                out.append(self.single(start))
            elif character == '"':
                out.append(self.double(start))
            elif character in ("$", "`"):
                out.append(self.variable(start, quoted))
            else:
                out.append(character)
        return "".join(out)

    def single(self, start: int) -> str:
        end = self.text.find("'", self.at)
        if end < 0:
            raise self.error("a quote (') is not closed", start)
        text, self.at = self.text[self.at : end], end + 1
        return text

    def double(self, start: int) -> str:
        out: list[str] = []
        while (character := self.peek()) != '"':
            at = self.at
            self.at += 1
            if not character:
                raise self.error('a quote (") is not closed', start)
            if character == "\\":
                out.append(self.escaped())
            elif character in ("$", "`"):
                out.append(self.variable(at, quoted=True))
            else:
                out.append(character)
        self.at += 1
        return "".join(out)

    def escaped(self) -> str:
        """After a backslash in double quotes."""
        character = self.peek()
        self.at += 1
        if character in _ESCAPES:
            return _ESCAPES[character]
        return {"\n": ""}.get(character, character if character in '"\\$`' else f"\\{character}")

    def variable(self, start: int, quoted: bool) -> str:
        """After a $, or a backquote."""
        if self.text[start] == "`" or self.peek() == "(":
            raise self.error(f"commands are not run: {_HINT.replace('$', self.text[start], 1)}", start)
        if self.peek() == "{":
            self.at += 1
            return self.braces(start, quoted)
        if name := self.name():
            return self.lookup(name) or ""
        if self.peek() and self.peek() in "0123456789@*#?-$!":
            raise self.error(f"there is no variable ${self.peek()}: {_HINT}", start)
        return "$"

    def name(self) -> str:
        """A variable's name; "" where there is none."""
        found = self.take(_NAME)
        return found[0].replace("\\\n", "") if found else ""

    def braces(self, start: int, quoted: bool) -> str:
        """After ${."""
        name = self.name()
        operator = self.take(_OPERATOR) if name else None
        if name and self.peek() == "}" and not operator:
            self.at += 1
            return self.lookup(name) or ""
        if not name or not operator:
            text, closed, _ = self.text[start:].partition("\n")[0].partition("}")
            if not closed:
                raise self.error("a ${ is not closed", start)
            raise self.error(
                f"{text + closed!r} is none of ${{NAME}}, ${{NAME:-VALUE}}, ${{NAME:+VALUE}} and ${{NAME:?MESSAGE}}",
                start,
            )
        other = self.word(lambda: self.peek() == "}", start, quoted)
        self.at += 1
        value = self.lookup(name)
        there = bool(value) if operator[0][0] == ":" else value is not None
        if operator[0][-1] == "+":
            return other if there else ""
        if operator[0][-1] == "?" and not there:
            raise self.error(f"{name}: {other or 'it is not set'}", start)
        return (value or "") if there else other

    def lookup(self, name: str) -> str | None:
        return self.found[name] if name in self.found else self.known.get(name)


def dotenv(data: bytes, path: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of a dotenv file. environ: those that it may use. Raises ValueError."""
    try:
        if len(data) > LARGEST:
            raise ValueError(f"it is larger than {LARGEST} bytes")
        if b"\0" in data:
            raise ValueError(f"line {data.count(bytes([10]), 0, data.index(0)) + 1}: it is not a text file")
        try:
            text = data.removeprefix(b"\xef\xbb\xbf").decode()
        except UnicodeDecodeError as error:
            raise ValueError(f"line {data.count(bytes([10]), 0, error.start) + 1}: it is not UTF-8") from None
        return Reader(text.replace("\r\n", "\n"), environ).read()
    except ValueError as error:
        raise ValueError(f"invalid dotenv file ({path}): {error}") from None
