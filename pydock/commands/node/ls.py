"""`node ls`: list the nodes of a swarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import nodes, system
from pydock.api.request import filters
from pydock.commands.shared import WholeListOptions, json_flag, print_list
from pydock.options import command, options
from pydock.render.human import natural
from pydock.views.nodes import NodeView

if TYPE_CHECKING:
    from pydock.app import App


@options
class NodeListOptions(WholeListOptions):
    json: str = json_flag(NodeView)


@command("node ls", NodeListOptions, "List nodes in the swarm", aliases=("list",), reads=True)
def ls(app: App, o: NodeListOptions) -> None:
    found = app.engine.json(nodes.list_nodes(filters(o.filter)))
    info = app.engine.json(system.info()) if found and not o.quiet else {}
    rows = [NodeView(node, info) for node in found]
    print_list(app, o, NodeView, sorted(rows, key=lambda row: natural(row.Hostname)))
