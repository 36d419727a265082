"""`rm`: remove containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.commands.container.stop import NAMES
from pydock.commands.shared import SelectOptions, all_names, missing_counts_as_removed, targets
from pydock.errors import Failure
from pydock.options import argument, command, flag, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class RemoveOptions(SelectOptions):
    containers: tuple[str, ...] = argument(NAMES, sources="removable", unless=("filter", "all"))
    force: bool = flag("-f", "--force", help="Force removal of a running container (uses SIGKILL)")
    link: bool = flag("-l", "--link", help="Remove the specified link")
    volumes: bool = flag("-v", "--volumes", help="Remove the container's anonymous volumes")


@command("container rm", RemoveOptions, "Remove one or more containers", also=("rm",), aliases=("remove",))
def remove(app: App, o: RemoveOptions) -> None:
    app.need_engine()
    found = targets(app, o, o.containers, "rm")

    def act(name: str) -> None:
        target = found.id(name).strip("/") if name != "/" else ""
        if not target:
            raise Failure("container name cannot be empty")
        app.engine.read(containers.remove_container(target, o.force, o.volumes, o.link))

    with missing_counts_as_removed(app, o.force):
        all_names(app, found.names, act)
