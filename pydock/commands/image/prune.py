"""`image prune`: remove unused images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydock.api import images
from pydock.commands.shared import PruneOptions, prune_filters, prune_objects
from pydock.options import command, flag, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class ImagePruneOptions(PruneOptions):
    all: bool = flag("-a", "--all", help="Remove all unused images, including tagged ones")


WHAT = {False: "all dangling images", True: "all images without at least one container associated to them"}


def deleted_images(report: dict[str, Any]) -> list[str]:
    """The removed images, one per line."""
    return [
        f"untagged: {e['Untagged']}" if e.get("Untagged") else f"deleted: {e.get('Deleted')}"
        for e in report.get("ImagesDeleted") or []
    ]


@command("image prune", ImagePruneOptions, "Remove unused images", since="1.25")
def prune(app: App, o: ImagePruneOptions) -> None:
    filters = prune_filters(app, [*o.filter, ("dangling", "false" if o.all else "true")])
    if o.dry_run:
        from pydock.commands.preview import Preview, show

        show(app, [Preview(app, filters).images(filters)], "images")
        return
    prune_objects(app, o, WHAT[o.all], images.prune_images(filters), "Images", deleted_images)
