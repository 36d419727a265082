"""`logs`."""

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
    details: bool = flag("--details", help="Show the extra attributes that the logging driver keeps")
    follow: bool = flag("-f", "--follow", help="Go on as the container writes")
    since: str = flag("--since", help="Only lines after this moment (2013-01-02T13:23:37Z) or span of time (42m)")
    tail: str = flag("-n", "--tail", default="all", help="How many of the last lines to show")
    timestamps: bool = flag("-t", "--timestamps", help="Show when each line was written")
    until: str = flag(
        "--until", since="1.35", help="Only lines before this moment (2013-01-02T13:23:37Z) or span of time (42m)"
    )


@command("container logs", LogsOptions, "Show what a container has written", also=("logs",))
def logs(app: App, o: LogsOptions) -> None:
    facts = app.engine.json(containers.inspect_container(o.container))
    request = containers.container_logs(
        facts["Id"], since=moment(app, "since", o.since), until=moment(app, "until", o.until), follow=o.follow,
        timestamps=o.timestamps, details=o.details, tail=o.tail,
    )  # fmt: skip
    distribute(app.engine.blocks(request), app.out.put, app.err.put, framed=not facts["Config"]["Tty"])


def moment(app: App, name: str, text: str) -> str:
    """--since and --until as the engine takes them. Raises Failure."""
    with failing(f'invalid value for "{name}": '):
        return timestamp(text, app.clock()) if text else ""
