"""A service of a compose file as a specification of the Engine API. Pure.

What is set of the service is read (see `compose.types`), in docker's order: of two mistakes the first one is told. ValueErrors have
docker's messages.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydock.api.request import Version, without_empty
from pydock.commands.service.body import effective
from pydock.commands.stack.mounts import mount, stack_name
from pydock.commands.stack.namespace import IMAGE_LABEL, Namespace
from pydock.commands.stack.specs import DEFAULT, Object, is_user_defined
from pydock.compose.loading import Config
from pydock.compose.rules import as_float32
from pydock.flags.units import nano_cpus
from pydock.go.strconv import parse_int, quote
from pydock.shape import Json


def service_spec(
    name: str, config: Config, stack: Namespace, secrets: list[Json], configs: list[Json], version: Version
) -> Json:
    """The specification of a service. secrets, configs: with their IDs, sorted; version: of the API."""
    service = config.services[name]
    deploy = service.get("deploy") or {}
    mode = service_mode(deploy)
    mounts = [mount(one, config.volumes, stack) for one in service.get("volumes") or ()]
    limits = resources(deploy.get("resources") or {})
    restart = restart_policy(service.get("restart", ""), deploy.get("restart_policy"))
    health = healthcheck(service.get("healthcheck"))
    networks = attachments(name, service.get("networks") or {DEFAULT: {}}, config.networks, stack)
    credentials = credential_spec(service.get("credential_spec") or {}, configs, stack)
    logging = service.get("logging")
    container = {
        **without_empty(container_spec(service, stack)),
        "Privileges": {"CredentialSpec": credentials, "SELinuxContext": None, "NoNewPrivileges": False},
        **without_empty({"Mounts": mounts, "Secrets": secrets, "Configs": configs}),
        **_set(Healthcheck=health, Init=service.get("init"), StopGracePeriod=service.get("stop_grace_period")),
    }
    task = {
        "ContainerSpec": container,
        "Resources": limits,
        **_set(RestartPolicy=restart),
        "Placement": placement(deploy.get("placement") or {}),
        **({"Networks": networks} if version >= (1, 29) else {}),
        **({"LogDriver": _driver(logging)} if logging is not None else {}),
        "ForceUpdate": 0,
    }
    image = service.get("image", "")
    return {
        "Name": stack.scoped(name),
        "Labels": {**stack.labelled(deploy.get("labels")), IMAGE_LABEL: image},
        "TaskTemplate": task,
        "Mode": mode,
        **_set(
            UpdateConfig=update_config(deploy.get("update_config")),
            RollbackConfig=update_config(deploy.get("rollback_config")),
        ),
        # engines before API 1.29 cannot move the networks of a service to its tasks
        **({} if version >= (1, 29) else {"Networks": networks}),
        "EndpointSpec": endpoint(deploy.get("endpoint_mode", ""), service.get("ports") or ()),
    }


def _set(**fields: Any) -> Json:
    """Without fields that are not set; zero is."""
    return {key: value for key, value in fields.items() if value is not None}


def container_spec(service: Object, stack: Namespace) -> Json:
    """What is left out if it is empty."""
    added, dropped = effective(service.get("cap_add") or (), service.get("cap_drop") or ())
    dns = without_empty({"Nameservers": service.get("dns"), "Search": service.get("dns_search")})
    return {
        "Image": service.get("image"),
        "Labels": stack.labelled(service.get("labels")),
        "Command": service.get("entrypoint"),
        "Args": service.get("command"),
        "Hostname": service.get("hostname"),
        "Env": sorted(k if v is None else f"{k}={v}" for k, v in (service.get("environment") or {}).items()),
        "Dir": service.get("working_dir"),
        "User": service.get("user"),
        "StopSignal": service.get("stop_signal"),
        "TTY": service.get("tty"),
        "OpenStdin": service.get("stdin_open"),
        "ReadOnly": service.get("read_only"),
        "Hosts": [f"{ip} {host}" for host, _, ip in (one.partition(":") for one in service.get("extra_hosts") or ())],
        "DNSConfig": dns,
        "Isolation": service.get("isolation"),
        "Sysctls": service.get("sysctls"),
        "CapabilityAdd": added,
        "CapabilityDrop": dropped,
        "Ulimits": [ulimit(name, limit or {}) for name, limit in sorted((service.get("ulimits") or {}).items())],
    }


def ulimit(name: str, limit: Object) -> Json:
    single = limit.get("single")
    return {"Name": name, "Hard": single or limit.get("hard", 0), "Soft": single or limit.get("soft", 0)}


def service_mode(deploy: Object) -> Json:
    mode, replicas = deploy.get("mode", ""), deploy.get("replicas")
    if mode in ("global", "global-job"):
        if replicas is not None:
            raise ValueError("replicas can only be used with replicated or replicated-job mode")
        return {"Global" if mode == "global" else "GlobalJob": {}}
    if mode == "replicated-job":
        return {"ReplicatedJob": _set(MaxConcurrent=replicas, TotalCompletions=replicas)}
    if mode not in ("", "replicated"):
        raise ValueError(f"Unknown mode: {mode}")
    return {"Replicated": _set(Replicas=replicas)}


def resources(given: Object) -> Json:
    out: Json = {}
    limits, reserved = given.get("limits"), given.get("reservations")
    if limits is not None:
        out["Limits"] = without_empty(
            {"NanoCPUs": _cpus(limits), "MemoryBytes": limits.get("memory"), "Pids": limits.get("pids")}
        )
    if reserved is not None:
        generic = [_generic(one) for one in reserved.get("generic_resources") or ()]
        out["Reservations"] = without_empty(
            {"NanoCPUs": _cpus(reserved), "MemoryBytes": reserved.get("memory"), "GenericResources": generic}
        )
    return out


def _cpus(given: Object) -> int:
    return nano_cpus(given["cpus"]) if given.get("cpus") else 0


def _generic(given: Object) -> Json:
    spec = given.get("discrete_resource_spec")
    if spec is None:
        return {}
    return {"DiscreteResourceSpec": without_empty({"Kind": spec.get("kind"), "Value": spec.get("value")})}


def restart_policy(restart: str, given: Object | None) -> Json | None:
    """The policy of `deploy`, else the container's."""
    if given is not None:
        later = {"Delay": given.get("delay"), "MaxAttempts": given.get("max_attempts"), "Window": given.get("window")}
        return {**without_empty({"Condition": given.get("condition")}), **_set(**later)}
    name, colon, count = restart.partition(":")
    if colon and not name:
        raise ValueError("invalid restart policy format: no policy provided before colon")
    try:
        attempts = parse_int(count, base=10) if count else 0
    except ValueError:
        raise ValueError("invalid restart policy format: maximum retry count must be an integer") from None
    if name in ("", "no"):
        return None
    if name in ("always", "unless-stopped"):
        return {"Condition": "any"}
    if name != "on-failure":
        raise ValueError(f"unknown restart policy: {restart}")
    return {"Condition": "on-failure", "MaxAttempts": attempts % (1 << 64)}


def healthcheck(given: Object | None) -> Json | None:
    if given is None:
        return None
    if given.get("disable"):
        if given.get("test"):
            raise ValueError("test and disable can't be set at the same time")
        return {"Test": ["NONE"]}
    names = {
        "Test": "test", "Interval": "interval", "Timeout": "timeout", "StartPeriod": "start_period",
        "StartInterval": "start_interval", "Retries": "retries",
    }  # fmt: skip
    return without_empty({key: given.get(name) for key, name in names.items()})


def attachments(
    service: str, used: dict[str, Object | None], declared: dict[str, Object], stack: Namespace
) -> list[Json]:
    """The networks of a service, which is known in them by its name in the file."""
    out = []
    for name, given in used.items():
        if name not in declared and name != DEFAULT:
            raise ValueError(f"undefined network {quote(name)}")
        target, settings = stack_name(name, declared.get(name) or {}, stack), given or {}
        aliases = [*(settings.get("aliases") or ()), *([service] if is_user_defined(target) else [])]
        out.append(without_empty({"Target": target, "Aliases": aliases, "DriverOpts": settings.get("driver_opts")}))
    return sorted(out, key=lambda network: str(network["Target"]))


def credential_spec(given: Object, configs: list[Json], stack: Namespace) -> Json | None:
    """configs: those of the service, with their IDs."""
    kinds = [f'"{kind.title()}"' for kind in ("config", "file", "registry") if given.get(kind)]
    if not kinds:
        return None
    if len(kinds) > 1:
        comma = "," if len(kinds) > 2 else ""
        raise ValueError(f"invalid credential spec: cannot specify both {', '.join(kinds[:-1])}{comma} and {kinds[-1]}")
    config = given.get("config", "")
    if config:
        ids = {one["ConfigName"]: one["ConfigID"] for one in reversed(configs)}
        name = config if config in ids else stack.scoped(config)
        if name not in ids:
            raise ValueError(
                f"invalid credential spec: spec specifies config {config}, but no such config can be found"
            )
        config = ids[name]
    return {"Config": config, "File": given.get("file", ""), "Registry": given.get("registry", "")}


def placement(given: Object) -> Json:
    preferences = [{"Spread": {"SpreadDescriptor": one.get("spread", "")}} for one in given.get("preferences") or ()]
    return without_empty(
        {
            "Constraints": given.get("constraints"),
            "Preferences": preferences,
            "MaxReplicas": given.get("max_replicas_per_node"),
        }
    )


def _driver(given: Object) -> Json:
    return without_empty({"Name": given.get("driver"), "Options": given.get("options")})


def update_config(given: Object | None) -> Json | None:
    if given is None:
        return None
    parallelism = given.get("parallelism")
    waits = {"Delay": given.get("delay"), "FailureAction": given.get("failure_action"), "Monitor": given.get("monitor")}
    ratio = as_float32(given.get("max_failure_ratio", 0.0))
    return {
        "Parallelism": 1 if parallelism is None else parallelism,
        **without_empty(waits),
        "MaxFailureRatio": int(ratio) if ratio.is_integer() else ratio,
        "Order": given.get("order", ""),
    }


def endpoint(mode: str, ports: Iterable[Object]) -> Json:
    names = {"Protocol": "protocol", "TargetPort": "target", "PublishedPort": "published", "PublishMode": "mode"}
    found = [without_empty({key: port.get(name) for key, name in names.items()}) for port in ports]
    found.sort(key=lambda port: int(port.get("PublishedPort") or 0))
    return without_empty({"Mode": mode.lower(), "Ports": found})
