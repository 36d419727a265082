"""`load`: load images from a tar archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydock.api import images
from pydock.commands.image.save import platforms, platforms_flag
from pydock.commands.progress import counted, progress_flag, show_progress
from pydock.commands.shared import jq_flag
from pydock.errors import Failure
from pydock.options import Options, command, flag, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class LoadOptions(Options):
    input: str = flag("-i", "--input", help="Read from a file instead of STDIN", sources="files")
    json: str = progress_flag()
    jq: str = jq_flag()
    platform: tuple[str, ...] = platforms_flag("Load only this platform")
    quiet: bool = flag("-q", "--quiet", help="Suppress the load output")


@command("image load", LoadOptions, "Load images from a tar archive or STDIN", also=("load",))
def load(app: App, o: LoadOptions) -> None:
    if not o.input and app.stdin.isatty():
        raise Failure("requested load from stdin, but stdin is empty")
    if o.json or o.jq:
        load_typed(app, o)
        return
    quiet = o.quiet or not app.out.is_terminal
    blocks = app.files.blocks(o.input or None, send=lambda: app.engine.takes_files)
    source: Any = counted(app, blocks, "Loading", app.files.size(o.input))
    request = images.load_images(source, quiet, platforms(app, o.platform))
    show_progress(app, app.engine.messages(request), app.out)


def load_typed(app: App, o: LoadOptions) -> None:
    """load --json."""
    from pydock.commands.transfer import Lines, loaded

    lines = Lines(app, o)
    source: Any = lines.blocks(app.files.blocks(o.input or None), "Loading", app.files.size(o.input))
    loaded(lines, app.engine.messages(images.load_images(source, False, platforms(app, o.platform))))
