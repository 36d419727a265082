"""--format, read once: a table, JSON lines, or a template. Pure."""

from __future__ import annotations

from pydock.values import record


@record
class Format:
    """kind: "table", "json" or "template"; template: its text (None for the default table)."""

    kind: str
    template: str | None = None

    @classmethod
    def parse(cls, text: str, raw: str | None = None) -> Format:
        """raw: the template of the word "raw"; without one, "raw" is a template itself."""
        if text == "json":
            return cls("json", "{{json .}}")
        if text == "table":
            return cls("table")
        if text == "raw" and raw is not None:
            return cls("template", raw)
        table = text.startswith("table")
        body = (text[5:] if table else text).strip(" ").replace("\\t", "\t").replace("\\n", "\n")
        return cls("table" if table else "template", body)
