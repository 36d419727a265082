"""`save` and `load`: images to and from tar archives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydock.api import images
from pydock.commands.inspect import platform_json
from pydock.commands.progress import counted, show_progress
from pydock.declare import Options, argument, command, flag, options
from pydock.errors import Failure

if TYPE_CHECKING:
    from pydock.app import App


@options
class SaveOptions(Options):
    images: tuple[str, ...] = argument("IMAGE [IMAGE...]", sources="images")
    output: str = flag("-o", "--output", help="Write to a file, not to STDOUT", sources="files")
    platform: str = flag("--platform", since="1.48", help="Save only this platform: OS[/ARCHITECTURE[/VARIANT]]", sources="platforms")


@command("image save", SaveOptions, "Save one or more images to a tar archive", also=("save",))
def save(app: App, o: SaveOptions) -> None:
    request = images.save_images(o.images, platform_json(app, o.platform))
    if not o.output:
        if app.out.is_terminal:
            raise Failure("cowardly refusing to save to a terminal. Use the -o flag or redirect")
        for block in app.engine.blocks(request):
            app.out.put(block)
        return
    try:
        app.check_output(o.output)
    except Failure as failure:
        raise Failure(f"failed to save image: {failure.message}") from None
    app.write_whole(o.output, counted(app, app.engine.blocks(request), f"Saving {' '.join(o.images)}"))


@options
class LoadOptions(Options):
    input: str = flag("-i", "--input", help="Read from a file, not from STDIN", sources="files")
    platform: str = flag("--platform", since="1.48", help="Load only this platform: OS[/ARCHITECTURE[/VARIANT]]", sources="platforms")
    quiet: bool = flag("-q", "--quiet", help="No output of the load")


@command("image load", LoadOptions, "Load images from a tar archive or STDIN", also=("load",))
def load(app: App, o: LoadOptions) -> None:
    if not o.input and app.stdin.isatty():
        raise Failure("requested load from stdin, but stdin is empty")
    quiet = o.quiet or not app.out.is_terminal
    source: Any = counted(app, app.read_blocks(o.input), "Loading", app.file_size(o.input))
    show_progress(app, app.engine.messages(images.load_images(source, quiet, platform_json(app, o.platform))), app.out)
