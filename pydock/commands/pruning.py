"""What the engine's prunes remove, by the engine's own rules: its objects, the filters and a time → those that go. Pure.

`filters`: as the engine gets them, {"label": {"a=b": true}}; `until`: of the filter, in seconds since 1970, or None. An object
of the same second as `until` is younger: lists tell whole seconds, and `until` is mostly a whole one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set

from pydock.flags.reference import Reference, parse
from pydock.go.strconv import parse_rfc3339
from pydock.shape import Json
from pydock.values import made, record

Filters = Mapping[str, Mapping[str, bool]]
LABELS = ("label", "label!")
#: the label of volumes without a name of their own, since API 1.42
ANONYMOUS = "com.docker.volume.anonymous"
PREDEFINED = ("bridge", "host", "none", "default")


def has_all(labels: Mapping[str, str] | None, wanted: Iterable[str]) -> bool:
    """Has an object all these labels, KEY or KEY=VALUE?"""
    found = labels or {}
    pairs = [text.partition("=") for text in wanted]
    return all(key in found and (not equals or found[key] == value) for key, equals, value in pairs)


def labels_fit(labels: Mapping[str, str] | None, filters: Filters) -> bool:
    """`label!` excludes objects with all of its labels: so the engine reads several of them."""
    contrary = filters.get("label!")
    return has_all(labels, filters.get("label", ())) and not (contrary and has_all(labels, contrary))


def younger(created: float, until: float | None) -> bool:
    return until is not None and int(created) + 1 > until


def containers(found: Iterable[Json], filters: Filters, until: float | None) -> list[Json]:
    """Those that do not run. A paused one, or one that restarts, does."""
    return [
        c
        for c in found
        if c.get("State") in ("created", "exited", "dead")
        and not younger(c.get("Created") or 0, until)
        and labels_fit(c.get("Labels"), filters)
    ]


def networks(found: Iterable[Json], filters: Filters, until: float | None, used: Set[str]) -> list[Json]:
    """Those without endpoints, of which stopped containers have none. used: the IDs of the others."""
    return [
        n
        for n in found
        if n["Name"] not in PREDEFINED
        and not n.get("Ingress")
        and not n.get("ConfigOnly")
        and n["Id"] not in used
        and not younger(parse_rfc3339(n["Created"]) if n.get("Created") else 0, until)
        and labels_fit(n.get("Labels"), filters)
    ]


def volumes(found: Iterable[Json], filters: Filters, every: bool, freed: Iterable[Json] = ()) -> list[Json]:
    """Local volumes without options that no container uses; those with names of their own only if `every`. freed:
    containers that are removed first."""
    names = (v for c in freed for v in {m.get("Name") for m in c.get("Mounts") or [] if m.get("Type") == "volume"})
    less = Counter(names)
    return [
        v
        for v in found
        if v.get("Driver") == "local"
        and not v.get("Options")
        and (v.get("UsageData") or {}).get("RefCount", 0) <= less[v["Name"]]
        and (every or ANONYMOUS in (v.get("Labels") or {}))
        and labels_fit(v.get("Labels"), filters)
    ]


# -- images ----------------------------------------------------------------------------------------


@record
class Removal:
    """What happens to an image. untagged: the names that it loses; deleted: False if it stays, under other names."""

    image: Json
    untagged: tuple[str, ...] = ()
    deleted: bool = True


def names_of(image: Json) -> list[Reference]:
    """Its tags and digests, in the engine's order."""
    return references([*(image.get("RepoTags") or []), *(image.get("RepoDigests") or [])])


def references(texts: Iterable[str]) -> list[Reference]:
    """Those of the texts that are some, in the engine's order."""
    out = []
    for text in texts:
        try:
            out.append(parse(text))
        except ValueError:
            # <none>:<none>
            continue
    return sorted(out, key=str)


class Store:
    """The images of an engine while some are removed. used: the IDs of those that containers use."""

    def __init__(self, found: Sequence[Json], used: Set[str]) -> None:
        self.images = {image["Id"]: image for image in found}
        self.names = {image["Id"]: names_of(image) for image in found}
        self.used = used
        self.children: dict[str, set[str]] = {}
        for image in found:
            self.children.setdefault(image.get("ParentId") or "", set()).add(image["Id"])
        self.untagged: dict[str, list[str]] = {}
        self.deleted: list[str] = []

    def delete(self, identifier: str) -> None:
        """Delete an image without names, and then its parents that nothing needs any more; nothing if it is needed."""
        while identifier in self.images and not (
            identifier in self.used
            or self.names[identifier]
            or self.children.get(identifier)
            or identifier in self.deleted
        ):
            self.deleted.append(identifier)
            parent = self.images[identifier].get("ParentId") or ""
            self.children[parent].discard(identifier)
            identifier = parent

    def untag(self, identifier: str, name: Reference) -> None:
        """Take a name from an image, and with the last tag of a repository its digests; delete it with its last name."""
        names = self.names[identifier]
        if name not in names or (identifier in self.used and of_one_tag(names)):
            return
        left = [n for n in names if n != name]
        if not name.digest and not any(n.name == name.name and not n.digest for n in left):
            left = [n for n in left if n.name != name.name]
        self.untagged.setdefault(identifier, []).extend(n.familiar for n in names if n not in left)
        self.names[identifier] = left
        if not left:
            self.delete(identifier)

    def removals(self) -> list[Removal]:
        touched = dict.fromkeys([*self.untagged, *self.deleted])
        return [Removal(self.images[i], tuple(self.untagged.get(i, ())), i in self.deleted) for i in touched]


def of_one_tag(names: Sequence[Reference]) -> bool:
    """Are all names in one repository, with one tag at most? Only these count as the image's last name."""
    tags = [n for n in names if not n.digest]
    return len(names) == 1 or (len(tags) == 1 and all(n.name == tags[0].name for n in names))


def images(found: Sequence[Json], used: Set[str], filters: Filters, until: float | None, every: bool) -> list[Removal]:
    """found: with intermediate images; every: tagged images too (--all)."""
    store = Store(found, used)
    tops = [
        image
        for image in found
        if not store.children.get(image["Id"]) or (every and store.names[image["Id"]])
        if not younger(image.get("Created") or 0, until) and labels_fit(image.get("Labels"), filters)
    ]
    for image in tops:
        names = list(store.names[image["Id"]])
        if not names:
            store.delete(image["Id"])
        elif every or all(n.digest for n in names):
            for name in names:
                store.untag(image["Id"], name)
    return store.removals()


def labels_fit_containerd(labels: Mapping[str, str] | None, filters: Filters) -> bool:
    """Here each `label!` counts by itself, and one with a value wants a label of another value."""
    found = labels or {}
    for name in LABELS:
        for key, equals, value in (text.partition("=") for text in filters.get(name, ())):
            negated = (name == "label!") != key.endswith("!")
            key = key.removesuffix("!")
            if (found.get(key) == value if equals else key in found) == negated or (equals and key not in found):
                return False
    return True


def images_of_containerd(found: Sequence[Json], running: Iterable[Json], filters: Filters, until: float | None, every: bool) -> list[Removal]:  # fmt: skip
    """The same where images are kept by containerd: each name is an image of its own, and stays if a container was made
    by that name. running: all containers."""
    used: set[str] = set()
    names_in_use: set[str] = set()
    for container in running:
        typed, identifier = str(container.get("Image") or ""), str(container.get("ImageID") or "")
        if identifier.startswith("sha256:" + typed.removeprefix("sha256:")) or typed.endswith(f"@{identifier}"):
            used.add(identifier)
        names_in_use.update(str(name.tagged()) for name in references([typed.partition("@")[0]]))
    out = []
    of_containers = {c.get("ImageID") for c in running}
    for image in found:
        names = references(image.get("RepoTags") or [])
        if (
            younger(image.get("Created") or 0, until)
            or not labels_fit_containerd(image.get("Labels"), filters)
            or (names and not every)
            or (not names and image["Id"] in of_containers)
        ):
            continue
        going = [n for n in names if str(n) not in names_in_use]
        if image["Id"] in used and len(going) == len(names):
            # the last name of an image that a container knows by its ID
            going = going[:-1]
        if going or not names:
            out.append(Removal(image, tuple(n.familiar for n in going), len(going) == len(names)))
    return out


# -- build cache -----------------------------------------------------------------------------------

#: filters of which the list of records tells nothing: the engine's builder knows them of no record that is free
NEVER = ("parent", "inuse")


def cache_filter(filters: Filters) -> Callable[[Json], bool]:
    """Does a record fit the filters other than a time? Raises ValueError."""
    chosen = {key: next(iter(values), "") for key, values in filters.items()}
    try:
        pattern = re.compile(chosen["id"]) if "id" in chosen else None
    except re.error as error:
        raise ValueError(f"invalid filter 'id={chosen['id']}': {error}") from None

    def fits(one: Json) -> bool:
        facts = {"type": one.get("Type") or "", "description": one.get("Description") or ""}
        flags = {"shared": bool(one.get("Shared")), "private": not one.get("Shared")}
        return (
            (pattern is None or bool(pattern.search(one["ID"])))
            and all(chosen[key] == value for key, value in facts.items() if key in chosen)
            # the builder compares a flag with nothing
            and all(value and not chosen[key] for key, value in flags.items() if key in chosen)
            and not any(key in chosen for key in NEVER)
        )

    return fits


@record
class Cache:
    """The records of the build cache that go. limited: only some of them, until little enough is left."""

    records: Sequence[Json] = made(default_factory=list)
    limited: bool = False


def build_cache(found: Sequence[Json], filters: Filters, until: float | None, every: bool, keep: int = 0) -> Cache:
    """keep: bytes that may stay. A record stays as long as one that is made from it."""
    total = sum(r.get("Size") or 0 for r in found if not r.get("Shared"))
    if keep and total < keep:
        return Cache()
    fits = cache_filter(filters)
    going = {
        r["ID"]: r
        for r in found
        if not r.get("InUse")
        and (every or not (r.get("Shared") or r.get("Type") in ("internal", "frontend")))
        and not (until is not None and r.get("LastUsedAt") and parse_rfc3339(r["LastUsedAt"]) > until)
        and fits(r)
    }
    while needed := {p for r in found if r["ID"] not in going for p in parents(r)} & going.keys():
        for identifier in needed:
            del going[identifier]
    return Cache(list(going.values()), bool(keep))


def parents(one: Json) -> list[str]:
    """The records that this one is made from."""
    # engines before API 1.52 have a blank in the key
    several: list[str] = one.get("Parents") or one.get(" Parents") or []
    return several or [one.get("Parent") or ""]
