"""The engine's rules of pruning: which objects go."""

from __future__ import annotations

from typing import Any

import pytest

from pydock.commands import pruning
from pydock.shape import Json


def names(found: Any) -> str:
    return " ".join(one.get("Id") or one.get("Name") or one["ID"] for one in found)


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        ({}, "none a1 a2 ab"), ({"label": ["a"]}, "a1 a2 ab"), ({"label": ["a=1"]}, "a1 ab"), ({"label": ["a", "b"]}, "ab"), ({"label!": ["a"]}, "none"),
        ({"label!": ["a=1"]}, "none a2"), ({"label!": ["a", "b"]}, "none a1 a2"), ({"label": ["a=1"], "label!": ["b"]}, "a1"), ({"label": ["c"]}, ""),
    ],
)  # fmt: skip
def test_labels(filters: dict[str, list[str]], fits: str) -> None:
    """Several of `label!` exclude what has all of them."""
    of: dict[str, Any] = {"none": None, "a1": {"a": "1"}, "a2": {"a": "2"}, "ab": {"a": "1", "b": ""}}
    given = {key: dict.fromkeys(values, True) for key, values in filters.items()}
    assert " ".join(name for name, labels in of.items() if pruning.labels_fit(labels, given)) == fits


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        ({"label!": ["a"]}, "none"), ({"label!": ["a=1"]}, "a2"), ({"label!": ["a", "b"]}, "none"), ({"label": ["a!=1"]}, "a2"),
        ({"label": ["a", "b"]}, "ab"), ({}, "none a1 a2 ab"),
    ],
)  # fmt: skip
def test_labels_of_an_engine_with_containerd(filters: dict[str, list[str]], fits: str) -> None:
    of: dict[str, Any] = {"none": None, "a1": {"a": "1"}, "a2": {"a": "2"}, "ab": {"a": "1", "b": ""}}
    given = {key: dict.fromkeys(values, True) for key, values in filters.items()}
    assert " ".join(name for name, labels in of.items() if pruning.labels_fit_containerd(labels, given)) == fits


def test_containers_that_do_not_run() -> None:
    states = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
    found = [{"Id": state, "State": state, "Created": 100} for state in states]
    assert names(pruning.containers(found, {}, None)) == "created exited dead"
    assert not pruning.containers(found, {}, 100) and len(pruning.containers(found, {}, 101)) == 3


def test_networks_without_endpoints() -> None:
    found: list[Json] = [
        {"Id": "i", "Name": "idle", "Created": "2024-01-01T00:00:00.5Z"}, {"Id": "u", "Name": "used"}, {"Id": "b", "Name": "bridge"},
        {"Id": "m", "Name": "mesh", "Ingress": True}, {"Id": "c", "Name": "config", "ConfigOnly": True},
    ]  # fmt: skip
    assert names(pruning.networks(found, {}, None, {"u"})) == "i"
    assert names(pruning.networks(found, {}, 1704067201, set())) == "i u"
    assert names(pruning.networks(found, {}, 1704067200, set())) == "u"


def test_volumes_that_no_container_uses() -> None:
    anonymous = {"Labels": {pruning.ANONYMOUS: ""}}
    found: list[Json] = [
        {"Name": "named", "Driver": "local", "UsageData": {"RefCount": 0}}, {"Name": "far", "Driver": "nfs"},
        {"Name": "tmpfs", "Driver": "local", "Options": {"type": "tmpfs"}}, {"Name": "anon", "Driver": "local", **anonymous},
        {"Name": "once", "Driver": "local", "UsageData": {"RefCount": 1}, **anonymous}, {"Name": "twice", "Driver": "local", "UsageData": {"RefCount": 2}, **anonymous},
    ]  # fmt: skip
    uses = [
        {"Type": "volume", "Name": "once"},
        {"Type": "volume", "Name": "once"},
        {"Type": "volume", "Name": "twice"},
        {"Type": "bind", "Name": ""},
    ]
    assert names(pruning.volumes(found, {}, every=True)) == "named anon"
    assert names(pruning.volumes(found, {}, every=False)) == "anon"
    assert names(pruning.volumes(found, {}, every=False, freed=[{"Mounts": uses}])) == "anon once"


def image(identifier: str, tags: str = "", parent: str = "", **more: Any) -> Json:
    words = tags.split()
    refs = {"RepoTags": [t for t in words if "@" not in t], "RepoDigests": [t for t in words if "@" in t]}
    return {"Id": identifier, **refs, "ParentId": parent, "Size": 1, "Created": 100, **more}


DIGEST = "@sha256:" + "d" * 64


@pytest.mark.parametrize(
    ("found", "used", "every", "gone"),
    [
        # untagged and without children
        ([image("a", "<none>:<none>"), image("b", "b:1"), image("c")], "", False, "a c"),
        ([image("a"), image("b", "b:1")], "a", False, ""),
        ([image("a", "b:1")], "", True, "a -b:1"),
        ([image("a", "b:1")], "a", True, ""),
        # a digest alone is no tag
        ([image("a", "b" + DIGEST)], "", False, f"a -b{DIGEST}"),
        ([image("a", f"b:1 b{DIGEST}")], "a", True, ""),
        ([image("a", f"b:1 b{DIGEST}")], "", True, f"a -b:1 -b{DIGEST}"),
        # parents go with their last child, unless something needs them
        ([image("c", parent="b"), image("b", parent="a"), image("a")], "", False, "c b a"),
        ([image("c", parent="b"), image("b", parent="a"), image("a", "a:1")], "", False, "c b"),
        ([image("c", parent="b"), image("d", "d:1", "b"), image("b")], "", False, "c"),
        ([image("c", "c:1", "b"), image("b", "b:1")], "", True, "c b -b:1 -c:1"),
        ([image("c", "c:1", "b"), image("b", "b:1")], "c", True, "-b:1"),
        # of several names a used image keeps the last
        ([image("a", "x:1 y:1 x:2")], "a", True, "-x:1 -x:2"),
        # too young, and its label
        ([image("a", Created=200), image("b", Labels={"keep": ""})], "", False, ""),
    ],
)  # fmt: skip
def test_images(found: list[Json], used: str, every: bool, gone: str) -> None:
    done = pruning.images(found, set(used.split()), {"label!": {"keep": True}}, 150, every)
    words = [r.image["Id"] for r in done if r.deleted] + [f"-{name}" for r in done for name in r.untagged]
    assert sorted(words) == sorted(gone.split())


@pytest.mark.parametrize(
    ("containers", "every", "gone"),
    [
        ([], False, "n"), ([], True, "n a b -a:1 -a:2 -b:1"), ([("a:1", "a")], True, "n b -a:2 -b:1"), ([("b", "other")], True, "n a b -a:1 -a:2 -b:1"),
        ([("b:1", "b")], True, "n a -a:1 -a:2"), ([("a", "a")], True, "n b -a:1 -b:1"), ([("gone:1", "n")], True, "a b -a:1 -a:2 -b:1"),
    ],
)  # fmt: skip
def test_images_in_containerd(containers: list[tuple[str, str]], every: bool, gone: str) -> None:
    """A name stays if a container was made by it; one name stays of an image that a container knows by its ID."""
    full = {name: f"sha256:{name * 64}" for name in ("a", "b", "n")}
    found = [image(full["a"], "a:1 a:2"), image(full["b"], "b:1"), image(full["n"])]
    users = [
        {"Image": "a" * 12 if (typed, of) == ("a", "a") else typed, "ImageID": full.get(of, of)}
        for typed, of in containers
    ]
    done = pruning.images_of_containerd(found, users, {}, None, every)
    words = [r.image["Id"][7] for r in done if r.deleted] + [f"-{name}" for r in done for name in r.untagged]
    assert sorted(words) == sorted(gone.split())


RECORDS: list[Json] = [
    {"ID": "base", "Type": "regular", "Shared": True, "Size": 100}, {"ID": "run", "Type": "regular", "Parents": ["base"], "Size": 10, "LastUsedAt": "2024-01-01T00:00:10Z"},
    {"ID": "next", "Type": "regular", "Parent": "run", "Size": 1, "InUse": True}, {"ID": "free", "Type": "regular", "Parents": [], "Size": 5, "Description": "x"},
    {"ID": "front", "Type": "frontend", "Size": 7}, {"ID": "src", "Type": "source.local", "Size": 3, "LastUsedAt": "2024-01-01T00:00:20Z"},
]  # fmt: skip


@pytest.mark.parametrize(
    ("filters", "until", "every", "gone"),
    [
        ({}, None, False, "free src"), ({}, None, True, "free front src"), ({}, 1704067215, True, "free front"), ({"type": "source.local"}, None, False, "src"),
        ({"id": "^fr"}, None, True, "free front"), ({"description": "x"}, None, True, "free"), ({"inuse": ""}, None, True, ""), ({"shared": ""}, None, True, ""),
        ({"private": ""}, None, False, "free src"), ({"private": "true"}, None, False, ""), ({"label": "a"}, None, False, "free src"),
    ],
)  # fmt: skip
def test_build_cache(filters: dict[str, str], until: float | None, every: bool, gone: str) -> None:
    """A record stays as long as one made from it: `base` and `run` for `next`."""
    given = {key: {value: True} for key, value in filters.items()}
    assert names(pruning.build_cache(RECORDS, given, until, every).records) == gone


def test_build_cache_of_which_some_may_stay() -> None:
    assert not pruning.build_cache(RECORDS, {}, None, False, keep=1000).records
    done = pruning.build_cache(RECORDS, {}, None, False, keep=20)
    assert (names(done.records), done.limited) == ("free src", True)
