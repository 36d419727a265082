"""`warm`: a resident process that answers short commands, in less time than they take to start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.errors import Exit
from pydock.options import Options, command, options

if TYPE_CHECKING:
    from pydock.app import App

DESCRIPTION = (
    "Turn on warm start: a process of this user stays in the background, and answers commands that only read (lists, inspect, version, "
    "completion). Each runs in a fork of it, with the caller's streams, environment and folder; whatever it cannot do as the command itself "
    "would, the command does. It ends after ten minutes without a call, or when the files of pydock change, and the next command starts it again."
)


@options
class WarmOptions(Options):
    pass


@command(
    "warm on", WarmOptions, "Let a process in the background answer short commands", description=DESCRIPTION, own=True
)
def turn_on(app: App, o: WarmOptions) -> None:
    app.warm.turn_on()


@command("warm off", WarmOptions, "End the process in the background", own=True)
def turn_off(app: App, o: WarmOptions) -> None:
    app.warm.turn_off()


@command("warm status", WarmOptions, "Show whether warm start is on; the exit code is 1 where it is not", own=True)
def status(app: App, o: WarmOptions) -> None:
    if not app.warm.is_on():
        app.out.line("off")
        raise Exit(1)
    process = app.warm.process()
    app.out.line(f"on, process {process}" if process else "on, no process: the next short command starts it")
