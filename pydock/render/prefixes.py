"""Names before the lines of several sources, of one width; on a terminal each has a colour. Pure."""

from __future__ import annotations

from pydock.render.human import display_width
from pydock.render.shown import Drawn, on_one_line

#: those of rich's standard colours that can be read on dark and light terminals; red is left to what is wrong
COLOURS = {
    "cyan": 36, "yellow": 33, "green": 32, "magenta": 35, "bright_blue": 94, "bright_cyan": 96, "bright_green": 92, "bright_magenta": 95,
}  # fmt: skip
_CODES = tuple(COLOURS.values())
#: a match: bold besides, as colour alone would not reach everybody
MATCH, PLAIN = b"\x1b[1;31m", b"\x1b[0m"


class Prefixes:
    """Knows the names, and gives each its prefix: "web  | "."""

    def __init__(self, coloured: bool) -> None:
        self.coloured = coloured
        self._width = 0
        self._ranks: dict[str, int] = {}
        self._made: dict[str, str] = {}

    def know(self, name: str) -> None:
        self._made.clear()
        self._ranks.setdefault(name, len(self._ranks))
        self._width = max(self._width, display_width(on_one_line(name)))

    def of(self, name: str) -> str:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> str:
        text = on_one_line(name)
        text += " " * (self._width - display_width(text)) + " | "
        return Drawn(f"\x1b[{_CODES[self._ranks[name] % len(_CODES)]}m{text}\x1b[0m") if self.coloured else text
