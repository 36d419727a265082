"""`commit`: create an image from a container's changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.api.request import named
from pydock.errors import EngineError, Failure, failing
from pydock.flags.reference import parse
from pydock.options import Options, argument, command, flag, options
from pydock.values import replace

if TYPE_CHECKING:
    from pydock.app import App


@options
class CommitOptions(Options):
    container: str = argument("CONTAINER", sources="containers")
    reference: str = argument("[REPOSITORY[:TAG]]", default="", sources="images")
    author: str = flag("-a", "--author", help='Author of the image ("Jane Doe <jane@example.com>")')
    change: tuple[str, ...] = flag(
        "-c", "--change", help="Dockerfile instruction to apply to the image", sources="instructions"
    )
    message: str = flag("-m", "--message", help="Commit message")
    no_pause: bool = flag("--no-pause", help="Do not pause the container during the commit")
    pause: bool = flag("-p", "--pause", default=True, help="Pause the container during the commit")


@command(
    "container commit",
    CommitOptions,
    "Create an image from a container's changes",
    also=("commit",),
    interspersed=False,
)
def commit(app: App, o: CommitOptions) -> None:
    app.need_engine()
    container = named("container", o.container)
    repository = tag = ""
    if o.reference:
        with failing():
            reference = parse(o.reference)
        if reference.digest:
            raise Failure("refusing to create a tag with a digest reference")
        repository, tag = reference.name, reference.tagged().tag
    request = containers.commit_container(
        container, repository, tag, o.message, o.author, o.change, o.pause and not o.no_pause
    )
    try:
        image = app.engine.json(request)
    except EngineError as error:
        # Podman requires a body, which docker's client does not send
        if "EOF" not in error.reason:
            raise
        image = app.engine.json(replace(request, body={}))
    app.out.line(image["Id"])
