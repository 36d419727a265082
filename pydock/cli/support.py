"""Checks whether the engine supports a flag, a command or a group: API version, operating system, experimental
features.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydock.app import App
from pydock.cli.names import Needs
from pydock.errors import Failure, NoEngine
from pydock.options import FlagSpec


def check(app: App, path: str, needs: Sequence[Needs], flags: Sequence[FlagSpec] = ()) -> None:
    """needs: those of the command, then of its group. Raises Failure with docker's messages, one line per
    flag.
    """
    for need in needs:
        if problem := lack(app, f"{app.prog} {path}", need):
            raise Failure(problem)
    problems = [lack(app, f'"--{spec.name}"', spec) for spec in sorted(set(flags), key=lambda f: f.name)]
    if any(problems):
        raise Failure("\n".join(filter(None, problems)))


def lack(app: App, what: str, need: Needs | FlagSpec) -> str:
    """The error if the engine does not support it, else "". The engine is queried only if needed.

    An engine that does not answer counts as supporting it, except for a requested API version: the request itself will
    fail. With an invalid address experimental features count as missing.
    """
    try:
        engine = app.engine
    except NoEngine:
        engine = None
    if engine and need.since and not engine.speaks(need.since):
        return f"{what} requires API version {need.since}, but the Docker daemon API version is {engine.api_version}"
    if engine and need.ostype and engine.ping().os_type not in ("", need.ostype):
        return f"{what} is only supported on a Docker daemon running on {need.ostype}, but the Docker daemon is running on {engine.ping().os_type}"
    if need.experimental and not (engine and (engine.ping().experimental or not engine.ping().answered)):
        return f"{what} is only supported on a Docker daemon with experimental features enabled"
    return ""
