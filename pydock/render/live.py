"""Progress for a person, drawn in place by rich: one line a layer, or one for a stream of bytes. Only imported on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.live import Live
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.progress_bar import ProgressBar
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from pydock.render.human import size
from pydock.render.progress import check, plain_line
from pydock.render.shown import as_log, on_one_line, shown

FRAMES = 12
BAR = 24
#: seconds over which a speed is measured
WINDOW = 3.0
DONE = ("complete", "exists", "Pushed", "Mounted")


class Canvas(Console):
    """A terminal to draw on: rich draws, and whatever text it is given is shown as it is, neither obeyed nor read as markup."""

    def __init__(self, stderr: bool) -> None:
        super().__init__(file=sys.stderr if stderr else sys.stdout, highlight=False, markup=False, emoji=False, soft_wrap=False)

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
        (first, before), (last, now) = self.marks[0], self.marks[-1]
        return (now - before) / (last - first) if last > first else 0.0

    def cells(self) -> tuple[Any, ...]:
        done = any(word in self.status for word in DONE)
        style = "green" if done else "yellow" if self.status.startswith("Retrying") else ""
        head = (Text(self.identifier, style="bold"), Text(self.status, style=style))
        if not self.current and not self.total:
            return (*head, "", "", "")
        bar = ProgressBar(total=self.total or None, completed=self.current, width=BAR, pulse=not self.total)
        count = f"{size(self.current, 3)}/{size(self.total, 3)}" if self.total else size(self.current, 3)
        return (*head, bar, count, f"{size(self.speed, 3)}/s" if self.speed > 0 else "")


class Layers:
    """All of them, in the order in which they were first heard of."""

    def __init__(self) -> None:
        self.layers: dict[str, Layer] = {}

    def update(self, message: dict[str, Any], now: float) -> None:
        self.layers.setdefault(message["id"], Layer(message["id"])).update(message, now)

    def __rich__(self) -> Table:
        table = Table.grid(padding=(0, 1))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, min_width=18)
        table.add_column()
        table.add_column(no_wrap=True, justify="right")
        table.add_column(no_wrap=True, justify="right")
        for layer in list(self.layers.values()):
            table.add_row(*layer.cells())
        return table


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


def counted(blocks: Iterable[bytes], title: str, total: int = 0) -> Iterator[bytes]:
    """The same blocks; meanwhile how many bytes have passed, how fast, and how many there are (0: nobody knows), on stderr."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(BAR), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Canvas(stderr=True), transient=True, refresh_per_second=FRAMES) as progress:
        task = progress.add_task(on_one_line(title), total=total or None)
        for block in blocks:
            yield block
            progress.advance(task, len(block))
