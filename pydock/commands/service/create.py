"""`service create`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pydock.commands.service import send
from pydock.commands.service.body import create_spec
from pydock.commands.service.converge import converge
from pydock.commands.service.options import CreateOptions
from pydock.commands.service.references import config_references, network_id, secret_references
from pydock.errors import failing
from pydock.options import command
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App


def with_references(app: App, o: CreateOptions, spec: Json) -> Json:
    """The specification with secrets, configs, and the credential spec's config by its ID. Raises Failure."""
    secrets = secret_references(app, o.secret)
    named = (o.credential_spec or {}).get("Config")
    configs = config_references(app, o.config, [named] if named else [])
    container = {
        **spec["TaskTemplate"]["ContainerSpec"],
        **({"Secrets": secrets} if secrets else {}),
        **({"Configs": configs} if configs else {}),
    }
    if named:
        container["Privileges"] = with_config(container["Privileges"], configs)
    return {**spec, "TaskTemplate": {**spec["TaskTemplate"], "ContainerSpec": container}}


def with_config(privileges: Json, configs: list[Json]) -> Json:
    """Privileges whose credential spec has its config's ID in place of the name."""
    spec = privileges["CredentialSpec"]
    found = next((c["ConfigID"] for c in configs if c["ConfigName"] == spec["Config"]), spec["Config"])
    return {**privileges, "CredentialSpec": {**spec, "Config": found}}


@command("service create", CreateOptions, "Create a new service", interspersed=False)
def create(app: App, o: CreateOptions) -> None:
    app.need_engine()
    with failing():
        described = create_spec(o, app.files.cwd(), app.environ, app.files.read, partial(network_id, app))
    spec = with_references(app, o, dict(described))
    auth = send.credentials(app, o.image) if o.with_registry_auth else ""
    service = send.create(app, spec, auth, resolve=not o.no_resolve_image)
    app.out.line(service)
    if not o.detach:
        converge(app, service, o.quiet)
