"""Which builder: BuildKit, or the classic one.

BuildKit, unless DOCKER_BUILDKIT=0 says otherwise, an engine of Windows does not offer it, or the engine has none.
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
The engine at {host} has no BuildKit: its own classic builder is used, which knows fewer instructions and flags.
"""

#: what the classic builder has not
ONLY_BUILDKIT = (
    "allow annotation attest build_context cache_to call check metadata_file no_cache_filter output provenance push sbom secret ssh"
).split()


def choose(app: App) -> Callable[[App, Any], None] | None:
    """The classic verb where it is asked for; None for BuildKit."""
    if wish := app.environ.get("DOCKER_BUILDKIT", ""):
        return None if is_true(wish) else classic_build
    ping = app.server if app.contexts.endpoint.scheme == "npipe" else None
    return classic_build if ping and ping.os_type == "windows" and ping.builder != "2" else None


def without_buildkit(app: App, o: BuildOptions) -> None:
    """Build on an engine that has no BuildKit. Raises Failure for what its builder cannot do."""
    for name in ONLY_BUILDKIT:
        if name in o.given:
            raise Failure(
                f"ERROR: --{name.replace('_', '-')} needs BuildKit, which the engine at {app.contexts.endpoint.host} has not"
            )
    if app.environ.get(POLICY):
        raise Failure(
            f"ERROR: a source policy ({POLICY}) needs BuildKit, which the engine at {app.contexts.endpoint.host} has not"
        )
    app.err.line(MISSING.format(host=app.contexts.endpoint.host))
    with failing("ERROR: "):
        options = classic_options(o)
    run(app, options)


def classic_options(o: BuildOptions) -> ClassicBuildOptions:
    """The same wishes in the classic builder's flags. Raises ValueError."""
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
