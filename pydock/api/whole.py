"""Inspections with all that making a container again, or sending an image, needs. Pure."""

from __future__ import annotations

from pydock.api.containers import DETAILS, MOUNT, inspect_container, list_containers
from pydock.api.images import inspect_image
from pydock.api.request import Request
from pydock.shape import opt
from pydock.values import replace

_WORDS, _MAP = opt([str]), opt({str: opt(str)})
_HEALTH = {
    "Test": _WORDS, "Interval": opt(int), "Timeout": opt(int), "Retries": opt(int), "StartPeriod": opt(int), "StartInterval": opt(int),
}  # fmt: skip
#: Config of a container, and of an image
CONFIG = {
    **dict.fromkeys(("Hostname", "Domainname", "User", "Image", "WorkingDir", "StopSignal", "MacAddress"), opt(str)),
    **dict.fromkeys(("AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce"), opt(bool)),
    **dict.fromkeys(("Env", "Cmd", "Entrypoint"), _WORDS),
    "Labels": _MAP, "Volumes": opt({str: opt(dict)}), "ExposedPorts": opt({str: opt(dict)}), "Healthcheck": opt(_HEALTH), "StopTimeout": opt(int),
}  # fmt: skip
_DRIVER = {"Name": opt(str), "Options": _MAP}
_MOUNTED = {
    "Type": opt(str), "Source": opt(str), "Target": opt(str), "Consistency": opt(str), "BindOptions": opt({"Propagation": opt(str)}),
    "VolumeOptions": opt({"Subpath": opt(str), "Labels": _MAP, "DriverConfig": opt(_DRIVER)}), "ImageOptions": opt({"Subpath": opt(str)}),
    "TmpfsOptions": opt({"SizeBytes": opt(int), "Mode": opt(int)}),
}  # fmt: skip
_GPUS = {
    "Driver": opt(str), "Count": opt(int), "DeviceIDs": _WORDS, "Capabilities": opt([[str]]), "Options": _MAP,
}  # fmt: skip
_HOST = {
    **dict.fromkeys(
        "NetworkMode VolumeDriver CgroupnsMode IpcMode PidMode UTSMode UsernsMode Runtime Isolation CpusetCpus CpusetMems CgroupParent".split(), opt(str)
    ),
    **dict.fromkeys("AutoRemove PublishAllPorts Privileged ReadonlyRootfs Init OomKillDisable".split(), opt(bool)),
    **dict.fromkeys(
        "Binds VolumesFrom CapAdd CapDrop Dns DnsOptions DnsSearch ExtraHosts GroupAdd Links SecurityOpt DeviceCgroupRules MaskedPaths ReadonlyPaths".split(),
        _WORDS,
    ),
    **dict.fromkeys(("Annotations", "StorageOpt", "Sysctls", "Tmpfs"), _MAP),
    **dict.fromkeys(
        "OomScoreAdj ShmSize CpuShares Memory NanoCpus BlkioWeight CpuPeriod CpuQuota CpuRealtimePeriod CpuRealtimeRuntime KernelMemory "
        "MemoryReservation MemorySwap MemorySwappiness PidsLimit CpuCount CpuPercent IOMaximumIOps IOMaximumBandwidth".split(),
        opt(int),
    ),
    **dict.fromkeys(
        "BlkioWeightDevice BlkioDeviceReadBps BlkioDeviceWriteBps BlkioDeviceReadIOps BlkioDeviceWriteIOps Ulimits".split(), opt([dict])
    ),
    "LogConfig": opt({"Type": opt(str), "Config": _MAP}), "RestartPolicy": opt({"Name": opt(str), "MaximumRetryCount": opt(int)}),
    "PortBindings": opt({str: opt([{"HostIp": opt(str), "HostPort": opt(str)}])}), "Mounts": opt([_MOUNTED]), "Devices": opt([{str: opt(str)}]),
    "DeviceRequests": opt([_GPUS]),
}  # fmt: skip
_ENDPOINT = {
    "Aliases": _WORDS, "Links": _WORDS, "DriverOpts": _MAP, "GwPriority": opt(int), "NetworkID": opt(str),
    "IPAMConfig": opt({"IPv4Address": opt(str), "IPv6Address": opt(str), "LinkLocalIPs": _WORDS}),
}  # fmt: skip
#: what making a container again needs of it, and of its image
CONTAINER = {
    **DETAILS, "Name": opt(str), "Image": opt(str), "Config": {**CONFIG, "Tty": bool, "OpenStdin": bool}, "HostConfig": opt(_HOST),
    "NetworkSettings": opt({"Networks": opt({str: opt(_ENDPOINT)})}),
    "Mounts": opt([{**MOUNT, "Type": opt(str), "Destination": opt(str)}]),
}  # fmt: skip
IMAGE = {
    "Id": str, "Config": opt(CONFIG), "RootFS": opt({"Layers": opt([str])}), "Size": opt(int), "Os": opt(str), "Architecture": opt(str),
    "Variant": opt(str), "RepoTags": opt([str]),
}  # fmt: skip


def container(name: str) -> Request:
    return replace(inspect_container(name), answer=CONTAINER)


def image(name: str) -> Request:
    return replace(inspect_image(name), answer=IMAGE)


def networks_of_all() -> Request:
    """All containers, with the networks that they were made with."""
    entry = {"Names": opt([str]), "HostConfig": opt({"NetworkMode": opt(str)})}
    return replace(list_containers(all=True), answer=[entry])
