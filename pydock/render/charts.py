"""Bars and sparklines of text for --graph. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pydock.render.human import cut, display_width, ellipsis
from pydock.render.shown import Drawn, on_one_line
from pydock.values import record

#: a line: its parts, of which Drawn ones are colours
Line = tuple[str, ...]


@record
class Marks:
    """The characters of charts. used, free: of bars, what is in use and what is reclaimable; levels: of sparklines."""

    used: str = "█"
    free: str = "░"
    levels: str = "▁▂▃▄▅▆▇█"
    received: str = "↓"
    sent: str = "↑"
    colour: bool = False


ASCII = Marks(used="#", free="-", levels="_.:-=+*#", received="rx ", sent="tx ")
#: SGR colours of used and free
_USED, _FREE, _PLAIN = Drawn("\x1b[36m"), Drawn("\x1b[33m"), Drawn("\x1b[0m")


def marks_for(environ: Mapping[str, str], terminal: bool) -> Marks:
    """Blocks where the locale has them, as the C library reads its variables, ASCII elsewhere; colours on a terminal."""
    locale = next((environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), "C")
    marks = Marks() if locale.lower().replace("-", "").partition(".")[2].startswith("utf8") else ASCII
    colour = terminal and not environ.get("NO_COLOR")
    return Marks(**{**marks.__dict__, "colour": colour})


def painted(marks: Marks, colour: Drawn, text: str) -> Line:
    return (colour, text, _PLAIN) if marks.colour and text else (text,)


def bar(marks: Marks, used: float, free: float, whole: float, width: int) -> Line:
    """`used` and then `free` of a `whole`, padded to the width. What is there has a character at least."""
    if whole <= 0 or used + free <= 0:
        return (" " * width,)
    length = max(1, min(width, round((used + free) / whole * width)))
    first = round(used / (used + free) * length)
    # as far as there is room, neither part hides the other
    first = min(max(first, int(used > 0)), length - int(free > 0 and (length > 1 or used <= 0)))
    return (
        *painted(marks, _USED, marks.used * first),
        *painted(marks, _FREE, marks.free * (length - first)),
        " " * (width - length),
    )


def spark(marks: Marks, values: Sequence[float], width: int, least: float) -> Line:
    """The last values, at the right of the width; the highest level is the highest value of those, or `least`."""
    shown = values[-width:] if width > 0 else []
    top = max([least, *shown])
    text = "".join(marks.levels[min(len(marks.levels) - 1, int(v / top * len(marks.levels)))] for v in shown)
    return " " * (width - len(text)), *painted(marks, _USED, text)


def padded(text: str, width: int) -> str:
    """On one line, cut or filled to the width."""
    text = ellipsis(on_one_line(text), width)
    return text + " " * (width - display_width(text))


def fitting(titles: Iterable[str], most: int) -> int:
    """The width of a column of these titles, no more than `most`."""
    return min(most, max((display_width(on_one_line(title)) for title in titles), default=0))


@record
class Item:
    """A row of bars: a size in bytes, and how much of it is reclaimable."""

    title: str
    size: float
    free: float = 0.0


def bar_lines(
    marks: Marks, items: Sequence[Item], whole: float, names: int, texts: Sequence[str], width: int
) -> list[Line]:
    """A line for each item: its title in `names` columns, its size as text, its share, its bar in what is left."""
    sizes = max(map(len, texts), default=0)
    room = max(4, width - names - sizes - 10)
    lines = []
    for item, text in zip(items, texts):
        share = f"{item.size / whole * 100:.0f}%" if whole > 0 else "0%"
        head = f"  {padded(item.title, names)} {text.rjust(sizes)} {share.rjust(4)} "
        lines.append(cut_line((head, *bar(marks, item.size - item.free, item.free, whole, room)), width))
    return lines


def cut_line(line: Line, width: int) -> Line:
    """The line, no wider than that."""
    out, left = list[str](), width
    for part in line:
        if not isinstance(part, Drawn):
            part = cut(part, left)
            left -= display_width(part)
        out.append(part)
    return tuple(out)
