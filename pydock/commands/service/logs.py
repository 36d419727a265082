"""`service logs`: the log output of a service or task."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydock.api import services, tasks
from pydock.api.request import Request
from pydock.commands.container.logs import moment
from pydock.commands.tasks import Names
from pydock.errors import Failure, failing
from pydock.go.strconv import check_escapes
from pydock.options import Options, argument, command, flag, options
from pydock.render.human import short_id
from pydock.streams.frames import STDERR
from pydock.streams.pump import distribute, whole_frames
from pydock.values import record

if TYPE_CHECKING:
    from pydock.app import App


@options
class ServiceLogsOptions(Options):
    target: str = argument("SERVICE|TASK", sources="services")
    details: bool = flag("--details", since="1.30", help="Show extra attributes provided to logs")
    follow: bool = flag("-f", "--follow", help="Follow log output")
    no_resolve: bool = flag("--no-resolve", help="Show IDs instead of names")
    no_task_ids: bool = flag("--no-task-ids", help="Leave out the IDs of tasks")
    no_trunc: bool = flag("--no-trunc", help="Do not truncate output")
    raw: bool = flag("--raw", since="1.30", help="Show the output alone, without the task that it is of")
    since: str = flag("--since", help="Show logs since a timestamp (2013-01-02T13:23:37Z) or relative time (42m)")
    tail: str = flag(
        "-n", "--tail", default="all", help="Number of log lines to show, counted from the end", sources="all"
    )
    timestamps: bool = flag("-t", "--timestamps", help="Show timestamps")


@command(
    "service logs", ServiceLogsOptions, "Fetch the logs of a service or task", since="1.29", reads=True, follows=True
)
def logs(app: App, o: ServiceLogsOptions) -> None:
    source = find(app, o)
    if source.tty and not o.raw:
        raise Failure("tty service logs only supported with --raw")
    blocks = app.engine.blocks(source.request(app, o))
    if o.raw:
        distribute(blocks, app.out.put, app.err.put, framed=not source.tty)
    else:
        print_messages(app, o, blocks, source.highest)


@record
class Source:
    """What has logs. highest: the highest number of a task."""

    is_task: bool
    tty: bool
    highest: int

    def request(self, app: App, o: ServiceLogsOptions) -> Request:
        """GET …/logs; of which task a message is, its details tell. Raises Failure."""
        ask = tasks.task_logs if self.is_task else services.service_logs
        return ask(
            o.target, since=moment(app, "since", o.since), follow=o.follow, timestamps=o.timestamps, tail=o.tail,
            details=o.details or not o.raw,
        )  # fmt: skip


def find(app: App, o: ServiceLogsOptions) -> Source:
    """Raises Failure."""
    service = app.engine.found(services.inspect_service(o.target))
    if service is None:
        return find_task(app, o)
    spec = service["Spec"]
    replicas = ((spec.get("Mode") or {}).get("Replicated") or {}).get("Replicas")
    return Source(False, has_tty(spec.get("TaskTemplate")), replicas or 0)


def find_task(app: App, o: ServiceLogsOptions) -> Source:
    """Raises Failure."""
    task = app.engine.found(tasks.inspect_task(o.target))
    if task is None:
        raise Failure(f"no such task or service: {o.target}")
    return Source(True, has_tty(task.get("Spec")), task.get("Slot") or 0)


def has_tty(template: dict[str, dict[str, bool] | None] | None) -> bool:
    return bool(((template or {}).get("ContainerSpec") or {}).get("TTY"))


# -- messages with the task that they are of --------------------------------------------------------

#: the details of every message: node, service and task
CONTEXT = tuple(f"com.docker.swarm.{kind}.id" for kind in ("node", "service", "task"))


def print_messages(app: App, o: ServiceLogsOptions, blocks: Iterable[bytes], highest: int) -> None:
    """Print each message behind the name of its task. Raises Failure."""
    names, known = Names(app, not o.no_resolve), dict[tuple[str, ...], str]()
    for kind, data in whole_frames(blocks):
        timestamp, details, message = parts_of(data, o.timestamps)
        with failing():
            attributes = parse_details(details)
            context = context_of(attributes)
        if context not in known:
            known[context] = task_title(app, o, names, context, highest)
        others = ",".join(sorted(f"{k}={v}" for k, v in attributes.items() if k not in CONTEXT)) + " "
        out = app.err if kind == STDERR else app.out
        before = f"{timestamp} " if o.timestamps else ""
        out.put(out.encoded(before, known[context], "    | ", others if o.details else "") + message)


def parts_of(data: bytes, timestamps: bool) -> tuple[str, str, bytes]:
    """(timestamp or "", details, message). Raises Failure."""
    parts = data.split(b" ", 2 if timestamps else 1)
    if len(parts) != (3 if timestamps else 2):
        raise Failure(f"invalid context in log message: {data.decode('utf-8', 'surrogateescape')}")
    *before, details = (part.decode("utf-8", "surrogateescape") for part in parts[:-1])
    return "".join(before), details, parts[-1]


def parse_details(text: str) -> dict[str, str]:
    """ "a=b,c=d", with escapes as in URLs. Raises ValueError."""
    from urllib.parse import unquote_plus

    out = {}
    for pair in text.split(","):
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise ValueError("invalid details format")
        check_escapes(key)
        check_escapes(value)
        out[unquote_plus(key, errors="surrogateescape")] = unquote_plus(value, errors="surrogateescape")
    return out


def context_of(details: dict[str, str]) -> tuple[str, ...]:
    """The ids of node, service and task. Raises ValueError."""
    left = dict(details)
    for key in CONTEXT:
        if key not in left:
            from pydock.go.printing import go_print

            raise ValueError(f"missing {key.split('.')[3]} id in details: {go_print(left)}")
        del left[key]
    return tuple(details[key] for key in CONTEXT)


def task_title(app: App, o: ServiceLogsOptions, names: Names, context: tuple[str, ...], highest: int) -> str:
    """SERVICE.SLOT.TASK@NODE, of the same width for all slots up to `highest`. Raises Failure."""
    node, service = names.node(context[0]), names.service(context[1])
    task = app.engine.json(tasks.inspect_task(context[2]))
    slot = str(task.get("Slot") or 0)
    identifier = "" if o.no_task_ids else "." + (task["ID"] if o.no_trunc else short_id(task["ID"]))
    return f"{service}.{slot}{identifier}@{node}{' ' * (len(str(highest)) - len(slot))}"
