"""Completion within a template of --format: the fields of what is printed, after "{{."."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

#: the fields that follow a path of fields, and what each is
Fields = Callable[[str], Mapping[str, str]]

#: an action that is open: what is before the field, the path that leads to it, the beginning of its name
OPEN = re.compile(r"(.*\{\{(?:[^{}]*[\s(|])?)(?:\.((?:\w+\.)*)(\w*))?", re.DOTALL)
#: within these "." is not what is printed
ELSEWHERE = re.compile(r"\{\{-?\s*(?:block|define|range|template|with)\b")


def of_template(text: str, fields: Fields) -> list[tuple[str, str]]:
    """The candidates for a template that is being typed: each field closes the action; one that has fields of its own
    goes on, too."""
    found = OPEN.fullmatch(text)
    if found is None or ELSEWHERE.search(text):
        return []
    before, path = found[1], found[2] or ""
    action = before.rpartition("{{")[2]
    close = ")" * (action.count("(") - action.count(")")) + "}}"
    out = []
    for name, about in fields(path.rstrip(".")).items():
        begin = f"{before}.{path}{name}"
        out.append((begin + close, about))
        if fields(path + name):
            out.append((begin + ".", about))
    return out
