"""`builder prune`: remove build cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import system
from pydock.api.request import version_key
from pydock.commands.shared import PruneOptions, confirmed, print_deleted, print_reclaimed, prune_filters
from pydock.flags.units import ram_bytes
from pydock.options import command, flag, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class BuilderPruneOptions(PruneOptions):
    all: bool = flag("-a", "--all", help="Remove all unused build cache, not just dangling entries")
    keep_storage: int = flag(
        "--keep-storage", parse=ram_bytes, metavar="bytes", help="Amount of disk space to keep for the cache"
    )


@command("builder prune", BuilderPruneOptions, "Remove build cache", since="1.39", usage="")
def builder_prune(app: App, o: BuilderPruneOptions) -> None:
    if o.dry_run:
        from pydock.commands.preview import Preview, show

        preview = Preview(app, prune_filters(app, o.filter))
        show(app, [preview.build_cache(o.all, o.keep_storage)], "build cache objects")
        return
    what = "all build cache" if o.all else "all dangling build cache"
    if not o.force and not confirmed(app, f"WARNING! This will remove {what}. Are you sure you want to continue?"):
        return
    version = version_key(app.engine.api_version)
    report = (
        app.engine.json(system.prune_build_cache(version, prune_filters(app, o.filter), o.all, o.keep_storage)) or {}
    )
    print_deleted(app, "build cache objects", report.get("CachesDeleted"))
    print_reclaimed(app, report.get("SpaceReclaimed"))
