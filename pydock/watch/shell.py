"""Words of a shell's command line, of any bytes. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from shlex import quote

#: what no word can have: a NUL ends it
NUL = "\0"


def line(words: Sequence[str], variables: Collection[str] = ()) -> str:
    """The words as a line of one row. variables: "$ID", which the shell is to replace."""
    return " ".join(word(w, variables) for w in words)


def word(text: str, variables: Collection[str] = ()) -> str:
    """One word. Bytes that are not UTF-8 are surrogates in the text, and escapes in the word."""
    if not printable(text):
        return "$'" + "".join(_escaped(c) for c in text) + "'"
    used = [v for v in variables if re.search(re.escape(v) + r"(?![A-Za-z0-9_])", text)]
    if not used:
        return quote(text)
    # names of variables are the only thing that is not to be taken literally
    parts = re.split("(" + "|".join(re.escape(v) + r"(?![A-Za-z0-9_])" for v in used) + ")", text)
    literal = [p if p in used else re.sub(r'([\\"$`])', r"\\\1", p) for p in parts]
    return '"' + "".join(literal) + '"'


def printable(text: str) -> bool:
    """Can it be shown on a terminal as it is? No control characters, nor any that change the direction of text."""
    return text.isprintable()


def _escaped(char: str) -> str:
    """A character within $'…', which bash, zsh and ksh read."""
    if char in "'\\":
        return "\\" + char
    if char.isprintable():
        return char
    return "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogateescape"))
