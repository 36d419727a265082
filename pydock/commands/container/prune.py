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
    request = containers.prune_containers(prune_filters(app, o.filter))
    prune_objects(
        app, o, "all stopped containers", request, "Containers", lambda report: report.get("ContainersDeleted")
    )
