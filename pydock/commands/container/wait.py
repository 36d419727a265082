"""`wait`: wait until containers stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.commands.container.stop import NAMES
from pydock.commands.shared import each_name
from pydock.options import Options, argument, command, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class WaitOptions(Options):
    containers: tuple[str, ...] = argument(NAMES, sources="running")


@command(
    "container wait", WaitOptions, "Wait until one or more containers stop, then print their exit codes", also=("wait",)
)
def wait(app: App, o: WaitOptions) -> None:
    def code(name: str) -> str:
        return str(app.engine.json(containers.wait_container(name))["StatusCode"])

    each_name(app, o.containers, code, lambda _, status: app.out.line(status))
