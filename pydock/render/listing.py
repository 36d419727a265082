"""Rows to text, for every list command. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydock.errors import Failure
from pydock.go.kinds import GoMap
from pydock.go.template.execute import Dot, ExecError, ParseError, Template
from pydock.go.template.functions import HEADER_FUNCTIONS
from pydock.render.format import Format
from pydock.render.table import align


class Header(GoMap):
    """The header row as a template's dot: the value of each field is its title."""

    go_type = "formatter.SubHeaderContext"

    def go_field(self, name: str) -> object:
        if name == "Label":
            return lambda key: key.rpartition(".")[2].replace("-", " ").replace("_", " ")
        return self.get(name)


def listing(rows: Iterable[Dot], titles: Mapping[str, str | None], form: Format, default: str) -> str:
    """The whole output of a list: `default` is the template of the plain table. Raises Failure."""
    template = compile_template(default if form.template is None else form.template)
    body = "".join(execute(template, row) + "\n" for row in rows)
    if form.kind != "table":
        return body
    return align(f"{_header(template, titles)}\n{body}")


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
