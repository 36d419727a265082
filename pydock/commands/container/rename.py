"""`rename`: rename a container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.errors import Failure, Told
from pydock.options import Options, argument, command, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class RenameOptions(Options):
    container: str = argument("CONTAINER", sources="containers")
    name: str = argument("NEW_NAME")


@command("container rename", RenameOptions, "Rename a container", also=("rename",))
def rename(app: App, o: RenameOptions) -> None:
    old, new = o.container.strip(), o.name.strip()
    if not old or not new:
        raise Failure("Error: Neither old nor new names may be empty")
    try:
        app.engine.read(containers.rename_container(old, new))
    except Failure as failure:
        app.err.line(failure.message)
        raise Told(f"Error: failed to rename container named {old}", [failure]) from None
