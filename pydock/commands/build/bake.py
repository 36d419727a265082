"""`bake`: build from a file. As in docker, only the plugin buildx implements it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.errors import Failure
from pydock.options import Options, argument, command, options

if TYPE_CHECKING:
    from pydock.app import App

MISSING = """\
ERROR: docker bake requires the buildx component but it is missing or broken.
       Install the buildx component to use bake:
       https://docs.docker.com/go/buildx/"""


@options
class BakeOptions(Options):
    targets: tuple[str, ...] = argument("[TARGET...]")


@command(
    "bake",
    BakeOptions,
    "Build from a file (requires the buildx plugin)",
    since="1.31",
    usage="[OPTIONS] [TARGET...]",
    plugin="buildx",
    top=5,
)
def bake(app: App, o: BakeOptions) -> None:
    raise Failure(MISSING)
