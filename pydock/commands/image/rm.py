"""`rmi` and `image rm`: remove images."""

from __future__ import annotations

from pydock.api import images
from pydock.commands.shared import SelectOptions, each_name, platform_json, targets
from pydock.errors import Failure, Failures
from pydock.flags.pairs import words
from pydock.options import argument, command, flag, options
from pydock.shape import Json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.app import App


@options
class RemoveOptions(SelectOptions):
    images: tuple[str, ...] = argument("IMAGE [IMAGE...]", sources="images", unless=("filter", "all"))
    force: bool = flag("-f", "--force", help="Force removal of an image in use")
    no_prune: bool = flag("--no-prune", help="Keep untagged parent images")
    platform: tuple[str, ...] = flag(
        "--platform",
        parse=words,
        metavar="strings",
        since="1.50",
        help="Remove only this platform: OS[/ARCHITECTURE[/VARIANT]]",
        sources="platforms",
    )


@command("image rm", RemoveOptions, "Remove one or more images", also=("rmi",), aliases=("rmi", "remove"))
def remove(app: App, o: RemoveOptions) -> None:
    app.need_engine()
    platforms = tuple(dict.fromkeys(platform_json(app, text) for text in o.platform))
    found = targets(app, o, o.images, "rmi")

    def act(image: str) -> list[Json]:
        if found.id(image) != image and app.engine.json(images.inspect_image(image))["Id"] != found.id(image):
            # an image goes by each of its tags: one that has been moved in the meantime stays
            raise Failure(f"{image} is the name of another image by now: it was not removed")
        removed: list[Json] = app.engine.json(images.remove_image(image, o.force, o.no_prune, platforms))
        return removed

    def done(_: str, removed: list[Json]) -> None:
        for entry in removed:
            app.out.line(
                f"Deleted: {entry['Deleted']}" if entry.get("Deleted") else f"Untagged: {entry.get('Untagged')}"
            )

    try:
        each_name(app, found.names, act, done)
    except Failures as error:
        # with --force what there is not counts as removed, where nothing else has failed
        if not o.force or not all(f.missing for f in error.failures):
            raise
        app.err.line(error.message)
