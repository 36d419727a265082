"""The shapes of the API's objects, as docker's templates see them: Go's field names, order and zero values. Pure.

A template like `{{.ID}}` or `{{.HostConfig.RestartPolicy}}` works on Go structs in docker, not on JSON. `SHAPES` tells each
struct's fields as "GoName type" or "GoName:JsonName type"; "+type" embeds. Types: string bool int float any time duration
struct; []T, map[string]T, *T, [n]T; other words name a shape. Follows the Go types of the Engine API 1.51, and NEWER those of
1.52 to 1.55, which docker's CLI 29 has: what they left out is a field no more, not even an empty one.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydock.render.values import (
    AnyList,
    Duration,
    Embedded,
    EmbeddedPointer,
    GoStruct,
    NilList,
    NilMap,
    NilPointer,
    Pointer,
    StringMap,
    Time,
    untyped,
)  # fmt: skip

#: the version of the API from which on NEWER holds
CHANGED = (1, 52)

SHAPES: dict[str, str] = {
    "container.InspectResponse": "+*container.ContainerJSONBase; Mounts []container.MountPoint; Config *container.Config; "
    "NetworkSettings *container.NetworkSettings; ImageManifestDescriptor *v1.Descriptor",
    "container.ContainerJSONBase": "ID:Id string; Created string; Path string; Args []string; State *container.State; Image string; "
    "ResolvConfPath string; HostnamePath string; HostsPath string; LogPath string; Name string; RestartCount int; Driver string; "
    "Platform string; MountLabel string; ProcessLabel string; AppArmorProfile string; ExecIDs []string; HostConfig *container.HostConfig; "
    "GraphDriver storage.DriverData; SizeRw *int; SizeRootFs *int",
    "container.State": "Status string; Running bool; Paused bool; Restarting bool; OOMKilled bool; Dead bool; Pid int; ExitCode int; "
    "Error string; StartedAt string; FinishedAt string; Health *container.Health",
    "container.Health": "Status string; FailingStreak int; Log []*container.HealthcheckResult",
    "container.HealthcheckResult": "Start time; End time; ExitCode int; Output string",
    "container.MountPoint": "Type string; Name string; Source string; Destination string; Driver string; Mode string; RW bool; Propagation string",
    "container.Config": "Hostname string; Domainname string; User string; AttachStdin bool; AttachStdout bool; AttachStderr bool; "
    "ExposedPorts map[string]struct; Tty bool; OpenStdin bool; StdinOnce bool; Env []string; Cmd []string; Healthcheck *v1.HealthcheckConfig; "
    "ArgsEscaped bool; Image string; Volumes map[string]struct; WorkingDir string; Entrypoint []string; NetworkDisabled bool; "
    "MacAddress string; OnBuild []string; Labels map[string]string; StopSignal string; StopTimeout *int; Shell []string",
    "v1.HealthcheckConfig": "Test []string; Interval duration; Timeout duration; StartPeriod duration; StartInterval duration; Retries int",
    "container.HostConfig": "Binds []string; ContainerIDFile string; LogConfig container.LogConfig; NetworkMode string; "
    "PortBindings map[string][]nat.PortBinding; RestartPolicy container.RestartPolicy; AutoRemove bool; VolumeDriver string; "
    "VolumesFrom []string; ConsoleSize [2]int; Annotations map[string]string; CapAdd []string; CapDrop []string; CgroupnsMode string; "
    "DNS:Dns []string; DNSOptions:DnsOptions []string; DNSSearch:DnsSearch []string; ExtraHosts []string; GroupAdd []string; IpcMode string; "
    "Cgroup string; Links []string; OomScoreAdj int; PidMode string; Privileged bool; PublishAllPorts bool; ReadonlyRootfs bool; "
    "SecurityOpt []string; StorageOpt map[string]string; Tmpfs map[string]string; UTSMode string; UsernsMode string; ShmSize int; "
    "Sysctls map[string]string; Runtime string; Isolation string; +container.Resources; Mounts []mount.Mount; MaskedPaths []string; "
    "ReadonlyPaths []string; Init *bool",
    "container.LogConfig": "Type string; Config map[string]string",
    "nat.PortBinding": "HostIP:HostIp string; HostPort string",
    "container.RestartPolicy": "Name string; MaximumRetryCount int",
    "container.Resources": "CPUShares:CpuShares int; Memory int; NanoCPUs:NanoCpus int; CgroupParent string; BlkioWeight int; "
    "BlkioWeightDevice []*blkiodev.WeightDevice; BlkioDeviceReadBps []*blkiodev.ThrottleDevice; "
    "BlkioDeviceWriteBps []*blkiodev.ThrottleDevice; BlkioDeviceReadIOps []*blkiodev.ThrottleDevice; "
    "BlkioDeviceWriteIOps []*blkiodev.ThrottleDevice; CPUPeriod:CpuPeriod int; CPUQuota:CpuQuota int; "
    "CPURealtimePeriod:CpuRealtimePeriod int; CPURealtimeRuntime:CpuRealtimeRuntime int; CpusetCpus string; CpusetMems string; "
    "Devices []container.DeviceMapping; DeviceCgroupRules []string; DeviceRequests []container.DeviceRequest; KernelMemory int; "
    "KernelMemoryTCP int; MemoryReservation int; MemorySwap int; MemorySwappiness *int; OomKillDisable *bool; PidsLimit *int; "
    "Ulimits []*units.Ulimit; CPUCount:CpuCount int; CPUPercent:CpuPercent int; IOMaximumIOps int; IOMaximumBandwidth int",
    "blkiodev.WeightDevice": "Path string; Weight int",
    "blkiodev.ThrottleDevice": "Path string; Rate int",
    "container.DeviceMapping": "PathOnHost string; PathInContainer string; CgroupPermissions string",
    "container.DeviceRequest": "Driver string; Count int; DeviceIDs []string; Capabilities [][]string; Options map[string]string",
    "units.Ulimit": "Name string; Hard int; Soft int",
    "mount.Mount": "Type string; Source string; Target string; ReadOnly bool; Consistency string; BindOptions *mount.BindOptions; "
    "VolumeOptions *mount.VolumeOptions; ImageOptions *mount.ImageOptions; TmpfsOptions *mount.TmpfsOptions; ClusterOptions *mount.ClusterOptions",
    "mount.BindOptions": "Propagation string; NonRecursive bool; CreateMountpoint bool; ReadOnlyNonRecursive bool; ReadOnlyForceRecursive bool",
    "mount.VolumeOptions": "NoCopy bool; Labels map[string]string; Subpath string; DriverConfig *mount.Driver",
    "mount.Driver": "Name string; Options map[string]string",
    "mount.ImageOptions": "Subpath string",
    "mount.TmpfsOptions": "SizeBytes int; Mode int; Options [][]string",
    "mount.ClusterOptions": "",
    "container.NetworkSettings": "+container.NetworkSettingsBase; +container.DefaultNetworkSettings; Networks map[string]*network.EndpointSettings",
    "container.NetworkSettingsBase": "Bridge string; SandboxID string; SandboxKey string; Ports map[string][]nat.PortBinding; HairpinMode bool; "
    "LinkLocalIPv6Address string; LinkLocalIPv6PrefixLen int; SecondaryIPAddresses []network.Address; SecondaryIPv6Addresses []network.Address",
    "container.DefaultNetworkSettings": "EndpointID string; Gateway string; GlobalIPv6Address string; GlobalIPv6PrefixLen int; IPAddress string; "
    "IPPrefixLen int; IPv6Gateway string; MacAddress string",
    "network.Address": "Addr string; PrefixLen int",
    "network.EndpointSettings": "IPAMConfig *network.EndpointIPAMConfig; Links []string; Aliases []string; MacAddress string; "
    "DriverOpts map[string]string; GwPriority int; NetworkID string; EndpointID string; Gateway string; IPAddress string; IPPrefixLen int; "
    "IPv6Gateway string; GlobalIPv6Address string; GlobalIPv6PrefixLen int; DNSNames []string",
    "network.EndpointIPAMConfig": "IPv4Address string; IPv6Address string; LinkLocalIPs []string",
    "storage.DriverData": "Data map[string]string; Name string",
    "v1.Descriptor": "MediaType:mediaType string; Digest:digest string; Size:size int; URLs:urls []string; Annotations:annotations map[string]string; "
    "Data:data any; Platform:platform *v1.Platform; ArtifactType:artifactType string",
    "v1.Platform": "Architecture:architecture string; OS:os string; OSVersion:os.version string; OSFeatures:os.features []string; Variant:variant string",
    "image.InspectResponse": "ID:Id string; RepoTags []string; RepoDigests []string; Parent string; Comment string; Created string; "
    "Container string; ContainerConfig *container.Config; DockerVersion string; Author string; Config *v1.DockerOCIImageConfig; "
    "Architecture string; Variant string; Os string; OsVersion string; Size int; VirtualSize int; GraphDriver storage.DriverData; "
    "RootFS image.RootFS; Metadata image.Metadata; Descriptor *v1.Descriptor; Manifests []any",
    "v1.DockerOCIImageConfig": "+v1.ImageConfig; +v1.DockerOCIImageConfigExt",
    "v1.ImageConfig": "User string; ExposedPorts map[string]struct; Env []string; Entrypoint []string; Cmd []string; Volumes map[string]struct; "
    "WorkingDir string; Labels map[string]string; StopSignal string; ArgsEscaped bool",
    "v1.DockerOCIImageConfigExt": "Healthcheck *v1.HealthcheckConfig; OnBuild []string; Shell []string",
    "image.RootFS": "Type string; Layers []string",
    "image.Metadata": "LastTagTime time",
    "network.Inspect": "Name string; ID:Id string; Created time; Scope string; Driver string; EnableIPv4 bool; EnableIPv6 bool; IPAM network.IPAM; "
    "Internal bool; Attachable bool; Ingress bool; ConfigFrom network.ConfigReference; ConfigOnly bool; "
    "Containers map[string]network.EndpointResource; Options map[string]string; Labels map[string]string; Peers []network.PeerInfo; "
    "Services map[string]any",
    "network.IPAM": "Driver string; Options map[string]string; Config []network.IPAMConfig",
    "network.IPAMConfig": "Subnet string; IPRange string; Gateway string; AuxAddress:AuxiliaryAddresses map[string]string",
    "network.ConfigReference": "Network string",
    "network.EndpointResource": "Name string; EndpointID string; MacAddress string; IPv4Address string; IPv6Address string",
    "network.PeerInfo": "Name string; IP string",
    "volume.Volume": "ClusterVolume *volume.ClusterVolume; CreatedAt string; Driver string; Labels map[string]string; Mountpoint string; "
    "Name string; Options map[string]string; Scope string; Status map[string]any; UsageData *volume.UsageData",
    "volume.ClusterVolume": "ID string",
    "volume.UsageData": "RefCount int; Size int",
    "system.dockerInfo": "+*system.Info; ClientInfo *system.clientInfo; ServerErrors []string; ClientErrors []string",
    "system.Info": "ID string; Containers int; ContainersRunning int; ContainersPaused int; ContainersStopped int; Images int; Driver string; "
    "DriverStatus [][]string; SystemStatus [][]string; Plugins system.PluginsInfo; MemoryLimit bool; SwapLimit bool; KernelMemory bool; "
    "KernelMemoryTCP bool; CPUCfsPeriod:CpuCfsPeriod bool; CPUCfsQuota:CpuCfsQuota bool; CPUShares bool; CPUSet bool; PidsLimit bool; "
    "IPv4Forwarding bool; Debug bool; NFd int; OomKillDisable bool; NGoroutines int; SystemTime string; LoggingDriver string; "
    "CgroupDriver string; CgroupVersion string; NEventsListener int; KernelVersion string; OperatingSystem string; OSVersion string; "
    "OSType string; Architecture string; IndexServerAddress string; RegistryConfig *registry.ServiceConfig; NCPU int; MemTotal int; "
    "GenericResources []any; DockerRootDir string; HTTPProxy:HttpProxy string; HTTPSProxy:HttpsProxy string; NoProxy string; Name string; "
    "Labels []string; ExperimentalBuild bool; ServerVersion string; Runtimes map[string]any; DefaultRuntime string; Swarm swarm.Info; "
    "LiveRestoreEnabled bool; Isolation string; InitBinary string; ContainerdCommit system.Commit; RuncCommit system.Commit; "
    "InitCommit system.Commit; SecurityOptions []string; ProductLicense string; DefaultAddressPools []system.NetworkAddressPool; "
    "FirewallBackend *system.FirewallInfo; CDISpecDirs []string; DiscoveredDevices []any; Containerd *system.ContainerdInfo; Warnings []string",
    "system.PluginsInfo": "Volume []string; Network []string; Authorization []string; Log []string",
    "system.Commit": "ID string",
    "system.NetworkAddressPool": "Base string; Size int",
    "system.FirewallInfo": "Driver string; Info [][]string",
    "system.ContainerdInfo": "Address string; Namespaces system.ContainerdNamespaces",
    "system.ContainerdNamespaces": "Containers string; Plugins string",
    "registry.ServiceConfig": "InsecureRegistryCIDRs []string; IndexConfigs map[string]*registry.IndexInfo; Mirrors []string",
    "registry.IndexInfo": "Name string; Mirrors []string; Secure bool; Official bool",
    "swarm.Info": "NodeID string; NodeAddr string; LocalNodeState string; ControlAvailable bool; Error string; RemoteManagers []swarm.Peer; "
    "Nodes int; Managers int; Cluster any; Warnings []string",
    "swarm.Peer": "NodeID string; Addr string",
    "system.clientInfo": "Debug bool; +system.clientVersion; Plugins []any; Warnings []string",
    "system.clientVersion": "Platform any; Version string; APIVersion:ApiVersion string; DefaultAPIVersion string; GitCommit string; "
    "GoVersion string; Os string; Arch string; BuildTime string; Context string",
    "events.Message": "Status:status string; ID:id string; From:from string; Type string; Action string; Actor events.Actor; "
    "Scope:scope string; Time:time int; TimeNano:timeNano int",
    "events.Actor": "ID string; Attributes map[string]string",
}


def without(shape: str, *names: str) -> str:
    """A shape's fields but for some, by their Go names."""
    fields = (part.strip() for part in SHAPES[shape].split(";"))
    return "; ".join(f for f in fields if f.partition(" ")[0].partition(":")[0] not in names)


#: the shapes that API 1.52 changed
NEWER: dict[str, str] = {
    "container.InspectResponse": "ID:Id string; Created string; Path string; Args []string; State *container.State; Image string; "
    "ResolvConfPath string; HostnamePath string; HostsPath string; LogPath string; Name string; RestartCount int; Driver string; "
    "Platform string; MountLabel string; ProcessLabel string; AppArmorProfile string; ExecIDs []string; HostConfig *container.HostConfig; "
    "GraphDriver *storage.DriverData; Storage *storage.Storage; SizeRw *int; SizeRootFs *int; Mounts []container.MountPoint; "
    "Config *container.Config; NetworkSettings *container.NetworkSettings; ImageManifestDescriptor *v1.Descriptor",
    "container.NetworkSettings": "SandboxID string; SandboxKey string; Ports map[string][]nat.PortBinding; "
    "Networks map[string]*network.EndpointSettings",
    "storage.Storage": "RootFS any",
    "container.Config": without("container.Config", "MacAddress"),
    "container.Resources": without("container.Resources", "KernelMemory", "KernelMemoryTCP"),
    "image.InspectResponse": "ID:Id string; RepoTags []string; RepoDigests []string; Comment string; Created string; Author string; "
    "Config *v1.DockerOCIImageConfig; Architecture string; Variant string; Os string; OsVersion string; Size int; "
    "GraphDriver *storage.DriverData; RootFS image.RootFS; Metadata image.Metadata; Descriptor *v1.Descriptor; Manifests []any; Identity any",
    "network.Inspect": "+network.Network; Containers map[string]network.EndpointResource; Services map[string]any; Status *network.Status",
    "network.Status": "IPAM network.IPAMStatus",
    "network.IPAMStatus": "Subnets map[string]network.SubnetStatus",
    "network.SubnetStatus": "IPsInUse int; DynamicIPsAvailable int",
    "network.Network": without("network.Inspect", "Containers", "Services"),
    "system.Info": without("system.Info", "KernelMemory", "KernelMemoryTCP").replace("; Containerd ", "; NRI *system.NRIInfo; Containerd "),
    "system.NRIInfo": "Info [][]string",
    "events.Message": without("events.Message", "Status", "ID", "From"),
}

_STRINGS = {
    "units.Ulimit": lambda f: f"{f['Name']}={f['Soft']}:{f['Hard']}",
    "blkiodev.WeightDevice": lambda f: f"{f['Path']}:{f['Weight']}",
    "blkiodev.ThrottleDevice": lambda f: f"{f['Path']}:{f['Rate']}",
}

_ZERO: dict[str, Any] = {"string": "", "bool": False, "int": 0, "float": 0.0, "any": None, "duration": Duration(0)}


@cache
def _fields(shape: str, newer: bool) -> list[tuple[str, str, str]]:
    """(Go name, JSON name, type) of each field; the Go name of an embedded one starts with "+"."""
    fields = (newer and NEWER.get(shape)) or SHAPES[shape]
    out = []
    for part in filter(None, (p.strip() for p in fields.split(";"))):
        if part.startswith("+"):
            out.append(("+" + part[1:].lstrip("*").rpartition(".")[2], "", part[1:]))
        else:
            name, _, kind = part.partition(" ")
            go, _, json_name = name.partition(":")
            out.append((go, json_name or go, kind))
    return out


def decode(kind: str, value: Any, newer: bool = False) -> Any:
    """A JSON value as the Go value of that type; a missing one is its zero value. newer: of an engine that speaks CHANGED."""
    if kind in _ZERO:
        if kind == "any":
            return untyped(value)
        if value is None:
            return _ZERO[kind]
        return Duration(value) if kind == "duration" else value
    if kind == "time":
        return Time(value or "0001-01-01T00:00:00Z")
    if kind == "struct":
        return GoStruct("struct {}", {}, {})
    if kind.startswith("*"):
        return _pointer(kind, value, newer)
    if kind.startswith("[]"):
        if value is None:
            return NilList()
        return list(value) if kind == "[]string" else AnyList(decode(kind[2:], v, newer) for v in value)
    if kind.startswith("["):
        count, _, element = kind[1:].partition("]")
        return [decode(element, v, newer) for v in (value or [None] * int(count))]
    if kind.startswith("map["):
        return _map(kind.partition("]")[2], value, newer)
    return _struct(kind, value or {}, GoStruct, newer)


def _pointer(kind: str, value: Any, newer: bool) -> Any:
    if value is None:
        return NilPointer(kind)
    inner = kind[1:]
    return _struct(inner, value, Pointer, newer) if inner in SHAPES or inner in NEWER else decode(inner, value, newer)


def _map(element: str, value: Any, newer: bool) -> Any:
    if value is None:
        return NilMap()
    if element == "string":
        return StringMap(value)
    return {k: decode(element, v, newer) for k, v in value.items()}


def _struct(shape: str, value: dict[str, Any], cls: type[GoStruct], newer: bool) -> GoStruct:
    fields = {}
    # Go matches JSON names without regard to case where none is exact
    lower: dict[str, Any] = {}
    for go, name, kind in _fields(shape, newer):
        if go.startswith("+"):
            fields[go[1:]] = _struct(kind.lstrip("*"), value, EmbeddedPointer if kind.startswith("*") else Embedded, newer)
            continue
        if name not in value:
            lower = lower or {k.lower(): v for k, v in value.items()}
            fields[go] = decode(kind, lower.get(name.lower()), newer)
        else:
            fields[go] = decode(kind, value[name], newer)
    text = _STRINGS[shape](fields) if shape in _STRINGS else ""
    return cls(("*" if cls is Pointer else "") + shape, fields, value, text)
