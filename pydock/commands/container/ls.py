"""`ps` and `container ls`: list containers."""

from __future__ import annotations

from pydock.api import containers
from pydock.api.request import Request, filters
from pydock.commands.shared import ListOptions, format_of, json_flag
from pydock.errors import Failure
from pydock.options import command, flag, options
from pydock.values import replace
from pydock.views.containers import ContainerView, Probe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.app import App


@options
class PsOptions(ListOptions):
    all: bool = flag("-a", "--all", help="Show all containers, including stopped ones")
    json: str = json_flag(ContainerView)
    last: int = flag("-n", "--last", default=-1, help="Show the last N created containers, in any state")
    latest: bool = flag("-l", "--latest", help="Show the latest created container, in any state")
    size: bool = flag("-s", "--size", help="Show total file sizes")


def request(o: PsOptions, size: bool) -> Request:
    """GET /containers/json."""
    limit = o.last
    if o.latest and limit == -1:
        limit = 1
    return containers.list_containers(
        all=o.all, limit=limit if limit > 0 else None, size=size, filters=filters(o.filter)
    )


@command("container ls", PsOptions, "List containers", also=("ps",), aliases=("list", "ps"), top=3, reads=True)
def ps(app: App, o: PsOptions) -> None:
    if o.json or o.jq:
        typed(app, o)
        return
    wanted = o.format or app.config.text("psFormat")
    if o.quiet and o.format:
        app.err.line("WARNING: Ignoring custom format, because both --format and --quiet are set.")
    # the template is parsed in any case
    in_template = uses_size(wanted, app.clock(), app.out.source)
    size = o.size or (in_template and not o.quiet and "size" not in o.given)
    shown = replace(o, format=wanted if wanted == "raw" or not o.quiet else "")
    view = ContainerView
    form = format_of(app, shown, view, view.RAW_SIZES if o.size else view.RAW)
    found = app.engine.json(request(o, size)) or []
    rows = [view(c, app.clock(), not o.no_trunc) for c in found]
    app.out.rows(rows, view.TITLES, form, view.WITH_SIZE if o.size else view.DEFAULT)


def typed(app: App, o: PsOptions) -> None:
    """ps --json: with Size and VirtualSize, which the engine must compute, where they are asked for by name."""
    from pydock.commands.typed import print_views

    found = app.engine.json(request(o, o.size or "Size" in o.json)) or []
    print_views(app, o, ContainerView, [ContainerView(c, app.clock()) for c in found])


def uses_size(text: str, now: float, source: str = "") -> bool:
    """Does --format need the sizes, which the engine must compute? Raises Failure for an invalid format."""
    if not text:
        return False
    from pydock.go.template.execute import ExecError, ParseError, Template
    from pydock.render.sourced import sourced

    probe = Probe(now)
    try:
        Template(text).execute(sourced(probe, source))
    except ParseError as error:
        raise Failure(f"failed to parse template: {error}") from None
    except ExecError as error:
        raise Failure(f"failed to execute template: {error}") from None
    return probe.asked
