"""Sends the specification of a service, with its image pinned to the digest that a registry has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydock.api.distribution import inspect_distribution
from pydock.api.request import Request
from pydock.api.services import create_service, update_service
from pydock.errors import Failure, failing
from pydock.flags.reference import Reference, parse
from pydock.shape import Json
from pydock.values import replace

if TYPE_CHECKING:
    from pydock.app import App

UNRESOLVED = (
    "image {0} could not be accessed on a registry to record\n"
    "its digest. Each node will access {0} independently,\n"
    "possibly leading to different nodes running different\n"
    "versions of the image.\n"
)


def create(app: App, spec: Json, auth: str = "", resolve: bool = True) -> str:
    """Create the service; returns its ID. auth: the X-Registry-Auth header; resolve: ask the registry for the image's
    digest. Warnings go to stderr. Raises Failure."""
    spec, warning = pinned(app, spec, auth, resolve)
    answer = app.engine.json(of_version(app, create_service(spec, auth)))
    warn(app, answer, warning)
    return str(answer["ID"])


def update(
    app: App, service: Json, spec: Json, auth: str = "", auth_from: str = "", rollback: str = "", resolve: bool = False
) -> None:
    """Give the service, as the engine described it, another specification. As create(); see update_service()."""
    spec, warning = pinned(app, spec, auth, resolve)
    version = int(service["Version"]["Index"])
    request = update_service(service["ID"], version, spec, auth, auth_from, rollback)
    warn(app, app.engine.json(of_version(app, request)), warning)


def warn(app: App, answer: Mapping[str, Any], warning: str) -> None:
    for text in [*(answer.get("Warnings") or ()), *([warning] if warning else [])]:
        app.err.line(text)


def of_version(app: App, request: Request) -> Request:
    """Engines before API 1.30 learn by a header that they are to look up the image's digest themselves."""
    if app.engine.speaks("1.30"):
        return request
    return replace(request, headers={**request.headers, "version": app.engine.api_version})


def credentials(app: App, image: str) -> str:
    """The X-Registry-Auth header for an image's registry. Raises Failure for an invalid name."""
    with failing():
        return app.credentials.header(parse(image).domain)


def image_of(spec: Json) -> str:
    """The image of the service's containers."""
    return str(((spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}).get("Image") or "")


def pinned(app: App, spec: Json, auth: str, resolve: bool) -> tuple[Json, str]:
    """(the specification with a tagged image, and its digest if `resolve`; a warning where the registry does not tell)."""
    reference = reference_of(image_of(spec))
    image = reference.tagged().familiar if reference else image_of(spec)
    if not resolve or not app.engine.speaks("1.30"):
        return with_image(spec, image, []), ""
    try:
        found = app.engine.json(inspect_distribution(image, auth))
    except Failure:
        return with_image(spec, image, []), UNRESOLVED.format(image)
    if reference and not reference.digest:
        exact = replace(reference.tagged(), digest=found["Descriptor"]["digest"]).familiar
        # a registry may tell anything
        image = exact if reference_of(exact) else image
    return with_image(spec, image, [platform(p) for p in found.get("Platforms") or ()]), ""


def reference_of(image: str) -> Reference | None:
    """The image as a reference; None for what is none, which the engine is to judge."""
    try:
        return parse(image)
    except ValueError:
        return None


def platform(found: Mapping[str, Any]) -> Json:
    """A platform as the scheduler compares it: nodes name 32-bit ARM by its variant ("armv7l"), images do not."""
    architecture = found.get("architecture") or ""
    fields = {"Architecture": "" if architecture.lower() == "arm" else architecture, "OS": found.get("os") or ""}
    return {k: v for k, v in fields.items() if v}


def with_image(spec: Json, image: str, platforms: list[Json]) -> Json:
    task = dict(spec.get("TaskTemplate") or {})
    if not image or task.get("ContainerSpec") is None:
        return spec
    task["ContainerSpec"] = {**task["ContainerSpec"], "Image": image}
    if platforms:
        task["Placement"] = {**(task.get("Placement") or {}), "Platforms": platforms}
    return {**spec, "TaskTemplate": task}
