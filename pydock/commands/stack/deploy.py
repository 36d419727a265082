"""`stack deploy`: create what a stack lacks, and update the rest: networks, secrets, configs, services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydock.api import configs, networks, secrets, services
from pydock.api.request import Request, version_key
from pydock.api.swarm import version_of
from pydock.api.system import info
from pydock.commands.stack.composed import compose_file_flag, read_files, surroundings
from pydock.commands.stack.namespace import IMAGE_LABEL, Namespace, namespace, orchestrator_flag
from pydock.commands.stack.rm import remove_each
from pydock.errors import EngineError, Failure, Failures, failing
from pydock.options import Options, argument, command, flag, options
from pydock.shape import Json
from pydock.values import record

if TYPE_CHECKING:
    from pydock.api.types import StoredSpec
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
    deployed = deploy_services(app, o, stack, specs_of(app, stack, config))
    if not o.detach:
        wait(app, deployed, o.quiet)


@contextmanager
def told(before: str) -> Iterator[None]:
    """Within it: failures begin with what was being done."""
    try:
        yield
    except Failure as failure:
        raise Failure(f"{before}: {failure.message}", failure.code) from None


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


# -- networks, secrets, configs --------------------------------------------------------------------


@record
class Stored:
    """The requests for secrets, or for configs."""

    inspect: Callable[[str], Request]
    create: Callable[[StoredSpec], Request]
    update: Callable[[str, int, StoredSpec], Request]


STORED = {
    "secret": Stored(secrets.inspect_secret, secrets.create_secret, secrets.update_secret),
    "config": Stored(configs.inspect_config, configs.create_config, configs.update_config),
}


def create_networks(app: App, stack: Namespace, config: Config) -> None:
    """Create the networks that the stack lacks, after a look at those of others. Raises Failure."""
    from pydock.commands.stack.specs import is_external, network_spec, used_networks

    declared = {name: config.networks.get(name) or {} for name in used_networks(config)}
    for network in declared.values():
        if is_external(network):
            check_external(app, network["name"])
    known = {network["Name"] for network in app.engine.json(networks.list_networks(filters=stack.filters())) or ()}
    for name, network in declared.items():
        if is_external(network):
            continue
        spec = network_spec(name, network, stack)
        if spec["Name"] not in known:
            app.out.line(f"Creating network {spec['Name']}")
            with told(f"failed to create network {spec['Name']}"):
                app.engine.json(networks.create_network(spec))


def check_external(app: App, name: str) -> None:
    """Raises Failure for a network that services of a swarm cannot use."""
    from pydock.commands.stack.specs import is_user_defined

    if not is_user_defined(name):
        # every node has it
        return
    try:
        scope = app.engine.json(networks.inspect_network(name)).get("Scope") or ""
    except EngineError as error:
        if error.status != 404:
            raise
        raise Failure(
            f'network "{name}" is declared as external, but could not be found. You need to create a swarm-scoped '
            "network before the stack is deployed"
        ) from None
    if scope != "swarm":
        raise Failure(
            f'network "{name}" is declared as external, but it is not in the right scope: "{scope}" instead of "swarm"'
        )


def create_stored(app: App, stack: Namespace, config: Config, kind: str) -> None:
    """Create the secrets or configs that the stack declares, and give those that exist their labels. Raises Failure."""
    from pydock.commands.stack.specs import is_external, stored_spec

    requests = STORED[kind]
    declared = {name: one for name, one in getattr(config, f"{kind}s").items() if not is_external(one)}
    specs = [stored_spec(name, one, stack, app.files.read) for name, one in declared.items()]
    for spec in specs:
        name = spec["Name"]
        try:
            known = app.engine.json(requests.inspect(name))
        except EngineError as error:
            if error.status != 404:
                raise
            app.out.line(f"Creating {kind} {name}")
            with told(f"failed to create {kind} {name}"):
                app.engine.json(requests.create(spec))
            continue
        with told(f"failed to update {kind} {name}"):
            app.engine.read(requests.update(known["ID"], version_of(known), spec))


# -- services --------------------------------------------------------------------------------------


def specs_of(app: App, stack: Namespace, config: Config) -> dict[str, Json]:
    """The services' specifications by their names in the file, with the IDs of their secrets and configs. Raises Failure."""
    from pydock.commands.service.references import config_references, secret_references
    from pydock.commands.stack.specs import credential_config, file_references, service_spec

    out = {}
    for name, service in config.services.items():
        with told(f"service {name}"), failing():
            wanted = file_references("secret", service.get("secrets") or (), config.secrets, stack)
            secret = secret_references(app, wanted)
            wanted = file_references("config", service.get("configs") or (), config.configs, stack)
            stored = config_references(app, wanted, credential_config(service, config.configs, stack))
            # in an order that does not depend on the file's: a change of it is no reason to restart tasks
            out[name] = service_spec(
                name,
                config,
                stack,
                sorted(secret, key=lambda s: str(s["SecretName"])),
                sorted(stored, key=lambda c: str(c["ConfigName"])),
                version_key(app.engine.api_version),
            )
    return out


def deploy_services(app: App, o: DeployOptions, stack: Namespace, specs: dict[str, Json]) -> list[str]:
    """Create or update the services; returns their IDs. Raises Failure."""
    from pydock.commands.service import send

    found = app.engine.json(services.list_services(filters=stack.filters())) or ()
    known = {service["Spec"].get("Name"): service for service in found}
    deployed = []
    for spec in specs.values():
        auth = send.credentials(app, send.image_of(spec)) if o.with_registry_auth else ""
        if service := known.get(spec["Name"]):
            app.out.line(f"Updating service {spec['Name']} (id: {service['ID']})")
            changed = updated(spec, service, o.resolve_image)
            resolve = o.resolve_image == "always" or (o.resolve_image == "changed" and changed is spec)
            with told(f"failed to update service {spec['Name']}"):
                send.update(app, service, with_force(changed, service), auth, resolve=resolve)
            deployed.append(str(service["ID"]))
        else:
            app.out.line(f"Creating service {spec['Name']}")
            with told(f"failed to create service {spec['Name']}"):
                # docker has no warnings here
                pinned, _ = send.pinned(app, spec, auth, o.resolve_image != "never")
                created = app.engine.json(send.of_version(app, services.create_service(pinned, auth)))
            deployed.append(str(created["ID"]))
    return deployed


def updated(spec: Json, service: Json, resolve: str) -> Json:
    """The specification itself, or where the file's image has not changed: with the one that the service has, which may name
    a digest. resolve: --resolve-image."""
    container = spec["TaskTemplate"]["ContainerSpec"]
    before = service["Spec"].get("Labels") or {}
    if resolve == "always" or container.get("Image", "") != before.get(IMAGE_LABEL, ""):
        return spec
    current = ((service["Spec"].get("TaskTemplate") or {}).get("ContainerSpec") or {}).get("Image") or ""
    return {**spec, "TaskTemplate": {**spec["TaskTemplate"], "ContainerSpec": {**container, "Image": current}}}


def with_force(spec: Json, service: Json) -> Json:
    """With the service's ForceUpdate: another one would restart its tasks."""
    force = (service["Spec"].get("TaskTemplate") or {}).get("ForceUpdate") or 0
    return {**spec, "TaskTemplate": {**spec["TaskTemplate"], "ForceUpdate": force}}


def prune(app: App, stack: Namespace, config: Config) -> None:
    """Remove the services that the files no longer have."""
    try:
        found = app.engine.json(services.list_services(filters=stack.filters())) or []
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
