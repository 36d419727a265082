"""`context`: manage contexts. No command here connects to an engine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydock.commands.inspect import print_all
from pydock.commands.shared import FORMAT_HELP, InspectOptions, each_name, jq_flag, json_flag, print_rows
from pydock.errors import Failure, failing
from pydock.flags.pairs import Pair, words
from pydock.go.json import dumps
from pydock.go.strconv import parse_bool, quote
from pydock.options import Options, argument, command, flag, options
from pydock.render.format import Format
from pydock.render.human import ellipsis, natural
from pydock.views.view import Fields, View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from pydock.app import App

DEFAULT_DESCRIPTION = "Current DOCKER_HOST based configuration"
NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.+-]+")


class ContextView(View):
    """One context."""

    go_type = "*formatter.clientContextContext"
    METHODS = ()
    TITLES: ClassVar[dict[str, str | None]] = {
        "Current": None,
        "Description": "DESCRIPTION",
        "DockerEndpoint": "DOCKER ENDPOINT",
        "Error": "ERROR",
        "Name": "NAME",
    }
    FIELDS: ClassVar[Fields] = {
        "Name": (lambda v: v.Name, "name"),
        "Description": (lambda v: v.Description, "description"),
        "DockerEndpoint": (lambda v: v.DockerEndpoint or None, "address of the engine"),
        "Current": (lambda v: v.Current, "is it the current one?"),
        "Error": (lambda v: v.full_error or None, "what is wrong with it, or null"),
    }

    def __init__(self, name: str, description: str, endpoint: str, current: bool, error: str = "") -> None:
        self.Name, self.Description, self.DockerEndpoint, self.Current = name, description, endpoint, current
        self.full_error = error

    def go_fields(self) -> dict[str, Any]:
        fields = ("Name", "Description", "DockerEndpoint", "Current")
        return {"c": {**{name: getattr(self, name) for name in fields}, "Error": self.full_error}}

    @property
    def Error(self) -> str:
        return ellipsis(self.full_error.replace("\n", " "), 45)


DEFAULT = "{{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t{{.DockerEndpoint}}\t{{.Error}}"


@options
class ContextListOptions(Options):
    format: str = flag("--format", help=FORMAT_HELP, sources="formats")
    json: str = json_flag(ContextView)
    jq: str = jq_flag()
    quiet: bool = flag("-q", "--quiet", help="Only show names")


def rows(app: App) -> list[ContextView]:
    """All contexts, sorted by name; a missing current context is shown with its error."""
    out = []
    for name in sorted({"default", *app.contexts.stored.names(), app.contexts.current}, key=natural):
        current = name == app.contexts.current
        try:
            meta = metadata(app, name)
        except Failure as failure:
            if name == "default":
                raise
            out.append(ContextView(name, "", "", current, failure.message))
            continue
        endpoint = (meta.get("Endpoints") or {}).get("docker") or {}
        description = (
            DEFAULT_DESCRIPTION if name == "default" else str((meta.get("Metadata") or {}).get("Description") or "")
        )
        out.append(ContextView(name, description, endpoint.get("Host") or "", current))
    return out


def metadata(app: App, name: str) -> dict[str, Any]:
    """A context's metadata; that of "default" comes from flags and environment. Raises Failure."""
    if name != "default":
        with failing():
            return app.contexts.stored.load(name)
    endpoint = app.contexts.default_endpoint
    unchecked = endpoint.tls is not None and not endpoint.tls.verify
    return {
        "Name": "default",
        "Metadata": {},
        "Endpoints": {"docker": {"Host": endpoint.host, "SkipTLSVerify": unchecked}},
    }


def tls_material(app: App, name: str) -> dict[str, bytes]:
    """A context's TLS material: file name -> content. Raises Failure."""
    return {file: app.files.read(path) for file, path in app.contexts.tls_paths(name).items()}


@command("context ls", ContextListOptions, "List contexts", aliases=("list",))
def ls(app: App, o: ContextListOptions) -> None:
    form = Format("template", "{{.Name}}") if o.quiet else Format.parse(o.format or "table")
    print_rows(app, o, ContextView, rows(app), form, DEFAULT)
    if app.environ.get("DOCKER_HOST"):
        app.err.line(
            "Warning: DOCKER_HOST environment variable overrides the active context. "
            "To use a context, either set the global --context flag, or unset DOCKER_HOST environment variable."
        )


@options
class ContextShowOptions(Options):
    """`context show`."""


@command("context show", ContextShowOptions, "Print the name of the current context")
def show(app: App, o: ContextShowOptions) -> None:
    app.out.line(app.contexts.current)


@options
class ContextUseOptions(Options):
    names: tuple[str, ...] = argument("[CONTEXT]", sources="contexts")


@command("context use", ContextUseOptions, "Set the current context", usage="CONTEXT")
def use(app: App, o: ContextUseOptions) -> None:
    if len(o.names) != 1:
        # docker's message for the wrong number of arguments differs for this command
        raise Failure(f"accepts 1 arg(s), received {len(o.names)}")
    choose(app, o.names[0])


def check_name(name: str) -> None:
    """Raises Failure for an invalid or reserved name."""
    if not name:
        raise Failure("context name cannot be empty")
    if name == "default":
        raise Failure('"default" is a reserved context name')
    if not NAME.fullmatch(name):
        raise Failure(
            f'context name "{name}" is invalid, names are validated against regexp "^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$"'
        )


def choose(app: App, name: str) -> None:
    """Make `name` the current context, in the configuration file. Raises Failure."""
    if name != "default":
        check_name(name)
        metadata(app, name)
    if (app.config.current_context or "default") != name:
        app.config.change(
            lambda data: data.pop("currentContext", None) if name == "default" else data.update(currentContext=name)
        )
    app.out.line(name)
    app.err.line(f'Current context is now "{name}"')
    if app.environ.get("DOCKER_HOST") and name != "default":
        app.err.line(
            "Warning: DOCKER_HOST environment variable overrides the active context. "
            f'To use "{name}", either set the global --context flag, or unset DOCKER_HOST environment variable.'
        )


@options
class ContextInspectOptions(InspectOptions):
    json: str = json_flag({
        "Name": "text", "Metadata": "object", "Endpoints": "object", "TLSMaterial": "object", "Storage": "object",
    })  # fmt: skip
    names: tuple[str, ...] = argument("[CONTEXT] [CONTEXT...]", sources="contexts")


@command("context inspect", ContextInspectOptions, "Show details of one or more contexts")
def inspect(app: App, o: ContextInspectOptions) -> None:
    print_all(
        app,
        o,
        o.names or (app.contexts.current,),
        lambda name: (dumps(found := details(app, name)), found, "context.contextWithTLSListing"),
        raw=False,
        ours=True,
    )


def details(app: App, name: str) -> dict[str, Any]:
    """The output of `context inspect` for one context."""
    memory = name == "default"
    return {
        **metadata(app, name),
        "TLSMaterial": {}
        if memory or not app.contexts.stored.tls_files(name)
        else {"docker": sorted(app.contexts.stored.tls_files(name))},
        "Storage": {
            "MetadataPath": "<IN MEMORY>" if memory else app.contexts.stored.meta_path(name),
            "TLSPath": "<IN MEMORY>" if memory else app.contexts.stored.tls_path(name),
        },
    }


# -- create and update ---------------------------------------------------------------------------


def settings(text: str) -> list[Pair]:
    """Comma-separated KEY=VALUE pairs; a single value may contain commas (pflag's stringToString). Raises ValueError."""
    out = []
    for word in words(text) if text.count("=") > 1 else [text.strip('"')]:
        key, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"{word} must be formatted as key=value")
        out.append((key, value))
    return out


@options
class EndpointOptions(Options):
    """What `create` and `update` set."""

    description: str = flag("--description", help="Description of the context")
    docker: tuple[Pair, ...] = flag(
        "--docker",
        parse=settings,
        metavar="stringToString",
        help="Docker endpoint settings: host, ca, cert, key, skip-tls-verify, or from=CONTEXT",
        sources="context-endpoints",
    )


@options
class ContextCreateOptions(EndpointOptions):
    name: str = argument("CONTEXT")
    source: str = flag("--from", help="Create the context from an existing one", sources="contexts")


def endpoint_of(app: App, given: tuple[Pair, ...]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """--docker as (endpoint, TLS material). Raises Failure with docker's messages."""
    values = dict(given)
    unknown = sorted(set(values) - {"from", "host", "ca", "cert", "key", "skip-tls-verify"})
    prefix = "unable to create docker endpoint config: "
    if unknown:
        raise Failure(prefix + "\n".join(f"unrecognized config key: {key}" for key in unknown))
    if "from" in values:
        try:
            copied = metadata(app, values["from"])
        except Failure as failure:
            raise Failure(prefix + failure.message) from None
        return copied["Endpoints"]["docker"], tls_material(app, values["from"])
    try:
        tls = {f"{kind}.pem": app.files.read(values[kind]) for kind in ("ca", "cert", "key") if values.get(kind)}
        skip = parse_bool(values["skip-tls-verify"]) if "skip-tls-verify" in values else False
    except Failure as failure:
        raise Failure(prefix + failure.message) from None
    except ValueError as error:
        raise Failure(f"{prefix}skip-tls-verify: {str(error).removeprefix('strconv.ParseBool: ')}") from None
    host = values.get("host", "")
    with failing(prefix):
        app.contexts.check_endpoint(host, tls)
    return {**({"Host": host} if host else {}), "SkipTLSVerify": skip}, tls


@command("context create", ContextCreateOptions, "Create a context")
def create(app: App, o: ContextCreateOptions) -> None:
    check_new(app, o.name)
    if o.source and o.docker:
        raise Failure("cannot use --docker flag when --from is set")
    if "docker" in o.given:
        endpoint, tls = endpoint_of(app, o.docker)
        described: dict[str, Any] = {}
        endpoints = {"docker": endpoint}
    else:
        source = o.source or app.contexts.current
        meta, tls = metadata(app, source), tls_material(app, source)
        described = {"Description": DEFAULT_DESCRIPTION} if source == "default" else meta.get("Metadata") or {}
        endpoints = meta.get("Endpoints") or {}
    if o.description:
        described = {**described, "Description": o.description}
    app.contexts.stored.add(o.name, {"Name": o.name, "Metadata": described, "Endpoints": endpoints}, tls)
    app.out.line(o.name)
    app.err.line(f'Successfully created context "{o.name}"')


def check_new(app: App, name: str) -> None:
    """Raises Failure for an invalid name, or the name of an existing context."""
    check_name(name)
    if app.contexts.stored.exists(name):
        raise Failure(f'context "{name}" already exists')


@options
class ContextUpdateOptions(EndpointOptions):
    name: str = argument("CONTEXT", sources="contexts")


@command("context update", ContextUpdateOptions, "Update a context")
def update(app: App, o: ContextUpdateOptions) -> None:
    check_name(o.name)
    metadata(app, o.name)
    endpoint, tls = endpoint_of(app, o.docker) if "docker" in o.given else (None, None)
    with app.contexts.stored.changing():
        meta = metadata(app, o.name)
        if o.description:
            meta = {**meta, "Metadata": {**(meta.get("Metadata") or {}), "Description": o.description}}
        if endpoint is not None:
            meta = {**meta, "Endpoints": {**(meta.get("Endpoints") or {}), "docker": endpoint}}
        app.contexts.stored.save(o.name, meta, tls)
    app.out.line(o.name)
    app.err.line(f'Successfully updated context "{o.name}"')


@options
class ContextRemoveOptions(Options):
    names: tuple[str, ...] = argument("CONTEXT [CONTEXT...]", sources="contexts")
    force: bool = flag("-f", "--force", help="Force removal of a context in use")


@command(
    "context rm", ContextRemoveOptions, "Remove one or more contexts", aliases=("remove",), usage="CONTEXT [CONTEXT...]"
)
def remove(app: App, o: ContextRemoveOptions) -> None:
    def act(name: str) -> None:
        if name == "default":
            raise Failure('context "default" cannot be removed')
        if name == app.contexts.current:
            if not o.force:
                raise Failure(f'context "{name}" is in use, set -f flag to force remove')
            app.config.change(lambda data: data.pop("currentContext", None))
        if not o.force and not app.contexts.stored.may_exist(name):
            raise Failure(f'context "{name}" does not exist')
        app.contexts.stored.discard(name)

    each_name(app, o.names, act)


@options
class ContextExportOptions(Options):
    name: str = argument("CONTEXT", sources="contexts")
    target: str | None = argument("[FILE|-]", default=None, sources="files")


@command(
    "context export", ContextExportOptions, "Export a context to a tar archive", usage="[OPTIONS] CONTEXT [FILE|-]"
)
def export(app: App, o: ContextExportOptions) -> None:
    if o.name != "default":
        check_name(o.name)
    if o.target == "-" and app.out.is_terminal:
        raise Failure("cowardly refusing to export to a terminal, specify a file path")

    def archive() -> Iterator[bytes]:
        yield app.contexts.pack(metadata(app, o.name), tls_material(app, o.name))

    if o.target == "-":
        app.out.put(*archive())
        return
    target = f"{o.name}.dockercontext" if o.target is None else o.target
    app.files.write(target, archive(), new=True)
    app.err.line(f"Written file {quote(target)}")


@options
class ContextImportOptions(Options):
    name: str = argument("CONTEXT")
    source: str = argument("FILE|-", sources="files")


@command("context import", ContextImportOptions, "Import a context from a tar or zip archive")
def import_(app: App, o: ContextImportOptions) -> None:
    check_new(app, o.name)
    data = b"".join(app.files.blocks(None if o.source == "-" else o.source))
    with failing():
        meta, tls = app.contexts.unpack(data)
    app.contexts.stored.add(o.name, meta, tls)
    app.out.line(o.name)
    app.err.line(f'Successfully imported context "{o.name}"')
