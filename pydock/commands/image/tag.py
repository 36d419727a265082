"""`tag`: create a tag that refers to an existing image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import images
from pydock.digests import is_digest
from pydock.errors import Failure, failing
from pydock.flags.reference import Reference, parse
from pydock.go.strconv import quote
from pydock.options import Options, argument, command, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class TagOptions(Options):
    source: str = argument("SOURCE_IMAGE[:TAG]", sources="images")
    target: str = argument("TARGET_IMAGE[:TAG]", sources="images")


def reference_of(text: str) -> Reference:
    """Parse a reference. Raises Failure."""
    with failing(f"Error parsing reference: {quote(text)} is not a valid repository/tag: "):
        return parse(text)


@command("image tag", TagOptions, "Create a tag that refers to an existing image", also=("tag",), interspersed=False)
def tag(app: App, o: TagOptions) -> None:
    app.need_engine()
    if not is_digest(f"sha256:{o.source}"):
        reference_of(o.source)
    target = reference_of(o.target)
    if target.digest:
        raise Failure("refusing to create a tag with a digest reference")
    app.engine.read(images.tag_image(o.source, target.name, target.tagged().tag))
