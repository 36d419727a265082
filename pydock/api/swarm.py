"""The swarm itself: https://docs.docker.com/reference/api/engine/version/v1.55/#tag/Swarm. Pure."""

from __future__ import annotations

from pydock.api.request import Request, query
from pydock.shape import Json, opt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.api.types import InitSwarm, JoinSwarm, SwarmSpec

VERSION = opt({"Index": opt(int)})
#: what every object of a swarm has
OBJECT = {"ID": str, "Version": VERSION, "CreatedAt": opt(str), "UpdatedAt": opt(str)}
LABELS = opt({str: opt(str)})
TLS = {"TrustRoot": opt(str), "CertIssuerSubject": opt(str), "CertIssuerPublicKey": opt(str)}
_RAFT = {
    "SnapshotInterval": opt(int), "KeepOldSnapshots": opt(int), "HeartbeatTick": opt(int), "ElectionTick": opt(int),
}  # fmt: skip
_AUTHORITY = {
    "NodeCertExpiry": opt(int), "ForceRotate": opt(int), "SigningCACert": opt(str),
    "ExternalCAs": opt([{"Protocol": opt(str), "URL": opt(str)}]),
}  # fmt: skip
SPEC = {
    "Name": opt(str), "Labels": LABELS, "Raft": opt(_RAFT), "CAConfig": opt(_AUTHORITY),
    "Orchestration": opt({"TaskHistoryRetentionLimit": opt(int)}), "Dispatcher": opt({"HeartbeatPeriod": opt(int)}),
    "EncryptionConfig": opt({"AutoLockManagers": opt(bool)}),
}  # fmt: skip
CLUSTER = {
    **OBJECT, "ID": opt(str), "Spec": opt(SPEC), "TLSInfo": opt(TLS), "RootRotationInProgress": opt(bool),
    "DefaultAddrPool": opt([str]), "SubnetSize": opt(int), "DataPathPort": opt(int),
}  # fmt: skip
SWARM = {**CLUSTER, "Spec": SPEC, "JoinTokens": opt({"Worker": opt(str), "Manager": opt(str)})}


def version_of(found: Json) -> int:
    """The version of an object, which tells an update on what it is based."""
    return int((found.get("Version") or {}).get("Index") or 0)


def inspect_swarm() -> Request:
    """GET /swarm -> the cluster with its join tokens."""
    return Request("GET", "/swarm", answer=SWARM)


def init_swarm(body: InitSwarm) -> Request:
    """POST /swarm/init -> the id of this node."""
    return Request("POST", "/swarm/init", body=body, answer=str)


def join_swarm(body: JoinSwarm) -> Request:
    return Request("POST", "/swarm/join", body=body)


def leave_swarm(force: bool) -> Request:
    return Request("POST", "/swarm/leave", query(force=force))


def update_swarm(
    version: int, spec: SwarmSpec, worker_token: bool = False, manager_token: bool = False, unlock_key: bool = False
) -> Request:
    """POST /swarm/update; `version`: the one that the change is based on; the rest: what gets a new value."""
    rotated = {
        "rotateManagerToken": manager_token, "rotateManagerUnlockKey": unlock_key, "rotateWorkerToken": worker_token,
    }  # fmt: skip
    return Request(
        "POST",
        "/swarm/update",
        {**{key: "true" if value else "false" for key, value in rotated.items()}, "version": str(version)},
        body=spec,
    )


def unlock_key() -> Request:
    """GET /swarm/unlockkey -> {"UnlockKey"}; empty where managers are not locked."""
    return Request("GET", "/swarm/unlockkey", answer={"UnlockKey": opt(str)})


def unlock_swarm(key: str) -> Request:
    return Request("POST", "/swarm/unlock", body={"UnlockKey": key})
