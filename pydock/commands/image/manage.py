"""`tag`, `rmi`, `import` and `image prune`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydock.api import images
from pydock.commands.progress import counted, show_progress
from pydock.commands.shared import PruneOptions, default_platform_flag, prune_filters, prune_objects
from pydock.declare import Options, argument, command, flag, options
from pydock.errors import EngineError, Failure, failing
from pydock.flags.pairs import words
from pydock.flags.reference import Reference, parse, platform
from pydock.gojson import dumps
from pydock.golang import quote

if TYPE_CHECKING:
    from pydock.app import App


@options
class TagOptions(Options):
    source: str = argument("SOURCE_IMAGE[:TAG]", sources="images")
    target: str = argument("TARGET_IMAGE[:TAG]", sources="images")


def reference_of(text: str) -> Reference:
    """Raises Failure."""
    with failing(f"Error parsing reference: {quote(text)} is not a valid repository/tag: "):
        return parse(text)


@command("image tag", TagOptions, "Give an image another name", also=("tag",), interspersed=False)
def tag(app: App, o: TagOptions) -> None:
    app.need_engine()
    if not (len(o.source) == 64 and set(o.source) <= set("0123456789abcdef")):
        reference_of(o.source)
    target = reference_of(o.target)
    if target.digest:
        raise Failure("refusing to create a tag with a digest reference")
    app.engine.read(images.tag_image(o.source, target.name, target.tagged().tag))


@options
class RemoveOptions(Options):
    images: tuple[str, ...] = argument("IMAGE [IMAGE...]", sources="images")
    force: bool = flag("-f", "--force", help="Remove it although it is in use")
    no_prune: bool = flag("--no-prune", help="Keep the untagged images below it")
    platform: tuple[str, ...] = flag("--platform", parse=words, metavar="strings", since="1.50", help="Remove only this platform: OS[/ARCHITECTURE[/VARIANT]]", sources="platforms")


@command("image rm", RemoveOptions, "Remove one or more images", also=("rmi",), aliases=("rmi", "remove"))
def remove(app: App, o: RemoveOptions) -> None:
    app.need_engine()
    with failing():
        platforms = tuple(dict.fromkeys(dumps(platform(p, app.architecture)) for p in o.platform))
    problems: list[Failure] = []
    for image in o.images:
        try:
            for entry in app.engine.json(images.remove_image(image, o.force, o.no_prune, platforms)):
                app.out.line(f"Deleted: {entry['Deleted']}" if entry.get("Deleted") else f"Untagged: {entry.get('Untagged')}")
        except Failure as failure:
            problems.append(failure)
    if not problems:
        return
    text = "\n".join(p.message for p in problems)
    if not o.force or any(not isinstance(p, EngineError) or p.status != 404 for p in problems):
        raise Failure(text)
    # with --force what is not there counts as removed, and is told all the same
    app.err.line(text)


@options
class ImportOptions(Options):
    source: str = argument("file|URL|-", sources="files")
    reference: tuple[str, ...] = argument("[REPOSITORY[:TAG]]")
    change: tuple[str, ...] = flag("-c", "--change", help="Dockerfile instruction to apply to the image")
    message: str = flag("-m", "--message", help="Message of the import")
    platform: str = default_platform_flag("1.32")


@command("image import", ImportOptions, "Make an image of a tar archive of a file system", also=("import",))
def import_(app: App, o: ImportOptions) -> None:
    reference = o.reference[0] if o.reference else ""
    source: str = "-"
    content: Any = None
    if o.source.startswith(("https://", "http://")):
        source = o.source
    else:
        content = counted(app, app.files.blocks(None if o.source == "-" else o.source), "Importing", app.files.size(o.source))
    app.need_engine()
    if reference:
        with failing():
            parse(reference)
    request = images.import_image(source, reference, o.message, o.change, o.platform.lower(), content)
    show_progress(app, app.engine.messages(request), app.out)


@options
class ImagePruneOptions(PruneOptions):
    all: bool = flag("-a", "--all", help="Remove every image that no container uses, not only dangling ones")


WHAT = {False: "all dangling images", True: "all images without at least one container associated to them"}


def deleted_images(report: dict[str, Any]) -> list[str]:
    """What was removed, a line each."""
    return [f"untagged: {e['Untagged']}" if e.get("Untagged") else f"deleted: {e.get('Deleted')}" for e in report.get("ImagesDeleted") or []]


@command("image prune", ImagePruneOptions, "Remove unused images", since="1.25")
def prune(app: App, o: ImagePruneOptions) -> None:
    filters = prune_filters(app, [*o.filter, ("dangling", "false" if o.all else "true")])
    prune_objects(app, o, WHAT[o.all], images.prune_images(filters), "Images", deleted_images)
