"""What `cp` does with one source: out of a container, into one, or from one to another, as a tar archive that is streamed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import TYPE_CHECKING, Any

from pydock.api import containers
from pydock.copypaths import CopyInfo, Entry, link_target, rebased, split_entry, target
from pydock.errors import EngineError, Failure, failing
from pydock.go.filepath import clean
from pydock.go.json import decode
from pydock.render.human import beside, counted, size
from pydock.render.shown import Drawn
from pydock.shape import opt
from pydock.values import record

if TYPE_CHECKING:
    from pydock.app import App

#: Go's os.FileMode bits
MODE_DIR, MODE_LINK, MODE_DEVICE, MODE_IRREGULAR = 1 << 31, 1 << 27, 1 << 26, 1 << 19

#: seconds between two updates of the progress line
UPDATE = 0.075


@record
class Place:
    """A path in a container, or of this host where that is ""."""

    container: str
    path: str

    def __str__(self) -> str:
        return f"{self.container}:{self.path}" if self.container else self.path


@record
class Manner:
    """How to copy: flags of the command. progress: show it; owner: gives an entry its new owner."""

    archive: bool = False
    follow_link: bool = False
    dry_run: bool = False
    progress: bool = False
    owner: Callable[[Entry], Entry] | None = None


@record
class PathStat:
    """The engine's stat of a path in a container. mode: Go's os.FileMode."""

    mode: int = 0
    link_target: str = ""

    @classmethod
    def parse(cls, header: str) -> PathStat:
        """From X-Docker-Container-Path-Stat: base64 of JSON. Raises Failure."""
        import base64

        with failing("unable to decode container path stat header: "):
            stat = decode(base64.b64decode(header), {"mode": opt(int), "linkTarget": opt(str)})
            return cls(stat.get("mode") or 0, stat.get("linkTarget") or "")

    @property
    def is_dir(self) -> bool:
        return bool(self.mode & MODE_DIR)

    @property
    def is_link(self) -> bool:
        return bool(self.mode & MODE_LINK)


def stat(app: App, place: Place) -> PathStat | None:
    """HEAD …/archive; None if the path does not exist."""
    try:
        return PathStat.parse(
            app.engine.background(containers.stat_archive(place.container, place.path)).header(
                "x-docker-container-path-stat"
            )
        )
    except EngineError:
        return None


def copy(app: App, how: Manner, source: Place, destination: Place) -> None:
    """Copy one source. Raises Failure."""
    if source.container and destination.container:
        copy_across(app, how, source, destination)
    elif source.container:
        copy_out(app, how, source, destination.path)
    else:
        copy_in(app, how, source.path, destination)


# -- the ends --------------------------------------------------------------------------------------------


class Opened:
    """The archive of a path in a container, before it is read."""

    def __init__(self, source: Place, rename: str, header: str, blocks: Iterator[bytes]) -> None:
        self.source, self.rename, self.header, self.blocks = source, rename, header, blocks

    @property
    def origin(self) -> CopyInfo:
        """Raises Failure."""
        return CopyInfo(self.source.path, True, PathStat.parse(self.header).is_dir, self.rename)

    def path(self, entry: str) -> str:
        """The path of an entry in the container."""
        return str(Place(self.source.container, clean(f"{split_entry(self.source.path)[0]}/{entry}")))


@contextmanager
def opening(app: App, how: Manner, source: Place) -> Iterator[Opened]:
    """GET …/archive. The container is locked until the answer was read, or is closed at the block's end."""
    rename = ""
    if how.follow_link and (found := stat(app, source)) and found.is_link:
        path, rename = rebased(source.path, link_target(source.path, found.link_target))
        source = Place(source.container, path)
    answer = app.engine.background(containers.get_archive(source.container, source.path))
    try:
        yield Opened(source, rename, answer.header("x-docker-container-path-stat"), answer.blocks())
    finally:
        answer.close()


def reading(app: App, place: Place) -> AbstractContextManager[Iterator[bytes]]:
    """The archive of a path, closed at the block's end: until it was read the engine locks the container, which then can
    be neither written to nor removed."""
    blocks: Any = app.engine.blocks(containers.get_archive(place.container, place.path))
    return closing(blocks)


def goal(app: App, destination: Place) -> CopyInfo:
    """The destination of a copy into a container: a link there is followed. Raises Failure."""
    place = destination
    found = stat(app, place)
    if found and found.is_link:
        place = Place(place.container, link_target(place.path, found.link_target))
        found = stat(app, place)
    if found and found.mode & (MODE_DEVICE | MODE_IRREGULAR):
        kind = "a device" if found.mode & MODE_DEVICE else "an irregular file"
        raise Failure(f'destination "{destination}" must be a directory or a regular file: got {kind}')
    return CopyInfo(place.path, found is not None, found is not None and found.is_dir)


# -- copies ----------------------------------------------------------------------------------------------


def copy_out(app: App, how: Manner, source: Place, destination: str) -> None:
    """Copy from a container to this host, or its archive to stdout."""
    if destination != "-":
        destination = app.copies.absolute(destination)
    app.copies.check_output(destination)
    with opening(app, how, source) as opened:
        if destination == "-" and not how.dry_run:
            for block in opened.blocks:
                app.out.put(block)
            return
        if destination == "-":
            report(app, ((opened.path(e.name), e, e.name) for e in app.copies.listed(opened.blocks)))
            return
        own = opened.origin.own
        progress = Progress(app, how, "Copying from container - ")
        into = target(opened.origin, app.copies.destination(destination))

        def name(entry: str) -> str:
            # the archive of a followed link's target: its entry gets the name of the link
            return into.name(own.name(entry))

        if how.dry_run:
            there = Place("", into.folder)
            report(
                app, ((opened.path(e.name), e, below(there, name(e.name))) for e in app.copies.listed(opened.blocks))
            )
            return
        padding = app.copies.unpack(progress.watch(opened.blocks), into.folder, name)
    progress.count -= padding
    progress.done(destination)


def copy_in(app: App, how: Manner, source: str, destination: Place) -> None:
    """Copy from this host, or an archive from stdin, to a container."""
    if source != "-":
        source = app.copies.absolute(source)
    there = goal(app, destination)
    container = destination.container
    if source == "-":
        if not there.is_dir:
            raise Failure(f'destination "{destination}" must be a directory')
        blocks = app.files.blocks(None)
        if how.dry_run:
            place = Place(container, there.path)
            report(app, ((f"-:{e.name}", e, below(place, e.name)) for e in app.copies.listed(blocks)))
            return
        app.engine.read(containers.put_archive(container, there.path, owned(app, how, blocks), copy_ids=how.archive))
        # the size of an archive from STDIN is not counted
        Progress(app, how, "").done(f"{container}:{there.path}")
        return
    origin = app.copies.source(source, how.follow_link)
    into = target(origin, there)
    missing: list[str] = []

    def skipped(path: str, why: str, fault: bool) -> None:
        app.err.line(f"{path} is left out: {why}")
        if fault:
            missing.append(path)

    if how.dry_run:
        place, found = Place(container, into.folder), app.copies.outline(origin, skipped)
        report(app, ((path, entry, below(place, into.name(entry.name))) for path, entry in found))
    else:
        progress = Progress(app, how, "Copying to container - ")
        send = app.engine.takes_files and not how.owner
        blocks = progress.watch(owned(app, how, app.copies.pack(origin, into.name, skipped, send)))
        app.engine.read(containers.put_archive(container, into.folder, blocks, copy_ids=how.archive))
        progress.done(f"{container}:{there.path}")
    if missing:
        raise Failure(f"not everything was copied: {len(missing)} could not be read")


def owned(app: App, how: Manner, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The archive with the owners of --chown."""
    return app.copies.rewrite(blocks, how.owner) if how.owner else blocks


def copy_across(app: App, how: Manner, source: Place, destination: Place) -> None:
    """Copy from one container to another, or within one."""
    there = goal(app, destination)
    same = is_same(app, source.container, destination.container)
    with opening(app, how, source) as opened:
        own, into = opened.origin.own, target(opened.origin, there)

        def changed(entry: Entry) -> Entry:
            renamed = entry.named(lambda name: into.name(own.name(name)))
            return how.owner(renamed) if how.owner else renamed

        place = Place(destination.container, into.folder)
        if how.dry_run:
            report(
                app, ((opened.path(e.name), e, below(place, changed(e).name)) for e in app.copies.listed(opened.blocks))
            )
            return
        blocks = app.copies.rewrite(opened.blocks, changed)
        if same:
            # the engine locks the container until the archive was read, and so would never read the one that is sent
            blocks = app.copies.spooled(blocks)
        progress = Progress(app, how, "Copying between containers - ")
        send(app, place, progress.watch(blocks), f"{place} may hold a part of what was to be copied", how.archive)
    progress.done(f"{destination.container}:{there.path}")


def is_same(app: App, one: str, other: str) -> bool:
    """Are these names, or IDs, of the same container? Raises Failure."""
    if one == other:
        return True
    first, second = (app.engine.json(containers.inspect_container(name))["Id"] for name in (one, other))
    return bool(first == second)


def send(app: App, place: Place, blocks: Iterable[bytes], after: str = "", copy_ids: bool = False) -> None:
    """PUT …/archive of what comes from elsewhere: where that breaks, or is not read to its end, this is no success.

    after: what is then the case, as a line of the message."""
    faults: list[Failure] = []
    whole = False

    def watched() -> Iterator[bytes]:
        nonlocal whole
        try:
            yield from blocks
        except Failure as failure:
            faults.append(failure)
            raise
        whole = True

    try:
        app.engine.read(containers.put_archive(place.container, place.path, watched(), copy_ids=copy_ids))
    except Failure as failure:
        why = faults[0] if faults else failure
        raise Failure(f"{why.message}\n{after}".rstrip("\n"), why.code) from None
    if not whole:
        raise Failure(f"the engine did not read all that was sent\n{after}".rstrip("\n"))


# -- what is shown ---------------------------------------------------------------------------------------


def below(place: Place, name: str) -> str:
    """An entry's path at the destination."""
    return str(Place(place.container, clean(f"{place.path}/{name}")))


def report(app: App, copies: Iterator[tuple[str, Entry, str]]) -> None:
    """--dry-run: what would be written where. copies: (from, entry, to)."""
    files = folders = total = 0
    for source, entry, path in copies:
        slash = "/" if entry.is_dir else ""
        app.out.line(f"{source.rstrip('/')}{slash} -> {path.rstrip('/')}{slash}")
        files, folders, total = files + (not entry.is_dir), folders + entry.is_dir, total + entry.size
    app.out.line(
        f"Would copy {counted(files, 'file')} and {counted(folders, 'directory', 'directories')}, {size(total, 3)}"
    )


class Progress:
    """The amount copied so far: a line on stderr that is redrawn in place, if stderr is a terminal."""

    def __init__(self, app: App, how: Manner, title: str) -> None:
        self.app, self.title, self.count = app, title, 0
        self.quiet = not how.progress
        self.live = how.progress and app.err.is_terminal

    def watch(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Pass the blocks through and count them. The line is erased at the end, also after an error."""
        last = 0.0
        if self.live:
            self.app.err.write(Drawn("\x1b7\x1b[?25l"), beside(self.title, "0B", self.app.err.width))
        try:
            for block in blocks:
                self.count += len(block)
                if self.live and self.app.clock() - last > UPDATE:
                    last = self.app.clock()
                    self.app.err.write(
                        Drawn("\x1b8\x1b7\x1b[2K"), beside(self.title, size(self.count, 3), self.app.err.width)
                    )
                yield block
        finally:
            if self.live:
                self.app.err.write(Drawn("\x1b8\x1b[2K\x1b[?25h"))

    def done(self, where: str) -> None:
        if not self.quiet:
            self.app.err.line(f"Successfully copied {size(self.count, 3)} to {where}")
