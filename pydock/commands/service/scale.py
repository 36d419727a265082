"""`service scale`: the number of tasks of services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api.services import inspect_service
from pydock.commands.service import send
from pydock.commands.service.converge import converge
from pydock.commands.service.options import detach_flag
from pydock.errors import Failure
from pydock.go.strconv import parse_uint
from pydock.options import Options, argument, command, options
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App

USAGE = "SERVICE=REPLICAS [SERVICE=REPLICAS...]"
SHORT = "Scale one or multiple replicated services"


@options
class ScaleOptions(Options):
    services: tuple[str, ...] = argument(USAGE, sources="scales")
    detach: bool = detach_flag()


def check(app: App, words: tuple[str, ...]) -> None:
    """Raises Failure for a word that is not SERVICE=REPLICAS."""
    for word in words:
        name, _, count = word.partition("=")
        if not name or not count:
            path = f"{app.prog} service scale"
            raise Failure(
                f"invalid scale specifier '{word}'.\nSee '{path} --help'.\n\nUsage:  {path} {USAGE}\n\n{SHORT}"
            )


def scaled(spec: Json, replicas: int) -> Json:
    """The specification with another number of tasks. Raises ValueError for a global service."""
    mode = spec.get("Mode") or {}
    for name, field in (("Replicated", "Replicas"), ("ReplicatedJob", "TotalCompletions")):
        if mode.get(name) is not None:
            return {**spec, "Mode": {**mode, name: {**mode[name], field: replicas}}}
    raise ValueError("scale can only be used with replicated or replicated-job mode")


def scale_one(app: App, name: str, count: str) -> None:
    """Raises ValueError, Failure."""
    try:
        replicas = parse_uint(count, base=10)
    except ValueError as error:
        raise ValueError(f"invalid replicas value {count}: {error}") from None
    service = app.engine.json(inspect_service(name))
    send.update(app, service, scaled(service["Spec"], replicas))
    app.out.line(f"{name} scaled to {replicas}")


@command("service scale", ScaleOptions, SHORT, usage=USAGE)
def scale(app: App, o: ScaleOptions) -> None:
    check(app, o.services)
    app.need_engine()
    problems, done = [], []
    for word in o.services:
        name, _, count = word.partition("=")
        try:
            scale_one(app, name, count)
            done.append(name)
        except ValueError as error:
            problems.append(f"{name}: {error}")
        except Failure as failure:
            problems.append(f"{name}: {failure.message}")
    for name in [] if o.detach else done:
        try:
            if not converge(app, name):
                break
        except Failure as failure:
            problems.append(f"{name}: {failure.message}")
    if problems:
        raise Failure("\n".join(problems))
