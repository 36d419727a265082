"""Progress on a terminal, redrawn in place by rich: a line per layer, or one for a stream of bytes. Only imported
there.
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
#: width of the status column: enough for most statuses, so that the rest of the line does not move
STATUS = 18
#: its minimum width, for "Downloading", where the terminal is too narrow for the count
WORD = 11
#: seconds over which the speed is averaged
WINDOW = 3.0
DONE = ("complete", "exists", "Pushed", "Mounted")


class Canvas(Console):
    """A terminal for rich, on which text is shown literally: neither control characters nor markup have an effect."""

    def __init__(self, stderr: bool) -> None:
        super().__init__(
            file=sys.stderr if stderr else sys.stdout, highlight=False, markup=False, emoji=False, soft_wrap=False
        )

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Everything that is drawn passes here: segments of text, and rich's own controls."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(shown(segment.text), segment.style)


class Layer:
    """One layer: its status, progress and speed."""

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
        """Bytes per second, recently."""
        if not self.marks:
            return 0.0
        (first, before), (last, now) = self.marks[0], self.marks[-1]
        return (now - before) / (last - first) if last > first else 0.0

    def cells(self) -> tuple[Any, ...]:
        """Name, status, bar, count and speed; "" for missing ones."""
        done = any(word in self.status for word in DONE)
        style = "green" if done else "yellow" if self.status.startswith("Retrying") else ""
        head = (Text(self.identifier, style="bold"), Text(self.status, style=style))
        if not self.current and not self.total:
            return (*head, "", "", "")
        return (*head, *figures(self.current, self.total, self.speed))


def figures(current: int, total: int, speed: float) -> tuple[RenderableType, str, str]:
    """A bar, the count of bytes, and the speed. total: 0 if unknown."""
    bar = ProgressBar(total=total or None, completed=current, width=BAR, pulse=not total)
    count = f"{size(current, 3)}/{size(total, 3)}" if total else size(current, 3)
    return bar, count, f"{size(speed, 3)}/s" if speed > 0 else ""


def fitted(rows: list[tuple[Any, ...]], width: int, least: int = 0) -> Table:
    """Rows that end with figures(), fitted to a terminal's width: if it is too narrow, bar, speed and count are left
    out, in this order, and then the text is cut. Figures are never cut. least: the minimum width of the last text."""
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
    """All layers, in the order of their first messages."""

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
                # a message without an id ends a group of layers, which is not redrawn any more
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
    """Pass blocks through, and show their progress on stderr. total: in bytes, 0 if unknown."""
    passed, count = Bytes(title), 0
    with Live(passed, console=Canvas(stderr=True), transient=True, refresh_per_second=FRAMES):
        for block in blocks:
            yield block
            count += len(block)
            passed.update({"progressDetail": {"current": count, "total": total}}, time.monotonic())
