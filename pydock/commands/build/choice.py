"""The choice of the builder: BuildKit, or the classic one.

BuildKit, unless DOCKER_BUILDKIT=0 disables it, or the engine does not support it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydock.commands.build.classic import classic_build, run
from pydock.commands.build.options import BuildOptions, ClassicBuildOptions
from pydock.commands.build.policy import VARIABLE as POLICY
from pydock.errors import Failure, failing
from pydock.flags.pairs import env, extra_host, label, words
from pydock.flags.reference import tag
from pydock.go.strconv import is_true

if TYPE_CHECKING:
    from pydock.app import App

MISSING = """\
The daemon at {host} does not support BuildKit: using its classic builder, which has fewer instructions and flags.
"""

#: options that the classic builder lacks
ONLY_BUILDKIT = (
    "allow annotation attest build_context cache_to call check metadata_file no_cache_filter output print_ provenance push sbom "
    "secret ssh"
).split()


def choose(app: App) -> Callable[[App, Any], None] | None:
    """The classic build command if it is requested; None for BuildKit."""
    if requested := app.environ.get("DOCKER_BUILDKIT", ""):
        return None if is_true(requested) else classic_build
    if app.contexts.endpoint.scheme != "npipe":
        return None
    ping = app.engine.ping()
    return classic_build if ping.os_type == "windows" and ping.builder != "2" else None


def without_buildkit(app: App, o: BuildOptions) -> None:
    """Build on an engine without BuildKit. Raises Failure for options that its builder lacks."""
    for name in ONLY_BUILDKIT:
        if name in o.given:
            raise Failure(
                f"ERROR: --{name.rstrip('_').replace('_', '-')} requires BuildKit, which the daemon at {app.contexts.endpoint.host} does not support"
            )
    if app.environ.get(POLICY):
        raise Failure(
            f"ERROR: a source policy ({POLICY}) requires BuildKit, which the daemon at {app.contexts.endpoint.host} does not support"
        )
    app.err.line(MISSING.format(host=app.contexts.endpoint.host))
    with failing("ERROR: "):
        options = classic_options(o)
    run(app, options)


def classic_options(o: BuildOptions) -> ClassicBuildOptions:
    """The options in terms of the classic builder's flags. Raises ValueError."""
    return ClassicBuildOptions.make(
        context=o.context,
        add_host=tuple(map(extra_host, o.add_host)),
        build_arg=tuple(map(env, o.build_arg)),
        cache_from=tuple(w for t in o.cache_from for w in words(t)),
        cgroup_parent=o.cgroup_parent,
        file=o.file,
        iidfile=o.iidfile,
        label=tuple(map(label, o.label)),
        network=o.network,
        no_cache=o.no_cache,
        platform=",".join(o.platform),
        pull=o.pull,
        quiet=o.quiet or o.progress in ("quiet", "none"),
        shm_size=o.shm_size,
        tag=tuple(map(tag, o.tag)),
        target=o.target,
        ulimit=o.ulimit,
        given=o.given,
    )
