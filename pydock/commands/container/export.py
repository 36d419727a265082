"""`export`: a container's file system as a tar archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.commands.progress import counted
from pydock.errors import Failure
from pydock.options import Options, argument, command, flag, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class ExportOptions(Options):
    container: str = argument("CONTAINER", sources="containers")
    output: str = flag("-o", "--output", help="Write to a file instead of STDOUT", sources="files")


@command("container export", ExportOptions, "Export a container's file system as a tar archive", also=("export",))
def export(app: App, o: ExportOptions) -> None:
    if o.output:
        try:
            app.files.check_output(o.output)
        except Failure as failure:
            raise Failure(f"failed to export container: {failure.message}") from None
    elif app.out.is_terminal:
        raise Failure("cowardly refusing to save to a terminal. Use the -o flag or redirect")
    blocks = app.engine.blocks(containers.export_container(o.container))
    if o.output:
        app.files.write(o.output, counted(app, blocks, f"Exporting {o.container}"))
        return
    for block in blocks:
        app.out.put(block)
