"""The specification of a new service, from options: the body of POST /services/create. Pure.

Files are read, and names of networks looked up, by the given functions, in docker's order: of two mistakes docker
reports the one that it looks at first. ValueError carries docker's words for options that contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import isfinite, isnan
from typing import TYPE_CHECKING, Any

from pydock.api.request import without_empty
from pydock.commands.container.body import Read, capability, file_variables
from pydock.commands.service.options import CreateOptions, ServiceOptions
from pydock.flags.mounts import Mount, absolute
from pydock.flags.networks import Attachment
from pydock.flags.pairs import from_environment, mapping
from pydock.flags.services import generic_resources
from pydock.flags.units import Ulimit, ulimit_objects
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.api.types import (
        ContainerSpec,
        DNSConfig,
        Driver,
        EndpointSpec,
        HealthConfig,
        Limit,
        NetworkAttachmentConfig,
        Placement,
        Privileges,
        Reservations,
        ResourceRequirements,
        ServiceMode,
        ServiceSpec,
        TaskRestartPolicy,
        TaskSpec,
        UpdateConfig,
    )

#: a network's name -> its ID; raises Failure
NetworkID = Callable[[str], str]

SECOND = 1_000_000_000
#: what swarmkit does where nothing is said
RESTART: TaskRestartPolicy = {"Condition": "any", "Delay": 5 * SECOND, "MaxAttempts": 0}
UPDATE: UpdateConfig = {
    "Parallelism": 1, "Delay": 0, "FailureAction": "pause", "Monitor": 5 * SECOND, "MaxFailureRatio": 0,
    "Order": "stop-first",
}  # fmt: skip


def spec_of(value: Any) -> Json:
    """An object that an engine may leave out."""
    return dict(value or {})


def typed(o: ServiceOptions, fields: Mapping[str, str]) -> Any:
    """{field: value} of those flags that the user typed. fields: the API's field -> the option's."""
    return {field: getattr(o, name) for field, name in fields.items() if name in o.given}


def create_spec(
    o: CreateOptions, cwd: str, environ: Mapping[str, str], read: Read, network_id: NetworkID
) -> ServiceSpec:
    """The specification, its parts in the order in which docker validates them; without secrets and configs.

    `cwd` is the base of a mount's relative source, `environ` has the values of bare names. Raises ValueError, Failure.
    """
    variables: ContainerSpec = {"Env": environment(o, environ, read)}
    health = healthcheck(o)
    mode = service_mode(o)
    changes: ServiceSpec = {"UpdateConfig": update_config(o, "update"), "RollbackConfig": update_config(o, "rollback")}
    if any(changes.values()) and mode.keys() & {"ReplicatedJob", "GlobalJob"}:
        raise ValueError("update and rollback configuration is not supported for jobs")
    optional: TaskSpec = {
        "Networks": sorted(attachments(o.network, network_id), key=lambda n: n["Target"]),
        "RestartPolicy": restart_policy(o),
        "LogDriver": log_driver(o, environ),
    }
    container: ContainerSpec = {
        **container_spec(o, cwd),
        **without_empty(variables),
        **({} if health is None else {"Healthcheck": health}),
    }
    placement: Placement = {
        "Constraints": o.constraint,
        "Preferences": o.placement_pref,
        "MaxReplicas": o.replicas_max_per_node,
    }
    template: TaskSpec = {
        **without_empty(optional),
        "ContainerSpec": container,
        "Resources": resources(o),
        "Placement": without_empty(placement),
        "ForceUpdate": 0,
    }
    endpoint: EndpointSpec = {"Mode": o.endpoint_mode.lower(), "Ports": o.publish}
    return {
        **({"Name": o.name} if o.name else {}),
        "Labels": mapping(o.label),
        "TaskTemplate": template,
        "Mode": mode,
        **without_empty(changes),
        "EndpointSpec": without_empty(endpoint),
    }


def environment(o: CreateOptions, environ: Mapping[str, str], read: Read) -> list[str]:
    """The variables of files and flags; of a name with several values the last one stays."""
    lines = file_variables(o, read, environ)
    out: list[str] = []
    for line in [*lines, *from_environment(o.env, environ)]:
        name = line.partition("=")[0]
        out = [*(kept for kept in out if kept == line or not kept.startswith(name + "=")), line]
    return out


def container_spec(o: CreateOptions, cwd: str) -> ContainerSpec:
    """What needs no validation of a ContainerSpec."""
    add, drop = effective(o.cap_add, o.cap_drop)
    fields: ContainerSpec = {
        "Image": o.image,
        "Args": o.command,
        "Command": o.entrypoint,
        "Hostname": o.hostname,
        "Labels": mapping(o.container_label),
        "Dir": o.workdir,
        "User": o.user,
        "Groups": o.group,
        "StopSignal": o.stop_signal,
        "TTY": o.tty,
        "ReadOnly": o.read_only,
        "Mounts": mounts(o.mount, cwd),
        "Hosts": hosts(o.host),
        "Isolation": o.isolation,
        "Sysctls": mapping(o.sysctl),
        "CapabilityAdd": add,
        "CapabilityDrop": drop,
        "Ulimits": ulimits(o.ulimit),
        "OomScoreAdj": o.oom_score_adj,
        "Privileges": privileges(o.credential_spec),
    }
    dns: DNSConfig = {"Nameservers": o.dns, "Search": o.dns_search, "Options": o.dns_option}
    return {
        **without_empty(fields),
        "Init": o.init,
        "DNSConfig": without_empty(dns),
        **({"StopGracePeriod": o.stop_grace_period} if "stop_grace_period" in o.given else {}),
    }


def privileges(credential_spec: Any) -> Privileges:
    """ContainerSpec.Privileges; empty without a credential spec."""
    if credential_spec is None:
        return {}
    return {"CredentialSpec": credential_spec, "SELinuxContext": None, "NoNewPrivileges": False}


def service_mode(o: CreateOptions) -> ServiceMode:
    """ServiceSpec.Mode. Raises ValueError for flags that the mode has no use for."""
    replicas = typed(o, {"Replicas": "replicas"})
    refused = {
        "replicas": (replicas, "replicas can only be used with replicated or replicated-job mode"),
        "per-node": (
            o.replicas_max_per_node,
            "replicas-max-per-node can only be used with replicated or replicated-job mode",
        ),
        "concurrent": ("max_concurrent" in o.given, "max-concurrent can only be used with replicated-job mode"),
    }
    order = {
        "global": ("replicas", "per-node", "concurrent"),
        "replicated": ("concurrent",),
        "replicated-job": (),
        "global-job": ("per-node", "concurrent", "replicas"),
    }
    if o.mode not in order:
        raise ValueError(f"Unknown mode: {o.mode}, only replicated and global supported")
    for name in order[o.mode]:
        present, why = refused[name]
        if present:
            raise ValueError(why)
    if o.mode == "replicated-job":
        total = typed(o, {"MaxConcurrent": "replicas", "TotalCompletions": "replicas"})
        return {"ReplicatedJob": total | typed(o, {"MaxConcurrent": "max_concurrent"})}
    if o.mode == "replicated":
        return {"Replicated": replicas}
    return {"Global": {}} if o.mode == "global" else {"GlobalJob": {}}


def update_config(o: ServiceOptions, kind: str, before: Any = None) -> UpdateConfig:
    """UpdateConfig or RollbackConfig with the given flags; empty if there are none. kind: "update", "rollback".

    Raises ValueError for a ratio that JSON cannot hold."""
    names = {
        "Parallelism": "parallelism",
        "Delay": "delay",
        "FailureAction": "failure_action",
        "Monitor": "monitor",
        "MaxFailureRatio": "max_failure_ratio",
        "Order": "order",
    }
    changes = typed(o, {field: f"{kind}_{name}" for field, name in names.items()})
    if not changes:
        return {}
    if not isfinite(ratio := changes.get("MaxFailureRatio", 0)):
        raise ValueError(f"json: unsupported value: {'NaN' if isnan(ratio) else '+Inf' if ratio > 0 else '-Inf'}")
    config: UpdateConfig = {**(before or UPDATE), **changes}
    return without_empty(config, ("Delay", "FailureAction", "Monitor"))


def restart_policy(o: ServiceOptions, before: Any = None) -> TaskRestartPolicy:
    """RestartPolicy with the given flags; empty if there are none."""
    names = {"Delay": "restart_delay", "MaxAttempts": "restart_max_attempts", "Window": "restart_window"}
    changes = typed(o, {"Condition": "restart_condition", **names})
    policy: TaskRestartPolicy = {**(before or RESTART), **changes}
    return without_empty(policy, ("Condition",)) if changes else {}


def resources(o: CreateOptions) -> ResourceRequirements:
    """Limits and reservations. Raises ValueError."""
    limits: Limit = {"NanoCPUs": o.limit_cpu, "MemoryBytes": o.limit_memory, "Pids": o.limit_pids}
    reserved: Reservations = {
        "NanoCPUs": o.reserve_cpu,
        "MemoryBytes": o.reserve_memory,
        "GenericResources": generic_resources(o.generic_resource),
    }
    return {
        "Limits": without_empty(limits),
        "Reservations": without_empty(reserved),
        **({"SwapBytes": o.memory_swap} if "memory_swap" in o.given else {}),
        **({"MemorySwappiness": o.memory_swappiness} if "memory_swappiness" in o.given else {}),
    }


#: fields of a Healthcheck with their flags
DURATIONS = {
    "Interval": "health_interval", "Timeout": "health_timeout", "StartPeriod": "health_start_period",
    "StartInterval": "health_start_interval",
}  # fmt: skip
CONFLICT = "--no-healthcheck conflicts with --health-* options"


def healthcheck(o: CreateOptions) -> HealthConfig | None:
    """ContainerSpec.Healthcheck; None if no health flag is given. Raises ValueError."""
    present = o.health_cmd or o.health_retries or o.given & set(DURATIONS.values())
    if o.no_healthcheck:
        if present:
            raise ValueError(CONFLICT)
        return {"Test": ["NONE"]}
    test = ["CMD-SHELL", o.health_cmd] if o.health_cmd else []
    health: HealthConfig = typed(o, DURATIONS) | {"Test": test, "Retries": o.health_retries}
    return without_empty(health) if present else None


def attachments(networks: Iterable[Attachment], network_id: NetworkID) -> list[NetworkAttachmentConfig]:
    """Networks in the API's form, by their IDs. Raises Failure for an unknown one."""
    out: list[NetworkAttachmentConfig] = []
    for network in networks:
        found: NetworkAttachmentConfig = {
            "Target": network_id(network.target),
            "Aliases": network.aliases,
            "DriverOpts": network.driver_opts,
        }
        out.append(without_empty(found))
    return out


def log_driver(o: ServiceOptions, environ: Mapping[str, str]) -> Driver:
    """LogDriver; empty without a name."""
    driver: Driver = {"Name": o.log_driver, "Options": mapping(from_environment(o.log_opt, environ))}
    return without_empty(driver) if o.log_driver else {}


def mounts(given: Iterable[Mount], cwd: str) -> list[Mount]:
    """Mounts with absolute sources."""
    return [{**m, "Source": absolute(m["Source"], cwd)} if m.get("Source") else m for m in given]


def hosts(given: Iterable[str]) -> list[str]:
    """HOST:IP words as lines of /etc/hosts."""
    return [f"{ip} {host}" for host, _, ip in (entry.partition(":") for entry in given)]


def ulimits(given: Iterable[Ulimit]) -> list[Json]:
    return sorted(ulimit_objects(given), key=lambda u: str(u["Name"]))


# -- capabilities ----------------------------------------------------------------------------------

#: all capabilities; on an update, forget those added or dropped before
ALL, RESET = "ALL", "RESET"


def capability_set(names: Iterable[str]) -> set[str]:
    """Full names: CAP_NET_ADMIN, but ALL and RESET."""
    return {capability(name.strip(), (ALL, RESET)) for name in names}


def effective(add: Iterable[str], drop: Iterable[str]) -> tuple[list[str], list[str]]:
    """(added, dropped) capabilities: ALL stands for any other, and adding wins."""
    added, dropped = ({ALL} if ALL in names else names for names in map(capability_set, (add, drop)))
    return sorted(added - {RESET}), sorted(dropped - added - {RESET})
