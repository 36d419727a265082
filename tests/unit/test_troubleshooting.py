"""Each message that the guide on troubleshooting explains, provoked: none is there that pydock does not print (or a shell, or pip)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.live.test_troubleshooting import BY_AN_ENGINE
from tests.support import far_ends as far
from tests.support.cli import cli, refused
from tests.support.stubs import Table
from tests.support.troubles import message_with, messages, shows


def reached(home: Path, *argv: str, **environ: str) -> str:
    """What is printed with a home of its own, by the engine that the command line names."""
    done = cli(*argv, environ={"HOME": str(home), **environ}, own_engine=True, prog="pydock")
    assert done.code == 1, done
    return done.err


def without_permission(home: Path) -> str:
    with far.unix(home / "docker.sock", far.DOCKER) as host:
        os.chmod(home / "docker.sock", 0)
        return far.unprivileged(lambda: reached(home, "-H", host, "ps"))


def no_such_host(home: Path) -> str:
    def asks(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", asks)
        return reached(home, "-H", "tcp://nowhere.example:2375", "ps")


def to_tls_without(home: Path) -> str:
    with far.tcp(far.TO_PLAIN) as host:
        return reached(home, "-H", host, "ps")


def tls_to_none(home: Path) -> str:
    with far.tcp(far.DOCKER) as host:
        return reached(home, "-H", host, "ps", **far.Certificates(home / "tls").environ)


def another_authority(home: Path) -> str:
    with far.tcp(far.DOCKER, far.Certificates(home / "theirs").server()) as host:
        return reached(home, "-H", host, "ps", **far.Certificates(home / "tls").environ)


def ssh_fails(home: Path) -> str:
    (home / "ssh").write_text("#!/bin/sh\necho 'me@far.example: Permission denied (publickey).' >&2\nexit 255\n")
    (home / "ssh").chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{home}:{os.environ['PATH']}")
        return reached(home, "-H", "ssh://me@far.example", "ps")


def lost_answer(home: Path) -> str:
    with far.tcp(far.engine(("/stop", b""))) as host:
        return reached(home, "-H", host, "stop", "web")


def no_helper(home: Path) -> str:
    (home / ".docker").mkdir()
    (home / ".docker" / "config.json").write_text('{"credsStore": "desktop"}')
    words = ("login", "-u", "me", "--password-stdin", "registry.example")
    table: Table = {("POST", "/auth"): {"Status": "Login Succeeded", "IdentityToken": ""}}
    return cli(*words, stdin=b"secret", environ={"HOME": str(home), "PATH": "/nowhere"}, table=table).err


def no_jq(_: Path) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "jq", None)
        return cli("ps", "--jq", ".").err


def not_found(_: Path) -> str:
    done = subprocess.run(
        ["bash", "-c", "pydock ps"], env={"PATH": "/nowhere", "LC_ALL": "C"}, executable="/bin/bash", stderr=-1, text=True, check=False
    )  # fmt: skip
    return done.stderr


def not_by_pip(_: Path) -> str:
    """pip says it where it is not in a virtual environment, as these tests are."""
    ask = "from pip._internal.exceptions import ExternallyManagedEnvironment as E; e = E(None); print(f'{e.kind}: {e.reference}')"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)
    if "No module named" in done.stderr:
        pytest.skip("no pip here")
    return done.stdout


def pulling(message: str) -> Callable[[Path], str]:
    """An engine's words while it pulls."""
    table: Table = {("POST", "/images/create"): refused(404, message)}
    return lambda _: cli("pull", "team/app", table=table).err


def run(*argv: str, table: Table | None = None, **more: str) -> Callable[[Path], str]:
    return lambda _: cli(*argv, table=table, prog="pydock", **more).err  # type: ignore[arg-type]


#: a part of the message -> what provokes it, in a home
BY_ITSELF: dict[str, Callable[[Path], str]] = {
    "command not found": not_found,
    "externally-managed": not_by_pip,
    "jq library": no_jq,
    "Cannot connect": lambda home: reached(home, "-H", f"unix://{home}/docker.sock", "ps"),
    "permission denied": without_permission,
    "context not found": lambda home: reached(home, "--context", "nosuch", "ps"),
    "error during connect: …: dial tcp": no_such_host,
    "HTTP request to an HTTPS": to_tls_without,
    "wrong version number": tls_to_none,
    "local issuer": another_authority,
    "[ssh …]": ssh_fails,
    "but the Docker daemon API version": run("volume", "ls", "--cluster", api_version="1.41"),
    "may have carried out": lost_answer,
    "not a TTY": run("run", "-it", "busybox"),
    "pull access denied": pulling(
        "pull access denied for team/app, repository does not exist or may require 'docker login': denied: requested access "
        "to the resource is denied"
    ),
    "from daemon: …: dial tcp": pulling(
        'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 127.0.0.53:53: no such host'
    ),
    "HTTP response to HTTPS": pulling(
        'Get "https://registry.example:5000/v2/": http: server gave HTTP response to HTTPS client'
    ),
    "toomanyrequests": pulling(
        "toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit"
    ),
    "no space left": run(
        "commit", "web", table={("POST", "/commit"): refused(500, "write /var/lib/docker/tmp/x: no space left on device")}
    ),
    "Error saving credentials": no_helper,
    "path \"…\" not found": lambda home: reached(home, "build", "nosuch"),
    "is a CLI plugin": lambda home: reached(home, "buildx", "ls"),
    "cannot ask": run("stop", "--all"),
}  # fmt: skip


@pytest.mark.parametrize("part", BY_ITSELF)
def test_what_the_guide_explains_is_printed(part: str, home: Path) -> None:
    printed = BY_ITSELF[part](home)
    assert shows(printed, message_with(part)), printed


def test_every_message_of_the_guide_is_provoked() -> None:
    """Here, or by a real engine in tests/live/test_troubleshooting.py."""
    provoked = [message_with(part) for part in (*BY_ITSELF, *BY_AN_ENGINE)]
    assert sorted(provoked) == sorted(messages())


def test_a_message_that_is_not_printed_is_seen() -> None:
    assert shows("a b c", "a …") and not shows("a b c", "a … d")
