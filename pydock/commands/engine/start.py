"""`engine start`: an engine of this user's own, on a machine without one, or beside others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.commands.context import check_name, choose
from pydock.options import Options, argument, command, flag, options

if TYPE_CHECKING:
    from pydock.app import App

DEFAULT = "pydock"
KINDS = ("docker", "podman")


def kind(text: str) -> str:
    """Raises ValueError."""
    if text not in KINDS:
        raise ValueError(f"there are {' and '.join(KINDS)}")
    return text


@options
class EngineStartOptions(Options):
    name: str = argument("[NAME]", default=DEFAULT, sources="own-engines")
    use: bool = flag("--use", help="Make its context the current one")
    program: str = flag(
        "--with", metavar="docker|podman", parse=kind, sources="docker podman", help="Engine to run (default the one that is installed)"
    )  # fmt: skip


@command("engine start", EngineStartOptions, "Run an engine for this user, with a context of its name", own=True)
def start(app: App, o: EngineStartOptions) -> None:
    check_name(o.name)
    running = app.own_engines.start(o.name, o.program)
    app.out.line(o.name)
    what = {"podman": "Podman"}.get(running.probe.kind, "Docker")
    how = "is running already" if running.already else "runs"
    app.err.line(f'{what} {running.probe.version} {how} at {running.host} (context "{o.name}", log {running.log})')
    if not running.outward:
        app.err.line("Another engine runs here, whose firewall is left alone: containers cannot reach other hosts.")
    if o.use:
        choose(app, o.name)
