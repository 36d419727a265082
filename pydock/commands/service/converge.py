"""Waits until the tasks of a service are what they are to be, and shows how far they are."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydock.api.nodes import list_nodes, not_down
from pydock.api.request import filters
from pydock.api.services import inspect_service
from pydock.api.tasks import list_tasks
from pydock.commands.progress import show_rows
from pydock.commands.service.progress import Convergence
from pydock.shape import Json
from pydock.streams.signals import on_interrupt

if TYPE_CHECKING:
    from pydock.app import App

#: seconds between two looks
BETWEEN = 0.2


def converge(app: App, name: str, quiet: bool = False) -> bool:
    """Wait for the service; False where an interrupt ended that: the engine goes on by itself.

    Engines before API 1.29 do not tell what belongs to an update: nobody waits for them. Raises Failure where the
    update is paused, and where the engine is lost."""
    if not app.engine.speaks("1.29"):
        return True
    stop = threading.Event()
    with on_interrupt(stop.set):
        show_rows(looks(app, name, stop), app.out, quiet)
    return not stop.is_set()


def looks(app: App, name: str, stop: threading.Event) -> Iterator[Json]:
    """The messages about the service, until it has converged. Raises Failure."""
    progress = Convergence()
    while True:
        service = app.engine.json(inspect_service(name))
        now = app.clock()
        yield from progress.before_tasks(name, service, now)
        if progress.over:
            return
        wanted = filters([("service", service["ID"]), ("_up-to-date", "true")])
        tasks = app.engine.json(list_tasks(filters=wanted)) or []
        active = not_down(app.engine.json(list_nodes({})) or ())
        yield from progress.with_tasks(service, tasks, active, now)
        if progress.over:
            return
        if stop.wait(BETWEEN):
            if not progress.converged:
                yield {"status": "Operation continuing in background."}
                yield {"status": f"Use `{app.prog} service ps {name}` to check progress."}
            return
