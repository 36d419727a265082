"""A build's steps on a terminal, redrawn in place by rich. Only imported there.

[+] Building 2.3s (5/8)                                     docker:default
 => [internal] load build definition from Dockerfile                  0.0s
 => => transferring dockerfile: 81B                                   0.0s
 => [2/3] RUN make                                                    2.1s
 => => # gcc -c main.c
"""

from __future__ import annotations

import codecs
import re
import time
from collections.abc import Iterable, Mapping

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.text import Text

from pydock.render.human import cut, display_width
from pydock.render.live import Canvas
from pydock.render.shown import on_one_line, shown, without_sequences
from pydock.render.steps import SECOND, Step, Trace, counts

FRAMES = 10
#: lines of a running step's output to show
LOG_LINES = 6
#: the minimum width of a row's text
TEXT = 12
#: UTF-8 continuation bytes
CONTINUATION = bytes(range(0x80, 0xC0))
COLOURS = {"run": "blue", "cancel": "yellow", "error": "red", "warning": "yellow"}


class Row:
    """One line: text on the left, seconds on the right. kind: a key of COLOURS, "" while it runs."""

    def __init__(self, text: str, status: str, seconds: float, kind: str, done: bool, step: Step | None = None) -> None:
        self.text, self.status, self.seconds, self.kind, self.done, self.step = (
            on_one_line(text),
            status,
            seconds,
            kind,
            done,
            step,
        )

    def line(self, width: int) -> str:
        """The line, exactly `width` columns wide. Figures are never cut, only left out; "" without room for text."""
        timer = f" {self.seconds if self.seconds >= 0.05 else 0.0:3.1f}s"
        status = f" {self.status}" if self.status else ""
        for figures in ((status, timer), ("", timer), ("", "")):
            left = width - len(" => ") - sum(map(len, figures))
            if left >= TEXT:
                text = cut(self.text, left)
                return f" => {text}{figures[0]}{' ' * (left - display_width(text))}{figures[1]}"
        return ""


def _outcome(step: Step) -> tuple[str, str]:
    """(the word before a step's name, the kind of its row once it is over)."""
    if step.canceled:
        return "CANCELED ", "cancel"
    if step.error:
        return "ERROR ", "error"
    return "CACHED " if step.cached else "", "run"


def rows(trace: Trace, now: int) -> list[Row]:
    """Rows for everything that has started. now: nanoseconds, by the engine's clock."""
    out = []
    for step in trace.steps:
        if step.hidden:
            continue
        word, kind = _outcome(step)
        done = bool(step.completed)
        out.append(Row(word + step.name, "", step.seconds(now), kind if done else "", done, step))
        for status in step.statuses:
            seconds = ((status["completed"] or now) - status["started"]) / SECOND
            finished = bool(status["completed"])
            out.append(Row(f"=> {status['ID']}", counts(status), seconds, "run" if finished else "", finished))
        for warning in step.warnings:
            out.append(
                Row(f"WARN: {warning['short'].decode('utf-8', 'replace')}", "", step.seconds(now), "warning", True)
            )
    return out


def fitting(everything: list[Row], height: int) -> list[Row]:
    """The last rows that fit; running steps take precedence over finished ones."""
    if len(everything) <= height:
        return everything
    shown, above = everything[-height:] if height > 0 else [], everything[: len(everything) - max(height, 0)]
    running = [r for r in above if not r.done]
    dropped, kept = len(running), []
    for row in shown:
        if dropped and row.done:
            dropped -= 1
        else:
            kept.append(row)
    room = len(shown) - len(kept)
    return (running[-room:] if room else []) + kept


def last_output(step: Step, width: int) -> list[str]:
    """The last lines of a running step's output, as a terminal would show them."""
    # the buffer may begin within a character, and end within one that is still incomplete
    text, _ = codecs.utf_8_decode(step.output.lstrip(CONTINUATION), "replace", False)
    lines = [
        line.rstrip("\r").rpartition("\r")[2] for line in without_sequences(text).replace("\t", "    ").split("\n")
    ]
    return [cut(shown(line), width) for line in lines if line.strip()][-LOG_LINES:]


class Board:
    """The renderable for rich: computed for each frame, so that it follows the terminal's size."""

    def __init__(self, trace: Trace, name: str, colours: Mapping[str, str]) -> None:
        self.trace, self.name, self.colours = trace, on_one_line(name), colours
        self.began = time.time()
        #: the difference between the engine's clock and ours, in nanoseconds
        self.skew: int | None = None
        self.finished = False

    def now(self) -> int:
        """The engine's time."""
        ours = time.time_ns()
        if self.skew is None and self.trace.start:
            self.skew = ours - self.trace.start
        return ours - (self.skew or 0)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        now, width = self.now(), options.max_width
        everything = rows(self.trace, now)
        steps = list(self.trace.visible())
        completed = sum(1 for s in steps if s.completed)
        state = " FINISHED" if self.finished and steps and completed == len(steps) else ""
        began = self.trace.start or int(self.began * SECOND)
        timing = f"{max(0.0, (now - began) / SECOND):.1f}s ({completed}/{len(steps)})"
        head = next((h for h in (f"[+] Building {timing}{state}", f"[+] Building {timing}") if len(h) <= width), timing)
        yield Text(
            head + self.name.rjust(width - len(head) - 1) if len(head) + len(self.name) < width else cut(head, width),
            no_wrap=True,
        )
        shown, loud = everything, set[int]()
        if not self.finished:
            speaking = [r for r in everything if not r.done and r.step is not None and r.step.heard]
            windows = max(0, (options.max_height - 2 - sum(not r.done for r in everything)) // (LOG_LINES + 3))
            loud = {id(r) for r in sorted(speaking, key=lambda r: -r.step.heard if r.step else 0)[:windows]}
            lines = sum(len(last_output(r.step, width)) for r in everything if id(r) in loud and r.step)
            shown = fitting(everything, options.max_height - 2 - lines)
        for row in shown:
            if line := row.line(width):
                yield Text(line, style=self.colours.get(row.kind, ""), no_wrap=True)
            if id(row) in loud and row.step:
                for text in last_output(row.step, width - 10):
                    yield Text(f" => => # {text}", style="dim", no_wrap=True)


def colours(environ: Mapping[str, str]) -> dict[str, str]:
    """The default colours with those of BUILDKIT_COLORS=run=green:error=255,0,0:…; none if NO_COLOR is set."""
    if environ.get("NO_COLOR"):
        return {}
    out = dict(COLOURS)
    for part in environ.get("BUILDKIT_COLORS", "").split(":"):
        name, _, value = part.partition("=")
        if name in out and re.fullmatch(r"\d{1,3},\d{1,3},\d{1,3}", value):
            out[name] = f"rgb({value})"
        elif name in out and re.fullmatch(r"[a-z]+", value):
            out[name] = {"orange": "dark_orange", "light-red": "bright_red"}.get(value, value)
    return out


def show_live(updates: Iterable[bool], trace: Trace, name: str, environ: Mapping[str, str]) -> None:
    """Draw until the updates end; then print the final state."""
    console = Canvas(stderr=True)
    board = Board(trace, name, colours(environ))
    live = Live(board, console=console, refresh_per_second=FRAMES, vertical_overflow="crop", auto_refresh=False)
    drawn = 0.0
    live.start()
    try:
        for _ in updates:
            if time.monotonic() - drawn >= 1 / FRAMES:
                live.refresh()
                drawn = time.monotonic()
        board.finished = True
        live.vertical_overflow = "visible"
        live.refresh()
    finally:
        # also restores the cursor
        live.stop()
