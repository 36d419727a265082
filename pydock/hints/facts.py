"""What the engine tells for a hint: short questions that change nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydock.api.containers import inspect_container, list_containers
from pydock.api.images import list_images
from pydock.api.networks import list_networks
from pydock.api.volumes import list_volumes
from pydock.errors import EngineError
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App


class Facts:
    """Questions to the engine. Raises Failure where it does not answer."""

    def __init__(self, app: App) -> None:
        self.app = app

    def containers(self, **filters: str) -> list[Json]:
        """All of them, or those of a filter: volume="data"."""
        chosen = {key: {value: True} for key, value in filters.items()}
        return self.app.engine.json(list_containers(all=True, filters=chosen)) or []

    def container(self, name: str) -> Json | None:
        try:
            found: Json = self.app.engine.json(inspect_container(name))
        except EngineError:
            return None
        return found

    def images(self, intermediate: bool = False) -> list[Json]:
        return self.app.engine.json(list_images(all=intermediate)) or []

    def tags(self) -> list[str]:
        """As they are typed: Podman tells their whole names."""
        found = [t for image in self.images() for t in image.get("RepoTags") or [] if not t.startswith("<none>")]
        return [t.removeprefix("docker.io/").removeprefix("library/").removeprefix("localhost/") for t in found]

    def networks(self) -> list[str]:
        return [n["Name"] for n in self.app.engine.json(list_networks()) or []]

    def volumes(self) -> list[str]:
        return [v["Name"] for v in (self.app.engine.json(list_volumes()) or {}).get("Volumes") or []]


def name_of(container: Json) -> str:
    """The name in a list, or of an inspected container."""
    identifier = str(container["Id"])[:12]
    names: list[str] = container.get("Names") or [container.get("Name") or identifier]
    return next((n.lstrip("/") for n in names if "/" not in n.lstrip("/")), identifier)


def state_of(container: Json) -> str:
    """Of an entry in a list, or of an inspected container."""
    state = container.get("State")
    return str(state.get("Status") or "") if isinstance(state, dict) else str(state or "")


def listed(containers: Iterable[Json], most: int = 4) -> str:
    """ "web (running), job (exited)", and how many more there are."""
    shown = [f"{name_of(c)} ({state_of(c)})" for c in containers]
    more = len(shown) - most
    return ", ".join(shown[:most]) + (f" and {more} more" if more > 0 else "")
