"""Values back to the text that a flag takes: what the parsers of this room undo. Pure.

What has no text gives one that the parser does not read back as the value: whoever needs to know compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from pydock.flags.mounts import Mount
from pydock.flags.networks import Attachment
from pydock.flags.ports import Binding

_UNITS = ((1 << 30, "g"), (1 << 20, "m"), (1 << 10, "k"))
#: BindOptions -> the value of bind-recursive
_RECURSIVE = {"NonRecursive": "disabled", "ReadOnlyNonRecursive": "writable", "ReadOnlyForceRecursive": "readonly"}


def size(count: int) -> str:
    """Bytes, with the largest unit that leaves a whole number: "512m"."""
    return next((f"{count // unit}{name}" for unit, name in _UNITS if count > 0 and count % unit == 0), str(count))


def cpus(nano: int) -> str:
    """Billionths of a CPU as a decimal: "1.5"."""
    whole, rest = divmod(nano, 1_000_000_000)
    return f"{whole}.{rest:09d}".rstrip("0").rstrip(".")


def csv(fields: Iterable[str]) -> str:
    """One CSV line."""
    return ",".join(
        '"' + f.replace('"', '""') + '"' if not f or f[0] == " " or any(c in f for c in ',"\r\n') else f for f in fields
    )


def pairs(mapping: Mapping[str, str]) -> list[str]:
    """KEY=VALUE of each."""
    return [f"{key}={value}" for key, value in mapping.items()]


# -- mounts and devices ----------------------------------------------------------------------------


def mount(value: Mount) -> str:
    """--mount."""
    volume, bind = value.get("VolumeOptions") or {}, value.get("BindOptions") or {}
    driver, tmpfs = volume.get("DriverConfig") or {}, value.get("TmpfsOptions") or {}
    fields = {
        "type": value.get("Type"), "source": value.get("Source"), "target": value.get("Target"), "consistency": value.get("Consistency"),
        "bind-propagation": bind.get("Propagation"), "bind-recursive": next((t for k, t in _RECURSIVE.items() if bind.get(k)), ""),
        "volume-subpath": volume.get("Subpath"), "volume-driver": driver.get("Name"), "image-subpath": (value.get("ImageOptions") or {}).get("Subpath"),
        "tmpfs-size": size(tmpfs["SizeBytes"]) if tmpfs.get("SizeBytes") else "", "tmpfs-mode": f"{tmpfs['Mode']:o}" if tmpfs.get("Mode") else "",
    }  # fmt: skip
    words = [
        key for key, given in (("readonly", value.get("ReadOnly")), ("volume-nocopy", volume.get("NoCopy"))) if given
    ]
    labels = [f"volume-label={text}" for text in pairs(volume.get("Labels") or {})]
    options = [f"volume-opt={text}" for text in pairs(driver.get("Options") or {})]
    return csv([*(f"{key}={text}" for key, text in fields.items() if text), *words, *labels, *options])


def device(value: Mapping[str, str]) -> str:
    """--device, of a DeviceMapping."""
    host, inside, mode = (value.get(key) or "" for key in ("PathOnHost", "PathInContainer", "CgroupPermissions"))
    return ":".join([host, *([inside] if inside != host or mode != "rwm" else []), *([mode] if mode != "rwm" else [])])


def gpus(value: Mapping[str, Any]) -> str:
    """--gpus, of a DeviceRequest."""
    count, names = value.get("Count") or 0, value.get("DeviceIDs") or []
    capabilities = [c for c in (value.get("Capabilities") or [[]])[0] if c != "gpu"]
    fields = {
        "driver": value.get("Driver") or "", "count": ("all" if count == -1 else str(count)) if count or not names else "",
        "device": ",".join(names), "capabilities": ",".join(capabilities), "options": csv(pairs(value.get("Options") or {})),
    }  # fmt: skip
    given = [f"{key}={text}" for key, text in fields.items() if text]
    return "all" if given == ["count=all"] else csv(given)


# -- network ---------------------------------------------------------------------------------------


def publish(bindings: Iterable[Binding]) -> list[str]:
    """--publish: neighbours that go up by one on both sides share a range."""

    def line(item: tuple[int, Binding]) -> Any:
        index, b = item
        number, _, protocol = b.port.partition("/")
        single = number.isdecimal() and b.host_port.isdecimal()
        return (protocol, b.host_ip, int(number) - index, int(b.host_port) - index) if single else (index,)

    return [_published([b for _, b in group]) for _, group in groupby(enumerate(bindings), line)]


def _published(run: list[Binding]) -> str:
    first, last = run[0], run[-1]
    number, _, protocol = first.port.partition("/")
    inside, outside = number, first.host_port
    if len(run) > 1:
        inside, outside = f"{number}-{last.port.partition('/')[0]}", f"{first.host_port}-{last.host_port}"
    ip = f"[{first.host_ip}]" if ":" in first.host_ip else first.host_ip
    before = f"{ip}:{outside}:" if ip else f"{outside}:" if outside else ""
    return before + inside + (f"/{protocol}" if protocol != "tcp" else "")


def expose(ports: Iterable[str]) -> list[str]:
    """--expose of "80/tcp", …: neighbours share a range."""
    numbered = sorted((t, int(n)) for n, _, t in (p.partition("/") for p in ports) if n.isdecimal())
    out = []
    for (protocol, _), group in groupby(enumerate(numbered), lambda item: (item[1][0], item[1][1] - item[0])):
        found = [number for _, (_, number) in group]
        text = str(found[0]) if len(found) == 1 else f"{found[0]}-{found[-1]}"
        out.append(text + (f"/{protocol}" if protocol != "tcp" else ""))
    return out


def attachment(value: Attachment) -> str:
    """--network: the name, or the long form where there is more to say."""
    fields = [
        *(f"alias={a}" for a in value.aliases),
        *(f"{key}={text}" for key, text in (("ip", value.ip), ("ip6", value.ip6), ("mac-address", value.mac)) if text),
        *(f"link-local-ip={a}" for a in value.link_local_ips),
        *(f"driver-opt={text}" for text in pairs(value.driver_opts)),
        *([f"gw-priority={value.gw_priority}"] if value.gw_priority else []),
    ]
    return csv([f"name={value.target}", *fields]) if fields else value.target
