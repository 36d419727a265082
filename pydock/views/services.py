"""Services of a swarm as their list shows them. Pure."""

from __future__ import annotations

from typing import Any, ClassVar

from pydock.flags.reference import Reference, parse
from pydock.render.human import short_id
from pydock.shape import Json
from pydock.views.times import moment_of
from pydock.views.view import Fields, View

#: key of a service's Mode -> its name
MODES = {
    "Global": "global", "Replicated": "replicated", "ReplicatedJob": "replicated job", "GlobalJob": "global job",
}  # fmt: skip

#: of a service's status: each is a number of tasks
_NUMBERS = ("Running", "Desired", "Completed")


def mode_key(spec: Json) -> str:
    """The key of the mode that a specification has; "" for an unknown one."""
    mode = spec.get("Mode") or {}
    return next((key for key in MODES if mode.get(key) is not None), "")


def without_digest(image: str) -> str:
    """An image that has a tag as a user names it, without its digest."""
    try:
        reference = parse(image)
    except ValueError:
        return image
    return Reference(reference.domain, reference.path, reference.tag).familiar if reference.tag else image


class ServiceView(View):
    """One entry of GET /services."""

    go_type = "*service.serviceContext"
    TITLES: ClassVar[dict[str, str]] = {
        "ID": "ID", "Name": "NAME", "Mode": "MODE", "Replicas": "REPLICAS", "Image": "IMAGE", "Ports": "PORTS",
    }  # fmt: skip
    FIELDS: ClassVar[Fields] = {
        "ID": (lambda v: v.service["ID"], "full ID"),
        "Name": (lambda v: v.Name, "name"),
        "Mode": (lambda v: v.Mode, "replicated, global, replicated job or global job"),
        "Replicas": (
            lambda v: {key: (v.service.get("ServiceStatus") or {}).get(f"{key}Tasks") or 0 for key in _NUMBERS},
            "object: Running, Desired, Completed; numbers of tasks",
        ),
        "Image": (lambda v: (v._template.get("ContainerSpec") or {}).get("Image"), "image, with its digest"),
        "Ports": (
            lambda v: (v.service.get("Endpoint") or {}).get("Ports") or [],
            "list of ports: Protocol, TargetPort, PublishedPort, PublishMode",
        ),
        "Labels": (lambda v: v.spec.get("Labels") or {}, "object of labels"),
        "CreatedAt": (lambda v: moment_of(v.service.get("CreatedAt")), "time"),
        "UpdatedAt": (lambda v: moment_of(v.service.get("UpdatedAt")), "time"),
    }  # fmt: skip
    METHODS: ClassVar[tuple[str, ...]] = ()
    DEFAULT = "{{.ID}}\t{{.Name}}\t{{.Mode}}\t{{.Replicas}}\t{{.Image}}\t{{.Ports}}"
    RAW = (
        "id: {{.ID}}\nname: {{.Name}}\nmode: {{.Mode}}\nreplicas: {{.Replicas}}\nimage: {{.Image}}\nports: {{.Ports}}\n"
    )
    RAW_QUIET = "id: {{.ID}}"
    CONFIG = "servicesFormat"

    def __init__(self, service: Json) -> None:
        self.service, self.spec = service, service["Spec"]
        self.ID, self.Name = short_id(service["ID"]), str(self.spec.get("Name") or "")
        self.Mode = MODES.get(mode_key(self.spec), "")

    def go_fields(self) -> dict[str, Any]:
        return {"service": self.service}

    @property
    def _template(self) -> Json:
        return self.spec.get("TaskTemplate") or {}

    @property
    def Replicas(self) -> str:
        status = self.service.get("ServiceStatus") or {}
        running, desired, completed = (status.get(f"{key}Tasks") or 0 for key in _NUMBERS)
        if self.Mode == "replicated job":
            total = self.spec["Mode"]["ReplicatedJob"].get("TotalCompletions") or 0
            return f"{running}/{desired} ({completed}/{total} completed)"
        if self.Mode == "global job":
            # the desired tasks of a job are those that have not completed
            return f"{running}/{desired} ({completed}/{desired + completed} completed)"
        most = (self._template.get("Placement") or {}).get("MaxReplicas") or 0
        limit = f" (max {most} per node)" if most and self.Mode == "replicated" else ""
        return f"{running}/{desired}{limit}"

    @property
    def Image(self) -> str:
        return without_digest((self._template.get("ContainerSpec") or {}).get("Image") or "")

    @property
    def Ports(self) -> str:
        return ", ".join(port_ranges((self.service.get("Endpoint") or {}).get("Ports") or []))


def port_ranges(ports: list[Json]) -> list[str]:
    """The ports of the routing mesh, "*:80-81->80-81/tcp": consecutive ones together, and those of one target."""
    numbered = (
        (p.get("Protocol") or "", p.get("PublishedPort") or 0, p.get("TargetPort") or 0)
        for p in ports
        if p.get("PublishMode") == "ingress"
    )
    runs: list[tuple[str, list[int]]] = []
    for protocol, published, target in sorted(numbered, key=lambda port: port[:2]):
        if runs and protocol == runs[-1][0] and _continues(runs[-1][1], published, target):
            runs[-1][1][1::2] = published, target
        else:
            runs.append((protocol, [published, published, target, target]))
    # a port that the swarm has not assigned yet is 0
    return [_range_text(run, protocol) for protocol, run in runs if run[0]]


def _continues(run: list[int], published: int, target: int) -> bool:
    """run: first and last published port, first and last target."""
    if run[2] != run[3] and target <= run[3]:
        return False
    return published - run[1] <= 1 and 0 <= target - run[3] <= 1


def _range_text(run: list[int], protocol: str) -> str:
    outside, inside = (str(a) if a == b else f"{a}-{b}" for a, b in (run[:2], run[2:]))
    return f"*:{outside}->{inside}/{protocol}"
