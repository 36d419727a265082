"""The Go types of `info` and `version`, of events, swarms, and the rows of lists. Data.

The grammar is described in `gotypes`.
"""

TYPES = """
swarm.Meta: Version? swarm.Version; CreatedAt? time; UpdatedAt? time
swarm.Version: Index? uint64
events.Message: Status:status? string; ID:id? string; From:from? string; Type events.Type; Action events.Action;
    Actor events.Actor; Scope:scope? string; Time:time? int64; TimeNano:timeNano? int64
events.Type = string
events.Action = string
events.Actor: ID string; Attributes map[string]string
system.dockerInfo: +*system.Info; ServerErrors? []string; UserName:- string; ClientInfo? *system.clientInfo;
    ClientErrors? []string
system.Info: ID string; Containers int; ContainersRunning int; ContainersPaused int; ContainersStopped int;
    Images int; Driver string; DriverStatus [][2]string; SystemStatus? [][2]string; Plugins system.PluginsInfo;
    MemoryLimit bool; SwapLimit bool; KernelMemory? bool; KernelMemoryTCP? bool; CPUCfsPeriod:CpuCfsPeriod bool;
    CPUCfsQuota:CpuCfsQuota bool; CPUShares bool; CPUSet bool; PidsLimit bool; IPv4Forwarding bool; Debug bool;
    NFd int; OomKillDisable bool; NGoroutines int; SystemTime string; LoggingDriver string; CgroupDriver string;
    CgroupVersion? string; NEventsListener int; KernelVersion string; OperatingSystem string; OSVersion string;
    OSType string; Architecture string; IndexServerAddress string; RegistryConfig *registry.ServiceConfig; NCPU int;
    MemTotal int64; GenericResources []swarm.GenericResource; DockerRootDir string; HTTPProxy:HttpProxy string;
    HTTPSProxy:HttpsProxy string; NoProxy string; Name string; Labels []string; ExperimentalBuild bool;
    ServerVersion string; Runtimes map[string]system.RuntimeWithStatus; DefaultRuntime string; Swarm swarm.Info;
    LiveRestoreEnabled bool; Isolation container.Isolation; InitBinary string; ContainerdCommit system.Commit;
    RuncCommit system.Commit; InitCommit system.Commit; SecurityOptions []string; ProductLicense? string;
    DefaultAddressPools? []system.NetworkAddressPool; FirewallBackend? *system.FirewallInfo; CDISpecDirs []string;
    DiscoveredDevices? []system.DeviceInfo; Containerd? *system.ContainerdInfo; Warnings []string
system.PluginsInfo: Volume []string; Network []string; Authorization []string; Log []string
registry.ServiceConfig: AllowNondistributableArtifactsCIDRs? []*registry.NetIPNet;
    AllowNondistributableArtifactsHostnames? []string; InsecureRegistryCIDRs []*registry.NetIPNet;
    IndexConfigs map[string]*registry.IndexInfo; Mirrors []string; ExtraFields:- map[string]any
registry.NetIPNet = net.IPNet
registry.IndexInfo: Name string; Mirrors []string; Secure bool; Official bool
swarm.GenericResource: NamedResourceSpec? *swarm.NamedGenericResource;
    DiscreteResourceSpec? *swarm.DiscreteGenericResource
swarm.NamedGenericResource: Kind? string; Value? string
swarm.DiscreteGenericResource: Kind? string; Value? int64
system.RuntimeWithStatus: +system.Runtime; Status:status? map[string]string
system.Runtime: Path:path? string; Args:runtimeArgs? []string; Type:runtimeType? string;
    Options:options? map[string]any
swarm.Info: NodeID string; NodeAddr string; LocalNodeState swarm.LocalNodeState; ControlAvailable bool; Error string;
    RemoteManagers []swarm.Peer; Nodes? int; Managers? int; Cluster? *swarm.ClusterInfo; Warnings? []string
swarm.LocalNodeState = string
swarm.Peer: NodeID string; Addr string
swarm.ClusterInfo: ID string; +swarm.Meta; Spec swarm.Spec; TLSInfo swarm.TLSInfo; RootRotationInProgress bool;
    DefaultAddrPool []string; SubnetSize uint32; DataPathPort uint32
swarm.Spec: +swarm.Annotations; Orchestration? swarm.OrchestrationConfig; Raft? swarm.RaftConfig;
    Dispatcher? swarm.DispatcherConfig; CAConfig? swarm.CAConfig; TaskDefaults? swarm.TaskDefaults;
    EncryptionConfig? swarm.EncryptionConfig
swarm.Annotations: Name? string; Labels map[string]string
swarm.OrchestrationConfig: TaskHistoryRetentionLimit? *int64
swarm.RaftConfig: SnapshotInterval? uint64; KeepOldSnapshots? *uint64; LogEntriesForSlowFollowers? uint64;
    ElectionTick int; HeartbeatTick int
swarm.DispatcherConfig: HeartbeatPeriod? duration
swarm.CAConfig: NodeCertExpiry? duration; ExternalCAs? []*swarm.ExternalCA; SigningCACert? string;
    SigningCAKey? string; ForceRotate? uint64
swarm.ExternalCA: Protocol swarm.ExternalCAProtocol; URL string; Options? map[string]string; CACert string
swarm.ExternalCAProtocol = string
swarm.TaskDefaults: LogDriver? *swarm.Driver
swarm.Driver: Name? string; Options? map[string]string
swarm.EncryptionConfig: AutoLockManagers bool
swarm.TLSInfo: TrustRoot? string; CertIssuerSubject? []uint8; CertIssuerPublicKey? []uint8
system.Commit: ID string; Expected? string
system.NetworkAddressPool: Base string; Size int
system.FirewallInfo: Driver string; Info? [][2]string
system.DeviceInfo: Source string; ID string
system.ContainerdInfo: Address? string; Namespaces system.ContainerdNamespaces
system.ContainerdNamespaces: Containers string; Plugins string
system.clientInfo: Debug bool; +system.clientVersion; Plugins []manager.Plugin; Warnings []string
system.clientVersion: Platform? *system.platformInfo; Version? string; APIVersion:ApiVersion? string;
    DefaultAPIVersion? string; GitCommit? string; GoVersion? string; Os? string; Arch? string; BuildTime? string;
    Context string
system.platformInfo: Name? string
manager.Plugin: +metadata.Metadata; Name? string; Path? string; Err? error; ShadowedPaths? []string
metadata.Metadata: SchemaVersion? string; Vendor? string; Version? string; ShortDescription? string; URL? string;
    Hidden? bool
system.versionInfo: Client system.clientVersion; Server *types.Version
types.Version.Platform: Name string
types.Version: Platform? types.Version.Platform; Components? []types.ComponentVersion; Version string;
    APIVersion:ApiVersion string; MinAPIVersion? string; GitCommit string; GoVersion string; Os string; Arch string;
    KernelVersion? string; Experimental? bool; BuildTime? string
types.ComponentVersion: Name string; Version string; Details? map[string]string
context.contextWithTLSListing: +store.Metadata; TLSMaterial map[string]store.EndpointFiles;
    Storage store.StorageInfo
store.Metadata: Name? string; Metadata? any(command.DockerContext); Endpoints? map[string]any(context.EndpointMetaBase)
command.DockerContext: Description string; AdditionalFields map[string]any
context.EndpointMetaBase: Host? string; SkipTLSVerify bool
store.EndpointFiles = []string
store.StorageInfo: MetadataPath string; TLSPath string
swarm.Service: ID string; +swarm.Meta; Spec? swarm.ServiceSpec; PreviousSpec? *swarm.ServiceSpec;
    Endpoint? swarm.Endpoint; UpdateStatus? *swarm.UpdateStatus; ServiceStatus? *swarm.ServiceStatus;
    JobStatus? *swarm.JobStatus
swarm.ServiceSpec: +swarm.Annotations; TaskTemplate? swarm.TaskSpec; Mode? swarm.ServiceMode;
    UpdateConfig? *swarm.UpdateConfig; RollbackConfig? *swarm.UpdateConfig;
    Networks? []swarm.NetworkAttachmentConfig; EndpointSpec? *swarm.EndpointSpec
swarm.TaskSpec: ContainerSpec? *swarm.ContainerSpec; PluginSpec? *runtime.PluginSpec;
    NetworkAttachmentSpec? *swarm.NetworkAttachmentSpec; Resources? *swarm.ResourceRequirements;
    RestartPolicy? *swarm.RestartPolicy; Placement? *swarm.Placement; Networks? []swarm.NetworkAttachmentConfig;
    LogDriver? *swarm.Driver; ForceUpdate uint64; Runtime? swarm.RuntimeType
swarm.ContainerSpec: Image? string; Labels? map[string]string; Command? []string; Args? []string; Hostname? string;
    Env? []string; Dir? string; User? string; Groups? []string; Privileges? *swarm.Privileges; Init? *bool;
    StopSignal? string; TTY? bool; OpenStdin? bool; ReadOnly? bool; Mounts? []mount.Mount;
    StopGracePeriod? *duration; Healthcheck? *v1.HealthcheckConfig; Hosts? []string; DNSConfig? *swarm.DNSConfig;
    Secrets? []*swarm.SecretReference; Configs? []*swarm.ConfigReference; Isolation? container.Isolation;
    Sysctls? map[string]string; CapabilityAdd? []string; CapabilityDrop? []string; Ulimits? []*units.Ulimit;
    OomScoreAdj? int64
swarm.Privileges: CredentialSpec *swarm.CredentialSpec; SELinuxContext *swarm.SELinuxContext;
    Seccomp? *swarm.SeccompOpts; AppArmor? *swarm.AppArmorOpts; NoNewPrivileges bool
swarm.CredentialSpec: Config string; File string; Registry string
swarm.SELinuxContext: Disable bool; User string; Role string; Type string; Level string
swarm.SeccompOpts: Mode? swarm.SeccompMode; Profile? []uint8
swarm.SeccompMode = string
swarm.AppArmorOpts: Mode? swarm.AppArmorMode
swarm.AppArmorMode = string
swarm.DNSConfig: Nameservers? []string; Search? []string; Options? []string
swarm.SecretReference: File *swarm.SecretReferenceFileTarget; SecretID string; SecretName string
swarm.SecretReferenceFileTarget: Name string; UID string; GID string; Mode fs.FileMode
swarm.ConfigReference: File? *swarm.ConfigReferenceFileTarget; Runtime? *swarm.ConfigReferenceRuntimeTarget;
    ConfigID string; ConfigName string
swarm.ConfigReferenceFileTarget: Name string; UID string; GID string; Mode fs.FileMode
swarm.ConfigReferenceRuntimeTarget:
runtime.PluginSpec: Name:name? string; Remote:remote? string; Privileges:privileges? []*runtime.PluginPrivilege;
    Disabled:disabled? bool; Env:env? []string
runtime.PluginPrivilege: Name:name? string; Description:description? string; Value:value? []string
swarm.NetworkAttachmentSpec: ContainerID string
swarm.ResourceRequirements: Limits? *swarm.Limit; Reservations? *swarm.Resources
swarm.Limit: NanoCPUs? int64; MemoryBytes? int64; Pids? int64
swarm.Resources: NanoCPUs? int64; MemoryBytes? int64; GenericResources? []swarm.GenericResource
swarm.RestartPolicy: Condition? swarm.RestartPolicyCondition; Delay? *duration; MaxAttempts? *uint64;
    Window? *duration
swarm.RestartPolicyCondition = string
swarm.Placement: Constraints? []string; Preferences? []swarm.PlacementPreference; MaxReplicas? uint64;
    Platforms? []swarm.Platform
swarm.PlacementPreference: Spread *swarm.SpreadOver
swarm.SpreadOver: SpreadDescriptor string
swarm.Platform: Architecture? string; OS? string
swarm.NetworkAttachmentConfig: Target? string; Aliases? []string; DriverOpts? map[string]string
swarm.RuntimeType = string
swarm.ServiceMode: Replicated? *swarm.ReplicatedService; Global? *swarm.GlobalService;
    ReplicatedJob? *swarm.ReplicatedJob; GlobalJob? *swarm.GlobalJob
swarm.ReplicatedService: Replicas? *uint64
swarm.GlobalService:
swarm.ReplicatedJob: MaxConcurrent? *uint64; TotalCompletions? *uint64
swarm.GlobalJob:
swarm.UpdateConfig: Parallelism uint64; Delay? duration; FailureAction? string; Monitor? duration;
    MaxFailureRatio float32; Order string
swarm.EndpointSpec: Mode? swarm.ResolutionMode; Ports? []swarm.PortConfig
swarm.ResolutionMode = string
swarm.PortConfig: Name? string; Protocol? swarm.PortConfigProtocol; TargetPort? uint32; PublishedPort? uint32;
    PublishMode? swarm.PortConfigPublishMode
swarm.PortConfigProtocol = string
swarm.PortConfigPublishMode = string
swarm.Endpoint: Spec? swarm.EndpointSpec; Ports? []swarm.PortConfig; VirtualIPs? []swarm.EndpointVirtualIP
swarm.EndpointVirtualIP: NetworkID? string; Addr? string
swarm.UpdateStatus: State? swarm.UpdateState; StartedAt? *time; CompletedAt? *time; Message? string
swarm.UpdateState = string
swarm.ServiceStatus: RunningTasks uint64; DesiredTasks uint64; CompletedTasks uint64
swarm.JobStatus: JobIteration swarm.Version; LastExecution? time
swarm.Task: ID string; +swarm.Meta; +swarm.Annotations; Spec? swarm.TaskSpec; ServiceID? string; Slot? int;
    NodeID? string; Status? swarm.TaskStatus; DesiredState? swarm.TaskState;
    NetworksAttachments? []swarm.NetworkAttachment; GenericResources? []swarm.GenericResource;
    JobIteration? *swarm.Version; Volumes []swarm.VolumeAttachment
swarm.TaskStatus: Timestamp? time; State? swarm.TaskState; Message? string; Err? string;
    ContainerStatus? *swarm.ContainerStatus; PortStatus? swarm.PortStatus
swarm.TaskState = string
swarm.ContainerStatus: ContainerID string; PID int; ExitCode int
swarm.PortStatus: Ports? []swarm.PortConfig
swarm.NetworkAttachment: Network? swarm.Network; Addresses? []string
swarm.Network: ID string; +swarm.Meta; Spec? swarm.NetworkSpec; DriverState? swarm.Driver;
    IPAMOptions? *swarm.IPAMOptions
swarm.NetworkSpec: +swarm.Annotations; DriverConfiguration? *swarm.Driver; IPv6Enabled? bool; Internal? bool;
    Attachable? bool; Ingress? bool; IPAMOptions? *swarm.IPAMOptions; ConfigFrom? *network.ConfigReference;
    Scope? string
swarm.IPAMOptions: Driver? swarm.Driver; Configs? []swarm.IPAMConfig
swarm.IPAMConfig: Subnet? string; Range? string; Gateway? string
swarm.VolumeAttachment: ID? string; Source? string; Target? string
swarm.Node: ID string; +swarm.Meta; Spec? swarm.NodeSpec; Description? swarm.NodeDescription;
    Status? swarm.NodeStatus; ManagerStatus? *swarm.ManagerStatus
swarm.NodeSpec: +swarm.Annotations; Role? swarm.NodeRole; Availability? swarm.NodeAvailability
swarm.NodeRole = string
swarm.NodeAvailability = string
swarm.NodeDescription: Hostname? string; Platform? swarm.Platform; Resources? swarm.Resources;
    Engine? swarm.EngineDescription; TLSInfo? swarm.TLSInfo; CSIInfo? []swarm.NodeCSIInfo
swarm.EngineDescription: EngineVersion? string; Labels? map[string]string; Plugins? []swarm.PluginDescription
swarm.PluginDescription: Type? string; Name? string
swarm.NodeCSIInfo: PluginName? string; NodeID? string; MaxVolumesPerNode? int64; AccessibleTopology? *swarm.Topology
swarm.Topology: Segments? map[string]string
swarm.NodeStatus: State? swarm.NodeState; Message? string; Addr? string
swarm.NodeState = string
swarm.ManagerStatus: Leader? bool; Reachability? swarm.Reachability; Addr? string
swarm.Reachability = string
swarm.Secret: ID string; +swarm.Meta; Spec swarm.SecretSpec
swarm.SecretSpec: +swarm.Annotations; Data? []uint8; Driver? *swarm.Driver; Templating? *swarm.Driver
swarm.Config: ID string; +swarm.Meta; Spec swarm.ConfigSpec
swarm.ConfigSpec: +swarm.Annotations; Data? []uint8; Templating? *swarm.Driver
formatter.ContainerContext: +formatter.HeaderContext; trunc bool; c container.Summary; FieldsUsed map[string]any
formatter.HeaderContext: Header any
formatter.Platform: +*v1.Platform
formatter.buildCacheContext: +formatter.HeaderContext; trunc bool; v *build.CacheRecord
formatter.clientContextContext: +formatter.HeaderContext; c *formatter.ClientContext
formatter.ClientContext: Name string; Description string; DockerEndpoint string; Current bool; Error string
formatter.imageContext: +formatter.HeaderContext; trunc bool; i image.Summary; repo string; tag string;
    digest string
formatter.volumeContext: +formatter.HeaderContext; v volume.Volume
formatter.diskUsageContext: Images []*formatter.imageContext; Containers []*formatter.ContainerContext;
    Volumes []*formatter.volumeContext; BuildCache []*formatter.buildCacheContext
formatter.diskUsageImagesContext: +formatter.HeaderContext; totalSize int64; images []*image.Summary
formatter.diskUsageContainersContext: +formatter.HeaderContext; containers []*container.Summary
formatter.diskUsageVolumesContext: +formatter.HeaderContext; volumes []*volume.Volume
formatter.diskUsageBuilderContext: +formatter.HeaderContext; builderSize int64; buildCache []*build.CacheRecord
network.networkContext: +formatter.HeaderContext; trunc bool; n network.Inspect
plugin.pluginContext: +formatter.HeaderContext; trunc bool; p types.Plugin
secret.secretContext: +formatter.HeaderContext; s swarm.Secret
config.configContext: +formatter.HeaderContext; c swarm.Config
node.nodeContext: +formatter.HeaderContext; n swarm.Node; info system.Info
registry.searchContext: +formatter.HeaderContext; trunc bool; json bool; s registry.SearchResult
registry.SearchResult: StarCount:star_count int; IsOfficial:is_official bool; Name:name string;
    IsAutomated:is_automated bool; Description:description string
image.historyContext: +formatter.HeaderContext; trunc bool; human bool; h image.HistoryResponseItem
container.diffContext: +formatter.HeaderContext; c container.FilesystemChange
container.statsContext: +formatter.HeaderContext; s container.StatsEntry; os string; trunc bool
formatter.stackContext: +formatter.HeaderContext; s *formatter.Stack
formatter.Stack: Name string; Services int
service.serviceContext: +formatter.HeaderContext; service swarm.Service
task.taskContext: +formatter.HeaderContext; trunc bool; task swarm.Task; name string; node string
checkpoint.checkpointContext: +formatter.HeaderContext; c checkpoint.Summary
checkpoint.Summary: Name string
"""
