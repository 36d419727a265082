"""`node ps`: list the tasks of nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import nodes, tasks
from pydock.api.request import filters
from pydock.commands.node.reference import node_reference
from pydock.commands.tasks import TaskListOptions, print_tasks
from pydock.errors import Failure, Failures
from pydock.flags.pairs import Pair
from pydock.options import argument, command, options
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App


@options
class NodePsOptions(TaskListOptions):
    nodes: tuple[str, ...] = argument("[NODE...]", sources="nodes")


@command("node ps", NodePsOptions, "List tasks running on one or more nodes, defaults to the current node")
def ps(app: App, o: NodePsOptions) -> None:
    found, failures = list[Json](), list[Failure]()
    for name in o.nodes or ("self",):
        try:
            found += tasks_of_node(app, name, o.filter)
        except Failure as failure:
            failures.append(failure)
    if found or not failures:
        print_tasks(app, o, found, not o.no_trunc)
    if failures:
        raise Failures(failures)


def tasks_of_node(app: App, name: str, wanted: tuple[Pair, ...]) -> list[Json]:
    """Raises Failure."""
    node = app.engine.json(nodes.inspect_node(node_reference(app, name)))
    found: list[Json] = app.engine.json(tasks.list_tasks(filters=filters((*wanted, ("node", node["ID"])))))
    return found
