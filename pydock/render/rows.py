"""Progress as rows of a terminal, each redrawn in place, with the bytes that docker sends. Pure."""

from __future__ import annotations

from typing import Any

from pydock.render.human import display_width
from pydock.render.progress import plain_line
from pydock.render.shown import Drawn, on_one_line, shown

#: narrower terminals have no bars
WIDE, BAR = 110, 50


def bar(current: int, total: int, width: int) -> str:
    """The position as a bar; "" without a total, and on a narrow terminal."""
    if total <= 0 or width <= WIDE:
        return ""
    filled = min(max(current * 100 // total // 2, 0), BAR)
    return f"[{'=' * filled}>{' ' * (BAR - filled)}] "


def counted(current: int, total: int, units: str) -> str:
    """The position in numbers, of units that can be counted: "1/3 nodes"."""
    if not units or max(current, total) <= 0:
        return ""
    return f"{current}/{total} {units}" if current <= total else f"{current} {units}"


def fitted(text: str, width: int) -> str:
    """The text cut to a terminal's width: a line that wraps would shift all others. width: 0 if unknown."""
    while width and display_width(text) > width:
        text = text[:-1]
    return text


class Rows:
    """The rows so far: the cursor stands below them."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}

    def draw(self, message: dict[str, Any], width: int) -> str:
        """What to write for a message; one without a position is a line, which ends the rows. width: in columns."""
        if "progressDetail" not in message:
            self.rows.clear()
            return shown(plain_line(message))
        name, detail = str(message["id"]), message["progressDetail"]
        below = "" if name in self.rows else "\n"
        up = len(self.rows) - self.rows.setdefault(name, len(self.rows)) + bool(below)
        current, total = detail.get("current", 0), detail.get("total", 0)
        figures = bar(current, total, width) + counted(current, total, detail.get("units", ""))
        text = on_one_line(f"{name}: {message['status']} ") + figures
        return Drawn(f"{below}\x1b[{up}A\x1b[2K\r{fitted(text, width)}\r\x1b[{up}B")
