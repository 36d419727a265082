"""`service inspect`: show details of services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydock.api.networks import inspect_network
from pydock.api.services import inspect_service
from pydock.commands.inspect import Found, fetch, fields_flag, print_all
from pydock.commands.shared import InspectOptions
from pydock.errors import EngineError, Failure
from pydock.options import argument, command, flag, options
from pydock.shape import Json
from pydock.views.service_details import details

if TYPE_CHECKING:
    from pydock.app import App


@options
class ServiceInspectOptions(InspectOptions):
    json: str = fields_flag("service")
    services: tuple[str, ...] = argument("SERVICE [SERVICE...]", sources="services")
    pretty: bool = flag("--pretty", help="Print the information in a human-friendly format")


@command("service inspect", ServiceInspectOptions, "Show details of one or more services")
def inspect(app: App, o: ServiceInspectOptions) -> None:
    if o.pretty and o.format:
        raise Failure("--format is incompatible with human friendly format")
    plain = bool(o.json or o.jq)
    form = "pretty" if o.pretty else o.format or ("" if plain else app.config.text("serviceInspectFormat"))
    if form == "pretty":
        app.out.write("".join([pretty(app, name) + "\n" for name in o.services]))
        return
    if form.startswith("pretty"):
        raise Failure("Cannot supply extra formatting options to the pretty template")
    app.need_engine()
    try:
        print_all(app, o, o.services, lambda name: find(app, name), form.removeprefix("raw"), raw=False)
    except Failure as failure:
        # also for an invalid template, which other commands report with another code
        raise Failure(failure.message) from None


def find(app: App, name: str) -> Found:
    """A service with what the engine assumes where it says nothing. Raises Failure."""
    with no_such(name):
        return fetch(app, inspect_service(name, insert_defaults=True), "swarm.Service")


@contextmanager
def no_such(name: str) -> Iterator[None]:
    """Within it: the client's own words for a service that there is not."""
    try:
        yield
    except EngineError as error:
        raise Failure(f"Error: no such service: {name}") if error.missing else error from None


def pretty(app: App, name: str) -> str:
    """Raises Failure."""
    with no_such(name):
        service = app.engine.json(inspect_service(name, insert_defaults=True))
    return details(service, dict(network_names(app, service)), app.clock())


def network_names(app: App, service: Json) -> list[tuple[str, str]]:
    """(id, name) of each network of a service that the engine knows."""
    out = []
    for attachment in (service["Spec"].get("TaskTemplate") or {}).get("Networks") or []:
        try:
            network = app.engine.json(inspect_network(attachment.get("Target") or "", scope="swarm"))
        except Failure:
            continue
        out.append((network["Id"], network["Name"]))
    return out
