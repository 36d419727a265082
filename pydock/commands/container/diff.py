"""`diff`: changes to a container's file system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydock.api import containers
from pydock.errors import Failure
from pydock.options import Options, argument, command, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class DiffOptions(Options):
    container: str = argument("CONTAINER", sources="containers")


def change_line(change: dict[str, Any]) -> str:
    """ "A /new": C is changed, A added, D deleted."""
    kinds = "CAD"
    kind = int(change.get("Kind") or 0)
    return f"{kinds[kind] if kind < len(kinds) else ''} {change['Path']}"


@command("container diff", DiffOptions, "Show changes to a container's file system", also=("diff",))
def diff(app: App, o: DiffOptions) -> None:
    if not o.container:
        raise Failure("Container name cannot be empty")
    for change in app.engine.json(containers.container_changes(o.container)) or []:
        app.out.line(change_line(change))
