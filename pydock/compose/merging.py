"""Several compose files as one: what a later file says is laid over what the earlier ones say. Pure.

Follows docker, which merges with mergo: texts and numbers are replaced unless the later ones are zero, lists are appended,
maps and structs are merged; some fields have rules of their own (`Type.merge`).
"""

from __future__ import annotations

from typing import Any

from pydock.compose.types import SERVICE, Type
from pydock.go.kinds import shown_type


def merge_services(base: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """Raises ValueError."""
    out = dict(base)
    for name, service in later.items():
        if name not in base:
            out[name] = service
            continue
        try:
            merged = merge(SERVICE, base[name], service)
            merged["extensions"] = _extensions(base[name].get("extensions") or {}, service.get("extensions") or {})
        except ValueError as error:
            raise ValueError(f"cannot merge service {name}: {error}") from None
        out[name] = merged
    return dict(sorted(out.items()))


def merge(kind: Type, base: Any, later: Any) -> Any:
    """Two values of a type; None for one that is not set."""
    if base is None:
        return later
    if kind.merge and kind.merge in _RULES:
        return _RULES[kind.merge](base, later)
    if kind.merge:
        return _by_key(kind.merge, base, later or [])
    if later is None:
        return base
    if kind.kind == "struct":
        names = [name for name in kind.fields or {} if name in base or name in later]
        return {name: merge(kind.field(name), base.get(name), later.get(name)) for name in names}
    if kind.kind == "list":
        return [*base, *later]
    if kind.kind == "map":
        return {**base, **{k: _entry(kind.element, base.get(k), v, k in base) for k, v in later.items()}}
    return later or base


def _entry(kind: Type, base: Any, later: Any, known: bool) -> Any:
    """A value of a map. One that is no pointer is replaced even by an empty one."""
    if not kind.pointer or not known or not base:
        return later
    return merge(kind, base, later)


def _by_key(key: str, base: list[Any], later: list[Any]) -> list[Any]:
    """Lists whose elements are told apart by a field: the last of each is kept, in the field's order."""
    found = {one.get(key): one for one in [*base, *later]}
    empty = 0 if key == "published" else ""
    return sorted(found.values(), key=lambda one: one.get(key) or empty)


def _replaced(base: Any, later: Any) -> Any:
    return base if later is None else later


def _whole(base: Any, later: Any) -> Any:
    return later or base


def _logging(base: Any, later: Any) -> Any:
    if later is None:
        return base
    drivers = base.get("driver"), later.get("driver")
    if drivers[0] and drivers[1] and drivers[0] != drivers[1]:
        return later
    out = {**base, **({"driver": drivers[0] or drivers[1]} if any(drivers) else {})}
    # where the earlier file has no options docker drops those of the later one
    return {**out, "options": {**out["options"], **(later.get("options") or {})}} if "options" in out else out


def _network(base: Any, later: Any) -> Any:
    if later is None:
        return base
    addresses = {k: later[k] for k in ("ipv4_address", "ipv6_address") if later.get(k)}
    return {**base, "aliases": later.get("aliases") or [], **addresses}


_RULES = {"replaced": _replaced, "whole": _whole, "logging": _logging, "network": _network}


def _extensions(base: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """x-… keys, of any type: maps are merged and lists appended."""
    out = dict(base)
    for key, value in later.items():
        old = out.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            out[key] = _extensions(old, value)
        elif isinstance(value, list) and old is not None:
            if not isinstance(old, list):
                raise ValueError(f"cannot append two slices with different type ([]interface {{}}, {shown_type(old)})")
            out[key] = [*old, *value]
        else:
            out[key] = value
    return out
