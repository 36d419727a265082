"""`history`: the history of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import images
from pydock.commands.shared import FORMAT_HELP, graph_flag, jq_flag, json_flag, platform_flag, platform_json, print_rows
from pydock.options import Options, argument, command, flag, options
from pydock.render.format import Format
from pydock.views.images import HISTORY, HISTORY_EXACT, HistoryView

if TYPE_CHECKING:
    from pydock.app import App


@options
class HistoryOptions(Options):
    image: str = argument("IMAGE", sources="images")
    format: str = flag("--format", help=FORMAT_HELP, sources="formats")
    graph: bool = graph_flag("Draw a bar for each step, by its size")
    human: bool = flag("-H", "--human", default=True, help="Print sizes and dates in human-readable format")
    json: str = json_flag(HistoryView)
    jq: str = jq_flag()
    no_trunc: bool = flag("--no-trunc", help="Do not truncate output")
    platform: str = platform_flag("Platform of the image", "1.48")
    quiet: bool = flag("-q", "--quiet", help="Only show IDs")


@command("image history", HistoryOptions, "Show the history of an image", also=("history",), reads=True)
def history(app: App, o: HistoryOptions) -> None:
    wanted = o.platform and platform_json(app, o.platform, "invalid platform: ")
    form = Format.parse(o.format or "table")
    if o.quiet and form == Format("table"):
        form = Format("template", "{{.ID}}")
    layers = app.engine.json(images.image_history(o.image, wanted))
    rows = [HistoryView(layer, app.clock(), not o.no_trunc, o.human) for layer in layers]
    if o.graph:
        from pydock.commands.graphs import print_history

        print_history(app, rows)
        return
    print_rows(app, o, HistoryView, rows, form, HISTORY if o.human else HISTORY_EXACT)
