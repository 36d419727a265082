"""The specification of a service after `service update`. Pure.

A part that no flag names stays as the engine gave it, also what this client does not know; but mounts and ulimits are
put in order, as docker does each time. ValueError carries docker's words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydock.api.request import without_empty
from pydock.commands.service import body
from pydock.commands.service.body import ALL, NetworkID, capability_set, spec_of, typed
from pydock.commands.service.options import UpdateOptions
from pydock.flags.mounts import Mount
from pydock.flags.pairs import from_environment, mapping
from pydock.flags.services import Port, generic_resources
from pydock.shape import Json

#: fields of ContainerSpec that a flag replaces
REPLACED = {
    "Image": "image", "Args": "args", "Command": "entrypoint", "Dir": "workdir", "User": "user", "Hostname": "hostname",
    "Isolation": "isolation", "TTY": "tty", "ReadOnly": "read_only", "StopSignal": "stop_signal", "OomScoreAdj": "oom_score_adj",
}  # fmt: skip


def merged(before: Json, changes: Json) -> Json:
    """The object with these fields; an empty one is left out, as the API does."""
    return {**{k: v for k, v in before.items() if k not in changes}, **without_empty(changes)}


def updated(spec: Json, o: UpdateOptions, cwd: str, environ: Mapping[str, str], network_id: NetworkID) -> Json:
    """The specification with the flags' changes, in docker's order; secrets and configs follow. Raises ValueError,
    Failure."""
    task = spec_of(spec.get("TaskTemplate"))
    container = container_spec(spec_of(task.get("ContainerSpec")), o, cwd, environ)
    task = {
        **task,
        **resources(task.get("Resources"), o),
        **without_empty({"RestartPolicy": body.restart_policy(o, task.get("RestartPolicy"))}),
        **placement(task.get("Placement"), o),
    }
    if o.given & {"network_add", "network_rm"}:
        before = task.get("Networks") or spec.get("Networks") or []
        spec, task = merged(spec, {"Networks": None}), merged(task, {"Networks": networks(before, o, network_id)})
    spec = {**spec, **mode(spec_of(spec.get("Mode")), o)}
    task = {**task, **without_empty({"LogDriver": body.log_driver(o, environ)})}
    if o.force:
        task["ForceUpdate"] = (task.get("ForceUpdate") or 0) + 1
    container = with_health(container, o)
    changes = {
        "UpdateConfig": body.update_config(o, "update", spec.get("UpdateConfig")),
        "RollbackConfig": body.update_config(o, "rollback", spec.get("RollbackConfig")),
    }
    return {
        **spec,
        **labels(spec, o.label_add, o.label_rm),
        **without_empty(changes),
        **endpoint(spec.get("EndpointSpec"), o),
        "TaskTemplate": {**task, "ContainerSpec": container},
    }


def labels(before: Json, add: Iterable[str], remove: Iterable[str]) -> Json:
    """{"Labels": …} after the change; empty if the object has none, and gets none."""
    found, added = before.get("Labels"), mapping(add)
    if not added and not found:
        return {}
    return {"Labels": {**{k: v for k, v in spec_of(found).items() if k not in set(remove)}, **added}}


def without(items: Iterable[Any] | None, remove: Iterable[str]) -> list[Any]:
    gone = set(remove)
    return [item for item in items or () if item not in gone]


def container_spec(before: Json, o: UpdateOptions, cwd: str, environ: Mapping[str, str]) -> Json:
    """The ContainerSpec, but for its health, secrets, configs and credential spec. Raises ValueError."""
    sysctls = {k: v for k, v in spec_of(before.get("Sysctls")).items() if k not in mapping(o.sysctl_rm)}
    changes = {
        **typed(o, REPLACED),
        **labels(before, o.container_label_add, o.container_label_rm),
        "Env": environment(before.get("Env") or [], o, environ),
        "Mounts": mounts(before.get("Mounts") or [], o, cwd),
        "Sysctls": {**sysctls, **mapping(o.sysctl_add)},
        "Ulimits": ulimits(before.get("Ulimits") or [], o),
    }
    if o.given & {"group_add", "group_rm"}:
        changes["Groups"] = sorted(without([*(before.get("Groups") or ()), *o.group_add], o.group_rm))
    if o.given & {"host_add", "host_rm"}:
        changes["Hosts"] = hosts(before.get("Hosts") or [], o)
    if o.given & {"cap_add", "cap_drop"}:
        changes["CapabilityAdd"], changes["CapabilityDrop"] = capabilities(before, o)
    return {
        **merged(before, changes),
        **typed(o, {"Init": "init", "StopGracePeriod": "stop_grace_period"}),
        **dns_config(before.get("DNSConfig"), o),
    }


def environment(before: list[str], o: UpdateOptions, environ: Mapping[str, str]) -> list[str]:
    """The variables: a new value takes its name's old place."""
    kept = [line for line in before if line.partition("=")[0] not in set(o.env_rm)]
    if not o.env_add:
        return kept
    lines = [*kept, *from_environment(o.env_add, environ)]
    return list({line.partition("=")[0]: line for line in lines}.values())


def mounts(before: list[Mount], o: UpdateOptions, cwd: str) -> list[Mount]:
    """One for each target, sorted. Raises ValueError."""
    added = body.mounts(o.mount_add, cwd)
    found = {m["Target"]: m for m in added}
    if len(found) < len(added):
        raise ValueError("duplicate mount target")
    for mount in before:
        found.setdefault(mount.get("Target") or "", mount)
    kept = [mount for target, mount in found.items() if target not in set(o.mount_rm)]
    return sorted(kept, key=lambda m: (m.get("Source") or "", m.get("Target") or ""))


def ulimits(before: list[Json], o: UpdateOptions) -> list[Json]:
    found = {u["Name"]: u for u in before if u["Name"] not in mapping(o.ulimit_rm)}
    found |= {u["Name"]: u for u in body.ulimits(o.ulimit_add)}
    return sorted(found.values(), key=lambda u: str(u["Name"]))


def hosts(before: list[str], o: UpdateOptions) -> list[str]:
    """Lines of /etc/hosts in their order. HOST removes a name everywhere, HOST:IP from that address."""
    gone = [(host, ip) for host, _, ip in (entry.partition(":") for entry in o.host_rm)]
    lines = []
    for ip, *names in (line.split() for line in before if line.strip()):
        kept = [name for name in names if not {(name, ""), (name, ip)} & set(gone)]
        lines += [" ".join((ip, *kept))] if kept else []
    return list(dict.fromkeys([*lines, *body.hosts(o.host_add)]))


def dns_config(before: Json | None, o: UpdateOptions) -> Json:
    """{"DNSConfig": …} after the change; empty if no flag is given."""
    flags = {
        "Nameservers": ("dns", o.dns_add, o.dns_rm),
        "Search": ("dns_search", o.dns_search_add, o.dns_search_rm),
        "Options": ("dns_option", o.dns_option_add, o.dns_option_rm),
    }
    if not any(o.given & {f"{name}_add", f"{name}_rm"} for name, _, _ in flags.values()):
        return {}
    old = spec_of(before)
    fields = {
        field: sorted(set(without([*(old.get(field) or ()), *add], remove)))
        for field, (_, add, remove) in flags.items()
    }
    return {"DNSConfig": merged(old, fields)}


def capabilities(before: Json, o: UpdateOptions) -> tuple[list[str], list[str]]:
    """(added, dropped) after the change.

    Adding one that was dropped only takes the drop back, and the other way round; adding wins over dropping; RESET
    forgets what was added, or dropped, before."""
    added, dropped = (capability_set(before.get(f) or ()) for f in ("CapabilityAdd", "CapabilityDrop"))
    to_add, to_drop = capability_set(o.cap_add), capability_set(o.cap_drop)
    if body.RESET in to_add:
        added, to_add = set(), to_add - {body.RESET}
    if body.RESET in to_drop:
        dropped, to_drop = set(), to_drop - {body.RESET}
    to_drop -= to_add
    added, dropped = added - to_drop, dropped | (to_drop - added)
    added, dropped = added | (to_add - dropped), dropped - to_add
    return [ALL] if ALL in added else sorted(added), [ALL] if ALL in dropped else sorted(dropped)


def with_health(container: Json, o: UpdateOptions) -> Json:
    """The ContainerSpec with the health flags' changes. Raises ValueError."""
    flags = {**body.DURATIONS, "Retries": "health_retries", "Test": "health_cmd"}
    changes = typed(o, flags)
    if not changes and "no_healthcheck" not in o.given:
        return container
    if o.no_healthcheck:
        if changes:
            raise ValueError(body.CONFLICT)
        return {**container, "Healthcheck": {"Test": ["NONE"]}}
    before = spec_of(container.get("Healthcheck"))
    test = before.get("Test") or []
    if "Test" in changes:
        changes["Test"] = ["CMD-SHELL", o.health_cmd] if o.health_cmd else []
    elif test[:1] == ["NONE"]:
        changes["Test"] = []
    return {**container, "Healthcheck": merged(before, changes)}


# -- tasks -----------------------------------------------------------------------------------------


def resources(before: Json | None, o: UpdateOptions) -> Json:
    """{"Resources": …} after the change; empty if no flag is given. Raises ValueError."""
    limits = typed(o, {"NanoCPUs": "limit_cpu", "MemoryBytes": "limit_memory", "Pids": "limit_pids"})
    reserved = typed(o, {"NanoCPUs": "reserve_cpu", "MemoryBytes": "reserve_memory"})
    swap = typed(o, {"SwapBytes": "memory_swap", "MemorySwappiness": "memory_swappiness"})
    generic = o.given & {"generic_resource_add", "generic_resource_rm"}
    if not (limits or reserved or swap or generic):
        return {}
    out = {**spec_of(before), **swap}
    if limits or reserved:
        out["Limits"] = merged(spec_of(out.get("Limits")), limits)
        out["Reservations"] = merged(spec_of(out.get("Reservations")), reserved)
    if generic:
        old = spec_of(out.get("Reservations"))
        out["Reservations"] = merged(old, {"GenericResources": generic_after(old.get("GenericResources") or [], o)})
    return {"Resources": out}


def generic_after(before: list[Json], o: UpdateOptions) -> list[Json]:
    """User-defined resources, in their order. Raises ValueError."""
    found: dict[str, Json] = {}
    added = generic_resources(o.generic_resource_add)
    for resource in before:
        kind = spec_of(resource.get("DiscreteResourceSpec")).get("Kind")
        if kind is None:
            raise ValueError("invalid generic-resource for service task: only discrete ones can be changed")
        if kind in found:
            raise ValueError(f"duplicate generic-resource `{kind}` for service task")
        found[kind] = resource
    found |= {r["DiscreteResourceSpec"].get("Kind", ""): r for r in added}
    for kind in o.generic_resource_rm:
        if kind not in found:
            raise ValueError(f"could not find generic-resource `{kind}` to remove it")
        del found[kind]
    return list(found.values())


def placement(before: Json | None, o: UpdateOptions) -> Json:
    """{"Placement": …} after the change; empty if no flag is given."""
    changes = typed(o, {"MaxReplicas": "replicas_max_per_node"})
    old = spec_of(before)
    if o.given & {"constraint_add", "constraint_rm"}:
        found = [*(old.get("Constraints") or ()), *o.constraint_add]
        changes["Constraints"] = sorted(without(found, o.constraint_rm))
    if o.given & {"placement_pref_add", "placement_pref_rm"}:
        kept = [p for p in old.get("Preferences") or () if p not in o.placement_pref_rm]
        changes["Preferences"] = [*kept, *o.placement_pref_add]
    return {"Placement": merged(old, changes)} if changes else {}


def networks(before: list[Any], o: UpdateOptions, network_id: NetworkID) -> list[Any]:
    """Sorted by ID. Raises ValueError, Failure."""
    gone = {network_id(name) for name in o.network_rm}
    found = {n.get("Target") or "": n for n in before if n.get("Target") not in gone}
    for wanted in o.network_add:
        [attached] = body.attachments([wanted], network_id)
        if attached["Target"] in found:
            raise ValueError(f"service is already attached to network {wanted.target}")
        found[attached["Target"]] = attached
    return [found[target] for target in sorted(found)]


def mode(before: Json, o: UpdateOptions) -> Json:
    """{"Mode": …} after the change; empty if no flag is given. Raises ValueError for another mode's flag."""
    for flag, kind, field, why in (
        ("replicas", "Replicated", "Replicas", "replicas can only be used with replicated mode"),
        (
            "max_concurrent",
            "ReplicatedJob",
            "MaxConcurrent",
            "max-concurrent can only be used with replicated-job mode",
        ),
    ):
        if flag in o.given:
            if before.get(kind) is None:
                raise ValueError(why)
            return {"Mode": {**before, kind: {**before[kind], field: getattr(o, flag)}}}
    return {}


def endpoint(before: Json | None, o: UpdateOptions) -> Json:
    """{"EndpointSpec": …} after the change; empty if no flag is given."""
    changes = typed(o, {"Mode": "endpoint_mode"})
    if o.given & {"publish_add", "publish_rm"}:
        changes["Ports"] = ports(spec_of(before).get("Ports") or [], o)
    return {"EndpointSpec": merged(spec_of(before), changes)} if changes else {}


def ports(before: list[Port], o: UpdateOptions) -> list[Port]:
    """Sorted, as texts. A port is removed by target, protocol and mode; one that is there already is not added."""
    found = {port_text(p): p for p in reversed(before)}
    gone = {_target(p) for p in o.publish_rm}
    kept = [p for p in found.values() if _target(p) not in gone]
    return sorted([*kept, *(p for p in o.publish_add if port_text(p) not in found)], key=port_text)


def _target(port: Port) -> tuple[int, str, str]:
    return port.get("TargetPort") or 0, port.get("Protocol") or "tcp", port.get("PublishMode") or "ingress"


def port_text(port: Port) -> str:
    """PUBLISHED:TARGET/PROTOCOL/MODE."""
    published, target = port.get("PublishedPort") or 0, port.get("TargetPort") or 0
    return f"{published}:{target}/{port.get('Protocol') or ''}/{port.get('PublishMode') or ''}"
