"""The flags that say what a swarm is to be, and the specification with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydock.api.request import without_empty
from pydock.flags import swarm, units
from pydock.go.strconv import parse_duration, parse_uint
from pydock.options import Options, flag, options

if TYPE_CHECKING:
    from pydock.api.types import CAConfig, ExternalCA, SwarmSpec


def listen_flag() -> Any:
    return flag(
        "--listen-addr",
        default="0.0.0.0:2377",
        parse=swarm.listen_address,
        metavar="node-addr",
        help="Address on which to listen for other managers: IP|INTERFACE[:PORT]",
    )


def advertise_flag() -> Any:
    return flag("--advertise-addr", help="Address that is told to the other nodes: IP|INTERFACE[:PORT]")


def data_path_flag() -> Any:
    return flag("--data-path-addr", since="1.31", help="Address for the traffic of containers: IP|INTERFACE")


def availability_flag() -> Any:
    return flag(
        "--availability", default="active", help="Availability of the node", sources=" ".join(swarm.AVAILABILITIES)
    )


@options
class AuthorityOptions(Options):
    """The flags of the swarm's certificates."""

    cert_expiry: str = flag(
        "--cert-expiry",
        default="2160h0m0s",
        parse=swarm.duration,
        metavar="duration",
        help="Time for which a node's certificate is valid (ns|us|ms|s|m|h)",
    )
    external_ca: tuple[ExternalCA, ...] = flag(
        "--external-ca",
        reads=swarm.external_ca,
        metavar="external-ca",
        help="Endpoint that signs certificates: protocol=cfssl,url=URL[,cacert=FILE]",
        sources="external-authorities",
    )


@options
class SpecOptions(AuthorityOptions):
    """The flags of `swarm init` and `swarm update`."""

    dispatcher_heartbeat: str = flag(
        "--dispatcher-heartbeat",
        default="5s",
        parse=swarm.duration,
        metavar="duration",
        help="Time between two signs of life of a node (ns|us|ms|s|m|h)",
    )
    max_snapshots: int = flag(
        "--max-snapshots", parse=units.uint64, metavar="uint", since="1.25", help="Older Raft snapshots to keep"
    )
    snapshot_interval: int = flag(
        "--snapshot-interval",
        default=10000,
        parse=units.uint64,
        metavar="uint",
        since="1.25",
        help="Number of log entries between two Raft snapshots",
    )
    task_history_limit: int = flag("--task-history-limit", default=5, help="Number of old tasks that are kept")


def uint32(text: str) -> int:
    return parse_uint(text, 32)


#: what is left out where it is 0
ZERO = ("HeartbeatPeriod", "SnapshotInterval", "NodeCertExpiry")


def with_authority(spec: SwarmSpec, o: AuthorityOptions, root: str | None = None) -> SwarmSpec:
    """The specification with the given flags of certificates. root: the certificate of external CAs without one."""
    authority: CAConfig = {**(spec.get("CAConfig") or {})}
    if "cert_expiry" in o.given:
        authority["NodeCertExpiry"] = parse_duration(o.cert_expiry)
    if "external_ca" in o.given:
        authority["ExternalCAs"] = [{**one, "CACert": one["CACert"] or root or ""} for one in o.external_ca]
    return {**spec, "CAConfig": without_empty(authority, ZERO)}


def with_flags(spec: SwarmSpec, o: SpecOptions, autolock: bool, root: str | None = None) -> SwarmSpec:
    """The specification with the given flags."""
    out = with_authority(spec, o, root)
    raft, dispatcher = out.get("Raft") or {}, out.get("Dispatcher") or {}
    if "max_snapshots" in o.given:
        raft = {**raft, "KeepOldSnapshots": o.max_snapshots}
    if "snapshot_interval" in o.given:
        raft = {**raft, "SnapshotInterval": o.snapshot_interval}
    if "dispatcher_heartbeat" in o.given:
        dispatcher = {**dispatcher, "HeartbeatPeriod": parse_duration(o.dispatcher_heartbeat)}
    if "task_history_limit" in o.given:
        out = {**out, "Orchestration": {"TaskHistoryRetentionLimit": o.task_history_limit}}
    if "autolock" in o.given:
        out = {**out, "EncryptionConfig": {"AutoLockManagers": autolock}}
    return {**out, "Raft": without_empty(raft, ZERO), "Dispatcher": without_empty(dispatcher, ZERO)}


#: what a new swarm is without flags, as docker's client sends it: the engine fills in its own defaults
EMPTY: SwarmSpec = {
    "Labels": None, "Orchestration": {}, "Raft": {"ElectionTick": 0, "HeartbeatTick": 0}, "Dispatcher": {}, "CAConfig": {},
    "TaskDefaults": {}, "EncryptionConfig": {"AutoLockManagers": False},
}  # fmt: skip
