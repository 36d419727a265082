"""The table of a benchmark: a row for each case, as text or as Markdown, with what was missed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.bench.cases import CASES

Row = Mapping[str, Any]

#: what is promised of each case, also of figures that were measured before
TARGETS = {case.name: case.target for case in CASES}


def target(row: Row) -> float:
    name = row["case"]
    return TARGETS[name] if name in TARGETS else float(row["target"])


def misses(row: Row) -> str:
    """What a row promises and does not keep, in a word each; "" for none."""
    if problem := row.get("problem"):
        return str(problem)
    slow = row["ratio"] > target(row)
    large = row["pydock"]["memory"] > row["docker"]["memory"]
    return " and ".join(word for word, is_so in (("slow", slow), ("large", large)) if is_so)


def _of(program: str, field: str, form: str, times: float = 1) -> Callable[[Row], str]:
    return lambda row: format(row[program][field] * times, form)


#: (title, width as text, the cell)
COLUMNS: tuple[tuple[str, int, Callable[[Row], str]], ...] = (
    ("docker ms", 11, _of("docker", "seconds", ".1f", 1e3)),
    ("pydock ms", 11, _of("pydock", "seconds", ".1f", 1e3)),
    ("ratio", 7, lambda row: f"{row['ratio']:.2f}"),
    ("target", 8, lambda row: f"{target(row):.2f}"),
    ("docker MB", 11, _of("docker", "memory", ".1f")),
    ("pydock MB", 11, _of("pydock", "memory", ".1f")),
    ("docker CPU s", 14, _of("docker", "cpu", ".2f")),
    ("pydock CPU s", 14, _of("pydock", "cpu", ".2f")),
    ("docker-py", 11, lambda row: str(row.get("docker-py", ""))),
)


def head(facts: Mapping[str, Any], markdown: bool = False) -> str:
    """What stands above the rows. facts: the versions, and what the machine was doing."""
    titles = [title for title, _, _ in COLUMNS]
    if not markdown:
        columns = "".join(f"{title:>{width}}" for title, width, _ in COLUMNS)
        return "  ".join(f"{name} {value}" for name, value in facts.items()) + f"\n{'case':<22}{columns}"
    about = ", ".join(f"{name} {value}" for name, value in facts.items())
    return f"{about}\n\n| case | {' | '.join(titles)} | |\n| --- |{' ---: |' * len(titles)} --- |"


def line(row: Row, markdown: bool = False) -> str:
    missed = misses(row)
    cells = [("" if "problem" in row else cell(row)) for _, _, cell in COLUMNS]
    if markdown:
        return f"| {row['about']} | {' | '.join(cells)} | {missed} |"
    return (
        f"{row['case']:<22}" + "".join(f"{text:>{width}}" for text, (_, width, _) in zip(cells, COLUMNS)) + f" {missed}"
    )
