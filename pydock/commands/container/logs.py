"""`logs`: a container's log output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydock.api import containers
from pydock.commands.shared import filter_flag
from pydock.errors import Failure, failing
from pydock.flags import pairs
from pydock.flags.times import timestamp
from pydock.options import Options, argument, command, flag, options
from pydock.streams.pump import distribute

if TYPE_CHECKING:
    import re

    from pydock.app import App


def one_stream(text: str) -> str:
    if text not in ("stdout", "stderr"):
        raise ValueError("a stream is stdout or stderr")
    return text


def _regex(text: str) -> re.Pattern[str]:
    from pydock.flags.conditions import regex

    return regex(text)


@options
class LogsOptions(Options):
    """`logs`: of which containers, and what of them."""

    container: str | None = argument("CONTAINER", default=None, sources="containers", unless=("filter", "all"))
    others: tuple[str, ...] = argument("[CONTAINER...]", sources="containers", own=True)
    details: bool = flag("--details", help="Show extra attributes provided to logs")
    follow: bool = flag("-f", "--follow", help="Follow log output")
    since: str = flag("--since", help="Show logs since a timestamp (2013-01-02T13:23:37Z) or relative time (42m)")
    tail: str = flag(
        "-n", "--tail", default="all", help="Number of log lines to show, counted from the end", sources="all"
    )
    timestamps: bool = flag("-t", "--timestamps", help="Show timestamps")
    until: str = flag(
        "--until", since="1.35", help="Show logs before a timestamp (2013-01-02T13:23:37Z) or relative time (42m)"
    )
    filter: tuple[pairs.Pair, ...] = filter_flag(
        "--filter", text="Of the containers that ps shows with this filter, in place of names; repeatable", own=True
    )
    all: bool = flag(
        "--all", own=True, help="Of all containers, in place of names; of stopped ones, too, with --filter"
    )
    stream: str = flag(
        "--stream", parse=one_stream, own=True, sources="stdout stderr", help="Only this stream: stdout or stderr"
    )
    grep: re.Pattern[str] | None = flag(
        "--grep",
        parse=_regex,
        default=None,
        metavar="regex",
        own=True,
        help="Only lines that match this regular expression",
    )
    local_time: bool = flag("--local-time", own=True, help="With --timestamps: in the local time zone")
    no_prefix: bool = flag("--no-prefix", own=True, help="Leave out the names before the lines of several containers")

    @property
    def names(self) -> tuple[str, ...]:
        return () if self.container is None else (self.container, *self.others)

    @property
    def selects(self) -> bool:
        return bool(self.filter) or self.all

    @property
    def prefix(self) -> bool:
        return not self.no_prefix

    def check(self) -> None:
        """Raises Failure for what does not go together."""
        if self.names and self.selects:
            raise Failure("conflicting options: names cannot be given together with --filter or --all", 125)
        if not self.names and not self.selects:
            raise Failure("no container is named, and neither --filter nor --all selects any", 125)
        if self.local_time and not self.timestamps:
            raise Failure("--local-time needs --timestamps", 125)


@command(
    "container logs", LogsOptions, "Fetch the logs of a container", also=("logs",), reads=True, follows=True,
    description="Fetch the logs of a container. Beyond docker, there may be several, by their names or by --filter: their lines are merged by time, "
    "each with the container's name.",
)  # fmt: skip
def logs(app: App, o: LogsOptions) -> None:
    o.check()
    many = len(o.names) > 1 or o.selects
    if many or o.grep or o.local_time:
        from pydock.commands.container.many_logs import Logs

        app.engine.ping()  # once, before several threads ask for it
        Logs(app, o, many, query(app, o, o.timestamps or many)).show()
        return
    container = app.engine.json(containers.inspect_container(o.names[0]))
    request = containers.container_logs(container["Id"], **query(app, o, o.timestamps))
    distribute(app.engine.blocks(request), app.out.put, app.err.put, framed=not container["Config"]["Tty"])


def query(app: App, o: LogsOptions, timestamps: bool) -> dict[str, Any]:
    """What the engine is asked for of a log. Raises Failure."""
    return {
        "since": moment(app, "since", o.since), "until": moment(app, "until", o.until), "follow": o.follow, "timestamps": timestamps,
        "details": o.details, "tail": o.tail, "stream": o.stream,
    }  # fmt: skip


def moment(app: App, name: str, text: str) -> str:
    """--since or --until as the engine expects it. Raises Failure."""
    with failing(f'invalid value for "{name}": '):
        return timestamp(text, app.clock()) if text else ""
