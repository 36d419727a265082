"""Rows to text by a template. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydock.errors import Failure
from pydock.go.kinds import Dot, GoMap
from pydock.go.template.execute import ExecError, ParseError, Template
from pydock.go.template.functions import HEADER_FUNCTIONS


class Header(GoMap):
    """The header row as a template's dot: the value of each field is its title."""

    go_type = "formatter.SubHeaderContext"

    def go_field(self, name: str) -> object:
        if name == "Label":
            return lambda key: key.rpartition(".")[2].replace("-", " ").replace("_", " ")
        return self.get(name)


def templated(text: str, rows: Iterable[Dot], titles: Mapping[str, str | None] | None) -> list[str]:
    """A text for each row; titles: those of a header, which comes first. Raises Failure."""
    template = compile_template(text)
    lines = [execute(template, row) for row in rows]
    return lines if titles is None else [_header(template, titles), *lines]


def _header(template: Template, titles: Mapping[str, str | None]) -> str:
    """The header, by executing the template on the titles; if it fails on them, its output up to there."""
    try:
        return template.with_functions(HEADER_FUNCTIONS).execute(Header(titles))
    except ExecError as error:
        return error.partial


def compile_template(text: str, code: int = 1) -> Template:
    """Raises Failure in docker's words."""
    try:
        return Template(text)
    except ParseError as error:
        raise Failure(f"template parsing error: {error}", code) from None


def execute(template: Template, dot: object) -> str:
    try:
        return template.execute(dot)
    except ExecError as error:
        raise Failure(f"template parsing error: {error}") from None
