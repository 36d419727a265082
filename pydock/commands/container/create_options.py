"""The flags of `create`, shared by `run`: one field per flag."""

from __future__ import annotations

from pydock.commands.shared import default_platform_flag, dotenv_flag, trust_flag
from pydock.flags import pairs, units
from pydock.flags.devices import cgroup_rule, gpus
from pydock.flags.mounts import Mount, mount, warning
from pydock.flags.networks import Attachment, attachment
from pydock.options import Options, argument, flag, options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@options
class LimitOptions(Options):
    """The resource limits that `update` can change as well."""

    blkio_weight: int = flag(
        "--blkio-weight", parse=units.uint16, metavar="uint16", help="Block I/O weight, 10 to 1000; 0 disables it"
    )
    cpu_period: int = flag("--cpu-period", help="CPU CFS (Completely Fair Scheduler) period, in microseconds")
    cpu_quota: int = flag("--cpu-quota", help="CPU CFS (Completely Fair Scheduler) quota, in microseconds")
    cpu_rt_period: int = flag("--cpu-rt-period", since="1.25", help="CPU real-time period, in microseconds")
    cpu_rt_runtime: int = flag("--cpu-rt-runtime", since="1.25", help="CPU real-time runtime, in microseconds")
    cpu_shares: int = flag("-c", "--cpu-shares", help="CPU shares (relative weight)")
    cpuset_cpus: str = flag("--cpuset-cpus", help="CPUs to use: 0-3 or 0,1")
    cpuset_mems: str = flag("--cpuset-mems", help="Memory nodes to use: 0-3 or 0,1")
    memory: int = flag("-m", "--memory", parse=units.ram_bytes, metavar="bytes", help="Memory limit")
    memory_reservation: int = flag(
        "--memory-reservation", parse=units.ram_bytes, metavar="bytes", help="Memory soft limit"
    )
    memory_swap: int = flag(
        "--memory-swap",
        parse=units.swap_bytes,
        metavar="bytes",
        help="Memory plus swap limit; -1 for unlimited swap",
    )


@options
class CreateOptions(LimitOptions):
    """`create [OPTIONS] IMAGE [COMMAND] [ARG...]`."""

    image: str = argument("IMAGE", sources="images")
    command: tuple[str, ...] = argument("[COMMAND] [ARG...]")

    # -- the process -------------------------------------------------------------------------------
    attach: tuple[str, ...] = flag(
        "-a",
        "--attach",
        parse=pairs.attach_stream,
        help="Attach to STDIN, STDOUT or STDERR",
        sources="stdin stdout stderr",
    )
    cidfile: str = flag("--cidfile", help="Write the container ID to a file", sources="files")
    entrypoint: str = flag("--entrypoint", help="Override the image's entrypoint")
    env: tuple[str, ...] = flag(
        "-e",
        "--env",
        parse=pairs.env,
        help="Environment variable, NAME=VALUE; NAME alone takes its value from the environment",
        sources="environment",
    )
    env_file: tuple[str, ...] = flag("--env-file", help="Read environment variables from a file", sources="files")
    dotenv: tuple[str, ...] = dotenv_flag()
    group_add: tuple[str, ...] = flag("--group-add", help="Additional groups of the process")
    init: bool = flag("--init", since="1.25", help="Run an init process that forwards signals and reaps zombies")
    interactive: bool = flag("-i", "--interactive", help="Keep STDIN open")
    name: str = flag("--name", help="Name of the container")
    stop_signal: str = flag("--stop-signal", help="Signal to stop the container", sources="signals")
    stop_timeout: int = flag("--stop-timeout", since="1.25", help="Seconds to wait before killing the container")
    tty: bool = flag("-t", "--tty", help="Allocate a pseudo-TTY")
    user: str = flag("-u", "--user", help="User name or UID: <name|uid>[:<group|gid>]")
    workdir: str = flag("-w", "--workdir", help="Working directory in the container")

    # -- the image ---------------------------------------------------------------------------------
    disable_content_trust: bool = trust_flag()
    platform: str = default_platform_flag("1.32")
    pull: str = flag(
        "--pull",
        default="missing",
        help='When to pull the image: "always", "missing" or "never"',
        sources="always missing never",
    )
    quiet: bool = flag("-q", "--quiet", help="Suppress the pull output")

    # -- labels, logs, lifecycle ------------------------------------------------------------------------
    annotation: tuple[pairs.Pair, ...] = flag(
        "--annotation",
        parse=pairs.pair,
        many=True,
        metavar="map",
        since="1.43",
        help="Annotation passed to the OCI runtime",
    )
    label: tuple[str, ...] = flag("-l", "--label", parse=pairs.label, help="Container metadata, KEY=VALUE")
    label_file: tuple[str, ...] = flag("--label-file", help="Read labels from a file", sources="files")
    log_driver: str = flag("--log-driver", help="Logging driver", sources="log-drivers")
    log_opt: tuple[str, ...] = flag("--log-opt", help="Logging driver option", sources="log-options")
    restart: str = flag(
        "--restart",
        default="no",
        help="Restart policy: no, on-failure[:MAX-RETRIES], always or unless-stopped",
        sources="no on-failure always unless-stopped",
    )
    rm: bool = flag("--rm", help="Remove the container and its anonymous volumes when it exits")
    runtime: str = flag("--runtime", help="OCI runtime to use", sources="runtimes")

    # -- resources ---------------------------------------------------------------------------------
    blkio_weight_device: tuple[units.DeviceValue, ...] = flag(
        "--blkio-weight-device",
        parse=units.weight_device,
        many=True,
        help="Block I/O weight of a device, PATH:WEIGHT",
    )
    cgroup_parent: str = flag("--cgroup-parent", help="Parent cgroup")
    cpu_count: int = flag("--cpu-count", ostype="windows", help="CPU count (Windows only)")
    cpu_percent: int = flag("--cpu-percent", ostype="windows", help="CPU percentage (Windows only)")
    cpus: int = flag("--cpus", parse=units.nano_cpus, metavar="decimal", since="1.25", help="Number of CPUs")
    device_read_bps: tuple[units.DeviceValue, ...] = flag(
        "--device-read-bps",
        parse=units.rate_device,
        many=True,
        help="Read rate limit of a device, in bytes per second",
    )
    device_read_iops: tuple[units.DeviceValue, ...] = flag(
        "--device-read-iops",
        parse=units.iops_device,
        many=True,
        help="Read rate limit of a device, in I/O operations per second",
    )
    device_write_bps: tuple[units.DeviceValue, ...] = flag(
        "--device-write-bps",
        parse=units.rate_device,
        many=True,
        help="Write rate limit of a device, in bytes per second",
    )
    device_write_iops: tuple[units.DeviceValue, ...] = flag(
        "--device-write-iops",
        parse=units.iops_device,
        many=True,
        help="Write rate limit of a device, in I/O operations per second",
    )
    io_maxbandwidth: int = flag(
        "--io-maxbandwidth",
        parse=units.ram_bytes,
        metavar="bytes",
        ostype="windows",
        help="Maximum I/O bandwidth of the system drive (Windows only)",
    )
    io_maxiops: int = flag(
        "--io-maxiops",
        parse=units.uint64,
        metavar="uint",
        ostype="windows",
        help="Maximum IOps of the system drive (Windows only)",
    )
    kernel_memory: int = flag("--kernel-memory", parse=units.ram_bytes, metavar="bytes", help="Kernel memory limit")
    memory_swappiness: int = flag("--memory-swappiness", default=-1, help="Memory swappiness, 0 to 100")
    oom_kill_disable: bool = flag("--oom-kill-disable", help="Disable the OOM killer")
    oom_score_adj: int = flag("--oom-score-adj", help="OOM preference of the host, -1000 to 1000")
    pids_limit: int = flag("--pids-limit", help="PIDs limit; -1 for unlimited")
    shm_size: int = flag("--shm-size", parse=units.ram_bytes, metavar="bytes", help="Size of /dev/shm")
    ulimit: tuple[units.Ulimit, ...] = flag(
        "--ulimit",
        parse=units.ulimit,
        many=True,
        metavar="ulimit",
        help="Ulimit option, NAME=SOFT[:HARD]",
        sources="ulimits",
    )

    # -- devices -----------------------------------------------------------------------------------
    device: tuple[str, ...] = flag("--device", help="Add a host device, HOST[:CONTAINER][:rwm]", sources="files")
    device_cgroup_rule: tuple[str, ...] = flag(
        "--device-cgroup-rule", parse=cgroup_rule, help="Rule for the cgroup's list of allowed devices"
    )
    gpus: tuple[dict[str, Any], ...] = flag(
        "--gpus",
        parse=gpus,
        many=True,
        metavar="gpu-request",
        since="1.40",
        help="GPUs to add; 'all' for all GPUs",
        sources="all gpu-requests",
    )

    # -- files -------------------------------------------------------------------------------------
    mount: tuple[Mount, ...] = flag(
        "--mount",
        parse=mount,
        warning=warning,
        many=True,
        metavar="mount",
        help="Mount a file system, type=…,source=…,target=…",
        sources="mounts",
    )
    read_only: bool = flag("--read-only", help="Mount the root file system as read-only")
    storage_opt: tuple[str, ...] = flag("--storage-opt", help="Storage driver option", sources="size=")
    tmpfs: tuple[str, ...] = flag("--tmpfs", help="Mount a tmpfs directory")
    use_api_socket: bool = flag(
        "--use-api-socket",
        experimental=False,
        help="Bind mount the daemon's API socket, and add the registry credentials",
    )
    volume: tuple[str, ...] = flag(
        "-v", "--volume", help="Mount a volume or host path, [SOURCE:]TARGET[:OPTIONS]", sources="binds"
    )
    volume_driver: str = flag("--volume-driver", help="Volume driver", sources="volume-drivers")
    volumes_from: tuple[str, ...] = flag(
        "--volumes-from", help="Mount volumes from the given containers", sources="containers"
    )

    # -- network -----------------------------------------------------------------------------------
    add_host: tuple[str, ...] = flag(
        "--add-host", parse=pairs.extra_host, help="Add an entry to /etc/hosts, HOST:IP", sources="extra-hosts"
    )
    dns: tuple[str, ...] = flag("--dns", parse=pairs.ip_address, help="DNS server")
    dns_option: tuple[str, ...] = flag(
        "--dns-option", hidden_names=("--dns-opt",), help="DNS option", sources="dns-options"
    )
    dns_search: tuple[str, ...] = flag("--dns-search", parse=pairs.dns_search, help="DNS search domain")
    domainname: str = flag("--domainname", help="Container NIS domain name")
    expose: tuple[str, ...] = flag("--expose", help="Expose a port or port range", sources="protocols")
    hostname: str = flag("-h", "--hostname", help="Container host name")
    ip: str = flag("--ip", help="IPv4 address")
    ip6: str = flag("--ip6", help="IPv6 address")
    link: tuple[str, ...] = flag("--link", parse=pairs.link, help="Link to another container", sources="links")
    link_local_ip: tuple[str, ...] = flag("--link-local-ip", help="Container link-local address")
    mac_address: str = flag("--mac-address", help="Container MAC address")
    network: tuple[Attachment, ...] = flag(
        "--network",
        hidden_names=("--net",),
        parse=attachment,
        many=True,
        metavar="network",
        help="Connect the container to a network",
        sources="networks container: attachments",
    )
    network_alias: tuple[str, ...] = flag(
        "--network-alias", hidden_names=("--net-alias",), help="Network-scoped alias of the container"
    )
    publish: tuple[str, ...] = flag(
        "-p", "--publish", help="Publish a port to the host: [[IP:]HOST:]CONTAINER[/PROTOCOL]", sources="protocols"
    )
    publish_all: bool = flag("-P", "--publish-all", help="Publish all exposed ports to random ports of the host")

    # -- isolation ---------------------------------------------------------------------------------
    cap_add: tuple[str, ...] = flag("--cap-add", help="Add a Linux capability", sources="capabilities")
    cap_drop: tuple[str, ...] = flag("--cap-drop", help="Drop a Linux capability", sources="capabilities")
    cgroupns: str = flag(
        "--cgroupns",
        since="1.41",
        help="Cgroup namespace: host or private (default: the daemon's setting)",
        sources="host private",
    )
    ipc: str = flag("--ipc", help="IPC mode", sources="container: host none private shareable")
    isolation: str = flag("--isolation", help="Container isolation technology", sources="default hyperv process")
    pid: str = flag("--pid", help="PID namespace to use", sources="container: host")
    privileged: bool = flag("--privileged", help="Run the container with extended privileges")
    security_opt: tuple[str, ...] = flag(
        "--security-opt",
        help="Security option",
        sources="apparmor= label= no-new-privileges seccomp= systempaths=unconfined",
    )
    sysctl: tuple[pairs.Pair, ...] = flag(
        "--sysctl", parse=pairs.sysctl, many=True, metavar="map", help="Kernel parameter (sysctl)", sources="sysctls"
    )
    userns: str = flag("--userns", help="User namespace to use", sources="host")
    uts: str = flag("--uts", help="UTS namespace to use", sources="host")

    # -- health ------------------------------------------------------------------------------------
    health_cmd: str = flag("--health-cmd", help="Command to run to check health")
    health_interval: int = flag(
        "--health-interval", parse=units.duration, metavar="duration", help="Time between checks (ms|s|m|h)"
    )
    health_retries: int = flag("--health-retries", help="Consecutive failures until the container counts as unhealthy")
    health_start_interval: int = flag(
        "--health-start-interval",
        parse=units.duration,
        metavar="duration",
        since="1.44",
        help="Time between checks during the start period (ms|s|m|h)",
    )
    health_start_period: int = flag(
        "--health-start-period",
        parse=units.duration,
        metavar="duration",
        since="1.29",
        help="Start period before failures count (ms|s|m|h)",
    )
    health_timeout: int = flag(
        "--health-timeout",
        parse=units.duration,
        metavar="duration",
        help="Timeout of one check (ms|s|m|h)",
    )
    no_healthcheck: bool = flag("--no-healthcheck", help="Disable any health check of the image")
