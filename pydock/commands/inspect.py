"""`inspect`, and the inspect command of each kind of object."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress

from pydock.api import (
    configs,
    containers,
    images,
    networks,
    nodes,
    plugins,
    secrets,
    services,
    system,
    tasks,
    volumes,
)
from pydock.api.request import Request, version_key
from pydock.commands.shared import InspectOptions, json_flag, platform_flag, platform_json
from pydock.errors import EngineError, Failure, Failures, failing
from pydock.go.json import compact, indented
from pydock.go.kinds import json_number, untyped
from pydock.options import argument, command, flag, options
from pydock.render.sourced import sourced, with_source
from pydock.shape import Json
from pydock.views.gotypes import CHANGED, decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from pydock.app import App

#: kind -> (request, Go type of the response; "" if templates see plain JSON, whether it is a swarm object)
KINDS: dict[str, tuple[Callable[[str], Request], str, bool]] = {
    "container": (containers.inspect_container, "container.InspectResponse", False),
    "image": (images.inspect_image, "image.InspectResponse", False),
    "network": (networks.inspect_network, "network.Inspect", False),
    "volume": (volumes.inspect_volume, "volume.Volume", False),
    "service": (lambda n: services.inspect_service(n, insert_defaults=True), "swarm.Service", True),
    "task": (tasks.inspect_task, "swarm.Task", True),
    "node": (nodes.inspect_node, "swarm.Node", True),
    "plugin": (plugins.inspect_plugin, "*types.Plugin", False),
    "secret": (secrets.inspect_secret, "swarm.Secret", True),
    "config": (configs.inspect_config, "swarm.Config", True),
}

#: errors of engines for a name that is not of a kind, besides 404
NOT_OF_THIS_KIND = ("not supported", "invalid reference format")

INDENT = " " * 4

#: an object's JSON as the engine wrote it, its value, and its Go type
Found: TypeAlias = "tuple[str, Any, str]"


class Printer:
    """Collects objects, and prints them as JSON or by a template. A failure for one does not affect the others."""

    def __init__(self, form: str, source: str = "") -> None:
        """Raises Failure (64) for an invalid template."""
        self.form, self.objects, self.text, self.source = form, list[str](), "", source
        self.strict = False
        if form not in ("", "json"):
            from pydock.go.template.execute import ParseError, Template

            try:
                self.template = Template(form)
            except ParseError as error:
                raise Failure(f"template parsing error: {error}", 64) from None

    def add(self, text: str, value: Any, shape: str, newer: bool = False, raw: bool = True) -> None:
        """Add one object. newer: it is from an API of version CHANGED or later; raw: fields unknown to its Go type
        are shown too.

        Raises Failure if the template cannot be executed."""
        if self.form in ("", "json"):
            text = text if raw else typed_json(value, shape, newer)
            self.objects.append(compact(text) if self.form else indented(text, INDENT, 1))
            return
        from pydock.go.template.execute import ExecError

        if shape:
            try:
                found = sourced(decode(shape, value, newer), self.source)
                self.text += self.template.execute(found, "error" if self.strict else "default") + "\n"
                return
            except ExecError as error:
                if not raw:
                    raise Failure(f"template parsing error: {error}") from None
                # as in docker: a name that is not a Go field may be a key of the JSON
                self.strict = True
        try:
            found = with_source(value, self.source) if self.source else value
            self.text += self.template.execute(untyped(found, json_number), "error") + "\n"
        except ExecError as error:
            raise Failure(f"template parsing error: {error}") from None

    def output(self) -> str:
        """Without its last line break."""
        if self.form == "json":
            return f"[{','.join(self.objects)}]"
        if self.form:
            return self.text.removesuffix("\n")
        between = f",\n{INDENT}".join(self.objects)
        return f"[\n{INDENT}{between}\n]" if between else "[]"


def typed_json(value: Any, shape: str, newer: bool) -> str:
    """An object's JSON, limited to the fields of its Go type."""
    from pydock.go.encoding import encode

    return encode(decode(shape, value, newer), escape_html=True)


def print_all(
    app: App,
    o: InspectOptions,
    names: Sequence[str],
    find: Callable[[str], Found],
    form: str | None = None,
    raw: bool = True,
    ours: bool = False,
) -> None:
    """Look up every name, print the objects found, then report the errors. form: overrides --format; raw: see
    Printer.add(); ours: the objects are not the engine's, whose API version decides on the fields of its own. Raises Failure."""
    form = o.format if form is None else form
    # of several engines the objects are printed as one array
    if o.json or o.jq or (app.out.source and form in ("", "json")):
        from pydock.commands.typed import print_found

        print_found(app, o, names, find, newer=not ours and speaks_newer(app))
        return
    printer, failures = Printer(form, app.out.source), []
    typed = not ours and (not raw or form not in ("", "json"))
    for name in names:
        try:
            printer.add(*find(name), typed and speaks_newer(app), raw)
        except Failure as failure:
            failures.append(failure)
    if printer.text or not app.out.source:
        app.out.formatted(printer.output())
    if failures:
        raise Failures(failures)


def print_kind(
    app: App,
    o: PrettyOptions,
    names: Sequence[str],
    find: Callable[[str], Found],
    pretty: Callable[[Json], str],
    raw: bool = True,
    forms: Mapping[str, str] | None = None,
) -> None:
    """The inspect command of a kind of the swarm: as print_all, or with --pretty in the words of `pretty`.

    forms: words of --format, of lists, that docker takes here for the templates of its lists. Raises Failure."""
    form = "pretty" if o.pretty else (forms or {}).get(o.format, o.format)
    if form != "pretty" and form.startswith("pretty"):
        raise Failure("cannot supply extra formatting options to the pretty template")
    if form == "pretty":
        # all of them or, as in docker, none
        with failing():
            texts = [pretty(find(name)[1]) for name in names]
        app.out.write("".join(text + "\n" for text in texts))
        return
    try:
        print_all(app, o, names, find, form, raw)
    except Failure as failure:
        # in docker a bad template has a code of its own only elsewhere
        raise Failure(failure.message) from None


def speaks_newer(app: App) -> bool:
    """Does the engine speak API 1.52 or later, which removed fields from its objects?"""
    return version_key(app.engine.api_version) >= CHANGED


def fetch(app: App, request: Request, shape: str) -> Found:
    return *app.engine.document(request), shape


def print_fetched(
    app: App, o: InspectOptions, names: Sequence[str], request: Callable[[str], Request], kind: str, raw: bool = True
) -> None:
    """As print_all, for objects of a kind that a request for each name finds. Raises Failure."""
    with ahead(app, names, request):
        print_all(app, o, names, lambda name: fetch(app, request(name), KINDS[kind][1]), raw=raw)


def ahead(app: App, names: Sequence[str], request: Callable[[str], Request]) -> AbstractContextManager[None]:
    """Within it, what is asked first for each name is sent ahead: see Engine.ahead()."""
    requests = []
    for name in names:
        # for a name that cannot be asked for, find() fails
        with suppress(Failure):
            requests.append(request(name))
    return app.engine.ahead(requests)


def fields_flag(kind: str) -> Any:
    """--json of the inspect command of a kind."""

    def fields() -> dict[str, str]:
        from pydock.views.paths import described_fields

        return described_fields(KINDS[kind][1])

    return json_flag(fields, templates=lambda path, _: fields_in(kind, path))


def fields_in(kind: str, path: str) -> dict[str, str]:
    """The fields of objects of a kind where a path leads."""
    from pydock.views.paths import described_at

    return described_at(KINDS[kind][1], path) if kind in KINDS else {}


@options
class PrettyOptions(InspectOptions):
    """The flags of the inspect commands of a swarm."""

    pretty: bool = flag("--pretty", help="Print details for people")


def as_run_flag() -> Any:
    return flag("--as-run", own=True, excludes=("format",), help="Print the command line that makes a container again")


def print_as_run(app: App, o: AnyInspectOptions | ContainerInspectOptions) -> None:
    """--as-run. Raises Failure."""
    from pydock.commands.container.as_run import as_run

    as_run(app, o.names)


@options
class AnyInspectOptions(InspectOptions):
    json: str = json_flag(templates=lambda path, kind: fields_in(kind or "container", path))
    names: tuple[str, ...] = argument("NAME|ID [NAME|ID...]", sources="objects")
    as_run: bool = as_run_flag()
    size: bool = flag("-s", "--size", help="Show total file sizes of a container")
    type: str = flag("--type", help="Only inspect objects of this type", sources=" ".join(KINDS))


@command("inspect", AnyInspectOptions, "Show low-level details of Docker objects", reads=True)
def inspect(app: App, o: AnyInspectOptions) -> None:
    if o.type and o.type not in KINDS:
        names = ", ".join(f'"{k}"' for k in sorted(KINDS))
        raise Failure(f'unknown type: "{o.type}": must be one of {names}')
    if "type" in o.given and not o.type:
        raise Failure("type is empty: must be one of " + ", ".join(f'"{k}"' for k in sorted(KINDS)))
    if o.as_run:
        if o.type not in ("", "container"):
            raise Failure(f'--as-run is for containers: it cannot be used with --type "{o.type}"')
        print_as_run(app, o)
        return
    app.need_engine()
    with ahead(app, o.names, lambda name: first_request(o, name)):
        print_all(app, o, o.names, lambda name: find_any(app, o, name))


def first_request(o: AnyInspectOptions, name: str) -> Request:
    """What find_any() asks first, unless it is whether this is a manager. Raises Failure."""
    return inspect_request(o, o.type or "container", name)


def inspect_request(o: AnyInspectOptions, kind: str, name: str) -> Request:
    """Raises Failure."""
    return containers.inspect_container(name, o.size) if kind == "container" else KINDS[kind][0](name)


def find_any(app: App, o: AnyInspectOptions, name: str) -> Found:
    """The first object of that name, by docker's order of kinds. Raises Failure."""
    manager: bool | None = None
    for kind, (_, shape, of_swarm) in KINDS.items():
        if o.type not in ("", kind):
            continue
        if of_swarm and not o.type:
            manager = is_manager(app) if manager is None else manager
            if not manager:
                continue
        try:
            found = fetch(app, inspect_request(o, kind, name), shape)
        except EngineError as error:
            if not o.type and (error.missing or any(text in error.message for text in NOT_OF_THIS_KIND)):
                continue
            raise
        if o.size and kind != "container":
            app.err.line(f"WARNING: --size ignored for {kind}")
        return found
    raise Failure(f"Error: No such object: {name}")


def is_manager(app: App) -> bool:
    """False, with a message, where the engine does not tell."""
    try:
        return bool((app.engine.json(system.info()).get("Swarm") or {}).get("ControlAvailable"))
    except EngineError as error:
        app.err.line(error.message)
        return False


@options
class ContainerInspectOptions(InspectOptions):
    json: str = fields_flag("container")
    names: tuple[str, ...] = argument("CONTAINER [CONTAINER...]", sources="containers")
    as_run: bool = as_run_flag()
    size: bool = flag("-s", "--size", help="Show total file sizes")


@command("container inspect", ContainerInspectOptions, "Show details of one or more containers", reads=True)
def inspect_containers(app: App, o: ContainerInspectOptions) -> None:
    if o.as_run:
        print_as_run(app, o)
        return
    app.need_engine()
    print_fetched(app, o, o.names, lambda n: containers.inspect_container(n, o.size), "container")


@options
class ImageInspectOptions(InspectOptions):
    json: str = fields_flag("image")
    names: tuple[str, ...] = argument("IMAGE [IMAGE...]", sources="images")
    platform: str = platform_flag("Platform of the image", "1.49")


@command("image inspect", ImageInspectOptions, "Show details of one or more images", reads=True)
def inspect_images(app: App, o: ImageInspectOptions) -> None:
    wanted = o.platform and platform_json(app, o.platform)
    app.need_engine()
    print_fetched(app, o, o.names, lambda n: images.inspect_image(n, wanted), "image")


@options
class NetworkInspectOptions(InspectOptions):
    json: str = fields_flag("network")
    names: tuple[str, ...] = argument("NETWORK [NETWORK...]", sources="networks")
    verbose: bool = flag("-v", "--verbose", help="Verbose output for diagnostics")


@command("network inspect", NetworkInspectOptions, "Show details of one or more networks", reads=True)
def inspect_networks(app: App, o: NetworkInspectOptions) -> None:
    app.need_engine()
    print_fetched(app, o, o.names, lambda n: networks.inspect_network(n, o.verbose), "network")


@options
class VolumeInspectOptions(InspectOptions):
    json: str = fields_flag("volume")
    names: tuple[str, ...] = argument("VOLUME [VOLUME...]", sources="volumes")


@command("volume inspect", VolumeInspectOptions, "Show details of one or more volumes", reads=True)
def inspect_volumes(app: App, o: VolumeInspectOptions) -> None:
    app.need_engine()
    print_fetched(app, o, o.names, volumes.inspect_volume, "volume", raw=False)
