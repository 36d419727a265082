"""Pulling an image that `run` and `create` lack."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydock.api import images
from pydock.flags.reference import parse
from pydock.render.progress import check, plain_line

if TYPE_CHECKING:
    from pydock.app import App, Output


def pull_missing(app: App, image: str, platform: str, quiet: bool) -> None:
    """POST /images/create, with its progress on stderr. Raises Failure."""
    reference = parse(image).tagged()
    request = images.pull_image(reference.name, reference.digest or reference.tag, platform, app.registry_auth(reference.domain))
    messages = app.engine.messages(request)
    if quiet:
        for message in messages:
            check(message)
    else:
        show_progress(app, messages, app.err)


def show_progress(app: App, messages: Iterable[dict[str, Any]], out: Output) -> None:
    """Progress to a terminal drawn in place, to anything else as lines. Raises Failure for the engine's own error."""
    if out.is_terminal:
        from pydock.render.live import show

        show(messages, stderr=out is app.err)
        return
    for message in messages:
        check(message)
        out.write(plain_line(message))
