"""What an inspected container says of the conditions that it is waited for. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydock.flags.conditions import Condition
from pydock.go.strconv import parse_rfc3339
from pydock.render.human import host_port
from pydock.values import record

#: seconds that the first line may be older than the start, where the end of the last run is not known
EARLY = 0.1
#: states in which a container's process is over, for good
OVER = ("exited", "dead")
#: addresses of a published port that mean every address of the engine's machine -> the one that is tried there
EVERY = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}


@record
class Seen:
    """A container as it was inspected. health: "" where it has no health check; check: what the last one said; started,
    finished: times, of the run before where it runs; mode: of its network."""

    id: str
    name: str
    tty: bool
    status: str
    code: int
    health: str
    check: str
    started: str
    finished: str
    mode: str
    networks: tuple[str, ...]
    ports: dict[str, Any]

    @property
    def over(self) -> bool:
        return self.status in OVER

    @property
    def words(self) -> str:
        """Its state, as part of a sentence."""
        if self.over:
            return f"it has exited with code {self.code}"
        return "it has not been started" if self.status == "created" else f"it is {self.status}"


def seen(inspected: dict[str, Any]) -> Seen:
    """Of GET /containers/NAME/json."""
    state, config, host = inspected["State"], inspected["Config"], inspected.get("HostConfig") or {}
    health, network = state.get("Health") or {}, inspected.get("NetworkSettings") or {}
    test = (config.get("Healthcheck") or {}).get("Test") or ["NONE"]
    status = "" if health.get("Status") == "none" else health.get("Status") or ""
    places = [network, *(n or {} for n in (network.get("Networks") or {}).values())]
    addresses = [place.get(key) or "" for place in places for key in ("IPAddress", "GlobalIPv6Address")]
    return Seen(
        inspected["Id"], (inspected.get("Name") or "").removeprefix("/") or inspected["Id"][:12], config["Tty"], state.get("Status") or status_of(state),
        state.get("ExitCode") or 0, status or ("" if test[0] == "NONE" else "starting"), last_check(health.get("Log") or []),
        state.get("StartedAt") or "", state.get("FinishedAt") or "", host.get("NetworkMode") or "",
        tuple(dict.fromkeys(a for a in addresses if a)), network.get("Ports") or {},
    )  # fmt: skip


def status_of(state: dict[str, bool]) -> str:
    """For engines before API 1.21."""
    for key in ("Restarting", "Paused", "Running"):
        if state[key]:
            return key.lower()
    return "exited"


def last_check(log: list[dict[str, Any]]) -> str:
    """ "the last check exited with 1: no such file"; "" where there was none."""
    if not log:
        return ""
    output = " ".join((log[-1].get("Output") or "").split())[:200]
    return f"the last check exited with {log[-1].get('ExitCode') or 0}" + (f": {output}" if output else "")


def run_began(now: Seen, before: Seen | None = None) -> str:
    """A time between the last run and this one, for --since; "" where there was none before. before: the container as it
    was seen before.

    Not the time of its start: a fast process has written its first line by then. Nor that of the last run's end: its
    last line may be read only then."""
    if before and before.status == "created":
        return ""
    ended = now if not now.over else before if before and before.over and before.started != now.started else None
    end, start = parse_rfc3339(ended.finished) if ended else 0.0, parse_rfc3339(now.started)
    if start <= 0 or (ended and end <= 0):
        return ""
    between = (end + start) / 2 if 0 < end < start else start - EARLY
    return f"{int(between)}.{int(between % 1 * 10**9):09d}"


# -- conditions ------------------------------------------------------------------------------------


@record
class Verdict:
    """met: it is so; failed: it can no longer become so; neither: not yet. why: why not."""

    met: bool = False
    failed: bool = False
    why: str = ""


MET = Verdict(met=True)


def judge(condition: Condition, seen: Seen, ended: bool) -> Verdict:
    """What the state of a container says of a condition. ended: a run has ended since the waiting began."""
    if condition.kind == "exited":
        return MET if seen.over else Verdict(why=seen.words)
    if condition.kind == "running" and not seen.over:
        return MET if seen.status == "running" else Verdict(why=seen.words)
    if condition.kind == "running":
        # somebody may start it, unless it is what was waited for that has ended
        return Verdict(failed=ended, why=seen.words)
    if condition.kind == "healthy" and not seen.health:
        return Verdict(failed=True, why="it has no health check")
    if condition.kind in ("healthy", "port") and seen.over:
        return Verdict(failed=True, why=seen.words)
    if condition.kind == "healthy" and seen.status == "running":
        return healthy(seen)
    return Verdict(why=seen.words)


def healthy(seen: Seen) -> Verdict:
    """Of a running container with a health check."""
    if seen.health == "healthy":
        return MET
    why = f'its health is "{seen.health}"' + (f"; {seen.check}" if seen.check else "")
    return Verdict(failed=seen.health == "unhealthy", why=why)


#: kind of condition -> what to say of a container where it is not met
LACKS = {
    "healthy": "is not healthy", "running": "is not running", "exited": "has not exited", "removed": "is not removed",
    "log": "has no line in its log that matches {!r}", "port": "accepts no connection on port {}",
}  # fmt: skip


def lacks(name: str, condition: Condition, why: str) -> str:
    """ "web is not healthy: it has exited with code 3"."""
    text = LACKS[condition.kind].format(condition.pattern or condition.port)
    return f"{name} {text}: {why}"


# -- ports -----------------------------------------------------------------------------------------


@record
class Address:
    """Where a connection to a container's port is tried. proxied: a proxy of the engine may take it."""

    host: str
    port: int
    proxied: bool

    def __str__(self) -> str:
        return host_port(self.host, str(self.port))


def addresses(seen: Seen, port: int, machine: str) -> list[Address]:
    """Where a port of a running container can be tried from here. machine: the engine's; "" for this one.

    Raises ValueError where there is no such place."""
    here = machine in ("", "localhost", "127.0.0.1", "::1")
    if seen.mode == "host":
        return [Address(machine or "127.0.0.1", port, False)]
    bindings = list(published(seen, port))
    if bindings:
        found = [Address(a, p, True) for host, p in bindings if (a := reachable(host, machine, here))]
        if not found:
            raise ValueError("it is published on addresses that only the engine's own machine has")
        return found
    if not here:
        raise ValueError("it is not published, and only the engine's own machine can reach what is not")
    if not seen.networks:
        raise ValueError("it is not published, and the container has no address")
    return [Address(host, port, False) for host in seen.networks]


def published(seen: Seen, port: int) -> Iterator[tuple[str, int]]:
    for binding in seen.ports.get(f"{port}/tcp") or []:
        if (number := binding.get("HostPort") or "").isdigit():
            yield binding.get("HostIp") or "", int(number)


def reachable(host: str, machine: str, here: bool) -> str:
    """The address to try for a published one; "" where it is the loopback of another machine."""
    if host in EVERY:
        return machine or EVERY[host]
    return "" if not here and host.startswith(("127.", "::1")) else host
