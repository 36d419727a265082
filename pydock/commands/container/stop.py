"""`stop`, `restart` and `kill`: end containers by a signal."""

from __future__ import annotations

from pydock.api import containers
from pydock.api.request import version_key
from pydock.commands.shared import SelectOptions, all_names, each_name, targets
from pydock.errors import Failure
from pydock.options import argument, command, flag, options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.app import App

NAMES = "CONTAINER [CONTAINER...]"


@options
class StopOptions(SelectOptions):
    containers: tuple[str, ...] = argument(NAMES, sources="running", unless=("filter", "all"))
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
    found = targets(app, o, o.containers, "stop")
    all_names(
        app,
        found.names,
        lambda name: app.engine.read(containers.stop_container(found.id(name), signal_of(app, o), limit)),
    )


@options
class RestartOptions(StopOptions):
    containers: tuple[str, ...] = argument(NAMES, sources="containers", unless=("filter", "all"))


@command("container restart", RestartOptions, "Restart one or more containers", also=("restart",))
def restart(app: App, o: RestartOptions) -> None:
    limit = seconds(o)
    found = targets(app, o, o.containers, "restart")
    each_name(
        app,
        found.names,
        lambda name: app.engine.read(containers.restart_container(found.id(name), signal_of(app, o), limit)),
    )


@options
class KillOptions(SelectOptions):
    containers: tuple[str, ...] = argument(NAMES, sources="running", unless=("filter", "all"))
    signal: str = flag("-s", "--signal", help="Signal to send to the container", sources="signals")


@command("container kill", KillOptions, "Kill one or more running containers", also=("kill",))
def kill(app: App, o: KillOptions) -> None:
    found = targets(app, o, o.containers, "kill")
    all_names(app, found.names, lambda name: app.engine.read(containers.kill_container(found.id(name), o.signal)))
