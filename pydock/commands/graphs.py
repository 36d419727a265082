"""--graph of stats, system df and history; imported for it alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import Event
from typing import TYPE_CHECKING

from pydock.errors import Failure
from pydock.render.charts import (
    Item,
    Line,
    Marks,
    bar,
    bar_lines,
    cut_line,
    fitting,
    marks_for,
    padded,
    spark,
)
from pydock.render.human import bytes_size, ellipsis, size
from pydock.render.shown import Drawn, on_one_line
from pydock.shape import Json
from pydock.streams.terminal import size as size_of
from pydock.views.images import HistoryView
from pydock.views.stats import UNKNOWN, Figures, StatsView

if TYPE_CHECKING:
    from pydock.app import App

#: columns where there is no terminal
WIDTH = 80
#: without -v: the largest objects of each kind
MOST = 10
#: seconds between two drawings
INTERVAL = 0.5


def marks_of(app: App) -> Marks:
    return marks_for(app.environ, app.out.is_terminal)


def print_lines(app: App, lines: Iterable[Line]) -> None:
    app.out.write(*(part for line in lines for part in (*line[:-1], line[-1].rstrip(" "), "\n")))


# -- system df -------------------------------------------------------------------------------------


def print_usage(app: App, usage: Json, every: bool) -> None:
    """A bar for each object of the engine. usage: its lists, as before API 1.52; every: also beyond the largest of each
    kind."""
    kinds = {name: sorted(items, key=lambda i: -i.size) for name, items in items_of(usage).items()}
    whole, width, marks = sum(i.size for items in kinds.values() for i in items), app.out.width or WIDTH, marks_of(app)
    shown = {name: items if every else largest(items) for name, items in kinds.items()}
    names = fitting((i.title for items in shown.values() for i in items), width // 3)
    lines: list[Line] = []
    for name, items in kinds.items():
        total, free = sum(i.size for i in items), sum(i.free for i in items)
        reclaimable = f", {size(free)} reclaimable" if free else ""
        lines.append(cut_line((f"{name}: {size(total)}{reclaimable}",), width))
        lines += bar_lines(marks, shown[name], whole, names, [size(i.size, 3) for i in shown[name]], width)
    lines.append(("",))
    lines.append(cut_line((f"{marks.used} in use  {marks.free} reclaimable  100% = {size(whole)}",), width))
    print_lines(app, lines)


def largest(items: Sequence[Item]) -> list[Item]:
    """The largest, and one for all others."""
    if len(items) <= MOST:
        return list(items)
    rest = items[MOST - 1 :]
    other = Item(f"({len(rest)} others)", sum(i.size for i in rest), sum(i.free for i in rest))
    return [*items[: MOST - 1], other]


def items_of(usage: Json) -> dict[str, list[Item]]:
    """What takes space, by kind; images by what no other image has, and what they share once."""
    images, containers, volumes, cache = (usage.get(k) or [] for k in ("Images", "Containers", "Volumes", "BuildCache"))
    return {
        "Images": [i for i in image_items(images, usage) if i.size],
        "Containers": [
            item(((c.get("Names") or [c["Id"]])[0]).lstrip("/"), c.get("SizeRw"), c.get("State") not in ACTIVE)
            for c in containers
            if c.get("SizeRw")
        ],
        "Volumes": [
            item(v["Name"], used["Size"], not used.get("RefCount"))
            for v in volumes
            if (used := v.get("UsageData") or {}).get("Size", -1) > 0
        ],
        "Build cache": [
            item(c.get("Description") or c["ID"], c["Size"], not c.get("InUse"))
            for c in cache
            if c.get("Size") and not c.get("Shared")
        ],
    }


#: states of a container that has its space in use
ACTIVE = ("running", "paused", "restarting")


def item(title: str, count: int | None, reclaimable: bool) -> Item:
    return Item(title, float(count or 0), float(count or 0) if reclaimable else 0.0)


def image_items(images: Sequence[Json], usage: Json) -> Iterator[Item]:
    own = 0
    for image in images:
        shared = image.get("SharedSize")
        unique = image["Size"] - (shared if shared and shared > 0 else 0)
        own += unique
        names = [n for n in image.get("RepoTags") or () if not n.startswith("<none>")]
        yield item(names[0] if names else image["Id"].removeprefix("sha256:")[:12], unique, not image.get("Containers"))
    rest = (usage.get("LayersSize") or 0) - own
    sharing = any(image.get("Containers") for image in images if (image.get("SharedSize") or 0) > 0)
    if rest > 0 and len(images) > 1:
        yield item("(layers of several)", rest, not sharing)


# -- history ---------------------------------------------------------------------------------------


def print_history(app: App, rows: Sequence[HistoryView]) -> None:
    """A bar for each step of an image, with its share of the whole."""
    counts = [float(row.h.get("Size") or 0) for row in rows]
    whole, width, marks = sum(counts), app.out.width or WIDTH, marks_of(app)
    texts = [size(count, 3) for count in counts]
    sizes, room = max(map(len, texts), default=0), max(4, min(24, width // 4))
    lines = []
    for row, count, text in zip(rows, counts, texts):
        share = f"{count / whole * 100:.0f}%" if whole else "0%"
        head = f"{text.rjust(sizes)} {share.rjust(4)} "
        line = cut_line((head, *bar(marks, count, 0, whole, room)), width)
        left = width - len(head) - room - 2
        step = on_one_line(str(row.h.get("CreatedBy") or row.Comment))
        lines.append((*line, "  " + ellipsis(step, left) if left > 8 else ""))
    print_lines(app, lines)


# -- stats -----------------------------------------------------------------------------------------


class Past:
    """One container's figures so far: percent, bytes, bytes per second."""

    def __init__(self) -> None:
        self.time, self.last = 0.0, Figures(valid=False)
        self.cpu, self.memory, self.network = list[float](), list[float](), list[float]()
        self.rates: tuple[float, float] | None = None

    def add(self, time: float, figures: Figures, most: int) -> None:
        """A reading, unless it is known already. most: how many are kept."""
        if not figures.valid or time == self.time:
            return
        passed = time - self.time
        if self.time and passed > 0:
            self.rates = (
                max(0.0, (figures.received - self.last.received) / passed),
                max(0.0, (figures.sent - self.last.sent) / passed),
            )
            self.network.append(sum(self.rates))
        self.cpu.append(figures.cpu)
        self.memory.append(figures.memory)
        self.time, self.last = time, figures
        for values in (self.cpu, self.memory, self.network):
            del values[:-most]


#: titles of the charts, and the columns that their figures take
CHARTS = (("CPU %", 8), ("MEM USAGE", 10), ("NET I/O", 17))
#: a chart that would have less columns is left out
NARROW = 4
#: readings that are kept: what the widest terminal shows
KEPT = 512

#: a container's time of reading, and its row
Reading = tuple[float, StatsView]


def draw_stats(app: App, read: Callable[[], list[Reading]], check: Callable[[], None], once: bool) -> None:
    """Draw until there is an interrupt; once: a bar each, and no more. Raises what `check` raises."""
    if app.out.source and not once:
        raise Failure("--graph draws one engine at a time; with --no-stream it shows several, one after another", 125)
    past: dict[str, Past] = {}
    pause, due = Event(), app.clock()
    while True:
        rows = read()
        for time, row in rows:
            past.setdefault(row.Container, Past()).add(time, row.f, KEPT)
        height, width = size_of(app.out.binary)
        lines = stats_lines(marks_of(app), rows, past, width or WIDTH, once)
        if app.out.is_terminal and not once:
            shown = lines[: height - 1] if height else lines
            ends = (Drawn(" \x1b[K\n"),)
            app.out.write(Drawn("\x1b[H"), *(p for line in shown for p in (*line, *ends)), Drawn("\x1b[J"))
        else:
            print_lines(app, [*lines, *([] if once else [("",)])])
        if once:
            return
        # by the clock: the time of drawing is part of the interval
        due = max(due + (INTERVAL if app.out.is_terminal else 2 * INTERVAL), app.clock())
        pause.wait(due - app.clock())
        check()


def stats_lines(marks: Marks, rows: Sequence[Reading], past: dict[str, Past], width: int, once: bool) -> list[Line]:
    """A line of charts for each container, and one of titles."""
    names = fitting(["NAME", *(row.Name for _, row in rows)], max(4, width // 5))
    shown = list(CHARTS)
    # the marks of what is received and sent
    shown[2] = (shown[2][0], shown[2][1] + len(marks.received + marks.sent))
    while len(shown) > 1 and room_of(shown, names, width) < NARROW:
        shown.pop()
    room = max(0, room_of(shown, names, width))
    titles = "".join("  " + padded(title, room + 1 + figure) for title, figure in shown)
    lines = [cut_line((padded("NAME", names) + titles,), width - 1)]
    for _, row in rows:
        line: list[str] = [padded(row.Name, names)]
        charts = charts_of(marks, row.f, past.get(row.Container, Past()), room, once)
        for (chart, text), (_, figure) in zip(charts, shown):
            line += ["  ", *chart, " ", text.rjust(figure)]
        lines.append(cut_line(tuple(line), width - 1))
    return lines


def room_of(charts: Sequence[tuple[str, int]], names: int, width: int) -> int:
    """The columns of each chart, without its figure."""
    return (width - 1 - names - sum(figure + 3 for _, figure in charts)) // len(charts)


def charts_of(marks: Marks, f: Figures, past: Past, room: int, once: bool) -> list[tuple[Line, str]]:
    """(chart, figure) of processor, memory and network; once: bars, of one processor and of the memory's limit."""
    received, sent = past.rates or (0.0, 0.0)
    if once:
        network = f"{marks.received}{size(f.received, 3)} {marks.sent}{size(f.sent, 3)}"
        charts = [bar(marks, min(f.cpu, 100.0), 0, 100, room), bar(marks, f.memory, 0, f.limit, room), (" " * room,)]
    else:
        network = f"{marks.received}{size(received, 3)}/s {marks.sent}{size(sent, 3)}/s" if past.rates else ""
        charts = [
            spark(marks, past.cpu, room, 1.0),
            spark(marks, past.memory, room, 1.0),
            spark(marks, past.network, room, 1.0),
        ]
    texts = [f"{f.cpu:.2f}%", bytes_size(f.memory), network] if f.valid else [UNKNOWN, UNKNOWN, UNKNOWN]
    return list(zip(charts, texts))
