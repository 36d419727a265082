"""Every flag of `create`, which `run` shares: one field a flag."""

from __future__ import annotations

from typing import Any

from pydock.commands.shared import default_platform_flag, trust_flag
from pydock.flags import pairs, units
from pydock.flags.devices import cgroup_rule, gpus
from pydock.flags.mounts import Mount, mount, warning
from pydock.flags.networks import Attachment, attachment
from pydock.options import Options, argument, flag, options


@options
class LimitOptions(Options):
    """The limits that can also be changed while a container runs."""

    blkio_weight: int = flag(
        "--blkio-weight", parse=units.uint16, metavar="uint16", help="Share of block I/O, 10 to 1000; 0 turns it off"
    )
    cpu_period: int = flag("--cpu-period", help="Period of the CPU scheduler (CFS), in microseconds")
    cpu_quota: int = flag("--cpu-quota", help="Quota of the CPU scheduler (CFS), in microseconds")
    cpu_rt_period: int = flag("--cpu-rt-period", since="1.25", help="Real-time period of the CPU, in microseconds")
    cpu_rt_runtime: int = flag("--cpu-rt-runtime", since="1.25", help="Real-time runtime of the CPU, in microseconds")
    cpu_shares: int = flag("-c", "--cpu-shares", help="CPU shares (relative weight)")
    cpuset_cpus: str = flag("--cpuset-cpus", help="CPUs to run on: 0-3, 0,1")
    cpuset_mems: str = flag("--cpuset-mems", help="Memory nodes to run on: 0-3, 0,1")
    memory: int = flag("-m", "--memory", parse=units.ram_bytes, metavar="bytes", help="Limit of memory")
    memory_reservation: int = flag(
        "--memory-reservation", parse=units.ram_bytes, metavar="bytes", help="Soft limit of memory"
    )
    memory_swap: int = flag(
        "--memory-swap",
        parse=units.swap_bytes,
        metavar="bytes",
        help="Limit of memory and swap together; -1 is no limit",
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
    cidfile: str = flag("--cidfile", help="File that the container's id is written to", sources="files")
    entrypoint: str = flag("--entrypoint", help="Program that replaces the image's entrypoint")
    env: tuple[str, ...] = flag(
        "-e",
        "--env",
        parse=pairs.env,
        help="Environment variable, NAME=VALUE; NAME alone takes the caller's value",
        sources="environment",
    )
    env_file: tuple[str, ...] = flag("--env-file", help="File of environment variables", sources="files")
    group_add: tuple[str, ...] = flag("--group-add", help="More groups of the process")
    init: bool = flag(
        "--init", since="1.25", help="Run an init in the container that forwards signals and reaps processes"
    )
    interactive: bool = flag("-i", "--interactive", help="Keep STDIN open")
    name: str = flag("--name", help="Name of the container")
    stop_signal: str = flag("--stop-signal", help="Signal that stops the container", sources="signals")
    stop_timeout: int = flag("--stop-timeout", since="1.25", help="Seconds between the stop signal and the kill")
    tty: bool = flag("-t", "--tty", help="Give the process a terminal")
    user: str = flag("-u", "--user", help="User of the process: <name|uid>[:<group|gid>]")
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
    quiet: bool = flag("-q", "--quiet", help="No output of the pull")

    # -- labels, logs, life ------------------------------------------------------------------------
    annotation: tuple[pairs.Pair, ...] = flag(
        "--annotation", parse=pairs.pair, many=True, metavar="map", since="1.43", help="Annotation for the OCI runtime"
    )
    label: tuple[str, ...] = flag("-l", "--label", parse=pairs.label, help="Metadata of the container, KEY=VALUE")
    label_file: tuple[str, ...] = flag("--label-file", help="File of labels", sources="files")
    log_driver: str = flag("--log-driver", help="Logging driver of the container", sources="log-drivers")
    log_opt: tuple[str, ...] = flag("--log-opt", help="Option of the logging driver", sources="log-options")
    restart: str = flag(
        "--restart",
        default="no",
        help="What to do when the container exits: no, on-failure[:N], always, unless-stopped",
        sources="no on-failure always unless-stopped",
    )
    rm: bool = flag("--rm", help="Remove the container and its anonymous volumes when it exits")
    runtime: str = flag("--runtime", help="OCI runtime of the container", sources="runtimes")

    # -- resources ---------------------------------------------------------------------------------
    blkio_weight_device: tuple[units.DeviceValue, ...] = flag(
        "--blkio-weight-device",
        parse=units.weight_device,
        many=True,
        help="Share of block I/O of one device, PATH:WEIGHT",
    )
    cgroup_parent: str = flag("--cgroup-parent", help="Parent cgroup of the container")
    cpu_count: int = flag("--cpu-count", ostype="windows", help="Number of CPUs (Windows only)")
    cpu_percent: int = flag("--cpu-percent", ostype="windows", help="Share of the CPU in percent (Windows only)")
    cpus: int = flag("--cpus", parse=units.nano_cpus, metavar="decimal", since="1.25", help="Number of CPUs")
    device_read_bps: tuple[units.DeviceValue, ...] = flag(
        "--device-read-bps",
        parse=units.rate_device,
        many=True,
        help="Limit of the read rate of a device, in bytes a second",
    )
    device_read_iops: tuple[units.DeviceValue, ...] = flag(
        "--device-read-iops",
        parse=units.iops_device,
        many=True,
        help="Limit of the read rate of a device, in operations a second",
    )
    device_write_bps: tuple[units.DeviceValue, ...] = flag(
        "--device-write-bps",
        parse=units.rate_device,
        many=True,
        help="Limit of the write rate of a device, in bytes a second",
    )
    device_write_iops: tuple[units.DeviceValue, ...] = flag(
        "--device-write-iops",
        parse=units.iops_device,
        many=True,
        help="Limit of the write rate of a device, in operations a second",
    )
    io_maxbandwidth: int = flag(
        "--io-maxbandwidth",
        parse=units.ram_bytes,
        metavar="bytes",
        ostype="windows",
        help="Limit of I/O of the system drive (Windows only)",
    )
    io_maxiops: int = flag(
        "--io-maxiops",
        parse=units.uint64,
        metavar="uint",
        ostype="windows",
        help="Limit of operations of the system drive (Windows only)",
    )
    kernel_memory: int = flag("--kernel-memory", parse=units.ram_bytes, metavar="bytes", help="Limit of kernel memory")
    memory_swappiness: int = flag("--memory-swappiness", default=-1, help="How readily memory is swapped, 0 to 100")
    oom_kill_disable: bool = flag("--oom-kill-disable", help="Do not kill the container when memory runs out")
    oom_score_adj: int = flag("--oom-score-adj", help="How likely the host kills the container, -1000 to 1000")
    pids_limit: int = flag("--pids-limit", help="Limit of processes; -1 is no limit")
    shm_size: int = flag("--shm-size", parse=units.ram_bytes, metavar="bytes", help="Size of /dev/shm")
    ulimit: tuple[units.Ulimit, ...] = flag(
        "--ulimit",
        parse=units.ulimit,
        many=True,
        metavar="ulimit",
        help="Limit of processes, NAME=SOFT[:HARD]",
        sources="ulimits",
    )

    # -- devices -----------------------------------------------------------------------------------
    device: tuple[str, ...] = flag(
        "--device", help="Host device for the container, HOST[:CONTAINER][:rwm]", sources="files"
    )
    device_cgroup_rule: tuple[str, ...] = flag(
        "--device-cgroup-rule", parse=cgroup_rule, help="Rule for the cgroup's list of devices"
    )
    gpus: tuple[dict[str, Any], ...] = flag(
        "--gpus",
        parse=gpus,
        many=True,
        metavar="gpu-request",
        since="1.40",
        help="GPUs for the container; 'all' for all of them",
        sources="all",
    )

    # -- files -------------------------------------------------------------------------------------
    mount: tuple[Mount, ...] = flag(
        "--mount",
        parse=mount,
        warning=warning,
        many=True,
        metavar="mount",
        help="Mount into the container, type=…,source=…,target=…",
        sources="mounts",
    )
    read_only: bool = flag("--read-only", help="Mount the root file system read only")
    storage_opt: tuple[str, ...] = flag("--storage-opt", help="Option of the storage driver", sources="size=")
    tmpfs: tuple[str, ...] = flag("--tmpfs", help="Mount a tmpfs")
    use_api_socket: bool = flag(
        "--use-api-socket", experimental=False, help="Mount the engine's socket and the needed credentials"
    )
    volume: tuple[str, ...] = flag(
        "-v", "--volume", help="Mount a volume or a folder, [SOURCE:]TARGET[:OPTIONS]", sources="binds"
    )
    volume_driver: str = flag("--volume-driver", help="Volume driver of the container", sources="volume-drivers")
    volumes_from: tuple[str, ...] = flag(
        "--volumes-from", help="Mount the volumes of other containers", sources="containers"
    )

    # -- network -----------------------------------------------------------------------------------
    add_host: tuple[str, ...] = flag("--add-host", parse=pairs.extra_host, help="Entry of /etc/hosts, HOST:IP")
    dns: tuple[str, ...] = flag("--dns", parse=pairs.ip_address, help="DNS server")
    dns_option: tuple[str, ...] = flag("--dns-option", hidden_names=("--dns-opt",), help="DNS option")
    dns_search: tuple[str, ...] = flag("--dns-search", parse=pairs.dns_search, help="DNS search domain")
    domainname: str = flag("--domainname", help="Domain name of the container")
    expose: tuple[str, ...] = flag("--expose", help="Port, or range of ports, that the container listens on")
    hostname: str = flag("-h", "--hostname", help="Host name of the container")
    ip: str = flag("--ip", help="IPv4 address")
    ip6: str = flag("--ip6", help="IPv6 address")
    link: tuple[str, ...] = flag("--link", parse=pairs.link, help="Link to another container", sources="links")
    link_local_ip: tuple[str, ...] = flag("--link-local-ip", help="Link-local addresses of the container")
    mac_address: str = flag("--mac-address", help="MAC address of the container")
    network: tuple[Attachment, ...] = flag(
        "--network",
        hidden_names=("--net",),
        parse=attachment,
        many=True,
        metavar="network",
        help="Network to join",
        sources="networks container:",
    )
    network_alias: tuple[str, ...] = flag(
        "--network-alias", hidden_names=("--net-alias",), help="Name of the container in its network"
    )
    publish: tuple[str, ...] = flag("-p", "--publish", help="Publish a port: [[IP:]HOST:]CONTAINER[/PROTOCOL]")
    publish_all: bool = flag("-P", "--publish-all", help="Publish all exposed ports at free ports of the host")

    # -- isolation ---------------------------------------------------------------------------------
    cap_add: tuple[str, ...] = flag("--cap-add", help="Add a Linux capability", sources="capabilities")
    cap_drop: tuple[str, ...] = flag("--cap-drop", help="Drop a Linux capability", sources="capabilities")
    cgroupns: str = flag(
        "--cgroupns",
        since="1.41",
        help="Cgroup namespace: host, private, or as the engine is set up",
        sources="host private",
    )
    ipc: str = flag("--ipc", help="IPC mode", sources="container: host none private shareable")
    isolation: str = flag("--isolation", help="Isolation technology of the container", sources="default hyperv process")
    pid: str = flag("--pid", help="PID namespace", sources="container: host")
    privileged: bool = flag("--privileged", help="Give the container all privileges")
    security_opt: tuple[str, ...] = flag(
        "--security-opt",
        help="Security option",
        sources="apparmor= label= no-new-privileges seccomp= systempaths=unconfined",
    )
    sysctl: tuple[pairs.Pair, ...] = flag(
        "--sysctl", parse=pairs.sysctl, many=True, metavar="map", help="Kernel parameter of the container"
    )
    userns: str = flag("--userns", help="User namespace", sources="host")
    uts: str = flag("--uts", help="UTS namespace", sources="host")

    # -- health ------------------------------------------------------------------------------------
    health_cmd: str = flag("--health-cmd", help="Command that checks the container's health")
    health_interval: int = flag(
        "--health-interval", parse=units.duration, metavar="duration", help="Time between checks (ms|s|m|h)"
    )
    health_retries: int = flag("--health-retries", help="Failures in a row that make it unhealthy")
    health_start_interval: int = flag(
        "--health-start-interval",
        parse=units.duration,
        metavar="duration",
        since="1.44",
        help="Time between checks while it starts (ms|s|m|h)",
    )
    health_start_period: int = flag(
        "--health-start-period",
        parse=units.duration,
        metavar="duration",
        since="1.29",
        help="Time that it may take to start (ms|s|m|h)",
    )
    health_timeout: int = flag(
        "--health-timeout", parse=units.duration, metavar="duration", help="Time that one check may take (ms|s|m|h)"
    )
    no_healthcheck: bool = flag("--no-healthcheck", help="Turn the image's health check off")
