"""`checkpoint`: save the state of a running container to disk, to restore it later (experimental in the engine)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydock.api import containers
from pydock.options import Options, argument, command, flag, options
from pydock.render.format import Format
from pydock.render.listing import listing
from pydock.views.view import View

if TYPE_CHECKING:
    from pydock.app import App

FOLDER_HELP = "Custom checkpoint storage directory"


@options
class CreateOptions(Options):
    container: str = argument("CONTAINER", sources="running")
    checkpoint: str = argument("CHECKPOINT")
    checkpoint_dir: str = flag("--checkpoint-dir", help=FOLDER_HELP, sources="folders")
    leave_running: bool = flag("--leave-running", help="Leave the container running after the checkpoint")


@command("checkpoint create", CreateOptions, "Create a checkpoint from a running container")
def create(app: App, o: CreateOptions) -> None:
    app.engine.read(containers.create_checkpoint(o.container, o.checkpoint, o.checkpoint_dir, o.leave_running))
    app.out.line(o.checkpoint)


@options
class ListOptions(Options):
    container: str = argument("CONTAINER", sources="containers")
    checkpoint_dir: str = flag("--checkpoint-dir", help=FOLDER_HELP, sources="folders")


class CheckpointView(View):
    """One entry of GET /containers/…/checkpoints."""

    go_type = "*checkpoint.checkpointContext"
    TITLES: ClassVar[dict[str, str]] = {"Name": "CHECKPOINT NAME"}

    def __init__(self, checkpoint: dict[str, Any]) -> None:
        self.Name = str(checkpoint.get("Name") or "")


@command("checkpoint ls", ListOptions, "List checkpoints of a container", aliases=("list",))
def ls(app: App, o: ListOptions) -> None:
    found = app.engine.json(containers.list_checkpoints(o.container, o.checkpoint_dir)) or []
    app.out.write(listing(map(CheckpointView, found), CheckpointView.TITLES, Format("table"), "{{.Name}}"))


@options
class RemoveOptions(Options):
    container: str = argument("CONTAINER", sources="containers")
    checkpoint: str = argument("CHECKPOINT", sources="checkpoints")
    checkpoint_dir: str = flag("--checkpoint-dir", help=FOLDER_HELP, sources="folders")


@command("checkpoint rm", RemoveOptions, "Remove a checkpoint", aliases=("remove",))
def remove(app: App, o: RemoveOptions) -> None:
    app.engine.read(containers.delete_checkpoint(o.container, o.checkpoint, o.checkpoint_dir))
