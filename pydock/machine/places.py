"""Where engines usually listen on a machine: the sockets of Docker, Podman, and of what brings them."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from glob import escape, glob

from pydock.config.endpoint import DEFAULT_HOST, Endpoint
from pydock.files.xdg import home, user_folder
from pydock.values import record

#: (kind, name, path): "*" in a path is also in the name; a name that ends in "-*" loses that where it is "default"
SOCKETS = (
    ("docker", "rootless", "{run}/docker.sock"),
    ("docker", "*", "{own}/*/docker.sock"),
    ("desktop", "desktop", "{home}/.docker/run/docker.sock"),
    ("desktop", "desktop", "{home}/.docker/desktop/docker.sock"),
    ("colima", "colima-*", "{home}/.colima/*/docker.sock"),
    ("colima", "colima-*", "{home}/.config/colima/*/docker.sock"),
    ("orbstack", "orbstack", "{home}/.orbstack/run/docker.sock"),
    ("rancher", "rancher", "{home}/.rd/docker.sock"),
    ("lima", "lima-*", "{home}/.lima/*/sock/docker.sock"),
    ("podman", "podman", "{run}/podman/podman.sock"),
    ("podman", "podman-root", "/run/podman/podman.sock"),
    ("podman", "podman-*", "{data}/containers/podman/machine/*/podman.sock"),
    ("podman", "podman-machine", "{data}/containers/podman/machine/podman.sock"),
    ("podman", "*", "{run}/podman/*-api.sock"),
    ("podman", "*", "{tmp}/podman/*-api.sock"),
)  # fmt: skip

#: the named pipes of Windows, by how their names begin
PIPES = (("podman", "podman"), ("desktop", "dockerDesktop"), ("docker", "docker"))


@record
class Place:
    """An address at which an engine listens, or should."""

    kind: str
    name: str
    host: str


def usual_places(environ: Mapping[str, str], system: str = sys.platform) -> Iterator[Place]:
    """What is there now. A socket that may not be seen counts as there: an engine of another user."""
    yield Place("docker", "default-socket", DEFAULT_HOST)
    if system == "win32":
        yield from pipes(listed("//./pipe/"))
        return
    folders = usual_folders(environ)
    for kind, name, pattern in SOCKETS:
        before, star, after = pattern.partition("*")
        for path in matches(before.format(**folders), star, after):
            inside = path[len(before.format(**folders)) : len(path) - len(after)] if star else ""
            yield Place(kind, named(name, inside), f"unix://{path}")


def usual_folders(environ: Mapping[str, str]) -> dict[str, str]:
    return {
        "home": home(environ),
        "own": engines_folder(environ),
        "run": environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}",
        "data": user_folder(environ, "DATA"),
        "tmp": (environ.get("TMPDIR") or tempfile.gettempdir()).rstrip("/"),
    }


def state_folder(environ: Mapping[str, str]) -> str:
    """Where the engines that pydock runs for this user keep what they have."""
    return os.path.join(user_folder(environ, "STATE"), "pydock", "engines")


def engines_folder(environ: Mapping[str, str]) -> str:
    """Where they listen."""
    user = os.geteuid()
    for folder in (environ.get("XDG_RUNTIME_DIR", ""), "/run" if user == 0 else f"/run/user/{user}"):
        with suppress(OSError):
            # one of another user is no place for our sockets
            if os.path.isabs(folder) and os.stat(folder).st_uid == user:
                return os.path.join(folder, "pydock")
    return os.path.join(os.path.dirname(state_folder(environ)), "run")


def named(name: str, inside: str) -> str:
    """The name of what was found, with what "*" stands for."""
    return name.removesuffix("-*") if inside == "default" else name.replace("*", inside)


def matches(before: str, star: str, after: str) -> list[str]:
    """The paths that are there."""
    if star:
        return sorted(glob(f"{escape(before)}*{after}"))
    try:
        os.lstat(before)
    except PermissionError:
        return [before]
    except OSError:
        return []
    return [before]


def pipes(names: list[str]) -> Iterator[Place]:
    """The pipes of engines among all pipes."""
    for name in sorted(names):
        kind = next((kind for kind, begin in PIPES if name.startswith(begin)), "")
        if kind and f"npipe:////./pipe/{name}" != DEFAULT_HOST:
            yield Place(kind, name, f"npipe:////./pipe/{name}")


def listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def identity(endpoint: Endpoint) -> tuple[str, bool]:
    """Equal for two addresses of one socket."""
    host = endpoint.host
    # a path of which nothing can be found is itself
    with suppress(OSError, ValueError):
        host = f"unix://{os.path.realpath(endpoint.address)}" if endpoint.scheme == "unix" else host
    return host, endpoint.tls is not None
