"""A service's volume in the short form: [SOURCE:]TARGET[:OPTIONS], with paths of any system. Pure."""

from __future__ import annotations

import re
from typing import Any

PROPAGATIONS = ("rprivate", "private", "rshared", "shared", "rslave", "slave")


def parse_mount(spec: str) -> dict[str, Any]:
    """The long form. Raises ValueError."""
    if not spec:
        raise ValueError("invalid empty volume spec")
    if len(spec.encode()) <= 2:
        return {"type": "volume", "target": spec}
    mount: dict[str, Any] = {}
    sections = _sections(spec)
    for i, section in enumerate(sections):
        last = i == len(sections) - 1
        if not section:
            raise ValueError(f"invalid spec: {spec}: empty section between colons")
        if "source" not in mount and not last:
            mount["source"] = section
        elif "target" not in mount:
            mount["target"] = section
        elif not last:
            raise ValueError(f"invalid spec: {spec}: too many colons")
        else:
            mount |= _options(section)
    return {"type": "bind" if is_path(mount.get("source", "")) else "volume", **mount}


def _sections(spec: str) -> list[str]:
    """The parts between colons; that of a drive ("C:") is none."""
    out = [""]
    for char in spec:
        if char == ":" and not (len(out[-1]) == 1 and out[-1].isalpha()):
            out.append("")
        else:
            out[-1] += char
    return out


def _options(section: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for option in section.split(","):
        if option in ("ro", "rw"):
            out["read_only"] = option == "ro"
        elif option == "nocopy":
            out["volume"] = {"nocopy": True}
        elif option in PROPAGATIONS:
            out["bind"] = {"propagation": option}
    return out


def is_path(source: str) -> bool:
    """Is the source a path of this or another system, and not the name of a volume?"""
    if source[:1] in (".", "/", "~"):
        return bool(source)
    return len(source) > 1 and (source.startswith("\\\\") or (source[0].isalpha() and source[1] == ":"))


#: a folder of another computer: \\SERVER\SHARE
_SHARE = re.compile(r"[\\/]{2}[^\\/.][^\\/]*[\\/](?![\\/.])[^\\/]+")


def is_absolute_on_windows(path: str) -> bool:
    volume = re.match(r"[A-Za-z]:", path) or _SHARE.match(path)
    return volume is not None and path[volume.end() : volume.end() + 1] in ("\\", "/")
