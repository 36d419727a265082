"""`volume ls --size --used-by`: what a list of volumes does not hold, from the engine's disk usage and its containers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydock.api import containers, system
from pydock.api.request import version_key
from pydock.commands.shared import format_of, print_rows
from pydock.render.human import natural
from pydock.views.volumes import UsedVolumeView, VolumeView

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.commands.shared import Listed


def print_used(app: App, o: Listed, rows: Iterable[VolumeView], size: bool, used_by: bool) -> None:
    """Print the list with these columns more. Raises Failure."""
    sizes = usage(app) if size else {}
    users = containers_of(app) if used_by else {}
    found = [{**row.v, **({"UsageData": sizes[row.Name]} if row.Name in sizes else {})} for row in rows]
    view = UsedVolumeView if used_by else VolumeView
    views = [UsedVolumeView(v, users.get(v["Name"], [])) if used_by else VolumeView(v) for v in found]
    default = VolumeView.DEFAULT + "\t{{.Size}}" * size + "\t{{.UsedBy}}" * used_by
    print_rows(app, o, view, views, format_of(app, o, view), default)


def usage(app: App) -> dict[str, dict[str, Any]]:
    """How large the volumes are, and how often used; by name. The engine adds up their files."""
    version = version_key(app.engine.api_version)
    answer = app.engine.json(system.disk_usage(version, verbose=True, types=("volume",)))
    found = answer.get("Volumes") if version < (1, 52) else (answer.get("VolumeUsage") or {}).get("Items")
    return {v["Name"]: v["UsageData"] for v in found or () if v.get("UsageData")}


def containers_of(app: App) -> dict[str, list[str]]:
    """The names of all containers that have a volume, sorted; by the volume's name."""
    out: dict[str, list[str]] = {}
    for container in app.engine.json(containers.list_containers(all=True)) or ():
        name = name_of(container)
        for volume in {m.get("Name") for m in container.get("Mounts") or () if m.get("Name")}:
            out.setdefault(volume, []).append(name)
    return {volume: sorted(names, key=natural) for volume, names in out.items()}


def name_of(container: dict[str, Any]) -> str:
    """Its name in a list, which also has those that others give it by links."""
    names = [name.lstrip("/") for name in container.get("Names") or ()]
    return next((name for name in names if "/" not in name), str(container["Id"])[:12])
