"""`build` with BuildKit: options → SolveRequest → the engine's own builder → image, folder or archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydock.api import builds
from pydock.commands.build.body import BuildSettings, Found, all_outputs, rest_query, settings, solve_request
from pydock.commands.build.caches import LocalCaches
from pydock.commands.build.choice import choose, without_buildkit
from pydock.commands.build.destinations import Destinations
from pydock.commands.build.options import BuildOptions
from pydock.commands.build.policy import VARIABLE as POLICY
from pydock.commands.build.policy import source_policy
from pydock.commands.build.progress import TICK, OwnStep, display_mode
from pydock.commands.build.result import image_id, metadata_text
from pydock.commands.build.running import Running
from pydock.errors import Exit, Failure, Misuse, NotUpgraded, failing
from pydock.flags.builds import Cache, agent, named_context, secret
from pydock.go.strconv import is_true
from pydock.options import command
from pydock.render.steps import Trace
from pydock.shape import Json
from pydock.values import record

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.buildkit.inputs import BuildInputs


SNAPSHOTTER = "org.mobyproject.buildkit.worker.snapshotter"
GATEWAY = "org.mobyproject.buildkit.worker.moby.host-gateway-ip"
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


@record
class Built:
    """A successful build. response: the exporter's; trace: its progress; dockerfile: the name for messages."""

    response: dict[str, str]
    trace: Trace
    dockerfile: str


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
    try:
        if o.no_cache and o.no_cache_filter:
            raise Failure("--no-cache and --no-cache-filter cannot currently be used together")
        built = execute(app, o, wanted, mode, contexts, secrets, agents)
    except NotUpgraded:
        raise
    except Failure as failure:
        raise Failure(f"failed to build: {failure.message}", failure.code) from failure
    finish(app, o, wanted, built)


def finish(app: App, o: BuildOptions, wanted: BuildSettings, built: Built) -> None:
    """Print and write the results of a successful build. Raises Failure, Exit."""
    from pydock.render.build_report import answer, unique_warnings

    response = built.response
    if o.quiet or o.progress == "quiet":
        app.out.line(image_id(response))
    if o.iidfile:
        try:
            app.files.write(o.iidfile, [image_id(response).encode()], 0o644)
        except Failure as failure:
            raise Failure(f"writing image ID file: {failure.message}") from None
    if o.metadata_file:
        warnings = (
            unique_warnings(built.trace.warnings)
            if is_true(app.environ.get("BUILDX_METADATA_WARNINGS", "")) and not wanted.call
            else []
        )
        app.files.check_output(o.metadata_file)
        app.files.write(o.metadata_file, [metadata_text(response, warnings).encode()], 0o644)
    if wanted.call:
        text, problem = answer(wanted.call.name, wanted.call.format, response, built.dockerfile)
        app.out.write(text)
        if problem:
            raise Failure(problem)
        code = response.get("result.statuscode", "0")
        if not wanted.call.ignore_status and code.isdigit() and code.strip("0"):
            raise Exit(int(code) if len(code) < 4 else 1)
    if "frontend.result.inlinemessage" in response:
        app.out.write(f"\n{response['frontend.result.inlinemessage']}\n")


def execute(
    app: App,
    o: BuildOptions,
    wanted: BuildSettings,
    mode: str,
    contexts: Mapping[str, str],
    secrets: Sequence[tuple[str, str, str]],
    agents: Sequence[tuple[str, tuple[str, ...]]],
) -> Built:
    """Build, with the progress on stderr. Raises Failure."""
    from pydock.streams.feed import Feed

    with failing():
        outputs = all_outputs(o, wanted)
    policy = policy_of(app)
    if "-" in (o.context, o.file) and app.engine.ping().builder != "2":
        # stdin can be read only once
        check_for_buildkit(app)
    feed: Feed[Json] = Feed(TICK)
    with (
        Destinations(app, outputs) as destinations,
        app.builder.inputs(o.context, o.file, contexts, app.registries.download) as inputs,
    ):
        caches = LocalCaches(app, wanted.cache_from, wanted.cache_to)
        with app.builder.start(
            lambda title: OwnStep(app, feed.put, title).end(),
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
            found = found_by(app, o, inputs, caches.imports, policy, labels)
            request = solve_request(o, wanted, outputs, found)
            query = {} if whole else rest_query(o, request, build.ref, build.session.identity)
            running = Running(app, o, wanted.call, build, request, query, found.containerd, feed)
            response, trace = running.watch(mode, caches.warnings)
        destinations.keep(response)
        caches.keep(response)
    return Built(response, trace, inputs.dockerfile)


def found_by(
    app: App, o: BuildOptions, inputs: BuildInputs, imports: list[Cache], policy: Json, labels: Mapping[str, str]
) -> Found:
    """labels: of the engine's builder."""
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


def check_for_buildkit(app: App) -> None:
    """Raises NotUpgraded, before anything is read, for an engine without BuildKit."""
    import uuid

    headers = {"X-Docker-Expose-Session-Uuid": uuid.uuid4().hex}
    app.engine.hijack(builds.start_session(headers), builds.H2C).close()


def policy_of(app: App) -> Json:
    """The source policy that the environment names; {} for none. Raises Failure."""
    path = app.environ.get(POLICY, "")
    try:
        return source_policy(app.files.read(path)) if path else {}
    except ValueError as error:
        raise Failure(f"failed to parse source policy {path}: {error}") from None
    except Failure as failure:
        raise Failure(f"failed to read policy file: {failure.message}") from None
