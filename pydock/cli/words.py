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

#: name of a source -> its words
WORDS = {
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
}

_SHARED = {"label=": "", "until=": ""}
_PRUNE = {"label!=": "", **_SHARED}

#: command -> the keys of its --filter -> the sources of their values
FILTERS: dict[str, dict[str, str]] = {
    "builder prune": {
        "description=": "", "id=": "", "immutable": "", "inuse": "", "mutable": "", "parents=": "", "private": "", "shared": "",
        "type=": "exec.cachemount frontend internal regular source.git.checkout source.local", "until=": "", "unused-for=": "",
    },
    "config ls": {"id=": "", "label=": "", "name=": "configs"},
    "container ls": {
        "ancestor=": "images", "before=": "containers", "exited=": "", "expose=": "", "health=": "healthy none starting unhealthy",
        "id=": "", "is-task=": "bools", "isolation=": "default hyperv process", "label=": "", "name=": "containers",
        "network=": "networks", "publish=": "", "since=": "containers",
        "status=": "created dead exited paused removing restarting running", "volume=": "volumes",
    },
    "container prune": _PRUNE,
    "image ls": {"before=": "images", "dangling=": "bools", "label=": "", "reference=": "images", "since=": "images", "until=": ""},
    "image prune": {"dangling=": "bools", **_PRUNE},
    "image tags": {"name=": ""},
    "network ls": {
        "dangling=": "bools", "driver=": "network-drivers", "id=": "", "label=": "", "name=": "networks",
        "scope=": "global local swarm", "type=": "builtin custom",
    },
    "network prune": _PRUNE,
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
    "system prune": _PRUNE,
    "volume ls": {"dangling=": "bools", "driver=": "volume-drivers", "label=": "", "name=": "volumes"},
    "volume prune": {"all=": "bools", "label!=": "", "label=": ""},
}  # fmt: skip

#: prefix of a value -> the sources of its rest
CONTINUED = {
    "apparmor=": "", "label=": "disable level: role: type: user:", "seccomp=": "unconfined", "container:": "containers",
}  # fmt: skip


def signals(current: str) -> list[str]:
    """Signal names, with the prefix SIG if the current word has it."""
    return ["SIG" + name for name in SIGNALS] if current and (current.startswith("SIG") or current == "SI") else SIGNALS


def log_options(driver: str) -> list[str]:
    """The options of a log driver as "NAME="; those of all drivers if it is unknown."""
    drivers = [driver] if driver in LOG_OPTIONS else list(LOG_OPTIONS)
    own = {option for name in drivers for option in LOG_OPTIONS[name].split()}
    return sorted(f"{option}=" for option in (own | ({"max-buffer-size", "mode"} if driver != "none" else set())))
