"""A swarm with canned answers: the cluster, its nodes, services of each mode, secrets, configs."""

from __future__ import annotations

import hashlib
from typing import Any


def swarm_id(text: str) -> str:
    """An ID as swarms have them: 25 letters and digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:25]


#: what each flag of `service update` finds something to change in
FULL: dict[str, Any] = {
    "Name": "web",
    "Labels": {"l": "1", "m": "2"},
    "TaskTemplate": {
        "ContainerSpec": {
            "Image": "busybox:latest@sha256:" + "a" * 64, "Labels": {"c": "1", "d": "2"}, "Command": ["sh"], "Args": ["-c", "top"],
            "Hostname": "h", "Env": ["A=1", "B=2", "C"], "Dir": "/w", "User": "u", "Groups": ["9", "1"],
            "Privileges": {"CredentialSpec": {"Config": swarm_id("cfg2"), "File": "", "Registry": ""}, "SELinuxContext": None, "NoNewPrivileges": False},
            "Init": False, "StopSignal": "TERM", "TTY": True, "ReadOnly": True,
            "Mounts": [{"Type": "volume", "Source": "v", "Target": "/v"}, {"Type": "bind", "Source": "/b", "Target": "/b", "ReadOnly": True}],
            "StopGracePeriod": 7000000000, "Healthcheck": {"Test": ["CMD-SHELL", "true"], "Interval": 1000000000, "Retries": 3},
            "Hosts": ["10.0.0.1 one two", "10.0.0.2 one"],
            "DNSConfig": {"Nameservers": ["9.9.9.9", "1.1.1.1"], "Search": ["z.test", "a.test"], "Options": ["ndots:2"]},
            "Secrets": [{"File": {"Name": "s", "UID": "0", "GID": "0", "Mode": 292}, "SecretID": swarm_id("sec1"), "SecretName": "sec1"}],
            "Configs": [
                {"File": {"Name": "c", "UID": "0", "GID": "0", "Mode": 292}, "ConfigID": swarm_id("cfg1"), "ConfigName": "cfg1"},
                {"Runtime": {}, "ConfigID": swarm_id("cfg2"), "ConfigName": "cfg2"},
            ],
            "Isolation": "default", "Sysctls": {"net.core.somaxconn": "9"}, "CapabilityAdd": ["CAP_NET_ADMIN"], "CapabilityDrop": ["CAP_CHOWN"],
            "Ulimits": [{"Name": "nofile", "Hard": 20, "Soft": 10}, {"Name": "core", "Hard": 0, "Soft": 0}], "OomScoreAdj": 5,
        },
        "Resources": {
            "Limits": {"NanoCPUs": 500000000, "MemoryBytes": 67108864, "Pids": 9},
            "Reservations": {"NanoCPUs": 100000000, "GenericResources": [{"DiscreteResourceSpec": {"Kind": "gpu", "Value": 1}}]},
        },
        "RestartPolicy": {"Condition": "on-failure", "Delay": 1000000000, "MaxAttempts": 3, "Window": 5000000000},
        "Placement": {
            "Constraints": ["node.role==manager", "node.labels.a==b"], "MaxReplicas": 2,
            "Preferences": [{"Spread": {"SpreadDescriptor": "node.labels.dc"}}, {"Spread": {"SpreadDescriptor": "node.labels.rack"}}],
            "Platforms": [{"Architecture": "amd64", "OS": "linux"}],
        },
        "Networks": [{"Target": hashlib.sha256(b"n2").hexdigest(), "Aliases": ["x"]}],
        "LogDriver": {"Name": "json-file", "Options": {"max-size": "1m"}}, "ForceUpdate": 4, "Runtime": "container",
    },
    "Mode": {"Replicated": {"Replicas": 2}},
    "UpdateConfig": {"Parallelism": 2, "Delay": 1000000000, "FailureAction": "rollback", "Monitor": 2000000000, "MaxFailureRatio": 0.25, "Order": "start-first"},
    "RollbackConfig": {"Parallelism": 1, "FailureAction": "continue", "MaxFailureRatio": 0, "Order": "stop-first"},
    "EndpointSpec": {
        "Mode": "vip",
        "Ports": [
            {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8080, "PublishMode": "ingress"},
            {"Protocol": "udp", "TargetPort": 53, "PublishedPort": 53, "PublishMode": "host"},
        ],
    },
}  # fmt: skip
#: what `service create` makes where nothing is said
PLAIN: dict[str, Any] = {
    "Name": "plain",
    "Labels": {},
    "TaskTemplate": {
        "ContainerSpec": {"Image": "busybox:latest", "Init": False, "DNSConfig": {}, "Isolation": "default"},
        "Resources": {"Limits": {}, "Reservations": {}}, "Placement": {}, "ForceUpdate": 0, "Runtime": "container",
    },
    "Mode": {"Replicated": {"Replicas": 1}},
    "EndpointSpec": {"Mode": "vip"},
}  # fmt: skip
#: what a program can make by the API, with the least there is
BARE: dict[str, Any] = {
    "Name": "bare",
    "Labels": None,
    "TaskTemplate": {"ContainerSpec": {"Image": "nginx", "Healthcheck": {"Test": ["NONE"]}}, "ForceUpdate": 0},
    "Mode": {"Replicated": {"Replicas": 1}},
    "Networks": [{"Target": hashlib.sha256(b"n1").hexdigest()}],
}
JOB = {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 2}}
SPECS = {
    "web": FULL,
    "plain": PLAIN,
    "bare": BARE,
    "agent": {**PLAIN, "Name": "agent", "Mode": {"Global": {}}},
    "job": {**PLAIN, "Name": "job", "Mode": JOB},
    "nodejob": {**PLAIN, "Name": "nodejob", "Mode": {"GlobalJob": {}}},
}


def service(name: str) -> dict[str, Any]:
    """As the engine describes it, at the end of an update: nobody has to wait."""
    time = "2023-11-14T22:13:20.123456789Z"
    spec = SPECS.get(name, PLAIN)
    job = {"JobStatus": {"JobIteration": {"Index": 1}, "LastExecution": time}} if name in ("job", "nodejob") else {}
    return {
        "ID": swarm_id(name), "Version": {"Index": 7}, "CreatedAt": time, "UpdatedAt": time, "Spec": spec, "PreviousSpec": PLAIN,
        "Endpoint": {"Spec": spec.get("EndpointSpec") or {}}, **job,
        "UpdateStatus": {"State": "completed", "StartedAt": time, "CompletedAt": time, "Message": "update completed"},
    }  # fmt: skip


def named(kind: str, *names: str) -> list[dict[str, Any]]:
    """Secrets or configs."""
    return [
        {
            "ID": swarm_id(name),
            "Version": {"Index": 3},
            "CreatedAt": "2023-11-14T22:13:20Z",
            "UpdatedAt": "2023-11-14T22:13:20Z",
            "Spec": {"Name": name, "Labels": {}, **({"Data": "eA=="} if kind == "configs" else {})},
        }
        for name in names
    ]


TLS = {
    "TrustRoot": "-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n",
    "CertIssuerSubject": "YQ==",
    "CertIssuerPublicKey": "Yg==",
}
CLUSTER: dict[str, Any] = {
    "ID": swarm_id("cluster"), "Version": {"Index": 9}, "CreatedAt": "2023-11-14T22:13:20Z", "UpdatedAt": "2023-11-14T22:13:20Z",
    "Spec": {
        "Name": "default", "Labels": {}, "Orchestration": {"TaskHistoryRetentionLimit": 5}, "Dispatcher": {"HeartbeatPeriod": 5000000000},
        "Raft": {"SnapshotInterval": 10000, "KeepOldSnapshots": 0, "LogEntriesForSlowFollowers": 500, "ElectionTick": 10, "HeartbeatTick": 1},
        "CAConfig": {"NodeCertExpiry": 7776000000000000, "ExternalCAs": [{"Protocol": "cfssl", "URL": "https://ca.test", "CACert": "x"}], "ForceRotate": 2},
        "TaskDefaults": {}, "EncryptionConfig": {"AutoLockManagers": True},
    },
    "TLSInfo": TLS, "RootRotationInProgress": False, "DefaultAddrPool": ["10.0.0.0/8"], "SubnetSize": 24, "DataPathPort": 4789,
}  # fmt: skip
SWARM = {**CLUSTER, "JoinTokens": {"Worker": "SWMTKN-1-w", "Manager": "SWMTKN-1-m"}}
#: of /info
INFO = {
    "NodeID": swarm_id("one"), "NodeAddr": "10.99.0.1", "LocalNodeState": "active", "ControlAvailable": True, "Error": "",
    "RemoteManagers": [{"NodeID": swarm_id("two"), "Addr": "10.99.0.2:2377"}, {"NodeID": swarm_id("one"), "Addr": "10.99.0.1:2377"}],
    "Nodes": 3, "Managers": 2, "Cluster": CLUSTER,
}  # fmt: skip


def node(name: str) -> dict[str, Any]:
    """The leader "one", the manager "two", and workers of any other name."""
    managers = {"one": {"Leader": True}, "two": {}}
    status = {"Reachability": "reachable", "Addr": "10.99.0.1:2377"}
    manager = {"ManagerStatus": {**managers[name], **status}} if name in managers else {}
    return {
        "ID": swarm_id(name), "Version": {"Index": 5}, "CreatedAt": "2023-11-14T22:13:20Z", "UpdatedAt": "2023-11-14T22:13:20Z",
        "Spec": {"Labels": {"l": "1", "m": ""}, "Role": "manager" if manager else "worker", "Availability": "drain"},
        "Description": {
            "Hostname": name, "Platform": {"Architecture": "x86_64", "OS": "linux"}, "Resources": {"NanoCPUs": 2500000000, "MemoryBytes": 1 << 31},
            "Engine": {"EngineVersion": "28.5.2", "Labels": {"e": "1"}, "Plugins": [{"Type": "Log", "Name": "local"}, {"Type": "Log", "Name": "syslog"}]},
            "TLSInfo": TLS,
        },
        "Status": {"State": "ready" if manager else "down", "Message": "heartbeat failure", "Addr": "10.99.0.3"}, **manager,
    }  # fmt: skip


DISTRIBUTION: dict[str, Any] = {
    "Descriptor": {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": "sha256:" + "b" * 64, "size": 9},
    "Platforms": [{"architecture": "amd64", "os": "linux"}, {"architecture": "arm", "os": "linux", "variant": "v7"}],
}
