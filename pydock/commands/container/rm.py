"""`rm`: remove containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.commands.container.stop import NAMES
from pydock.commands.shared import SelectOptions, all_names, targets
from pydock.errors import Failure, Failures
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

    try:
        all_names(app, found.names, act)
    except Failures as error:
        # with --force what there is not counts as removed: it is told, as docker does, before what has failed
        missing = [f for f in error.failures if o.force and f.missing]
        for failure in missing:
            app.err.line(failure.message)
        if failed := [f for f in error.failures if f not in missing]:
            raise Failures(failed) from None
