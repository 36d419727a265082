"""The fields of a command's --json, and of its templates: those of its view."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache

import pydock.views
from pydock.cli.params import Command
from pydock.render.values import HELP, described
from pydock.views.view import View


def subclasses(cls: type[View]) -> Iterator[type[View]]:
    for each in cls.__subclasses__():
        yield each
        yield from subclasses(each)


@cache
def views() -> dict[str, type[View]]:
    """What --json=help prints -> the view."""
    for info in pkgutil.iter_modules(pydock.views.__path__, "pydock.views."):
        importlib.import_module(info.name)
    return {described({n: w for n, (_, w) in view.FIELDS.items()}): view for view in subclasses(View) if view.FIELDS}


def fields_of(command: Command) -> tuple[Mapping[str, str], Mapping[str, str | None]]:
    """The fields of --json with what each is, and those of templates; none where only the answer tells them."""
    spec = next((f for f in command.flags if f.name == "json"), None)
    text = spec.tells(HELP) if spec and spec.tells else ""
    if not text or "KEY.KEY" in text:
        return {}, {}
    rows = (line.split(None, 1) for line in text.splitlines())
    view = views().get(text)
    return {name: what[0] if what else "" for name, *what in rows}, view.TITLES if view else {}
