"""Tasks of a swarm: https://docs.docker.com/reference/api/engine/version/v1.55/#tag/Task. Pure."""

from __future__ import annotations

from pydock.api.request import Request, named, query
from pydock.api.services import PORT, TASK_SPEC
from pydock.shape import opt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TASK = {
    "ID": str, "Version": opt({"Index": opt(int)}), "CreatedAt": opt(str), "UpdatedAt": opt(str), "Name": opt(str), "Spec": opt(TASK_SPEC),
    "ServiceID": opt(str), "Slot": opt(int), "NodeID": opt(str), "DesiredState": opt(str), "JobIteration": opt({"Index": opt(int)}),
    "Status": opt({
        "Timestamp": opt(str), "State": opt(str), "Message": opt(str), "Err": opt(str), "PortStatus": opt({"Ports": opt([PORT])}),
        "ContainerStatus": opt({"ContainerID": opt(str), "PID": opt(int), "ExitCode": opt(int)}),
    }),
}  # fmt: skip


def _path(task: str, *rest: str) -> str:
    return "/".join(("/tasks", named("task", task), *rest))


def list_tasks(**options: Any) -> Request:
    """GET /tasks. Options: filters."""
    return Request("GET", "/tasks", query(**options), answer=[TASK])


def inspect_task(task: str) -> Request:
    return Request("GET", _path(task), answer=TASK)


def task_logs(task: str, **options: Any) -> Request:
    """GET …/logs: as services.service_logs()."""
    return Request("GET", _path(task, "logs"), query(stdout=True, stderr=True, **options))
