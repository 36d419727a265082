"""Lists by templates: those of fields alone are filled without the template language, which decides what comes of them."""

from __future__ import annotations

from typing import Any

import pytest

from pydock.errors import Failure
from pydock.go.kinds import Failed
from pydock.render.listing import plain
from pydock.render.templated import templated


class Row:
    """Its fields are text but for Number and Nothing; there is no other."""

    def go_field(self, name: str) -> Any:
        return {"ID": "1", "Name": "a\tb", "Number": 3, "Nothing": None, "Label": lambda key: key}.get(name, Failed)


TITLES = {"ID": "THE ID", "Name": "NAME", "Number": "NUMBER", "Nothing": None}
FILLED = (
    "",
    "x",
    "}} x",
    "{{.ID}}",
    "{{.ID}}\t{{.Name}}",
    "a {{.Name}} b\n{{.ID}}}}",
    "{{.ID}}{{.ID}}",
    "{.ID}",
    "{{.ID}} }{",
)
OTHERS = (
    "{{.Number}}", "{{.Nothing}}", "{{.Other}}", "{{.Label}}", "{{ .ID }}", "{{.ID }}", "{{- .ID}}", "{{.ID -}}", "{{.}}", "{{.ID.Name}}",
    "{{/* c */}}", "{{.ID", "{{{.ID}}", "{{.1}}", "{{.é}}", "{{json .ID}}", '{{.Label "a"}}', "{{$}}", "{{.ID}} {{", "{{}}",
)  # fmt: skip


@pytest.mark.parametrize("titles", [TITLES, None], ids=["table", "lines"])
@pytest.mark.parametrize("template", [*FILLED, *OTHERS])
def test_templates_of_fields(template: str, titles: dict[str, str | None] | None) -> None:
    rows = [Row(), Row()]
    filled = plain(template, rows, titles)
    assert (filled is None) == (template in OTHERS)
    if filled is not None:
        assert filled == templated(template, rows, titles)


def test_rows_without_fields_are_for_the_template_language() -> None:
    assert plain("{{.ID}}", [{"ID": "1"}], None) is None
    assert templated("{{.ID}}", [{"ID": "1"}], None) == ["1"]


def test_failures() -> None:
    with pytest.raises(Failure, match="template parsing error"):
        templated("{{.ID", [], None)
    with pytest.raises(Failure, match="template parsing error"):
        templated("{{.Other}}", [Row()], TITLES)
