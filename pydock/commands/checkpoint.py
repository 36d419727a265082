"""`checkpoint`: save the state of a running container to disk, to restore it later (experimental in the engine)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydock.api import containers
from pydock.commands.shared import jq_flag, json_flag, print_rows
from pydock.options import Options, argument, command, flag, options
from pydock.render.format import Format
from pydock.views.view import Fields, View

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


class CheckpointView(View):
    """One entry of GET /containers/…/checkpoints."""

    go_type = "*checkpoint.checkpointContext"
    TITLES: ClassVar[dict[str, str]] = {"Name": "CHECKPOINT NAME"}
    FIELDS: ClassVar[Fields] = {"Name": (lambda v: v.Name, "name")}

    def __init__(self, checkpoint: dict[str, Any]) -> None:
        self.Name = str(checkpoint.get("Name") or "")


@options
class ListOptions(Options):
    container: str = argument("CONTAINER", sources="containers")
    checkpoint_dir: str = flag("--checkpoint-dir", help=FOLDER_HELP, sources="folders")
    json: str = json_flag(CheckpointView)
    jq: str = jq_flag()


@command("checkpoint ls", ListOptions, "List checkpoints of a container", aliases=("list",))
def ls(app: App, o: ListOptions) -> None:
    found = app.engine.json(containers.list_checkpoints(o.container, o.checkpoint_dir)) or []
    print_rows(app, o, CheckpointView, map(CheckpointView, found), Format("table"), "{{.Name}}")


@options
class RemoveOptions(Options):
    container: str = argument("CONTAINER", sources="containers")
    checkpoint: str = argument("CHECKPOINT", sources="checkpoints")
    checkpoint_dir: str = flag("--checkpoint-dir", help=FOLDER_HELP, sources="folders")


@command("checkpoint rm", RemoveOptions, "Remove a checkpoint", aliases=("remove",))
def remove(app: App, o: RemoveOptions) -> None:
    app.engine.read(containers.delete_checkpoint(o.container, o.checkpoint, o.checkpoint_dir))
