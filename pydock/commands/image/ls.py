"""`images` and `image ls`: list images."""

from __future__ import annotations

from pydock.api import images
from pydock.api.request import filters, version_key
from pydock.commands.shared import ListOptions, format_of, json_flag, print_rows
from pydock.errors import Failure
from pydock.options import argument, command, flag, options
from pydock.values import replace
from pydock.views.images import ImageView, image_views

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pydock.app import App


@options
class ImagesOptions(ListOptions):
    match: str = argument("[REPOSITORY[:TAG]]", default="", sources="images")
    all: bool = flag("-a", "--all", help="Show all images, including intermediate ones")
    digests: bool = flag("--digests", help="Show digests")
    json: str = json_flag(ImageView)
    tree: bool = flag("--tree", since="1.47", help="Show images with their platforms as a tree (experimental)")


@command("image ls", ImagesOptions, "List images", also=("images",), aliases=("list",), top=7, reads=True)
def ls(app: App, o: ImagesOptions) -> None:
    if o.tree:
        tree(app, o)
        return
    columns, raw = (ImageView.DIGESTS, ImageView.RAW_DIGESTS) if o.digests else (ImageView.DEFAULT, ImageView.RAW)
    form = format_of(app, o, ImageView, raw)
    named = bool(o.json or o.jq) or "{{.Digest}}" in (form.template or "")
    if o.digests and form.kind == "table" and form.template is not None and not named:
        form = replace(form, template=f"{form.template}\t{{{{.Digest}}}}")
    found = app.engine.json(images.list_images(all=o.all, **matching(app, o))) or []
    rows = image_views(found, app.clock(), not o.no_trunc, o.digests, named)
    print_rows(app, o, ImageView, rows, form, columns)


def matching(app: App, o: ImagesOptions) -> dict[str, Any]:
    """The filters as query parameters: engines before API 1.25 accept a single name, as "filter"."""
    pairs = [*o.filter, *([("reference", o.match)] if o.match else [])]
    names = [value for key, value in pairs if key == "reference"]
    if not names or version_key(app.engine.api_version) >= (1, 25):
        return {"filters": filters(pairs)}
    return {"filter": sorted(names)[0], "filters": filters(p for p in pairs if p[0] != "reference")}


def tree(app: App, o: ImagesOptions) -> None:
    """images --tree: images with their platforms."""
    for name, on in (
        ("quiet", o.quiet),
        ("no-trunc", o.no_trunc),
        ("show-digest", o.digests),
        ("format", bool(o.format)),
    ):
        if on:
            raise Failure(f"--{name} is not yet supported with --tree")
    from pydock.views.image_tree import is_dangling, tree_text

    pairs = (*o.filter, *([("reference", o.match)] if o.match else []))
    found = app.engine.json(images.list_images(all=o.all, filters=filters(pairs), manifests=True)) or []
    if not o.all:
        found = [image for image in found if not is_dangling(image)]
    colour = not app.environ.get("NO_COLOR")
    app.out.line("WARNING: This is an experimental feature. The output may change and shouldn't be depended on.")
    app.out.write(*tree_text(found, app.out.width or 80, colour))
