"""`service rm`: remove services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api.services import remove_service
from pydock.commands.shared import each_name
from pydock.options import Options, argument, command, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class RemoveOptions(Options):
    services: tuple[str, ...] = argument("SERVICE [SERVICE...]", sources="services")


@command("service rm", RemoveOptions, "Remove one or more services", aliases=("remove",), usage="SERVICE [SERVICE...]")
def remove(app: App, o: RemoveOptions) -> None:
    each_name(app, o.services, lambda name: app.engine.read(remove_service(name)))
