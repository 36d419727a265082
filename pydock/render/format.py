"""--format, read once: a table, JSON lines, a template, or raw. Pure."""

from __future__ import annotations

from pydock.record import record


@record
class Format:
    """kind: "table", "json", "raw" or "template"; template: its text ("" for the default table)."""

    kind: str
    template: str = ""

    @classmethod
    def parse(cls, text: str) -> Format:
        if text in ("json", "raw"):
            return cls(text, "{{json .}}" if text == "json" else "")
        table = text.startswith("table")
        body = (text[5:] if table else text).strip(" ").replace("\\t", "\t").replace("\\n", "\n")
        return cls("table" if table else "template", body)

    @property
    def custom(self) -> bool:
        """Did the user choose more than a plain table?"""
        return self.kind != "table" or bool(self.template)
