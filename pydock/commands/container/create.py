"""`create`: options → environment and files → body → POST /containers/create."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from pydock.api import containers
from pydock.api.request import version_key
from pydock.commands.container.body import create_body, for_version
from pydock.commands.container.create_options import CreateOptions
from pydock.commands.image.pull import pull_missing
from pydock.commands.shared import NO_TRUST
from pydock.digests import is_digest
from pydock.errors import EngineError, Failure, failing
from pydock.flags.mounts import absolute
from pydock.flags.reference import Reference, parse, platform
from pydock.options import command
from pydock.values import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from pydock.api.types import CreateContainer, HostConfig
    from pydock.app import App
    from pydock.files.atomic import Claim

    O = TypeVar("O", bound=CreateOptions)

#: where --use-api-socket mounts the engine's socket and the credentials in the container
SOCKET, CONFIG_FOLDER = "/var/run/docker.sock", "/run/secrets/docker"


def with_help(app: App, verb: str, message: str, code: int = 125) -> Failure:
    """An error of create or run in docker's layout: it names the program and points to the help."""
    return Failure(f"{app.prog}: {message}\n\nRun '{app.prog} {verb} --help' for more information", code)


def check_options(o: CreateOptions) -> None:
    """Raises ValueError for an invalid --pull."""
    if o.pull not in ("", "always", "missing", "never"):
        raise ValueError(f'invalid pull option: \'{o.pull}\': must be one of "always", "missing" or "never"')


def resolve(app: App, o: O) -> O:
    """Resolve what depends on the environment: variables, proxies, relative paths."""
    mounts = tuple({**m, "Source": absolute(m["Source"], app.files.cwd())} if m.get("Source") else m for m in o.mount)
    # a bare name that is not set in the environment unsets the variable in the container
    variables = app.config.variables(o.env, app.contexts.endpoint.host, app.environ)
    return replace(o, env=tuple(n if v is None else f"{n}={v}" for n, v in variables.items()), mount=mounts)


def prepare(app: App, o: CreateOptions, verb: str) -> CreateContainer:
    """The body. Raises Failure, in docker's layout, for invalid options."""
    try:
        check_options(o)
        return create_body(resolve(app, o), app.files.cwd(), app.environ, app.files.read)
    except ValueError as error:
        raise with_help(app, verb, str(error)) from None
    except Failure as failure:
        raise with_help(app, verb, failure.message) from None


def send(app: App, o: CreateOptions, body: CreateContainer) -> str:
    """Create the container, pulling the image if requested; returns its ID. Raises Failure."""
    with id_file(app, o.cidfile) as file:
        return created(app, o, body, file)


def id_file(app: App, path: str) -> AbstractContextManager[Claim | None]:
    """--cidfile, created exclusively before the container is; None for "". Raises Failure if the file exists."""
    if not path:
        return nullcontext()
    try:
        return app.files.claim(path)
    except FileExistsError:
        raise Failure(
            f"container ID file found, make sure the other container isn't running or delete {path}"
        ) from None
    except Failure as failure:
        raise Failure(f"failed to create the container ID file: {failure.message}") from None


def created(app: App, o: CreateOptions, body: CreateContainer, file: Claim | None) -> str:
    """Create the container and write its ID to the file; returns the ID. Raises Failure."""
    reference = named(o.image)
    if not o.disable_content_trust:
        raise Failure(NO_TRUST)
    body, secrets = with_socket(app, body) if o.use_api_socket else (body, None)
    container = create_or_pull(app, o, body, reference)
    for warning in [*(container.get("Warnings") or ()), *localhost(o.dns)]:
        app.err.line(f"WARNING: {warning}")
    identifier = str(container["Id"])
    if file:
        try:
            file.fill(identifier.encode())
        except Failure as failure:
            raise Failure(f"failed to write the container ID ({identifier}) to file: {failure.message}") from None
    if secrets is not None:
        app.engine.read(containers.put_archive(identifier, "/", secrets))
    return identifier


def named(image: str) -> Reference | None:
    """The image as a reference; None for an image ID. Raises Failure for an invalid reference."""
    if is_digest(image) or is_digest(f"sha256:{image}"):
        return None
    with failing():
        return parse(image).tagged()


def localhost(servers: tuple[str, ...]) -> list[str]:
    """The warning about the first DNS server that is a loopback address, if any."""
    import ipaddress

    found = (s for s in servers if ipaddress.ip_address(s.partition("%")[0]).is_loopback)
    return [f"Localhost DNS ({s}) may fail in containers." for s in found][:1]


def platform_text(app: App, text: str) -> str:
    """--platform normalized to OS/ARCHITECTURE[/VARIANT]; "" for engines before API 1.41. Raises Failure."""
    if not text or version_key(app.engine.api_version) < (1, 41):
        return ""
    with failing("error parsing specified platform: "):
        parts = platform(text, app.architecture)
        return "/".join(parts[k] for k in ("os", "architecture", "variant") if k in parts)


def create_or_pull(app: App, o: CreateOptions, body: CreateContainer, reference: Reference | None) -> dict[str, Any]:
    """POST /containers/create, after a pull if requested or if the image is missing. Raises Failure."""
    wanted = platform_text(app, o.platform)
    if o.pull == "always":
        with failing():
            name = reference or parse(o.image).tagged()
        pull_missing(app, name, wanted, o.quiet)
    with failing():
        body = for_version(body, version_key(app.engine.api_version))
    request = containers.create_container(body, o.name, wanted)
    try:
        return dict(app.engine.json(request))
    except EngineError as error:
        # a 404 may also be about a network; docker pulls the image in any case
        if not error.missing or o.pull != "missing" or not reference:
            raise
        if not o.quiet:
            app.err.line(f"Unable to find image '{reference.familiar}' locally")
        pull_missing(app, reference, wanted, o.quiet)
        return dict(app.engine.json(request))


def with_socket(app: App, body: CreateContainer) -> tuple[CreateContainer, bytes | None]:
    """--use-api-socket: the body with the engine's socket as a mount, and the stored credentials as an archive
    to copy in.

    Raises Failure."""
    host = body["HostConfig"]
    socket = {"Type": "bind", "Source": SOCKET, "Target": SOCKET, "BindOptions": {}}
    mounted: HostConfig = {**host, "Mounts": [*(host.get("Mounts") or ()), socket]}
    body = {**body, "HostConfig": mounted}
    has_own = any(e.startswith("DOCKER_CONFIG=") for e in body["Env"] or ())
    data = b"" if has_own else app.credentials.config_file()
    if not data:
        return body, None
    import io
    import tarfile

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        entry = tarfile.TarInfo(f"{CONFIG_FOLDER}/config.json")
        entry.size, entry.mode = len(data), 0o600
        tar.addfile(entry, io.BytesIO(data))
    return {**body, "Env": [*(body["Env"] or ()), f"DOCKER_CONFIG={CONFIG_FOLDER}"]}, out.getvalue()


@command(
    "container create",
    CreateOptions,
    "Create a container without starting it",
    also=("create",),
    interspersed=False,
)
def create(app: App, o: CreateOptions) -> None:
    app.out.line(send(app, o, prepare(app, o, "create")))
