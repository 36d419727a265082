"""What the engine must offer for a flag or a command: its API version, its system, experimental features."""

from __future__ import annotations

from pydock import API_VERSION
from pydock.api.request import version_key
from pydock.app import App
from pydock.declare import CommandNote, FlagSpec
from pydock.errors import Failure


def check(app: App, path: str, note: CommandNote, flags: list[FlagSpec]) -> None:
    """Raises Failure with docker's words, one line for each thing that the engine lacks.

    An engine that does not answer counts as able, but for a version that is asked for: the request itself will tell.
    Of an address that is none, nothing experimental is expected.
    """
    ping = app.server
    experimental = ping is not None and (ping.experimental or not ping.answered)
    version = app.engine.api_version if ping else API_VERSION
    os_type = ping.os_type if ping else ""
    if note.since and version_key(version) < version_key(note.since):
        raise Failure(f"{path} requires API version {note.since}, but the Docker daemon API version is {version}")
    if note.ostype and os_type and note.ostype != os_type:
        raise Failure(f"{path} is only supported on a Docker daemon running on {note.ostype}, but the Docker daemon is running on {os_type}")
    if note.experimental and not experimental:
        raise Failure(f"{path} is only supported on a Docker daemon with experimental features enabled")
    problems = []
    for spec in sorted(set(flags), key=lambda f: f.name):
        name = f'"--{spec.name}"'
        if spec.since and version_key(version) < version_key(spec.since):
            problems.append(f"{name} requires API version {spec.since}, but the Docker daemon API version is {version}")
        elif spec.ostype and os_type and spec.ostype != os_type:
            problems.append(f"{name} is only supported on a Docker daemon running on {spec.ostype}, but the Docker daemon is running on {os_type}")
        elif spec.experimental and not experimental:
            problems.append(f"{name} is only supported on a Docker daemon with experimental features enabled")
    if problems:
        raise Failure("\n".join(problems))
