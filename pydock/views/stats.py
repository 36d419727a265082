"""A container's resource usage in `stats`, computed from the engine's counters as docker does. Pure."""

from __future__ import annotations

from typing import Any, ClassVar

from pydock.go.strconv import parse_rfc3339
from pydock.render.human import bytes_size, short_id, size
from pydock.shape import Json
from pydock.values import record, replace
from pydock.views.view import Fields, View

DEFAULT = "{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}"
WINDOWS = "{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.NetIO}}\t{{.BlockIO}}"
UNKNOWN = "--"
#: Go's zero time
NEVER = "0001-01-01T00:00:00Z"


@record
class Figures:
    """One sample of a container. Sizes in bytes, shares in percent; `valid`: False without data from the engine."""

    name: str = ""
    id: str = ""
    cpu: float = 0.0
    memory: float = 0.0
    limit: float = 0.0
    memory_share: float = 0.0
    received: float = 0.0
    sent: float = 0.0
    read: float = 0.0
    written: float = 0.0
    pids: int = 0
    valid: bool = True


def figures(message: Json, windows: bool) -> Figures:
    """From one message of GET /containers/…/stats."""
    memory = message.get("memory_stats") or {}
    networks = (message.get("networks") or {}).values()
    received, sent = (float(sum(n.get(key) or 0 for n in networks)) for key in ("rx_bytes", "tx_bytes"))
    common = Figures(name=message.get("name") or "", id=message.get("id") or "", received=received, sent=sent)
    if windows:
        storage = message.get("storage_stats") or {}
        return replace(
            common, cpu=cpu_windows(message), memory=float(memory.get("privateworkingset") or 0),
            read=float(storage.get("read_size_bytes") or 0), written=float(storage.get("write_size_bytes") or 0),
        )  # fmt: skip
    used, limit = memory_used(memory), float(memory.get("limit") or 0)
    read, written = block_io(message.get("blkio_stats") or {})
    return replace(
        common,
        cpu=cpu_share(message),
        memory=used,
        limit=limit,
        memory_share=used / limit * 100 if limit else 0.0,
        read=read,
        written=written,
        pids=int((message.get("pids_stats") or {}).get("current") or 0),
    )


def cpu_used(message: Json) -> float:
    """The container's CPU time between two samples."""
    now, before = ((message.get(key) or {}).get("cpu_usage") or {} for key in ("cpu_stats", "precpu_stats"))
    return float(now.get("total_usage") or 0) - float(before.get("total_usage") or 0)


def cpu_share(message: Json) -> float:
    """Percent of one CPU: the container's share of the host's CPU time, times the number of CPUs."""
    now, before, used = message.get("cpu_stats") or {}, message.get("precpu_stats") or {}, cpu_used(message)
    passed = float(now.get("system_cpu_usage") or 0) - float(before.get("system_cpu_usage") or 0)
    # engines before API 1.27 do not report the number of CPUs, but list each
    cpus = float(now.get("online_cpus") or len((now.get("cpu_usage") or {}).get("percpu_usage") or ()))
    return used / passed * cpus * 100 if used > 0 and passed > 0 else 0.0


def cpu_windows(message: Json) -> float:
    """Percent of CPU time from Windows' counters, which are in units of 100 ns."""
    read, before = (parse_rfc3339(message.get(key) or NEVER) for key in ("read", "preread"))
    passed = (read - before) * 1e7 * int(message.get("num_procs") or 0)
    return cpu_used(message) / passed * 100 if passed > 0 else 0.0


def memory_used(memory: Json) -> float:
    """Memory usage without reclaimable page cache: total_inactive_file in cgroup v1, inactive_file in v2."""
    usage, stats = int(memory.get("usage") or 0), memory.get("stats") or {}
    cache = stats.get("total_inactive_file")
    if cache is None or cache >= usage:
        cache = stats.get("inactive_file") or 0
    return float(usage - cache if cache < usage else usage)


def block_io(blkio: Json) -> tuple[float, float]:
    """(read, written)"""
    entries = blkio.get("io_service_bytes_recursive") or []
    read, written = (
        sum(e.get("value") or 0 for e in entries if (e.get("op") or " ")[0] in letters) for letters in ("rR", "wW")
    )
    return float(read), float(written)


class StatsView(View):
    """One container's row. `container`: the name or id that the user gave."""

    go_type = "*container.statsContext"
    TITLES: ClassVar[dict[str, str]] = {
        "BlockIO": "BLOCK I/O", "CPUPerc": "CPU %", "Container": "CONTAINER", "ID": "CONTAINER ID", "MemPerc": "MEM %",
        "MemUsage": "MEM USAGE / LIMIT", "Name": "NAME", "NetIO": "NET I/O", "PIDs": "PIDS",
    }  # fmt: skip
    FIELDS: ClassVar[Fields] = {
        "ID": (lambda v: v.f.id or None, "full ID"),
        "Name": (lambda v: v.f.name.removeprefix("/") or None, "name"),
        "Container": (lambda v: v.Container, "name or ID, as it was given"),
        "CPUPerc": (lambda v: v.figure(round(v.f.cpu, 2)), "percent of one CPU; null, as all figures, where the engine gives none"),
        "MemUsage": (lambda v: v.figure(int(v.f.memory)), "bytes of memory"),
        "MemLimit": (lambda v: v.figure(int(v.f.limit), linux=True), "bytes of memory that it may use"),
        "MemPerc": (lambda v: v.figure(round(v.f.memory_share, 2), linux=True), "percent of that limit"),
        "NetIO": (lambda v: v.figure({"Received": int(v.f.received), "Sent": int(v.f.sent)}), "object: Received, Sent; bytes"),
        "BlockIO": (lambda v: v.figure({"Read": int(v.f.read), "Written": int(v.f.written)}), "object: Read, Written; bytes"),
        "PIDs": (lambda v: v.figure(v.f.pids, linux=True), "number of processes"),
    }  # fmt: skip
    WINDOWS_TITLES: ClassVar[dict[str, str]] = {**TITLES, "MemUsage": "PRIV WORKING SET"}

    def __init__(self, container: str, figures: Figures, windows: bool, trunc: bool) -> None:
        self.Container, self.f, self.windows, self.trunc = container, figures, windows, trunc

    def go_fields(self) -> Json:
        f = self.f
        entry = {
            "Container": self.Container,
            "Name": f.name,
            "ID": f.id,
            "CPUPercentage": f.cpu,
            "Memory": f.memory,
            "MemoryLimit": f.limit,
            "MemoryPercentage": f.memory_share,
            "NetworkRx": f.received,
            "NetworkTx": f.sent,
            "BlockRead": f.read,
            "BlockWrite": f.written,
            "PidsCurrent": f.pids,
            "IsInvalid": not f.valid,
        }
        return {"s": entry, "os": "windows" if self.windows else "linux", "trunc": self.trunc}

    def figure(self, value: Any, linux: bool = False) -> Any:
        """A value for --json, or None where there is none. linux: Windows does not give it."""
        return value if self.f.valid and not (linux and self.windows) else None

    @property
    def ID(self) -> str:
        return short_id(self.f.id) if self.trunc else self.f.id

    @property
    def Name(self) -> str:
        return self.f.name.removeprefix("/") or UNKNOWN

    @property
    def CPUPerc(self) -> str:
        return f"{self.f.cpu:.2f}%" if self.f.valid else UNKNOWN

    @property
    def MemUsage(self) -> str:
        if self.windows:
            return bytes_size(self.f.memory) if self.f.valid else UNKNOWN
        return f"{bytes_size(self.f.memory)} / {bytes_size(self.f.limit)}" if self.f.valid else f"{UNKNOWN} / {UNKNOWN}"

    @property
    def MemPerc(self) -> str:
        return f"{self.f.memory_share:.2f}%" if self.f.valid and not self.windows else UNKNOWN

    @property
    def NetIO(self) -> str:
        return f"{size(self.f.received, 3)} / {size(self.f.sent, 3)}" if self.f.valid else UNKNOWN

    @property
    def BlockIO(self) -> str:
        return f"{size(self.f.read, 3)} / {size(self.f.written, 3)}" if self.f.valid else UNKNOWN

    @property
    def PIDs(self) -> str:
        return str(self.f.pids) if self.f.valid and not self.windows else UNKNOWN
