"""`cp`: copy files between containers and the local file system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.commands.container.copying import Manner, Place, copy, goal, reading, stat
from pydock.copypaths import Entry, Glob, link_target, names_content, split_argument
from pydock.errors import EngineError, Failure, Failures, failing
from pydock.flags import owners
from pydock.go.filepath import base, clean
from pydock.options import Options, argument, command, flag, options
from pydock.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydock.app import App


@options
class CopyOptions(Options):
    """`cp`; the last four flags, and more than one source, are not docker's."""

    source: str = argument("SOURCE", sources="copies")
    more: tuple[str, ...] = argument("[SOURCE...]", sources="copies", own=True)
    destination: str = argument("DESTINATION", sources="copies")
    archive: bool = flag("-a", "--archive", help="Preserve user and group IDs")
    follow_link: bool = flag("-L", "--follow-link", help="Follow symbolic links in the source path")
    quiet: bool = flag("-q", "--quiet", help="Hide the progress output (the default if STDOUT is not a terminal)")
    chown: owners.Owner | None = flag(
        "--chown", default=None, parse=owners.owner, metavar="USER[:GROUP]", own=True,
        help="Give what is copied to a container this owner; names are those of the container",
    )  # fmt: skip
    dry_run: bool = flag("--dry-run", own=True, help="Show what would be copied, and copy nothing")
    from_image: str = flag(
        "--from-image", metavar="image", sources="images", own=True, help="Copy from an image: sources are paths in it"
    )
    glob: bool = flag("--glob", own=True, help='Sources are patterns with "*", "?" and "[...]"')


@command(
    "container cp", CopyOptions, "Copy files between a container and the local file system", also=("cp",),
    usage="[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tPROG cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
    description='With "-" as the source, a tar archive is read from STDIN and extracted to a directory of the container; with "-" as the '
    "destination, a tar archive of the container's path is written to STDOUT. Beyond docker, both may be paths in containers, and "
    "there may be several sources before a destination that is a directory.",
)  # fmt: skip
def cp(app: App, o: CopyOptions) -> None:
    typed = (o.source, *o.more)
    if not all(typed):
        raise Failure("source can not be empty")
    if not o.destination:
        raise Failure("destination can not be empty")
    check_flags(o)
    destination = Place(*split_argument(o.destination))
    if "from_image" not in o.given:
        copy_all(app, o, [Place(*split_argument(text)) for text in typed], destination)
        return
    from pydock.commands.helpers import helper_container, remove_left

    remove_left(app)
    with helper_container(app, {"Image": o.from_image, "HostConfig": {"NetworkMode": "none"}}) as container:
        try:
            copy_all(app, o, [Place(container, path) for path in typed], destination)
        except Failure as failure:
            # when the user reads it, the container is gone
            told = failure.message.replace(f"container {container}", f"image {o.from_image}").replace(
                f"{container}:", ""
            )
            raise Failure(told, failure.code) from None


def check_flags(o: CopyOptions) -> None:
    """Raises Failure for flags that exclude each other."""
    if o.chown and o.archive:
        raise Failure("conflicting options: --chown and --archive both say whose the files are", 125)
    if o.dry_run and "from_image" in o.given:
        raise Failure(
            "conflicting options: --dry-run changes nothing, and --from-image has to create a container to look into the image",
            125,
        )


def copy_all(app: App, o: CopyOptions, sources: Sequence[Place], destination: Place) -> None:
    """Copy each source; where there may be several, the destination is a directory. Raises Failure, Failures."""
    check_places(o, sources, destination)
    if o.glob:
        sources = [found for source in sources for found in matches(app, source)]
    owner = owner_of(app, o.chown, destination.container) if o.chown else None
    progress = not (o.quiet if "quiet" in o.given else not app.out.is_terminal)
    how = Manner(o.archive, o.follow_link, o.dry_run, progress, owner)
    if not o.more and not o.glob:
        copy(app, how, sources[0], destination)
        return
    check_folder(app, sources, destination)
    failures = []
    for source in sources:
        try:
            copy(app, how, source, destination)
        except Failure as failure:
            failures.append(failure)
    if failures:
        raise Failures(failures)


def check_places(o: CopyOptions, sources: Sequence[Place], destination: Place) -> None:
    """Raises Failure for places that nothing can be copied from, or to."""
    here = [source for source in sources if not source.container]
    if here and not destination.container:
        raise Failure("must specify at least one container source")
    if o.chown and not destination.container:
        raise Failure("--chown is for what is copied to a container", 125)
    several = bool(o.more) or o.glob
    if several and (destination == Place("", "-") or Place("", "-") in sources):
        raise Failure('"-" is the only source, or the destination of the only one, and no pattern')


def check_folder(app: App, sources: Sequence[Place], destination: Place) -> None:
    """Raises Failure unless the destination is a directory, where each source gets a name of its own."""
    there = (
        goal(app, destination)
        if destination.container
        else app.copies.destination(app.copies.absolute(destination.path))
    )
    if not there.is_dir:
        raise Failure(f'destination "{destination}" must be a directory: there may be several sources')
    named: dict[str, Place] = {}
    for source in sources:
        name = base(clean(source.path if source.container else app.copies.absolute(source.path)))
        first = named.setdefault(name, source)
        if first is not source and not names_content(source.path):
            raise Failure(f'"{first}" and "{source}" would both become "{name}" in "{destination}"')


# -- patterns ----------------------------------------------------------------------------------------------


def matches(app: App, source: Place) -> list[Place]:
    """The paths that fit a pattern, sorted. Raises Failure if there are none."""
    pattern = Glob(source.path)
    if not pattern.parts:
        return [source]
    found = in_container(app, source.container, pattern) if source.container else app.copies.found(pattern)
    if not found:
        raise Failure(f'no match for "{source}"')
    return [Place(source.container, path) for path in found]


def in_container(app: App, container: str, pattern: Glob) -> list[str]:
    """The paths that fit, of all that is below the pattern's folder: the API lists no folder, it only gives its archive."""
    folder = f"{pattern.folder.rstrip('/')}/."
    out = []
    with reading(app, Place(container, folder)) as blocks:
        for entry in app.copies.listed(blocks):
            names = clean(entry.name).lstrip("/").split("/")
            if pattern.fits_all(names) and (entry.is_dir or not pattern.ending):
                out.append(pattern.path(names))
    return sorted(out)


# -- owners ------------------------------------------------------------------------------------------------

#: the largest file of users or groups that is read, in bytes
LIMIT = 16 << 20


def owner_of(app: App, owner: owners.Owner, container: str) -> Callable[[Entry], Entry]:
    """Gives an entry the owner of --chown. Raises Failure."""
    passwd, group = (
        ("", "") if owner.is_numeric else (text_of(app, container, f"/etc/{f}") for f in ("passwd", "group"))
    )
    with failing("--chown: "):
        uid, gid = owner.numbers(passwd, group)

    def owned(entry: Entry) -> Entry:
        return replace(entry, uid=entry.uid if uid is None else uid, gid=entry.gid if gid is None else gid)

    return owned


def text_of(app: App, container: str, path: str) -> str:
    """A file of a container, which may be a link; "" if there is none. Raises Failure."""
    found = stat(app, Place(container, path))
    if found is None:
        return ""
    path = link_target(path, found.link_target) if found.is_link else path
    try:
        with reading(app, Place(container, path)) as blocks:
            return app.copies.text(blocks, LIMIT)
    except EngineError:
        return ""
