"""`wait`: wait until containers stop, or are what they are to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.commands.container.stop import NAMES
from pydock.commands.container.waiting import for_flag, timeout_flag
from pydock.commands.shared import each_name
from pydock.options import Options, argument, command, options

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.flags.conditions import Condition


@options
class WaitOptions(Options):
    containers: tuple[str, ...] = argument(NAMES, sources="running")
    conditions: tuple[Condition, ...] = for_flag()
    timeout: int = timeout_flag()


@command(
    "container wait", WaitOptions, "Wait until one or more containers stop, then print their exit codes", also=("wait",)
)
def wait(app: App, o: WaitOptions) -> None:
    if o.conditions or "timeout" in o.given:
        wait_for(app, o)
        return

    def code(name: str) -> str:
        return str(app.engine.json(containers.wait_container(name))["StatusCode"])

    each_name(app, o.containers, code, lambda _, status: app.out.line(status))


def wait_for(app: App, o: WaitOptions) -> None:
    """Prints the names as they become ready; exit codes in the order of the names, so that it is known whose they are."""
    from pydock.commands.container.ready import Target, Vigil
    from pydock.flags.conditions import Condition

    conditions = o.conditions or (Condition("exited"),)
    vigil, codes = Vigil(app, conditions), Condition("exited") in conditions
    printed = 0

    def ready(target: Target) -> None:
        nonlocal printed
        if not codes:
            app.out.line(o.containers[vigil.targets.index(target)])
            return
        while printed < len(vigil.targets) and not vigil.targets[printed].open:
            app.out.line(str(vigil.targets[printed].code))
            printed += 1

    vigil.until(o.containers, o.timeout if "timeout" in o.given else None, ready)
