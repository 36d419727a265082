"""Completion words that need no request to the engine. Pure."""

from __future__ import annotations

_REALTIME = [f"RTMIN+{n}" for n in range(1, 16)] + [f"RTMAX-{n}" for n in range(1, 15)]

#: without the prefix SIG, as in docker; engines accept both
SIGNALS = (
    "ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG "
    "USR1 USR2 VTALRM WINCH XCPU XFSZ RTMAX RTMIN"
).split() + _REALTIME

CAPABILITIES = (
    "ALL CAP_AUDIT_CONTROL CAP_AUDIT_READ CAP_AUDIT_WRITE CAP_BLOCK_SUSPEND CAP_BPF CAP_CHECKPOINT_RESTORE CAP_CHOWN CAP_DAC_OVERRIDE "
    "CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_IPC_LOCK CAP_IPC_OWNER CAP_KILL CAP_LEASE CAP_LINUX_IMMUTABLE CAP_MAC_ADMIN "
    "CAP_MAC_OVERRIDE CAP_MKNOD CAP_NET_ADMIN CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_RAW CAP_PERFMON CAP_SETFCAP CAP_SETGID "
    "CAP_SETPCAP CAP_SETUID CAP_SYSLOG CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_CHROOT CAP_SYS_MODULE CAP_SYS_NICE CAP_SYS_PACCT CAP_SYS_PTRACE "
    "CAP_SYS_RAWIO CAP_SYS_RESOURCE CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_WAKE_ALARM"
)
PLATFORMS = (
    "linux linux/386 linux/amd64 linux/arm linux/arm/v5 linux/arm/v6 linux/arm/v7 linux/arm64 linux/arm64/v8 linux/ppc64le linux/riscv64 "
    "linux/s390x wasip1 wasip1/wasm windows windows/amd64 windows/arm64"
)
ULIMITS = (
    "as= chroot= core= cpu= data= fsize= locks= maxlogins= maxsyslogins= memlock= msgqueue= nice= nofile= nproc= priority= rss= rtprio= "
    "sigpending= stack="
)
EVENTS = (
    "archive-path attach checkpoint commit connect copy create delete destroy detach die disable disconnect enable exec_create exec_detach "
    "exec_die exec_start export extract-to-dir health_status import kill load mount oom pause prune pull push reload remove rename resize "
    "restart save start stop tag top unmount unpause untag update"
)
OBJECTS = "builder config container daemon image network node plugin secret service volume"

_NAMED = "env env-regex labels tag"
#: log driver -> its options; all but "none" have those of buffering, too
LOG_OPTIONS = {
    "awslogs": "awslogs-create-group awslogs-credentials-endpoint awslogs-datetime-format awslogs-group awslogs-multiline-pattern "
               "awslogs-region awslogs-stream tag",
    "fluentd": f"{_NAMED} fluentd-address fluentd-async fluentd-buffer-limit fluentd-max-retries fluentd-request-ack fluentd-retry-wait "
               "fluentd-sub-second-precision fluentd-write-timeout",
    "gcplogs": "env env-regex labels gcp-log-cmd gcp-meta-id gcp-meta-name gcp-meta-zone gcp-project",
    "gelf": f"{_NAMED} gelf-address gelf-compression-level gelf-compression-type gelf-tcp-max-reconnect gelf-tcp-reconnect-delay",
    "journald": _NAMED,
    "json-file": "env env-regex labels compress max-file max-size",
    "local": "compress max-file max-size",
    "none": "",
    "splunk": f"{_NAMED} splunk-caname splunk-capath splunk-format splunk-gzip splunk-gzip-level splunk-index splunk-insecureskipverify "
              "splunk-source splunk-sourcetype splunk-token splunk-url splunk-verify-connection",
    "syslog": f"{_NAMED} syslog-address syslog-facility syslog-format syslog-tls-ca-cert syslog-tls-cert syslog-tls-key "
              "syslog-tls-skip-verify",
}  # fmt: skip

#: log option -> the sources of its values
LOG_VALUES = {
    "awslogs-create-group": "bools", "compress": "bools", "fluentd-async": "bools",
    "fluentd-sub-second-precision": "bools", "gcp-log-cmd": "bools", "gelf-compression-type": "gzip none zlib", "mode": "blocking non-blocking",
    "splunk-format": "inline json raw", "splunk-gzip": "bools", "splunk-insecureskipverify": "bools", "splunk-verify-connection": "bools",
    "syslog-facility": "auth authpriv cron daemon ftp kern local0 local1 local2 local3 local4 local5 local6 local7 lpr mail news syslog user uucp",
    "syslog-format": "rfc3164 rfc5424 rfc5424micro", "syslog-tls-skip-verify": "bools",
}  # fmt: skip
#: how a bind or a volume is mounted: the third part of SOURCE:TARGET:OPTIONS
MOUNT_OPTIONS = "Z cached consistent delegated nocopy private ro rprivate rshared rslave rw shared slave z"
#: after PORT/
PROTOCOLS = "sctp tcp udp"

#: name of a source -> its words
WORDS = {
    # what the engine takes of a Dockerfile's
    "instructions": "CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL ONBUILD STOPSIGNAL USER VOLUME WORKDIR",
    "methods": "DELETE GET HEAD POST PUT",
    "capabilities": CAPABILITIES,
    "platforms": PLATFORMS,
    "ulimits": ULIMITS,
    "formats": "json table",
    "bools": "false true",
    "events": EVENTS,
    "object-types": OBJECTS,
    "task-states": "accepted running shutdown",
    "conditions": "exited healthy log= port= removed running",
    "architectures": "386 amd64 arm arm64 loong64 mips64le ppc64le riscv64 s390x wasm",
    "operating-systems": "darwin freebsd linux windows",
    "dns-options": "attempts: edns0 inet6 ndots: no-aaaa no-check-names no-reload no-tld-query rotate single-request single-request-reopen "
                   "timeout: trust-ad use-vc",
    # those that belong to a container alone; of the many of the network the ones that people set
    "sysctls": "fs.mqueue. kernel.msgmax= kernel.msgmnb= kernel.msgmni= kernel.sem= kernel.shm_rmid_forced= kernel.shmall= kernel.shmmax= "
               "kernel.shmmni= net. net.core.somaxconn= net.ipv4.conf.all.forwarding= net.ipv4.ip_forward= net.ipv4.ip_local_port_range= "
               "net.ipv4.ip_unprivileged_port_start= net.ipv4.ping_group_range= net.ipv4.tcp_keepalive_time= net.ipv4.tcp_syncookies= "
               "net.ipv6.conf.all.disable_ipv6= net.ipv6.conf.all.forwarding=",
}  # fmt: skip

#: source -> the keys of its values -> the sources of what follows
KEYED: dict[str, dict[str, str]] = {
    "constraints": {
        "engine.labels.": "", **{
            f"node.{name}{sign}": values
            for name, values in {
                "hostname": "nodes", "id": "", "ip": "", "platform.arch": "aarch64 x86_64", "platform.os": "linux windows",
                "role": "manager worker",
            }.items() for sign in ("!=", "==")
        }, "node.labels.": "",
    },
    "volume-options": {"device=": "", "o=": "", "type=": "btrfs cifs nfs none tmpfs"},
    "endpoint-options": {"com.docker.network.endpoint.ifname=": "", "com.docker.network.endpoint.sysctls=": ""},
    "provenances": {"false": "", "mode=": "max min", "true": ""},
}  # fmt: skip

#: network driver -> the keys of its options -> the sources of their values
_GATEWAY = "isolated nat nat-unprotected routed"
_ALL_NETWORKS = {"com.docker.network.container_iface_prefix=": "", "com.docker.network.driver.mtu=": ""}
NETWORK_OPTIONS: dict[str, dict[str, str]] = {
    "bridge": {
        "com.docker.network.bridge.enable_icc=": "bools", "com.docker.network.bridge.enable_ip_masquerade=": "bools",
        "com.docker.network.bridge.gateway_mode_ipv4=": _GATEWAY, "com.docker.network.bridge.gateway_mode_ipv6=": _GATEWAY,
        "com.docker.network.bridge.host_binding_ipv4=": "", "com.docker.network.bridge.inhibit_ipv4=": "bools",
        "com.docker.network.bridge.name=": "", "com.docker.network.host_ipv4=": "", "com.docker.network.host_ipv6=": "", **_ALL_NETWORKS,
    },
    "ipvlan": {"ipvlan_flag=": "bridge private vepa", "ipvlan_mode=": "l2 l3 l3s", "parent=": ""},
    "macvlan": {"macvlan_mode=": "bridge passthru private vepa", "parent=": ""},
    "overlay": {"com.docker.network.driver.overlay.vxlanid_list=": "", "encrypted": "", **_ALL_NETWORKS},
}  # fmt: skip

_COMPRESSED = {
    "compression=": "estargz gzip uncompressed zstd", "compression-level=": "", "force-compression=": "bools", "oci-mediatypes=": "bools",
}  # fmt: skip
_MODE = {"mode=": "max min"}
_IMAGE = {"name=": "images", "push=": "bools", "push-by-digest=": "bools", "rewrite-timestamp=": "bools", **_COMPRESSED}
_ATTACHMENT = {"alias=": "", "driver-opt=": ""}
_FILES = {"source=": "", "target=": "", "uid=": "", "gid=": "", "mode=": ""}
#: source -> the keys of a list, KEY=VALUE,KEY=VALUE -> the sources of their values; where its first part is "type=…": those of a type;
#: "… then": more of them after the first
PARTS: dict[str, dict[str, str]] = {
    "cache-sources": {"type=": "local registry"}, "cache-sources local": {"src=": "", "digest=": "", "tag=": ""},
    "cache-sources registry": {"ref=": "images"},
    "cache-exports": {"type=": "inline local registry"},
    "cache-exports local": {"dest=": "", "tag=": "", **_MODE, **_COMPRESSED}, "cache-exports registry": {"ref=": "images", **_MODE, **_COMPRESSED},
    "attestations": {"type=": "provenance sbom"}, "attestations provenance": {**_MODE, "disabled=": "bools"},
    "attestations sbom": {"generator=": "images", "disabled=": "bools"},
    "build-outputs": {"type=": "docker image local oci registry tar"},
    "build-outputs docker": {"dest=": "", "name=": "images", **_COMPRESSED}, "build-outputs image": _IMAGE,
    "build-outputs local": {"dest=": "", "platform-split=": "bools"}, "build-outputs oci": {"dest=": "", "name=": "images", "tar=": "bools", **_COMPRESSED},
    "build-outputs registry": _IMAGE, "build-outputs tar": {"dest=": "", "platform-split=": "bools"},
    "attachments": {"name=": "networks"},
    "attachments then": {
        **_ATTACHMENT, "gw-priority=": "", "ip=": "", "ip6=": "", "link-local-ip=": "", "mac-address=": "",
    },
    "service-attachments": {"name=": "networks"}, "service-attachments then": _ATTACHMENT,
    "context-endpoints": {
        "ca=": "", "cert=": "", "from=": "contexts", "host=": "ssh:// tcp:// unix://", "key=": "", "skip-tls-verify=": "bools",
    },
    "build-secrets": {"id=": "", "env=": "environment", "src=": "", "type=": "env file"},
    "external-authorities": {"protocol=": "cfssl", "url=": "", "cacert=": ""},
    "gpu-requests": {"capabilities=": "", "count=": "all", "device=": "", "driver=": "", "options=": ""},
    "mounts": {"type=": "bind cluster image npipe tmpfs volume"},
    "mounts bind": {
        "source=": "", "bind-propagation=": "private rprivate rshared rslave shared slave",
        "bind-recursive=": "disabled enabled readonly writable",
    },
    "mounts cluster": {"source=": "volumes"}, "mounts image": {"source=": "images", "image-subpath=": ""}, "mounts npipe": {"source=": ""},
    "mounts tmpfs": {"tmpfs-mode=": "", "tmpfs-size=": ""},
    "mounts volume": {
        "source=": "volumes", "volume-driver=": "volume-drivers", "volume-label=": "", "volume-nocopy": "", "volume-opt=": "",
        "volume-subpath=": "",
    },
    "published-ports": {"mode=": "host ingress", "protocol=": "sctp tcp udp", "published=": "", "target=": ""},
    "config-files": {**_FILES, "source=": "configs"},
    "secret-files": {**_FILES, "source=": "secrets"},
}  # fmt: skip
#: besides those of its type
ALL_MOUNTS = {"target=": "", "readonly": ""}

#: of a service: name of a source -> where its specification has them
OF_SERVICE = {
    "service-constraints": "TaskTemplate.Placement.Constraints",
    "service-container-labels": "TaskTemplate.ContainerSpec.Labels", "service-dns": "TaskTemplate.ContainerSpec.DNSConfig.Nameservers",
    "service-dns-options": "TaskTemplate.ContainerSpec.DNSConfig.Options", "service-dns-search": "TaskTemplate.ContainerSpec.DNSConfig.Search",
    "service-env": "TaskTemplate.ContainerSpec.Env", "service-groups": "TaskTemplate.ContainerSpec.Groups", "service-labels": "Labels",
    "service-mounts": "TaskTemplate.ContainerSpec.Mounts",
    "service-sysctls": "TaskTemplate.ContainerSpec.Sysctls", "service-ulimits": "TaskTemplate.ContainerSpec.Ulimits",
}  # fmt: skip


def _prune(labels: str) -> dict[str, str]:
    return {"label!=": labels, "label=": labels, "until=": ""}


#: command -> the keys of its --filter -> the sources of their values
FILTERS: dict[str, dict[str, str]] = {
    "builder prune": {
        "description=": "", "id=": "", "immutable": "", "inuse": "", "mutable": "", "parents=": "", "private": "", "shared": "",
        "type=": "exec.cachemount frontend internal regular source.git.checkout source.local", "until=": "", "unused-for=": "",
    },
    "config ls": {"id=": "", "label=": "", "name=": "configs"},
    "container ls": {
        "ancestor=": "images", "before=": "containers", "exited=": "", "expose=": "", "health=": "healthy none starting unhealthy",
        "id=": "", "is-task=": "bools", "isolation=": "default hyperv process", "label=": "container-labels", "name=": "containers",
        "network=": "networks", "publish=": "", "since=": "containers",
        "status=": "created dead exited paused removing restarting running", "volume=": "volumes",
    },
    "container prune": _prune("container-labels"),
    "image ls": {"before=": "images", "dangling=": "bools", "label=": "image-labels", "reference=": "images", "since=": "images", "until=": ""},
    "image prune": {"dangling=": "bools", **_prune("image-labels")},
    "image tags": {"name=": ""},
    "network ls": {
        "dangling=": "bools", "driver=": "network-drivers", "id=": "", "label=": "network-labels", "name=": "networks",
        "scope=": "global local swarm", "type=": "builtin custom",
    },
    "network prune": _prune("network-labels"),
    "node ls": {
        "id=": "", "label=": "", "membership=": "accepted pending", "name=": "nodes", "node.label=": "", "role=": "manager worker",
    },
    "node ps": {"desired-state=": "task-states", "id=": "", "label=": "", "name=": ""},
    "plugin ls": {"capability=": "authz ipamdriver logdriver metricscollector networkdriver volumedriver", "enabled=": "bools"},
    "search": {"is-official=": "bools", "stars=": ""},
    "secret ls": {"id=": "", "label=": "", "name=": "secrets"},
    "service ls": {"id=": "", "label=": "", "mode=": "global global-job replicated replicated-job", "name=": "services"},
    "service ps": {"desired-state=": "task-states", "id=": "", "name=": "", "node=": "nodes"},
    "system events": {
        "config=": "configs", "container=": "containers", "daemon=": "daemons", "event=": "events", "image=": "images", "label=": "",
        "network=": "networks", "node=": "nodes", "plugin=": "plugins", "scope=": "local swarm", "secret=": "secrets", "service=": "services",
        "type=": "object-types", "volume=": "volumes",
    },
    "system prune": _prune(""),
    "volume ls": {"dangling=": "bools", "driver=": "volume-drivers", "label=": "volume-labels", "name=": "volumes"},
    "volume prune": {"all=": "bools", "label!=": "volume-labels", "label=": "volume-labels"},
}  # fmt: skip

#: prefix of a value -> the sources of its rest
CONTINUED = {
    "apparmor=": "unconfined", "label=": "disable level: role: type: user:", "seccomp=": "builtin unconfined", "container:": "containers",
    "config://": "configs", "spread=": "engine.labels. node.labels.",
}  # fmt: skip


def signals(current: str) -> list[str]:
    """Signal names, with the prefix SIG if the current word has it."""
    return ["SIG" + name for name in SIGNALS] if current and (current.startswith("SIG") or current == "SI") else SIGNALS


def log_options(driver: str) -> dict[str, str]:
    """The options of a log driver, "NAME=", and the sources of their values; those of all drivers if it is unknown."""
    drivers = [driver] if driver in LOG_OPTIONS else list(LOG_OPTIONS)
    own = {option for name in drivers for option in LOG_OPTIONS[name].split()}
    return {
        f"{name}=": LOG_VALUES.get(name, "")
        for name in sorted(own | ({"max-buffer-size", "mode"} if driver != "none" else set()))
    }
