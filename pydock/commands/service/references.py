"""Names that a specification has IDs for: of networks, secrets and configs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydock.api.configs import list_configs
from pydock.api.networks import inspect_network
from pydock.api.request import Request, filters
from pydock.api.secrets import list_secrets
from pydock.errors import Failure
from pydock.flags.services import FileReference
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App


def network_id(app: App, name: str) -> str:
    """The ID of a swarm's network. Raises Failure."""
    return str(app.engine.json(inspect_network(name, scope="swarm"))["Id"])


def secret_references(app: App, wanted: Iterable[FileReference]) -> list[Json]:
    """ContainerSpec.Secrets. Raises Failure for a target given twice, and for an unknown secret."""
    found = of_targets("secret", wanted)
    if not found:
        return []
    ids = ids_of(app, list_secrets(named(r.name for r in found)))
    return [{"File": file_of(r), "SecretID": known("secret", r.name, ids), "SecretName": r.name} for r in found]


def config_references(app: App, wanted: Iterable[FileReference], runtime: Iterable[str] = ()) -> list[Json]:
    """ContainerSpec.Configs. runtime: the names of configs that the engine itself reads, as credential specs.

    Raises Failure for a target given twice, and for an unknown config."""
    found, read = of_targets("config", wanted), list(dict.fromkeys(runtime))
    if not found and not read:
        return []
    ids = ids_of(app, list_configs(named([*(r.name for r in found), *read])))
    return [
        *({"File": file_of(r), "ConfigID": known("config", r.name, ids), "ConfigName": r.name} for r in found),
        *({"Runtime": {}, "ConfigID": known("config", name, ids), "ConfigName": name} for name in read),
    ]


def of_targets(kind: str, wanted: Iterable[FileReference]) -> list[FileReference]:
    """One for each target. Raises Failure for a second one."""
    found: dict[str, FileReference] = {}
    for reference in wanted:
        if reference.target in found:
            raise Failure(f"duplicate {kind} target for {reference.name} not allowed")
        found[reference.target] = reference
    return list(found.values())


def named(names: Iterable[str]) -> dict[str, dict[str, bool]]:
    return filters(("name", name) for name in names)


def ids_of(app: App, request: Request) -> dict[str, str]:
    """name -> ID of the listed objects; the filter also finds names that only begin alike."""
    return {str(entry["Spec"].get("Name")): str(entry["ID"]) for entry in app.engine.json(request) or ()}


def known(kind: str, name: str, ids: dict[str, str]) -> str:
    if name not in ids:
        raise Failure(f"{kind} not found: {name}")
    return ids[name]


def file_of(reference: FileReference) -> Json:
    return {"Name": reference.target, "UID": reference.uid, "GID": reference.gid, "Mode": reference.mode}
