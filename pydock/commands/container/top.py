"""`top`: the running processes of a container."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.commands.shared import jq_flag, json_flag
from pydock.options import Options, argument, command, options
from pydock.render.table import align
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App


#: columns of ps that are numbers
NUMBERS = frozenset("PID PPID PGID SID LWP NLWP TGID C NI PRI VSZ RSS SZ %CPU %MEM".split())
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@options
class TopOptions(Options):
    container: str = argument("CONTAINER", sources="running")
    json: str = json_flag(text="an array of processes")
    jq: str = jq_flag()
    ps_options: tuple[str, ...] = argument("[ps OPTIONS]")


def process(titles: list[str], row: list[str]) -> Json:
    """A process for --json: its columns by their titles, numbers as such."""
    return {
        title: (float(text) if "." in text else int(text)) if title in NUMBERS and NUMBER.fullmatch(text) else text
        for title, text in zip(titles, row)
    }


@command(
    "container top",
    TopOptions,
    "Show the running processes of a container",
    also=("top",),
    interspersed=False,
    reads=True,
)
def top(app: App, o: TopOptions) -> None:
    answer = app.engine.json(containers.container_top(o.container, o.ps_options))
    if o.json or o.jq:
        from pydock.commands.typed import print_objects

        print_objects(
            app, o, [process(answer["Titles"], row) for row in answer.get("Processes") or []], answer["Titles"]
        )
        return
    lines = ["\t".join(row) for row in (answer["Titles"], *(answer.get("Processes") or []))]
    app.out.write(align("\n".join(lines) + "\n", minimum=20, padding=3))
