"""A service as `service inspect --pretty` shows it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydock.go.printing import go_float, go_print
from pydock.go.strconv import format_duration
from pydock.render.human import bytes_size
from pydock.shape import Json
from pydock.views.services import mode_key
from pydock.views.times import since


def details(service: Json, networks: Mapping[str, str], now: float) -> str:
    """networks: the names of networks by their ids."""
    spec = service["Spec"]
    template: Json = spec.get("TaskTemplate") or {}
    container: Json = template.get("ContainerSpec") or {}
    ports: list[Json] = (service.get("Endpoint") or {}).get("Ports") or []
    lines = [
        "", f"ID:\t\t{service['ID']}", f"Name:\t\t{spec.get('Name') or ''}",
        *_titled("Labels:", _pairs(spec.get("Labels"), "=")),
        *_mode(spec),
        *_update_status(service.get("UpdateStatus") or {}, now),
        "Placement:", *_placement(template.get("Placement") or {}),
        *_policy("UpdateConfig:", " Update order:      ", spec.get("UpdateConfig")),
        *_policy("RollbackConfig:", " Rollback order:    ", spec.get("RollbackConfig")),
        "ContainerSpec:", *_container(container),
        *_titled("Capabilities:", _capabilities(container)),
        *_titled("SysCtls:", _pairs(container.get("Sysctls"), ": ")),
        *_titled("Ulimits:", _pairs(_ulimits(container), ": ")),
        *_titled("Mounts:", (line for mount in container.get("Mounts") or [] for line in _mount(mount))),
        *_titled("Configs:", _files(container.get("Configs"), "ConfigName")),
        *_titled("Secrets:", _files(container.get("Secrets"), "SecretName")),
        *_log_driver(template.get("LogDriver")),
        *_resources(template.get("Resources")),
        *_networks(template.get("Networks") or [], networks),
        f"Endpoint Mode:\t{(spec.get('EndpointSpec') or {}).get('Mode') or ''}",
        *_titled("Ports:", (line for port in ports for line in _port(port)), end=" "),
        *_healthcheck(container.get("Healthcheck")),
        "",
    ]  # fmt: skip
    return "\n".join(lines)


def _titled(title: str, lines: Iterator[str], end: str = "") -> list[str]:
    """The lines below their title; nothing without lines. end: of the last line."""
    found = list(lines)
    return [title, *found[:-1], found[-1] + end] if found else []


def _pairs(values: Mapping[str, str | None] | None, between: str) -> Iterator[str]:
    yield from (f" {key}{between + value if value else ''}" for key, value in sorted((values or {}).items()))


def _mode(spec: Json) -> Iterator[str]:
    key = mode_key(spec)
    # jobs have no name here
    yield "Service Mode:" + {"Global": "\tGlobal", "Replicated": "\tReplicated"}.get(key, "")
    replicas = spec["Mode"][key].get("Replicas") if key == "Replicated" else None
    if replicas is not None:
        yield f" Replicas:\t{replicas}"


def _update_status(status: Json, now: float) -> Iterator[str]:
    state = status.get("State")
    if not state:
        return
    yield from ("UpdateStatus:", f" State:\t\t{state}")
    if status.get("StartedAt"):
        yield f" Started:\t{since(status['StartedAt'], now)} ago"
    if state == "completed" and status.get("CompletedAt"):
        yield f" Completed:\t{since(status['CompletedAt'], now)} ago"
    yield f" Message:\t{status.get('Message') or ''}"


def _placement(placement: Json) -> Iterator[str]:
    if constraints := placement.get("Constraints"):
        yield f" Constraints:\t{go_print(constraints)}"
    spread = [p["Spread"] for p in placement.get("Preferences") or [] if p.get("Spread") is not None]
    if spread:
        yield " Preferences:   " + go_print(["spread=" + (s.get("SpreadDescriptor") or "") for s in spread])
    if most := placement.get("MaxReplicas"):
        yield f" Max Replicas Per Node:   {most}"


def _policy(title: str, order: str, policy: Json | None) -> Iterator[str]:
    """How updates, or rollbacks, are done."""
    if policy is None:
        return
    yield from (title, f" Parallelism:\t{policy.get('Parallelism') or 0}")
    if (policy.get("Delay") or 0) > 0:
        yield f" Delay:\t\t{format_duration(policy['Delay'])}"
    yield f" On failure:\t{policy.get('FailureAction') or ''}"
    if (policy.get("Monitor") or 0) > 0:
        yield f" Monitoring Period: {format_duration(policy['Monitor'])}"
    yield f" Max failure ratio: {go_float(float(policy.get('MaxFailureRatio') or 0))}"
    yield order + (policy.get("Order") or "")


def _container(container: Json) -> Iterator[str]:
    yield f" Image:\t\t{container.get('Image') or ''}"
    for title, key in (("Args", "Args"), ("Env", "Env")):
        if words := container.get(key):
            yield f" {title}:\t\t" + "".join(f"{word} " for word in words)
    if container.get("Dir"):
        yield f" Dir:\t\t{container['Dir']}"
    if container.get("Init") is not None:
        yield f" Init:\t\t{go_print(container['Init'])}"
    if container.get("User"):
        yield f" User: {container['User']}"


def _capabilities(container: Json) -> Iterator[str]:
    for title, key in (("Add", "CapabilityAdd"), ("Drop", "CapabilityDrop")):
        if names := container.get(key):
            yield f" {title}: {', '.join(names)}"


def _ulimits(container: Json) -> dict[str, str | None]:
    return {u["Name"]: f"{u.get('Soft') or 0}:{u.get('Hard') or 0}" for u in container.get("Ulimits") or []}


def _mount(mount: Json) -> Iterator[str]:
    yield from (
        f" Target:\t{mount.get('Target') or ''}", f"  Source:\t{mount.get('Source') or ''}",
        f"  ReadOnly:\t{go_print(bool(mount.get('ReadOnly')))}", f"  Type:\t\t{mount.get('Type') or ''}",
    )  # fmt: skip


def _files(references: list[Json] | None, name: str) -> Iterator[str]:
    """Secrets, or configs; one that is not for a file has no target."""
    for reference in references or []:
        yield f" Target:\t{(reference.get('File') or {}).get('Name') or ''}"
        yield f"  Source:\t{reference.get(name) or ''}"


def _log_driver(driver: Json | None) -> Iterator[str]:
    if driver is None:
        return
    yield "Log Driver:"
    if driver.get("Name"):
        yield f" Name:\t\t{driver['Name']}"
    yield from _titled(" LogOpts:", (f" {line}" for line in _pairs(driver.get("Options"), ":       ")))
    yield ""


def _resources(resources: Json | None) -> Iterator[str]:
    if resources is None:
        return
    limits: Json = resources.get("Limits") or {}
    yield "Resources:"
    yield from _amounts(" Reservations:", resources.get("Reservations") or {})
    yield from _amounts(" Limits:", limits)
    if (limits.get("Pids") or 0) > 0:
        yield f"  PIDs:\t\t{limits['Pids']}"


def _amounts(title: str, amounts: Json) -> Iterator[str]:
    cpus, memory = amounts.get("NanoCPUs") or 0, amounts.get("MemoryBytes") or 0
    if not (cpus > 0 or memory > 0 or (amounts.get("Pids") or 0) > 0):
        return
    yield title
    if cpus > 0:
        yield f"  CPU:\t\t{go_float(cpus / 1e9)}"
    if memory:
        yield f"  Memory:\t{bytes_size(memory)}"


def _networks(attachments: list[Json], networks: Mapping[str, str]) -> Iterator[str]:
    targets = (attachment.get("Target") or "" for attachment in attachments)
    names = " ".join(networks.get(target, target) for target in targets)
    if attachments:
        yield f"Networks: {names} "


def _port(port: Json) -> Iterator[str]:
    yield from (
        f" PublishedPort = {port.get('PublishedPort') or 0}", f"  Protocol = {port.get('Protocol') or ''}",
        f"  TargetPort = {port.get('TargetPort') or 0}", f"  PublishMode = {port.get('PublishMode') or ''}",
    )  # fmt: skip


def _healthcheck(check: Json | None) -> Iterator[str]:
    if check is None:
        return
    spans: dict[str, Any] = {
        key: format_duration(check.get(key) or 0) for key in ("Interval", "StartPeriod", "Timeout")
    }
    yield from (
        " Healthcheck:", f"  Interval = {spans['Interval']}", f"  Retries = {check.get('Retries') or 0}",
        f"  StartPeriod =\t{spans['StartPeriod']}", f"  Timeout =\t{spans['Timeout']}",
    )  # fmt: skip
    yield from _titled("  Tests:", (f"\t Test = {test}" for test in check.get("Test") or []), end=" ")
