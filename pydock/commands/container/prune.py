"""`container prune`: remove all stopped containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.commands.shared import PruneOptions, prune_filters, prune_objects
from pydock.options import command, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class ContainerPruneOptions(PruneOptions):
    pass


@command("container prune", ContainerPruneOptions, "Remove all stopped containers", since="1.25")
def prune(app: App, o: ContainerPruneOptions) -> None:
    filters = prune_filters(app, o.filter)
    if o.dry_run:
        from pydock.commands.preview import Preview, show

        show(app, [Preview(app, filters).containers()], "containers")
        return
    request = containers.prune_containers(filters)
    prune_objects(
        app, o, "all stopped containers", request, "Containers", lambda report: report.get("ContainersDeleted")
    )
