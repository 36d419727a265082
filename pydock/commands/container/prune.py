"""`container prune`: remove all stopped containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.commands.shared import PruneOptions, confirmed, print_deleted, print_reclaimed, prune_filters
from pydock.declare import command, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class ContainerPruneOptions(PruneOptions):
    pass


@command("container prune", ContainerPruneOptions, "Remove all stopped containers", since="1.25")
def prune(app: App, o: ContainerPruneOptions) -> None:
    filters = prune_filters(app, o.filter)
    if not o.force and not confirmed(app, "WARNING! This will remove all stopped containers.\nAre you sure you want to continue?"):
        return
    report = app.engine.json(containers.prune_containers(filters))
    print_deleted(app, "Containers", report.get("ContainersDeleted"))
    print_reclaimed(app, report.get("SpaceReclaimed"))
