"""`stack rm`: remove the services, secrets, configs and networks of stacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pydock.api import configs, networks, secrets, services, tasks
from pydock.api.request import Request
from pydock.commands.stack.namespace import Namespace, namespace, orchestrator_flag
from pydock.errors import Failure, Failures
from pydock.options import Options, argument, command, flag, options
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App


@options
class RemoveOptions(Options):
    stacks: tuple[str, ...] = argument("STACK [STACK...]", sources="stacks")
    detach: bool = flag("-d", "--detach", default=True, help="Do not wait until the tasks have ended")
    orchestrator: str = orchestrator_flag()


@command("stack rm", RemoveOptions, "Remove one or more stacks", aliases=("remove", "down"), since="1.25")
def remove(app: App, o: RemoveOptions) -> None:
    failures = []
    for stack in [namespace(name) for name in o.stacks]:
        found = objects(app, stack)
        if not any(found.values()):
            app.err.line(f"Nothing found in stack: {stack.name}")
            continue
        removed = [remove_each(app, kind, some) for kind, some in found.items()]
        if not all(removed):
            failures.append(Failure(f"failed to remove some resources from stack: {stack.name}"))
        elif not o.detach:
            try:
                wait(app, stack)
            except Failure as failure:
                why = f"failed to wait on tasks of stack: {stack.name}: failed to get tasks: {failure.message}"
                failures.append(Failure(why))
    if failures:
        raise Failures(failures)


def objects(app: App, stack: Namespace) -> dict[str, list[Json]]:
    """The objects of a stack by their kind, in the order in which they are removed. Raises Failure."""
    wanted = stack.filters()
    found = app.engine.json(services.list_services(filters=wanted)) or []
    joined = app.engine.json(networks.list_networks(filters=wanted)) or []
    kept = app.engine.json(secrets.list_secrets(wanted)) or []
    configured = (app.engine.json(configs.list_configs(wanted)) or []) if app.engine.speaks("1.30") else []
    return {"service": found, "secret": kept, "config": configured, "network": joined}


_REMOVE: dict[str, Callable[[str], Request]] = {
    "service": services.remove_service,
    "secret": secrets.remove_secret,
    "config": configs.remove_config,
    "network": networks.remove_network,
}


def remove_each(app: App, kind: str, found: list[Json]) -> bool:
    """Remove objects of one kind. Are all removed? What is in the way is told on stderr."""
    named = [(one["Name"], one["Id"]) if kind == "network" else (one["Spec"].get("Name"), one["ID"]) for one in found]
    done = True
    for name, identifier in sorted(named) if kind == "service" else named:
        app.out.line(f"Removing {kind} {name}")
        try:
            app.engine.read(_REMOVE[kind](identifier))
        except Failure as failure:
            # as docker: without the end of the line
            app.err.write(f"Failed to remove {kind} {identifier}: {failure.message}")
            done = False
    return done


#: states of a task that has ended
ENDED = frozenset("complete shutdown failed rejected".split())
#: seconds between two looks
BETWEEN = 0.2


def wait(app: App, stack: Namespace) -> None:
    """Wait until all tasks of a stack have ended. Raises Failure."""
    import threading

    while found := app.engine.json(tasks.list_tasks(filters=stack.filters())):
        if all((task.get("Status") or {}).get("State") in ENDED for task in found):
            return
        threading.Event().wait(BETWEEN)
