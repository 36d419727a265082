"""`stack deploy`: create what a stack lacks, and update the rest: networks, secrets, configs, services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api.services import list_services
from pydock.api.system import info
from pydock.commands.stack.composed import compose_file_flag, read_files, surroundings
from pydock.commands.stack.namespace import Namespace, namespace, orchestrator_flag
from pydock.commands.stack.resources import create_networks, create_stored
from pydock.commands.stack.rm import remove_each
from pydock.commands.stack.rollout import deploy_services, specs_of
from pydock.errors import Failure, Failures, failing
from pydock.options import Options, argument, command, flag, options

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.compose.loading import Config

DETACHED = (
    "Since --detach=false was not specified, tasks will be created in the background.\n"
    "In a future release, --detach=false will become the default."
)
NO_MANAGER = (
    'this node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm '
    "and try again"
)


@options
class DeployOptions(Options):
    """`stack deploy`."""

    stack: str = argument("STACK", sources="stacks")
    compose_file: tuple[str, ...] = compose_file_flag(since="1.25")
    detach: bool = flag("-d", "--detach", default=True, help="Do not wait for the services to converge")
    prune: bool = flag("--prune", since="1.27", help="Remove services that the files no longer have")
    quiet: bool = flag("-q", "--quiet", help="Do not show the progress")
    resolve_image: str = flag(
        "--resolve-image",
        default="always",
        since="1.30",
        help='When to ask the registry for the digests and platforms of images: "always", "changed" or "never"',
        sources="always changed never",
    )
    with_registry_auth: bool = flag("--with-registry-auth", help="Send the registry's credentials to the nodes")
    orchestrator: str = orchestrator_flag()


@command("stack deploy", DeployOptions, "Deploy a new stack or update an existing stack", aliases=("up",), since="1.25")
def deploy(app: App, o: DeployOptions) -> None:
    stack = namespace(o.stack)
    config = load_config(app, o)
    if o.resolve_image not in ("always", "changed", "never"):
        raise Failure(f"Invalid option {o.resolve_image} for flag --resolve-image")
    if o.detach and "detach" not in o.given:
        app.err.line(DETACHED)
    if not (app.engine.json(info()).get("Swarm") or {}).get("ControlAvailable"):
        raise Failure(NO_MANAGER)
    if o.prune:
        prune(app, stack, config)
    create_networks(app, stack, config)
    create_stored(app, stack, config, "secret")
    create_stored(app, stack, config, "config")
    deployed = deploy_services(app, stack, specs_of(app, stack, config), o.resolve_image, o.with_registry_auth)
    if not o.detach:
        wait(app, deployed, o.quiet)


# -- the files -------------------------------------------------------------------------------------


def load_config(app: App, o: DeployOptions) -> Config:
    """The files as one; what of them docker leaves out is told on stderr. Raises Failure."""
    from pydock.compose.loading import DEPRECATED, UNSUPPORTED, Forbidden, load, used

    files = read_files(app, o.compose_file)
    with failing():
        try:
            config = load(files, surroundings(app, o.compose_file))
        except Forbidden as error:
            raise ValueError(f"Compose file contains unsupported options:\n\n{explained(error.properties)}\n") from None
    if unsupported := used(UNSUPPORTED, files):
        app.err.line(f"Ignoring unsupported options: {', '.join(unsupported)}\n")
    if deprecated := used(DEPRECATED, files):
        app.err.line(f"Ignoring deprecated options:\n\n{explained({d: DEPRECATED[d] for d in deprecated})}\n")
    for name, service in config.services.items():
        check_image(name, service.get("image", ""))
    return config


def explained(properties: dict[str, str]) -> str:
    return "\n\n".join(sorted(f"{name}: {why}" for name, why in properties.items()))


def check_image(service: str, image: str) -> None:
    """Raises Failure."""
    from pydock.digests import is_digest
    from pydock.flags.reference import parse

    before = f"invalid image reference for service {service}: "
    if not image:
        raise Failure(f"{before}no image specified")
    # an image's ID is a name too
    if not is_digest(image) and not is_digest(f"sha256:{image}"):
        with failing(before):
            parse(image)


# -- services ---------------------------------------------------------------------------------------


def prune(app: App, stack: Namespace, config: Config) -> None:
    """Remove the services that the files no longer have."""
    try:
        found = app.engine.json(list_services(filters=stack.filters())) or []
    except Failure as failure:
        app.err.line(f"Failed to list services: {failure.message}")
        return
    kept = {stack.scoped(name) for name in config.services}
    remove_each(app, "service", [s for s in found if s["Spec"].get("Name") not in kept])


def wait(app: App, deployed: list[str], quiet: bool) -> None:
    """Wait for all services to converge, one after the other, or for an interrupt. Raises Failure."""
    from pydock.commands.service.converge import converge

    failures = []
    for service in deployed:
        try:
            if not converge(app, service, quiet):
                return
        except Failure as failure:
            failures.append(Failure(f"{service}: {failure.message}"))
    if failures:
        raise Failures(failures)
