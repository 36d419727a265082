"""Helpers: containers that are created to copy from and to what is mounted in them, and removed again. None is ever started.

Each is labelled with the process that made it: where that could not remove it (it was killed, the engine died), the next
command that needs a helper does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydock.api import containers, images
from pydock.api.request import Request
from pydock.errors import Failure

if TYPE_CHECKING:
    from pydock.api.types import CreateContainer
    from pydock.app import App

LABEL = "pydock.helper"


@contextmanager
def helper_container(app: App, body: CreateContainer) -> Iterator[str]:
    """A container that is created from this body, by its name. Raises Failure."""
    from secrets import token_hex

    name = f"pydock-helper-{token_hex(6)}"
    # with a command of its own: an image need not have one
    labelled: CreateContainer = {"Cmd": ["-"], **body, "Labels": {LABEL: app.copies.mark()}}
    try:
        with unbroken():
            app.engine.json(containers.create_container(labelled, name))
        yield name
    finally:
        remove(app, "helper container", name, remove_container(name))


@contextmanager
def unbroken() -> Iterator[None]:
    """Within the block an interrupt waits."""
    from pydock.streams.signals import held

    with held():
        yield


def remove(app: App, kind: str, name: str, request: Request) -> bool:
    """Remove what was made for a while; where that fails, stderr says so. An interrupt waits for it. Returns whether it is
    gone."""
    with unbroken():
        try:
            app.engine.read(request)
        except Failure as failure:
            if not failure.missing:
                app.err.line(f"WARNING: the {kind} {name} could not be removed: {failure.message}")
                return False
        return True


def remove_container(name: str) -> Request:
    """With the volumes that its image gave it."""
    return containers.remove_container(name, force=True, volumes=True)


def remove_image(image: str) -> Request:
    return images.remove_image(image, force=False, no_prune=False, platforms=())


def remove_left(app: App) -> None:
    """Remove the helpers of processes of this host that have ended without doing it."""
    mine = {"label": {LABEL: True}}
    kinds: tuple[tuple[Request, Callable[[str], Request]], ...] = (
        (containers.list_containers(all=True, filters=mine), remove_container),
        (images.list_images(filters=mine), remove_image),
    )
    for listing, removal in kinds:
        for found in app.engine.json(listing) or ():
            if app.copies.has_ended((found.get("Labels") or {}).get(LABEL) or ""):
                try:
                    app.engine.read(removal(found["Id"]))
                except Failure:
                    # somebody else was faster, or it is tried again next time
                    continue
