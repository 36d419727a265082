"""A container as `ps` shows it. Pure."""

from __future__ import annotations

from collections.abc import Callable

from pydock.go.strconv import quote
from pydock.render.human import ago, ellipsis, host_port, short_id, size
from pydock.views.times import moment, utc_text
from pydock.views.view import Fields, View, labels_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar


class ContainerView(View):
    """One entry of GET /containers/json."""

    go_type = "*formatter.ContainerContext"
    TITLES: ClassVar[dict[str, str]] = {
        "ID": "CONTAINER ID", "Names": "NAMES", "Image": "IMAGE", "Command": "COMMAND", "CreatedAt": "CREATED AT", "RunningFor": "CREATED",
        "Ports": "PORTS", "State": "STATE", "Status": "STATUS", "Size": "SIZE", "Labels": "LABELS", "Mounts": "MOUNTS",
        "LocalVolumes": "LOCAL VOLUMES", "Networks": "NETWORKS", "Platform": "PLATFORM",
    }  # fmt: skip
    FIELDS: ClassVar[Fields] = {
        "ID": (lambda v: v.c["Id"], "full ID"),
        "Names": (lambda v: [n.removeprefix("/") for n in v.c.get("Names") or ()], "list of names; those of links have a slash"),
        "Image": (lambda v: v.c.get("Image") or None, "image, as it was named"),
        "ImageID": (lambda v: v.c.get("ImageID") or None, "full ID of the image"),
        "Command": (lambda v: v.c.get("Command") or "", "command"),
        "CreatedAt": (lambda v: moment(v.c.get("Created")), "time"),
        "State": (lambda v: v.c.get("State") or None, "created, running, paused, restarting, removing, exited or dead"),
        "Status": (lambda v: v.c.get("Status") or "", "state in words, with its age"),
        "Ports": (lambda v: v.c.get("Ports") or [], "list of ports: IP, PrivatePort, PublicPort, Type"),
        "Labels": (lambda v: v.c.get("Labels") or {}, "object of labels"),
        "Mounts": (lambda v: v.c.get("Mounts") or [], "list of mounts, as in inspect"),
        "LocalVolumes": (lambda v: int(v.LocalVolumes), "number of volumes of the driver local"),
        "Networks": (lambda v: sorted((v.c.get("NetworkSettings") or {}).get("Networks") or {}), "list of names of networks"),
        "Platform": (lambda v: (v.c.get("ImageManifestDescriptor") or {}).get("platform"), "object: os, architecture, variant"),
        "Size": (lambda v: v.c.get("SizeRw", 0 if v.c.get("SizeRootFs") else None), "bytes that it has written; null where not asked for"),
        "VirtualSize": (lambda v: v.c.get("SizeRootFs"), "bytes with the image; null where not asked for"),
    }  # fmt: skip
    DEFAULT = "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}"
    WITH_SIZE = DEFAULT + "\t{{.Size}}"
    RAW = (
        "container_id: {{.ID}}\nimage: {{.Image}}\ncommand: {{.Command}}\ncreated_at: {{.CreatedAt}}\nstate: {{- pad .State 1 0}}\n"
        "status: {{- pad .Status 1 0}}\nnames: {{.Names}}\nlabels: {{- pad .Labels 1 0}}\nports: {{- pad .Ports 1 0}}\n"
    )
    RAW_SIZES = RAW + "size: {{.Size}}\n"
    RAW_QUIET = "container_id: {{.ID}}"
    CONFIG = "psFormat"

    def __init__(self, container: dict[str, Any], now: float, trunc: bool = True) -> None:
        self.c, self.now, self.trunc = container, now, trunc

    def go_fields(self) -> dict[str, Any]:
        return {"trunc": self.trunc, "c": self.c, "FieldsUsed": {}}

    @property
    def ID(self) -> str:
        return short_id(self.c["Id"]) if self.trunc else str(self.c["Id"])

    @property
    def Names(self) -> str:
        names = [n.removeprefix("/") for n in self.c.get("Names") or []]
        if self.trunc:
            for name in names:
                if "/" not in name:
                    return str(name)
        return ",".join(names)

    @property
    def Image(self) -> str:
        image = str(self.c.get("Image") or "")
        if not image:
            return "<no image>"
        if not self.trunc:
            return image
        identifier = short_id(self.c.get("ImageID") or "")
        if identifier and identifier == short_id(image):
            return identifier
        # without the digest, with the tag
        name, at, _ = image.partition("@")
        return name if at else image

    @property
    def Command(self) -> str:
        command = str(self.c.get("Command") or "")
        return quote(ellipsis(command, 20) if self.trunc else command)

    @property
    def CreatedAt(self) -> str:
        return utc_text(self.c.get("Created") or 0)

    @property
    def RunningFor(self) -> str:
        return ago(self.c.get("Created") or 0, self.now)

    @property
    def Ports(self) -> str:
        return display_ports(self.c.get("Ports") or [])

    @property
    def State(self) -> str:
        return str(self.c.get("State") or "")

    @property
    def Status(self) -> str:
        return str(self.c.get("Status") or "")

    @property
    def Size(self) -> str:
        writable = size(float(self.c.get("SizeRw") or 0), 3)
        virtual = self.c.get("SizeRootFs") or 0
        return f"{writable} (virtual {size(float(virtual), 3)})" if virtual > 0 else writable

    @property
    def Labels(self) -> str:
        return labels_text(dict(sorted((self.c.get("Labels") or {}).items())))

    @property
    def Label(self) -> Callable[[str], str]:
        return lambda key: (self.c.get("Labels") or {}).get(key, "")

    @property
    def Mounts(self) -> str:
        names = [m.get("Name") or m.get("Source") or "" for m in self.c.get("Mounts") or []]
        return ",".join(ellipsis(n, 15) if self.trunc else n for n in names)

    @property
    def LocalVolumes(self) -> str:
        return str(sum(m.get("Driver") == "local" for m in self.c.get("Mounts") or []))

    @property
    def Networks(self) -> str:
        # a Go map, whose order is random in docker; sorted by name here
        return ",".join(sorted((self.c.get("NetworkSettings") or {}).get("Networks") or {}))

    @property
    def Platform(self) -> Any:
        from pydock.views.gotypes import decode

        platform = (self.c.get("ImageManifestDescriptor") or {}).get("platform")
        return decode("*formatter.Platform", platform)


def display_ports(ports: list[dict[str, Any]]) -> str:
    """ "80-82/tcp, 0.0.0.0:81->80/tcp": consecutive ports of an address and protocol are merged; mapped ones come
    last."""
    groups: dict[tuple[str, str], list[int]] = {}
    shown: list[str] = []
    mapped: list[str] = []
    for port in sorted(ports, key=_port_key):
        ip, private, public, kind = (
            port.get("IP") or "",
            port["PrivatePort"],
            port.get("PublicPort") or 0,
            port.get("Type") or "",
        )
        if ip and public != private:
            mapped.append(f"{host_port(ip, public)}->{private}/{kind}")
            continue
        run = groups.setdefault((ip, kind), [private, private])
        if run[1] + 1 == private:
            run[1] = private
        elif run[1] != private:
            shown.append(_group_text((ip, kind), run))
            run[:] = [private, private]
    return ", ".join([*shown, *(_group_text(k, r) for k, r in groups.items()), *mapped])


def _group_text(key: tuple[str, str], run: list[int]) -> str:
    ip, kind = key
    span = f"{run[0]}" if run[0] == run[1] else f"{run[0]}-{run[1]}"
    if ip:
        span = f"{host_port(ip, span)}->{span}"
    return f"{span}/{kind}"


def _port_key(port: dict[str, Any]) -> tuple[Any, ...]:
    return port["PrivatePort"], port.get("IP") or "", port.get("PublicPort") or 0, port.get("Type") or ""


class Probe(ContainerView):
    """An empty container, on which a template is executed to see whether it uses the size."""

    asked = False

    def __init__(self, now: float) -> None:
        super().__init__({"Id": ""}, now)

    @property
    def Size(self) -> str:
        self.asked = True
        return "0B"
