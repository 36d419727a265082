"""`engine ls`: the engines of this machine, and which one commands use now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.commands.shared import FORMAT_HELP, jq_flag, json_flag, print_list
from pydock.options import Options, command, flag, options
from pydock.render.human import natural
from pydock.views.engines import EngineView

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.machine.machine import Found

#: how `engine ls` tells what has chosen the engine in use
CHOSEN = {"currentContext": "config.json", "default": "nothing else is set"}


@options
class EngineListOptions(Options):
    format: str = flag("--format", help=FORMAT_HELP, sources="formats")
    json: str = json_flag(EngineView)
    jq: str = jq_flag()
    quiet: bool = flag("-q", "--quiet", help="Only show names")


@command("engine ls", EngineListOptions, "Find the engines of this machine", aliases=("list",), own=True)
def ls(app: App, o: EngineListOptions) -> None:
    found = sorted(app.machine.engines(), key=lambda engine: natural(engine.name))
    print_list(app, o, EngineView, map(view_of, found))


def view_of(engine: Found) -> EngineView:
    by = CHOSEN.get(engine.chosen_by, engine.chosen_by)
    answer = engine.probe
    return EngineView(
        engine.name, engine.address, engine.kind, answer.version, answer.api, answer.state, answer.why, by
    )
