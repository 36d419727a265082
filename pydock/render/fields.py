"""Templates of nothing but text and fields, as those of docker's tables are: they need no template language. Pure."""

from __future__ import annotations

from collections.abc import Callable


def parts_of(template: str) -> list[str] | None:
    """Text and names of fields in turn, of "{{.ID}}:{{.Names}}" ["", "ID", ":", "Names", ""]; None for any other template."""
    text, *rest = template.split("{{")
    parts = [text]
    for part in rest:
        action, end, text = part.partition("}}")
        dot, name = action[:1], action[1:]
        if not (end and dot == "." and name.isascii() and name.isidentifier()):
            return None
        parts += [name, text]
    return parts


def filled(parts: list[str], field: Callable[[str], object]) -> str | None:
    """The text with the fields' values; None where one is not text: how that is printed the template language knows."""
    values = [field(name) for name in parts[1::2]]
    if any(type(value) is not str for value in values):
        return None
    return "".join(text + str(value) for text, value in zip(parts[::2], [*values, ""]))
