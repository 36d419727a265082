"""What a prune would remove: asked of the engine, by the rules of `pruning`, and shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydock.api.request import version_key
from pydock.commands import pruning
from pydock.commands.pruning import LABELS, Filters
from pydock.errors import Failure, failing
from pydock.flags.times import timestamp
from pydock.go.strconv import parse_bool, parse_rfc3339, quote
from pydock.render.format import Format
from pydock.render.human import counted, size
from pydock.render.listing import listing
from pydock.shape import Json
from pydock.values import made, record
from pydock.views.images import NONE, ImageView, in_containerd
from pydock.views.view import View

if TYPE_CHECKING:
    from pydock.app import App

#: the filters of each prune
KNOWN: dict[str, tuple[str, ...]] = {
    "containers": (*LABELS, "until"), "networks": (*LABELS, "until"), "images": (*LABELS, "until", "dangling"), "volumes": (*LABELS, "all"),
    "build cache": (*LABELS, "until", "unused-for", "id", "parent", "type", "description", "inuse", "shared", "private"),
}  # fmt: skip


@record
class Part:
    """The objects of one kind that would go. what: "2 containers"; freed: bytes; bound: "about" or "at most", where it is
    not known how much; notes: what else is to be said."""

    what: str
    rows: Sequence[View] = ()
    columns: str = ""
    freed: int = 0
    bound: str = ""
    notes: Sequence[str] = ()
    objects: Sequence[Json] = made(default_factory=list)


class Preview:
    """What prunes with these filters would remove from an engine."""

    def __init__(self, app: App, filters: Filters, types: tuple[str, ...] = ()) -> None:
        """types: of the objects whose sizes are asked for at once."""
        self.app, self.filters, self.version = app, filters, version_key(app.engine.api_version)
        self.types = types
        self._usage: dict[tuple[str, ...], Json] = {}

    # -- parts -------------------------------------------------------------------------------------

    def containers(self) -> Part:
        from pydock.api.containers import list_containers
        from pydock.views.containers import ContainerView

        filters, until = self.known("containers"), self.until()
        found = pruning.containers(self.app.engine.json(list_containers(all=True, size=True)) or [], filters, until)
        rows = [ContainerView({**c, "SizeRootFs": 0}, self.app.clock()) for c in found]
        columns = "{{.ID}}\t{{.Names}}\t{{.Image}}\t{{.Status}}\t{{.Size}}"
        freed = sum(max(c.get("SizeRw") or 0, 0) for c in found)
        return Part(counted(len(found), "container"), rows, columns, freed, objects=found)

    def networks(self) -> Part:
        from pydock.api.networks import inspect_network, list_networks
        from pydock.views.networks import NetworkView

        filters, until = self.known("networks"), self.until()
        found = pruning.networks(self.app.engine.json(list_networks()) or [], filters, until, self.of_services())
        # only an inspect tells the endpoints
        idle = [n for n in found if not self.app.engine.json(inspect_network(n["Id"])).get("Containers")]
        return Part(counted(len(idle), "network"), [NetworkView(n) for n in idle], NetworkView.DEFAULT, objects=idle)

    def volumes(self, every: bool, freed: Iterable[Json] = ()) -> Part:
        """every: with those that have a name of their own; freed: containers that are removed first."""
        from pydock.api.volumes import list_volumes
        from pydock.views.volumes import VolumeView

        filters = self.known("volumes")
        every = every or (bool(filters.get("all")) and truth(filters, "all"))
        listed = (self.app.engine.json(list_volumes()) or {}).get("Volumes") or []
        # Podman tells of a volume's labels in the list alone
        usage = {v["Name"]: v.get("UsageData") for v in self.usage("volume")["Volumes"]}
        known = [{**v, "UsageData": usage[v["Name"]]} for v in listed if v["Name"] in usage]
        if any(v.get("Options") for v in known) and self.is_podman:
            # it does not spare those with options
            known = [{**v, "Options": None} for v in known]
        found = pruning.volumes(known, filters, every, freed)
        total = sum(max((v.get("UsageData") or {}).get("Size", 0), 0) for v in found)
        return Part(
            counted(len(found), "volume"), [VolumeView(v) for v in found], "{{.Name}}\t{{.Size}}", total, objects=found
        )

    def images(self, filters: Filters, freed: Iterable[Json] = ()) -> Part:
        """filters: with "dangling"; freed: containers that are removed first."""
        from pydock.api.containers import list_containers
        from pydock.api.images import list_images

        every, chosen = not truth(filters, "dangling"), self.known("images", filters)
        gone = {c["Id"] for c in freed}
        users = [c for c in self.app.engine.json(list_containers(all=True)) or [] if c["Id"] not in gone]
        found = self.app.engine.json(list_images(all=True)) or []
        notes: list[str] = []
        if self.in_containerd:
            removals = pruning.images_of_containerd(found, users, chosen, self.until(), every)
            notes = [UNTOLD] if "until" in chosen else []
        else:
            used = {str(c.get("ImageID") or "") for c in users}
            removals = pruning.images(found, used, chosen, self.until(), every)
        return image_part(self.app, removals, self.usage("image")["Images"], notes)

    def build_cache(self, every: bool, keep: int = 0) -> Part:
        from pydock.views.system import CacheView, by_use

        filters = self.known("build cache")
        key = "until" if "until" in filters else "unused-for"
        found = self.usage("build-cache")["BuildCache"]
        with failing():
            going = pruning.build_cache(found, filters, self.until(key), every, keep)
        total = sum(r.get("Size") or 0 for r in going.records)
        notes = (
            [f"Of these the engine removes those used least, until less than {size(keep)} is left"]
            if going.limited
            else []
        )
        columns = "{{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.LastUsedSince}}\t{{.Description}}"
        rows = [CacheView({**r, "Description": on_one_line(r)}, self.app.clock()) for r in by_use(going.records)]
        what = counted(len(rows), "build cache object")
        return Part(what, rows, columns, total, "at most" if going.limited else "", notes, going.records)

    # -- facts -------------------------------------------------------------------------------------

    def usage(self, kind: str) -> Json:
        """The engine's objects with their sizes."""
        from pydock.api.system import disk_usage
        from pydock.views.system import items_of

        types = self.types or (kind,)
        if types not in self._usage:
            usage = self.app.engine.json(disk_usage(self.version, True, types))
            listed = items_of(usage) if self.version >= (1, 52) else usage
            self._usage[types] = {k: listed.get(k) or [] for k in ("Containers", "Images", "Volumes", "BuildCache")}
        return self._usage[types]

    @cached_property
    def info(self) -> Json:
        from pydock.api.system import info

        answer: Json = self.app.engine.json(info())
        return answer

    @cached_property
    def is_podman(self) -> bool:
        from pydock.api.system import version

        components = self.app.engine.json(version()).get("Components") or []
        return any(c["Name"] == "Podman Engine" for c in components)

    @property
    def in_containerd(self) -> bool:
        """Are images kept by containerd?"""
        return in_containerd(self.info)

    def known(self, what: str, filters: Filters | None = None) -> Filters:
        """The filters. Raises Failure for one that the prune does not know, as the engine would."""
        chosen = self.filters if filters is None else filters
        for key in chosen:
            if key not in KNOWN[what]:
                raise Failure(f"invalid filter {quote(key, chr(39))}: a prune of {what} knows {', '.join(KNOWN[what])}")
        return chosen

    def until(self, key: str = "until") -> float | None:
        """The time of that filter, by the clock and in the zone of the engine. Raises Failure."""
        values = list(self.filters.get(key, ()))
        if not values:
            return None
        if len(values) > 1:
            raise Failure(f"more than one {key} filter specified")
        now = self.info.get("SystemTime") or ""
        zone = zone_of(now)
        try:
            return float(timestamp(values[0], parse_rfc3339(now) or self.app.clock(), zone))
        except ValueError as error:
            raise Failure(f"invalid filter {quote(f'{key}={values[0]}', chr(39))}: {error}") from None

    def of_services(self) -> set[str]:
        """The networks that services and tasks of a swarm use, as a manager knows them."""
        if (self.app.engine.ping().swarm.partition("/")[2]) != "manager":
            return set()
        from pydock.api.services import list_services
        from pydock.api.tasks import list_tasks

        specs = [s["Spec"] for s in self.app.engine.json(list_services()) or []]
        wanted = [*specs, *(s.get("TaskTemplate") or {} for s in specs)]
        used = {n.get("Target") for spec in wanted for n in spec.get("Networks") or []}
        attached = [a for t in self.app.engine.json(list_tasks()) or [] for a in t.get("NetworksAttachments") or []]
        return {str(name) for name in used} | {str((a.get("Network") or {}).get("ID")) for a in attached}


def on_one_line(record: Json) -> str:
    return " ".join(str(record.get("Description") or "").split())


def zone_of(text: str) -> Any:
    """The time zone of "2024-01-02T03:04:05.678+02:00"; None if it has none."""
    head, _, fraction = text.partition(".")
    try:
        return datetime.fromisoformat((head + fraction.lstrip("0123456789")).replace("Z", "+00:00")).tzinfo
    except ValueError:
        return None


def truth(filters: Filters, key: str) -> bool:
    """A filter that is true or false. Raises Failure for another value, or for both."""
    values = list(filters.get(key, ()))
    try:
        if len(values) == 1:
            return bool(parse_bool(values[0]))
    except ValueError:
        pass
    raise Failure(f"invalid filter '{key}={' '.join(values)}'")


#: of an engine that keeps images in containerd
UNTOLD = "This engine compares until= with the time it got an image at, which it does not tell: others may go"


def image_part(app: App, removals: Sequence[pruning.Removal], usage: Sequence[Json], notes: Sequence[str]) -> Part:
    """usage: images with the sizes of what they share; notes: what else is to be said."""
    shared = {i["Id"]: i.get("SharedSize", -1) for i in usage}
    deleted = [r for r in removals if r.deleted]
    rows, freed, exact = [], 0, True
    for removal in removals:
        image = {**removal.image, "SharedSize": shared.get(removal.image["Id"], -1)}
        common = image["SharedSize"]
        if removal.deleted:
            freed += max(image["Size"] - max(common, 0), 0)
            exact = exact and common == 0
        for name in removal.untagged or (f"{NONE}:{NONE}",):
            repository, _, tag = name.rpartition(":")
            rows.append(
                ImageView(image, repository.removesuffix("@sha256"), NONE if "@" in name else tag, "", app.clock())
            )
    stay = [name for r in removals if not r.deleted for name in r.untagged]
    said = [f"Only the name goes, a container uses the image: {', '.join(stay)}"] if stay else []
    said += [] if exact else ["Layers that images share are freed with the last of them: this is not in the sum"]
    bound = "" if exact and not notes else "about"
    columns = "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.UniqueSize}}"
    objects = [r.image for r in deleted]
    return Part(counted(len(deleted), "image"), rows, columns, freed, bound, [*said, *notes], objects)


def show(app: App, parts: Sequence[Part], nothing: str) -> None:
    """Print what would go. nothing: what there is none of."""
    going = [part for part in parts if part.rows]
    if not going:
        app.err.line(f"No {nothing} to remove")
        return
    for part in going:
        app.out.write(
            f"Would remove {part.what}:\n",
            listing(part.rows, type(part.rows[0]).TITLES, Format("table"), part.columns),
            *(f"{note}\n" for note in part.notes),
            "\n",
        )
    bounds: Mapping[str, bool] = {bound: any(p.bound == bound for p in going) for bound in ("about", "at most")}
    bound = next((f"{b} " for b, given in bounds.items() if given), "")
    app.out.line(f"Would free {bound}{size(sum(p.freed for p in going))}")
