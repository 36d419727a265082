"""`image send`: send images to another engine: the layers that it lacks, where both stores know them one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pydock.api import images, system, whole
from pydock.commands.image.layers import in_common, names, sizes
from pydock.commands.image.save import platforms, platforms_flag
from pydock.commands.progress import counted
from pydock.errors import Failure, Failures
from pydock.flags.reference import parse
from pydock.options import Options, argument, command, flag, options
from pydock.render.human import size
from pydock.render.progress import check
from pydock.shape import Json
from pydock.streams.tar import without
from pydock.values import record, replace
from pydock.views.images import in_containerd

if TYPE_CHECKING:
    from pydock.app import App

#: images that are looked at at once
AT_ONCE = 8


@options
class SendOptions(Options):
    images: tuple[str, ...] = argument("IMAGE [IMAGE...]", sources="images")
    dry_run: bool = flag("--dry-run", help="Show what would be sent, and send nothing")
    platform: tuple[str, ...] = platforms_flag("Send only this platform")
    to: str = flag("--to", help="Context of the other engine", sources="contexts")


@record
class Parcel:
    """An image to send. name: how it is asked for, and called there; `known`: the number of layers that are there already;
    whole: why all are sent, or ""; bytes: about how many go over, None if nobody knows; ready: it is there already."""

    name: str
    id: str
    layers: tuple[str, ...]
    known: int = 0
    whole: str = ""
    bytes: int | None = None
    ready: bool = False

    @property
    def tag(self) -> str:
        return "" if self.name == self.id else self.name

    def __str__(self) -> str:
        if self.ready:
            return "is there already"
        if self.known == len(self.layers):
            return "no layers: all are there"
        what = f"{len(self.layers) - self.known} of {len(self.layers)} layers" if self.known else "all layers"
        amount = "" if self.bytes is None else f", {size(self.bytes)}"
        return f"{what}{amount}{f' ({self.whole})' if self.whole else ''}"


class End:
    """One of the two engines."""

    def __init__(self, app: App, name: str) -> None:
        """name: for messages."""
        self.app, self.name = app, name
        self.info: Json = app.engine.json(system.info())

    def whole(self) -> str:
        """Why images are sent whole, as far as this end is concerned; "" where layers can be told apart.

        containerd's store takes an image whose layers are missing, and cannot give it away again."""
        if in_containerd(self.info):
            return f"{self.name} has containerd's image store"
        parts = self.app.engine.json(system.version()).get("Components") or ()
        return "" if any(part["Name"] == "Engine" for part in parts) else f"{self.name} is no Docker Engine"

    def image(self, name: str) -> Json:
        """{} where there is none. Raises Failure."""
        found: Json = self.app.engine.found(whole.image(name))
        return found or {}

    def layers(self) -> Iterator[Sequence[str]]:
        """Those of each of its images."""
        from concurrent.futures import ThreadPoolExecutor

        found = {image["Id"] for image in self.app.engine.json(images.list_images())}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for image in pool.map(self.image, sorted(found)):
                yield layers_of(image)


def layers_of(image: Json) -> tuple[str, ...]:
    return tuple((image.get("RootFS") or {}).get("Layers") or ())


@command("image send", SendOptions, "Send images to another engine", own=True)
def send(app: App, o: SendOptions) -> None:
    here, there = End(app, "this engine"), other_end(app, o.to)
    if here.app.contexts.endpoint == there.app.contexts.endpoint or here.info["ID"] == there.info["ID"]:
        raise Failure(f'the context "{o.to}" leads to this same engine')
    why = here.whole() or there.whole()
    failures = []
    for name in o.images:
        try:
            parcel = packed(here, there, name, why)
            if not o.dry_run and not parcel.ready:
                deliver(here, there, parcel, platforms(app, o.platform))
        except Failure as failure:
            failures.append(failure)
            continue
        done = "" if parcel.ready else "would send " if o.dry_run else "sent "
        app.out.line(f"{name}: {done}{parcel}")
    there.app.close()
    if failures:
        raise Failures(failures)


def other_end(app: App, name: str) -> End:
    """The engine of another context. Raises Failure."""
    if not name:
        raise Failure("the flag --to is needed: the context of the other engine", 125)
    if name != "default" and not app.contexts.stored.exists(name):
        raise Failure(f'there is no context "{name}": {app.prog} context ls shows those that there are')
    line = app.invocation
    other = app.under(replace(line, globals=replace(line.globals, context=name, host=())))
    return End(other, name)


def packed(here: End, there: End, name: str, why: str) -> Parcel:
    """What is to be sent. Raises Failure."""
    image: Json = here.app.engine.json(whole.image(name))
    identifier, layers = image["Id"], layers_of(image)
    asked = name_of(name, image)
    parcel = Parcel(asked, identifier, layers, whole=why)
    found = there.image(asked)
    if found.get("Id") == identifier and layers_of(found) == layers:
        return replace(parcel, ready=True)
    if why:
        return replace(parcel, bytes=image.get("Size"))
    known = in_common(layers, there.layers())
    history = here.app.engine.json(images.image_history(identifier))
    parts = sizes(history, layers)
    return replace(parcel, known=known, bytes=sum(parts[known:]) if parts else None if known else image.get("Size"))


def name_of(name: str, image: Json) -> str:
    """The tag that was named; the image's ID where it was named otherwise."""
    try:
        tagged = parse(name).tagged().familiar
    except ValueError:
        return str(image["Id"])
    return tagged if tagged in (image.get("RepoTags") or ()) else str(image["Id"])


def deliver(here: End, there: End, parcel: Parcel, wanted: tuple[str, ...]) -> None:
    """Send it, and see that it is there. Raises Failure."""
    left_out = names(parcel.layers, parcel.known)
    lost: list[Failure] = []
    blocks = here.app.engine.blocks(images.save_images((parcel.name,), wanted))
    kept = without(blocks, left_out.__contains__) if left_out else blocks
    shown = counted(here.app, keeping(kept, lost), f"Sending {parcel.name}", parcel.bytes or 0)
    loaded = []
    try:
        for message in there.app.engine.messages(images.load_images(shown, quiet=True)):
            check(message)
            loaded.append(str(message.get("stream") or ""))
    except Failure as failure:
        if lost:
            raise Failure(f"{parcel.name} cannot be read from {here.name}: {lost[0].message}") from None
        raise Failure(f"{parcel.name} cannot be loaded at {there.name}: {failure.message}", failure.code) from None
    check_arrival(there, parcel, loaded)


def keeping(blocks: Iterable[bytes], lost: list[Failure]) -> Iterator[bytes]:
    """Pass the blocks on; what breaks them off is kept: the request that they are sent by reports it as its own failure."""
    try:
        yield from blocks
    except Failure as failure:
        lost.append(failure)
        raise


def check_arrival(there: End, parcel: Parcel, loaded: Sequence[str]) -> None:
    """Raises Failure unless the other engine tells the same layers, and, where both stores name images alike, the same ID."""
    told = [text.partition(": ")[2].strip() for text in loaded if text.startswith("Loaded image")]
    found = there.image(parcel.tag or next(iter(told), parcel.id))
    if not found:
        raise Failure(f"{parcel.name} is not at {there.name}, though it has been loaded there")
    if layers_of(found) != parcel.layers or (not parcel.whole and found["Id"] != parcel.id):
        raise Failure(f"{parcel.name} is another image at {there.name} than here")
