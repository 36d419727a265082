"""The body of POST /containers/create, from options: Config, HostConfig and their parts. Pure.

Files are read by the given function, in docker's order: of two mistakes docker reports the one that it looks at
first. ValueError carries docker's words for options that contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from pydock.api.request import without_empty
from pydock.commands.container.create_options import CreateOptions, LimitOptions
from pydock.commands.container.networking import check_mac, endpoints, network_mode
from pydock.errors import Failure, Unreadable
from pydock.flags import ports
from pydock.flags.devices import device, is_cdi
from pydock.flags.mounts import volume
from pydock.flags.pairs import key_value_lines, mapping
from pydock.flags.units import DeviceValue, ulimit_objects
from pydock.go.json import compact, problem
from pydock.go.strconv import parse_int, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from pydock.api.types import (
        Config,
        CreateContainer,
        HealthConfig,
        HostConfig,
        LogConfig,
        Resources,
        RestartPolicy,
        ThrottleDevice,
    )

#: path -> content; raises Failure
Read = Callable[[str], bytes]

SPECIAL_SECCOMP = ("builtin", "unconfined")
#: fields of Config and HostConfig that docker omits if empty; all others are sent as null, or empty ("omitempty" in moby's api/types/container)
OMIT_EMPTY = frozenset("ExposedPorts Annotations KernelMemory Mounts Runtime StorageOpt Sysctls Tmpfs".split())


def create_body(o: CreateOptions, cwd: str, environ: Mapping[str, str], read: Read) -> CreateContainer:
    """The whole body, its parts in the order in which docker validates them.

    `cwd` is the base of relative sources of --volume, `environ` has the values of bare names in an
    --env-file. Raises ValueError, Failure.
    """
    check_mac(o.mac_address)
    check_swappiness(o.memory_swappiness)
    binds, volumes = split_volumes(o.volume, cwd)
    published = ports.publish(*o.publish)
    exposed = [*(b.port for b in published), *(p for text in o.expose for p in ports.expose(text))]
    plugged = devices(o)
    env = [*file_variables(o, read, environ), *o.env]
    labels = [*(line for path in o.label_file for line in lines_of(read, path, None)), *o.label]
    validated: HostConfig = {
        **namespaces(o), "RestartPolicy": restart_policy(o.restart), "LogConfig": logging(o), **security(o, read),
        "StorageOpt": storage(o.storage_opt),
    }  # fmt: skip
    health = healthcheck(o)
    if o.rm and validated["RestartPolicy"]["Name"] not in ("", "no"):
        raise ValueError("conflicting options: cannot specify both --restart and --rm")
    attached = endpoints(o)
    first = attached.get(network_mode(o))
    mac = first["MacAddress"] if first else ""
    config: Config = {
        **container_config(o), "Env": env or None, "Labels": mapping(labels), "ExposedPorts": {p: {} for p in exposed},
        "Volumes": {v: {} for v in volumes}, **({"Healthcheck": health} if health else {}), **({"MacAddress": mac} if mac else {}),
    }  # fmt: skip
    host: HostConfig = {
        **host_config(o),
        **validated,
        **plugged,
        "Binds": binds or None,
        "PortBindings": ports.bindings(published),
    }
    return {
        **without_empty(config, OMIT_EMPTY),
        "HostConfig": without_empty(host, OMIT_EMPTY),
        "NetworkingConfig": {"EndpointsConfig": attached},
    }


if TYPE_CHECKING:

    class WithFiles(Protocol):
        """The options of a command that takes variables from files."""

        @property
        def env_file(self) -> tuple[str, ...]: ...
        @property
        def dotenv(self) -> tuple[str, ...]: ...


def file_variables(o: WithFiles, read: Read, environ: Mapping[str, str]) -> list[str]:
    """NAME=VALUE of --env-file, and then of --dotenv: of a name with several values the last one counts. Raises Failure,
    ValueError.
    """
    lines = [line for path in o.env_file for line in lines_of(read, path, environ)]
    if o.dotenv:
        from pydock.flags.dotenv import dotenv

        found: dict[str, str] = {}
        for path in o.dotenv:
            found |= dotenv(read(path), path, {**environ, **found})
        lines += (f"{name}={value}" for name, value in found.items())
    return lines


def lines_of(read: Read, path: str, environ: Mapping[str, str] | None) -> list[str]:
    """The lines of a file of variables or labels. Raises Failure, ValueError."""
    try:
        return key_value_lines(read(path), path, environ)
    except Unreadable as failure:
        # docker reads it line by line
        raise Failure(f"invalid env file ({path}): {failure.message}") from None


def for_version(body: CreateContainer, version: tuple[int, ...]) -> CreateContainer:
    """The body adapted to the engine's API version, as docker's client does. Raises ValueError."""
    host: HostConfig = {**body["HostConfig"]}
    if not (1, 40) <= version < (1, 42):
        host.pop("KernelMemory", None)
    if version < (1, 42):
        host["ConsoleSize"] = [0, 0]
    if version < (1, 25):
        # these engines do not remove containers: the client does
        host["AutoRemove"] = False
    if version >= (1, 44):
        # since 1.44 the MAC address belongs to the endpoint
        config: CreateContainer = {**body}
        config.pop("MacAddress", None)
        return {**config, "HostConfig": host}
    if any((m.get("BindOptions") or {}).get("ReadOnlyForceRecursive") for m in host.get("Mounts") or ()):
        raise ValueError("bind-recursive=readonly requires API v1.44 or later")
    if len(networks := body["NetworkingConfig"]["EndpointsConfig"]) > 1:
        names = ", ".join(sorted(networks))
        raise ValueError(
            f"Container cannot be created with multiple network endpoints: {names}; this needs API version 1.44"
        )
    return {**body, "HostConfig": host}


def container_config(o: CreateOptions) -> Config:
    """The fields of Config that need no validation."""
    everything = not o.attach
    stdin = o.interactive or "stdin" in o.attach
    return {
        "Hostname": o.hostname,
        "Domainname": o.domainname,
        "User": o.user,
        "AttachStdin": stdin,
        "AttachStdout": everything or "stdout" in o.attach,
        "AttachStderr": everything or "stderr" in o.attach,
        "Tty": o.tty,
        "OpenStdin": o.interactive,
        "StdinOnce": o.interactive and stdin,
        "Cmd": list(o.command) or None,
        "Image": o.image,
        "WorkingDir": o.workdir,
        "Entrypoint": [o.entrypoint] if "entrypoint" in o.given else None,
        "OnBuild": None,
        **({"StopSignal": o.stop_signal} if o.stop_signal else {}),
        **({"StopTimeout": o.stop_timeout} if "stop_timeout" in o.given else {}),
    }


def split_volumes(texts: tuple[str, ...], cwd: str) -> tuple[list[str], list[str]]:
    """--volume values as (binds, anonymous volumes), without duplicates."""
    binds, anonymous = [], []
    for text in dict.fromkeys(texts):
        bind = volume(text, cwd)
        if bind:
            binds.append(bind)
        else:
            anonymous.append(text)
    return binds, anonymous


def healthcheck(o: CreateOptions) -> HealthConfig | None:
    """Config.Healthcheck; None if no health flag is given. Raises ValueError."""
    times = {
        "interval": o.health_interval, "timeout": o.health_timeout, "retries": o.health_retries,
        "start-period": o.health_start_period, "start-interval": o.health_start_interval,
    }  # fmt: skip
    if o.no_healthcheck:
        if o.health_cmd or any(times.values()):
            raise ValueError("--no-healthcheck conflicts with --health-* options")
        return {"Test": ["NONE"]}
    for name, value in times.items():
        if value < 0:
            raise ValueError(f"--health-{name} cannot be negative")
    settings: HealthConfig = {
        "Test": ["CMD-SHELL", o.health_cmd] if o.health_cmd else [], "Interval": o.health_interval, "Timeout": o.health_timeout,
        "Retries": o.health_retries, "StartPeriod": o.health_start_period, "StartInterval": o.health_start_interval,
    }  # fmt: skip
    return without_empty(settings) or None


def host_config(o: CreateOptions) -> HostConfig:
    """The fields of HostConfig that need no validation."""
    return {
        "ContainerIDFile": o.cidfile,
        "NetworkMode": network_mode(o),
        "AutoRemove": o.rm,
        "VolumeDriver": o.volume_driver,
        "VolumesFrom": list(o.volumes_from) or None,
        "Mounts": [dict(m) for m in o.mount] or None,
        "Tmpfs": mapping_of_mounts(o.tmpfs),
        "Annotations": dict(o.annotation),
        "Links": list(o.link) or None,
        "Dns": list(o.dns),
        "DnsOptions": list(o.dns_option),
        "DnsSearch": list(o.dns_search),
        "ExtraHosts": list(o.add_host) or None,
        "PublishAllPorts": o.publish_all,
        "ReadonlyRootfs": o.read_only,
        "Runtime": o.runtime,
        "Cgroup": "",
        "Isolation": o.isolation,
        "ShmSize": o.shm_size,
        "OomScoreAdj": o.oom_score_adj,
        "GroupAdd": list(o.group_add) or None,
        "ConsoleSize": [0, 0],
        "Sysctls": dict(o.sysctl),
        **resources(o),
        **({"Init": o.init} if "init" in o.given else {}),
    }


def mapping_of_mounts(texts: tuple[str, ...]) -> dict[str, str]:
    """--tmpfs PATH[:OPTIONS]."""
    return {path: rest for path, _, rest in (t.partition(":") for t in texts)}


def restart_policy(text: str) -> RestartPolicy:
    """NAME[:COUNT]."""
    name, colon, count = text.partition(":")
    if colon and not name:
        raise ValueError("invalid restart policy format: no policy provided before colon")
    try:
        times = parse_int(count, base=10) if count else 0
    except ValueError:
        raise ValueError("invalid restart policy format: maximum retry count must be an integer") from None
    return {"Name": name, "MaximumRetryCount": times}


def logging(o: CreateOptions) -> LogConfig:
    if o.log_driver == "none" and o.log_opt:
        raise ValueError("invalid logging opts for driver none")
    return {"Type": o.log_driver, "Config": mapping(o.log_opt)}


def storage(texts: tuple[str, ...]) -> dict[str, str]:
    if any("=" not in t for t in texts):
        raise ValueError("invalid storage option")
    return mapping(texts)


def check_swappiness(percent: int) -> None:
    """Raises ValueError; -1 means the engine's default."""
    if percent != -1 and not 0 <= percent <= 100:
        raise ValueError(f"invalid value: {percent}. Valid memory swappiness range is 0-100")


def devices(o: CreateOptions) -> Resources:
    """Host devices, and device requests: GPUs and CDI (Container Device Interface) names."""
    cdi = [d for d in o.device if is_cdi(d)]
    requests = [
        *o.gpus,
        *([{"Driver": "cdi", "Count": 0, "DeviceIDs": cdi, "Capabilities": None, "Options": None}] if cdi else []),
    ]
    return {"Devices": [device(d) for d in o.device if not is_cdi(d)], "DeviceRequests": requests or None}


def resources(o: CreateOptions) -> Resources:
    """The resource limits of HostConfig."""
    return {
        **limits(o),
        "CgroupParent": o.cgroup_parent,
        "MemorySwappiness": o.memory_swappiness,
        "KernelMemory": o.kernel_memory,
        "OomKillDisable": o.oom_kill_disable,
        "NanoCpus": o.cpus,
        "CpuCount": o.cpu_count,
        "CpuPercent": o.cpu_percent,
        "PidsLimit": o.pids_limit,
        "BlkioWeightDevice": [{"Path": d.path, "Weight": d.value} for d in o.blkio_weight_device],
        "BlkioDeviceReadBps": rates(o.device_read_bps),
        "BlkioDeviceWriteBps": rates(o.device_write_bps),
        "BlkioDeviceReadIOps": rates(o.device_read_iops),
        "BlkioDeviceWriteIOps": rates(o.device_write_iops),
        "IOMaximumIOps": o.io_maxiops,
        "IOMaximumBandwidth": o.io_maxbandwidth,
        "Ulimits": sorted(ulimit_objects(o.ulimit), key=lambda u: u["Name"]),
        "DeviceCgroupRules": list(o.device_cgroup_rule) or None,
    }


def limits(o: LimitOptions) -> Resources:
    """The limits that `update` can change too."""
    return {
        "BlkioWeight": o.blkio_weight,
        "CpuPeriod": o.cpu_period,
        "CpuQuota": o.cpu_quota,
        "CpuRealtimePeriod": o.cpu_rt_period,
        "CpuRealtimeRuntime": o.cpu_rt_runtime,
        "CpuShares": o.cpu_shares,
        "CpusetCpus": o.cpuset_cpus,
        "CpusetMems": o.cpuset_mems,
        "Memory": o.memory,
        "MemoryReservation": o.memory_reservation,
        "MemorySwap": o.memory_swap,
    }


def rates(values: tuple[DeviceValue, ...]) -> list[ThrottleDevice]:
    return [{"Path": d.path, "Rate": d.value} for d in values]


def namespaces(o: CreateOptions) -> HostConfig:
    pid = o.pid
    if pid not in ("", "host") and not (pid.startswith("container:") and pid.removeprefix("container:")):
        raise ValueError("--pid: invalid PID mode")
    for name, value, good, what in (
        ("uts", o.uts, ("", "host"), "UTS"),
        ("userns", o.userns, ("", "host"), "USER"),
        ("cgroupns", o.cgroupns, ("", "host", "private"), "CGROUP"),
    ):
        if value not in good:
            raise ValueError(f"--{name}: invalid {what} mode")
    return {"PidMode": pid, "UTSMode": o.uts, "UsernsMode": o.userns, "CgroupnsMode": o.cgroupns, "IpcMode": o.ipc}


def security(o: CreateOptions, read: Read) -> HostConfig:
    """Capabilities and --security-opt; "systempaths=unconfined" disables the masked paths. Raises ValueError,
    Failure.
    """
    texts, unmasked = list[str](), False
    for text in o.security_opt:
        key, value = security_pair(text)
        if (key, value) == ("systempaths", "unconfined"):
            unmasked = True
        else:
            texts.append(profile(value, read) if key == "seccomp" and value not in SPECIAL_SECCOMP else text)
    return {
        "CapAdd": capabilities(o.cap_add) or None,
        "CapDrop": capabilities(o.cap_drop) or None,
        "Privileged": o.privileged,
        "MaskedPaths": [] if unmasked else None,
        "ReadonlyPaths": [] if unmasked else None,
        "SecurityOpt": texts if o.security_opt else None,
    }


def profile(path: str, read: Read) -> str:
    """The security option with the content of a seccomp profile. Raises Failure."""
    try:
        content = read(path).decode("utf-8", "replace")
    except Failure as failure:
        raise Failure(f"opening seccomp profile ({path}) failed: {failure.message}") from None
    wrong = problem(content)
    if wrong:
        raise Failure(f"compacting json for seccomp profile ({path}) failed: {wrong}")
    return "seccomp=" + compact(content)


def capabilities(names: tuple[str, ...]) -> list[str]:
    """Full names ("CAP_NET_ADMIN", but ALL), without duplicates, sorted."""
    return sorted({capability(name) for name in names})


def capability(name: str, special: Container[str] = ("ALL",)) -> str:
    """The full name of a capability, in capitals. special: names that stand for more than one."""
    upper = name.upper()
    return upper if upper in special or upper.startswith("CAP_") else f"CAP_{upper}"


def security_pair(text: str) -> tuple[str, str]:
    """KEY=VALUE, or the old KEY:VALUE."""
    key, separator, value = text.partition("=")
    if not separator and key != "no-new-privileges":
        key, separator, value = text.partition(":")
    if (not separator or not value) and key != "no-new-privileges":
        raise ValueError(f"Invalid --security-opt: {quote(text)}")
    return key, value


__all__ = ["create_body"]
