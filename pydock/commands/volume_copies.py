"""`volume export`, `import` and `clone`: the content of volumes as tar archives, with owners, modes, times and links.

The API gives archives of containers only. So a volume is mounted in a helper: a container that is created, and never started,
of an image without any file, which is made for it and removed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydock.api import containers, images, system, volumes
from pydock.commands.container.copying import Place, reading, send
from pydock.commands.helpers import LABEL, helper_container, remove, remove_image, remove_left, unbroken
from pydock.commands.progress import counted
from pydock.commands.shared import driver_option_flag
from pydock.errors import BrokenStream, Failure
from pydock.flags import pairs
from pydock.go.filepath import clean
from pydock.go.strconv import quote
from pydock.options import Options, argument, command, flag, options
from pydock.render.progress import check
from pydock.shape import Json
from pydock.values import record

if TYPE_CHECKING:
    from pydock.api.types import CreateContainer, CreateVolume
    from pydock.app import App

#: where the volume is in a helper
HOME = "/volume"
#: a tar archive of no files
EMPTY = bytes(1024)


# -- helpers -----------------------------------------------------------------------------------------------


@contextmanager
def empty_image(app: App) -> Iterator[str]:
    """An image without any file, by its ID. Raises Failure."""
    remove_left(app)
    change = f'LABEL {LABEL}="{app.copies.mark()}"'
    image = ""
    try:
        with unbroken():
            for message in app.engine.messages(images.import_image("-", "", "", (change,), "", EMPTY)):
                check(message)
                image = str(message.get("status") or "")
        if not image.startswith("sha256:"):
            raise BrokenStream("the engine did not tell the ID of an image that it imported")
        yield image
    finally:
        if image.startswith("sha256:"):
            remove(app, "helper image", image, remove_image(image))


@contextmanager
def mounting(app: App, image: str, volume: str, read_only: bool = False) -> Iterator[str]:
    """A helper that has the volume at HOME, by its name. Raises Failure."""
    mount: dict[str, Any] = {"Type": "volume", "Source": volume, "Target": HOME, "VolumeOptions": {"NoCopy": True}}
    if read_only:
        mount["ReadOnly"] = True
    body: CreateContainer = {"Image": image, "HostConfig": {"NetworkMode": "none", "Mounts": [mount]}}
    with helper_container(app, body) as container:
        yield container


@record
class Ways:
    """How an engine gives and takes the archive of a volume, with the volume's own owner and mode where it can."""

    #: what is asked for, and the folder where it goes
    source: str
    target: str
    #: how entries are named that go there
    prefix: str


#: docker's engine leaves the folder alone that it unpacks to, so the volume is an entry of the root
DOCKER = Ways(HOME, "/", HOME.lstrip("/"))
#: Podman unpacks below the container's own root, which has no volumes
PODMAN = Ways(f"{HOME}/.", HOME, ".")


def ways_of(app: App) -> Ways:
    version = app.engine.json(system.version())
    return PODMAN if any("Podman" in part["Name"] for part in version.get("Components") or ()) else DOCKER


def warn(app: App, volume: str, ways: Ways | None = None) -> None:
    """Say on stderr what may make a copy of a volume less than that."""
    running = app.engine.json(containers.list_containers(filters={"volume": {volume: True}})) or []
    if running:
        from pydock.commands.volume_use import name_of

        names = ", ".join(sorted(map(name_of, running)))
        app.err.line(
            f"WARNING: volume {volume} is in use by running containers ({names}): what they write meanwhile may be half copied"
        )
    if ways == PODMAN:
        app.err.line("WARNING: Podman does not tell who owns the files: all of them become root's")


# -- export ------------------------------------------------------------------------------------------------


@options
class ExportOptions(Options):
    volume: str = argument("VOLUME", sources="volumes")
    output: str = flag("-o", "--output", help="Write to a file instead of STDOUT", sources="files")


@command("volume export", ExportOptions, "Export the content of a volume as a tar archive", own=True)
def export(app: App, o: ExportOptions) -> None:
    if o.output:
        app.files.check_output(o.output)
    elif app.out.is_terminal:
        raise Failure("cowardly refusing to save to a terminal. Use the -o flag or redirect")
    app.engine.json(volumes.inspect_volume(o.volume))
    warn(app, o.volume, ways_of(app))
    with (
        empty_image(app) as image,
        mounting(app, image, o.volume, read_only=True) as container,
        reading(app, Place(container, f"{HOME}/.")) as blocks,
    ):
        if o.output:
            app.files.write(o.output, counted(app, blocks, f"Exporting {o.volume}"), sparse=True)
            return
        for block in blocks:
            app.out.put(block)


# -- import ------------------------------------------------------------------------------------------------


@options
class ImportOptions(Options):
    """`volume import`: without --existing the volume is created, with the options of `volume create`."""

    volume: str = argument("VOLUME", sources="volumes")
    source: str = argument("[FILE|-]", default="-", sources="files")
    driver: str = flag("-d", "--driver", default="local", help="Volume driver", sources="volume-drivers")
    existing: bool = flag("--existing", help="Add to a volume that exists, where files of the same names are replaced")
    label: tuple[str, ...] = flag("--label", parse=pairs.label, help="Volume metadata, KEY=VALUE")
    opt: tuple[pairs.Pair, ...] = driver_option_flag("volume-options")


@command("volume import", ImportOptions, "Fill a new volume from a tar archive, which may be compressed", own=True)
def import_(app: App, o: ImportOptions) -> None:
    from pydock.streams.terminal import is_terminal

    if o.existing and o.given & {"driver", "label", "opt"}:
        raise Failure("conflicting options: --existing goes with no --driver, --label or --opt of a new volume", 125)
    if o.source == "-" and is_terminal(app.stdin):
        raise Failure("refusing to read an archive from a terminal. Name a file or redirect")
    read = app.files.blocks(None if o.source == "-" else o.source)
    # what is counted is the archive as it is, perhaps compressed; its beginning is read before anything is made
    blocks = app.copies.plain(counted(app, read, "Importing", app.files.size(o.source)))

    def fill(after: str = "") -> None:
        ways = ways_of(app)
        with empty_image(app) as image, mounting(app, image, o.volume) as container:
            moved = app.copies.rewrite(blocks, lambda entry: entry.named(moving(ways.prefix)))
            send(app, Place(container, ways.target), moved, after)

    if o.existing:
        app.engine.json(volumes.inspect_volume(o.volume))
        warn(app, o.volume)
        fill(f"volume {o.volume} may hold a part of the archive")
    else:
        body: CreateVolume = {"Driver": o.driver, "DriverOpts": dict(o.opt), "Labels": pairs.mapping(o.label)}
        with new_volume(app, o.volume, body):
            fill()
    app.out.line(o.volume)


def moving(prefix: str) -> Callable[[str], str]:
    """Names in an archive -> names below the prefix. It raises Failure for those that lead out of the volume."""

    def moved(name: str) -> str:
        inner = clean(name).lstrip("/")
        if inner == ".." or inner.startswith("../"):
            raise Failure(f"{quote(name)} of the archive leads out of the volume")
        return clean(f"{prefix}/{inner}") if prefix != "." else f"./{inner}"

    return moved


@contextmanager
def new_volume(app: App, name: str, body: CreateVolume) -> Iterator[None]:
    """Create a volume that must not exist; it is removed again if the block fails. Raises Failure."""
    if exists(app, name):
        raise Failure(f"volume {name} exists already")
    created = False
    try:
        with unbroken():
            app.engine.json(volumes.create_volume({**body, "Name": name}))
            created = True
        yield
    except BaseException as fault:
        if not created:
            raise
        gone = remove(app, "volume", name, volumes.remove_volume(name, force=False))
        if not isinstance(fault, Failure):
            raise
        after = f"volume {name} was not kept" if gone else f"volume {name} may hold a part"
        raise Failure(f"{fault.message}\n{after}", fault.code) from None


def exists(app: App, volume: str) -> bool:
    """Raises Failure."""
    return app.engine.found(volumes.inspect_volume(volume)) is not None


# -- clone -------------------------------------------------------------------------------------------------


@options
class CloneOptions(Options):
    source: str = argument("SOURCE", sources="volumes")
    target: str = argument("TARGET")
    label: tuple[str, ...] = flag("--label", parse=pairs.label, help="Change or add metadata, KEY=VALUE")
    opt: tuple[pairs.Pair, ...] = driver_option_flag("volume-options", "Change or add an option of the driver")


@command(
    "volume clone", CloneOptions, "Create a volume with the content, driver, options and labels of another", own=True
)
def clone(app: App, o: CloneOptions) -> None:
    source = app.engine.json(volumes.inspect_volume(o.source))
    body = clone_body(source, dict(o.opt), pairs.mapping(o.label))
    if is_shared(source.get("Options") or {}, body["DriverOpts"]):
        raise Failure(
            f"volume {o.source} is kept at {source['Options']['device']}, and its clone would be there, too: give it a place with --opt"
        )
    ways = ways_of(app)
    with new_volume(app, o.target, body):
        warn(app, o.source, ways)
        with (
            empty_image(app) as image,
            mounting(app, image, o.source, read_only=True) as reader,
            mounting(app, image, o.target) as writer,
            reading(app, Place(reader, ways.source)) as blocks,
        ):
            title = f"Cloning {o.source}"
            send(app, Place(writer, ways.target), counted(app, blocks, title))
    app.out.line(o.target)


#: the label of volumes without a name of their own, which `volume prune` removes: a clone has one
ANONYMOUS = "com.docker.volume.anonymous"


def clone_body(source: Json, opts: dict[str, str], labels: dict[str, str]) -> CreateVolume:
    """The body of POST /volumes/create, without the name."""
    kept = {key: value for key, value in (source.get("Labels") or {}).items() if key != ANONYMOUS}
    return {
        "Driver": str(source.get("Driver") or "local"),
        "DriverOpts": {**(source.get("Options") or {}), **opts},
        "Labels": {**kept, **labels},
    }


def is_shared(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Are two volumes with these options the same files? Those of a device are, unless each mount of it is new."""
    return bool(one.get("device")) and one["device"] == other.get("device") and other.get("type") != "tmpfs"
