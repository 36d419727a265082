"""`top`: the running processes of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.options import Options, argument, command, options
from pydock.render.table import align

if TYPE_CHECKING:
    from pydock.app import App


@options
class TopOptions(Options):
    container: str = argument("CONTAINER", sources="running")
    ps_options: tuple[str, ...] = argument("[ps OPTIONS]")


@command("container top", TopOptions, "Show the running processes of a container", also=("top",), interspersed=False)
def top(app: App, o: TopOptions) -> None:
    answer = app.engine.json(containers.container_top(o.container, o.ps_options))
    lines = ["\t".join(row) for row in (answer["Titles"], *(answer.get("Processes") or []))]
    app.out.write(align("\n".join(lines) + "\n", minimum=20, padding=3))
