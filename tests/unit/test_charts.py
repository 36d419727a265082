"""Bars and sparklines."""

from __future__ import annotations

from typing import Any

import pytest

from pydock.render.charts import ASCII, Item, Marks, bar, bar_lines, cut_line, marks_for, spark


@pytest.mark.parametrize(("used", "free", "whole", "expected"), [
    (100, 0, 100, "##########"), (0, 100, 100, "----------"), (50, 50, 100, "#####-----"), (30, 30, 100, "###---    "), (0, 0, 100, " " * 10), (1, 0, 0, " " * 10),
    # what is there is seen, and neither part hides the other
    (0.001, 0, 100, "#         "), (0, 0.001, 100, "-         "), (99.9, 0.1, 100, "#########-"), (0.1, 99.9, 100, "#---------"), (200, 0, 100, "##########"),
])  # fmt: skip
def test_bars(used: float, free: float, whole: float, expected: str) -> None:
    assert "".join(bar(ASCII, used, free, whole, 10)) == expected


@pytest.mark.parametrize(("values", "least", "expected"), [
    ([], 1, "        "), ([0.0], 1, "       ▁"), ([0, 50, 100], 100, "     ▁▅█"), ([0.5], 1, "       ▅"), (list(range(100)), 1, "████████"), ([7] * 20, 1, "████████"),
])  # fmt: skip
def test_sparklines(values: list[float], least: float, expected: str) -> None:
    assert "".join(spark(Marks(), values, 8, least)) == expected


@pytest.mark.parametrize(("environ", "terminal", "blocks", "colour"), [
    ({"LANG": "en_GB.UTF-8"}, True, True, True), ({"LANG": "C.utf8"}, False, True, False), ({"LANG": "C"}, True, False, True), ({}, True, False, True),
    ({"LC_ALL": "C", "LANG": "en_GB.UTF-8"}, True, False, True), ({"LC_ALL": "", "LC_CTYPE": "de_DE.UTF-8@euro"}, True, True, True), ({"LANG": "de_DE.ISO-8859-1"}, True, False, True),
    ({"LANG": "C.UTF-8", "NO_COLOR": "1"}, True, True, False),
])  # fmt: skip
def test_marks(environ: Any, terminal: bool, blocks: bool, colour: bool) -> None:
    marks = marks_for(environ, terminal)
    assert (marks.used == "█", marks.colour) == (blocks, colour)
    assert "".join([marks.used, marks.free, marks.levels, marks.received, marks.sent]).isascii() is not blocks


def test_lines_of_bars() -> None:
    items = [Item("a\nb", 75, 75), Item("wide 漢字漢字", 25)]
    assert ["".join(line) for line in bar_lines(ASCII, items, 100, 8, ["75B", "25B"], 40)] == [
        "  a b      75B  75% --------------     ", "  wide 漢… 25B  25% #####              ",
    ]  # fmt: skip


def test_colours_are_no_columns() -> None:
    marks = Marks(colour=True)
    line = cut_line(bar(marks, 5, 5, 10, 10), 4)
    assert line[0] == "\x1b[36m" and "".join(p for p in line if "\x1b" not in p) == "████"
