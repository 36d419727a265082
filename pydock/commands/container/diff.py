"""`diff`: changes to a container's file system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydock.api import containers
from pydock.commands.shared import jq_flag, json_flag
from pydock.errors import Failure
from pydock.options import Options, argument, command, options

if TYPE_CHECKING:
    from pydock.app import App


#: of --json, by the engine's numbers
KINDS = {0: "changed", 1: "added", 2: "deleted"}


@options
class DiffOptions(Options):
    container: str = argument("CONTAINER", sources="containers")
    json: str = json_flag({"Path": "path in the container", "Kind": "changed, added or deleted"})
    jq: str = jq_flag()


def change_line(change: dict[str, Any]) -> str:
    """ "A /new": C is changed, A added, D deleted."""
    kinds = "CAD"
    kind = int(change.get("Kind") or 0)
    return f"{kinds[kind] if kind < len(kinds) else ''} {change['Path']}"


@command("container diff", DiffOptions, "Show changes to a container's file system", also=("diff",), reads=True)
def diff(app: App, o: DiffOptions) -> None:
    if not o.container:
        raise Failure("Container name cannot be empty")
    changes = app.engine.json(containers.container_changes(o.container)) or []
    if o.json or o.jq:
        from pydock.commands.typed import print_objects

        print_objects(app, o, [{"Path": c["Path"], "Kind": KINDS.get(c["Kind"])} for c in changes], ())
        return
    for change in changes:
        app.out.line(change_line(change))
