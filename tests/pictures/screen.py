"""What a terminal shows: as much of one as pydock, bash and readline use."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from itertools import groupby

from rich.text import Text

#: a sequence that moves, clears or colours; one that does neither; one that has not come to its end
SEQUENCE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z@])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]|\x1b[=>78]")
UNFINISHED = re.compile(r"\x1b(?:\[[0-9;?]*|\][^\x07\x1b]*|[()])?$")

#: a character, and the sequences that colour it
Cell = tuple[str, str]
BLANK: Cell = (" ", "")


def coloured(row: list[Cell]) -> Iterator[str]:
    """Its parts of one colour each."""
    for colours, cells in groupby(row, lambda cell: cell[1]):
        yield f"\x1b[0m{colours}{''.join(char for char, _ in cells)}"


class Screen:
    """Rows of cells, as many as are written."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.rows: list[list[Cell]] = [[]]
        self.x = self.y = 0
        self._colours = self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes) -> None:
        text = self._rest + self._decoder.decode(data)
        if unfinished := UNFINISHED.search(text):
            text, self._rest = text[: unfinished.start()], unfinished[0]
        else:
            self._rest = ""
        at = 0
        while at < len(text):
            if sequence := SEQUENCE.match(text, at):
                self._obey(sequence[1] or "", sequence[2] or "")
                at = sequence.end()
            else:
                self._write(text[at])
                at += 1

    def lines(self) -> list[str]:
        """The text alone."""
        return ["".join(char for char, _ in row).rstrip() for row in self.rows]

    def drawn(self) -> list[Text]:
        return [Text.from_ansi("".join(coloured(row))) for row in self.rows]

    def _write(self, char: str) -> None:
        if char == "\r":
            self.x = 0
        elif char == "\n":
            self._to(self.y + 1)
        elif char == "\b":
            self.x = max(0, self.x - 1)
        elif char >= " ":
            if self.x == self.columns:
                self._to(self.y + 1)
                self.x = 0
            row = self.rows[self.y]
            row.extend([BLANK] * (self.x + 1 - len(row)))
            row[self.x] = (char, self._colours)
            self.x += 1

    def _to(self, y: int) -> None:
        self.y = max(0, y)
        self.rows.extend([] for _ in range(self.y + 1 - len(self.rows)))

    def _obey(self, numbers: str, what: str) -> None:
        count = int(numbers) if numbers.isdigit() else 0
        if what == "m":
            # "0" forgets what was before, also where more follows
            self._colours = "" if numbers in ("", "0") else f"{self._colours}\x1b[{numbers}m"
        elif what in "AB" and what:
            self._to(self.y + (count or 1) * (1 if what == "B" else -1))
        elif what in "CD" and what:
            self.x = min(self.columns, max(0, self.x + (count or 1) * (1 if what == "C" else -1)))
        elif what == "G":
            self.x = max(0, count - 1)
        elif what == "K":
            row = self.rows[self.y]
            self.rows[self.y] = [] if count == 2 else row[: self.x] if not count else [BLANK] * self.x + row[self.x :]
        elif what == "J" and not count:
            del self.rows[self.y][self.x :], self.rows[self.y + 1 :]
        elif what == "P":
            del self.rows[self.y][self.x : self.x + (count or 1)]
