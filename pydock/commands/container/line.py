"""The command line that makes a container again: what was said of it, in the flags of `run`. Pure.

The flags are chosen by the table TEXTS, read back by their own parsers, and the body that they make is compared: what
differs has no flag, and is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pydock.commands.container.body import SPECIAL_SECCOMP, create_body
from pydock.commands.container.networking import with_flags
from pydock.commands.container.own import DEFAULTS, OF_ENGINE, Own, filled, trimmed
from pydock.commands.container.run import RunOptions
from pydock.errors import Failure
from pydock.flags import texts
from pydock.flags.networks import Attachment
from pydock.flags.ports import Binding
from pydock.go.json import dumps
from pydock.go.strconv import format_duration, parse_int
from pydock.options import FlagSpec
from pydock.values import record

#: a flag's field and its texts; "true" or "false" for one without a value
Said = tuple[str, list[str]]
SPECS: dict[str, FlagSpec] = {spec.dest: spec for spec in RunOptions.flag_specs}
#: flags that everybody knows by their short names
SHORT = frozenset("d e i p t v w".split())


@record
class Line:
    """commands: each in words that belong together ("-p 80:80"); untold: what no flag says."""

    commands: tuple[tuple[tuple[str, ...], ...], ...]
    untold: tuple[str, ...] = ()


# -- what is said, in flags ------------------------------------------------------------------------


def of_host(key: str, text: Callable[[Any], Any] = str) -> Callable[[Own], list[str]]:
    """The texts of a field of HostConfig, or of each of its entries."""

    def of(o: Own) -> list[str]:
        value = o.host.get(key)
        return [] if value is None else [text(v) for v in (value if isinstance(value, list) else [value])]

    return of


def of_config(key: str) -> Callable[[Own], list[str]]:
    return lambda o: [str(o.config[key])] if key in o.config else []


def switch(part: str, key: str) -> Callable[[Own], list[str]]:
    return lambda o: [str(getattr(o, part)[key]).lower()] if key in getattr(o, part) else []


def of_device(key: str, amount: str) -> Callable[[Own], list[str]]:
    """The weights and rates of block devices."""
    return of_host(key, lambda d: f"{d.get('Path')}:{d.get(amount)}")


def of_health(key: str, text: Callable[[Any], str]) -> Callable[[Own], list[str]]:
    def of(o: Own) -> list[str]:
        value = (o.config.get("Healthcheck") or {}).get(key)
        return [text(value)] if value else []

    return of


def of_pairs(key: str) -> Callable[[Own], list[str]]:
    return lambda o: texts.pairs(o.host.get(key) or {})


def detached(o: Own) -> bool:
    return not any(key in o.config for key in ("AttachStdin", "AttachStdout", "AttachStderr"))


def attached(o: Own) -> list[str]:
    """--attach, where not all streams are."""
    streams = [name for name in ("stdin", "stdout", "stderr") if f"Attach{name.title()}" in o.config]
    usual = ["stdin", "stdout", "stderr"] if "OpenStdin" in o.config else ["stdout", "stderr"]
    return [] if streams == usual or not streams else streams


def published(o: Own) -> list[str]:
    def order(port: str) -> tuple[str, int]:
        number, _, protocol = port.partition("/")
        return protocol, int(number) if number.isdecimal() else 0

    ports = o.host.get("PortBindings") or {}
    return texts.publish(Binding(p, b["HostIp"], b["HostPort"]) for p in sorted(ports, key=order) for b in ports[p])


def restart(policy: Any) -> str:
    count = policy.get("MaximumRetryCount")
    return f"{policy.get('Name')}:{count}" if count else str(policy.get("Name"))


def security(o: Own) -> list[str]:
    """Without a seccomp profile's content: the flag names a file."""
    profiles = [f"seccomp={name}" for name in SPECIAL_SECCOMP]
    found = [t for t in o.host.get("SecurityOpt") or () if not t.startswith("seccomp=") or t in profiles]
    return found + (["systempaths=unconfined"] if o.host.get("MaskedPaths") == [] else [])


def health_command(o: Own) -> list[str]:
    test = (o.config.get("Healthcheck") or {}).get("Test") or []
    return [" ".join(map(quoted, test[1:]))] if test[:1] == ["CMD"] else test[1:] if test[:1] == ["CMD-SHELL"] else []


def health_none(o: Own) -> list[str]:
    return ["true"] if ((o.config.get("Healthcheck") or {}).get("Test") or []) == ["NONE"] else []


def networks(o: Own) -> list[str]:
    """The long form of the first network only where plain flags do not do."""
    main = o.network
    if main.target == "default":
        return []
    return [texts.attachment(main if in_long_form(main) else Attachment(main.target))]


def in_long_form(network: Attachment) -> bool:
    return bool(network.driver_opts or network.gw_priority)


def of_network(text: Callable[[Attachment], Iterable[str]]) -> Callable[[Own], list[str]]:
    """A plain flag of the first network."""
    return lambda o: [] if in_long_form(o.network) else [t for t in text(o.network) if t]


def ulimit(limit: Any) -> str:
    soft, hard = limit.get("Soft"), limit.get("Hard")
    return f"{limit.get('Name')}={soft}" + ("" if soft == hard else f":{hard}")


def devices_by_name(o: Own) -> list[str]:
    """Devices of the Container Device Interface."""
    return [
        name
        for r in o.host.get("DeviceRequests") or ()
        if r.get("Driver") == "cdi"
        for name in r.get("DeviceIDs") or ()
    ]


#: field of RunOptions -> its texts, in the order of the line
TEXTS: dict[str, Callable[[Own], list[str]]] = {
    "detach": lambda o: ["true"] if detached(o) else [],
    "interactive": switch("config", "OpenStdin"),
    "tty": switch("config", "Tty"),
    "attach": attached,
    "name": lambda o: [o.name] if o.name else [],
    "rm": switch("host", "AutoRemove"),
    "restart": of_host("RestartPolicy", restart),
    "init": switch("host", "Init"),
    "privileged": switch("host", "Privileged"),
    "read_only": switch("host", "ReadonlyRootfs"),
    # network
    "network": networks,
    "network_alias": of_network(lambda n: n.aliases),
    "ip": of_network(lambda n: [n.ip]),
    "ip6": of_network(lambda n: [n.ip6]),
    "link_local_ip": of_network(lambda n: n.link_local_ips),
    "mac_address": of_network(lambda n: [n.mac]),
    "link": of_host("Links"),
    "hostname": of_config("Hostname"),
    "domainname": of_config("Domainname"),
    "publish": published,
    "publish_all": switch("host", "PublishAllPorts"),
    "expose": lambda o: texts.expose(
        p for p in o.config.get("ExposedPorts") or () if p not in (o.host.get("PortBindings") or ())
    ),
    "add_host": of_host("ExtraHosts"),
    "dns": of_host("Dns"),
    "dns_option": of_host("DnsOptions"),
    "dns_search": of_host("DnsSearch"),
    # files
    "volume": lambda o: [*(o.host.get("Binds") or ()), *(o.config.get("Volumes") or ())],
    "mount": of_host("Mounts", texts.mount),
    "tmpfs": lambda o: [f"{path}:{rest}" if rest else path for path, rest in (o.host.get("Tmpfs") or {}).items()],
    "volumes_from": of_host("VolumesFrom"),
    "volume_driver": of_host("VolumeDriver"),
    "storage_opt": of_pairs("StorageOpt"),
    "shm_size": of_host("ShmSize", texts.size),
    # the process
    "user": of_config("User"),
    "group_add": of_host("GroupAdd"),
    "workdir": of_config("WorkingDir"),
    "env": lambda o: o.config.get("Env") or [],
    "label": lambda o: texts.pairs(o.config.get("Labels") or {}),
    "annotation": of_pairs("Annotations"),
    "stop_signal": of_config("StopSignal"),
    "stop_timeout": of_config("StopTimeout"),
    "health_cmd": health_command,
    "health_interval": of_health("Interval", format_duration),
    "health_timeout": of_health("Timeout", format_duration),
    "health_retries": of_health("Retries", str),
    "health_start_period": of_health("StartPeriod", format_duration),
    "health_start_interval": of_health("StartInterval", format_duration),
    "no_healthcheck": health_none,
    "log_driver": lambda o: [(o.host.get("LogConfig") or {}).get("Type") or ""] if "LogConfig" in o.host else [],
    "log_opt": lambda o: texts.pairs((o.host.get("LogConfig") or {}).get("Config") or {}),
    # isolation
    "cap_add": of_host("CapAdd", lambda name: name.removeprefix("CAP_")),
    "cap_drop": of_host("CapDrop", lambda name: name.removeprefix("CAP_")),
    "security_opt": security,
    "sysctl": of_pairs("Sysctls"),
    "pid": of_host("PidMode"),
    "ipc": of_host("IpcMode"),
    "uts": of_host("UTSMode"),
    "userns": of_host("UsernsMode"),
    "cgroupns": of_host("CgroupnsMode"),
    "runtime": of_host("Runtime"),
    "isolation": of_host("Isolation"),
    "device": lambda o: [*map(texts.device, o.host.get("Devices") or ()), *devices_by_name(o)],
    "device_cgroup_rule": of_host("DeviceCgroupRules"),
    "gpus": lambda o: [texts.gpus(r) for r in o.host.get("DeviceRequests") or () if r.get("Driver") != "cdi"],
    # limits
    "memory": of_host("Memory", texts.size),
    "memory_reservation": of_host("MemoryReservation", texts.size),
    "memory_swap": of_host("MemorySwap", texts.size),
    "memory_swappiness": of_host("MemorySwappiness"),
    "kernel_memory": of_host("KernelMemory", texts.size),
    "oom_kill_disable": switch("host", "OomKillDisable"),
    "oom_score_adj": of_host("OomScoreAdj"),
    "pids_limit": of_host("PidsLimit"),
    "ulimit": of_host("Ulimits", ulimit),
    "cpus": of_host("NanoCpus", texts.cpus),
    "cpu_shares": of_host("CpuShares"),
    "cpu_period": of_host("CpuPeriod"),
    "cpu_quota": of_host("CpuQuota"),
    "cpu_rt_period": of_host("CpuRealtimePeriod"),
    "cpu_rt_runtime": of_host("CpuRealtimeRuntime"),
    "cpuset_cpus": of_host("CpusetCpus"),
    "cpuset_mems": of_host("CpusetMems"),
    "cpu_count": of_host("CpuCount"),
    "cpu_percent": of_host("CpuPercent"),
    "io_maxiops": of_host("IOMaximumIOps"),
    "io_maxbandwidth": of_host("IOMaximumBandwidth", texts.size),
    "cgroup_parent": of_host("CgroupParent"),
    "blkio_weight": of_host("BlkioWeight"),
    "blkio_weight_device": of_device("BlkioWeightDevice", "Weight"),
    "device_read_bps": of_device("BlkioDeviceReadBps", "Rate"),
    "device_read_iops": of_device("BlkioDeviceReadIOps", "Rate"),
    "device_write_bps": of_device("BlkioDeviceWriteBps", "Rate"),
    "device_write_iops": of_device("BlkioDeviceWriteIOps", "Rate"),
}  # fmt: skip


def words(o: Own) -> tuple[str, list[str]]:
    """(--entrypoint or "", the words after the image): of an entrypoint of several words the first one, before the others."""
    entrypoint, command = o.config.get("Entrypoint") or [], o.config.get("Cmd") or []
    return (entrypoint[0] if entrypoint else ""), [*entrypoint[1:], *command]


# -- read back -------------------------------------------------------------------------------------


def value_of(spec: FlagSpec, given: Sequence[str]) -> Any:
    """The field's value. Raises ValueError."""
    if any("\0" in text for text in given):
        raise ValueError("no argument of a program has a NUL")
    parse = spec.parse or {"int": parse_int, "bool": lambda text: text == "true"}.get(spec.kind, str)
    values = [parse(text) for text in given]
    return tuple(values) if spec.many else values[-1]


def options_of(image: str, command: Sequence[str], said: Sequence[Said]) -> RunOptions:
    """What the line's parser makes of it. Raises ValueError."""
    values = {dest: value_of(SPECS[dest], given) for dest, given in said}
    return RunOptions.make(image=image, command=tuple(command), **values, given=frozenset(values))


def body_of(o: RunOptions) -> Own:
    """What the options say, as own() has it. Raises ValueError, Failure."""
    body = create_body(o, "/", {}, no_file)
    attach: Any = (
        {"AttachStdin": False, "AttachStdout": False, "AttachStderr": False, "StdinOnce": False} if o.detach else {}
    )
    config = {k: v for k, v in {**body, **attach}.items() if k not in ("Image", "HostConfig", "NetworkingConfig")}
    host = {
        k: v
        for k, v in body["HostConfig"].items()
        if k not in OF_ENGINE and v != DEFAULTS.get(k) and (k != "LogConfig" or trimmed(v))
    }
    host["Mounts"] = [trimmed(mount) for mount in body["HostConfig"].get("Mounts") or ()]
    host["Links"] = body["HostConfig"].get("Links")
    main, *others = o.network or (Attachment("default"),)
    return Own(o.name, o.image, filled(config), filled(host), with_flags(main, o), tuple(others))


def no_file(path: str) -> bytes:
    raise Failure(f"{path} is not read")


def readable(o: Own, said: Sequence[Said]) -> tuple[list[Said], RunOptions]:
    """Those that the flags' parsers and `create` take, and what they make of them."""
    taken: list[Said] = []
    _, command = words(o)
    options = options_of(o.image, command, taken)
    try:
        options = options_of(o.image, command, said)
        body_of(options)
        return list(said), options
    except (ValueError, Failure):
        pass
    for dest, given in said:
        for text in given:
            before = next((g for d, g in taken if d == dest), [])
            tried = [*((d, g) for d, g in taken if d != dest), (dest, [*before, text])]
            try:
                made = options_of(o.image, command, tried)
                body_of(made)
            except (ValueError, Failure):
                continue
            taken, options = tried, made
    return taken, options


def differences(o: Own, again: Own) -> list[str]:
    """What is said of the container and not by the line, by its name in the API."""
    out = []
    for part, ours, theirs in (("Config", o.config, again.config), ("HostConfig", o.host, again.host)):
        for key in sorted(ours.keys() | theirs.keys()):
            if ours.get(key) != theirs.get(key) and not same_words(key, o, again):
                out.append(f"{part}.{key}: {dumps(lacking(ours.get(key), theirs.get(key)), escape_html=False)}")
    return out


def same_words(key: str, o: Own, again: Own) -> bool:
    """An entrypoint of several words: the process is the same one, but this is to be told once."""
    both = [[*(c.get("Entrypoint") or ()), *(c.get("Cmd") or ())] for c in (o.config, again.config)]
    return key == "Cmd" and both[0] == both[1]


def lacking(ours: Any, theirs: Any) -> Any:
    """What of a value is not in the other one."""
    if isinstance(ours, list):
        return [v for v in ours if v not in (theirs or [])] or ours
    if isinstance(ours, dict):
        return {k: v for k, v in ours.items() if (theirs or {}).get(k) != v}
    return ours


# -- the line --------------------------------------------------------------------------------------


def line(o: Own, prog: str, several: bool = True, verb: str = "run") -> Line:
    """several: `run` takes several networks (API 1.44); verb: "create" starts nothing, and has no --detach."""
    entrypoint, command = words(o)
    said = [(dest, found) for dest, text in TEXTS.items() if (found := text(o))]
    if "Entrypoint" in o.config:
        said.append(("entrypoint", [entrypoint]))
    joined = [n for n in o.others if several and joins(o, n)]
    said = [(dest, [*found, *map(texts.attachment, joined)] if dest == "network" else found) for dest, found in said]
    said, options = readable(o, said)
    again = body_of(options)
    shown = [s for s in said if s[0] != "detach" or verb == "run"]
    groups = [group for dest, given in shown for group in flag_words(SPECS[dest], given)]
    after = [*(connect(o.name, n, prog) for n in o.others if n not in joined)]
    parted = [((prog, "network", "disconnect"), (o.network.target, o.name))] if o.parted else []
    untold = differences(o, again) + [
        f"{n.target}: the MAC address {n.mac}" for n in o.others if n.mac and n not in joined
    ]
    return Line((((prog, verb), *groups, (o.image, *command)), *after, *parted), tuple(untold))


def joins(o: Own, network: Attachment) -> bool:
    """Can --network say it beside the first one? Its long form knows no links, and small letters alone."""
    if not o.network.user_defined or not network.user_defined:
        return False
    try:
        return bool(value_of(SPECS["network"], [texts.attachment(network)]) == (network,))
    except ValueError:
        return False


def flag_words(spec: FlagSpec, given: Sequence[str]) -> list[tuple[str, ...]]:
    name = f"-{spec.short}" if spec.short in SHORT else f"--{spec.name}"
    if spec.is_bool:
        return [(name,) if text == "true" else (f"{name}={text}",) for text in given]
    return [(name, text) for text in given]


def connect(name: str, network: Attachment, prog: str) -> tuple[tuple[str, ...], ...]:
    """`network connect`, for what `run` cannot say."""
    flags = [
        *(("--alias", a) for a in network.aliases), *(("--link", text) for text in network.links),
        *(("--ip", text) for text in (network.ip,) if text), *(("--ip6", text) for text in (network.ip6,) if text),
        *(("--link-local-ip", text) for text in network.link_local_ips), *(("--driver-opt", text) for text in texts.pairs(network.driver_opts)),
        *([("--gw-priority", str(network.gw_priority))] if network.gw_priority else []),
    ]  # fmt: skip
    return ((prog, "network", "connect"), *flags, (network.target, name))


def quoted(text: str) -> str:
    """A word for a shell: bare, in quotes, or as $'…' where control characters or bytes that are no text need it."""
    if re.fullmatch(r"[A-Za-z0-9_@%+=:,./-]+", text, re.ASCII):
        return text
    if not re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]", text):
        return "'" + text.replace("'", "'\\''") + "'"
    return "$'" + "".join(map(_escaped, text)) + "'"


def _escaped(char: str) -> str:
    named = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", "'": "\\'"}
    if char in named:
        return named[char]
    if char.isprintable():
        return char
    return "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogateescape"))
