"""The Go types of containers, images, networks, volumes and plugins, as the Engine API 1.51 and docker's CLI 28.5 have
them. Data.

The grammar is described in `gotypes`.
"""

TYPES = """
container.InspectResponse: +*container.ContainerJSONBase; Mounts []container.MountPoint; Config *container.Config;
    NetworkSettings *container.NetworkSettings; ImageManifestDescriptor? *v1.Descriptor
container.ContainerJSONBase: ID:Id string; Created string; Path string; Args []string; State *container.State;
    Image string; ResolvConfPath string; HostnamePath string; HostsPath string; LogPath string; Name string;
    RestartCount int; Driver string; Platform string; MountLabel string; ProcessLabel string; AppArmorProfile string;
    ExecIDs []string; HostConfig *container.HostConfig; GraphDriver storage.DriverData; SizeRw? *int64;
    SizeRootFs? *int64
container.State: Status string; Running bool; Paused bool; Restarting bool; OOMKilled bool; Dead bool; Pid int;
    ExitCode int; Error string; StartedAt string; FinishedAt string; Health? *container.Health
container.Health: Status string; FailingStreak int; Log []*container.HealthcheckResult
container.HealthcheckResult: Start time; End time; ExitCode int; Output string
container.HostConfig: Binds []string; ContainerIDFile string; LogConfig container.LogConfig;
    NetworkMode container.NetworkMode; PortBindings nat.PortMap; RestartPolicy container.RestartPolicy;
    AutoRemove bool; VolumeDriver string; VolumesFrom []string; ConsoleSize [2]uint; Annotations? map[string]string;
    CapAdd strslice.StrSlice; CapDrop strslice.StrSlice; CgroupnsMode container.CgroupnsMode; DNS:Dns []string;
    DNSOptions:DnsOptions []string; DNSSearch:DnsSearch []string; ExtraHosts []string; GroupAdd []string;
    IpcMode container.IpcMode; Cgroup container.CgroupSpec; Links []string; OomScoreAdj int;
    PidMode container.PidMode; Privileged bool; PublishAllPorts bool; ReadonlyRootfs bool; SecurityOpt []string;
    StorageOpt? map[string]string; Tmpfs? map[string]string; UTSMode container.UTSMode;
    UsernsMode container.UsernsMode; ShmSize int64; Sysctls? map[string]string; Runtime? string;
    Isolation container.Isolation; +container.Resources; Mounts? []mount.Mount; MaskedPaths []string;
    ReadonlyPaths []string; Init? *bool
container.LogConfig: Type string; Config map[string]string
container.NetworkMode = string
nat.PortMap = map[nat.Port][]nat.PortBinding
nat.Port = string
nat.PortBinding: HostIP:HostIp string; HostPort string
container.RestartPolicy: Name container.RestartPolicyMode; MaximumRetryCount int
container.RestartPolicyMode = string
strslice.StrSlice = []string
container.CgroupnsMode = string
container.IpcMode = string
container.CgroupSpec = string
container.PidMode = string
container.UTSMode = string
container.UsernsMode = string
container.Isolation = string
container.Resources: CPUShares:CpuShares int64; Memory int64; NanoCPUs:NanoCpus int64; CgroupParent string;
    BlkioWeight uint16; BlkioWeightDevice []*blkiodev.WeightDevice; BlkioDeviceReadBps []*blkiodev.ThrottleDevice;
    BlkioDeviceWriteBps []*blkiodev.ThrottleDevice; BlkioDeviceReadIOps []*blkiodev.ThrottleDevice;
    BlkioDeviceWriteIOps []*blkiodev.ThrottleDevice; CPUPeriod:CpuPeriod int64; CPUQuota:CpuQuota int64;
    CPURealtimePeriod:CpuRealtimePeriod int64; CPURealtimeRuntime:CpuRealtimeRuntime int64; CpusetCpus string;
    CpusetMems string; Devices []container.DeviceMapping; DeviceCgroupRules []string;
    DeviceRequests []container.DeviceRequest; KernelMemory? int64; KernelMemoryTCP? int64; MemoryReservation int64;
    MemorySwap int64; MemorySwappiness *int64; OomKillDisable *bool; PidsLimit *int64; Ulimits []*units.Ulimit;
    CPUCount:CpuCount int64; CPUPercent:CpuPercent int64; IOMaximumIOps uint64; IOMaximumBandwidth uint64
blkiodev.WeightDevice: Path string; Weight uint16
blkiodev.ThrottleDevice: Path string; Rate uint64
container.DeviceMapping: PathOnHost string; PathInContainer string; CgroupPermissions string
container.DeviceRequest: Driver string; Count int; DeviceIDs []string; Capabilities [][]string;
    Options map[string]string
units.Ulimit: Name string; Hard int64; Soft int64
mount.Mount: Type? mount.Type; Source? string; Target? string; ReadOnly? bool; Consistency? mount.Consistency;
    BindOptions? *mount.BindOptions; VolumeOptions? *mount.VolumeOptions; ImageOptions? *mount.ImageOptions;
    TmpfsOptions? *mount.TmpfsOptions; ClusterOptions? *mount.ClusterOptions
mount.Type = string
mount.Consistency = string
mount.BindOptions: Propagation? mount.Propagation; NonRecursive? bool; CreateMountpoint? bool;
    ReadOnlyNonRecursive? bool; ReadOnlyForceRecursive? bool
mount.Propagation = string
mount.VolumeOptions: NoCopy? bool; Labels? map[string]string; Subpath? string; DriverConfig? *mount.Driver
mount.Driver: Name? string; Options? map[string]string
mount.ImageOptions: Subpath? string
mount.TmpfsOptions: SizeBytes? int64; Mode? fs.FileMode; Options? [][]string
mount.ClusterOptions:
storage.DriverData: Data map[string]string; Name string
container.MountPoint: Type? mount.Type; Name? string; Source string; Destination string; Driver? string; Mode string;
    RW bool; Propagation mount.Propagation
container.Config: Hostname string; Domainname string; User string; AttachStdin bool; AttachStdout bool;
    AttachStderr bool; ExposedPorts? nat.PortSet; Tty bool; OpenStdin bool; StdinOnce bool; Env []string;
    Cmd strslice.StrSlice; Healthcheck? *v1.HealthcheckConfig; ArgsEscaped? bool; Image string;
    Volumes map[string]struct; WorkingDir string; Entrypoint strslice.StrSlice; NetworkDisabled? bool;
    MacAddress? string; OnBuild []string; Labels map[string]string; StopSignal? string; StopTimeout? *int;
    Shell? strslice.StrSlice
v1.HealthcheckConfig: Test? []string; Interval? duration; Timeout? duration; StartPeriod? duration;
    StartInterval? duration; Retries? int
container.NetworkSettings: +container.NetworkSettingsBase; +container.DefaultNetworkSettings;
    Networks map[string]*network.EndpointSettings
container.NetworkSettingsBase: Bridge string; SandboxID string; SandboxKey string; Ports nat.PortMap;
    HairpinMode bool; LinkLocalIPv6Address string; LinkLocalIPv6PrefixLen int;
    SecondaryIPAddresses []network.Address; SecondaryIPv6Addresses []network.Address
network.Address: Addr string; PrefixLen int
container.DefaultNetworkSettings: EndpointID string; Gateway string; GlobalIPv6Address string;
    GlobalIPv6PrefixLen int; IPAddress string; IPPrefixLen int; IPv6Gateway string; MacAddress string
network.EndpointSettings: IPAMConfig *network.EndpointIPAMConfig; Links []string; Aliases []string;
    MacAddress string; DriverOpts map[string]string; GwPriority int; NetworkID string; EndpointID string;
    Gateway string; IPAddress string; IPPrefixLen int; IPv6Gateway string; GlobalIPv6Address string;
    GlobalIPv6PrefixLen int; DNSNames []string
network.EndpointIPAMConfig: IPv4Address? string; IPv6Address? string; LinkLocalIPs? []string
v1.Descriptor: MediaType:mediaType string; Digest:digest digest.Digest; Size:size int64; URLs:urls? []string;
    Annotations:annotations? map[string]string; Data:data? []uint8; Platform:platform? *v1.Platform;
    ArtifactType:artifactType? string
v1.Platform: Architecture:architecture string; OS:os string; OSVersion:os.version? string;
    OSFeatures:os.features? []string; Variant:variant? string
image.InspectResponse: ID:Id string; RepoTags []string; RepoDigests []string; Parent string; Comment string;
    Created? string; Container? string; ContainerConfig? *container.Config; DockerVersion string; Author string;
    Config *v1.DockerOCIImageConfig; Architecture string; Variant? string; Os string; OsVersion? string; Size int64;
    VirtualSize? int64; GraphDriver storage.DriverData; RootFS image.RootFS; Metadata image.Metadata;
    Descriptor? *v1.Descriptor; Manifests? []image.ManifestSummary
v1.DockerOCIImageConfig: +v1.ImageConfig; +v1.DockerOCIImageConfigExt
v1.ImageConfig: User? string; ExposedPorts? map[string]struct; Env? []string; Entrypoint? []string; Cmd? []string;
    Volumes? map[string]struct; WorkingDir? string; Labels? map[string]string; StopSignal? string; ArgsEscaped? bool
v1.DockerOCIImageConfigExt: Healthcheck? *v1.HealthcheckConfig; OnBuild? []string; Shell? []string
image.RootFS: Type? string; Layers? []string
image.Metadata: LastTagTime? time
image.ManifestSummary.Size: Content int64; Total int64
image.ManifestSummary: ID string; Descriptor v1.Descriptor; Available bool; Size image.ManifestSummary.Size;
    Kind image.ManifestKind; ImageData? *image.ImageProperties; AttestationData? *image.AttestationProperties
image.ManifestKind = string
image.ImageProperties.Size: Unpacked int64
image.ImageProperties: Platform v1.Platform; Size image.ImageProperties.Size; Containers []string
image.AttestationProperties: For digest.Digest
network.Inspect: Name string; ID:Id string; Created time; Scope string; Driver string; EnableIPv4 bool;
    EnableIPv6 bool; IPAM network.IPAM; Internal bool; Attachable bool; Ingress bool;
    ConfigFrom network.ConfigReference; ConfigOnly bool; Containers map[string]network.EndpointResource;
    Options map[string]string; Labels map[string]string; Peers? []network.PeerInfo;
    Services? map[string]network.ServiceInfo
network.IPAM: Driver string; Options map[string]string; Config []network.IPAMConfig
network.IPAMConfig: Subnet? string; IPRange? string; Gateway? string;
    AuxAddress:AuxiliaryAddresses? map[string]string
network.ConfigReference: Network string
network.EndpointResource: Name string; EndpointID string; MacAddress string; IPv4Address string; IPv6Address string
network.PeerInfo: Name string; IP string
network.ServiceInfo: VIP string; Ports []string; LocalLBIndex int; Tasks []network.Task
network.Task: Name string; EndpointID string; EndpointIP string; Info map[string]string
volume.Volume: ClusterVolume? *volume.ClusterVolume; CreatedAt? string; Driver string; Labels map[string]string;
    Mountpoint string; Name string; Options map[string]string; Scope string; Status? map[string]any;
    UsageData? *volume.UsageData
volume.ClusterVolume: ID string; +swarm.Meta; Spec volume.ClusterVolumeSpec; PublishStatus? []*volume.PublishStatus;
    Info? *volume.Info
volume.ClusterVolumeSpec: Group? string; AccessMode? *volume.AccessMode;
    AccessibilityRequirements? *volume.TopologyRequirement; CapacityRange? *volume.CapacityRange;
    Secrets? []volume.Secret; Availability? volume.Availability
volume.AccessMode: Scope? volume.Scope; Sharing? volume.SharingMode; MountVolume? *volume.TypeMount;
    BlockVolume? *volume.TypeBlock
volume.Scope = string
volume.SharingMode = string
volume.TypeMount: FsType? string; MountFlags? []string
volume.TypeBlock:
volume.TopologyRequirement: Requisite? []volume.Topology; Preferred? []volume.Topology
volume.Topology: Segments? map[string]string
volume.CapacityRange: RequiredBytes int64; LimitBytes int64
volume.Secret: Key string; Secret string
volume.Availability = string
volume.PublishStatus: NodeID? string; State? volume.PublishState; PublishContext? map[string]string
volume.PublishState = string
volume.Info: CapacityBytes? int64; VolumeContext? map[string]string; VolumeID? string;
    AccessibleTopology? []volume.Topology
volume.UsageData: RefCount int64; Size int64
types.Plugin: Config types.PluginConfig; Enabled bool; ID:Id? string; Name string; PluginReference? string;
    Settings types.PluginSettings
types.PluginConfig: Args types.PluginConfigArgs; Description string; DockerVersion? string; Documentation string;
    Entrypoint []string; Env []types.PluginEnv; Interface types.PluginConfigInterface; IpcHost bool;
    Linux types.PluginConfigLinux; Mounts []types.PluginMount; Network types.PluginConfigNetwork; PidHost bool;
    PropagatedMount string; User? types.PluginConfigUser; WorkDir string; Rootfs:rootfs? *types.PluginConfigRootfs
types.PluginConfigArgs: Description string; Name string; Settable []string; Value []string
types.PluginEnv: Description string; Name string; Settable []string; Value *string
types.PluginConfigInterface: ProtocolScheme? string; Socket string; Types []types.PluginInterfaceType
types.PluginInterfaceType: Capability string; Prefix string; Version string
types.PluginConfigLinux: AllowAllDevices bool; Capabilities []string; Devices []types.PluginDevice
types.PluginDevice: Description string; Name string; Path *string; Settable []string
types.PluginMount: Description string; Destination string; Name string; Options []string; Settable []string;
    Source *string; Type string
types.PluginConfigNetwork: Type string
types.PluginConfigUser: GID? uint32; UID? uint32
types.PluginConfigRootfs: DiffIds:diff_ids []string; Type:type? string
types.PluginSettings: Args []string; Devices []types.PluginDevice; Env []string; Mounts []types.PluginMount
container.Summary.HostConfig: NetworkMode? string; Annotations? map[string]string
container.Summary: ID:Id string; Names []string; Image string; ImageID string;
    ImageManifestDescriptor? *v1.Descriptor; Command string; Created int64; Ports []container.Port; SizeRw? int64;
    SizeRootFs? int64; Labels map[string]string; State string; Status string;
    HostConfig container.Summary.HostConfig; NetworkSettings *container.NetworkSettingsSummary;
    Mounts []container.MountPoint
container.Port: IP? string; PrivatePort uint16; PublicPort? uint16; Type string
container.NetworkSettingsSummary: Networks map[string]*network.EndpointSettings
image.Summary: Containers int64; Created int64; ID:Id string; Labels map[string]string; ParentID:ParentId string;
    Descriptor? *v1.Descriptor; Manifests? []image.ManifestSummary; RepoDigests []string; RepoTags []string;
    SharedSize int64; Size int64; VirtualSize? int64
image.HistoryResponseItem: Comment string; Created int64; CreatedBy string; ID:Id string; Size int64; Tags []string
build.CacheRecord: ID string; Parent? string; Parents: Parents? []string; Type string; Description string;
    InUse bool; Shared bool; Size int64; CreatedAt time; LastUsedAt *time; UsageCount int
container.FilesystemChange: Kind container.ChangeType; Path string
container.ChangeType = uint8
container.StatsEntry: Container string; Name string; ID string; CPUPercentage float64; Memory float64;
    MemoryLimit float64; MemoryPercentage float64; NetworkRx float64; NetworkTx float64; BlockRead float64;
    BlockWrite float64; PidsCurrent uint64; IsInvalid bool
nat.PortSet = map[nat.Port]struct
fs.FileMode = uint32
digest.Digest = string
"""
