"""`inspect --as-run`: the command lines that make containers again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from pydock.api import system, whole
from pydock.api.request import version_key
from pydock.commands.container.line import Line, line, quoted
from pydock.commands.container.own import Habits, Own, own
from pydock.errors import Failure, Failures
from pydock.shape import Json
from pydock.values import replace

if TYPE_CHECKING:
    from pydock.app import App

#: the API version since which `create` takes several networks
SEVERAL = (1, 44)


class Finder:
    """Looks containers up, with what tells their own from what their image and the engine give."""

    def __init__(self, app: App) -> None:
        self.app, self.version = app, version_key(app.engine.api_version)

    @cached_property
    def habits(self) -> Habits:
        return Habits.of(self.app.engine.json(system.info()), self.version)

    def find(self, name: str) -> tuple[Own, Json, str]:
        """(what was said, the inspection, a remark about its image or ""). Raises Failure."""
        container = self.app.engine.json(whole.container(name))
        said, identifier = str(container["Config"].get("Image") or ""), str(container.get("Image") or "")
        image = self.image(said)
        if image.get("Id") == identifier:
            return own(container, image, self.habits), container, ""
        if not (image := self.image(identifier)):
            remark = f"its image {said} is gone: what the image gave is told as if it had been said"
            return own(container, {}, self.habits), container, remark
        remark = f"{said} is another image by now: the line names the one that the container has"
        return replace(own(container, image, self.habits), image=identifier), container, remark

    def image(self, name: str) -> Json:
        """{} where there is none. Raises Failure."""
        found: Json = self.app.engine.found(whole.image(name))
        return found or {}


def text_of(found: Line, wrapped: bool) -> str:
    """The commands, a line each; wrapped: each flag on a line of its own."""
    between = " \\\n    " if wrapped else " "
    return "".join(between.join(" ".join(map(quoted, group)) for group in command) + "\n" for command in found.commands)


def as_run(app: App, names: Sequence[str]) -> None:
    """Print the lines. Raises Failures for containers that are not found."""
    app.need_engine()
    finder, failures = Finder(app), list[Failure]()
    for name in names:
        try:
            said, _, remark = finder.find(name)
        except Failure as failure:
            failures.append(failure)
            continue
        found = line(said, app.prog, several=finder.version >= SEVERAL)
        app.out.write(text_of(found, app.out.is_terminal))
        for text in [*([remark] if remark else []), *(f"no flag says {what}" for what in found.untold)]:
            app.err.line(f"{name}: {text}")
    if failures:
        raise Failures(failures)
