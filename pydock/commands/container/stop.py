"""`stop`, `restart` and `kill`: end containers by a signal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.api.request import version_key
from pydock.commands.shared import all_names, each_name
from pydock.errors import Failure
from pydock.options import Options, argument, command, flag, options

if TYPE_CHECKING:
    from pydock.app import App

NAMES = "CONTAINER [CONTAINER...]"


@options
class StopOptions(Options):
    containers: tuple[str, ...] = argument(NAMES, sources="running")
    signal: str = flag("-s", "--signal", help="Signal to send to the container", sources="signals")
    timeout: int = flag("-t", "--timeout", help="Seconds to wait before killing the container")
    time: int = flag(
        "--time",
        hidden=True,
        deprecated={"time": "use --timeout instead"},
        help="Seconds to wait before killing the container",
    )


def signal_of(app: App, o: StopOptions) -> str:
    """--signal, which docker omits for engines before API 1.42."""
    if not o.signal or version_key(app.engine.api_version) >= (1, 42):
        return o.signal
    return ""


def seconds(o: StopOptions) -> int | None:
    """The timeout. Raises Failure if both --time and --timeout are given."""
    if {"time", "timeout"} <= o.given:
        raise Failure("conflicting options: cannot specify both --timeout and --time")
    return o.time if "time" in o.given else o.timeout if "timeout" in o.given else None


@command("container stop", StopOptions, "Stop one or more running containers", also=("stop",))
def stop(app: App, o: StopOptions) -> None:
    limit = seconds(o)
    all_names(
        app, o.containers, lambda name: app.engine.read(containers.stop_container(name, signal_of(app, o), limit))
    )


@options
class RestartOptions(StopOptions):
    containers: tuple[str, ...] = argument(NAMES, sources="containers")


@command("container restart", RestartOptions, "Restart one or more containers", also=("restart",))
def restart(app: App, o: RestartOptions) -> None:
    limit = seconds(o)
    each_name(
        app, o.containers, lambda name: app.engine.read(containers.restart_container(name, signal_of(app, o), limit))
    )


@options
class KillOptions(Options):
    containers: tuple[str, ...] = argument(NAMES, sources="running")
    signal: str = flag("-s", "--signal", help="Signal to send to the container", sources="signals")


@command("container kill", KillOptions, "Kill one or more running containers", also=("kill",))
def kill(app: App, o: KillOptions) -> None:
    all_names(app, o.containers, lambda name: app.engine.read(containers.kill_container(name, o.signal)))
