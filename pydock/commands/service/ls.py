"""`service ls`, and the list of services that it shares with `stack services`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydock.api import nodes, services, tasks
from pydock.api.request import filters
from pydock.commands.shared import WholeListOptions, json_flag, print_list
from pydock.options import command, options
from pydock.render.human import natural
from pydock.shape import Json
from pydock.views.services import ServiceView, mode_key

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.commands.shared import Listed


@options
class ServiceListOptions(WholeListOptions):
    json: str = json_flag(ServiceView)


@command("service ls", ServiceListOptions, "List services", aliases=("list",), reads=True)
def ls(app: App, o: ServiceListOptions) -> None:
    found = app.engine.json(services.list_services(filters=filters(o.filter), status=not o.quiet))
    print_services(app, o, found)


def print_services(app: App, o: Listed, found: Iterable[Json]) -> None:
    """Print services by name. Raises Failure."""
    found = sorted(found, key=lambda service: natural(service["Spec"].get("Name") or ""))
    print_list(app, o, ServiceView, map(ServiceView, found if o.quiet else with_status(app, found)))


def with_status(app: App, found: list[Json]) -> list[Json]:
    """The services with the numbers of their tasks, which engines before API 1.41 leave to the client to count."""
    without = [s for s in found if not s.get("ServiceStatus") and mode_key(s["Spec"]) in ("Replicated", "Global")]
    if not without:
        return found
    status = {s["ID"]: wanted_status(s["Spec"]) for s in without}
    of_them = app.engine.json(tasks.list_tasks(filters=filters(("service", s["ID"]) for s in without)))
    if of_them:
        numbers = counted(of_them, nodes.not_down(app.engine.json(nodes.list_nodes({}))))
        status = {identifier: numbers.get(identifier, {}) for identifier in status}
    return [{**s, "ServiceStatus": status[s["ID"]]} if s["ID"] in status else s for s in found]


def wanted_status(spec: Json) -> Json:
    """The numbers of a service without tasks."""
    return {"DesiredTasks": (spec["Mode"].get("Replicated") or {}).get("Replicas") or 0}


def counted(of_them: list[Json], up: set[str]) -> dict[str, Json]:
    """Service -> numbers of its tasks. up: the ids of the nodes that are not down."""
    desired = Counter(t.get("ServiceID") for t in of_them if t.get("DesiredState") != "shutdown")
    running = Counter(
        t.get("ServiceID")
        for t in of_them
        if t.get("NodeID") in up and (t.get("Status") or {}).get("State") == "running"
    )
    return {s: {"DesiredTasks": desired[s], "RunningTasks": running[s]} for s in desired | running if s}
