"""Pushes the image of a build by the engine's image API: its builder cannot push without the containerd image store."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pydock.api import images
from pydock.api.distribution import inspect_distribution
from pydock.commands.build.progress import OwnStep, own_step
from pydock.flags.reference import parse
from pydock.render.progress import check
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App


def push(app: App, put: Callable[[Json], None], names: list[str], response: dict[str, str]) -> dict[str, str]:
    """Push the image of a build. put: takes the status messages; response: the exporter's. Returns the digests for the
    response. Raises Failure."""
    for name in names:
        with own_step(app, put, f"pushing {name} with docker") as step:
            _push_one(app, name, step)
    first = parse(names[0]).tagged()
    if not app.engine.json(images.inspect_image(names[0])).get("RepoDigests"):
        return {}
    remote = app.engine.json(inspect_distribution(str(first), app.credentials.header(first.domain)))
    config = response.get("containerimage.config.digest", response.get("containerimage.digest", ""))
    return {"containerimage.config.digest": config, "containerimage.digest": remote["Descriptor"]["digest"]}


def _push_one(app: App, name: str, step: OwnStep) -> None:
    reference = parse(name).tagged()
    request = images.push_image(reference.name, reference.tag, "", app.credentials.header(reference.domain))
    #: layer -> (start time, size)
    started: dict[str, tuple[int, int]] = {}
    for news in app.engine.messages(request):
        check(news)
        layer, detail = news.get("id"), news.get("progressDetail") or {}
        done = news.get("status") == "Pushed"
        if not layer or not (detail or done or layer in started):
            continue
        began, total = started.get(layer, (0, 0))
        total = int(detail.get("total") or total)
        current = total if done else int(detail.get("current") or 0)
        started[layer] = (step.status(f"pushing layer {layer}", current, total, began, done), total)
