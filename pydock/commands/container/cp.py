"""`cp`: copy files between a container and the local file system, as tar archives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.copypaths import CopyInfo, link_target, rebased, split_argument, target
from pydock.errors import EngineError, Failure, failing
from pydock.go.json import decode
from pydock.options import Options, argument, command, flag, options
from pydock.render.human import beside, size
from pydock.render.shown import Drawn
from pydock.shape import opt
from pydock.values import record

if TYPE_CHECKING:
    from pydock.app import App

#: Go's os.FileMode bits
MODE_DIR, MODE_LINK, MODE_DEVICE, MODE_IRREGULAR = 1 << 31, 1 << 27, 1 << 26, 1 << 19

#: seconds between two updates of the progress line
UPDATE = 0.075


@options
class CopyOptions(Options):
    source: str = argument("SOURCE", sources="copies")
    destination: str = argument("DESTINATION", sources="copies")
    archive: bool = flag("-a", "--archive", help="Preserve user and group IDs")
    follow_link: bool = flag("-L", "--follow-link", help="Follow symbolic links in the source path")
    quiet: bool = flag("-q", "--quiet", help="Hide the progress output (the default if STDOUT is not a terminal)")


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


def stat(app: App, container: str, path: str) -> PathStat | None:
    """HEAD …/archive; None if the path does not exist."""
    try:
        return PathStat.parse(
            app.engine.background(containers.stat_archive(container, path)).header("x-docker-container-path-stat")
        )
    except EngineError:
        return None


@command(
    "container cp", CopyOptions, "Copy files between a container and the local file system", also=("cp",),
    usage="[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tPROG cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
    description='With "-" as the source, a tar archive is read from STDIN and extracted to a directory of the container; with "-" as the '
    "destination, a tar archive of the container's path is written to STDOUT.",
)  # fmt: skip
def copy(app: App, o: CopyOptions) -> None:
    if not o.source:
        raise Failure("source can not be empty")
    if not o.destination:
        raise Failure("destination can not be empty")
    source_container, source = split_argument(o.source)
    destination_container, destination = split_argument(o.destination)
    if source_container and destination_container:
        raise Failure("copying between containers is not supported")
    if source_container:
        copy_out(app, o, source_container, source, destination)
    elif destination_container:
        copy_in(app, o, source, destination_container, destination)
    else:
        raise Failure("must specify at least one container source")


def copy_out(app: App, o: CopyOptions, container: str, source: str, destination: str) -> None:
    """Copy from a container."""
    if destination != "-":
        destination = app.copies.absolute(destination)
    app.copies.check_output(destination)
    rename = ""
    if o.follow_link and (found := stat(app, container, source)) and found.is_link:
        source, rename = rebased(source, link_target(source, found.link_target))
    answer = app.engine.background(containers.get_archive(container, source))
    if destination == "-":
        for block in answer.blocks():
            app.out.put(block)
        return
    found_at_source = PathStat.parse(answer.header("x-docker-container-path-stat"))
    progress = Progress(app, o, "Copying from container - ")
    origin = CopyInfo(source, True, found_at_source.is_dir, rename)
    into = target(origin, app.copies.destination(destination))
    # the archive of a followed link's target: its entry gets the name of the link
    own = origin.own
    padding = app.copies.unpack(progress.watch(answer.blocks()), into.folder, lambda name: into.name(own.name(name)))
    progress.count -= padding
    progress.done(destination)


def copy_in(app: App, o: CopyOptions, source: str, container: str, destination: str) -> None:
    """Copy to a container."""
    if source != "-":
        source = app.copies.absolute(source)
    path = destination
    found = stat(app, container, path)
    if found and found.is_link:
        path = link_target(path, found.link_target)
        found = stat(app, container, path)
    if found and found.mode & (MODE_DEVICE | MODE_IRREGULAR):
        kind = "a device" if found.mode & MODE_DEVICE else "an irregular file"
        raise Failure(f'destination "{container}:{destination}" must be a directory or a regular file: got {kind}')
    there = CopyInfo(path, found is not None, found is not None and found.is_dir)
    if source == "-":
        if not there.is_dir:
            raise Failure(f'destination "{container}:{destination}" must be a directory')
        app.engine.read(containers.put_archive(container, path, app.files.blocks(None), copy_ids=o.archive))
        # the size of an archive from STDIN is not counted
        Progress(app, o, "").done(f"{container}:{path}")
        return
    origin = app.copies.source(source, o.follow_link)
    into = target(origin, there)
    missing: list[str] = []

    def skipped(path: str, why: str, fault: bool) -> None:
        app.err.line(f"{path} is left out: {why}")
        if fault:
            missing.append(path)

    progress = Progress(app, o, "Copying to container - ")
    blocks = app.copies.pack(origin, into.name, skipped)
    app.engine.read(containers.put_archive(container, into.folder, progress.watch(blocks), copy_ids=o.archive))
    progress.done(f"{container}:{path}")
    if missing:
        raise Failure(f"not everything was copied: {len(missing)} could not be read")


class Progress:
    """The amount copied so far: a line on stderr that is redrawn in place, if stderr is a terminal."""

    def __init__(self, app: App, o: CopyOptions, title: str) -> None:
        self.app, self.title, self.count = app, title, 0
        self.quiet = o.quiet if "quiet" in o.given else not app.out.is_terminal
        self.live = not self.quiet and app.err.is_terminal

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
