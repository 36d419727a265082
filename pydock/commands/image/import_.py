"""`import`: create an image from a tar archive of a file system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydock.api import images
from pydock.commands.progress import counted, show_progress
from pydock.commands.shared import default_platform_flag
from pydock.errors import failing
from pydock.flags.reference import parse
from pydock.options import Options, argument, command, flag, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class ImportOptions(Options):
    source: str = argument("file|URL|-", sources="files")
    reference: tuple[str, ...] = argument("[REPOSITORY[:TAG]]", sources="images")
    change: tuple[str, ...] = flag(
        "-c", "--change", help="Dockerfile instruction to apply to the image", sources="instructions"
    )
    message: str = flag("-m", "--message", help="Commit message for the imported image")
    platform: str = default_platform_flag("1.32")


@command("image import", ImportOptions, "Create an image from a tar archive of a file system", also=("import",))
def import_(app: App, o: ImportOptions) -> None:
    reference = o.reference[0] if o.reference else ""
    source: str = "-"
    content: Any = None
    if o.source.startswith(("https://", "http://")):
        source = o.source
    else:
        content = counted(
            app, app.files.blocks(None if o.source == "-" else o.source), "Importing", app.files.size(o.source)
        )
    app.need_engine()
    if reference:
        with failing():
            parse(reference)
    request = images.import_image(source, reference, o.message, o.change, o.platform.lower(), content)
    show_progress(app, app.engine.messages(request), app.out)
