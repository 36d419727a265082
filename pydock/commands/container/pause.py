"""`pause` and `unpause`: pause and unpause containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.commands.container.stop import NAMES
from pydock.commands.shared import all_names
from pydock.options import Options, argument, command, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class PauseOptions(Options):
    containers: tuple[str, ...] = argument(NAMES, sources="unpaused")


@command("container pause", PauseOptions, "Pause all processes within one or more containers", also=("pause",))
def pause(app: App, o: PauseOptions) -> None:
    all_names(app, o.containers, lambda name: app.engine.read(containers.pause_container(name)))


@options
class UnpauseOptions(Options):
    containers: tuple[str, ...] = argument(NAMES, sources="paused")


@command("container unpause", UnpauseOptions, "Unpause all processes within one or more containers", also=("unpause",))
def unpause(app: App, o: UnpauseOptions) -> None:
    all_names(app, o.containers, lambda name: app.engine.read(containers.unpause_container(name)))
