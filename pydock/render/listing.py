"""Rows to text, for every list command. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pydock.render.fields import filled, parts_of
from pydock.render.format import Format
from pydock.render.table import align

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def listing(rows: Iterable[Any], titles: Mapping[str, str | None], form: Format, default: str) -> str:
    """The whole output of a list: `default` is the template of the plain table. Raises Failure."""
    template = default if form.template is None else form.template
    header = titles if form.kind == "table" else None
    rows = list(rows)
    lines = plain(template, rows, header)
    if lines is None:
        from pydock.render.templated import templated

        lines = templated(template, rows, header)
    text = "".join(line + "\n" for line in lines)
    return text if header is None else align(text)


def plain(template: str, rows: Sequence[Any], titles: Mapping[str, str | None] | None) -> list[str] | None:
    """As templated(), for templates of fields that are text; None for others."""
    parts = parts_of(template)
    if parts is None or not all(hasattr(row, "go_field") for row in rows):
        return None
    fields = [row.go_field for row in rows] if titles is None else [titles.get, *(row.go_field for row in rows)]
    lines = [filled(parts, field) for field in fields]
    texts = [line for line in lines if line is not None]
    return texts if len(texts) == len(lines) else None
