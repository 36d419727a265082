"""`service ps`: list the tasks of services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydock.api import services, tasks
from pydock.api.request import filters
from pydock.commands.node.reference import node_reference
from pydock.commands.tasks import TaskListOptions, print_tasks
from pydock.errors import Failure
from pydock.options import argument, command, options
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App


@options
class ServicePsOptions(TaskListOptions):
    services: tuple[str, ...] = argument("SERVICE [SERVICE...]", sources="services")


@command("service ps", ServicePsOptions, "List the tasks of one or more services", reads=True)
def ps(app: App, o: ServicePsOptions) -> None:
    by_id, by_name = (
        app.engine.json(services.list_services(filters=filters((key, s) for s in o.services))) for key in ("id", "name")
    )
    ids, missing = list[str](), list[str]()
    for name in o.services:
        found = matching(name, by_id, by_name)
        ids += found
        missing += [] if found else [f"no such service: {name}"]
    if not ids:
        raise Failure("\n".join(missing))
    wanted = [(key, node_reference(app, value) if key == "node" else value) for key, value in o.filter]
    found_tasks = app.engine.json(tasks.list_tasks(filters=filters((*wanted, *(("service", i) for i in ids)))))
    print_tasks(app, o, found_tasks, trunc=not (o.no_trunc or o.quiet))
    if missing:
        raise Failure("\n".join(missing))


def matching(name: str, by_id: list[Json], by_name: list[Json]) -> list[str]:
    """The id of the service with that id, name, or beginning of an id. Raises Failure where several begin so."""
    for service in _exactly(name, by_id, by_name):
        return [service["ID"]]
    found = [service["ID"] for service in by_id if service["ID"].startswith(name)]
    if len(found) > 1:
        raise Failure(f"multiple services found with provided prefix: {name}")
    return found


def _exactly(name: str, by_id: list[Json], by_name: list[Json]) -> Iterator[Json]:
    yield from (s for s in by_id if s["ID"] == name)
    yield from (s for s in by_name if s["Spec"].get("Name") == name)
