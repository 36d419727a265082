"""`save`: save images to a tar archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydock.api import images
from pydock.commands.progress import counted, progress_flag
from pydock.commands.shared import PLATFORM, jq_flag, platform_json, surely_speaks
from pydock.errors import Failure
from pydock.options import Options, argument, command, flag, options

if TYPE_CHECKING:
    from pydock.app import App


def platforms_flag(text: str) -> Any:
    """--platform of an archive's images. text: the help text."""
    return flag("--platform", metavar="string", since="1.48", help=f"{text}: {PLATFORM}", sources="platforms")


@options
class SaveOptions(Options):
    images: tuple[str, ...] = argument("IMAGE [IMAGE...]", sources="images")
    json: str = progress_flag()
    jq: str = jq_flag()
    output: str = flag("-o", "--output", help="Write to a file instead of STDOUT", sources="files")
    platform: tuple[str, ...] = platforms_flag("Save only this platform")


def platforms(app: App, given: tuple[str, ...]) -> tuple[str, ...]:
    """--platform as query parameters: only the last one before API 1.52; since then all, also comma-separated.
    Raises Failure.
    """
    if not given or not surely_speaks(app, "1.52"):
        wanted = given[-1:]
    else:
        wanted = tuple(name for text in given for name in text.split(","))
    return tuple(platform_json(app, name, "invalid platform: ") for name in wanted if name)


@command("image save", SaveOptions, "Save one or more images to a tar archive", also=("save",))
def save(app: App, o: SaveOptions) -> None:
    request = images.save_images(o.images, platforms(app, o.platform))
    if (o.json or o.jq) and not o.output:
        raise Failure("--json needs a file, -o FILE: without one the archive itself goes to stdout", 125)
    if not o.output:
        if app.out.is_terminal:
            raise Failure("cowardly refusing to save to a terminal. Use the -o flag or redirect")
        for block in app.engine.blocks(request):
            app.out.put(block)
        return
    try:
        app.files.check_output(o.output)
    except Failure as failure:
        raise Failure(f"failed to save image: {failure.message}") from None
    blocks, title = app.engine.blocks(request), f"Saving {' '.join(o.images)}"
    if not (o.json or o.jq):
        app.files.write(o.output, counted(app, blocks, title))
        return
    from pydock.commands.transfer import Lines

    lines = Lines(app, o)
    app.files.write(o.output, lines.blocks(blocks, title))
    lines.result(path=o.output, bytes=lines.bytes)
