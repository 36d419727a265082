"""The flags of `service create` and `service update`: one field per flag."""

from __future__ import annotations

from typing import Any

from pydock.commands.shared import dotenv_flag
from pydock.flags import pairs, services, units
from pydock.flags.mounts import Mount, mount, warning
from pydock.flags.networks import Attachment, attachment
from pydock.options import Options, argument, flag, options
from pydock.shape import Json


def detach_flag() -> Any:
    return flag("-d", "--detach", since="1.29", help="Exit at once instead of waiting for the service to converge")


def quiet_flag() -> Any:
    return flag("-q", "--quiet", help="Suppress progress output")


# -- flags that create and update have under different names ---------------------------------------


def _env(*names: str, text: str) -> Any:
    return flag(*names, parse=pairs.env, help=text, sources="environment")


def _labels(*names: str, text: str) -> Any:
    return flag(*names, parse=pairs.label, help=text)


def _mounts(name: str, text: str) -> Any:
    return flag(name, parse=mount, warning=warning, many=True, metavar="mount", help=text, sources="mounts")


def _networks(name: str, text: str, since: str = "") -> Any:
    return flag(
        name,
        parse=attachment,
        many=True,
        metavar="network",
        since=since,
        help=text,
        sources="networks service-attachments",
    )


def _ports(*names: str, text: str) -> Any:
    return flag(
        *names, parse=services.publish, many=True, metavar="port", help=text, sources="published-ports protocols"
    )


def _secrets(name: str, text: str) -> Any:
    return flag(
        name,
        parse=services.secret,
        many=True,
        metavar="secret",
        since="1.25",
        help=text,
        sources="secrets secret-files",
    )


def _configs(name: str, text: str) -> Any:
    return flag(
        name,
        parse=services.config,
        many=True,
        metavar="config",
        since="1.30",
        help=text,
        sources="configs config-files",
    )


def _preferences(name: str, text: str) -> Any:
    return flag(name, parse=services.preference, many=True, metavar="pref", since="1.28", help=text, sources="spread=")


def _ulimits(name: str, text: str) -> Any:
    return flag(name, parse=units.ulimit, many=True, metavar="ulimit", since="1.41", help=text, sources="ulimits")


def _hosts(name: str, text: str) -> Any:
    return flag(name, parse=pairs.extra_host, since="1.25", help=text)


def _dns(name: str, text: str) -> Any:
    return flag(name, parse=pairs.ip_address, since="1.25", help=text)


def _dns_search(name: str, text: str) -> Any:
    return flag(name, parse=pairs.dns_search, since="1.25", help=text)


# -- flags of one type -----------------------------------------------------------------------------


def _uint(name: str, text: str, since: str = "", default: int = 0) -> Any:
    return flag(name, parse=units.uint64, metavar="uint", since=since, default=default, help=text)


def _duration(name: str, text: str, since: str = "") -> Any:
    return flag(name, parse=units.duration, metavar="duration", since=since, help=text)


def _positive_duration(name: str, text: str, since: str) -> Any:
    return flag(name, parse=services.positive_duration, metavar="duration", since=since, help=text)


def _ratio(name: str, text: str, since: str) -> Any:
    return flag(name, parse=services.float32, metavar="float", since=since, default=0, help=text)


def _bytes(name: str, text: str) -> Any:
    return flag(name, parse=units.ram_bytes, metavar="bytes", help=text)


def _cpus(name: str, text: str) -> Any:
    return flag(name, parse=units.nano_cpus, metavar="decimal", help=text)


def _order(name: str, what: str) -> Any:
    text = f'Order of {what}: "start-first" or "stop-first" (default "stop-first")'
    return flag(name, since="1.29", help=text, sources="start-first stop-first")


def _words(name: str, text: str) -> Any:
    return flag(name, parse=services.shell_words, metavar="command", default=(), help=text)


@options
class ServiceOptions(Options):
    """What `create` and `update` have in common."""

    detach: bool = detach_flag()
    quiet: bool = quiet_flag()
    no_resolve_image: bool = flag(
        "--no-resolve-image",
        since="1.30",
        help="Do not ask the registry for the image's digest and platforms",
    )
    with_registry_auth: bool = flag("--with-registry-auth", help="Send registry credentials to the swarm's agents")

    # -- the process -------------------------------------------------------------------------------
    credential_spec: Json | None = flag(
        "--credential-spec",
        parse=services.credential_spec,
        metavar="credential-spec",
        since="1.29",
        default=None,
        help="Credential spec of a managed service account (Windows only)",
        sources="config:// file:// registry://",
    )
    entrypoint: Any = _words("--entrypoint", "Override the image's entrypoint")
    hostname: str = flag("--hostname", since="1.25", help="Container host name")
    init: bool = flag("--init", since="1.37", help="Run an init process that forwards signals and reaps zombies")
    isolation: str = flag(
        "--isolation", since="1.35", help="Container isolation technology", sources="default hyperv process"
    )
    oom_score_adj: int = flag("--oom-score-adj", since="1.46", help="OOM preference of the host, -1000 to 1000")
    read_only: bool = flag("--read-only", since="1.28", help="Mount the root file system as read-only")
    stop_grace_period: int = _duration(
        "--stop-grace-period", "Time to wait before killing a container (ns|us|ms|s|m|h) (default 10s)"
    )
    stop_signal: str = flag("--stop-signal", since="1.28", help="Signal to stop the container", sources="signals")
    tty: bool = flag("-t", "--tty", since="1.25", help="Allocate a pseudo-TTY")
    user: str = flag("-u", "--user", help="User name or UID: <name|uid>[:<group|gid>]")
    workdir: str = flag("-w", "--workdir", help="Working directory in the container")
    cap_add: tuple[str, ...] = flag("--cap-add", since="1.41", help="Add a Linux capability", sources="capabilities")
    cap_drop: tuple[str, ...] = flag("--cap-drop", since="1.41", help="Drop a Linux capability", sources="capabilities")

    # -- tasks -------------------------------------------------------------------------------------
    replicas: int = _uint("--replicas", "Number of tasks")
    replicas_max_per_node: int = _uint(
        "--replicas-max-per-node", "Maximum number of tasks on a node; 0 for unlimited", "1.40"
    )
    max_concurrent: int = _uint(
        "--max-concurrent", "Number of a job's tasks that run at once (default: --replicas)", "1.41"
    )
    restart_condition: str = flag(
        "--restart-condition",
        help='When to restart: "none", "on-failure" or "any" (default "any")',
        sources="none on-failure any",
    )
    restart_delay: int = _duration("--restart-delay", "Delay between restarts (ns|us|ms|s|m|h) (default 5s)")
    restart_max_attempts: int = _uint("--restart-max-attempts", "Maximum number of restarts")
    restart_window: int = _duration("--restart-window", "Time over which restarts are counted (ns|us|ms|s|m|h)")

    # -- resources ---------------------------------------------------------------------------------
    limit_cpu: int = _cpus("--limit-cpu", "CPU limit")
    limit_memory: int = _bytes("--limit-memory", "Memory limit")
    limit_pids: int = flag("--limit-pids", since="1.41", help="Maximum number of processes; 0 for unlimited")
    memory_swap: int = flag(
        "--memory-swap",
        parse=units.swap_bytes,
        metavar="bytes",
        since="1.52",
        help="Swap limit; -1 for unlimited",
    )
    memory_swappiness: int = flag(
        "--memory-swappiness", default=-1, since="1.52", help="Memory swappiness, 0 to 100; -1 for the default"
    )
    reserve_cpu: int = _cpus("--reserve-cpu", "CPUs to reserve")
    reserve_memory: int = _bytes("--reserve-memory", "Memory to reserve")

    # -- updates and rollbacks ---------------------------------------------------------------------
    update_delay: int = _duration("--update-delay", "Delay between updates of tasks (ns|us|ms|s|m|h)")
    update_failure_action: str = flag(
        "--update-failure-action",
        help='Action if an update fails: "pause", "continue" or "rollback" (default "pause")',
        sources="pause continue rollback",
    )
    update_max_failure_ratio: float = _ratio(
        "--update-max-failure-ratio", "Ratio of failures that an update tolerates", "1.25"
    )
    update_monitor: int = _duration(
        "--update-monitor", "Time to watch each updated task for failure (ns|us|ms|s|m|h) (default 5s)", "1.25"
    )
    update_order: str = _order("--update-order", "an update")
    update_parallelism: int = _uint("--update-parallelism", "Number of tasks updated at once; 0 for all")
    rollback_delay: int = _duration("--rollback-delay", "Delay between rollbacks of tasks (ns|us|ms|s|m|h)", "1.28")
    rollback_failure_action: str = flag(
        "--rollback-failure-action",
        since="1.28",
        help='Action if a rollback fails: "pause" or "continue" (default "pause")',
        sources="pause continue",
    )
    rollback_max_failure_ratio: float = _ratio(
        "--rollback-max-failure-ratio", "Ratio of failures that a rollback tolerates", "1.28"
    )
    rollback_monitor: int = _duration(
        "--rollback-monitor", "Time to watch each rolled back task for failure (ns|us|ms|s|m|h) (default 5s)", "1.28"
    )
    rollback_order: str = _order("--rollback-order", "a rollback")
    rollback_parallelism: int = _uint(
        "--rollback-parallelism", "Number of tasks rolled back at once; 0 for all", "1.28"
    )

    # -- network, logs -----------------------------------------------------------------------------
    endpoint_mode: str = flag("--endpoint-mode", help="Endpoint mode: vip or dnsrr", sources="vip dnsrr")
    log_driver: str = flag("--log-driver", help="Logging driver", sources="log-drivers")
    log_opt: tuple[str, ...] = flag("--log-opt", parse=pairs.env, help="Logging driver option", sources="log-options")

    # -- health ------------------------------------------------------------------------------------
    health_cmd: str = flag("--health-cmd", since="1.25", help="Command to run to check health")
    health_interval: int = _positive_duration("--health-interval", "Time between checks (ms|s|m|h)", "1.25")
    health_retries: int = flag(
        "--health-retries", since="1.25", help="Consecutive failures until the container counts as unhealthy"
    )
    health_start_interval: int = _positive_duration(
        "--health-start-interval", "Time between checks during the start period (ms|s|m|h)", "1.44"
    )
    health_start_period: int = _positive_duration(
        "--health-start-period", "Start period before failures count (ms|s|m|h)", "1.29"
    )
    health_timeout: int = _positive_duration("--health-timeout", "Timeout of one check (ms|s|m|h)", "1.25")
    no_healthcheck: bool = flag("--no-healthcheck", since="1.25", help="Disable any health check of the image")


@options
class CreateOptions(ServiceOptions):
    """`service create [OPTIONS] IMAGE [COMMAND] [ARG...]`."""

    image: str = argument("IMAGE", sources="images")
    command: tuple[str, ...] = argument("[COMMAND] [ARG...]")
    mode: str = flag(
        "--mode",
        default="replicated",
        help="Service mode: replicated, global, replicated-job or global-job",
        sources="replicated global replicated-job global-job",
    )
    name: str = flag("--name", help="Name of the service")
    endpoint_mode: str = flag("--endpoint-mode", default="vip", help="Endpoint mode: vip or dnsrr", sources="vip dnsrr")
    update_parallelism: int = _uint("--update-parallelism", "Number of tasks updated at once; 0 for all", default=1)
    rollback_parallelism: int = _uint(
        "--rollback-parallelism", "Number of tasks rolled back at once; 0 for all", "1.28", default=1
    )

    label: tuple[str, ...] = _labels("-l", "--label", text="Service metadata, KEY=VALUE")
    container_label: tuple[str, ...] = _labels("--container-label", text="Container metadata, KEY=VALUE")
    env: tuple[str, ...] = _env(
        "-e", "--env", text="Environment variable, NAME=VALUE; NAME alone takes its value from the environment"
    )
    env_file: tuple[str, ...] = flag("--env-file", help="Read environment variables from a file", sources="files")
    dotenv: tuple[str, ...] = dotenv_flag()
    group: tuple[str, ...] = flag("--group", since="1.25", help="Additional groups of the process")
    mount: tuple[Mount, ...] = _mounts("--mount", "Mount a file system, type=…,source=…,target=…")
    secret: tuple[services.FileReference, ...] = _secrets("--secret", "Secret to expose to the service")
    config: tuple[services.FileReference, ...] = _configs("--config", "Config to expose to the service")
    constraint: tuple[str, ...] = flag("--constraint", help="Placement constraint", sources="constraints")
    placement_pref: tuple[Json, ...] = _preferences("--placement-pref", "Placement preference, spread=LABEL")
    generic_resource: tuple[str, ...] = flag(
        "--generic-resource", parse=services.generic_resource, help="User-defined resource, KIND=COUNT"
    )
    network: tuple[Attachment, ...] = _networks("--network", "Network to attach the tasks to")
    publish: tuple[services.Port, ...] = _ports("-p", "--publish", text="Publish a port on the swarm's nodes")
    dns: tuple[str, ...] = _dns("--dns", "DNS server")
    dns_option: tuple[str, ...] = flag("--dns-option", since="1.25", help="DNS option", sources="dns-options")
    dns_search: tuple[str, ...] = _dns_search("--dns-search", "DNS search domain")
    host: tuple[str, ...] = _hosts("--host", "Add an entry to /etc/hosts, HOST:IP")
    sysctl: tuple[str, ...] = flag("--sysctl", since="1.40", help="Kernel parameter (sysctl)", sources="sysctls")
    ulimit: tuple[units.Ulimit, ...] = _ulimits("--ulimit", "Ulimit option, NAME=SOFT[:HARD]")


def _removed(name: str, text: str, since: str = "", sources: str = "") -> Any:
    return flag(name, since=since, help=text, sources=sources)


@options
class UpdateOptions(ServiceOptions):
    """`service update [OPTIONS] SERVICE`."""

    service: str = argument("SERVICE", sources="services")
    args: Any = _words("--args", "Arguments of the service's command")
    force: bool = flag("--force", since="1.25", help="Update even if no change requires it")
    image: str = flag("--image", help="Image of the service", sources="images")
    rollback: bool = flag("--rollback", since="1.25", help="Return to the previous specification")

    label_add: tuple[str, ...] = _labels("--label-add", text="Add or update a label of the service")
    label_rm: tuple[str, ...] = _removed("--label-rm", "Remove a label of the service", sources="service-labels")
    container_label_add: tuple[str, ...] = _labels("--container-label-add", text="Add or update a container label")
    container_label_rm: tuple[str, ...] = _removed(
        "--container-label-rm", "Remove a container label", sources="service-container-labels"
    )
    env_add: tuple[str, ...] = _env("--env-add", text="Add or update an environment variable, NAME=VALUE")
    env_rm: tuple[str, ...] = _removed("--env-rm", "Remove an environment variable", sources="service-env")
    group_add: tuple[str, ...] = flag("--group-add", since="1.25", help="Add a group of the process")
    group_rm: tuple[str, ...] = _removed(
        "--group-rm", "Remove an additional group of the process", "1.25", sources="service-groups"
    )
    mount_add: tuple[Mount, ...] = _mounts("--mount-add", "Add or update a mount, type=…,source=…,target=…")
    mount_rm: tuple[str, ...] = _removed("--mount-rm", "Remove a mount, by its target", sources="service-mounts")
    secret_add: tuple[services.FileReference, ...] = _secrets("--secret-add", "Add or update a secret")
    secret_rm: tuple[str, ...] = flag("--secret-rm", since="1.25", help="Remove a secret", sources="secrets")
    config_add: tuple[services.FileReference, ...] = _configs("--config-add", "Add or update a config")
    config_rm: tuple[str, ...] = flag("--config-rm", since="1.30", help="Remove a config", sources="configs")
    constraint_add: tuple[str, ...] = flag("--constraint-add", help="Add a placement constraint", sources="constraints")
    constraint_rm: tuple[str, ...] = _removed(
        "--constraint-rm", "Remove a placement constraint", sources="service-constraints"
    )
    placement_pref_add: tuple[Json, ...] = _preferences("--placement-pref-add", "Add a placement preference")
    placement_pref_rm: tuple[Json, ...] = _preferences("--placement-pref-rm", "Remove a placement preference")
    generic_resource_add: tuple[str, ...] = flag(
        "--generic-resource-add",
        parse=services.generic_resource,
        since="1.32",
        help="Add a user-defined resource, KIND=COUNT",
    )
    generic_resource_rm: tuple[str, ...] = _removed("--generic-resource-rm", "Remove a user-defined resource", "1.32")
    network_add: tuple[Attachment, ...] = _networks("--network-add", "Add a network", "1.29")
    network_rm: tuple[str, ...] = flag("--network-rm", since="1.29", help="Remove a network", sources="networks")
    publish_add: tuple[services.Port, ...] = _ports("--publish-add", text="Add or update a published port")
    publish_rm: tuple[services.Port, ...] = _ports("--publish-rm", text="Remove a published port, by its target")
    dns_add: tuple[str, ...] = _dns("--dns-add", "Add a DNS server")
    dns_rm: tuple[str, ...] = _removed("--dns-rm", "Remove a DNS server", "1.25", sources="service-dns")
    dns_option_add: tuple[str, ...] = flag(
        "--dns-option-add", since="1.25", help="Add a DNS option", sources="dns-options"
    )
    dns_option_rm: tuple[str, ...] = _removed(
        "--dns-option-rm", "Remove a DNS option", "1.25", sources="service-dns-options"
    )
    dns_search_add: tuple[str, ...] = _dns_search("--dns-search-add", "Add a DNS search domain")
    dns_search_rm: tuple[str, ...] = _removed(
        "--dns-search-rm", "Remove a DNS search domain", "1.25", sources="service-dns-search"
    )
    host_add: tuple[str, ...] = _hosts("--host-add", "Add an entry to /etc/hosts, HOST:IP")
    host_rm: tuple[str, ...] = _removed("--host-rm", "Remove an entry from /etc/hosts, HOST[:IP]", "1.25")
    sysctl_add: tuple[str, ...] = flag(
        "--sysctl-add", since="1.40", help="Add or update a kernel parameter (sysctl)", sources="sysctls"
    )
    sysctl_rm: tuple[str, ...] = _removed(
        "--sysctl-rm", "Remove a kernel parameter (sysctl)", "1.40", sources="service-sysctls"
    )
    ulimit_add: tuple[units.Ulimit, ...] = _ulimits("--ulimit-add", "Add or update a ulimit, NAME=SOFT[:HARD]")
    ulimit_rm: tuple[str, ...] = _removed("--ulimit-rm", "Remove a ulimit", "1.41", sources="service-ulimits")
