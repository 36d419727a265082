"""Aliases of the command line, and the check of DOCKER_BUILDKIT, before any command is run."""

from __future__ import annotations

from pydock.errors import Failure, NoEngine, failing
from pydock.go.strconv import parse_bool, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydock.app import App

#: the only alias that docker's configuration allows: for a plugin, usually buildx
BUILDER = "builder"
#: the commands that use the classic builder if BuildKit is disabled
BUILDS = ((BUILDER,), ("build",), ("image", "build"))

DISABLED = """\
DEPRECATED: The legacy builder is deprecated and will be removed in a future release.
            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0
            environment-variable.
"""


def resolve(app: App, words: Sequence[str]) -> list[str]:
    """The words with aliases resolved. Raises Failure for an alias that is not allowed, and for an
    invalid DOCKER_BUILDKIT. Warns that the classic builder is deprecated, if it is
    selected."""
    aliases = app.config.mapping("aliases")
    if bad := next((name for name in sorted(aliases) if name != BUILDER), None):
        raise Failure(
            f'not allowed to alias {quote(bad)} (allowed: map[string]struct {{}}{{"{BUILDER}":struct {{}}{{}}}})'
        )
    builds = any(tuple(words[: len(path)]) == path for path in BUILDS)
    if not buildkit(app) and builds and not has_windows_engine(app):
        app.err.line(DISABLED)
    if not (words and words[0] == BUILDER and aliases.get(BUILDER)):
        return list(words)
    return [*str(aliases[BUILDER]).split(), *words[1:]]


def has_windows_engine(app: App) -> bool:
    """Does the engine run on Windows? Not where its address is invalid, which is reported later."""
    try:
        return app.engine.ping().os_type == "windows"
    except NoEngine:
        return False


def buildkit(app: App) -> bool:
    """Is BuildKit enabled by DOCKER_BUILDKIT? Raises Failure if it is not a boolean."""
    value = app.environ.get("DOCKER_BUILDKIT", "")
    with failing("DOCKER_BUILDKIT environment variable expects boolean value: "):
        return not value or parse_bool(value)
