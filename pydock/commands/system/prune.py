"""`system prune`: remove unused data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import containers, images, networks, system, volumes
from pydock.api.request import version_key
from pydock.commands.image.prune import deleted_images
from pydock.commands.shared import confirmed, dry_run_flag, filter_flag, print_deleted, print_reclaimed, prune_filters
from pydock.errors import Failure
from pydock.flags.pairs import Pair
from pydock.options import Options, command, flag, options
from pydock.render.human import natural
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App


@options
class SystemPruneOptions(Options):
    all: bool = flag("-a", "--all", help="Remove all unused images, including tagged ones")
    filter: tuple[Pair, ...] = filter_flag(
        "--filter", text="Filter what to remove by KEY=VALUE (label, until); repeatable", since="1.28"
    )
    force: bool = flag("-f", "--force", help="Do not prompt for confirmation")
    volumes: bool = flag("--volumes", help="Also remove unused anonymous volumes")
    dry_run: bool = dry_run_flag("Show what would be removed and freed, and remove nothing")


def warning(o: SystemPruneOptions, cache: bool, filters: Json) -> str:
    """The confirmation prompt, with what will be removed."""
    things = ["all stopped containers", "all networks not used by at least one container"]
    things += ["all anonymous volumes not used by at least one container"] if o.volumes else []
    things += ["all images without at least one container associated to them" if o.all else "all dangling images"]
    things += ["all build cache" if o.all else "unused build cache"] if cache else []
    chosen = sorted((f"{k}={v}" for k in ("label", "label!", "until") for v in filters.get(k, ())), key=natural)
    limits = (
        "".join(["\n  Items to be pruned will be filtered with:", *(f"\n  - {c}" for c in chosen), "\n"])
        if chosen
        else ""
    )
    return (
        "WARNING! This will remove:"
        + "".join(f"\n  - {t}" for t in things)
        + f"\n{limits}\nAre you sure you want to continue?"
    )


@command("system prune", SystemPruneOptions, "Remove unused data", since="1.25")
def prune(app: App, o: SystemPruneOptions) -> None:
    app.need_engine()
    if o.volumes and any(key == "until" for key, _ in o.filter):
        raise Failure('ERROR: The "until" filter is not supported with "--volumes"')
    filters = prune_filters(app, o.filter)
    version = version_key(app.engine.api_version)
    cache = version >= (1, 31)
    of_images = prune_filters(app, [*o.filter, ("dangling", "false" if o.all else "true")])
    if o.dry_run:
        preview(app, o, filters, of_images, cache)
        return
    if not o.force and not confirmed(app, warning(o, cache, filters)):
        return
    reports = [
        ("Containers", "ContainersDeleted", containers.prune_containers(filters)),
        ("Networks", "NetworksDeleted", networks.prune_networks(filters)),
    ]
    if o.volumes:
        reports.append(("Volumes", "VolumesDeleted", volumes.prune_volumes(filters)))
    reclaimed = 0
    for title, key, request in reports:
        report = app.engine.json(request) or {}
        reclaimed += report.get("SpaceReclaimed") or 0
        print_deleted(app, title, report.get(key))
    report = app.engine.json(images.prune_images(of_images)) or {}
    reclaimed += report.get("SpaceReclaimed") or 0
    print_deleted(app, "Images", deleted_images(report))
    if cache:
        report = app.engine.json(system.prune_build_cache(version, filters, o.all)) or {}
        reclaimed += report.get("SpaceReclaimed") or 0
        print_deleted(app, "build cache objects", report.get("CachesDeleted"))
    print_reclaimed(app, reclaimed)


def preview(app: App, o: SystemPruneOptions, filters: Json, of_images: Json, cache: bool) -> None:
    """Show what would go: what one prune frees, the next may remove."""
    from pydock.commands.preview import Preview, show

    seen = Preview(app, filters, ("image", *(["volume"] * o.volumes), *(["build-cache"] * cache)))
    containers = seen.containers()
    parts = [containers, seen.networks()]
    if o.volumes:
        parts.append(seen.volumes(version_key(app.engine.api_version) < (1, 42), containers.objects))
    parts.append(seen.images(of_images, containers.objects))
    if cache:
        parts.append(seen.build_cache(o.all))
    show(app, parts, "unused data")
