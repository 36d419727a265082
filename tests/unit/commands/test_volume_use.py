"""`volume ls --size --used-by`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.cli import cli

LISTED = {"Volumes": [{"Name": "v10", "Driver": "local"}, {"Name": "v9", "Driver": "local", "Labels": {"a": "b"}}]}
USED = [{"Name": "v9", "UsageData": {"Size": 1500, "RefCount": 2}}, {"Name": "v10", "UsageData": None}]
CONTAINERS = [
    {
        "Id": "b" * 64,
        "Names": ["/web/alias", "/web10"],
        "Mounts": [{"Name": "v9"}, {"Name": "v9"}, {"Source": "/bound"}],
    },
    {"Id": "a" * 64, "Names": ["/web9"], "Mounts": [{"Name": "v9"}]},
    {"Id": "c" * 64, "Names": None, "Mounts": None},
]


@pytest.mark.parametrize(
    ("flags", "asked", "out"),
    [
        ("--size", ["df"], "DRIVER    VOLUME NAME   SIZE\nlocal     v9            1.5kB\nlocal     v10           N/A\n"),
        ("--used-by", ["json"], "DRIVER    VOLUME NAME   USED BY\nlocal     v9            web9, web10\nlocal     v10           \n"),
        ("--size --used-by --format {{.Name}}:{{.Size}}:{{.UsedBy}}", ["df", "json"], "v9:1.5kB:web9, web10\nv10:N/A:\n"),
        ("--size --used-by -q", [], "v9\nv10\n"), ("--format {{.Size}}", [], "N/A\nN/A\n"),
    ],
)  # fmt: skip
def test_columns_for_those_who_ask(flags: str, asked: list[str], out: str) -> None:
    table: dict[Any, Any] = {("GET", "/volumes"): LISTED}
    answers = {"df": (("GET", "/system/df"), {"Volumes": USED}), "json": (("GET", "/containers/json"), CONTAINERS)}
    table |= dict(answers[name] for name in asked)
    done = cli("volume", "ls", *flags.split(), table=table)
    assert (done.code, done.out, done.err) == (0, out, "")
    for request in done.requests:
        wanted = {"/system/df": {"type": "volume"}, "/containers/json": {"all": "1"}}
        assert request.query == wanted.get(request.path, {})


def test_each_api_has_its_disk_usage() -> None:
    for version, query, answer in (
        ("1.41", {}, {"Volumes": USED}), ("1.52", {"type": "volume", "verbose": "1"}, {"VolumeUsage": {"Items": USED}}),
    ):  # fmt: skip
        table = {("GET", "/volumes"): LISTED, ("GET", "/system/df"): answer}
        done = cli("volume", "ls", "--size", "--format", "{{.Size}}", table=table, api_version=version)
        assert (done.out, done.requests[1].query) == ("1.5kB\nN/A\n", query)


def test_json_has_the_containers_of_a_volume_where_they_are_asked_for() -> None:
    table = {("GET", "/volumes"): LISTED, ("GET", "/containers/json"): CONTAINERS}
    done = cli("volume", "ls", "--json=Name,UsedBy", table=table)
    assert json.loads(done.out) == [{"Name": "v9", "UsedBy": ["web9", "web10"]}, {"Name": "v10", "UsedBy": []}]
    assert json.loads(cli("volume", "ls", "--used-by", "--json", table=table).out)[0]["UsedBy"] == ["web9", "web10"]
    done = cli("volume", "ls", "--json", table={("GET", "/volumes"): LISTED})
    assert "UsedBy" not in json.loads(done.out)[0]


def test_a_template_knows_the_containers_only_when_they_are_asked_for() -> None:
    done = cli("volume", "ls", "--format", "{{.UsedBy}}", table={("GET", "/volumes"): LISTED})
    assert done.code == 1 and "can't evaluate field UsedBy" in done.err
