"""Tasks of a swarm as their list shows them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from pydock.go.strconv import parse_rfc3339
from pydock.render.human import ellipsis, natural, short_id
from pydock.shape import Json
from pydock.views.services import without_digest
from pydock.views.times import moment_of, since
from pydock.views.view import Fields, View


class TaskView(View):
    """One entry of GET /tasks. name, node: as they are shown."""

    go_type = "*task.taskContext"
    TITLES: ClassVar[dict[str, str]] = {
        "ID": "ID", "Name": "NAME", "Image": "IMAGE", "Node": "NODE", "DesiredState": "DESIRED STATE",
        "CurrentState": "CURRENT STATE", "Error": "ERROR", "Ports": "PORTS",
    }  # fmt: skip
    FIELDS: ClassVar[Fields] = {
        "ID": (lambda v: v.task["ID"], "full ID"),
        "Name": (lambda v: v.Name, "name"),
        "Image": (lambda v: ((v.task.get("Spec") or {}).get("ContainerSpec") or {}).get("Image"), "image, with its digest"),
        "Node": (lambda v: v.Node or None, "node, or null"),
        "NodeID": (lambda v: v.task.get("NodeID") or None, "full ID of the node, or null"),
        "ServiceID": (lambda v: v.task.get("ServiceID") or None, "full ID of the service"),
        "Slot": (lambda v: v.task.get("Slot") or None, "number of the slot; null for a global service"),
        "DesiredState": (lambda v: v.task.get("DesiredState") or None, "state that it is to have: ready, running, shutdown…"),
        "CurrentState": (lambda v: v.status.get("State") or None, "state that it has"),
        "Since": (lambda v: moment_of(v.status.get("Timestamp")), "time of that state"),
        "Error": (lambda v: v.status.get("Err") or None, "error, or null"),
        "Ports": (lambda v: (v.status.get("PortStatus") or {}).get("Ports") or [], "list of ports on the node, as in service ls"),
        "CreatedAt": (lambda v: moment_of(v.task.get("CreatedAt")), "time"),
    }  # fmt: skip
    METHODS: ClassVar[tuple[str, ...]] = ()
    DEFAULT = "{{.ID}}\t{{.Name}}\t{{.Image}}\t{{.Node}}\t{{.DesiredState}}\t{{.CurrentState}}\t{{.Error}}\t{{.Ports}}"
    RAW = (
        "id: {{.ID}}\nname: {{.Name}}\nimage: {{.Image}}\nnode: {{.Node}}\ndesired_state: {{.DesiredState}}\n"
        "current_state: {{.CurrentState}}\nerror: {{.Error}}\nports: {{.Ports}}\n"
    )
    RAW_QUIET = "id: {{.ID}}"
    CONFIG = "tasksFormat"

    def __init__(self, task: Json, name: str, node: str, now: float, trunc: bool = True) -> None:
        self.task, self.Name, self.Node, self.now, self.trunc = task, name, node, now, trunc
        self.status: Json = task.get("Status") or {}

    def go_fields(self) -> dict[str, Any]:
        return {"trunc": self.trunc, "task": self.task, "name": self.Name, "node": self.Node}

    @property
    def ID(self) -> str:
        return short_id(self.task["ID"]) if self.trunc else str(self.task["ID"])

    @property
    def Image(self) -> str:
        image = ((self.task.get("Spec") or {}).get("ContainerSpec") or {}).get("Image") or ""
        return without_digest(image) if self.trunc else str(image)

    @property
    def DesiredState(self) -> str:
        return _capital(self.task.get("DesiredState") or "")

    @property
    def CurrentState(self) -> str:
        state = _capital(self.status.get("State") or "")
        return f"{state} {since(self.status.get('Timestamp') or '', self.now).lower()} ago"

    @property
    def Error(self) -> str:
        error = str(self.status.get("Err") or "")
        error = ellipsis(error, 30) if self.trunc else error
        return error and f'"{error}"'

    @property
    def Ports(self) -> str:
        ports = (self.status.get("PortStatus") or {}).get("Ports") or []
        return ",".join(
            f"*:{p.get('PublishedPort') or 0}->{p.get('TargetPort') or 0}/{p.get('Protocol') or ''}" for p in ports
        )


def _capital(state: str) -> str:
    return state[:1].upper() + state[1:]


def in_order(tasks: Iterable[Json], service: Callable[[str], str]) -> Iterator[tuple[str, bool, Json]]:
    """(name, whether it is a former one of its slot, task): slot by slot, the latest task of each first.

    service: the id of a service -> its name."""
    named = sorted(
        ((task_name(task, service), task) for task in tasks),
        key=lambda pair: (natural(pair[0]), -parse_rfc3339(pair[1].get("CreatedAt") or "")),
    )
    before = None
    for name, task in named:
        yield name, name == before, task
        before = name


def task_name(task: Json, service: Callable[[str], str]) -> str:
    """SERVICE.SLOT, or SERVICE.NODE of a global service, which has no slots."""
    return f"{service(task.get('ServiceID') or '')}.{task.get('Slot') or task.get('NodeID') or ''}"
