"""Objects selected by --filter and --all: those that the list command shows with these filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from pydock.api.request import filters
from pydock.commands.consent import check_consent, consent
from pydock.errors import Exit, Failure
from pydock.flags.pairs import Pair
from pydock.render.format import Format
from pydock.render.human import counted
from pydock.render.listing import listing
from pydock.shape import Json
from pydock.values import record
from pydock.views.view import View

if TYPE_CHECKING:
    from pydock.app import App


@record
class Found:
    """An object that was selected. row: how it is shown."""

    name: str
    id: str
    row: View


@record
class Kind:
    """A kind of objects. find: (app, the engine's filters, whether all are meant, the options of the list, labels that
    none may have) -> what its list shows; columns: of the list that the user is shown."""

    noun: str
    find: Callable[[App, Json, bool, Mapping[str, Any], list[str]], list[Found]]
    columns: str


@record
class Verb:
    """What a command does to objects of a kind. does: in words; usual: filters, unless one of the same key is given;
    listed: options of the list."""

    kind: Kind
    does: str
    usual: tuple[Pair, ...] = ()
    listed: Mapping[str, Any] = {}


def labelled(labels: Mapping[str, str] | None, wanted: str) -> bool:
    """Does an object have the label KEY or KEY=VALUE?"""
    key, equals, value = wanted.partition("=")
    return key in (labels or {}) and (not equals or (labels or {})[key] == value)


def without(found: Iterable[Json], labels: list[str]) -> list[Json]:
    """The objects of a list that have none of the labels."""
    return [one for one in found if not any(labelled(one.get("Labels"), label) for label in labels)]


#: the networks that every engine has, by name; Podman's has always this ID
PREDEFINED = ("bridge", "host", "none", "nat")
OF_PODMAN = "2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9"


def predefined(network: Json) -> bool:
    return network["Name"] in PREDEFINED or network["Id"] == OF_PODMAN


def find_containers(app: App, chosen: Json, _: bool, listed: Mapping[str, Any], not_labelled: list[str]) -> list[Found]:
    from pydock.api.containers import list_containers
    from pydock.views.containers import ContainerView

    found = without(app.engine.json(list_containers(filters=chosen, **listed)) or [], not_labelled)
    rows = [(c["Id"], ContainerView(c, app.clock())) for c in found]
    return [Found(row.Names, identifier, row) for identifier, row in rows]


def find_images(app: App, chosen: Json, _: bool, listed: Mapping[str, Any], not_labelled: list[str]) -> list[Found]:
    """Each tag of an image by itself: removing the last one removes the image."""
    from pydock.api.images import list_images
    from pydock.views.images import NONE, image_views

    found = without(app.engine.json(list_images(filters=chosen, **listed)) or [], not_labelled)
    rows = image_views(found, app.clock(), trunc=True, digests=False, named=False)
    return [Found("" if row.Tag == NONE else f"{row.Repository}:{row.Tag}", row.i["Id"], row) for row in rows]


def find_volumes(app: App, chosen: Json, _: bool, listed: Mapping[str, Any], not_labelled: list[str]) -> list[Found]:
    from pydock.api.volumes import list_volumes
    from pydock.views.volumes import VolumeView

    found = (app.engine.json(list_volumes(filters=chosen, **listed)) or {}).get("Volumes") or []
    return [Found(v["Name"], v["Name"], VolumeView(v)) for v in without(found, not_labelled)]


def find_networks(app: App, chosen: Json, every: bool, _: Mapping[str, Any], not_labelled: list[str]) -> list[Found]:
    """Not those of the engine itself, which cannot be removed; the routing mesh's is not meant by --all."""
    from pydock.api.networks import list_networks
    from pydock.views.networks import NetworkView

    found = without(app.engine.json(list_networks(filters=chosen)) or [], not_labelled)
    return [
        Found(n["Name"], n["Id"], NetworkView(n)) for n in found if not (predefined(n) or (every and n.get("Ingress")))
    ]


CONTAINERS = Kind("container", find_containers, "{{.ID}}\t{{.Names}}\t{{.Image}}\t{{.Status}}")
IMAGES = Kind("image", find_images, "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}")
VOLUMES = Kind("volume", find_volumes, "{{.Driver}}\t{{.Name}}")
NETWORKS = Kind("network", find_networks, "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}")

#: what can stop is what `ps` shows: running, paused and restarting containers
VERBS = {
    "rm": Verb(CONTAINERS, "remove", listed={"all": True}),
    "stop": Verb(CONTAINERS, "stop"),
    "kill": Verb(CONTAINERS, "kill"),
    "restart": Verb(CONTAINERS, "restart"),
    "start": Verb(CONTAINERS, "start", (("status", "created"), ("status", "exited"))),
    "pause": Verb(CONTAINERS, "pause", (("status", "running"),)),
    "unpause": Verb(CONTAINERS, "unpause", (("status", "paused"),)),
    "rmi": Verb(IMAGES, "remove"),
    "volume rm": Verb(VOLUMES, "remove"),
    "network rm": Verb(NETWORKS, "remove"),
}


class Selecting(Protocol):
    """The options of a verb that selects."""

    @property
    def filter(self) -> tuple[Pair, ...]: ...
    @property
    def all(self) -> bool: ...
    @property
    def dry_run(self) -> bool: ...
    @property
    def yes(self) -> bool: ...


def select(app: App, o: Selecting, names: tuple[str, ...], name_of_verb: str) -> dict[str, str]:
    """The IDs of the selected objects, by the names that are told; nothing where the typed names are meant.

    Raises as shared.targets()."""
    verb = VERBS[name_of_verb]
    if not o.filter and not o.all:
        check_names(o, names, verb.kind.noun)
        return {}
    if names:
        raise Failure("conflicting options: names cannot be given together with --filter or --all", 125)
    if o.filter and o.all:
        raise Failure("conflicting options: cannot specify both --filter and --all", 125)
    if not o.dry_run:
        check_consent(app, o.yes)
    found = find(app, o, verb)
    if not found:
        app.err.line(f"No {verb.kind.noun}s to {verb.does}")
        raise Exit(0)
    what = f"{verb.does} {counted(len(found), verb.kind.noun)}"
    rows = [one.row for one in found]
    shown = listing(rows, type(rows[0]).TITLES, Format("table"), verb.kind.columns)
    if o.dry_run:
        app.out.write(f"Would {what}:\n{shown}")
        raise Exit(0)
    consent(app, o.yes, what, shown)
    return named(found)


def check_names(o: Selecting, names: tuple[str, ...], noun: str) -> None:
    """For objects that are named. Raises Failure where none is, or where a selection would be shown."""
    if o.dry_run:
        raise Failure("--dry-run shows what --filter or --all selects: give one of these in place of names", 125)
    if not names:
        raise Failure(f"no {noun} is named, and neither --filter nor --all selects any", 125)


def find(app: App, o: Selecting, verb: Verb) -> list[Found]:
    """What the engine's list answers. `label!=…`, which no list of the engine knows, is seen to here."""
    given = [pair for pair in o.filter if pair[0] != "label!"]
    keys = {key for key, _ in given}
    chosen = filters([*given, *(pair for pair in verb.usual if pair[0] not in keys)])
    return verb.kind.find(app, chosen, o.all, verb.listed, [value for key, value in o.filter if key == "label!"])


def named(found: list[Found]) -> dict[str, str]:
    """Their IDs by their names, or by themselves where a name is missing, or belongs to several."""
    times = Counter(one.name for one in found)
    return {one.name if one.name and times[one.name] == 1 else one.id: one.id for one in found}
