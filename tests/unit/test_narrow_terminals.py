"""Views that are drawn in place, on terminals of 20 to 80 columns: no line wraps, and every figure is whole."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pydock.app import App
from pydock.commands.container.copying import Manner
from pydock.commands.container.copying import Progress as CopyProgress
from pydock.commands.container.stats import frame
from pydock.commands.graphs import KEPT, Past, stats_lines
from pydock.render.build_live import Board
from pydock.render.charts import Item, Marks, bar_lines
from pydock.render.format import Format
from pydock.render.human import display_width
from pydock.render.listing import listing
from pydock.render.live import Bytes, Layers
from pydock.render.steps import Trace
from pydock.values import replace
from pydock.views.stats import DEFAULT, Figures, StatsView
from tests.support.screen import Screen

WIDTHS = [20, 40, 60, 80, 120]
#: each of the numbers that follow, as it may be shown
FIGURES = {"123MB", "290MB", "290MB/513MB", "123MB/513MB", "22.2MB/s"}


def drawn(view: Any, width: int) -> list[str]:
    """What rich draws of it, line by line."""
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=False, color_system=None).print(view, end="")
    return out.getvalue().splitlines()


def whole(lines: list[str], width: int) -> None:
    """Fails for a line that wraps, and for a piece of a figure."""
    for line in lines:
        assert display_width(line.rstrip()) <= width, line
        for word in re.findall(r"\b\d[\d.]*[\w./]*", line):
            assert word in FIGURES, (width, line)


def layers(*statuses: str) -> Layers:
    out = Layers()
    for n, status in enumerate(statuses):
        message = {
            "id": f"abcdef{n:06}",
            "status": status,
            "progressDetail": {"current": 123_400_000, "total": 512_700_000},
        }
        out.update(message, 1.0)
        layer = out.layers[message["id"]]
        layer.marks = [(1.0, 0), (2.0, 22_220_000)]
    return out


@pytest.mark.parametrize("width", WIDTHS)
def test_layers_of_a_pull_or_push(width: int) -> None:
    lines = drawn(layers("Downloading", "Verifying Checksum"), width)
    whole(lines, width)
    assert len(lines) == 2 and all(line.startswith("abcdef") for line in lines)
    assert ("123MB/513MB" in lines[0]) == (width >= 40)
    assert ("22.2MB/s" in lines[0]) == (width >= 60)
    assert ("━" in lines[0]) == (width >= 80)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("total", "count"), [(512_700_000, "290MB/513MB"), (0, "290MB")])
def test_bytes_of_save_load_and_export(width: int, total: int, count: str) -> None:
    """The number that passed is shown, with no question mark for what nobody told."""
    view = Bytes("Saving registry.example.com/team/application:latest")
    view.update({"progressDetail": {"current": 290_300_000, "total": total}}, 1.0)
    view.marks = [(1.0, 0), (2.0, 22_220_000)]
    lines = drawn(view, width)
    whole(lines, width)
    assert len(lines) == 1 and count in lines[0] and "?" not in lines[0]


@pytest.mark.parametrize("width", WIDTHS)
def test_steps_of_a_build(width: int) -> None:
    now = time.time_ns()
    vertex = {
        "digest": "a",
        "inputs": [],
        "name": "[2/3] RUN apt-get install everything",
        "cached": False,
        "started": now - 12_300_000_000,
        "completed": 0,
        "error": "",
        "progressGroup": None,
    }
    status = {
        "ID": "transferring context:",
        "vertex": "a",
        "name": "",
        "current": 290_300_000,
        "total": 512_700_000,
        "timestamp": now,
        "started": now - 10**9,
        "completed": 0,
    }
    trace = Trace()
    trace.update({"vertexes": [vertex], "logs": [], "statuses": [status], "warnings": []}, 0)
    lines = drawn(Board(trace, "docker:default", {}), width)
    assert len(lines) == 3 and all(display_width(line.rstrip()) <= width for line in lines), lines
    assert "(0/1)" in lines[0]
    assert lines[1].startswith(" => [2/3] RUN") and lines[2].startswith(" => => transferring")
    # a figure at the end of a line is whole, or not there
    assert all(re.search(r" \d+\.\ds$", line) or (width < 40 and not re.search(r"\d$", line)) for line in lines[1:]), (
        lines
    )
    assert ("290.30MB / 512.70MB" in lines[2]) == (width >= 60), lines


@pytest.mark.parametrize("width", WIDTHS)
def test_stats(width: int) -> None:
    """As many columns as fit: a line that went on in the next would push the table away."""
    figures = Figures(
        name="/a-container-of-some-length",
        id="f" * 64,
        cpu=12.34,
        memory=1e9,
        limit=2e9,
        memory_share=50.0,
        received=1e6,
        sent=2e6,
        read=3e6,
        written=4e6,
        pids=12,
    )
    text = listing([StatsView("web", figures, False, True)], StatsView.TITLES, Format("table"), DEFAULT)
    lines = [line for line in frame(text, 50, width) if not line.startswith("\x1b") and line != " \x1b[K\n"]
    assert all(display_width(line) < width for line in lines)
    titles, row = (re.split(" {3,}", line) for line in lines[:2])
    every = [re.split(" {3,}", line) for line in text.splitlines()]
    assert titles == every[0][: len(titles)] and row == every[1][: len(row)] and len(row) == len(titles) >= 1
    assert frame(text, 50, 0)[1] == text.splitlines()[0]


@pytest.mark.parametrize("width", [8, *WIDTHS])
def test_charts(width: int) -> None:
    """Charts are left out, from the right, where they would be too narrow; no line goes on in the next."""
    figures = Figures(name="/a-container-of-some-length", cpu=12.34, memory=1e9, limit=2e9, received=1e6, sent=2e6)
    past = Past()
    for second in range(1, 300):
        past.add(float(second), replace(figures, received=1e6 * second, cpu=float(second % 7)), KEPT)
    rows = [(300.0, StatsView("web", figures, False, True))]
    for once in (False, True):
        titles, line = ("".join(p for p in line) for line in stats_lines(Marks(), rows, {"web": past}, width, once))
        assert display_width(titles) < width and display_width(line) < width
        assert ("NET I/O" in titles) == (width >= 80) and ("MEM" in titles) == (width >= 60)
    items = [Item("an image/of:some-length", 5e6, 5e6), Item("b", 1e6), Item("c", 1.0)]
    for drawn in bar_lines(Marks(), items, 6e6, width // 3, ["5MB", "1MB", "1B"], width):
        assert display_width("".join(drawn)) <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_what_cp_has_copied(width: int) -> None:
    def blocks() -> Iterator[bytes]:
        for _ in range(3):
            yield b"x" * 1000
            time.sleep(0.2)

    with Screen(width) as screen:
        app = App(screen.file, screen.file, io.BytesIO(), {}, "docker")
        for _ in CopyProgress(app, Manner(progress=True), "Copying from container - ").watch(blocks()):
            pass
    lines = [re.sub("\x1b\\[?[0-9;?]*[A-Za-z78]", "", part) for part in re.split("\x1b[78]", screen.seen.decode())]
    assert all(len(line) < width for line in lines), lines
    assert [line.split()[-1] for line in lines if line][-1] == "3kB", lines


@pytest.mark.parametrize("width", [20, 40, 60, 80])
def test_the_context_of_a_classic_build(width: int, tmp_path: Path) -> None:
    from pydock.render.human import beside

    line = beside("Sending build context to Docker daemon  ", " 290.3MB", width)
    assert len(line) < width and line.endswith("290.3MB") and line.startswith("Sending")
    assert (
        beside("Sending build context to Docker daemon  ", " 290.3MB", 0)
        == "Sending build context to Docker daemon   290.3MB"
    )
