"""Objects as an engine tells of them, with all that the API promises; a test names what matters to it."""

from __future__ import annotations

from typing import Any

ID = "f" * 64


def container(**more: Any) -> dict[str, Any]:
    """GET /containers/NAME/json."""
    state = {"Running": True, "Paused": False, "Restarting": False}
    return {"Id": ID, "Name": "/web", "State": state, "Config": {"Tty": False, "OpenStdin": False}, **more}


def network(name: str, **more: Any) -> dict[str, Any]:
    """GET /networks/NAME."""
    return {"Name": name, "Id": ID, "Driver": "bridge", "Scope": "local", **more}


def image(*tags: str, **more: Any) -> dict[str, Any]:
    """An entry of GET /images/json."""
    return {
        "Id": "sha256:" + ID,
        "RepoTags": list(tags),
        "RepoDigests": [],
        "Created": 1700000000,
        "Size": 4270000,
        **more,
    }


def plugin(name: str, **more: Any) -> dict[str, Any]:
    """GET /plugins/NAME/json."""
    return {"Id": ID, "Name": name, "Enabled": True, **more}


def info(**more: Any) -> dict[str, Any]:
    """GET /info."""
    commits = {f"{name}Commit": {"ID": "x"} for name in ("Containerd", "Runc", "Init")}
    return {"ID": "x", "Containers": 1, "Name": "host", **commits, **more}


# -- of a swarm ------------------------------------------------------------------------------------

TIME = "2023-11-14T22:13:20.5Z"


def service(name: str = "web", **more: Any) -> dict[str, Any]:
    """GET /services/NAME; a replicated one, unless `more` has a Spec."""
    spec = {
        "Name": name, "Labels": {}, "TaskTemplate": {"ContainerSpec": {"Image": "busybox:latest"}}, "Mode": {"Replicated": {"Replicas": 1}},
    }  # fmt: skip
    times = {"CreatedAt": "2023-11-14T22:13:20Z", "UpdatedAt": "2023-11-14T22:13:20Z"}
    return {"ID": "s" * 25, "Version": {"Index": 11}, **times, "Spec": spec, "Endpoint": {"Spec": {}}, **more}


def task(slot: int = 1, **more: Any) -> dict[str, Any]:
    """An entry of GET /tasks, of service()."""
    times = {"CreatedAt": "2023-11-14T22:13:20Z", "UpdatedAt": "2023-11-14T22:13:20Z"}
    status = {"Timestamp": "2023-11-14T22:13:20Z", "State": "running", "Message": "started", "PortStatus": {}}
    return {
        "ID": f"t{slot}".ljust(25, "x"), "Version": {"Index": 17}, **times, "Spec": {"ContainerSpec": {"Image": "busybox:latest"}},
        "ServiceID": "s" * 25, "Slot": slot, "NodeID": "n" * 25, "Status": status, "DesiredState": "running", **more,
    }  # fmt: skip


def _object(id: str, spec: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    return {"ID": id, "Version": {"Index": 7}, "CreatedAt": TIME, "UpdatedAt": TIME, "Spec": spec, **more}


def swarm(**more: Any) -> dict[str, Any]:
    """GET /swarm."""
    spec = {
        "Name": "default", "Labels": {}, "Orchestration": {"TaskHistoryRetentionLimit": 5},
        "Raft": {"SnapshotInterval": 10000, "KeepOldSnapshots": 0, "ElectionTick": 10, "HeartbeatTick": 1},
        "Dispatcher": {"HeartbeatPeriod": 5_000_000_000}, "CAConfig": {"NodeCertExpiry": 7_776_000_000_000_000},
        "TaskDefaults": {}, "EncryptionConfig": {"AutoLockManagers": False},
    }  # fmt: skip
    cluster = {
        "TLSInfo": {"TrustRoot": "pem\n", "CertIssuerSubject": "YQ==", "CertIssuerPublicKey": "Yg=="},
        "RootRotationInProgress": False, "DefaultAddrPool": ["10.0.0.0/8"], "SubnetSize": 24, "DataPathPort": 4789,
        "JoinTokens": {"Worker": "SWMTKN-1-w", "Manager": "SWMTKN-1-m"},
    }  # fmt: skip
    return _object("swarm1", spec, {**cluster, **more})


def node(name: str = "host", id: str = "node1", **more: Any) -> dict[str, Any]:
    """GET /nodes/NAME: a worker; `ManagerStatus` makes it a manager."""
    role = "manager" if "ManagerStatus" in more else "worker"
    spec = {"Labels": {}, "Role": role, "Availability": "active"}
    plugins = [{"Type": "Volume", "Name": "local"}, {"Type": "Network", "Name": "bridge"}]
    description = {
        "Hostname": name, "Platform": {"Architecture": "x86_64", "OS": "linux"},
        "Resources": {"NanoCPUs": 2_000_000_000, "MemoryBytes": 4 << 30},
        "Engine": {"EngineVersion": "28.5.2", "Labels": {"disk": "ssd"}, "Plugins": plugins},
        "TLSInfo": {"TrustRoot": "pem\n", "CertIssuerSubject": "YQ==", "CertIssuerPublicKey": "Yg=="},
    }  # fmt: skip
    return _object(id, spec, {"Description": description, "Status": {"State": "ready", "Addr": "10.0.0.1"}, **more})


def secret(name: str, id: str = "secret1", **more: Any) -> dict[str, Any]:
    """GET /secrets/NAME."""
    return _object(id, {"Name": name, "Labels": {}, **more}, {})


def config(name: str, id: str = "config1", **more: Any) -> dict[str, Any]:
    """GET /configs/NAME."""
    return _object(id, {"Name": name, "Labels": {}, "Data": "aGVsbG8K", **more}, {})
