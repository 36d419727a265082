"""`node update`, `node promote`, `node demote`: change what nodes are to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pydock.api import nodes
from pydock.api.request import without_empty
from pydock.api.swarm import version_of
from pydock.errors import Failure
from pydock.flags import pairs
from pydock.options import Options, argument, command, flag, options
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.api.types import NodeSpec
    from pydock.app import App


@options
class NodeUpdateOptions(Options):
    node: str = argument("NODE", sources="nodes")
    availability: str = flag("--availability", help="Availability of the node", sources="active pause drain")
    label_add: tuple[str, ...] = flag("--label-add", help="Label to add or change, KEY=VALUE")
    label_rm: tuple[str, ...] = flag("--label-rm", help="Label to remove", sources="node-labels")
    role: str = flag("--role", help="Role of the node", sources="worker manager")


def updated(spec: NodeSpec, o: NodeUpdateOptions) -> NodeSpec:
    """The node's specification with the changes of the flags. Raises Failure for a label that there is not."""
    labels = {**(spec.get("Labels") or {}), **pairs.mapping(o.label_add)}
    for key in o.label_rm:
        if key not in labels:
            raise Failure(f"key {key} doesn't exist in node's labels")
        del labels[key]
    changed: NodeSpec = {**spec, "Labels": labels}
    if "role" in o.given:
        changed["Role"] = o.role
    if "availability" in o.given:
        changed["Availability"] = o.availability
    return without_empty(changed, ("Role", "Availability"))


def change(app: App, name: str, changed: Callable[[Json], NodeSpec | None]) -> bool:
    """Update a node. changed: its object -> the new specification, or None for no change. Was it changed? Raises Failure."""
    node = app.engine.json(nodes.inspect_node(name))
    spec = changed(node)
    if spec is not None:
        app.engine.read(nodes.update_node(node["ID"], version_of(node), spec))
    return spec is not None


@command("node update", NodeUpdateOptions, "Update a node")
def update(app: App, o: NodeUpdateOptions) -> None:
    change(app, o.node, lambda node: updated(node.get("Spec") or {}, o))
    app.out.line(o.node)


@options
class NodesOptions(Options):
    nodes: tuple[str, ...] = argument("NODE [NODE...]", sources="nodes")


def give_role(app: App, names: tuple[str, ...], role: str, done: str) -> None:
    """Give each node a role, up to the first failure. done: the report of one node. Raises Failure."""

    def with_role(node: Json) -> NodeSpec | None:
        spec: NodeSpec = node.get("Spec") or {}
        if spec.get("Role") == role:
            app.out.line(f"Node {node['ID']} is already a {role}.")
            return None
        return {**spec, "Role": role}

    for name in names:
        if change(app, name, with_role):
            app.out.line(done.format(name))


@command("node promote", NodesOptions, "Make one or more nodes managers of the swarm")
def promote(app: App, o: NodesOptions) -> None:
    give_role(app, o.nodes, "manager", "Node {} promoted to a manager in the swarm.")


@command("node demote", NodesOptions, "Make one or more managers of the swarm workers")
def demote(app: App, o: NodesOptions) -> None:
    give_role(app, o.nodes, "worker", "Manager {} demoted in the swarm.")
