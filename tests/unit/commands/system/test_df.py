"""`system df`: sums of an engine and of its objects, by versions of the API; the details."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pydock.api.request import Request
from tests.support.cli import cli

DF = ("GET", "/system/df")
OLD, NEW = "1.51", "1.55"
IMAGE = {
    "Id": "sha256:" + "a" * 64,
    "RepoTags": ["busybox:latest"],
    "Created": 1700000000,
    "Size": 4270000,
    "SharedSize": 0,
    "Containers": 1,
}
CONTAINER = {
    "Id": "b" * 64,
    "Names": ["/web"],
    "Image": "busybox",
    "ImageID": IMAGE["Id"],
    "Command": "sh",
    "Created": 1700000000,
    "State": "running",
    "Status": "Up",
    "SizeRw": 12,
}
VOLUME = {
    "Name": "data",
    "Driver": "local",
    "Scope": "local",
    "Mountpoint": "/m",
    "UsageData": {"RefCount": 1, "Size": 5000},
}
CACHE = {"ID": "abc", "Type": "regular", "Size": 777, "Shared": True, "InUse": False, "UsageCount": 2}


def counted(items: list[Any], verbose: bool, **counts: int) -> dict[str, Any]:
    return {**counts, "TotalCount": len(items), **({"Items": items} if verbose else {})}


def usage(request: Request) -> dict[str, Any]:
    """GET /system/df of a new engine: the objects only where they are asked for."""
    verbose = request.query.get("verbose") == "1"
    return {
        "ImageUsage": counted([IMAGE], verbose, ActiveCount=1, TotalSize=4270000, Reclaimable=427000),
        "ContainerUsage": counted([CONTAINER], verbose, ActiveCount=1, TotalSize=12),
        "VolumeUsage": counted([VOLUME], verbose, ActiveCount=1, TotalSize=5000),
        "BuildCacheUsage": counted([CACHE], verbose, TotalSize=9000, Reclaimable=8000),
    }


def test_disk_usage_is_what_a_new_engine_counted() -> None:
    done = cli("system", "df", table={DF: usage}, api_version=NEW)
    assert [r.query for r in done.requests] == [{}]
    assert [line.split() for line in done.out.splitlines()[1:]] == [
        ["Images", "1", "1", "4.27MB", "427kB", "(10%)"], ["Containers", "1", "1", "12B", "0B", "(0%)"],
        ["Local", "Volumes", "1", "1", "5kB", "0B", "(0%)"], ["Build", "Cache", "1", "0", "9kB", "8kB"],
    ]  # fmt: skip


def test_each_object_on_the_disk_is_asked_for_by_verbose() -> None:
    done = cli("system", "df", "-v", table={DF: usage}, api_version=NEW)
    assert [r.query for r in done.requests] == [{"verbose": "1"}]
    for words in ("busybox", "web", "data", "Build cache usage: 9kB", "abc"):
        assert words in done.out
    done = cli("system", "df", "-v", "--format", "json", table={DF: usage}, api_version=NEW)
    assert {k: len(v) for k, v in json.loads(done.out).items()} == {
        "Images": 1,
        "Containers": 1,
        "Volumes": 1,
        "BuildCache": 1,
    }


#: an older engine lists every object
LISTS = {
    "LayersSize": 4_270_000,
    "Images": [IMAGE],
    "Containers": [CONTAINER],
    "Volumes": [VOLUME],
    "BuildCache": [CACHE],
}
EMPTY = {"LayersSize": 0, "Images": None, "Containers": None, "Volumes": None, "BuildCache": None}


def test_an_older_engine_is_asked_for_disk_usage_as_ever() -> None:
    done = cli("system", "df", "-v", table={DF: LISTS}, api_version=OLD)
    assert [r.query for r in done.requests] == [{}]
    assert "busybox" in done.out


@pytest.mark.parametrize(("usage", "rows"), [
    (LISTS, ["Images 1 1 4.27MB 0B (0%)", "Containers 1 1 12B 0B (0%)", "Local Volumes 1 1 5kB 0B (0%)", "Build Cache 1 0 0B 0B"]),
    (EMPTY, ["Images 0 0 0B 0B", "Containers 0 0 0B 0B", "Local Volumes 0 0 0B 0B", "Build Cache 0 0 0B 0B"]),
    ({**LISTS, "Containers": [], "Volumes": [{**VOLUME, "UsageData": {"RefCount": 0, "Size": 5000}}], "BuildCache": [{**CACHE, "Shared": False}]}, [
        "Images 1 1 4.27MB 0B (0%)", "Containers 0 0 0B 0B", "Local Volumes 1 0 5kB 5kB (100%)", "Build Cache 1 0 777B 777B"]),
    ({**EMPTY, "LayersSize": 4_270_000, "Images": [{**IMAGE, "Containers": 0}]}, [
        "Images 1 0 4.27MB 4.27MB (100%)", "Containers 0 0 0B 0B", "Local Volumes 0 0 0B 0B", "Build Cache 0 0 0B 0B"]),
])  # fmt: skip
def test_the_sums_of_an_older_engines_objects(usage: Any, rows: list[str]) -> None:
    done = cli("system", "df", table={DF: usage}, api_version=OLD)
    title, *lines = done.out.splitlines()
    assert title.split() == ["TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"]
    assert [" ".join(line.split()) for line in lines] == rows


def test_details_are_four_tables_with_their_titles() -> None:
    done = cli("system", "df", "-v", table={DF: LISTS}, api_version=OLD, clock=lambda: 1_700_003_600.0)
    lines = [" ".join(line.split()) for line in done.out.splitlines() if line]
    assert [line for line in lines if not line.startswith(("REPOSITORY", "CONTAINER ID", "VOLUME NAME", "CACHE ID"))] == [
        "Images space usage:", "busybox latest aaaaaaaaaaaa About an hour ago 4.27MB 0B 4.27MB 1",
        "Containers space usage:", 'bbbbbbbbbbbb busybox "sh" 0 12B About an hour ago Up web',
        "Local Volumes space usage:", "data 1 5kB",
        "Build cache usage: 0B", "abc regular 777B 2 true",
    ]  # fmt: skip


@pytest.mark.parametrize(("form", "code", "out", "err"), [
    ("{{range .Images}}{{.Repository}} {{end}}", 0, "busybox ", ""), ("{{len .Volumes}} {{.Nope}}", 1, "1 ", "can't evaluate field Nope"),
    ("{{json .BuildCache}}", 0, None, ""),
])  # fmt: skip
def test_one_template_is_given_everything(form: str, code: int, out: str | None, err: str) -> None:
    done = cli("system", "df", "-v", "--format", form, table={DF: LISTS}, api_version=OLD)
    assert done.code == code and err in done.err and (done.out == out or out is None)


@pytest.mark.parametrize("form", ["json", "{{.Type}}: {{.Size}}", "raw"])
def test_sums_by_a_template(form: str) -> None:
    out = cli("system", "df", "--format", form, table={DF: LISTS}, api_version=OLD).out
    types = {
        "json": lambda: [json.loads(line)["Type"] for line in out.splitlines()],
        "{{.Type}}: {{.Size}}": lambda: [line.partition(":")[0] for line in out.splitlines()],
        "raw": lambda: [line.removeprefix("type: ") for line in out.splitlines() if line.startswith("type: ")],
    }  # fmt: skip
    assert types[form]() == ["Images", "Containers", "Local Volumes", "Build Cache"]
