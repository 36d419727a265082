"""`logs`: a container's log output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.errors import failing
from pydock.flags.times import timestamp
from pydock.options import Options, argument, command, flag, options
from pydock.streams.pump import distribute

if TYPE_CHECKING:
    from pydock.app import App


@options
class LogsOptions(Options):
    container: str = argument("CONTAINER", sources="containers")
    details: bool = flag("--details", help="Show extra attributes provided to logs")
    follow: bool = flag("-f", "--follow", help="Follow log output")
    since: str = flag("--since", help="Show logs since a timestamp (2013-01-02T13:23:37Z) or relative time (42m)")
    tail: str = flag("-n", "--tail", default="all", help="Number of log lines to show, counted from the end")
    timestamps: bool = flag("-t", "--timestamps", help="Show timestamps")
    until: str = flag(
        "--until", since="1.35", help="Show logs before a timestamp (2013-01-02T13:23:37Z) or relative time (42m)"
    )


@command("container logs", LogsOptions, "Fetch the logs of a container", also=("logs",), reads=True, follows=True)
def logs(app: App, o: LogsOptions) -> None:
    container = app.engine.json(containers.inspect_container(o.container))
    request = containers.container_logs(
        container["Id"], since=moment(app, "since", o.since), until=moment(app, "until", o.until), follow=o.follow,
        timestamps=o.timestamps, details=o.details, tail=o.tail,
    )  # fmt: skip
    distribute(app.engine.blocks(request), app.out.put, app.err.put, framed=not container["Config"]["Tty"])


def moment(app: App, name: str, text: str) -> str:
    """--since or --until as the engine expects it. Raises Failure."""
    with failing(f'invalid value for "{name}": '):
        return timestamp(text, app.clock()) if text else ""
