"""`build` with BuildKit: options → wishes → SolveRequest → the engine's own builder → image, folder or archive."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydock.api import builds, images
from pydock.api.request import Query
from pydock.commands.build.body import Found, Wishes, all_outputs, rest_query, solve_request, wishes
from pydock.commands.build.caches import LocalCaches
from pydock.commands.build.choice import choose, without_buildkit
from pydock.commands.build.options import BuildOptions
from pydock.commands.build.places import Places
from pydock.commands.build.policy import VARIABLE as POLICY
from pydock.commands.build.policy import source_policy
from pydock.commands.build.progress import TICK, OwnStep, display_mode, own_step, show
from pydock.commands.build.result import image_id, metadata_text
from pydock.errors import BrokenStream, Exit, Failure, Misuse, NotUpgraded, RpcError, failing
from pydock.flags.builds import Output, agent, named_context, secret
from pydock.flags.reference import parse
from pydock.go.strconv import is_true
from pydock.options import command
from pydock.render.progress import check
from pydock.render.steps import Trace
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.buildkit.build import Build
    from pydock.streams.feed import Feed, Work


SNAPSHOTTER = "org.mobyproject.buildkit.worker.snapshotter"
GATEWAY = "org.mobyproject.buildkit.worker.moby.host-gateway-ip"
#: gRPC's codes that have exit codes of their own: Canceled, ResourceExhausted, Internal
EXIT_CODES = {1: 130, 8: 102, 13: 100}
CANCELED, UNKNOWN = 1, 2
#: the X-Registry-Config header for no registry
NO_CREDENTIALS = "e30="
#: seconds that an engine has for its last words about a build that is over
LAST_WORDS = 3.0
#: seconds after which an engine is not waited for that has been told to stop, or has lost what it needs of us
GRACE = LAST_WORDS + 1.0

#: what is said of flags that BuildKit does without
WITHOUT_EFFECT = {
    "isolation": "isolation flag is deprecated with BuildKit.",
    "security_opt": 'security-opt flag is deprecated. "RUN --security=insecure" should be used with BuildKit.',
    "squash": "experimental flag squash is removed with BuildKit. You should squash inside build using a multi-stage Dockerfile for efficiency.",
}


ABOUT = """\
Build an image from a Dockerfile. The engine's own BuildKit builds; pydock speaks with it directly, and needs no plugin
("pydock buildx build" runs docker's plugin buildx, where it is installed). DOCKER_BUILDKIT=0 asks for the classic builder,
which has other flags: "pydock build --help" lists them then. It also serves engines that have no BuildKit, as Podman, unless
DOCKER_BUILDKIT=1 forbids that"""


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
                f"ERROR: {failure.message}: the engine at {app.contexts.endpoint.host} has no BuildKit"
            ) from failure
        without_buildkit(app, o)
    except (Exit, Misuse):
        raise
    except Failure as failure:
        raise Failure(f"ERROR: {failure.message}", failure.code) from failure


def run(app: App, o: BuildOptions) -> None:
    """Build, and tell what came out. Raises Failure."""
    with failing():
        wanted = wishes(o, app.environ)
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


def finish(app: App, o: BuildOptions, wanted: Wishes, building: Building, response: dict[str, str]) -> None:
    """What is printed and written of a build that went well. Raises Failure, Exit."""
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
    """One build on its way: a thread lets the engine work, this one shows how it goes."""

    def __init__(self, app: App, o: BuildOptions, wanted: Wishes, mode: str) -> None:
        from pydock.streams.feed import Feed

        self.app, self.o, self.wanted, self.mode = app, o, wanted, mode
        self.feed: Feed[Json] = Feed(TICK)
        self.trace = Trace()
        self.dockerfile = ""
        #: what is told at the end, beside the Dockerfile's own warnings
        self.warnings: list[str] = []
        self._interrupts = 0
        #: the query of POST /build, for an engine that takes builds in no other way
        self.rest: Query = {}

    def run(
        self, contexts: dict[str, str], secrets: list[tuple[str, str, str]], agents: list[tuple[str, tuple[str, ...]]]
    ) -> dict[str, str]:
        """Returns what the exporter answered. Raises Failure."""
        app, o = self.app, self.o
        outputs, policy = self._outputs(), self._policy()
        if "-" in (o.context, o.file) and app.engine.ping().builder != "2":
            # stdin can be read but once: is there BuildKit at all?
            import uuid

            app.engine.hijack(
                builds.start_session({"X-Docker-Expose-Session-Uuid": uuid.uuid4().hex}), builds.H2C
            ).close()
        with app.builder.inputs() as inputs, Places(app, outputs) as places:
            inputs.find(o.context, o.file, contexts, app.stdin, app.registries.download)
            self.dockerfile = inputs.dockerfile
            caches = LocalCaches(app, self.wanted.cache_from, self.wanted.cache_to)
            self.warnings = caches.warnings
            with app.builder.start(
                self._told,
                folders=inputs.folders,
                secrets=secrets,
                agents=agents or ([("default", ())] if inputs.over_ssh else []),
                archive=inputs.archive,
                output_folders=places.folders,
                output_sinks=places.sinks,
                stores={**inputs.stores, **caches.stores, **places.stores},
                shared_key=app.builder.context_key(inputs.shared_key),
            ) as build:
                if build.upload:
                    inputs.attributes["context"] = build.upload.url
                whole = build.connect(
                    lambda headers: app.engine.hijack(builds.start_session(headers), builds.H2C),
                    lambda: app.engine.hijack(builds.start_control(), builds.H2C),
                )
                labels = build.control.worker_labels() if whole else {}
                found = Found(
                    attributes={**inputs.attributes, **app.builder.git_attributes(o.context, o.file, inputs.folders)},
                    imports=caches.imports,
                    policy=policy,
                    proxies=app.config.proxy_environment(app.contexts.endpoint.host),
                    containerd=SNAPSHOTTER in labels,
                    gateway=labels.get(GATEWAY, ""),
                    machine=app.architecture,
                    attestations=not is_true(app.environ.get("BUILDX_NO_DEFAULT_ATTESTATIONS", "")),
                )
                request = solve_request(o, self.wanted, outputs, found)
                if not whole:
                    self.rest = rest_query(o, request, build.ref, build.session.identity)
                response = self._watch(build, request, found)
            places.keep(response)
            caches.keep(response)
        return response

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

    def _told(self, title: str) -> None:
        """Something that is done at once, as a step."""
        OwnStep(self.app, self.feed.put, title).end()

    def _watch(self, build: Build, request: Json, found: Found) -> dict[str, str]:
        """Let it work and show it. Raises Failure."""
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
        """Let the engine cancel the build; one that does not say so soon, or a user who asks again, is not waited
        for.
        """
        self._interrupts += 1
        if self._interrupts == 1:
            threading.Thread(target=self._cancel, args=(build,), daemon=True).start()
            work.over(GRACE)
        work.give_up(RpcError(CANCELED, "context canceled"))

    def _guard(self, build: Build, work: Work[dict[str, str]]) -> None:
        """An engine whose session with us has ended cannot build any more: it has a moment to say so."""
        build.session_over.wait()
        if not work.over(GRACE):
            work.give_up(BrokenStream("the engine has ended the session of the build, and does not say why"))
            self._cancel(build)

    def _cancel(self, build: Build) -> None:
        if not self.rest:
            build.cancel()
            return
        try:
            self.app.engine.read(builds.cancel_build(build.ref))
        except Failure:  # the build's own answer tells what has become of it
            return

    def _explained(self, build: Build, failure: Failure) -> Failure:
        """What failed, in BuildKit's words; before it the lines of the Dockerfile that it is about, on stderr."""
        from pydock.render.build_report import excerpt

        if not isinstance(failure, RpcError):
            return failure
        for source in build.sources(failure):
            self.app.err.write(excerpt(source["info"].get("filename") or "", source["info"]["data"], source["ranges"]))
        reason = failure.reason
        if failure.status != UNKNOWN:
            reason = f"{failure.name}: {reason}"
        elif reason.startswith("failed to solve with frontend"):
            # what older engines say of the frontend came through one more call
            reason = f"rpc error: code = Unknown desc = {reason}"
        return Failure(f"failed to solve: {reason}", EXIT_CODES.get(failure.status, 1))

    # -- in the other thread -----------------------------------------------------------------------

    def _work(self, build: Build, request: Json, found: Found) -> dict[str, str]:
        """Raises RpcError, Failure."""
        if self.wanted.call:
            return self._ask(build, request)
        if self.rest:
            response = self._by_rest(build)
        else:
            build.start(request)
            with self._telling(build):
                response = build.result()
        build.check_results()
        response["buildx.build.ref"] = f"{self.app.contexts.current}/{self.app.contexts.current}/{build.ref}"
        if self.o.metadata_file and not self.rest:
            self._provenance(build, response)
        for exporter in request["Exporters"]:
            if exporter["Type"] == "moby" and is_true(exporter["Attrs"].get("push", "")) and not found.containerd:
                self._push(exporter["Attrs"]["name"].split(","), response)
        return response

    @contextmanager
    def _telling(self, build: Build) -> Iterator[None]:
        """While the block runs, and a moment longer, what happens is put to the feed."""
        teller = threading.Thread(target=self._tell, args=(build,), daemon=True)
        teller.start()
        try:
            yield
        finally:
            teller.join(LAST_WORDS)
            build.control.end_status()
            teller.join(LAST_WORDS)

    def _tell(self, build: Build) -> None:
        try:
            for status in build.status():
                self.feed.put(status)
        except Failure:
            # the build's own end tells what went wrong
            return

    def _by_rest(self, build: Build) -> dict[str, str]:
        """POST /build: status messages as JSON lines. Raises Failure."""
        import base64

        response: dict[str, str] = {}
        # no credentials are sent along: they are asked for over the session
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
            raise BrokenStream("the engine has ended its answer without the id of an image")
        return response

    def _ask(self, build: Build, request: Json) -> dict[str, str]:
        assert self.wanted.call
        attributes = request["FrontendAttrs"]
        capabilities = [attributes["frontend.caps"]] if attributes.get("frontend.caps") else []
        question = {
            "Frontend": request["Frontend"], "allowResultReturn": True, "allowResultArrayRef": True,
            "FrontendOpt": {
                **attributes, "requestid": f"frontend.{self.wanted.call.name}",
                "frontend.caps": ",".join([*capabilities, "moby.buildkit.frontend.subrequests+forward"]),
            },
        }  # fmt: skip
        build.start(
            {**request, "Frontend": "", "Exporters": [], "ExporterDeprecated": "", "ExporterAttrsDeprecated": {}}
        )
        with self._telling(build):
            answer = build.control.ask_frontend(build.ref, question)
            response = build.result()
        return {**response, **{k: v.decode("utf-8", "replace") for k, v in answer.items()}}

    def _provenance(self, build: Build, response: dict[str, str]) -> None:
        """What the engine has recorded of the build, for the metadata file."""
        from pydock.commands.build.result import provenance

        wish = self.app.environ.get("BUILDX_METADATA_PROVENANCE", "min")
        if wish in ("disabled", "0", "f", "F", "false", "False", "FALSE"):
            return
        try:
            found = [d for d in build.control.attestations(build.ref) if _is_provenance(d[1])]
            if not found:
                return
            with own_step(self.app, self.feed.put, "resolving provenance for metadata file"):
                for platform, descriptor in found:
                    key = "buildx.build.provenance" + (f"/{platform}" if platform else "")
                    with failing("the engine's record of the build is not what it should be: "):
                        response[key] = provenance(build.control.content(descriptor["digest"]), wish == "max")
        except RpcError:
            # an engine that keeps no record of builds
            return

    def _push(self, names: list[str], response: dict[str, str]) -> None:
        """Push by the engine's image API: this engine's builder cannot by itself. Raises Failure."""
        for name in names:
            with own_step(self.app, self.feed.put, f"pushing {name} with docker") as step:
                self._push_one(name, step)
        first = parse(names[0]).tagged()
        if self.app.engine.json(images.inspect_image(names[0])).get("RepoDigests"):
            remote = self.app.engine.json(builds.distribution(str(first), self.app.credentials.header(first.domain)))
            response.setdefault("containerimage.config.digest", response.get("containerimage.digest", ""))
            response["containerimage.digest"] = remote["Descriptor"]["digest"]

    def _push_one(self, name: str, step: OwnStep) -> None:
        reference = parse(name).tagged()
        request = images.push_image(reference.name, reference.tag, "", self.app.credentials.header(reference.domain))
        #: layer -> (when it began, its size)
        started: dict[str, tuple[int, int]] = {}
        for news in self.app.engine.messages(request):
            check(news)
            layer, detail = news.get("id"), news.get("progressDetail") or {}
            done = news.get("status") == "Pushed"
            if not layer or not (detail or done or layer in started):
                continue
            began, total = started.get(layer, (0, 0))
            total = int(detail.get("total") or total)
            current = total if done else int(detail.get("current") or 0)
            started[layer] = (step.status(f"pushing layer {layer}", current, total, began, done), total)


def _is_provenance(descriptor: Json) -> bool:
    return str(descriptor["annotations"].get("in-toto.io/predicate-type", "")).startswith(
        "https://slsa.dev/provenance/"
    )
