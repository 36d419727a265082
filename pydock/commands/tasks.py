"""The list of tasks of `service ps`, `node ps` and `stack ps`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydock.api import nodes, services
from pydock.commands.shared import ListOptions, format_of, json_flag, print_rows
from pydock.errors import Failure
from pydock.options import flag, options
from pydock.shape import Json
from pydock.views.tasks import TaskView, in_order

if TYPE_CHECKING:
    from pydock.app import App


@options
class TaskListOptions(ListOptions):
    """The flags of all lists of tasks."""

    json: str = json_flag(TaskView)
    no_resolve: bool = flag("--no-resolve", help="Show IDs instead of names")


class Names:
    """The names of services and nodes by their ids; an id that cannot be resolved stands for itself."""

    def __init__(self, app: App, resolve: bool = True) -> None:
        self.app, self.resolve, self.known = app, resolve, dict[str, str]()

    def service(self, identifier: str) -> str:
        return self._name("service", identifier)

    def node(self, identifier: str) -> str:
        return self._name("node", identifier)

    def _name(self, kind: str, identifier: str) -> str:
        if not self.resolve:
            return identifier
        if identifier not in self.known:
            try:
                find = self._find_service if kind == "service" else self._find_node
                self.known[identifier] = find(identifier)
            except Failure:
                self.known[identifier] = identifier
        return self.known[identifier]

    def _find_service(self, identifier: str) -> str:
        return str(self.app.engine.json(services.inspect_service(identifier))["Spec"].get("Name") or "")

    def _find_node(self, identifier: str) -> str:
        node = self.app.engine.json(nodes.inspect_node(identifier))
        spec, description = node.get("Spec") or {}, node.get("Description") or {}
        return spec.get("Name") or description.get("Hostname") or identifier


def print_tasks(app: App, o: TaskListOptions, found: Iterable[Json], trunc: bool) -> None:
    """Print tasks as a tree: the latest of each slot, and its former ones indented. Raises Failure."""
    names, form = Names(app, not o.no_resolve), format_of(app, o, TaskView)
    indent = r" \_ " if form.kind == "table" and not (o.json or o.jq) else ""
    ordered = list(in_order(found, names.service))
    # by ids: a task that is listed twice, for two names of its node, is its own former one
    shown = {task["ID"]: indent * former + name for name, former, task in ordered}
    rows = [
        TaskView(task, shown[task["ID"]], names.node(task.get("NodeID") or ""), app.clock(), trunc)
        for _, _, task in ordered
    ]
    print_rows(app, o, TaskView, rows, form, TaskView.DEFAULT)
