"""`pause` and `unpause`: pause and unpause containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.commands.container.stop import NAMES
from pydock.commands.shared import SelectOptions, all_names, targets
from pydock.options import argument, command, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class PauseOptions(SelectOptions):
    containers: tuple[str, ...] = argument(NAMES, sources="unpaused", unless=("filter", "all"))


@command("container pause", PauseOptions, "Pause all processes within one or more containers", also=("pause",))
def pause(app: App, o: PauseOptions) -> None:
    found = targets(app, o, o.containers, "pause")
    all_names(app, found.names, lambda name: app.engine.read(containers.pause_container(found.id(name))))


@options
class UnpauseOptions(SelectOptions):
    containers: tuple[str, ...] = argument(NAMES, sources="paused", unless=("filter", "all"))


@command("container unpause", UnpauseOptions, "Unpause all processes within one or more containers", also=("unpause",))
def unpause(app: App, o: UnpauseOptions) -> None:
    found = targets(app, o, o.containers, "unpause")
    all_names(app, found.names, lambda name: app.engine.read(containers.unpause_container(found.id(name))))
