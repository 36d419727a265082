"""The specification of a new service, from options: the body of POST /services/create. Pure.

Files are read, and names of networks looked up, by the given functions, in docker's order: of two mistakes docker
reports the one that it looks at first. ValueError carries docker's words for options that contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import isfinite, isnan
from typing import Any

from pydock.commands.container.body import Read, lines_of
from pydock.commands.service.options import CreateOptions, ServiceOptions
from pydock.flags.mounts import Mount, absolute
from pydock.flags.networks import Attachment
from pydock.flags.pairs import from_environment, mapping
from pydock.flags.services import generic_resources
from pydock.flags.units import Ulimit, ulimit_objects
from pydock.shape import Json

#: a network's name -> its ID; raises Failure
NetworkID = Callable[[str], str]

SECOND = 1_000_000_000
#: what swarmkit does where nothing is said
RESTART = {"Condition": "any", "Delay": 5 * SECOND, "MaxAttempts": 0}
UPDATE = {
    "Parallelism": 1, "Delay": 0, "FailureAction": "pause", "Monitor": 5 * SECOND, "MaxFailureRatio": 0,
    "Order": "stop-first",
}  # fmt: skip


def filled(fields: Json) -> Json:
    """Without empty fields, which the API leaves out ("omitempty" in moby's api/types/swarm)."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in fields.items() if v}


def spec_of(value: Any) -> Json:
    """An object that an engine may leave out."""
    return dict(value or {})


def typed(o: ServiceOptions, fields: Mapping[str, str]) -> Json:
    """{field: value} of those flags that the user typed. fields: the API's field -> the option's."""
    return {field: getattr(o, name) for field, name in fields.items() if name in o.given}


def create_spec(o: CreateOptions, cwd: str, environ: Mapping[str, str], read: Read, network_id: NetworkID) -> Json:
    """The specification, its parts in the order in which docker validates them; without secrets and configs.

    `cwd` is the base of a mount's relative source, `environ` has the values of bare names. Raises ValueError, Failure.
    """
    env = environment(o, environ, read)
    health = healthcheck(o)
    mode = service_mode(o)
    changes = {"UpdateConfig": update_config(o, "update"), "RollbackConfig": update_config(o, "rollback")}
    if any(changes.values()) and mode.keys() & {"ReplicatedJob", "GlobalJob"}:
        raise ValueError("update and rollback configuration is not supported for jobs")
    networks = sorted(attachments(o.network, network_id), key=lambda n: str(n["Target"]))
    template = {
        "ContainerSpec": {**container_spec(o, cwd), **filled({"Env": env}), **({} if health is None else {"Healthcheck": health})},
        **filled({"Networks": networks, "RestartPolicy": restart_policy(o), "LogDriver": log_driver(o, environ)}),
        "Resources": resources(o),
        "Placement": filled(
            {"Constraints": o.constraint, "Preferences": o.placement_pref, "MaxReplicas": o.replicas_max_per_node}
        ),
        "ForceUpdate": 0,
    }  # fmt: skip
    return {
        **filled({"Name": o.name}),
        "Labels": mapping(o.label),
        "TaskTemplate": template,
        "Mode": mode,
        **filled(changes),
        "EndpointSpec": filled({"Mode": o.endpoint_mode.lower(), "Ports": o.publish}),
    }


def environment(o: CreateOptions, environ: Mapping[str, str], read: Read) -> list[str]:
    """The variables of files and flags; of a name with several values the last one stays."""
    lines = [line for path in o.env_file for line in lines_of(read, path, environ)]
    out: list[str] = []
    for line in [*lines, *from_environment(o.env, environ)]:
        name = line.partition("=")[0]
        out = [*(kept for kept in out if kept == line or not kept.startswith(name + "=")), line]
    return out


def container_spec(o: CreateOptions, cwd: str) -> Json:
    """What needs no validation of a ContainerSpec."""
    add, drop = effective(o.cap_add, o.cap_drop)
    fields = {
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
    return {
        **filled(fields),
        "Init": o.init,
        "DNSConfig": filled({"Nameservers": o.dns, "Search": o.dns_search, "Options": o.dns_option}),
        **typed(o, {"StopGracePeriod": "stop_grace_period"}),
    }


def privileges(credential_spec: Json | None) -> Json:
    """ContainerSpec.Privileges; empty without a credential spec."""
    if credential_spec is None:
        return {}
    return {"CredentialSpec": credential_spec, "SELinuxContext": None, "NoNewPrivileges": False}


def service_mode(o: CreateOptions) -> Json:
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
        return {"ReplicatedJob": {**total, **typed(o, {"MaxConcurrent": "max_concurrent"})}}
    return {"Replicated": replicas} if o.mode == "replicated" else {"Global" if o.mode == "global" else "GlobalJob": {}}


def update_config(o: ServiceOptions, kind: str, before: Json | None = None) -> Json:
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
    config = {**(before or UPDATE), **changes}
    return {k: v for k, v in config.items() if v or k not in ("Delay", "FailureAction", "Monitor")}


def restart_policy(o: ServiceOptions, before: Json | None = None) -> Json:
    """RestartPolicy with the given flags; empty if there are none."""
    names = {"Delay": "restart_delay", "MaxAttempts": "restart_max_attempts", "Window": "restart_window"}
    changes = typed(o, {"Condition": "restart_condition", **names})
    policy = {**(before or RESTART), **changes}
    return {k: v for k, v in policy.items() if v != ""} if changes else {}


def resources(o: CreateOptions) -> Json:
    """Limits and reservations. Raises ValueError."""
    generic = generic_resources(o.generic_resource)
    return {
        "Limits": filled({"NanoCPUs": o.limit_cpu, "MemoryBytes": o.limit_memory, "Pids": o.limit_pids}),
        "Reservations": filled(
            {"NanoCPUs": o.reserve_cpu, "MemoryBytes": o.reserve_memory, "GenericResources": generic}
        ),
        **typed(o, {"SwapBytes": "memory_swap", "MemorySwappiness": "memory_swappiness"}),
    }


#: fields of a Healthcheck with their flags
DURATIONS = {
    "Interval": "health_interval", "Timeout": "health_timeout", "StartPeriod": "health_start_period",
    "StartInterval": "health_start_interval",
}  # fmt: skip
CONFLICT = "--no-healthcheck conflicts with --health-* options"


def healthcheck(o: CreateOptions) -> Json | None:
    """ContainerSpec.Healthcheck; None if no health flag is given. Raises ValueError."""
    present = o.health_cmd or o.health_retries or o.given & set(DURATIONS.values())
    if o.no_healthcheck:
        if present:
            raise ValueError(CONFLICT)
        return {"Test": ["NONE"]}
    test = ["CMD-SHELL", o.health_cmd] if o.health_cmd else []
    fields = {"Test": test, **typed(o, DURATIONS), "Retries": o.health_retries}
    return filled(fields) if present else None


def attachments(networks: Iterable[Attachment], network_id: NetworkID) -> list[Json]:
    """Networks in the API's form, by their IDs. Raises Failure for an unknown one."""
    return [
        filled({"Target": network_id(n.target), "Aliases": n.aliases, "DriverOpts": n.driver_opts}) for n in networks
    ]


def log_driver(o: ServiceOptions, environ: Mapping[str, str]) -> Json:
    """LogDriver; empty without a name."""
    options = mapping(from_environment(o.log_opt, environ))
    return filled({"Name": o.log_driver, "Options": options}) if o.log_driver else {}


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
    upper = (name.strip().upper() for name in names)
    return {n if n in (ALL, RESET) or n.startswith("CAP_") else f"CAP_{n}" for n in upper}


def effective(add: Iterable[str], drop: Iterable[str]) -> tuple[list[str], list[str]]:
    """(added, dropped) capabilities: ALL stands for any other, and adding wins."""
    added, dropped = ({ALL} if ALL in names else names for names in map(capability_set, (add, drop)))
    return sorted(added - {RESET}), sorted(dropped - added - {RESET})
