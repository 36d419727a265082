"""`build` with BuildKit: options → SolveRequest → the engine's own builder → image, folder or archive."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydock.api import builds
from pydock.api.request import Query
from pydock.commands.build.body import BuildSettings, Found, all_outputs, rest_query, settings, solve_request
from pydock.commands.build.caches import LocalCaches
from pydock.commands.build.choice import choose, without_buildkit
from pydock.commands.build.destinations import Destinations
from pydock.commands.build.options import BuildOptions
from pydock.commands.build.policy import VARIABLE as POLICY
from pydock.commands.build.policy import source_policy
from pydock.commands.build.progress import TICK, OwnStep, display_mode, own_step, show
from pydock.commands.build.push import push
from pydock.commands.build.result import image_id, metadata_text
from pydock.errors import BrokenStream, Exit, Failure, Misuse, NotUpgraded, RpcError, failing
from pydock.flags.builds import Cache, Output, agent, named_context, secret
from pydock.go.strconv import is_true
from pydock.options import command
from pydock.render.steps import Trace
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.buildkit.build import Build
    from pydock.buildkit.inputs import BuildInputs
    from pydock.buildkit.types import FrontendRequest, SolveRequest
    from pydock.streams.feed import Feed, Work


SNAPSHOTTER = "org.mobyproject.buildkit.worker.snapshotter"
GATEWAY = "org.mobyproject.buildkit.worker.moby.host-gateway-ip"
#: gRPC status codes with a specific exit code: Canceled, ResourceExhausted, Internal
EXIT_CODES = {1: 130, 8: 102, 13: 100}
CANCELED, UNKNOWN = 1, 2
#: an X-Registry-Config header without credentials
NO_CREDENTIALS = "e30="
#: seconds to wait for the engine's last status messages of a finished build
DRAIN = 3.0
#: seconds to wait for an engine that has been asked to cancel a build, or has lost the session
GRACE = DRAIN + 1.0

#: warnings about flags without an effect in BuildKit
WITHOUT_EFFECT = {
    "isolation": "isolation flag is deprecated with BuildKit.",
    "security_opt": 'security-opt flag is deprecated. "RUN --security=insecure" should be used with BuildKit.',
    "squash": "experimental flag squash is removed with BuildKit. You should squash inside build using a multi-stage Dockerfile for efficiency.",
}


ABOUT = """\
Build an image from a Dockerfile with the daemon's own BuildKit, to which pydock connects directly: no plugin is needed
("pydock buildx build" runs docker's buildx plugin, if it is installed). DOCKER_BUILDKIT=0 selects the classic builder, which
has different flags; "pydock build --help" then lists those. The classic builder is also used for daemons without BuildKit,
such as Podman, unless DOCKER_BUILDKIT=1 is set"""


@command(
    "image build",
    BuildOptions,
    "Build an image from a Dockerfile",
    also=("build", "builder build"),
    top=4,
    choose=choose,
    description=ABOUT,
)
def build(app: App, o: BuildOptions) -> None:
    for flag, text in WITHOUT_EFFECT.items():
        if flag in o.given:
            app.err.line(f"WARNING: {text}")
    try:
        run(app, o)
    except NotUpgraded as failure:
        if failure.status != 404:
            raise Failure(f"ERROR: failed to build: {failure.message}") from failure
        if app.environ.get("DOCKER_BUILDKIT"):
            raise Failure(
                f"ERROR: {failure.message}: the daemon at {app.contexts.endpoint.host} does not support BuildKit"
            ) from failure
        without_buildkit(app, o)
    except (Exit, Misuse):
        raise
    except Failure as failure:
        raise Failure(f"ERROR: {failure.message}", failure.code) from failure


def run(app: App, o: BuildOptions) -> None:
    """Build, and report the result. Raises Failure."""
    with failing():
        wanted = settings(o, app.environ)
        contexts = dict(named_context(t) for t in o.build_context if t)
        secrets, agents = [secret(t) for t in o.secret if t], [agent(t) for t in o.ssh if t]
    if o.iidfile:
        app.files.remove_output(o.iidfile)
    if o.builder not in ("", "default", app.contexts.current):
        raise Failure(f'no builder "{o.builder}" found')
    mode = display_mode(app, o.progress, o.quiet)
    if o.no_cache and o.no_cache_filter:
        raise Failure("failed to build: --no-cache and --no-cache-filter cannot currently be used together")
    building = Building(app, o, wanted, mode)
    try:
        response = building.run(contexts, secrets, agents)
    except NotUpgraded:
        raise
    except Failure as failure:
        raise Failure(f"failed to build: {failure.message}", failure.code) from failure
    finish(app, o, wanted, building, response)


def finish(app: App, o: BuildOptions, wanted: BuildSettings, building: Building, response: dict[str, str]) -> None:
    """Print and write the results of a successful build. Raises Failure, Exit."""
    from pydock.render.build_report import answer, unique_warnings

    if o.quiet or o.progress == "quiet":
        app.out.line(image_id(response))
    if o.iidfile:
        try:
            app.files.write(o.iidfile, [image_id(response).encode()], 0o644)
        except Failure as failure:
            raise Failure(f"writing image ID file: {failure.message}") from None
    if o.metadata_file:
        warnings = (
            unique_warnings(building.trace.warnings)
            if is_true(app.environ.get("BUILDX_METADATA_WARNINGS", "")) and not wanted.call
            else []
        )
        app.files.check_output(o.metadata_file)
        app.files.write(o.metadata_file, [metadata_text(response, warnings).encode()], 0o644)
    if wanted.call:
        text, problem = answer(wanted.call.name, wanted.call.format, response, building.dockerfile)
        app.out.write(text)
        if problem:
            raise Failure(problem)
        code = response.get("result.statuscode", "0")
        if not wanted.call.ignore_status and code.isdigit() and code.strip("0"):
            raise Exit(int(code) if len(code) < 4 else 1)
    if "frontend.result.inlinemessage" in response:
        app.out.write(f"\n{response['frontend.result.inlinemessage']}\n")


class Building:
    """A running build: one thread drives the engine, this one shows the progress."""

    def __init__(self, app: App, o: BuildOptions, wanted: BuildSettings, mode: str) -> None:
        from pydock.streams.feed import Feed

        self.app, self.o, self.wanted, self.mode = app, o, wanted, mode
        self.feed: Feed[Json] = Feed(TICK)
        self.trace = Trace()
        self.dockerfile = ""
        #: warnings to print at the end, besides those of the Dockerfile
        self.warnings: list[str] = []
        self._interrupts = 0
        #: the query of POST /build, for an engine that accepts builds in no other way
        self.rest: Query = {}

    def run(
        self, contexts: dict[str, str], secrets: list[tuple[str, str, str]], agents: list[tuple[str, tuple[str, ...]]]
    ) -> dict[str, str]:
        """Returns the exporter's response. Raises Failure."""
        app, o = self.app, self.o
        outputs, policy = self._outputs(), self._policy()
        if "-" in (o.context, o.file) and app.engine.ping().builder != "2":
            # stdin can be read only once
            self._check_for_buildkit()
        with (
            Destinations(app, outputs) as destinations,
            app.builder.inputs(o.context, o.file, contexts, app.registries.download) as inputs,
        ):
            self.dockerfile = inputs.dockerfile
            caches = LocalCaches(app, self.wanted.cache_from, self.wanted.cache_to)
            self.warnings = caches.warnings
            with app.builder.start(
                self._report_step,
                inputs,
                secrets=secrets,
                agents=agents,
                stores={**caches.stores, **destinations.stores},
                output_folders=destinations.folders,
                output_sinks=destinations.sinks,
            ) as build:
                whole = build.connect(
                    lambda headers: app.engine.hijack(builds.start_session(headers), builds.H2C),
                    lambda: app.engine.hijack(builds.start_control(), builds.H2C),
                )
                labels = build.control.worker_labels() if whole else {}
                found = self._found(inputs, caches.imports, policy, labels)
                request = solve_request(o, self.wanted, outputs, found)
                if not whole:
                    self.rest = rest_query(o, request, build.ref, build.session.identity)
                response = self._watch(build, request, found)
            destinations.keep(response)
            caches.keep(response)
        return response

    def _found(self, inputs: BuildInputs, imports: list[Cache], policy: Json, labels: dict[str, str]) -> Found:
        """labels: of the engine's builder."""
        app, o = self.app, self.o
        return Found(
            attributes={**inputs.attributes, **app.builder.git_attributes(o.context, o.file, inputs.folders)},
            imports=imports,
            policy=policy,
            proxies=app.config.proxy_environment(app.contexts.endpoint.host),
            containerd=SNAPSHOTTER in labels,
            gateway=labels.get(GATEWAY, ""),
            machine=app.architecture,
            attestations=not is_true(app.environ.get("BUILDX_NO_DEFAULT_ATTESTATIONS", "")),
        )

    def _check_for_buildkit(self) -> None:
        """Raises NotUpgraded, before anything is read, for an engine without BuildKit."""
        import uuid

        headers = {"X-Docker-Expose-Session-Uuid": uuid.uuid4().hex}
        self.app.engine.hijack(builds.start_session(headers), builds.H2C).close()

    def _outputs(self) -> list[Output]:
        with failing():
            return all_outputs(self.o, self.wanted)

    def _policy(self) -> Json:
        path = self.app.environ.get(POLICY, "")
        try:
            return source_policy(self.app.files.read(path)) if path else {}
        except ValueError as error:
            raise Failure(f"failed to parse source policy {path}: {error}") from None
        except Failure as failure:
            raise Failure(f"failed to read policy file: {failure.message}") from None

    def _report_step(self, title: str) -> None:
        """Show a step that is already finished."""
        OwnStep(self.app, self.feed.put, title).end()

    def _watch(self, build: Build, request: SolveRequest, found: Found) -> dict[str, str]:
        """Run the build and show its progress. Raises Failure."""
        from pydock.render.build_report import unique_warnings, warnings_text
        from pydock.streams.feed import Work
        from pydock.streams.signals import on_interrupt

        app, name = self.app, self.app.contexts.current
        work = Work(lambda: self._work(build, request, found), self.feed)
        with on_interrupt(lambda: self._interrupt(build, work)):
            work.start()
            threading.Thread(target=self._guard, args=(build, work), daemon=True).start()
            self.trace = show(
                app, self.feed, self.mode, f'building with "{name}" instance using docker driver', f"docker:{name}"
            )
        if self.mode not in ("quiet", "rawjson"):
            app.err.write(*warnings_text(unique_warnings(self.trace.warnings), self.o.debug or app.globals.debug))
        for text in self.warnings:
            app.err.line(f"WARNING: {text}")
        try:
            return work.result()
        except Failure as failure:
            raise self._explained(build, failure) from None

    def _interrupt(self, build: Build, work: Work[dict[str, str]]) -> None:
        """Ask the engine to cancel the build; give up after a while, or on the second interrupt."""
        self._interrupts += 1
        if self._interrupts == 1:
            threading.Thread(target=self._cancel, args=(build,), daemon=True).start()
            work.over(GRACE)
        work.give_up(RpcError(CANCELED, "context canceled"))

    def _guard(self, build: Build, work: Work[dict[str, str]]) -> None:
        """Without its session the engine cannot go on with the build: wait a while for its error, then give up."""
        build.session_over.wait()
        if not work.over(GRACE):
            work.give_up(BrokenStream("the engine closed the session of the build without an error"))
            self._cancel(build)

    def _cancel(self, build: Build) -> None:
        if not self.rest:
            build.cancel()
            return
        try:
            self.app.engine.read(builds.cancel_build(build.ref))
        except Failure:  # the build's own response reports the result
            return

    def _explained(self, build: Build, failure: Failure) -> Failure:
        """BuildKit's error; prints the lines of the Dockerfile that it refers to on stderr."""
        from pydock.render.build_report import excerpt

        if not isinstance(failure, RpcError):
            return failure
        for source in build.sources(failure):
            self.app.err.write(excerpt(source["info"].get("filename") or "", source["info"]["data"], source["ranges"]))
        reason = failure.reason
        if failure.status != UNKNOWN:
            reason = f"{failure.name}: {reason}"
        elif reason.startswith("failed to solve with frontend"):
            # in older engines errors of the frontend were wrapped by one more call
            reason = f"rpc error: code = Unknown desc = {reason}"
        return Failure(f"failed to solve: {reason}", EXIT_CODES.get(failure.status, 1))

    # -- in the worker thread -----------------------------------------------------------------------

    def _work(self, build: Build, request: SolveRequest, found: Found) -> dict[str, str]:
        """Run the build; returns the exporter's response. Raises RpcError, Failure."""
        if self.wanted.call:
            return self._ask(build, request)
        if self.rest:
            response = self._by_rest(build)
        else:
            build.start(request)
            with self._showing_status(build):
                response = build.result()
        build.check_results()
        name = self.app.contexts.current
        response = {**response, "buildx.build.ref": f"{name}/{name}/{build.ref}"}
        if self.o.metadata_file and not self.rest:
            response = {**response, **self._provenance(build)}
        for exporter in request["Exporters"]:
            if exporter["Type"] == "moby" and is_true(exporter["Attrs"].get("push", "")) and not found.containerd:
                response = {**response, **push(self.app, self.feed.put, exporter["Attrs"]["name"].split(","), response)}
        return response

    @contextmanager
    def _showing_status(self, build: Build) -> Iterator[None]:
        """Put the engine's status messages to the feed, while the block runs and until they end."""
        reader = threading.Thread(target=self._read_status, args=(build,), daemon=True)
        reader.start()
        try:
            yield
        finally:
            reader.join(DRAIN)
            build.control.end_status()
            reader.join(DRAIN)

    def _read_status(self, build: Build) -> None:
        try:
            for status in build.status():
                self.feed.put(status)
        except Failure:
            # the build's own result reports the error
            return

    def _by_rest(self, build: Build) -> dict[str, str]:
        """POST /build: status messages as JSON lines. Raises Failure."""
        import base64

        response: dict[str, str] = {}
        # credentials are not sent here: BuildKit requests them over the session
        for message in self.app.engine.messages(builds.build_image(self.rest, b"", NO_CREDENTIALS)):
            if message.get("errorDetail") or message.get("error"):
                reason = str((message.get("errorDetail") or {}).get("message") or message["error"])
                raise RpcError(CANCELED if reason.endswith("context canceled") else UNKNOWN, reason)
            aux = message.get("aux")
            if message.get("id") == "moby.buildkit.trace":
                try:
                    self.feed.put(build.status_message(base64.b64decode(str(aux))))
                except ValueError as error:
                    raise BrokenStream(f"malformed message of the engine: {error}") from None
            elif message.get("id") == "moby.image.id" and isinstance(aux, dict):
                response["containerimage.digest"] = str(aux.get("ID", ""))
        if not response and "outputs" not in self.rest:
            raise BrokenStream("the engine ended its response without an image ID")
        return response

    def _ask(self, build: Build, request: SolveRequest) -> dict[str, str]:
        assert self.wanted.call
        attributes = request["FrontendAttrs"]
        capabilities = [attributes["frontend.caps"]] if attributes.get("frontend.caps") else []
        question: FrontendRequest = {
            "Frontend": request["Frontend"], "allowResultReturn": True, "allowResultArrayRef": True,
            "FrontendOpt": {
                **attributes, "requestid": f"frontend.{self.wanted.call.name}",
                "frontend.caps": ",".join([*capabilities, "moby.buildkit.frontend.subrequests+forward"]),
            },
        }  # fmt: skip
        build.start(
            {**request, "Frontend": "", "Exporters": [], "ExporterDeprecated": "", "ExporterAttrsDeprecated": {}}
        )
        with self._showing_status(build):
            answer = build.control.ask_frontend(build.ref, question)
            response = build.result()
        return {**response, **{k: v.decode("utf-8", "replace") for k, v in answer.items()}}

    def _provenance(self, build: Build) -> dict[str, str]:
        """The engine's provenance records of the build, for the metadata file; {} if it has none."""
        from pydock.commands.build.result import provenance

        mode = self.app.environ.get("BUILDX_METADATA_PROVENANCE", "min")
        if mode in ("disabled", "0", "f", "F", "false", "False", "FALSE"):
            return {}
        records: dict[str, str] = {}
        try:
            found = [d for d in build.control.attestations(build.ref) if _is_provenance(d[1])]
            if not found:
                return {}
            with own_step(self.app, self.feed.put, "resolving provenance for metadata file"):
                for platform, descriptor in found:
                    key = "buildx.build.provenance" + (f"/{platform}" if platform else "")
                    with failing("malformed provenance of the build: "):
                        records[key] = provenance(build.control.content(descriptor["digest"]), mode == "max")
        except RpcError:
            # the engine has no build history
            pass
        return records


def _is_provenance(descriptor: Json) -> bool:
    return str(descriptor["annotations"].get("in-toto.io/predicate-type", "")).startswith(
        "https://slsa.dev/provenance/"
    )
