"""`context`: which engine. Works without any engine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from pydock.commands.inspect import print_all
from pydock.commands.shared import FORMAT_HELP, InspectOptions
from pydock.declare import Options, argument, command, flag, options
from pydock.errors import Failure
from pydock.gojson import dumps
from pydock.render.format import Format
from pydock.render.human import ellipsis, natural
from pydock.render.listing import listing
from pydock.views.view import View

if TYPE_CHECKING:
    from pydock.app import App

DEFAULT_DESCRIPTION = "Current DOCKER_HOST based configuration"
NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.+-]+")


class ContextView(View):
    """One context."""

    go_type = "*formatter.clientContextContext"
    METHODS = ()
    TITLES: ClassVar[dict[str, str]] = {"Current": "", "Description": "DESCRIPTION", "DockerEndpoint": "DOCKER ENDPOINT", "Error": "ERROR", "Name": "NAME"}

    def __init__(self, name: str, description: str, endpoint: str, current: bool, error: str = "") -> None:
        self.Name, self.Description, self.DockerEndpoint, self.Current = name, description, endpoint, current
        self.full_error = error

    @property
    def Error(self) -> str:
        return ellipsis(self.full_error.replace("\n", " "), 45)


DEFAULT = "{{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t{{.DockerEndpoint}}\t{{.Error}}"


@options
class ContextListOptions(Options):
    format: str = flag("--format", help=FORMAT_HELP, sources="formats")
    quiet: bool = flag("-q", "--quiet", help="Print names only")


def rows(app: App) -> list[ContextView]:
    """Every context, by name; a current one that is not there is shown with what is wrong."""
    out = []
    for name in sorted({"default", *app.contexts.names(), app.context_name}, key=natural):
        current = name == app.context_name
        try:
            meta = facts(app, name)
        except Failure as failure:
            out.append(ContextView(name, "", "", current, failure.message))
            continue
        endpoint = (meta.get("Endpoints") or {}).get("docker") or {}
        description = DEFAULT_DESCRIPTION if name == "default" else str((meta.get("Metadata") or {}).get("Description") or "")
        out.append(ContextView(name, description, endpoint.get("Host") or "", current))
    return out


def facts(app: App, name: str) -> dict[str, Any]:
    """A context's metadata; "default" is made of flags and environment. Raises Failure."""
    if name != "default":
        try:
            return app.contexts.load(name)
        except ValueError as error:
            raise Failure(str(error)) from None
    return {
        "Name": "default", "Metadata": {},
        "Endpoints": {"docker": {"Host": app.default_endpoint.host, "SkipTLSVerify": bool(app.default_endpoint.tls and not app.default_endpoint.tls.verify)}},
    }  # fmt: skip


@command("context ls", ContextListOptions, "List contexts", aliases=("list",))
def ls(app: App, o: ContextListOptions) -> None:
    form = Format("template", "{{.Name}}") if o.quiet else Format.parse(o.format or "table")
    app.out.write(listing(rows(app), ContextView.TITLES, form, DEFAULT))
    if app.environ.get("DOCKER_HOST"):
        app.err.line(
            "Warning: DOCKER_HOST environment variable overrides the active context. "
            "To use a context, either set the global --context flag, or unset DOCKER_HOST environment variable."
        )


@options
class ContextShowOptions(Options):
    """`context show`."""


@command("context show", ContextShowOptions, "Print the name of the context in use")
def show(app: App, o: ContextShowOptions) -> None:
    app.out.line(app.context_name)


@options
class ContextUseOptions(Options):
    names: tuple[str, ...] = argument("[CONTEXT]", sources="contexts")


@command("context use", ContextUseOptions, "Choose the context that commands use")
def use(app: App, o: ContextUseOptions) -> None:
    if len(o.names) != 1:
        # this one command's count is told in other words by docker
        raise Failure(f"accepts 1 arg(s), received {len(o.names)}")
    choose(app, o.names[0])


def choose(app: App, name: str) -> None:
    """Make `name` the current context, in the configuration file. Raises Failure."""
    if name != "default":
        if not NAME.fullmatch(name):
            raise Failure(f'context name "{name}" is invalid, names are validated against regexp "^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$"')
        facts(app, name)
    current = app.config.data.pop("currentContext", "")
    if name != "default":
        app.config.data["currentContext"] = name
    if (current or "default") != name:
        app.config.save()
    app.out.line(name)
    app.err.line(f'Current context is now "{name}"')
    if app.environ.get("DOCKER_HOST") and name != "default":
        app.err.line(
            "Warning: DOCKER_HOST environment variable overrides the active context. "
            f'To use "{name}", either set the global --context flag, or unset DOCKER_HOST environment variable.'
        )


@options
class ContextInspectOptions(InspectOptions):
    names: tuple[str, ...] = argument("[CONTEXT] [CONTEXT...]", sources="contexts")


@command("context inspect", ContextInspectOptions, "Show everything about one or more contexts")
def inspect(app: App, o: ContextInspectOptions) -> None:
    print_all(app, o.names or (app.context_name,), o.format, lambda name: (dumps(details(app, name)), ""))


def details(app: App, name: str) -> dict[str, Any]:
    """What `context inspect` shows of one context."""
    memory = name == "default"
    return {
        **facts(app, name), "TLSMaterial": {} if memory or not app.contexts.tls_files(name) else {"docker": sorted(app.contexts.tls_files(name))},
        "Storage": {
            "MetadataPath": "<IN MEMORY>" if memory else app.contexts.meta_path(name), "TLSPath": "<IN MEMORY>" if memory else app.contexts.tls_path(name),
        },
    }  # fmt: skip
