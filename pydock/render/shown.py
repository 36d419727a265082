"""Untrusted text on a terminal: control characters from engines, registries, images and files are made visible. Pure.

Control characters can retitle a terminal, hide or overwrite text, and answer in the user's place. All text for a
terminal goes through `Output.write` or `live.Canvas`, and both pass it to `shown`; text with intended control
characters (colours, cursor movement) has the type `Drawn`. The output of containers goes through `Output.put`,
unchanged; so does everything that goes to a file or a pipe.

Templates (`--format '{{.Names}}\t{{.Status}}'`) and `inspect` are no exception. In a template's output the user's own
characters cannot be distinguished from those of the engine's values: line breaks and tabs, which are harmless, are
kept, and all other control characters are made visible. JSON needs no others: it has escapes, which `shown` does not
change.
"""

from __future__ import annotations

import re

#: C0 characters have pictures, one column wide as the tab writer counts them; others become U+FFFD: C1, surrogates
#: (Python's decoding of bytes that are not UTF-8), and characters that change the direction of text
_PICTURES: dict[int, int] = {
    **{code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)},
    0x7F: 0x2421,
    **dict.fromkeys(
        [*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)], 0xFFFD
    ),
}
#: escape sequences: CSI, OSC, and those of two characters
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


class Drawn(str):
    """Text with intended control characters. Any untrusted text in it must have gone through `shown`.

    Concatenation returns a plain str, whose control characters are made visible: a mistake shows, and is harmless."""

    __slots__ = ()


def shown(text: str) -> str:
    """The text for a terminal: without control characters other than line breaks and tabs."""
    if isinstance(text, Drawn):
        return text
    if "\r\n" in text:
        *lines, last = text.split("\n")
        text = "\n".join([*(line.rstrip("\r") for line in lines), last])
    return text.translate(_PICTURES)


def on_one_line(text: str) -> str:
    """The text for one line of a terminal: without any control characters."""
    return shown(text.replace("\n", " ").replace("\t", " "))


def without_sequences(text: str) -> str:
    """A program's output without escape sequences."""
    return _SEQUENCE.sub("", text)


def as_log(text: str) -> str:
    """A program's output as a log: without escape sequences, and with a line for each state of an overwritten line."""
    return without_sequences(text).replace("\r\n", "\n").replace("\r", "\n")
