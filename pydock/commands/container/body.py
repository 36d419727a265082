"""Options to the body of POST /containers/create: Config, HostConfig and their parts. Pure.

Nothing is read here: `create.resolve` has fetched files, environment and working directory before. ValueError carries
docker's words for options that contradict each other.
"""

from __future__ import annotations

from typing import Any

from pydock.api.request import Json
from pydock.commands.container.create_options import CreateOptions, LimitOptions
from pydock.commands.container.networking import endpoints, network_mode
from pydock.flags import ports
from pydock.flags.devices import device, is_cdi
from pydock.flags.mounts import volume
from pydock.flags.pairs import mapping
from pydock.flags.units import ulimit_objects
from pydock.golang import parse_int, quote

SPECIAL_SECCOMP = ("builtin", "unconfined")
#: fields of Config and HostConfig that are left out where nothing is set ("omitempty" in moby's api/types/container)
LEFT_OUT = frozenset("ExposedPorts Annotations KernelMemory Mounts Runtime StorageOpt Sysctls Tmpfs".split())


def create_body(o: CreateOptions, cwd: str = "/") -> Json:
    """The whole body. `cwd` is what relative sources of --volume are relative to. Raises ValueError."""
    published = [b for text in o.publish for b in ports.publish(text)]
    binds, volumes = split_volumes(o.volume, cwd)
    exposed = [*(b.port for b in published), *(p for text in o.expose for p in ports.expose(text))]
    config = container_config(o)
    config["ExposedPorts"] = {p: {} for p in exposed}
    config["Volumes"] = {v: {} for v in volumes}
    host = host_config(o)
    host["Binds"] = binds or None
    host["PortBindings"] = ports.bindings(published)
    if o.rm and host["RestartPolicy"]["Name"] not in ("", "no"):
        raise ValueError("conflicting options: cannot specify both --restart and --rm")
    attached = endpoints(o)
    mac = attached.get(network_mode(o), {}).get("MacAddress")
    if mac:
        config["MacAddress"] = mac
    return {**set_ones(config), "HostConfig": set_ones(host), "NetworkingConfig": {"EndpointsConfig": attached}}


def set_ones(part: dict[str, Any]) -> dict[str, Any]:
    """Without the fields that docker leaves out where nothing is set; others are then null, or empty."""
    return {k: v for k, v in part.items() if v or k not in LEFT_OUT}


def for_version(body: Json, version: tuple[int, ...]) -> Json:
    """The body as an engine of this API version takes it (docker's client does the same). Raises ValueError."""
    host = dict(body["HostConfig"])
    out = {**body, "HostConfig": host}
    if version < (1, 40):
        host.pop("KernelMemory", None)
    if version < (1, 25):
        # the client removes it, or nobody
        host["AutoRemove"] = False
    if version < (1, 44) and any((m.get("BindOptions") or {}).get("ReadOnlyForceRecursive") for m in host.get("Mounts") or ()):
        raise ValueError("bind-recursive=readonly requires API v1.44 or later")
    if version >= (1, 44):
        # from here on the MAC address belongs to the endpoint, and is warned about elsewhere
        out.pop("MacAddress", None)
    elif len(body["NetworkingConfig"]["EndpointsConfig"]) > 1:
        names = ", ".join(sorted(body["NetworkingConfig"]["EndpointsConfig"]))
        raise ValueError(f"Container cannot be created with multiple network endpoints: {names}; this needs API version 1.44")
    if version >= (1, 42):
        host.pop("KernelMemory", None)
    else:
        host["ConsoleSize"] = [0, 0]
    return out


def container_config(o: CreateOptions) -> dict[str, Any]:
    """Config, but for ports and volumes."""
    everything = not o.attach
    stdin = o.interactive or "stdin" in o.attach
    config: dict[str, Any] = {
        "Hostname": o.hostname, "Domainname": o.domainname, "User": o.user, "AttachStdin": stdin,
        "AttachStdout": everything or "stdout" in o.attach, "AttachStderr": everything or "stderr" in o.attach, "Tty": o.tty,
        "OpenStdin": o.interactive, "StdinOnce": o.interactive and stdin, "Env": list(o.env) or None, "Cmd": list(o.command) or None,
        "Image": o.image, "WorkingDir": o.workdir, "Entrypoint": None, "OnBuild": None, "Labels": mapping(o.label),
    }  # fmt: skip
    if "entrypoint" in o.given:
        config["Entrypoint"] = [o.entrypoint]
    if o.stop_signal:
        config["StopSignal"] = o.stop_signal
    if "stop_timeout" in o.given:
        config["StopTimeout"] = o.stop_timeout
    if health := healthcheck(o):
        config["Healthcheck"] = health
    return config


def split_volumes(texts: tuple[str, ...], cwd: str) -> tuple[list[str], list[str]]:
    """--volume values as (binds, anonymous volumes), each once."""
    binds, anonymous = [], []
    for text in dict.fromkeys(texts):
        bind = volume(text, cwd)
        if bind:
            binds.append(bind)
        else:
            anonymous.append(text)
    return binds, anonymous


def healthcheck(o: CreateOptions) -> dict[str, Any] | None:
    """Config.Healthcheck; None where no flag says anything of it. Raises ValueError."""
    settings = {
        "Interval": o.health_interval, "Timeout": o.health_timeout, "StartPeriod": o.health_start_period,
        "StartInterval": o.health_start_interval, "Retries": o.health_retries,
    }  # fmt: skip
    if o.no_healthcheck:
        if o.health_cmd or any(settings.values()):
            raise ValueError("--no-healthcheck conflicts with --health-* options")
        return {"Test": ["NONE"]}
    if not o.health_cmd and not any(settings.values()):
        return None
    names = {"Interval": "interval", "Timeout": "timeout", "Retries": "retries", "StartPeriod": "start-period", "StartInterval": "start-interval"}
    for key, name in names.items():
        if settings[key] < 0:
            raise ValueError(f"--health-{name} cannot be negative")
    test = {"Test": ["CMD-SHELL", o.health_cmd]} if o.health_cmd else {}
    return {**test, **{k: v for k, v in settings.items() if v}}


def host_config(o: CreateOptions) -> dict[str, Any]:
    """HostConfig, but for binds and ports."""
    host: dict[str, Any] = {
        "ContainerIDFile": o.cidfile, "NetworkMode": network_mode(o), "RestartPolicy": restart_policy(o.restart), "AutoRemove": o.rm,
        "VolumeDriver": o.volume_driver, "VolumesFrom": list(o.volumes_from) or None, "Mounts": [dict(m) for m in o.mount] or None,
        "Tmpfs": mapping_of_mounts(o.tmpfs), "Annotations": dict(o.annotation), "Links": list(o.link) or None,
        "Dns": list(o.dns), "DnsOptions": list(o.dns_option), "DnsSearch": list(o.dns_search), "ExtraHosts": list(o.add_host) or None,
        "PublishAllPorts": o.publish_all, "ReadonlyRootfs": o.read_only, "Runtime": o.runtime, "Cgroup": "", "Isolation": o.isolation,
        "ShmSize": o.shm_size, "OomScoreAdj": o.oom_score_adj, "GroupAdd": list(o.group_add) or None, "ConsoleSize": [0, 0],
        "LogConfig": logging(o), "StorageOpt": storage(o.storage_opt), "Sysctls": dict(o.sysctl),
        **resources(o), **namespaces(o), **security(o),
    }  # fmt: skip
    if "init" in o.given:
        host["Init"] = o.init
    return host


def mapping_of_mounts(texts: tuple[str, ...]) -> dict[str, str]:
    """--tmpfs PATH[:OPTIONS]."""
    return {path: rest for path, _, rest in (t.partition(":") for t in texts)}


def restart_policy(text: str) -> dict[str, Any]:
    """NAME[:COUNT]."""
    name, colon, count = text.partition(":")
    if colon and not name:
        raise ValueError("invalid restart policy format: no policy provided before colon")
    try:
        times = parse_int(count, base=10) if count else 0
    except ValueError:
        raise ValueError("invalid restart policy format: maximum retry count must be an integer") from None
    return {"Name": name, "MaximumRetryCount": times}


def logging(o: CreateOptions) -> dict[str, Any]:
    if o.log_driver == "none" and o.log_opt:
        raise ValueError("invalid logging opts for driver none")
    return {"Type": o.log_driver, "Config": mapping(o.log_opt)}


def storage(texts: tuple[str, ...]) -> dict[str, str]:
    if any("=" not in t for t in texts):
        raise ValueError("invalid storage option")
    return mapping(texts)


def resources(o: CreateOptions) -> dict[str, Any]:
    """Limits and devices."""
    if o.memory_swappiness != -1 and not 0 <= o.memory_swappiness <= 100:
        raise ValueError(f"invalid value: {o.memory_swappiness}. Valid memory swappiness range is 0-100")
    cdi = [d for d in o.device if is_cdi(d)]
    requests = [*o.gpus, *([{"Driver": "cdi", "Count": 0, "DeviceIDs": cdi, "Capabilities": None, "Options": None}] if cdi else [])]
    return {
        **limits(o), "CgroupParent": o.cgroup_parent, "MemorySwappiness": o.memory_swappiness, "KernelMemory": o.kernel_memory,
        "OomKillDisable": o.oom_kill_disable, "NanoCpus": o.cpus, "CpuCount": o.cpu_count, "CpuPercent": o.cpu_percent, "PidsLimit": o.pids_limit,
        "BlkioWeightDevice": [{"Path": d.path, "Weight": d.value} for d in o.blkio_weight_device],
        "BlkioDeviceReadBps": rates(o.device_read_bps), "BlkioDeviceWriteBps": rates(o.device_write_bps),
        "BlkioDeviceReadIOps": rates(o.device_read_iops), "BlkioDeviceWriteIOps": rates(o.device_write_iops),
        "IOMaximumIOps": o.io_maxiops, "IOMaximumBandwidth": o.io_maxbandwidth,
        "Ulimits": sorted(ulimit_objects(o.ulimit), key=lambda u: u["Name"]),
        "Devices": [device(d) for d in o.device if not is_cdi(d)], "DeviceCgroupRules": list(o.device_cgroup_rule) or None,
        "DeviceRequests": requests or None,
    }  # fmt: skip


def limits(o: LimitOptions) -> dict[str, Any]:
    """What `update` can change too."""
    return {
        "BlkioWeight": o.blkio_weight, "CpuPeriod": o.cpu_period, "CpuQuota": o.cpu_quota, "CpuRealtimePeriod": o.cpu_rt_period,
        "CpuRealtimeRuntime": o.cpu_rt_runtime, "CpuShares": o.cpu_shares, "CpusetCpus": o.cpuset_cpus, "CpusetMems": o.cpuset_mems,
        "Memory": o.memory, "MemoryReservation": o.memory_reservation, "MemorySwap": o.memory_swap,
    }  # fmt: skip


def rates(values: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [{"Path": d.path, "Rate": d.value} for d in values]


def namespaces(o: CreateOptions) -> dict[str, Any]:
    pid = o.pid
    if pid not in ("", "host") and not (pid.startswith("container:") and pid.removeprefix("container:")):
        raise ValueError("--pid: invalid PID mode")
    for name, value, good, what in (
        ("uts", o.uts, ("", "host"), "UTS"), ("userns", o.userns, ("", "host"), "USER"), ("cgroupns", o.cgroupns, ("", "host", "private"), "CGROUP"),
    ):  # fmt: skip
        if value not in good:
            raise ValueError(f"--{name}: invalid {what} mode")
    return {"PidMode": pid, "UTSMode": o.uts, "UsernsMode": o.userns, "CgroupnsMode": o.cgroupns, "IpcMode": o.ipc}


def security(o: CreateOptions) -> dict[str, Any]:
    """Capabilities and --security-opt; "systempaths=unconfined" turns the masked paths off."""
    out: dict[str, Any] = {
        "CapAdd": capabilities(o.cap_add) or None, "CapDrop": capabilities(o.cap_drop) or None, "Privileged": o.privileged,
        "MaskedPaths": None, "ReadonlyPaths": None,
    }  # fmt: skip
    texts = []
    for text in o.security_opt:
        key, value = security_pair(text)
        if (key, value) == ("systempaths", "unconfined"):
            out["MaskedPaths"] = out["ReadonlyPaths"] = []
        else:
            texts.append(text)
    out["SecurityOpt"] = texts if o.security_opt else None
    return out


def capabilities(names: tuple[str, ...]) -> list[str]:
    """In full ("CAP_NET_ADMIN"; but ALL), each once, sorted."""
    upper = {n.upper() for n in names}
    return sorted(n if n == "ALL" or n.startswith("CAP_") else f"CAP_{n}" for n in upper)


def security_pair(text: str) -> tuple[str, str]:
    """KEY=VALUE, or the old KEY:VALUE."""
    key, separator, value = text.partition("=")
    if not separator and key != "no-new-privileges":
        key, separator, value = text.partition(":")
    if (not separator or not value) and key != "no-new-privileges":
        raise ValueError(f"Invalid --security-opt: {quote(text)}")
    return key, value


__all__ = ["create_body"]
