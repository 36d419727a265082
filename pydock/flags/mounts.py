"""--mount and --volume. Pure; ValueErrors have docker's messages."""

from __future__ import annotations

import posixpath

from pydock.flags.pairs import pair
from pydock.flags.units import ram_bytes
from pydock.go.strconv import csv_fields, parse_bool, parse_uint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

Mount: TypeAlias = "dict[str, Any]"

_PROPERTIES = {"volume": "VolumeOptions", "bind": "BindOptions", "tmpfs": "TmpfsOptions", "image": "ImageOptions"}
_RECURSIVE = {
    "enabled": "",
    "disabled": "NonRecursive",
    "writable": "ReadOnlyNonRecursive",
    "readonly": "ReadOnlyForceRecursive",
}


def mount(text: str) -> Mount:
    """One --mount value as the API's Mount object; a relative Source is made absolute later, by `absolute`."""
    out: Mount = {"Type": "volume"}
    for part in csv_fields(text):
        key, equals, value = part.partition("=")
        key = key.lower()
        if not equals:
            if key not in ("readonly", "ro", "volume-nocopy", "bind-nonrecursive"):
                raise ValueError(f"invalid field '{part}' must be a key=value pair")
            value = "true"
        if not _common(out, key, value) and not _special(out, key, value):
            raise ValueError(f"unexpected key '{key}' in '{part}'")
    _check(out)
    return _filled(out)


def _filled(out: Mount) -> Mount:
    """The mount without zero values; a volume's driver with options stays an object."""
    options = {name: _filled(out[name]) for name in (*_PROPERTIES.values(), "DriverConfig") if name in out}
    return {k: options.get(k, v) for k, v in out.items() if k in options or v}


def warning(text: str) -> str:
    """docker's warning about a valid --mount; "" for none."""
    keys = [part.partition("=")[0].lower() for part in csv_fields(text) if "=" in part]
    return "bind-nonrecursive is deprecated, use bind-recursive=disabled instead" if "bind-nonrecursive" in keys else ""


def _common(out: Mount, key: str, value: str) -> bool:
    if key == "type":
        out["Type"] = value.lower()
    elif key in ("source", "src"):
        out["Source"] = value
    elif key in ("target", "dst", "destination"):
        out["Target"] = value
    elif key in ("readonly", "ro"):
        out["ReadOnly"] = _bool(key, value)
    elif key == "consistency":
        out["Consistency"] = value.lower()
    else:
        return False
    return True


def _special(out: Mount, key: str, value: str) -> bool:
    """Options of one kind of mount."""
    kind, _, name = key.partition("-")
    if key not in _SPECIAL:
        return False
    if key == "bind-recursive":
        # the default
        if value not in _RECURSIVE:
            raise ValueError(
                f'invalid value for {key}: {value} (must be "enabled", "disabled", "writable", or "readonly")'
            )
        if not _RECURSIVE[value]:
            return True
    options = out.setdefault(_PROPERTIES[kind], {})
    if kind == "volume":
        driver = options.setdefault("DriverConfig", {})
        if name == "nocopy":
            options["NoCopy"] = _bool(key, value)
        elif name == "subpath":
            options["Subpath"] = value
        elif name == "driver":
            driver["Name"] = value
        else:
            target = options.setdefault("Labels", {}) if name == "label" else driver.setdefault("Options", {})
            label, setting = pair(value)
            if label:
                target[label] = setting
    elif key == "bind-propagation":
        options["Propagation"] = value.lower()
    elif key == "bind-nonrecursive":
        options["NonRecursive"] = _bool(key, value)
    elif key == "bind-recursive":
        options[_RECURSIVE[value]] = True
    elif kind == "image":
        options["Subpath"] = value
    else:
        _tmpfs(options, key, value)
    return True


_SPECIAL = frozenset(
    (
        "volume-nocopy volume-label volume-driver volume-opt volume-subpath bind-propagation bind-nonrecursive bind-recursive "
        "image-subpath tmpfs-size tmpfs-mode"
    ).split()
)


def _tmpfs(options: Mount, key: str, value: str) -> None:
    try:
        if key == "tmpfs-size":
            options["SizeBytes"] = ram_bytes(value)
        else:
            options["Mode"] = parse_uint(value, 32, base=8)
    except ValueError:
        raise ValueError(f"invalid value for {key}: {value}") from None


def _bool(key: str, value: str) -> bool:
    try:
        return parse_bool(value)
    except ValueError:
        raise ValueError(f"invalid value for {key}: {value}") from None


def _check(out: Mount) -> None:
    if not out["Type"]:
        raise ValueError("type is required")
    if not out.get("Target"):
        raise ValueError("target is required")
    for kind, name in _PROPERTIES.items():
        if name in out and out["Type"] != kind:
            raise ValueError(f"cannot mix '{kind}-*' options with mount type '{out['Type']}'")
    bind = out.get("BindOptions", {})
    for value, name in (("writable", "ReadOnlyNonRecursive"), ("readonly", "ReadOnlyForceRecursive")):
        if bind.get(name) and not out.get("ReadOnly"):
            raise ValueError(f"option 'bind-recursive={value}' requires 'readonly' to be specified in conjunction")
    if bind.get("ReadOnlyForceRecursive") and bind.get("Propagation") != "rprivate":
        raise ValueError(
            "option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction"
        )


def absolute(path: str, cwd: str) -> str:
    """A path that starts with "." made absolute; others are unchanged."""
    if path.startswith("."):
        return posixpath.normpath(posixpath.join(cwd, path))
    return path


def volume(text: str, cwd: str) -> str:
    """One --volume value as an entry of Binds; "" for an anonymous volume."""
    if not text:
        raise ValueError("invalid empty volume spec")
    if len(text) <= 2:
        return ""
    source = _source(text)
    if not source:
        return ""
    host, colon, rest = text.partition(":")
    if _is_path(source) and colon and host.startswith("."):
        host = posixpath.normpath(posixpath.join(cwd, host))
    return host + colon + rest


def _source(text: str) -> str:
    """The part before the first colon, which may begin with a Windows drive (a letter and a colon)."""
    parts, part = [], ""
    for char in text:
        if char == ":" and not (len(part) == 1 and part.isalpha()):
            parts.append(part)
            part = ""
        else:
            part += char
    parts.append(part)
    for i, part in enumerate(parts):
        if not part:
            raise ValueError(f"invalid spec: {text}: empty section between colons")
        if i > 2 or (i == 2 and len(parts) > 3):
            raise ValueError(f"invalid spec: {text}: too many colons")
    return parts[0] if len(parts) > 1 else ""


def _is_path(source: str) -> bool:
    return (
        source[0] in "./~"
        or source.startswith("\\\\")
        or (len(source) > 1 and source[0].isalpha() and source[1] == ":")
    )
