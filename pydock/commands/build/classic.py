"""`build` without BuildKit: the build context as a tar archive to POST /build, and the engine's output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pydock.api import builds
from pydock.api.request import Query, query
from pydock.commands.build.options import ClassicBuildOptions
from pydock.commands.progress import show_progress
from pydock.commands.shared import NO_TRUST
from pydock.errors import BrokenStream, Failure
from pydock.flags.pairs import mapping
from pydock.flags.units import ulimit_objects
from pydock.go.json import dumps
from pydock.options import command
from pydock.render.human import beside, size
from pydock.render.shown import Drawn
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App


TITLE = "Sending build context to Docker daemon"


@command(
    "image build",
    ClassicBuildOptions,
    "Build an image from a Dockerfile",
    also=("build", "builder build"),
    listed=False,
)
def classic_build(app: App, o: ClassicBuildOptions) -> None:
    run(app, o)


def build_query(o: ClassicBuildOptions, dockerfile: str, build_args: dict[str, str | None]) -> Query:
    """The query of POST /build, as docker sends it."""
    return {
        "version": "1",
        **query(
            t=o.tag,
            dockerfile=dockerfile,
            q=o.quiet,
            nocache=o.no_cache,
            forcerm=o.force_rm,
            pull=o.pull,
            cpusetcpus=o.cpuset_cpus,
            cpusetmems=o.cpuset_mems,
            cpushares=o.cpu_shares or None,
            cpuquota=o.cpu_quota or None,
            cpuperiod=o.cpu_period or None,
            memory=o.memory or None,
            memswap=o.memory_swap or None,
            cgroupparent=o.cgroup_parent,
            shmsize=o.shm_size or None,
            isolation="" if o.isolation.lower() == "default" else o.isolation,
            networkmode="" if o.network == "default" else o.network,
            squash=o.squash,
            target=o.target,
            platform=o.platform.lower(),
            securityopt=o.security_opt,
            extrahosts=o.add_host,
            buildargs=build_args,
        ),
        **({} if o.rm else {"rm": "0"}),
        **({"ulimits": dumps(ulimit_objects(o.ulimit))} if o.ulimit else {}),
        **({"labels": dumps(dict(sorted(mapping(o.label).items())))} if o.label else {}),
        **({"cachefrom": dumps(list(o.cache_from))} if o.cache_from else {}),
    }


def run(app: App, o: ClassicBuildOptions) -> None:
    """Run the build. Raises Failure, with the exit code of the instruction that failed."""
    if not o.disable_content_trust:
        raise Failure(NO_TRUST)
    if o.context == o.file == "-":
        raise Failure("invalid argument: can't use stdin for both build context and dockerfile")
    if o.iidfile:
        app.files.remove_output(o.iidfile)
    progress, outcome = ContextProgress(app, o.quiet), Outcome()
    with app.builder.classic_context(o.context, o.file, progress.download, app.log.error) as context:
        variables = app.config.variables(o.build_arg, app.contexts.endpoint.host, app.environ)
        options = build_query(o, context.dockerfile, dict(sorted(variables.items())))
        blocks = progress.counted(app.copies.gzip(context.blocks) if o.compress else context.blocks)
        request = builds.build_image(options, blocks, app.credentials.header_of_all())
        try:
            messages = outcome.noted(app.engine.background(request).messages())
            if o.quiet:
                progress.collect(messages)
            else:
                show_progress(app, messages, app.out, False)
        except Failure:
            if o.quiet:
                app.err.write(progress.text)
            raise
    image = progress.last if o.quiet else outcome.image
    if o.quiet:
        app.out.write(image)
    if not image and not outcome.built:
        # every message was complete, but the last ones are missing
        raise BrokenStream("the engine ended its response without an image ID")
    if o.iidfile:
        if not image:
            raise Failure(f"Server did not provide an image ID. Cannot write {o.iidfile}")
        app.files.write(o.iidfile, [image.encode()], 0o666)


class Outcome:
    """What the messages of a build tell: the image's ID, which old engines do not send, and whether it was built."""

    def __init__(self) -> None:
        self.image, self.built = "", False

    def noted(self, messages: Iterable[Json]) -> Iterator[Json]:
        """The messages to show; the others are taken into account."""
        for message in messages:
            self.built = self.built or str(message.get("stream")).startswith("Successfully built ")
            if isinstance(message.get("aux"), dict):
                self.image = str(message["aux"].get("ID") or self.image)
            else:
                yield message


class ContextProgress:
    """Progress messages about the build context; a quiet build keeps them for the case of an error."""

    def __init__(self, app: App, quiet: bool) -> None:
        self.app, self.quiet = app, quiet
        self.text = self.last = ""
        self.count = 0

    def _write(self, *parts: str) -> None:
        if self.quiet:
            self.text += "".join(parts)
        else:
            self.app.out.write(*parts)

    def download(self, title: str, done: int) -> None:
        """Report a build context downloaded from a URL."""
        self._write(f"{title} {size(done):>8}", Drawn("\r\r\n"))

    def counted(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass the blocks through; on a terminal the amount sent is shown."""
        shown = 0.0
        for block in blocks:
            self.count += len(block)
            yield block
            if self.app.out.is_terminal and not self.quiet and self.app.clock() - shown > 0.1:
                shown = self.app.clock()
                self.app.out.write(beside(f"{TITLE} ", f"{size(self.count):>8}", self.app.out.width), Drawn("\r"))
        self._write(f"{TITLE} {size(self.count):>8}", Drawn("\r\r\n"))

    def collect(self, messages: Iterable[Json]) -> None:
        """Keep the engine's output. Raises Failure for its error."""
        from pydock.render.progress import check, plain_line

        for message in messages:
            check(message)
            line = plain_line(message)
            self.last = line or self.last
            self.text += line
