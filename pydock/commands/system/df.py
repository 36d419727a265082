"""`system df`: disk usage of the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydock.api import system
from pydock.api.request import version_key
from pydock.commands.shared import FORMAT_HELP, graph_flag, jq_flag, json_flag
from pydock.errors import Failure
from pydock.flags.reference import parse
from pydock.go.kinds import AnyList, Pointer, named
from pydock.go.template.execute import ExecError
from pydock.options import Options, command, flag, options
from pydock.render.format import Format
from pydock.render.human import size
from pydock.render.listing import listing
from pydock.render.templated import compile_template
from pydock.shape import Json
from pydock.views.containers import ContainerView
from pydock.views.images import NONE, ImageView
from pydock.views.system import (
    BUILD_CACHE,
    CONTAINERS,
    DEFAULT,
    IMAGES,
    RAW,
    RAW_DETAILS,
    VOLUMES,
    CacheView,
    UsageView,
    by_use,
    cache_size,
    counted_rows,
    items_of,
    usage_rows,
)
from pydock.views.view import View
from pydock.views.volumes import VolumeView

if TYPE_CHECKING:
    from pydock.app import App


#: the fields of --json
KINDS = {
    "Images": "object: TotalCount, Active, Size, Reclaimable (bytes); with -v a list of images",
    "Containers": "the same of containers",
    "Volumes": "the same of volumes",
    "BuildCache": "the same of the build cache",
}


@options
class DiskUsageOptions(Options):
    format: str = flag("--format", help=FORMAT_HELP, sources="formats")
    graph: bool = graph_flag("Draw a bar for each object, by its size; with -v for all")
    json: str = json_flag(KINDS, "an object", lambda path, _: {} if path else dict.fromkeys(UsageView.TITLES, ""))
    jq: str = jq_flag()
    verbose: bool = flag("-v", "--verbose", help="Show detailed usage information")


@command("system df", DiskUsageOptions, "Show disk usage of the daemon", since="1.25", reads=True)
def df(app: App, o: DiskUsageOptions) -> None:
    version = version_key(app.engine.api_version)
    usage = app.engine.json(system.disk_usage(version, o.verbose or o.graph))
    listed = usage if version < (1, 52) else items_of(usage)
    rows = usage_rows(usage) if version < (1, 52) else counted_rows(usage)
    if o.graph:
        from pydock.commands.graphs import print_usage

        layers = (usage.get("ImageUsage") or {}).get("TotalSize")
        print_usage(app, listed if version < (1, 52) else {**listed, "LayersSize": layers}, o.verbose)
        return
    if o.json or o.jq:
        from pydock.commands.typed import print_fields, row_of

        objects = every_object(listed, app.clock(), trunc=False, sizes=True)
        every = {name: [row_of(row) for row in objects[name]] for name in KINDS}
        print_fields(app, o, every if o.verbose else dict(zip(KINDS, map(row_of, rows))))
        return
    if o.verbose:
        form = Format.parse(o.format or "table", RAW_DETAILS)
        objects = every_object(listed, app.clock(), form.kind == "table")
        if form == Format("table"):
            app.out.write(details(objects, listed))
        else:
            print_all(app, objects, form)
        return
    form = Format.parse(o.format or "table", RAW)
    app.out.rows(rows, UsageView.TITLES, form, DEFAULT)


def every_object(usage: Json, now: float, trunc: bool, sizes: bool = False) -> dict[str, Sequence[View]]:
    """The rows of the four tables. sizes: those of containers with their image?"""
    images = [ImageView(i, *first_name(i), "", now, trunc) for i in usage.get("Images") or []]
    # tables show the size of the image in its own
    without = {} if sizes else {"SizeRootFs": 0}
    containers = [ContainerView({**c, **without}, now, trunc) for c in usage.get("Containers") or []]
    volumes = [VolumeView(v) for v in usage.get("Volumes") or []]
    cache = [CacheView(c, now, trunc) for c in by_use(usage.get("BuildCache") or [])]
    return {"Images": images, "Containers": containers, "Volumes": volumes, "BuildCache": cache}


def first_name(image: Json) -> tuple[str, str]:
    """(repository, tag) of an image's first name."""
    names = [n for n in image.get("RepoTags") or [] if n != f"{NONE}:{NONE}"]
    if not names:
        return NONE, NONE
    try:
        reference = parse(names[0])
    except ValueError:
        return NONE, NONE
    return reference.familiar_name, reference.tag or NONE


TABLES: Mapping[str, tuple[str, type[View], str]] = {
    "Images": ("Images space usage:", ImageView, IMAGES),
    "Containers": ("Containers space usage:", ContainerView, CONTAINERS),
    "Volumes": ("Local Volumes space usage:", VolumeView, VOLUMES),
    "BuildCache": ("Build cache usage:", CacheView, BUILD_CACHE),
}


def details(objects: dict[str, Sequence[View]], usage: Json) -> str:
    """The four tables, each with its title."""
    parts = []
    for name, (title, view, columns) in TABLES.items():
        total = (
            f" {size(usage.get('BuildCacheSize', cache_size(usage.get('BuildCache') or [])))}"
            if name == "BuildCache"
            else ""
        )
        parts.append(f"{title}{total}\n\n{listing(objects[name], view.TITLES, Format('table'), columns)}")
    return "\n".join(parts)


def print_all(app: App, objects: dict[str, Sequence[View]], form: Format) -> None:
    """Print all objects by one template; prints its output up to an error. Raises Failure."""
    fields = {name: named(AnyList, f"[]{TABLES[name][1].go_type}")(rows) for name, rows in objects.items()}
    try:
        app.out.write(compile_template(form.template or "").execute(Pointer("*formatter.diskUsageContext", fields)))
    except ExecError as error:
        app.out.write(error.partial)
        raise Failure(str(error)) from None
