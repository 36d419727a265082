"""What was said when a container was made: its inspection, less what its image gave and what the engine fills in. Pure.

The inverse of `body` and `networking`: their bodies, made into a container and inspected, give themselves again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydock.commands.container.body import capabilities
from pydock.flags.networks import Attachment
from pydock.shape import Json
from pydock.values import made, record, replace

#: fields of Config that an image gives, which count where they differ from the image's
FROM_IMAGE = ("User", "WorkingDir", "StopSignal")
SAID = (
    "Domainname", "AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce", "StopTimeout", "MacAddress",
)  # fmt: skip
SHM = 64 << 20
#: HostConfig of an engine that was told nothing
DEFAULTS: Json = {
    "ShmSize": SHM, "IpcMode": "private", "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}, "MemorySwappiness": -1, "Isolation": "default",
    "PidsLimit": -1, "PidMode": "private", "UTSMode": "private",
}  # fmt: skip
#: fields in which an empty value says something else than none
TELLING = ("StopTimeout", "Init", "MaskedPaths", "ReadonlyPaths")
#: what the engine alone writes
OF_ENGINE = ("ConsoleSize", "NetworkMode", "Links", "KernelMemoryTCP")
#: the paths that engines hide or protect by themselves
PROTECTED = frozenset(
    "/proc/asound /proc/acpi /proc/interrupts /proc/kcore /proc/keys /proc/latency_stats /proc/timer_list /proc/timer_stats /proc/sched_debug "
    "/proc/scsi /sys/firmware /sys/devices/virtual/powercap /proc/bus /proc/fs /proc/irq /proc/sys /proc/sysrq-trigger /sys/fs/selinux "
    "/sys/dev/block".split()
)
#: since this API version the engine writes the network "default" by its own name
NAMED_SINCE = (1, 45)


@record
class Habits:
    """What an engine does where nothing is said. `bridge`: the default network is told by that name."""

    log_driver: str = "json-file"
    runtime: str = "runc"
    private_cgroups: bool = False
    old_cgroups: bool = True
    host_name: str = ""
    bridge: bool = True

    @classmethod
    def of(cls, info: Json, version: tuple[int, ...]) -> Habits:
        """From GET /info and the API version."""
        private = any(text.startswith("name=cgroupns") for text in info.get("SecurityOptions") or ())
        return cls(
            info.get("LoggingDriver") or "json-file", info.get("DefaultRuntime") or "runc", private, info.get("CgroupVersion") != "2",
            info.get("Name") or "", version >= NAMED_SINCE,
        )  # fmt: skip

    def cgroups(self, privileged: bool) -> str:
        return "private" if self.private_cgroups and not (privileged and self.old_cgroups) else "host"


@record
class Own:
    """What was said of a container. config, host: fields of Config and HostConfig, without empty ones; network: the first
    one, which `create` takes; others: those it was connected to besides; parted: it is not in the first one any more."""

    name: str
    image: str
    config: Json
    host: Json
    network: Attachment
    others: tuple[Attachment, ...] = ()
    parted: bool = False
    #: anonymous volumes, by their places in the container
    volumes: dict[str, str] = made(default_factory=dict)


def own(container: Json, image: Json, habits: Habits) -> Own:
    """container: GET /containers/…/json; image: that of its image, {} where it is gone."""
    config, host = container["Config"], container.get("HostConfig") or {}
    given = image.get("Config") or {}
    network, others, parted = attachments(container)
    if habits.bridge and network.target == "bridge":
        network = replace(network, target="default")
    settings = {
        "Hostname": hostname(container, habits),
        **{key: config.get(key) for key in SAID},
        **{key: config.get(key) for key in FROM_IMAGE if config.get(key) != given.get(key)},
        **command(config, given),
        "Env": environment(variables(container), given.get("Env") or []),
        "Labels": beyond(config.get("Labels"), given.get("Labels")),
        "Volumes": beyond(config.get("Volumes"), given.get("Volumes")),
        "ExposedPorts": {
            **{port: {} for port in host.get("PortBindings") or ()},
            **beyond(config.get("ExposedPorts"), given.get("ExposedPorts")),
        },
        "Healthcheck": trimmed(beyond(config.get("Healthcheck"), given.get("Healthcheck"))),
    }
    links = list(network.links) if network.user_defined else list(map(link, host.get("Links") or ()))
    hosted = {**host_settings(host, habits), "Links": links}
    name = str(container.get("Name") or "").removeprefix("/")
    return Own(
        name,
        str(config.get("Image") or ""),
        filled(settings),
        filled(hosted),
        network,
        others,
        parted,
        anonymous(container),
    )


def filled(part: Mapping[str, Any]) -> Json:
    """A part of a body without the fields that say nothing."""
    return {k: v for k, v in part.items() if v or (k in TELLING and v is not None)}


def beyond(found: Mapping[str, Any] | None, given: Mapping[str, Any] | None) -> Json:
    """The entries that the image has not given, or given otherwise."""
    theirs = given or {}
    return {k: v for k, v in (found or {}).items() if k not in theirs or theirs[k] != v}


def variables(container: Json) -> list[str]:
    """Without those that Podman sets by itself."""
    own_name = f"HOSTNAME={container['Id'][:12]}"
    return [text for text in container["Config"].get("Env") or () if text not in (own_name, "container=podman")]


def environment(found: Sequence[str], given: Sequence[str]) -> list[str]:
    """The variables without the image's, which the engine appends where none of the name is set."""
    for count in range(len(found) + 1):
        names = {text.partition("=")[0] for text in found[:count]}
        if [*found[count:]] == [text for text in given if text.partition("=")[0] not in names]:
            return list(found[:count])
    return list(found)


def command(config: Json, given: Json) -> Json:
    """Entrypoint and Cmd: an image's Cmd counts only where its entrypoint is not replaced."""
    entrypoint, words = config.get("Entrypoint") or [], config.get("Cmd") or []
    theirs, its = given.get("Entrypoint") or [], given.get("Cmd") or []
    if entrypoint == theirs and (words or not its or not entrypoint):
        return {"Cmd": words if words != its else None}
    return {"Entrypoint": entrypoint or [""], "Cmd": words}


def hostname(container: Json, habits: Habits) -> str:
    """The name that was given; "" for the container's own ID, and for one that another namespace gives."""
    name, mode = container["Config"].get("Hostname") or "", (container.get("HostConfig") or {}).get("NetworkMode") or ""
    given_by_host = mode == "host" and name == habits.host_name
    return "" if name == container["Id"][:12] or given_by_host or mode.startswith("container:") else str(name)


def link(text: str) -> str:
    """ "/target:/container/alias" as --link has it."""
    target, _, alias = text.partition(":")
    return f"{target.removeprefix('/')}:{alias.rpartition('/')[2]}"


def host_settings(host: Json, habits: Habits) -> Json:
    """HostConfig without what the engine fills in."""
    out = {k: v for k, v in host.items() if k not in OF_ENGINE and v != DEFAULTS.get(k)}
    for key in ("MaskedPaths", "ReadonlyPaths"):
        if host.get(key) and PROTECTED.issuperset(host[key]):
            del out[key]
    usual = {
        "Runtime": habits.runtime,
        "CgroupnsMode": habits.cgroups(bool(host.get("Privileged"))),
        "MemorySwap": 2 * (host.get("Memory") or 0),
        "LogConfig": {"Type": habits.log_driver, "Config": {}},
        "RestartPolicy": {"Name": "", "MaximumRetryCount": 0},
    }
    logged = host.get("LogConfig") or {}
    out["LogConfig"] = {"Type": logged.get("Type") or habits.log_driver, "Config": logged.get("Config") or {}}
    options = list(host.get("SecurityOpt") or ())
    if options[-1:] == ["label=disable"] and (
        host.get("Privileged") or "host" in (host.get("PidMode"), host.get("IpcMode"))
    ):
        # the engine adds it to a container that sees the host's processes
        out["SecurityOpt"] = options[:-1]
    for key in ("CapAdd", "CapDrop"):
        out[key] = capabilities(tuple(host.get(key) or ()))
    # Podman has the kernel's names: RLIMIT_NOFILE
    limits = [{**u, "Name": str(u.get("Name")).removeprefix("RLIMIT_").lower()} for u in host.get("Ulimits") or ()]
    out["Ulimits"] = sorted(limits, key=lambda u: u["Name"])
    out["PortBindings"] = {
        port: [{"HostIp": b.get("HostIp") or "", "HostPort": b.get("HostPort") or ""} for b in bindings or [{}]]
        for port, bindings in (host.get("PortBindings") or {}).items()
    }
    out["Mounts"] = [trimmed(mount) for mount in host.get("Mounts") or ()]
    return {k: v for k, v in out.items() if v != usual.get(k)}


def trimmed(value: Any) -> Any:
    """An object without the fields that say nothing, at any depth."""
    if isinstance(value, dict):
        return {k: inner for k, v in value.items() if (inner := trimmed(v))}
    return value


def attachments(container: Json) -> tuple[Attachment, tuple[Attachment, ...], bool]:
    """(the first network, the others, whether the first has been left)."""
    mode = (container.get("HostConfig") or {}).get("NetworkMode") or "default"
    networks: Json = (container.get("NetworkSettings") or {}).get("Networks") or {}
    first = next((n for n, e in networks.items() if is_first(mode, n, e or {})), "")
    mac = container["Config"].get("MacAddress") or ""
    main = attachment(mode, networks.get(first) or {}, container["Id"], mac)
    others = tuple(attachment(n, e or {}, container["Id"]) for n, e in networks.items() if n != first)
    return main, others, not first and not mode.startswith("container:")


def is_first(mode: str, name: str, endpoint: Json) -> bool:
    """Is it the network of NetworkMode, which may be its ID, or "default"?"""
    known = endpoint.get("NetworkID") or ""
    return (
        mode == name
        or (mode in ("default", "bridge") and name in ("bridge", "nat", "podman"))
        or (len(mode) > 11 and known.startswith(mode))
    )


def attachment(name: str, endpoint: Json, container: str, mac: str = "") -> Attachment:
    """An endpoint, without what the engine wrote into it. mac: the configured address; that in the endpoint may be made up."""
    ipam = endpoint.get("IPAMConfig") or {}
    return Attachment(
        name, tuple(a for a in endpoint.get("Aliases") or () if a != container[:12]), tuple(endpoint.get("Links") or ()),
        ipam.get("IPv4Address") or "", ipam.get("IPv6Address") or "", mac, tuple(ipam.get("LinkLocalIPs") or ()),
        dict(endpoint.get("DriverOpts") or {}), endpoint.get("GwPriority") or 0,
    )  # fmt: skip


def anonymous(container: Json) -> dict[str, str]:
    """Place in the container -> the anonymous volume there: of the image, of --volume PATH, or of a --mount without a source."""
    host = container.get("HostConfig") or {}
    unnamed = {m.get("Target") for m in host.get("Mounts") or () if m.get("Type") == "volume" and not m.get("Source")}
    places = unnamed | set(container["Config"].get("Volumes") or ())
    bound = {text.split(":")[1] for text in host.get("Binds") or () if ":" in text}
    return {
        m["Destination"]: m["Name"]
        for m in container.get("Mounts") or ()
        if m.get("Type") == "volume" and m.get("Name") and m.get("Destination") in places - bound
    }
