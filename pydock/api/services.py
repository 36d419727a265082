"""Services of a swarm: https://docs.docker.com/reference/api/engine/version/v1.55/#tag/Service. Pure."""

from __future__ import annotations

from pydock.api.nodes import GENERIC
from pydock.api.request import Request, named, query
from pydock.shape import Json, opt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TEXTS = opt({str: opt(str)})
_DRIVER = opt({"Name": opt(str), "Options": _TEXTS})
_MOUNT = {
    "Type": opt(str), "Source": opt(str), "Target": opt(str), "ReadOnly": opt(bool), "Consistency": opt(str),
    "BindOptions": opt({"Propagation": opt(str), "NonRecursive": opt(bool)}),
    "VolumeOptions": opt({"NoCopy": opt(bool), "Labels": _TEXTS, "Subpath": opt(str), "DriverConfig": _DRIVER}),
    "TmpfsOptions": opt({"SizeBytes": opt(int), "Mode": opt(int)}),
}  # fmt: skip
_FILE = opt({"Name": opt(str), "UID": opt(str), "GID": opt(str), "Mode": opt(int)})
_HEALTHCHECK = {
    "Test": opt([str]), "Interval": opt(int), "Timeout": opt(int), "StartPeriod": opt(int), "StartInterval": opt(int), "Retries": opt(int),
}  # fmt: skip
_PRIVILEGES = {
    "CredentialSpec": opt({"Config": opt(str), "File": opt(str), "Registry": opt(str)}),
    "SELinuxContext": opt(dict),
    "NoNewPrivileges": opt(bool),
}
_CONTAINER = {
    "Image": opt(str), "Labels": _TEXTS, "Command": opt([str]), "Args": opt([str]), "Hostname": opt(str), "Env": opt([str]), "Dir": opt(str),
    "User": opt(str), "Groups": opt([str]), "Privileges": opt(_PRIVILEGES), "Init": opt(bool), "StopSignal": opt(str), "TTY": opt(bool),
    "OpenStdin": opt(bool), "ReadOnly": opt(bool), "Mounts": opt([_MOUNT]), "StopGracePeriod": opt(int), "Healthcheck": opt(_HEALTHCHECK),
    "Hosts": opt([str]), "DNSConfig": opt({"Nameservers": opt([str]), "Search": opt([str]), "Options": opt([str])}), "Isolation": opt(str),
    "Secrets": opt([{"SecretID": opt(str), "SecretName": opt(str), "File": _FILE}]),
    "Configs": opt([{"ConfigID": opt(str), "ConfigName": opt(str), "File": _FILE, "Runtime": opt(dict)}]), "Sysctls": _TEXTS,
    "CapabilityAdd": opt([str]), "CapabilityDrop": opt([str]), "Ulimits": opt([{"Name": str, "Hard": opt(int), "Soft": opt(int)}]),
    "OomScoreAdj": opt(int),
}  # fmt: skip
_RESOURCES = {
    "Limits": opt({"NanoCPUs": opt(int), "MemoryBytes": opt(int), "Pids": opt(int)}),
    "Reservations": opt({"NanoCPUs": opt(int), "MemoryBytes": opt(int), "GenericResources": opt([GENERIC])}),
    "SwapBytes": opt(int), "MemorySwappiness": opt(int),
}  # fmt: skip
_NETWORK = {"Target": opt(str), "Aliases": opt([str]), "DriverOpts": _TEXTS}
#: what each task of a service is to be
TASK_SPEC = {
    "ContainerSpec": opt(_CONTAINER), "PluginSpec": opt({"remote": opt(str)}), "Resources": opt(_RESOURCES),
    "RestartPolicy": opt({"Condition": opt(str), "Delay": opt(int), "MaxAttempts": opt(int), "Window": opt(int)}),
    "Placement": opt({
        "Constraints": opt([str]), "Preferences": opt([{"Spread": opt({"SpreadDescriptor": opt(str)})}]), "MaxReplicas": opt(int),
        "Platforms": opt([{"OS": opt(str), "Architecture": opt(str)}]),
    }),
    "Networks": opt([_NETWORK]), "LogDriver": _DRIVER, "ForceUpdate": opt(int), "Runtime": opt(str),
}  # fmt: skip
_JOB = {"MaxConcurrent": opt(int), "TotalCompletions": opt(int)}
_MODE = {
    "Replicated": opt({"Replicas": opt(int)}), "Global": opt(dict), "ReplicatedJob": opt(_JOB), "GlobalJob": opt(dict),
}  # fmt: skip
_UPDATE = {
    "Parallelism": opt(int), "Delay": opt(int), "FailureAction": opt(str), "Monitor": opt(int), "MaxFailureRatio": opt(float),
    "Order": opt(str),
}  # fmt: skip
#: a published port, of a service or of a task
PORT = {
    "Name": opt(str), "Protocol": opt(str), "TargetPort": opt(int), "PublishedPort": opt(int), "PublishMode": opt(str),
}  # fmt: skip
_ENDPOINT = opt({"Mode": opt(str), "Ports": opt([PORT])})
#: what a service is to be; missing or null values are Go's zero values
SERVICE_SPEC = {
    "Name": opt(str), "Labels": _TEXTS, "TaskTemplate": opt(TASK_SPEC), "Mode": opt(_MODE), "UpdateConfig": opt(_UPDATE),
    "RollbackConfig": opt(_UPDATE), "Networks": opt([_NETWORK]), "EndpointSpec": _ENDPOINT,
}  # fmt: skip
STATUS = {"RunningTasks": opt(int), "DesiredTasks": opt(int), "CompletedTasks": opt(int)}
SERVICE = {
    "ID": str, "Version": {"Index": int}, "CreatedAt": opt(str), "UpdatedAt": opt(str), "Spec": SERVICE_SPEC, "PreviousSpec": opt(SERVICE_SPEC),
    "Endpoint": opt({
        "Spec": _ENDPOINT, "Ports": opt([PORT]), "VirtualIPs": opt([{"NetworkID": opt(str), "Addr": opt(str)}]),
    }),
    "UpdateStatus": opt({"State": opt(str), "StartedAt": opt(str), "CompletedAt": opt(str), "Message": opt(str)}),
    "ServiceStatus": opt(STATUS), "JobStatus": opt({"JobIteration": opt({"Index": opt(int)}), "LastExecution": opt(str)}),
}  # fmt: skip


def _path(service: str, *rest: str) -> str:
    return "/".join(("/services", named("service", service), *rest))


def list_services(**options: Any) -> Request:
    """GET /services. Options: filters; status, which adds ServiceStatus (since API 1.41)."""
    status = "true" if options.pop("status", False) else ""
    return Request("GET", "/services", query(status=status, **options), answer=[SERVICE])


def inspect_service(service: str, insert_defaults: bool = False) -> Request:
    """insert_defaults: the engine fills in what the specification leaves to it."""
    return Request("GET", _path(service), {"insertDefaults": str(insert_defaults).lower()}, answer=SERVICE)


def create_service(spec: Json, auth: str = "") -> Request:
    """POST /services/create -> {"ID", "Warnings"}. auth: the X-Registry-Auth header."""
    answer = {"ID": str, "Warnings": opt([str])}
    return Request("POST", "/services/create", body=spec, headers=_headers(auth), answer=answer, version_first=True)


def update_service(
    service: str, version: int, spec: Json, auth: str = "", auth_from: str = "", rollback: str = ""
) -> Request:
    """POST …/update -> {"Warnings"}. version: the one that the change is based on; auth_from: whose credentials apply
    without `auth`, "spec" or "previous-spec"; rollback: "previous", with the current specification."""
    options = {**query(registryAuthFrom=auth_from, rollback=rollback), "version": str(version)}
    return Request(
        "POST",
        _path(service, "update"),
        options,
        body=spec,
        headers=_headers(auth),
        answer={"Warnings": opt([str])},
        version_first=True,
    )


def _headers(auth: str) -> dict[str, str]:
    return {"X-Registry-Auth": auth} if auth else {}


def remove_service(service: str) -> Request:
    return Request("DELETE", _path(service))


def service_logs(service: str, **options: Any) -> Request:
    """GET …/logs: a stream, multiplexed unless the service has a TTY. Options: follow, since, until, tail, timestamps,
    details; details tell of which task a message is.
    """
    return Request("GET", _path(service, "logs"), query(stdout=True, stderr=True, **options))
