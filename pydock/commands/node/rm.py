"""`node rm`: remove nodes from the swarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import nodes
from pydock.commands.shared import each_name
from pydock.options import Options, argument, command, flag, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class NodeRemoveOptions(Options):
    nodes: tuple[str, ...] = argument("NODE [NODE...]", sources="nodes")
    force: bool = flag("-f", "--force", help="Remove nodes that are not down, too")


@command("node rm", NodeRemoveOptions, "Remove one or more nodes from the swarm", aliases=("remove",))
def remove(app: App, o: NodeRemoveOptions) -> None:
    each_name(app, o.nodes, lambda name: app.engine.read(nodes.remove_node(name, o.force)))
