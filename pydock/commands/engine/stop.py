"""`engine stop`: end what `engine start` has started, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.commands.consent import check_consent, consent
from pydock.commands.context import check_name
from pydock.commands.engine.start import DEFAULT
from pydock.commands.shared import yes_flag
from pydock.options import Options, argument, command, flag, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class EngineStopOptions(Options):
    name: str = argument("[NAME]", default=DEFAULT, sources="own-engines")
    purge: bool = flag("--purge", help="Remove its images, containers and volumes, too")
    yes: bool = yes_flag()


@command("engine stop", EngineStopOptions, "End an engine that was started here, and remove its context", own=True)
def stop(app: App, o: EngineStopOptions) -> None:
    check_name(o.name)
    engines = app.own_engines
    if o.purge:
        check_consent(app, o.yes)
        engines.check(o.name)
        data = engines.folders(o.name).state
        consent(app, o.yes, f'stop engine "{o.name}" and remove all that it has', f"  {data}")
    running = engines.stop(o.name)
    if o.purge:
        engines.purge(o.name)
    app.out.line(o.name)
    if not running:
        app.err.line(f'Engine "{o.name}" was not running')
