"""Shared by many commands: the flags of lists, iteration over names, confirmation prompts, pruning."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from pydock.api.request import Request, filters
from pydock.errors import Ended, Failure, Failures, NoEngine, failing
from pydock.flags.pairs import Pair, filter_pair, pair
from pydock.options import Options, flag, options
from pydock.render.format import Format
from pydock.shape import Json
from pydock.values import made, record
from pydock.views.view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol, TypeVar

    from pydock.app import App
    from pydock.commands.typed import Typed

    R = TypeVar("R")
    V = TypeVar("V", bound=View)


FORMAT_HELP = (
    'Format output with a template: "table" (default), "table TEMPLATE" (with a header), "json", or a Go template; '
    "see https://docs.docker.com/go/formatting/"
)


PLATFORM = "OS[/ARCHITECTURE[/VARIANT]]"
NO_TRUST = (
    "content trust (--disable-content-trust=false) is not supported: docker has removed it; images are not verified"
)


def platform_flag(text: str, since: str) -> Any:
    """--platform of a single image. text: the help text."""
    return flag("--platform", since=since, help=f"{text}: {PLATFORM}", sources="platforms")


def default_platform_flag(since: str, text: str = "Platform of the image") -> Any:
    """--platform with DOCKER_DEFAULT_PLATFORM as its default."""
    return flag(
        "--platform", since=since, env="DOCKER_DEFAULT_PLATFORM", help=f"{text}: {PLATFORM}", sources="platforms"
    )


def platform_json(app: App, text: str, wrong: str = "") -> str:
    """--platform as the engine's query parameter: a JSON object. wrong: a prefix for the error message. Raises
    Failure.
    """
    from pydock.flags.reference import platform
    from pydock.go.json import dumps

    with failing(wrong):
        return dumps(platform(text, app.architecture))


def filter_flag(
    *names: str, text: str = "Filter output by KEY=VALUE; repeatable", since: str = "", own: bool = False
) -> Any:
    return flag(*names, parse=filter_pair, metavar="filter", sources="filters", since=since, help=text, own=own)


def dotenv_flag() -> Any:
    return flag(
        "--dotenv", own=True, help="Read environment variables from a file with a shell's quotes, comments and variables; repeatable", sources="files"
    )  # fmt: skip


def driver_option_flag(sources: str, text: str = "Option of the driver") -> Any:
    return flag("-o", "--opt", parse=pair, many=True, metavar="map", help=text, sources=sources)


def yes_flag() -> Any:
    return flag("-y", "--yes", own=True, help="Do not ask for confirmation")


def dry_run_flag(text: str = "Show what would be changed, and change nothing") -> Any:
    return flag("--dry-run", own=True, help=text)


def detach_keys_flag() -> Any:
    return flag("--detach-keys", help="Key sequence that detaches from the container", sources="ctrl-")


def trust_flag(text: str = "Skip image verification") -> Any:
    return flag("--disable-content-trust", default=True, help=text)


#: beside them --json would have no meaning
_TEXTS = ("format", "quiet", "pretty", "tree", "graph", "as_run")
#: --json=help where only the answer has the fields
_ANY = {"KEY": "a key of the objects", "KEY.KEY": "a key within it"}


def json_flag(
    view: type[View] | Mapping[str, str] | Callable[[], Mapping[str, str]] | None = None,
    text: str = "an array",
    templates: Callable[[str, str], Mapping[str, str]] | None = None,
) -> Any:
    """--json[=FIELDS]. view: has the fields, or they are given with what each is; a function gives those that the answer
    may have, and None stands for any. text: what is printed. templates: the fields for --format, where they are not
    those of the view (see FlagSpec.fields)."""
    fields: Mapping[str, str] = view if isinstance(view, Mapping) else {}
    if isinstance(view, type) and issubclass(view, View):
        fields = {name: what for name, (_, what) in view.FIELDS.items()}

    def parse(given: str) -> str:
        from pydock.render.values import check_names

        return check_names(given, fields)

    def known() -> Mapping[str, str]:
        return fields or (view() if callable(view) and not isinstance(view, type) else {})

    def in_templates(path: str, _: str) -> Mapping[str, str]:
        if isinstance(view, type) and issubclass(view, View):
            return {} if path else {name: (title or "").lower() for name, title in view.TITLES.items()}
        return {} if path else known()

    def sources() -> str:
        return "," + " ".join(["help", *known()])

    def tells(given: str) -> str:
        from pydock.render.values import HELP, described

        return described(known() or _ANY) if given == HELP else ""

    return flag(
        "--json", own=True, bare="all", metavar="fields", parse=parse, tells=tells, excludes=_TEXTS, sources=sources,
        fields=templates or in_templates,
        help=f"Print {text} in JSON, of all fields or of these (separated by commas); --json=help lists them",
    )  # fmt: skip


def go_fields(kind: str, path: str) -> Mapping[str, str]:
    """The fields for templates that see a Go value alone, not the engine's JSON."""
    from pydock.views.paths import described_at

    return described_at(kind, path, go_names=True)


def jq_flag() -> Any:
    """--jq, which is --json too."""

    def parse(text: str) -> str:
        from pydock.render.jq import Program

        Program(text)
        return text

    return flag(
        "--jq", own=True, metavar="expression", parse=parse, excludes=_TEXTS,
        help="Print what this jq expression gives for that JSON",
    )  # fmt: skip


def graph_flag(text: str) -> Any:
    """--graph. text: the help text."""
    return flag("--graph", own=True, excludes=("format", "quiet"), help=text)


def print_rows(app: App, o: Typed, view: type[View], rows: Iterable[View], form: Format, default: str) -> None:
    """Print a list: as text by a format, whose plain table has the template `default`, or as --json wants it. Raises Failure."""
    if o.json or o.jq:
        from pydock.commands.typed import print_views

        print_views(app, o, view, rows)
    else:
        app.out.rows(rows, view.TITLES, form, default)


@options
class WholeListOptions(Options):
    """The flags of lists that truncate nothing. Each list declares --json again, with its view."""

    json: str = json_flag()
    jq: str = jq_flag()
    filter: tuple[Pair, ...] = filter_flag("-f", "--filter")
    format: str = flag("--format", help=FORMAT_HELP, sources="formats")
    quiet: bool = flag("-q", "--quiet", help="Only show IDs")


@options
class ListOptions(WholeListOptions):
    """The flags of all other lists."""

    no_trunc: bool = flag("--no-trunc", help="Do not truncate output")


@options
class InspectOptions(Options):
    """The flags of all inspect commands."""

    format: str = flag("-f", "--format", help='Format output with a Go template, or "json"', sources="json")
    json: str = json_flag()
    jq: str = jq_flag()


if TYPE_CHECKING:

    class Listed(Protocol):
        """The options of a list command."""

        @property
        def json(self) -> str: ...
        @property
        def jq(self) -> str: ...
        @property
        def format(self) -> str: ...
        @property
        def quiet(self) -> bool: ...


def format_of(app: App, o: Listed, view: type[View], raw: str = "") -> Format:
    """The effective format, by docker's rules for --quiet and the config file. raw: overrides that of the view."""
    configured = app.config.text(view.CONFIG) if view.CONFIG and not o.quiet else ""
    form = Format.parse(o.format or configured or "table", view.RAW_QUIET if o.quiet else raw or view.RAW)
    return Format("template", view.QUIET) if o.quiet and form == Format("table") else form


def print_list(app: App, o: Listed, view: type[V], rows: Iterable[V]) -> None:
    """Print a list whose columns do not depend on flags. Raises Failure."""
    print_rows(app, o, view, rows, format_of(app, o, view), view.DEFAULT)


def speaks(app: App, version: str) -> bool:
    """Is this API version, or a newer one, in use? Yes where the engine's address is invalid, which is reported later."""
    try:
        return app.engine.speaks(version)
    except NoEngine:
        return True


def surely_speaks(app: App, version: str) -> bool:
    """As speaks(), but no where no engine answers."""
    try:
        return app.engine.speaks(version) and (bool(app.engine.requested) or app.engine.ping().answered)
    except NoEngine:
        return False


def each_name(
    app: App, names: Iterable[str], act: Callable[[str], R], done: Callable[[str, R], None] | None = None
) -> None:
    """Act on each name in turn; print it, or call `done`; continue after a failure and report all at the end.

    Raises Failures.
    """
    failures = []
    for name in names:
        try:
            result = act(name)
        except Failure as failure:
            failures.append(failure)
            continue
        if done:
            done(name, result)
        else:
            app.out.line(name)
    if failures:
        raise Failures(failures)


@options
class SelectOptions(Options):
    """Which objects are meant, where it is not said by their names."""

    filter: tuple[Pair, ...] = filter_flag(
        "--filter", text="Those that the list shows with this filter, in place of names; repeatable", own=True
    )
    all: bool = flag("--all", own=True, help="All of them, in place of names")
    dry_run: bool = dry_run_flag("Show what --filter or --all selects, and change nothing")
    yes: bool = yes_flag()


@record
class Targets:
    """What a command acts on. names: as they are told; ids: of those that were selected, by name."""

    names: tuple[str, ...]
    ids: Mapping[str, str] = made(default_factory=dict)

    def id(self, name: str) -> str:
        """What the engine is asked for: an object that gets the name in the meantime is another one."""
        return self.ids.get(name, name)


def targets(app: App, o: SelectOptions, names: tuple[str, ...], verb: str) -> Targets:
    """The objects of these names, or those that --filter and --all select, once the user agrees.

    Raises Exit where there is nothing to do, Failure for flags that contradict each other."""
    if o.given.isdisjoint(("filter", "all", "dry_run", "yes")):
        return Targets(names)
    from pydock.commands.selection import select

    ids = select(app, o, names, verb)
    return Targets(tuple(ids) or names, ids)


def all_names(app: App, names: tuple[str, ...], act: Callable[[str], Any], limit: int = 50) -> None:
    """As each_name, but concurrently (as docker does for containers); output and errors in the order of the names."""
    if len(names) == 1:
        each_name(app, names, act)
        return
    from concurrent.futures import ThreadPoolExecutor

    app.engine.ping()
    pool = ThreadPoolExecutor(min(limit, len(names)))
    try:
        futures = [pool.submit(act, name) for name in names]
        order = iter(futures)
        each_name(app, names, lambda _: next(order).result())
    finally:
        # an interrupt does not wait for pending requests
        pool.shutdown(wait=False, cancel_futures=True)


@options
class PruneOptions(Options):
    """The flags of all prune commands."""

    filter: tuple[Pair, ...] = filter_flag("--filter", text="Filter what to remove by KEY=VALUE; repeatable")
    force: bool = flag("-f", "--force", help="Do not prompt for confirmation")
    dry_run: bool = dry_run_flag("Show what would be removed and freed, and remove nothing")


def ask(app: App, question: str, secret: bool = False) -> str:
    """Prompt on stdout, read a line from stdin; a secret is not echoed. A signal exits with 0, as in docker."""
    from pydock.streams.signals import leaving_with
    from pydock.streams.terminal import unseen

    app.out.write(question)
    try:
        with leaving_with(0), contextlib.ExitStack() as stack:
            if secret:
                stack.enter_context(unseen(app.stdin))
            answer = app.stdin.readline().decode("utf-8", "surrogateescape").strip()
    except Ended:
        app.out.line("")
        raise
    if secret:
        app.out.line("")
    return answer


def confirmed(app: App, question: str) -> bool:
    """Prompt for confirmation: only "y" or "Y" confirms."""
    return ask(app, f"{question} [y/N] ") in ("y", "Y")


def prune_filters(app: App, given: Iterable[Pair]) -> dict[str, dict[str, bool]]:
    """--filter with the config file's pruneFilters; a given label overrides its opposite there."""
    pairs = list(given)
    for text in app.config.texts("pruneFilters"):
        key, equals, value = text.partition("=")
        contrary = {"label": "label!", "label!": "label"}.get(key)
        if equals and (contrary, value) not in pairs:
            pairs.append((key, value))
    return filters(pairs)


def prune_objects(
    app: App, o: PruneOptions, what: str, request: Request, title: str, removed: Callable[[Json], Sequence[str] | None]
) -> None:
    """Confirm, remove, report. what: the objects, for the prompt; removed: the engine's report -> removed names."""
    if not o.force and not confirmed(app, f"WARNING! This will remove {what}.\nAre you sure you want to continue?"):
        return
    report: Json = app.engine.json(request) or {}
    print_deleted(app, title, removed(report))
    if "SpaceReclaimed" in request.answer:
        print_reclaimed(app, report.get("SpaceReclaimed"))


def print_deleted(app: App, title: str, names: Sequence[str] | None) -> None:
    """Print the names of removed objects, one per line, if any."""
    if names:
        app.out.line("\n".join([f"Deleted {title}:", *names, ""]))


def print_reclaimed(app: App, count: int | None) -> None:
    """Print the amount of reclaimed space."""
    from pydock.render.human import size

    app.out.line(f"Total reclaimed space: {size(count or 0)}")
