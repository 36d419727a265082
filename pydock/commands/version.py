"""`version`: client and server version information."""

from __future__ import annotations

from pydock import API_VERSION, DOCKER_VERSION, __version__
from pydock.api import system
from pydock.commands.shared import InspectOptions, go_fields, json_flag
from pydock.errors import Failure
from pydock.go.template.execute import ExecError, ParseError, Template
from pydock.options import command, options
from pydock.render.sourced import sourced
from pydock.render.table import align
from pydock.views.gotypes import decode
from pydock.views.times import build_time, moment_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pydock.app import App

#: title -> key of the engine's details
DETAILS = {
    "API version": "ApiVersion", "Go version": "GoVersion", "Git commit": "GitCommit", "Built": "BuildTime", "OS/Arch": "Os",
    "Experimental": "Experimental",
}  # fmt: skip


@options
class VersionOptions(InspectOptions):
    """`version [OPTIONS]`."""

    json: str = json_flag(
        {"Client": "object", "Server": "object; null where no engine answers"}, "an object",
        lambda path, _: go_fields("system.versionInfo", path),
    )  # fmt: skip


@command("version", VersionOptions, "Show client and server version information", top=10, reads=True)
def version(app: App, o: VersionOptions) -> None:
    text = "{{json .}}" if o.format == "json" else o.format
    try:
        template = Template(text, name="version")
    except ParseError as error:
        raise Failure(f"template parsing error: {error}", 64) from None
    server, problem = None, None
    try:
        server = app.engine.json(system.version())
    except Failure as failure:
        problem = failure
    client = client_info(app, spoken_version(app))
    if o.json or o.jq:
        from pydock.commands.typed import print_fields

        built = server and {**server, "BuildTime": moment_of(server.get("BuildTime"))}
        print_fields(app, o, {"Client": {**client, "BuildTime": None}, "Server": built}, "system.versionInfo")
        if problem:
            raise problem
        return
    server = server and with_build_time(server)
    if text:
        wrong = print_template(app, template, client, server)
        # the error of the engine takes precedence over that of the template
        problem = problem or wrong
    else:
        app.out.write(client_text(client) + (server_text(server) if server else ""))
    if problem:
        raise problem


def spoken_version(app: App) -> str:
    """The negotiated API version."""
    try:
        return app.engine.api_version
    except Failure:
        return app.environ.get("DOCKER_API_VERSION", "").strip().lstrip("v") or API_VERSION


def client_info(app: App, spoken: str = "") -> dict[str, Any]:
    """The client's version information, with the keys of docker's JSON; the API version only if it is given."""
    import sys

    return {
        "Version": DOCKER_VERSION,
        **({"ApiVersion": spoken} if spoken else {}),
        "DefaultAPIVersion": API_VERSION,
        "GitCommit": f"pydock-{__version__}",
        "GoVersion": f"python{sys.version.split()[0]}",
        "Os": sys.platform.replace("win32", "windows"),
        "Arch": app.architecture,
        "BuildTime": "",
        "Context": app.contexts.current,
    }


def print_template(
    app: App, template: Template, client: dict[str, Any], server: dict[str, Any] | None
) -> Failure | None:
    """Print by the template; returns its error."""
    try:
        found = sourced(decode("system.versionInfo", {"Client": client, "Server": server}), app.out.source)
        shown, problem = template.execute(found), None
    except ExecError as error:
        shown, problem = error.partial, Failure(str(error))
    app.out.formatted(align(f"{shown}\n", 20, 1).removesuffix("\n"))
    return problem


def with_build_time(server: dict[str, Any]) -> dict[str, Any]:
    """The server's version information with formatted build times."""
    components = server.get("Components") or [engine_component(server)]
    return {**server, "Components": [{**c, "Details": shown_details(c)} for c in components]}


def shown_details(component: dict[str, Any]) -> dict[str, Any] | None:
    details: dict[str, Any] = component.get("Details") or {}
    if component.get("Name") != "Engine" or "BuildTime" not in details:
        return component.get("Details")
    return {**details, "BuildTime": build_time(str(details["BuildTime"]))}


def client_text(c: dict[str, Any]) -> str:
    lowered = f" (downgraded from {c['DefaultAPIVersion']})" if c["ApiVersion"] != c["DefaultAPIVersion"] else ""
    rows = [
        ("Version", c["Version"]),
        ("API version", c["ApiVersion"] + lowered),
        ("Python version", c["GoVersion"].removeprefix("python")),
        ("pydock", __version__),
        ("OS/Arch", f"{c['Os']}/{c['Arch']}"),
        ("Context", c["Context"]),
    ]
    return "Client:\n" + table(rows, 1)


def server_text(s: dict[str, Any]) -> str:
    name = (s.get("Platform") or {}).get("Name") or ""
    out = "\nServer:" + (f" {name}" if name else "") + "\n"
    for component in s["Components"]:
        details = dict(component.get("Details") or {})
        out += f" {component['Name']}:\n"
        rows = [("Version", component.get("Version") or "")]
        if component["Name"] == "Engine":
            rows += engine_rows(details)
        else:
            rows += [(k, str(v)) for k, v in sorted(details.items())]
        out += table(rows, 2)
    return out


def engine_component(s: dict[str, Any]) -> dict[str, Any]:
    """The Engine component of an engine without components (before API 1.35)."""
    keys = (*DETAILS.values(), "Arch", "MinAPIVersion")
    details = {k: str(s.get(k, "")) for k in keys if k != "Experimental"}
    return {
        "Name": "Engine",
        "Version": s.get("Version"),
        "Details": {**details, "Experimental": str(s.get("Experimental", False)).lower()},
    }


def engine_rows(details: dict[str, Any]) -> list[tuple[str, str]]:
    rows = []
    for title, key in DETAILS.items():
        value = str(details.get(key, ""))
        if key == "ApiVersion":
            value = f"{value} (minimum version {details['MinAPIVersion']})" if details.get("MinAPIVersion") else value
        elif key == "Os":
            value = f"{value}/{details.get('Arch', '')}"
        rows.append((title, value))
    return rows


def table(rows: list[tuple[str, str]], indent: int) -> str:
    return align("".join(f"{' ' * indent}{k}:\t{v}\n" for k, v in rows), 20, 1)
