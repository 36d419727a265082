"""Progress for a person, drawn in place by rich: one line a layer, or one for a stream of bytes. Only imported on a
terminal.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from pydock.render.human import size
from pydock.render.progress import check, plain_line
from pydock.render.shown import as_log, on_one_line, shown

FRAMES = 12
BAR = 24
#: columns that most words for what happens to a layer need: the rest does not jump when they change
STATUS = 18
#: columns that the most usual one needs, "Downloading": it may be cut down to them to make room for the count
WORD = 11
#: seconds over which a speed is measured
WINDOW = 3.0
DONE = ("complete", "exists", "Pushed", "Mounted")


class Canvas(Console):
    """A terminal to draw on: rich draws, and whatever text it is given is shown as it is, neither obeyed nor read as
    markup.
    """

    def __init__(self, stderr: bool) -> None:
        super().__init__(
            file=sys.stderr if stderr else sys.stdout, highlight=False, markup=False, emoji=False, soft_wrap=False
        )

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """What everything that is drawn passes: segments of text, and rich's own controls."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(shown(segment.text), segment.style)


class Layer:
    """One layer: what happens to it, how far it is, how fast that goes."""

    def __init__(self, identifier: str) -> None:
        self.identifier, self.status = on_one_line(identifier), ""
        self.current = self.total = 0
        self.marks: list[tuple[float, int]] = []

    def update(self, message: dict[str, Any], now: float) -> None:
        status, detail = on_one_line(str(message.get("status") or "")), message.get("progressDetail") or {}
        if status != self.status:
            self.marks.clear()
        self.status = status
        self.current, self.total = int(detail.get("current") or 0), int(detail.get("total") or 0)
        self.marks = [(t, n) for t, n in self.marks if now - t < WINDOW] + [(now, self.current)]

    @property
    def speed(self) -> float:
        """Bytes a second, over the last moments."""
        if not self.marks:
            return 0.0
        (first, before), (last, now) = self.marks[0], self.marks[-1]
        return (now - before) / (last - first) if last > first else 0.0

    def cells(self) -> tuple[Any, ...]:
        """Name, status, bar, count and speed; "" for what there is not."""
        done = any(word in self.status for word in DONE)
        style = "green" if done else "yellow" if self.status.startswith("Retrying") else ""
        head = (Text(self.identifier, style="bold"), Text(self.status, style=style))
        return (
            (*head, *figures(self.current, self.total, self.speed))
            if self.current or self.total
            else (*head, "", "", "")
        )


def figures(current: int, total: int, speed: float) -> tuple[RenderableType, str, str]:
    """A bar, how much has passed of how much (total: 0 if nobody knows), and how fast."""
    bar = ProgressBar(total=total or None, completed=current, width=BAR, pulse=not total)
    count = f"{size(current, 3)}/{size(total, 3)}" if total else size(current, 3)
    return bar, count, f"{size(speed, 3)}/s" if speed > 0 else ""


def fitted(rows: list[tuple[Any, ...]], width: int, least: int = 0) -> Table:
    """Rows whose last cells are figures(), in a terminal of that width. Where it is narrow, bar, speed and count go, in
    this order, and then the text before them is cut: a figure is whole or not there. least: columns kept for the last
    text."""
    texts = len(rows[0]) - 3 if rows else 0
    widths = [
        max((BAR if isinstance(c, ProgressBar) else cell_len(str(c)) for c in column), default=0)
        for column in zip(*rows)
    ]
    kept = [n for n, w in enumerate(widths) if w or n < texts]

    def needed() -> int:
        return sum(widths[n] + 1 for n in kept)

    if rows:
        widths[texts - 1] += max(0, min(least - widths[texts - 1], width - needed()))
    spare = max(0, widths[texts - 1] - WORD) if rows else 0
    for column, cut in ((texts, 0), (texts + 2, 0), (texts + 1, spare)):
        if column in kept and needed() - cut > width and (column != texts + 1 or texts > 1):
            kept.remove(column)
    table = Table.grid(padding=(0, 1))
    for n in kept:
        if n == texts - 1:
            widths[n] = max(1, widths[n] - max(0, needed() - width))
        table.add_column(no_wrap=True, overflow="ellipsis", width=widths[n], justify="right" if n > texts else "left")
    for row in rows:
        table.add_row(*(row[n] for n in kept))
    return table


class Layers:
    """All of them, in the order in which they were first heard of."""

    def __init__(self) -> None:
        self.layers: dict[str, Layer] = {}

    def update(self, message: dict[str, Any], now: float) -> None:
        self.layers.setdefault(message["id"], Layer(message["id"])).update(message, now)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield fitted([layer.cells() for layer in list(self.layers.values())], options.max_width, STATUS)


def show(messages: Iterable[dict[str, Any]], stderr: bool) -> None:
    """Draw until the messages end. Raises what they raise, and Failure for the engine's own error."""
    out = Canvas(stderr)
    layers: Layers | None = None
    live = Live(console=out)
    try:
        for message in messages:
            check(message)
            if message.get("id") and "progressDetail" in message:
                if layers is None:
                    layers = Layers()
                    live = Live(layers, console=out, refresh_per_second=FRAMES)
                layers.update(message, time.monotonic())
                live.start()
            elif line := plain_line(message).rstrip("\n"):
                # a line of its own ends a group of layers, which stays as it is
                live.stop()
                layers = None
                out.print(Text(as_log(line)), soft_wrap=True)
    finally:
        # also puts the cursor back, whatever happened
        live.stop()


class Bytes(Layer):
    """A stream of bytes."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield fitted([(Text(self.identifier), *figures(self.current, self.total, self.speed))], options.max_width)


def counted(blocks: Iterable[bytes], title: str, total: int = 0) -> Iterator[bytes]:
    """The same blocks; meanwhile how many bytes have passed, how fast, and how many there are (0: nobody knows), on
    stderr.
    """
    passed, count = Bytes(title), 0
    with Live(passed, console=Canvas(stderr=True), transient=True, refresh_per_second=FRAMES):
        for block in blocks:
            yield block
            count += len(block)
            passed.update({"progressDetail": {"current": count, "total": total}}, time.monotonic())
