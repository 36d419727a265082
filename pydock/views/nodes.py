"""Nodes of a swarm as docker shows them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydock.go.kinds import Time
from pydock.render.human import bytes_size, capitalized
from pydock.shape import Json
from pydock.views.stored import NO_TIME, label_lines
from pydock.views.view import Fields, View

#: the parts of a swarm.TLSInfo
_TLS = ("TrustRoot", "CertIssuerSubject", "CertIssuerPublicKey")


def _tls(owner: Json | None) -> tuple[str, ...]:
    """The certificates of a node's description, or of a cluster; all empty where there are none."""
    found = (owner or {}).get("TLSInfo") or {}
    return tuple(found.get(part) or "" for part in _TLS)


class NodeView(View):
    """One entry of GET /nodes. info: of the manager that was asked; empty where it was not."""

    go_type = "*node.nodeContext"
    TITLES: ClassVar[dict[str, str]] = {
        "ID": "ID", "Self": "", "Hostname": "HOSTNAME", "Status": "STATUS", "Availability": "AVAILABILITY",
        "ManagerStatus": "MANAGER STATUS", "EngineVersion": "ENGINE VERSION", "TLSStatus": "TLS STATUS",
    }  # fmt: skip
    FIELDS: ClassVar[Fields] = {
        "ID": (lambda v: v.ID, "full ID"),
        "Self": (lambda v: v.Self, "is it the node that was asked?"),
        "Hostname": (lambda v: v.Hostname, "host name"),
        "Role": (lambda v: (v.node.get("Spec") or {}).get("Role"), "manager or worker"),
        "Status": (lambda v: (v.node.get("Status") or {}).get("State"), "ready, down, disconnected or unknown"),
        "Availability": (lambda v: (v.node.get("Spec") or {}).get("Availability"), "active, pause or drain"),
        "ManagerStatus": (lambda v: v.ManagerStatus.lower() or None, "leader, reachable or unreachable; null for a worker"),
        "EngineVersion": (lambda v: v.EngineVersion, "version of the engine"),
        "TLSStatus": (lambda v: v.TLSStatus, "Ready, Needs Rotation or Unknown"),
        "Address": (lambda v: (v.node.get("Status") or {}).get("Addr") or None, "IP address"),
        "Labels": (lambda v: (v.node.get("Spec") or {}).get("Labels") or {}, "object of labels"),
    }  # fmt: skip
    METHODS: ClassVar[tuple[str, ...]] = ()
    DEFAULT = (
        "{{.ID}} {{if .Self}}*{{else}} {{ end }}\t{{.Hostname}}\t{{.Status}}\t{{.Availability}}\t{{.ManagerStatus}}\t"
        "{{.EngineVersion}}"
    )
    RAW = (
        "node_id: {{.ID}}\nhostname: {{.Hostname}}\nstatus: {{.Status}}\navailability: {{.Availability}}\n"
        "manager_status: {{.ManagerStatus}}\n"
    )
    RAW_QUIET = "node_id: {{.ID}}"
    CONFIG = "nodesFormat"

    def __init__(self, node: Json, info: Json) -> None:
        self.node, self.info, self.ID = node, info, node["ID"]
        self.description: Json = node.get("Description") or {}
        self.Hostname = self.description.get("Hostname") or ""
        self.Status = capitalized((node.get("Status") or {}).get("State"))
        self.Availability = capitalized((node.get("Spec") or {}).get("Availability"))
        self.EngineVersion = (self.description.get("Engine") or {}).get("EngineVersion") or ""

    def go_fields(self) -> dict[str, Any]:
        return {"n": self.node, "info": self.info}

    @property
    def Self(self) -> bool:
        return bool(((self.info.get("Swarm") or {}).get("NodeID") or "") == self.ID)

    @property
    def ManagerStatus(self) -> str:
        status = self.node.get("ManagerStatus") or {}
        return "Leader" if status.get("Leader") else capitalized(status.get("Reachability"))

    @property
    def TLSStatus(self) -> str:
        """Is the node's certificate the one that the cluster wants?"""
        own, wanted = _tls(self.description), _tls((self.info.get("Swarm") or {}).get("Cluster"))
        if not any(own) or not any(wanted):
            return "Unknown"
        return "Ready" if own == wanted else "Needs Rotation"


def node_text(node: Json) -> str:
    """`node inspect --pretty`."""
    return "\n".join(_lines(node))


def _lines(node: Json) -> Iterator[str]:
    spec, status, described = (node.get(key) or {} for key in ("Spec", "Status", "Description"))
    yield f"ID:\t\t\t{node['ID']}"
    if spec.get("Name"):
        yield f"Name:\t\t\t{spec['Name']}"
    yield from label_lines(spec.get("Labels"))
    yield f"Hostname:              \t{described.get('Hostname') or ''}"
    yield f"Joined at:             \t{capitalized(Time(node.get('CreatedAt') or NO_TIME).go_text())}"
    yield f"Status:\n State:\t\t\t{capitalized(status.get('State'))}"
    if status.get("Message"):
        yield f" Message:              \t{capitalized(status['Message'])}"
    yield f" Availability:         \t{capitalized(spec.get('Availability'))}"
    if status.get("Addr"):
        yield f" Address:\t\t{status['Addr']}"
    if (manager := node.get("ManagerStatus")) is not None:
        yield f"Manager Status:\n Address:\t\t{manager.get('Addr') or ''}"
        yield f" Raft Status:\t\t{capitalized(manager.get('Reachability'))}"
        yield f" Leader:\t\t{'Yes' if manager.get('Leader') else 'No'}"
    platform, resources = described.get("Platform") or {}, described.get("Resources") or {}
    yield f"Platform:\n Operating System:\t{platform.get('OS') or ''}\n Architecture:\t\t{platform.get('Architecture') or ''}"
    memory = resources.get("MemoryBytes") or 0
    yield f"Resources:\n CPUs:\t\t\t{int((resources.get('NanoCPUs') or 0) / 1e9)}"
    yield f" Memory:\t\t{bytes_size(float(memory)) if memory else ''}"
    yield from _engine_lines(described.get("Engine") or {})
    if any(tls := _tls(described)):
        root, subject, key = tls
        yield f"TLS Info:\n TrustRoot:\n{root}\n Issuer Subject:\t{subject}\n Issuer Public Key:\t{key}"


def _engine_lines(engine: Json) -> Iterator[str]:
    """The plugins by kind, the version, the labels."""
    kinds: dict[str, list[str]] = {}
    for plugin in engine.get("Plugins") or ():
        kinds.setdefault(plugin.get("Type") or "", []).append(plugin.get("Name") or "")
    if kinds:
        yield "Plugins:"
    for kind, names in sorted(kinds.items()):
        text = ", ".join(names)
        yield f" {kind}:\t\t{text}" if text else f" {kind}:"
    yield f"Engine Version:\t\t{engine.get('EngineVersion') or ''}"
    yield from label_lines(engine.get("Labels"), "Engine Labels:")
