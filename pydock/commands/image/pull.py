"""Pulling an image that `run` and `create` lack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import images
from pydock.flags.reference import parse
from pydock.render.progress import check, plain_line

if TYPE_CHECKING:
    from pydock.app import App


def pull_missing(app: App, image: str, platform: str, quiet: bool) -> None:
    """POST /images/create, with its progress on stderr. Raises Failure."""
    reference = parse(image).tagged()
    request = images.pull_image(reference.familiar_name, reference.digest or reference.tag, platform, app.registry_auth(reference.domain))
    messages = app.engine.messages(request)
    if quiet:
        for message in messages:
            check(message)
    elif app.err.is_terminal:
        from pydock.render.live import show

        show(messages, stderr=True)
    else:
        for message in messages:
            check(message)
            app.err.write(plain_line(message))
