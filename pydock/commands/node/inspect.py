"""`node inspect`: show details of nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import nodes
from pydock.commands.inspect import Found, PrettyOptions, fetch, fields_flag, print_kind
from pydock.commands.node.reference import node_reference
from pydock.options import argument, command, options
from pydock.views.nodes import NodeView, node_text

if TYPE_CHECKING:
    from pydock.app import App


@options
class NodeInspectOptions(PrettyOptions):
    json: str = fields_flag("node")
    nodes: tuple[str, ...] = argument("self|NODE [NODE...]", sources="nodes")


@command("node inspect", NodeInspectOptions, "Show details of one or more nodes")
def inspect(app: App, o: NodeInspectOptions) -> None:
    def find(name: str) -> Found:
        return fetch(app, nodes.inspect_node(node_reference(app, name)), "swarm.Node")

    forms = {"table": "table " + NodeView.DEFAULT, "raw": NodeView.RAW.replace("\n", "\\n")}
    print_kind(app, o, o.nodes, find, node_text, raw=False, forms=forms)
