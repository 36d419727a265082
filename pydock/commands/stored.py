"""What secrets and configs have in common: their commands differ in names alone."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from pydock.api.request import Request, filters
from pydock.commands.inspect import PrettyOptions, fetch, print_kind
from pydock.commands.shared import WholeListOptions, each_name, print_list
from pydock.errors import Failure
from pydock.flags import pairs
from pydock.render.human import natural
from pydock.shape import Json
from pydock.values import record
from pydock.views.stored import StoredView

if TYPE_CHECKING:
    from pydock.api.types import StoredSpec
    from pydock.app import App


@record
class Kind:
    """name: "secret" or "config"; then its requests, its entry in a list, its text of --pretty."""

    name: str
    list: Callable[[Json], Request]
    inspect: Callable[[str], Request]
    create: Callable[[StoredSpec], Request]
    remove: Callable[[str], Request]
    view: type[StoredView]
    pretty: Callable[[Json], str]


def print_stored(app: App, o: WholeListOptions, kind: Kind) -> None:
    found = sorted(
        app.engine.json(kind.list(filters(o.filter))) or (), key=lambda s: natural(s["Spec"].get("Name") or "")
    )
    now = app.clock()
    print_list(app, o, kind.view, [kind.view(one, now) for one in found])


def inspect_stored(app: App, o: PrettyOptions, names: tuple[str, ...], kind: Kind) -> None:
    app.need_engine()
    shape, forms = f"swarm.{kind.name.title()}", {"table": "table " + kind.view.DEFAULT}
    print_kind(app, o, names, lambda name: fetch(app, kind.inspect(name), shape), kind.pretty, forms=forms)


def spec_of(name: str, labels: Iterable[str], data: bytes, template_driver: str, driver: str = "") -> StoredSpec:
    """The specification of a new secret or config; drivers: "" for none."""
    return {
        **({"Name": name} if name else {}),
        "Labels": pairs.mapping(labels),
        **({"Data": base64.b64encode(data).decode()} if data else {}),
        **({"Driver": {"Name": driver}} if driver else {}),
        **({"Templating": {"Name": template_driver}} if template_driver else {}),
    }


def read_data(app: App, file: str, limit: int) -> bytes:
    """The bytes of a file, or of stdin for "-"; no more than twice the `limit`, whose excess the engine reports.

    Raises Failure for none."""
    where, data = "STDIN" if file == "-" else file, b""
    try:
        for block in app.files.blocks(None if file == "-" else file):
            data += block
            if len(data) >= 2 * limit:
                break
    except Failure as failure:
        raise Failure(f"error reading from {where}: {failure.message}") from None
    if not data:
        raise Failure(f"error reading from {where}: data is empty")
    return data[: 2 * limit]


def create_stored(app: App, spec: StoredSpec, kind: Kind) -> None:
    app.out.line(app.engine.json(kind.create(spec))["ID"])


def remove_stored(app: App, names: tuple[str, ...], kind: Kind) -> None:
    each_name(app, names, lambda name: app.engine.read(kind.remove(name)))
