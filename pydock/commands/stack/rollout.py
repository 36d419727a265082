"""The services of a stack: created or updated, with what they are to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import services
from pydock.api.request import version_key
from pydock.commands.stack.namespace import IMAGE_LABEL, Namespace
from pydock.errors import failing, failing_to
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.compose.loading import Config


def specs_of(app: App, stack: Namespace, config: Config) -> dict[str, Json]:
    """The services' specifications by their names in the file, with the IDs of their secrets and configs. Raises Failure."""
    from pydock.commands.service.references import config_references, secret_references
    from pydock.commands.stack.service_spec import service_spec
    from pydock.commands.stack.specs import credential_config, file_references

    out = {}
    for name, service in config.services.items():
        with failing_to(f"service {name}"), failing():
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


def deploy_services(
    app: App, stack: Namespace, specs: dict[str, Json], resolve_image: str, with_auth: bool
) -> list[str]:
    """Create or update the services; returns their IDs. resolve_image: --resolve-image; with_auth: send the registry's credentials.
    Raises Failure.
    """
    from pydock.commands.service import send

    found = app.engine.json(services.list_services(filters=stack.filters())) or ()
    known = {service["Spec"].get("Name"): service for service in found}
    deployed = []
    for spec in specs.values():
        auth = send.credentials(app, send.image_of(spec)) if with_auth else ""
        if service := known.get(spec["Name"]):
            app.out.line(f"Updating service {spec['Name']} (id: {service['ID']})")
            changed = updated(spec, service, resolve_image)
            resolve = resolve_image == "always" or (resolve_image == "changed" and changed is spec)
            with failing_to(f"failed to update service {spec['Name']}"):
                send.update(app, service, with_force(changed, service), auth, resolve=resolve)
            deployed.append(str(service["ID"]))
        else:
            app.out.line(f"Creating service {spec['Name']}")
            with failing_to(f"failed to create service {spec['Name']}"):
                # docker has no warnings here
                pinned, _ = send.pinned(app, spec, auth, resolve_image != "never")
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
