"""The fields of the engine's objects, by dotted paths of their JSON: what --json names of an inspect. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from pydock.views.gotypes import fields_of, table


def fields_at(kind: str, path: str, newer: bool) -> list[str] | None:
    """The fields that a Go type has where the path leaves them; None where it does not, or where there may be any."""
    kind = kind.lstrip("*")
    entry = table(newer).get(kind, "")
    if " = " in entry and not entry.startswith(f"{kind}:"):
        kind = entry.partition(" = ")[2]
    if kind.startswith(("map[", "any")) or not path:
        return None
    if not entry.startswith(f"{kind}:"):
        return []
    fields = dict(_fields(kind, newer))
    for name, inner in fields.items():
        if path == name:
            return None
        if path.startswith(f"{name}."):
            rest = path[len(name) + 1 :]
            left = fields_at(inner, rest, newer)
            return None if left is None else [f"{name}.{field}" for field in left]
    return list(fields)


def _fields(kind: str, newer: bool, go_names: bool = False) -> Iterator[tuple[str, str]]:
    """(name in JSON, or in Go, type), those of embedded types among them."""
    for go, tag, inner in fields_of(kind, newer):
        if go.startswith("+"):
            yield from _fields(inner.lstrip("*"), newer, go_names)
        elif go_names or tag.key:
            yield go if go_names else tag.key, inner


def described_fields(kind: str) -> dict[str, str]:
    """What --json=help says of a Go type: its fields, and what each is in JSON."""
    return {name: _word(inner) for name, inner in _fields(kind.lstrip("*"), False)}


def described_at(kind: str, path: str, go_names: bool = False) -> dict[str, str]:
    """The same of the type where a path of fields leads; nothing where it leads to none. go_names: the names are Go's,
    as where a template sees the Go value alone."""

    def inside(kind: str) -> Iterator[tuple[str, str]]:
        return _fields(named, False, go_names) if (named := _named(kind)) else iter(())

    for name in path.split(".") if path else ():
        kind = dict(inside(kind)).get(name, "")
    return {name: _word(inner) for name, inner in inside(kind)}


def _named(kind: str) -> str:
    """The name of a type that has fields, under whatever name it goes; "" for any other."""
    kind = kind.lstrip("*")
    entry = table(False).get(kind, "")
    if entry.startswith(f"{kind}:"):
        return kind
    return _named(entry.partition(" = ")[2]) if " = " in entry else ""


def _word(kind: str) -> str:
    kind = kind.lstrip("*")
    entry = table(False).get(kind, "")
    if entry.startswith(f"{kind}:") or kind.startswith(("map[", "struct")):
        return "object"
    if " = " in entry:
        return _word(entry.partition(" = ")[2])
    if kind.startswith("["):
        return "list"
    if "int" in kind or "float" in kind or kind == "duration":
        return "number"
    return {"bool": "true or false", "time": "time", "any": "any"}.get(kind, "text")
