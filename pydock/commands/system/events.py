"""`events`: real-time events from the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydock.api import system
from pydock.api.request import filters, version_key
from pydock.commands.inspect import speaks_newer
from pydock.commands.shared import filter_flag, go_fields, jq_flag, json_flag
from pydock.errors import Failure, failing
from pydock.flags.pairs import Pair
from pydock.flags.times import timestamp
from pydock.go.template.execute import ExecError, ParseError, Template
from pydock.options import Options, command, flag, options
from pydock.render.sourced import sourced
from pydock.shape import Json
from pydock.views.gotypes import decode
from pydock.views.times import local_nanoseconds, utc_nanoseconds

if TYPE_CHECKING:
    from pydock.app import App

SHAPE = "events.Message"


#: of --json
FIELDS = {
    "Time": "time, with nanoseconds", "Type": "type of the object: container, image, network, volume…", "Action": "what happened",
    "Actor": "object: ID, and Attributes, an object with the labels among others", "Scope": "local or swarm",
}  # fmt: skip


@options
class EventsOptions(Options):
    filter: tuple[Pair, ...] = filter_flag("-f", "--filter")
    format: str = flag("--format", help='Format output with a Go template, or "json"', sources="json")
    json: str = json_flag(FIELDS, "an object for each event", lambda path, _: go_fields(SHAPE, path))
    jq: str = jq_flag()
    since: str = flag("--since", help="Show events since this timestamp")
    until: str = flag("--until", help="Show events until this timestamp")


def template_of(app: App, text: str) -> Template | None:
    """The template of --format, validated with empty events: of any API version, then of the engine's. Raises

    Failure (64). As in docker it is validated with a pointer, but executed with event values; templates that compare
    or print them can observe that."""
    if not text:
        return None
    try:
        template = Template("{{json .}}" if text == "json" else text)
        for empty in (decode(f"*{SHAPE}", {}), decode(f"*{SHAPE}", {}, newer=speaks_newer(app))):
            template.execute(sourced(empty, app.out.source))
    except (ParseError, ExecError) as error:
        raise Failure(f"Error parsing format: {error}", 64) from None
    return template


def line(event: dict[str, Any]) -> str:
    """ "TIME TYPE ACTION ID (k=v, k=v)", with sorted keys."""
    actor = event.get("Actor") or {}
    nanoseconds = int(event.get("timeNano") or 0) or int(event.get("time") or 0) * 10**9
    words = [
        local_nanoseconds(nanoseconds),
        str(event.get("Type") or ""),
        str(event.get("Action") or ""),
        str(actor.get("ID") or ""),
    ]
    attributes = ", ".join(f"{k}={v}" for k, v in sorted((actor.get("Attributes") or {}).items()))
    return " ".join(words) + (f" ({attributes})" if attributes else "")


def typed(event: Json) -> Json:
    """An event for --json."""
    actor = event.get("Actor") or {}
    return {
        "Time": utc_nanoseconds(int(event.get("timeNano") or 0) or int(event.get("time") or 0) * 10**9),
        "Type": event.get("Type"),
        "Action": event.get("Action"),
        "Actor": {"ID": actor.get("ID"), "Attributes": actor.get("Attributes") or {}},
        "Scope": event.get("scope"),
    }


@command(
    "system events",
    EventsOptions,
    "Stream real-time events from the daemon",
    also=("events",),
    reads=True,
    follows=True,
)
def events(app: App, o: EventsOptions) -> None:
    template = template_of(app, o.format)
    app.need_engine()
    with failing():
        since, until = (timestamp(text, app.clock()) if text else "" for text in (o.since, o.until))
    version, newer = version_key(app.engine.api_version), speaks_newer(app)
    found = app.engine.messages(system.events(version, since=since, until=until, filters=filters(o.filter)))
    if o.json or o.jq:
        from pydock.commands.typed import print_stream

        print_stream(app, o, map(typed, found))
        return
    for event in found:
        if template is None:
            app.out.line(line(event))
        else:
            try:
                app.out.formatted(template.execute(sourced(decode(SHAPE, event, newer), app.out.source)))
            except ExecError as error:
                app.out.formatted(error.partial)
                raise Failure(str(error)) from None
