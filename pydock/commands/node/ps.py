"""`node ps`: list the tasks of nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import nodes, tasks
from pydock.api.request import filters
from pydock.commands.node.reference import node_reference
from pydock.commands.tasks import TaskListOptions, print_tasks
from pydock.errors import Failure, Failures
from pydock.options import argument, command, options
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App


@options
class NodePsOptions(TaskListOptions):
    nodes: tuple[str, ...] = argument("[NODE...]", sources="nodes")


@command("node ps", NodePsOptions, "List tasks running on one or more nodes, defaults to the current node", reads=True)
def ps(app: App, o: NodePsOptions) -> None:
    found, failures, wanted = list[Json](), list[Failure](), list(o.filter)
    for name in o.nodes or ("self",):
        try:
            node = app.engine.json(nodes.inspect_node(node_reference(app, name)))
            # docker's filter keeps the nodes before: their tasks are listed again
            wanted.append(("node", node["ID"]))
            found += app.engine.json(tasks.list_tasks(filters=filters(wanted)))
        except Failure as failure:
            failures.append(failure)
    if found or not failures:
        print_tasks(app, o, found, not o.no_trunc)
    if failures:
        raise Failures(failures)
