"""docker's tab writer: cells end with a tab; a column is as wide as its widest cell in consecutive lines. Pure.

Follows Go's text/tabwriter: the last cell of a line does not belong to a column.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def wide(cell: str) -> int:
    """A cell's width on a terminal, as docker counts it."""
    if cell.isascii():
        return len(cell)
    from pydock.render.human import display_width

    return display_width(cell)


def align(text: str, minimum: int = 10, padding: int = 3) -> str:
    """Replace tabs by blanks. A column is a block of adjacent lines that have a cell there."""
    lines = [line.split("\t") for line in text.split("\n")]
    widths: list[list[int]] = [[0] * (len(cells) - 1) for cells in lines]
    pending = [(0, len(lines), 0)]
    while pending:
        pending += _columns(lines, widths, *pending.pop(), minimum, padding)
    return "\n".join(
        "".join(cell + " " * (width - wide(cell)) for cell, width in zip(cells, row)) + cells[-1]
        for cells, row in zip(lines, widths)
    )


def _columns(
    lines: list[list[str]], widths: list[list[int]], start: int, end: int, column: int, minimum: int, padding: int
) -> list[tuple[int, int, int]]:
    """Set the widths of `column`, block by block; returns (start, end, next column) for each block."""
    at, blocks = start, []
    while at < end:
        if column >= len(lines[at]) - 1:
            at += 1
            continue
        stop = at
        while stop < end and column < len(lines[stop]) - 1:
            stop += 1
        cells = [lines[i][column] for i in range(at, stop)]
        width = max(minimum, max(map(wide, cells)) + padding)
        for i in range(at, stop):
            widths[i][column] = width
        blocks.append((at, stop, column + 1))
        at = stop
    return blocks


def columns(rows: Iterable[Sequence[str]], padding: int = 3) -> str:
    """Rows of cells as lines."""
    return align("".join("\t".join(row) + "\n" for row in rows), 0, padding)
