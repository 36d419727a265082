"""The Go types that the Engine API 1.52 changed, as docker's CLI 29 has them. Data.

The grammar is described in `gotypes`.
"""

TYPES = """
container.InspectResponse: ID:Id string; Created string; Path string; Args []string; State *container.State; Image
    string; ResolvConfPath string; HostnamePath string; HostsPath string; LogPath string; Name string; RestartCount
    int; Driver string; Platform string; MountLabel string; ProcessLabel string; AppArmorProfile string; ExecIDs
    []string; HostConfig *container.HostConfig; GraphDriver? *storage.DriverData; Storage? *storage.Storage; SizeRw?
    *int64; SizeRootFs? *int64; Mounts []container.MountPoint; Config *container.Config; NetworkSettings
    *container.NetworkSettings; ImageManifestDescriptor? *v1.Descriptor
storage.Storage: RootFS? any
container.NetworkSettings: SandboxID string; SandboxKey string; Ports nat.PortMap; Networks
    map[string]*network.EndpointSettings
container.Config: Hostname string; Domainname string; User string; AttachStdin bool; AttachStdout bool; AttachStderr
    bool; ExposedPorts? nat.PortSet; Tty bool; OpenStdin bool; StdinOnce bool; Env []string; Cmd strslice.StrSlice;
    Healthcheck? *v1.HealthcheckConfig; ArgsEscaped? bool; Image string; Volumes map[string]struct; WorkingDir string;
    Entrypoint strslice.StrSlice; NetworkDisabled? bool; OnBuild []string; Labels map[string]string; StopSignal?
    string; StopTimeout? *int; Shell? strslice.StrSlice
container.Resources: CPUShares:CpuShares int64; Memory int64; NanoCPUs:NanoCpus int64; CgroupParent string;
    BlkioWeight uint16; BlkioWeightDevice []*blkiodev.WeightDevice; BlkioDeviceReadBps []*blkiodev.ThrottleDevice;
    BlkioDeviceWriteBps []*blkiodev.ThrottleDevice; BlkioDeviceReadIOps []*blkiodev.ThrottleDevice;
    BlkioDeviceWriteIOps []*blkiodev.ThrottleDevice; CPUPeriod:CpuPeriod int64; CPUQuota:CpuQuota int64;
    CPURealtimePeriod:CpuRealtimePeriod int64; CPURealtimeRuntime:CpuRealtimeRuntime int64; CpusetCpus string;
    CpusetMems string; Devices []container.DeviceMapping; DeviceCgroupRules []string; DeviceRequests
    []container.DeviceRequest; MemoryReservation int64; MemorySwap int64; MemorySwappiness *int64; OomKillDisable
    *bool; PidsLimit *int64; Ulimits []*units.Ulimit; CPUCount:CpuCount int64; CPUPercent:CpuPercent int64;
    IOMaximumIOps uint64; IOMaximumBandwidth uint64
image.InspectResponse: ID:Id string; RepoTags []string; RepoDigests []string; Comment? string; Created? string;
    Author? string; Config *v1.DockerOCIImageConfig; Architecture string; Variant? string; Os string; OsVersion?
    string; Size int64; GraphDriver? *storage.DriverData; RootFS image.RootFS; Metadata image.Metadata; Descriptor?
    *v1.Descriptor; Manifests? []image.ManifestSummary; Identity? any
network.Inspect: +network.Network; Containers map[string]network.EndpointResource; Services?
    map[string]network.ServiceInfo; Status? *network.Status
network.Network: Name string; ID:Id string; Created time; Scope string; Driver string; EnableIPv4 bool; EnableIPv6
    bool; IPAM network.IPAM; Internal bool; Attachable bool; Ingress bool; ConfigFrom network.ConfigReference;
    ConfigOnly bool; Options map[string]string; Labels map[string]string; Peers? []network.PeerInfo
network.Status: IPAM network.IPAMStatus
network.IPAMStatus: Subnets? map[string]network.SubnetStatus
network.SubnetStatus: IPsInUse uint64; DynamicIPsAvailable uint64
system.Info: ID string; Containers int; ContainersRunning int; ContainersPaused int; ContainersStopped int; Images
    int; Driver string; DriverStatus [][2]string; SystemStatus? [][2]string; Plugins system.PluginsInfo; MemoryLimit
    bool; SwapLimit bool; CPUCfsPeriod:CpuCfsPeriod bool; CPUCfsQuota:CpuCfsQuota bool; CPUShares bool; CPUSet bool;
    PidsLimit bool; IPv4Forwarding bool; Debug bool; NFd int; OomKillDisable bool; NGoroutines int; SystemTime string;
    LoggingDriver string; CgroupDriver string; CgroupVersion? string; NEventsListener int; KernelVersion string;
    OperatingSystem string; OSVersion string; OSType string; Architecture string; IndexServerAddress string;
    RegistryConfig *registry.ServiceConfig; NCPU int; MemTotal int64; GenericResources []swarm.GenericResource;
    DockerRootDir string; HTTPProxy:HttpProxy string; HTTPSProxy:HttpsProxy string; NoProxy string; Name string;
    Labels []string; ExperimentalBuild bool; ServerVersion string; Runtimes map[string]system.RuntimeWithStatus;
    DefaultRuntime string; Swarm swarm.Info; LiveRestoreEnabled bool; Isolation container.Isolation; InitBinary
    string; ContainerdCommit system.Commit; RuncCommit system.Commit; InitCommit system.Commit; SecurityOptions
    []string; ProductLicense? string; DefaultAddressPools? []system.NetworkAddressPool; FirewallBackend?
    *system.FirewallInfo; CDISpecDirs []string; DiscoveredDevices? []system.DeviceInfo; NRI? *system.NRIInfo;
    Containerd? *system.ContainerdInfo; Warnings []string
swarm.ServiceSpec: +swarm.Annotations; TaskTemplate? swarm.TaskSpec; Mode? swarm.ServiceMode;
    UpdateConfig? *swarm.UpdateConfig; RollbackConfig? *swarm.UpdateConfig; EndpointSpec? *swarm.EndpointSpec
swarm.ResourceRequirements: Limits? *swarm.Limit; Reservations? *swarm.Resources; SwapBytes? *int64;
    MemorySwappiness? *int64
system.NRIInfo: Info? [][2]string
events.Message: Type events.Type; Action events.Action; Actor events.Actor; Scope:scope? string; Time:time? int64;
    TimeNano:timeNano? int64
"""
