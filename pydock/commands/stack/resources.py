"""The networks, secrets and configs of a stack: created where the swarm lacks them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pydock.api import configs, networks, secrets
from pydock.api.request import Request
from pydock.api.swarm import version_of
from pydock.commands.stack.namespace import Namespace
from pydock.errors import Failure, failing_to
from pydock.values import record

if TYPE_CHECKING:
    from pydock.api.types import StoredSpec
    from pydock.app import App
    from pydock.compose.loading import Config


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
            with failing_to(f"failed to create network {spec['Name']}"):
                app.engine.json(networks.create_network(spec))


def check_external(app: App, name: str) -> None:
    """Raises Failure for a network that services of a swarm cannot use."""
    from pydock.commands.stack.specs import is_user_defined

    if not is_user_defined(name):
        # every node has it
        return
    network = app.engine.found(networks.inspect_network(name))
    if network is None:
        raise Failure(
            f'network "{name}" is declared as external, but could not be found. You need to create a swarm-scoped '
            "network before the stack is deployed"
        )
    scope = network.get("Scope") or ""
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
        known = app.engine.found(requests.inspect(name))
        if known is None:
            app.out.line(f"Creating {kind} {name}")
            with failing_to(f"failed to create {kind} {name}"):
                app.engine.json(requests.create(spec))
            continue
        with failing_to(f"failed to update {kind} {name}"):
            app.engine.read(requests.update(known["ID"], version_of(known), spec))
