"""Bodies of requests, for the type checker alone: a misspelt key fails mypy, and nothing is loaded at run time.

The names are those of the Engine API (moby's api/types). No key is required: a body has those that docker's client sends.
"""

from collections.abc import Sequence
from typing import Any, TypedDict

class HealthConfig(TypedDict, total=False):
    Test: list[str]
    Interval: int
    Timeout: int
    StartPeriod: int
    StartInterval: int
    Retries: int

class Config(TypedDict, total=False):
    """What a container is, on any host."""

    Hostname: str
    Domainname: str
    User: str
    AttachStdin: bool
    AttachStdout: bool
    AttachStderr: bool
    ExposedPorts: dict[str, dict[str, str]]
    Tty: bool
    OpenStdin: bool
    StdinOnce: bool
    Env: list[str] | None
    Cmd: list[str] | None
    Healthcheck: HealthConfig
    Image: str
    Volumes: dict[str, dict[str, str]]
    WorkingDir: str
    Entrypoint: list[str] | None
    MacAddress: str
    OnBuild: None
    Labels: dict[str, str]
    StopSignal: str
    StopTimeout: int

class WeightDevice(TypedDict):
    Path: str
    Weight: int

class ThrottleDevice(TypedDict):
    Path: str
    Rate: int

class RestartPolicy(TypedDict):
    Name: str
    MaximumRetryCount: int

class LogConfig(TypedDict):
    Type: str
    Config: dict[str, str]

class Resources(TypedDict, total=False):
    """The limits of a container."""

    CpuShares: int
    Memory: int
    NanoCpus: int
    CgroupParent: str
    BlkioWeight: int
    BlkioWeightDevice: list[WeightDevice] | None
    BlkioDeviceReadBps: list[ThrottleDevice] | None
    BlkioDeviceWriteBps: list[ThrottleDevice] | None
    BlkioDeviceReadIOps: list[ThrottleDevice] | None
    BlkioDeviceWriteIOps: list[ThrottleDevice] | None
    CpuPeriod: int
    CpuQuota: int
    CpuRealtimePeriod: int
    CpuRealtimeRuntime: int
    CpusetCpus: str
    CpusetMems: str
    Devices: list[dict[str, str]] | None
    DeviceCgroupRules: list[str] | None
    DeviceRequests: list[dict[str, Any]] | None
    KernelMemory: int
    MemoryReservation: int
    MemorySwap: int
    MemorySwappiness: int | None
    OomKillDisable: bool | None
    PidsLimit: int | None
    Ulimits: list[dict[str, Any]] | None
    CpuCount: int
    CpuPercent: int
    IOMaximumIOps: int
    IOMaximumBandwidth: int

class HostConfig(Resources, total=False):
    """How this host runs a container."""

    Binds: list[str] | None
    ContainerIDFile: str
    LogConfig: LogConfig
    NetworkMode: str
    PortBindings: dict[str, list[dict[str, str]]]
    RestartPolicy: RestartPolicy
    AutoRemove: bool
    VolumeDriver: str
    VolumesFrom: list[str] | None
    ConsoleSize: list[int]
    Annotations: dict[str, str]
    CapAdd: list[str] | None
    CapDrop: list[str] | None
    CgroupnsMode: str
    Dns: list[str]
    DnsOptions: list[str]
    DnsSearch: list[str]
    ExtraHosts: list[str] | None
    GroupAdd: list[str] | None
    IpcMode: str
    Cgroup: str
    Links: list[str] | None
    OomScoreAdj: int
    PidMode: str
    Privileged: bool
    PublishAllPorts: bool
    ReadonlyRootfs: bool
    SecurityOpt: list[str] | None
    StorageOpt: dict[str, str]
    Tmpfs: dict[str, str]
    UTSMode: str
    UsernsMode: str
    ShmSize: int
    Sysctls: dict[str, str]
    Runtime: str
    Isolation: str
    Mounts: list[dict[str, Any]] | None
    MaskedPaths: list[str] | None
    ReadonlyPaths: list[str] | None
    Init: bool | None

class EndpointIPAMConfig(TypedDict, total=False):
    IPv4Address: str
    IPv6Address: str
    LinkLocalIPs: list[str]

class EndpointSettings(TypedDict, total=False):
    """A container in a network."""

    IPAMConfig: EndpointIPAMConfig | None
    Links: list[str] | None
    Aliases: list[str] | None
    DriverOpts: dict[str, str] | None
    GwPriority: int
    MacAddress: str
    NetworkID: str
    EndpointID: str
    Gateway: str
    IPAddress: str
    IPPrefixLen: int
    IPv6Gateway: str
    GlobalIPv6Address: str
    GlobalIPv6PrefixLen: int
    DNSNames: list[str] | None

class NetworkingConfig(TypedDict):
    EndpointsConfig: dict[str, EndpointSettings]

class CreateContainer(Config, total=False):
    """The body of POST /containers/create."""

    HostConfig: HostConfig
    NetworkingConfig: NetworkingConfig

class UpdateContainer(Resources, total=False):
    """The body of POST /containers/…/update."""

    RestartPolicy: RestartPolicy

class CreateExec(TypedDict, total=False):
    """The body of POST /containers/…/exec."""

    User: str
    Privileged: bool
    Tty: bool
    ConsoleSize: list[int]
    AttachStdin: bool
    AttachStderr: bool
    AttachStdout: bool
    Detach: bool
    DetachKeys: str
    Env: list[str] | None
    WorkingDir: str
    Cmd: list[str]

class StartExec(TypedDict, total=False):
    """The body of POST /exec/…/start."""

    Detach: bool
    Tty: bool
    ConsoleSize: list[int]

class IPAMConfig(TypedDict, total=False):
    Subnet: str
    IPRange: str
    Gateway: str
    AuxiliaryAddresses: dict[str, str]

class IPAM(TypedDict):
    Driver: str
    Options: dict[str, str] | None
    Config: list[IPAMConfig]

class CreateNetwork(TypedDict, total=False):
    """The body of POST /networks/create."""

    CheckDuplicate: bool
    Name: str
    Driver: str
    Scope: str
    EnableIPv4: bool
    EnableIPv6: bool
    IPAM: IPAM | None
    Internal: bool
    Attachable: bool
    Ingress: bool
    ConfigOnly: bool
    ConfigFrom: dict[str, str] | None
    Options: dict[str, str] | None
    Labels: dict[str, str]

class AccessMode(TypedDict, total=False):
    Scope: str
    Sharing: str
    MountVolume: dict[str, str]
    BlockVolume: dict[str, str]

class CapacityRange(TypedDict):
    RequiredBytes: int
    LimitBytes: int

class ClusterVolumeSpec(TypedDict, total=False):
    Group: str
    AccessMode: AccessMode
    AccessibilityRequirements: dict[str, list[dict[str, dict[str, str]]]]
    CapacityRange: CapacityRange
    Secrets: list[dict[str, str]]
    Availability: str

class CreateVolume(TypedDict, total=False):
    """The body of POST /volumes/create."""

    Name: str
    Driver: str
    DriverOpts: dict[str, str]
    Labels: dict[str, str]
    ClusterVolumeSpec: ClusterVolumeSpec

# -- services ----------------------------------------------------------------------------------------

class DNSConfig(TypedDict, total=False):
    Nameservers: Sequence[str]
    Search: Sequence[str]
    Options: Sequence[str]

class CredentialSpec(TypedDict):
    Config: str
    File: str
    Registry: str

class Privileges(TypedDict, total=False):
    CredentialSpec: CredentialSpec | None
    SELinuxContext: None
    NoNewPrivileges: bool

class FileTarget(TypedDict):
    Name: str
    UID: str
    GID: str
    Mode: int

class SecretReference(TypedDict):
    File: FileTarget
    SecretID: str
    SecretName: str

class ConfigReference(TypedDict, total=False):
    File: FileTarget
    Runtime: dict[str, str]
    ConfigID: str
    ConfigName: str

class ContainerSpec(TypedDict, total=False):
    """What the container of each task is."""

    Image: str
    Labels: dict[str, str]
    Command: Sequence[str]
    Args: Sequence[str]
    Hostname: str
    Env: Sequence[str]
    Dir: str
    User: str
    Groups: Sequence[str]
    Privileges: Privileges
    Init: bool
    StopSignal: str
    TTY: bool
    OpenStdin: bool
    ReadOnly: bool
    Mounts: Sequence[dict[str, Any]]
    StopGracePeriod: int
    Healthcheck: HealthConfig
    Hosts: Sequence[str]
    DNSConfig: DNSConfig
    Secrets: Sequence[SecretReference]
    Configs: Sequence[ConfigReference]
    Isolation: str
    Sysctls: dict[str, str]
    CapabilityAdd: Sequence[str]
    CapabilityDrop: Sequence[str]
    Ulimits: Sequence[dict[str, Any]]
    OomScoreAdj: int

class Limit(TypedDict, total=False):
    NanoCPUs: int
    MemoryBytes: int
    Pids: int

class Reservations(TypedDict, total=False):
    NanoCPUs: int
    MemoryBytes: int
    GenericResources: Sequence[dict[str, Any]]

class ResourceRequirements(TypedDict, total=False):
    Limits: Limit
    Reservations: Reservations
    SwapBytes: int
    MemorySwappiness: int

class TaskRestartPolicy(TypedDict, total=False):
    Condition: str
    Delay: int
    MaxAttempts: int
    Window: int

class Placement(TypedDict, total=False):
    Constraints: Sequence[str]
    Preferences: Sequence[dict[str, Any]]
    MaxReplicas: int
    Platforms: Sequence[dict[str, str]]

class NetworkAttachmentConfig(TypedDict, total=False):
    Target: str
    Aliases: Sequence[str]
    DriverOpts: dict[str, str]

class Driver(TypedDict, total=False):
    Name: str
    Options: dict[str, str]

class TaskSpec(TypedDict, total=False):
    """What each task of a service is."""

    ContainerSpec: ContainerSpec
    Resources: ResourceRequirements
    RestartPolicy: TaskRestartPolicy
    Placement: Placement
    Networks: Sequence[NetworkAttachmentConfig]
    LogDriver: Driver
    ForceUpdate: int

class ReplicatedService(TypedDict, total=False):
    Replicas: int

class ReplicatedJob(TypedDict, total=False):
    MaxConcurrent: int
    TotalCompletions: int

class ServiceMode(TypedDict, total=False):
    Replicated: ReplicatedService
    Global: dict[str, str]
    ReplicatedJob: ReplicatedJob
    GlobalJob: dict[str, str]

class UpdateConfig(TypedDict, total=False):
    Parallelism: int
    Delay: int
    FailureAction: str
    Monitor: int
    MaxFailureRatio: float
    Order: str

class EndpointSpec(TypedDict, total=False):
    Mode: str
    Ports: Sequence[dict[str, Any]]

class ServiceSpec(TypedDict, total=False):
    Name: str
    Labels: dict[str, str]
    TaskTemplate: TaskSpec
    Mode: ServiceMode
    UpdateConfig: UpdateConfig
    RollbackConfig: UpdateConfig
    EndpointSpec: EndpointSpec

class ExternalCA(TypedDict, total=False):
    Protocol: str
    URL: str
    Options: dict[str, str]
    CACert: str

class CAConfig(TypedDict, total=False):
    NodeCertExpiry: int
    ExternalCAs: list[ExternalCA]
    SigningCACert: str
    SigningCAKey: str
    ForceRotate: int

class Orchestration(TypedDict, total=False):
    TaskHistoryRetentionLimit: int

class Raft(TypedDict, total=False):
    SnapshotInterval: int
    KeepOldSnapshots: int
    LogEntriesForSlowFollowers: int
    ElectionTick: int
    HeartbeatTick: int

class Dispatcher(TypedDict, total=False):
    HeartbeatPeriod: int

class EncryptionConfig(TypedDict):
    AutoLockManagers: bool

class SwarmSpec(TypedDict, total=False):
    """The body of POST /swarm/update."""

    Name: str
    Labels: dict[str, str] | None
    Orchestration: Orchestration
    Raft: Raft
    Dispatcher: Dispatcher
    CAConfig: CAConfig
    TaskDefaults: dict[str, Any]
    EncryptionConfig: EncryptionConfig

class InitSwarm(TypedDict):
    """The body of POST /swarm/init."""

    ListenAddr: str
    AdvertiseAddr: str
    DataPathAddr: str
    DataPathPort: int
    ForceNewCluster: bool
    Spec: SwarmSpec
    AutoLockManagers: bool
    Availability: str
    DefaultAddrPool: list[str]
    SubnetSize: int

class JoinSwarm(TypedDict):
    """The body of POST /swarm/join."""

    ListenAddr: str
    AdvertiseAddr: str
    DataPathAddr: str
    RemoteAddrs: list[str]
    JoinToken: str
    Availability: str

class NodeSpec(TypedDict, total=False):
    """The body of POST /nodes/…/update."""

    Name: str
    Labels: dict[str, str]
    Role: str
    Availability: str

class StoredSpec(TypedDict, total=False):
    """The body of POST /secrets/create and POST /configs/create; a config has no driver."""

    Name: str
    Labels: dict[str, str]
    Data: str
    Driver: Driver
    Templating: Driver
