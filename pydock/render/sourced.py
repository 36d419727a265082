"""Rows and structs with the context that they come from, where several engines are asked at once: `.Context`. Pure."""

from __future__ import annotations

from pydock.go.kinds import GoStruct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: the field, and its column
FIELD, TITLE = "Context", "CONTEXT"


class Row:
    """A list's row, with one more field."""

    def __init__(self, row: Any, source: str) -> None:
        self.row, self.source = row, source

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)

    def go_field(self, name: str) -> Any:
        return self.source if name == FIELD else self.row.go_field(name)

    def go_json(self) -> dict[str, Any]:
        return dict(sorted({FIELD: self.source, **self.row.go_json()}.items()))


def sourced(dot: Any, source: str) -> Any:
    """What a template is executed on. source: the context's name, or "" where only one engine is asked."""
    if not source:
        return dot
    if isinstance(dot, GoStruct):
        return type(dot)(dot.type_name, {FIELD: source, **dot.fields}, dot.tags, dot.text, dot.marshaled)
    return Row(dot, source)


def with_source(value: Any, source: str) -> Any:
    """The same for --json: an object, or each of a list."""
    if isinstance(value, list):
        return [with_source(one, source) for one in value]
    return {FIELD: source, **value} if isinstance(value, dict) else value
