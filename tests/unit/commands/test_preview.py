"""--dry-run of the prunes: what the engine is asked, and what is told; nothing is removed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import any_of, cli
from tests.support.stubs import Stubs, engine_of

ID = {letter: letter * 64 for letter in "abcdef"}
NOW = "2024-01-01T12:00:00.5+02:00"
CONTAINERS = [
    {"Id": ID["a"], "Names": ["/ended"], "Image": "busybox", "ImageID": "sha256:" + ID["e"], "State": "exited", "Status": "Exited (0)", "Created": 1704100000, "SizeRw": 1500,
     "Mounts": [{"Type": "volume", "Name": "loose"}]},
    {"Id": ID["b"], "Names": ["/runs"], "Image": "busybox", "ImageID": "sha256:" + ID["f"], "State": "running", "Status": "Up", "Created": 1704100000},
]  # fmt: skip
IMAGES = [
    {"Id": "sha256:" + ID["e"], "RepoTags": ["app:1"], "RepoDigests": [], "Created": 0, "Size": 5000},
    {"Id": "sha256:" + ID["f"], "RepoTags": ["busybox:latest", "box:1"], "RepoDigests": None, "Created": 0, "Size": 4000},
    {"Id": "sha256:" + ID["d"], "RepoTags": None, "RepoDigests": None, "Created": 0, "Size": 3000},
]  # fmt: skip
SHARED = {"e": 1000, "f": 1000, "d": 0}
VOLUMES = [
    {"Name": "loose", "Driver": "local", "Labels": {"com.docker.volume.anonymous": ""}},
    {"Name": "named", "Driver": "local"},
]
USAGE = {
    "Images": [{**i, "SharedSize": SHARED[i["Id"][7]]} for i in IMAGES],
    "Volumes": [{"Name": "loose", "UsageData": {"RefCount": 1, "Size": 10}}, {"Name": "named", "UsageData": {"RefCount": 0, "Size": 70}}],
    "BuildCache": [{"ID": "cache", "Type": "regular", "Size": 9, "Description": "RUN a \\\n b"}],
}  # fmt: skip
NETWORKS = [
    {"Id": ID["c"], "Name": "idle", "Driver": "bridge", "Scope": "local"},
    {"Id": ID["d"], "Name": "busy"},
    {"Id": "h", "Name": "host"},
]
TABLE: Any = {
    ("GET", "/containers/json"): CONTAINERS, ("GET", "/images/json"): IMAGES, ("GET", "/volumes"): {"Volumes": VOLUMES}, ("GET", "/networks"): NETWORKS,
    ("GET", f"/networks/{ID['c']}"): {**NETWORKS[0], "Containers": {}}, ("GET", f"/networks/{ID['d']}"): {**NETWORKS[1], "Containers": {"x": {}}},
    ("GET", "/system/df"): USAGE, ("GET", "/info"): {"ID": "", "Containers": 0, "SystemTime": NOW},
}  # fmt: skip


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("container prune", "Would remove 1 container:\nCONTAINER ID   NAMES     IMAGE     STATUS       SIZE\naaaaaaaaaaaa   ended     busybox   Exited (0)   1.5kB\n\n"
                            "Would free 1.5kB\n"),
        ("container prune --filter until=2024-01-01T11:06:40", ""),
        ("container prune --filter until=2024-01-01T11:06:41", "Would free 1.5kB\n"),
        ("container prune --filter until=53m19s", "Would free 1.5kB\n"), ("container prune --filter until=53m21s", ""),
        ("network prune", "Would remove 1 network:\nNETWORK ID     NAME      DRIVER    SCOPE\ncccccccccccc   idle      bridge    local\n\nWould free 0B\n"),
        ("volume prune", ""),
        ("volume prune -a", "Would remove 1 volume:\nVOLUME NAME   SIZE\nnamed         70B\n\nWould free 70B\n"),
        ("volume prune --filter all=1", "Would free 70B\n"),
        ("image prune", "Would remove 1 image:\nREPOSITORY   TAG       IMAGE ID       CREATED   SIZE      UNIQUE SIZE\n<none>       <none>    dddddddddddd   N/A       3kB       3kB\n\n"
                        "Would free 3kB\n"),
        ("image prune -a", "Only the name goes, a container uses the image: box:1\n"),
        ("builder prune", "Would remove 1 build cache object:\nCACHE ID   CACHE TYPE   SIZE      LAST USED   DESCRIPTION\ncache      regular      9B                    RUN a \\ b\n\n"
                          "Would free 9B\n"),
        ("builder prune --keep-storage 5", "Of these the engine removes those used least, until less than 5B is left\n\nWould free at most 9B\n"),
        ("system prune", "Would remove 1 build cache object:"), ("system prune", "Would free 4.509kB\n"),
        ("system prune -a", "app          1         eeeeeeeeeeee"),
        ("system prune --volumes", "loose         10B\n"), ("system prune -a --volumes", "Would free about 8.519kB\n"),
    ],
)  # fmt: skip
def test_what_would_go(line: str, told: str) -> None:
    done = cli(*line.split(), "--dry-run", table=any_of(TABLE))
    if told:
        assert (done.code, done.err) == (0, "") and told in done.out
    else:
        assert (done.code, done.out) == (0, "") and done.err.endswith(" to remove\n")
    assert {r.method for r in done.requests} == {"GET"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("container prune --filter name=a", "invalid filter 'name': a prune of containers knows label, label!, until"),
        ("container prune --filter until=1h --filter until=2h", "more than one until filter specified"),
        ("container prune --filter until=x", """invalid filter 'until=x': failed to parse value as time or duration: "x\""""),
        ("image prune --filter dangling=maybe", "invalid filter 'dangling=maybe true'"),
        ("volume prune --filter all=x", "invalid filter 'all=x'"),
        ("builder prune --filter unused-for=x", """invalid filter 'unused-for=x': failed to parse value as time or duration: "x\""""),
        ("builder prune --filter id=(", "invalid filter 'id=(': missing ), unterminated subpattern at position 0"),
    ],
)  # fmt: skip
def test_filters_that_the_engine_would_refuse(line: str, message: str) -> None:
    done = cli(*line.split(), "--dry-run", table=any_of(TABLE))
    assert (done.code, done.out, done.err) == (1, "", message + "\n")


def test_the_filters_of_the_configuration_count(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"pruneFilters": ["label=a"]}')
    done = cli("--config", str(tmp_path), "volume", "prune", "-a", "--dry-run", table=any_of(TABLE))
    assert (done.out, done.err) == ("", "No volumes to remove\n")


def test_sizes_are_asked_for_of_what_is_pruned() -> None:
    for line, version, query in (
        ("volume prune", "1.51", {"type": "volume"}), ("volume prune", "1.41", {}), ("builder prune", "1.51", {"type": "build-cache"}),
        ("system prune --volumes", "1.51", {"type": ["image", "volume", "build-cache"]}),
    ):  # fmt: skip
        done = cli(*line.split(), "--dry-run", table=any_of(TABLE), api_version=version)
        assert [r.query for r in done.requests if r.path == "/system/df"] == [query]
    counted = {"VolumeUsage": {"Items": USAGE["Volumes"]}}
    done = cli(
        "volume",
        "prune",
        "-a",
        "--dry-run",
        table=any_of({**TABLE, ("GET", "/system/df"): counted}),
        api_version="1.52",
    )
    assert "named         70B\n" in done.out


def test_networks_of_a_swarm_are_used_by_its_services() -> None:
    """Only a manager knows; the ping says who is one."""
    services = [{"ID": "s", "Version": {"Index": 1}, "Spec": {"TaskTemplate": {"Networks": [{"Target": ID["c"]}]}}}]
    tasks = [{"ID": "t", "NetworksAttachments": [{"Network": {"ID": ID["d"]}}]}]
    stubs = Stubs(any_of({**TABLE, ("GET", "/services"): services, ("GET", "/tasks"): tasks}))
    stubs.ping["Swarm"] = "active/manager"
    done = cli("network", "prune", "--dry-run", engine=engine_of(stubs))
    assert (done.code, done.out, done.err) == (0, "", "No networks to remove\n")
