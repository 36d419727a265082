"""Notes beside the output, in docker's layout. Pure."""

from __future__ import annotations

from pydock.render.shown import Drawn, shown

_MARGIN = " " * 9
_COLOURS = {"Info": ("i", 106, 96), "Warn": ("w", 103, 93)}


def note(kind: str, text: str, colour: bool) -> str:
    """A note, with or without colours. kind: "Info" or "Warn"; lines after the first are indented."""
    first, *rest = text.split("\n")
    if not colour:
        return f"\n {kind} -> {first}\n" + "".join(f"{_MARGIN}{line}\n" for line in rest)
    letter, background, foreground = _COLOURS[kind]
    head = f"\x1b[1m\x1b[{background}m\x1b[30m{letter}\x1b[0m\x1b[0m \x1b[{foreground}m{kind} → \x1b[0m\x1b[0m"
    return Drawn(
        f"\n{head}\x1b[3m{shown(first)}\x1b[0m\n" + "".join(f"{_MARGIN}\x1b[3m{shown(line)}\x1b[0m\n" for line in rest)
    )
