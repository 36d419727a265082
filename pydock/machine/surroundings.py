"""What surrounds an engine and gets in its way: proxies, clocks, disks, credential helpers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydock.config.endpoint import Endpoint
from pydock.config.file import ConfigFile
from pydock.errors import Failure
from pydock.machine.step import Step, ok, problem, skipped
from pydock.programs import find
from pydock.render.human import size

#: seconds by which clocks may differ, and bytes that should be free
SKEW, FREE = 60, 500 << 20


def proxy_step(endpoint: Endpoint, environ: Mapping[str, str], reached: bool) -> Iterator[Step]:
    """For tcp hosts: docker's client asks the proxy of the environment for them, pydock never does."""
    if endpoint.scheme != "tcp":
        return
    kind = "HTTPS_PROXY" if endpoint.tls else "HTTP_PROXY"
    name = next((name for name in (kind, kind.lower()) if environ.get(name)), "")
    host = endpoint.address.partition("/")[0].rpartition(":")[0]
    excepted = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    if not name or host in ("localhost", "127.0.0.1", "[::1]") or exempt(host, excepted):
        yield ok("proxy", "none for this host")
        return
    text = f"{name}={environ[name]} is set: docker asks that proxy for {host}, pydock connects directly"
    mend = f"export NO_PROXY={','.join(filter(None, [excepted, host]))}"
    # where there is a connection, it is docker that may have none
    yield ok("proxy", text, mend) if reached else problem("proxy", text, mend)


def exempt(host: str, excepted: str) -> bool:
    """Does NO_PROXY name the host, or a domain that it is in?"""
    names = [name.strip().lstrip("*").lstrip(".") for name in excepted.split(",") if name.strip()]
    return "*" in excepted.split(",") or any(host == name or host.endswith("." + name) for name in names if name)


def clock_step(date: str, now: float) -> Step:
    """date: the engine's time as HTTP writes it."""
    from email.utils import parsedate_to_datetime

    try:
        ahead = parsedate_to_datetime(date).timestamp() - now
    except (TypeError, ValueError):
        return skipped("clock", "the engine does not tell its time")
    if abs(ahead) <= SKEW:
        return ok("clock", "engine and client agree")
    way = "ahead of" if ahead > 0 else "behind"
    text = f"the engine's clock is {abs(ahead):.0f} seconds {way} this machine's: certificates, logs --since and builds go wrong"
    return problem("clock", text, "timedatectl status")


def disk_step(ask: Callable[[], Any]) -> Step:
    """ask: GET /info of an engine on this machine."""
    try:
        folder = ask().get("DockerRootDir") or ""
    except Failure as failure:
        return problem("disk", failure.message)
    try:
        found = os.statvfs(folder)
    except OSError:
        return skipped("disk", f"the engine's folder {folder} is not to be seen from here")
    free = found.f_bavail * found.f_frsize
    text = f"{size(free)} are free in {folder}"
    if free < FREE:
        return problem("disk", text, "pydock system df", "pydock system prune")
    if found.f_files and not found.f_favail:
        return problem("disk", f"no inode is free in {folder}", "pydock system prune")
    return ok("disk", text)


def credential_steps(config: ConfigFile, environ: Mapping[str, str]) -> Iterator[Step]:
    """The programs that config.json names for logins to registries."""
    named = {**{f'credHelpers "{host}"': name for host, name in config.mapping("credHelpers").items()}}
    if store := config.text("credsStore"):
        named["credsStore"] = store
    lost = {key: name for key, name in named.items() if not find(f"docker-credential-{name}", environ)}
    for key, name in lost.items():
        yield problem(
            "credentials",
            f"{config.path} names docker-credential-{name} ({key}), and no folder of PATH has this program: logins, pull and push fail",
            f"command -v docker-credential-{name}",
        )
    if not lost:
        yield ok(
            "credentials",
            ", ".join(f"docker-credential-{n}" for n in dict.fromkeys(named.values())) or "in config.json",
        )
