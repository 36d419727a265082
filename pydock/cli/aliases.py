"""What a command line means before any command reads it: docker's one alias, and which builder its words ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.errors import Failure, failing
from pydock.go.strconv import parse_bool, quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydock.app import App

#: the alias that docker's configuration allows: for a plugin, buildx as a rule
BUILDER = "builder"
#: what a builder does, besides what is below `builder`
BUILDS = (("bake",), (BUILDER,), ("build",), ("image", "build"))

DISABLED = """\
DEPRECATED: The legacy builder is deprecated and will be removed in a future release.
            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0
            environment-variable.
"""


def resolve(app: App, words: Sequence[str]) -> list[str]:
    """The words with aliases put in. Raises Failure for an alias that may not be, and for a
    DOCKER_BUILDKIT that is neither true nor false. Says that the classic builder is deprecated, where it is asked
    for."""
    aliases = app.config.mapping("aliases")
    if bad := next((name for name in sorted(aliases) if name != BUILDER), None):
        raise Failure(
            f'not allowed to alias {quote(bad)} (allowed: map[string]struct {{}}{{"{BUILDER}":struct {{}}{{}}}})'
        )
    if not buildkit(app) and words[:1] != ["bake"] and any(tuple(words[: len(b)]) == b for b in BUILDS):
        ping = app.server
        if not ping or ping.os_type != "windows":
            app.err.line(DISABLED)
    if not (words and words[0] == BUILDER and aliases.get(BUILDER)):
        return list(words)
    return [*str(aliases[BUILDER]).split(), *words[1:]]


def buildkit(app: App) -> bool:
    """Does DOCKER_BUILDKIT leave BuildKit be? Raises Failure where it says neither yes nor no."""
    wish = app.environ.get("DOCKER_BUILDKIT", "")
    with failing("DOCKER_BUILDKIT environment variable expects boolean value: "):
        return not wish or parse_bool(wish)
