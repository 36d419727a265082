"""`system prune`: the question, what is asked for in which order, and the sum."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cli import cli

CONTAINERS, NETWORKS, VOLUMES, IMAGES, CACHE = (
    ("POST", f"/{kind}/prune") for kind in ("containers", "networks", "volumes", "images", "build")
)
REPORTS = {
    CONTAINERS: {"ContainersDeleted": ["c"], "SpaceReclaimed": 1000}, NETWORKS: {"NetworksDeleted": ["n"]},
    IMAGES: {"ImagesDeleted": [{"Untagged": "a:1"}, {"Deleted": "sha256:x"}], "SpaceReclaimed": 20}, CACHE: {"CachesDeleted": ["k"], "SpaceReclaimed": 3},
}  # fmt: skip


@pytest.mark.parametrize(("flags", "version", "removed"), [
    ((), "1.51", ["all stopped containers", "all networks not used by at least one container", "all dangling images", "unused build cache"]),
    (("-a", "--volumes"), "1.51", [
        "all stopped containers", "all networks not used by at least one container", "all anonymous volumes not used by at least one container",
        "all images without at least one container associated to them", "all build cache"]),
    ((), "1.30", ["all stopped containers", "all networks not used by at least one container", "all dangling images"]),
])  # fmt: skip
def test_who_does_not_say_yes_keeps_everything(flags: tuple[str, ...], version: str, removed: list[str]) -> None:
    question = "WARNING! This will remove:\n" + "".join(f"  - {what}\n" for what in removed)
    for answer in (b"", b"n\n", b"yes\n"):
        done = cli("system", "prune", *flags, stdin=answer, api_version=version)
        assert (done.code, done.requests) == (0, [])
        assert done.out == question + "\nAre you sure you want to continue? [y/N] "


def test_each_kind_in_turn_and_the_sum() -> None:
    done = cli("system", "prune", stdin=b"y\n", table=REPORTS)
    assert [(r.method, r.path) for r in done.requests] == [CONTAINERS, NETWORKS, IMAGES, CACHE]
    assert done.out.partition("[y/N] ")[2] == (
        "Deleted Containers:\nc\n\nDeleted Networks:\nn\n\nDeleted Images:\nuntagged: a:1\ndeleted: sha256:x\n\n"
        "Deleted build cache objects:\nk\n\nTotal reclaimed space: 1.023kB\n"
    )


@pytest.mark.parametrize(("flags", "dangling", "cache"), [((), "true", {}), (("-a",), "false", {"all": "1"})])
def test_filters_are_for_every_kind(flags: tuple[str, ...], dangling: str, cache: dict[str, str]) -> None:
    given = ("--filter", "until=1h", "--filter", "label=a")
    *others, images, build = cli("system", "prune", "-f", *flags, *given, table=REPORTS).requests
    chosen = '{"label":{"a":true},"until":{"1h":true}}'
    assert [r.query["filters"] for r in (*others, build)] == [chosen] * 3
    assert images.query["filters"] == f'{{"dangling":{{"{dangling}":true}},' + chosen[1:]
    assert {k: v for k, v in build.query.items() if k != "filters"} == cache


def test_volumes_have_no_age() -> None:
    done = cli("system", "prune", "-f", "--volumes", "--filter", "until=1h")
    assert (done.code, done.requests) == (1, [])
    assert done.err == 'ERROR: The "until" filter is not supported with "--volumes"\n'
    table: Any = {**REPORTS, VOLUMES: {"VolumesDeleted": ["v"], "SpaceReclaimed": 4}}
    done = cli("system", "prune", "-f", "--volumes", table=table)
    assert "Deleted Volumes:\nv\n" in done.out and done.out.endswith("Total reclaimed space: 1.027kB\n")
