"""Foreign text on a terminal: what an engine, a registry, an image or a file says is shown there, never obeyed. Pure.

A terminal takes control characters for commands: they retitle it, hide or overwrite what was said, answer in the user's
place. `Output.write` and `live.Canvas` are where text for a terminal passes, and both send it through `shown`; what is
meant to draw (colours, a cursor that moves) says so by its type, `Drawn`. Bytes of containers go by `Output.put`, as
they are; so does everything that goes to a file or a pipe.

Templates (`--format '{{.Names}}\t{{.Status}}'`) and `inspect` are no exception. What a template gives is one text, in
which the characters that the user wrote cannot be told from those of the engine's values: line ends and tabs, which lay
text out and do nothing else, stay wherever they come from, and nothing else that controls does. JSON needs no control
characters but these two: it has its own escapes, which `shown` leaves alone.
"""

from __future__ import annotations

import re

#: C0 have pictures of their own, a column wide as the tab writer has counted them; what has none becomes U+FFFD: C1,
#: halves of surrogate pairs (so Python decodes bytes that are no UTF-8), and what turns the direction of the text
#: around it
_PICTURES: dict[int, int] = {
    **{code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)},
    0x7F: 0x2421,
    **dict.fromkeys(
        [*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)], 0xFFFD
    ),
}
#: whole sequences as programs write them: CSI, OSC, and those of two characters
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


class Drawn(str):
    """Text whose control characters are meant. Any foreign text in it must have gone through `shown`.

    Joined to other text it is text again, and its control characters are shown like all: a mistake is seen, and harms
    nobody."""

    __slots__ = ()


def shown(text: str) -> str:
    """The text as a terminal may have it: of all control characters only line ends and tabs."""
    if isinstance(text, Drawn):
        return text
    if "\r\n" in text:
        *lines, last = text.split("\n")
        text = "\n".join([*(line.rstrip("\r") for line in lines), last])
    return text.translate(_PICTURES)


def on_one_line(text: str) -> str:
    """The same for a place that is one line high."""
    return shown(text.replace("\n", " ").replace("\t", " "))


def without_sequences(text: str) -> str:
    """What a program has said for a terminal, without its colours and the like."""
    return _SEQUENCE.sub("", text)


def as_log(text: str) -> str:
    """The same as lines below one another: a line that was written over and over (by carriage returns) is one for each
    state.
    """
    return without_sequences(text).replace("\r\n", "\n").replace("\r", "\n")
