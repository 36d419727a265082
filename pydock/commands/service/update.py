"""`service update`, `service rollback`: change a service as a whole."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pydock.api.services import inspect_service
from pydock.commands.service import send
from pydock.commands.service.body import privileges, spec_of
from pydock.commands.service.changes import merged, updated
from pydock.commands.service.converge import converge
from pydock.commands.service.create import with_config
from pydock.commands.service.options import UpdateOptions, detach_flag, quiet_flag
from pydock.commands.service.references import config_references, network_id, secret_references
from pydock.errors import Failure, failing
from pydock.options import Options, argument, command, options
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App

#: flags that can go with --rollback
WITH_ROLLBACK = {"rollback", "detach", "quiet"}


@command("service update", UpdateOptions, "Update a service")
def update(app: App, o: UpdateOptions) -> None:
    service = app.engine.json(inspect_service(o.service))
    if o.rollback and o.given - WITH_ROLLBACK:
        raise Failure("other flags may not be combined with --rollback")
    # older engines cannot roll back: the client sends the previous specification
    here = o.rollback and not app.engine.speaks("1.28")
    before = service.get("PreviousSpec") if here else service["Spec"]
    if before is None:
        raise Failure("service does not have a previous specification to roll back to")
    with failing():
        spec = updated(before, o, app.files.cwd(), app.environ, partial(network_id, app))
    spec = with_references(app, o, spec)
    auth = send.credentials(app, send.image_of(spec)) if o.with_registry_auth else ""
    send.update(
        app,
        service,
        spec,
        auth,
        auth_from="" if auth else "previous-spec" if here else "spec",
        rollback="previous" if o.rollback and not here else "",
        resolve="image" in o.given and not o.no_resolve_image,
    )
    app.out.line(o.service)
    if not o.detach:
        converge(app, o.service, o.quiet)


def with_references(app: App, o: UpdateOptions, spec: Json) -> Json:
    """The specification with secrets, configs and credential spec after the change. Raises Failure."""
    container = spec_of(spec["TaskTemplate"]["ContainerSpec"])
    secrets = [s for s in container.get("Secrets") or () if s.get("SecretName") not in o.secret_rm]
    container = merged(container, {"Secrets": [*secrets, *secret_references(app, o.secret_add)]})
    container = merged(container, {"Configs": configs(app, o, container)})
    if "credential_spec" in o.given:
        before = spec_of(container.get("Privileges"))
        given = privileges(o.credential_spec)
        after = with_config(dict(given), container.get("Configs") or []) if given else {"CredentialSpec": None}
        if before or given:
            container["Privileges"] = {**given, **before, "CredentialSpec": after["CredentialSpec"]}
    return {**spec, "TaskTemplate": {**spec["TaskTemplate"], "ContainerSpec": container}}


def configs(app: App, o: UpdateOptions, container: Json) -> list[Json]:
    """The configs after the change. One that only the credential spec uses goes with it."""
    current = spec_of(spec_of(container.get("Privileges")).get("CredentialSpec")).get("Config")
    wanted = (o.credential_spec or {}).get("Config")
    kept, missing = [], [wanted] if wanted else []
    for config in container.get("Configs") or ():
        if config.get("Runtime") is None:
            kept += [config] if config.get("ConfigName") not in o.config_rm else []
        elif (
            (config.get("ConfigName") == wanted)
            if "credential_spec" in o.given
            else (config.get("ConfigID") == current)
        ):
            kept.append(config)
    return [*kept, *config_references(app, o.config_add, missing)]


# -- rollback --------------------------------------------------------------------------------------


@options
class RollbackOptions(Options):
    service: str = argument("SERVICE", sources="services")
    detach: bool = detach_flag()
    quiet: bool = quiet_flag()


@command("service rollback", RollbackOptions, "Return a service to its previous specification", since="1.31")
def rollback(app: App, o: RollbackOptions) -> None:
    service = app.engine.json(inspect_service(o.service))
    send.update(app, service, service["Spec"], rollback="previous")
    app.out.line(o.service)
    if not o.detach:
        converge(app, o.service, o.quiet)
