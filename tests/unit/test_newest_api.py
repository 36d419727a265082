"""API 1.52 to 1.55: what docker's CLI 29 asks and reads otherwise than 28.5, where the engine speaks it; and nothing of it elsewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pydock import API_VERSION
from pydock.api import system
from pydock.engine.answers import messages_of
from tests.support.cli import Messages, cli
from tests.support.samples import container

OLD, NEW = "1.51", "1.55"


@pytest.mark.parametrize("version", [OLD, NEW])
def test_only_a_new_engine_is_told_which_forms_of_events_are_read(version: str) -> None:
    event = {
        "Type": "container",
        "Action": "start",
        "Actor": {"ID": "x", "Attributes": {"name": "web"}},
        "time": 1700000000,
        "timeNano": 1700000000000000000,
    }
    done = cli("events", "--until", "1", table={("GET", "/events"): Messages([event])}, api_version=version)
    assert done.out.endswith(" container start x (name=web)\n")
    assert bool(done.requests[0].headers) == (version == NEW)
    if version == NEW:
        assert done.requests[0].headers == {
            "Accept": ["application/jsonl", "application/x-ndjson;q=0.9", "application/json-seq;q=0.5"]
        }


def test_events_are_read_as_a_json_sequence_too() -> None:
    """RFC 7464: each begins with RS."""
    data = b'\x1e{"Type":"t","Action":"a"}\n\x1e{"Type":"t","Action":"b\\u001e"}\n\x1e{"Type":"t","Action":"c"}'
    for size in (1, 5, len(data)):
        blocks = [data[i : i + size] for i in range(0, len(data), size)]
        assert [m["Action"] for m in messages_of(system.events((1, 52)), blocks)] == ["a", "b\x1e", "c"]


CONTAINER_JSON = {
    "Id": "b" * 64, "Name": "/web", "State": container()["State"], "Config": {"Image": "busybox", "Tty": False, "OpenStdin": False}, "HostConfig": {"Memory": 5}, "GraphDriver": {"Name": "overlay2", "Data": None},
    "NetworkSettings": {"Ports": {}, "Networks": {"n": {"IPAddress": "10.0.0.2"}}},
}  # fmt: skip


@pytest.mark.parametrize(
    "field", [".NetworkSettings.IPAddress", ".NetworkSettings.Bridge", ".Config.MacAddress", ".HostConfig.KernelMemory"]
)
def test_a_field_that_a_new_engine_dropped_is_an_error_not_an_empty_line(field: str) -> None:
    """An empty address would send a script wrong in silence."""
    table = {("GET", "/containers/web/json"): CONTAINER_JSON}
    done = cli("inspect", "-f", f"{{{{{field}}}}}", "web", table=table, api_version=NEW)
    assert (done.code, done.out) == (1, "\n")
    assert f'map has no entry for key "{field.rpartition(".")[2]}"' in done.err
    done = cli("inspect", "-f", f"{{{{{field}}}}}", "web", table=table, api_version=OLD)
    assert done.code == 0


def test_what_a_new_engine_kept_is_there() -> None:
    form = "{{.ID}} {{.NetworkSettings.Networks.n.IPAddress}} {{.HostConfig.Memory}} {{.GraphDriver.Name}} {{.Config.Image}}"
    done = cli(
        "container",
        "inspect",
        "-f",
        form,
        "web",
        table={("GET", "/containers/web/json"): CONTAINER_JSON},
        api_version=NEW,
    )
    assert (done.code, done.out) == (0, f"{'b' * 64} 10.0.0.2 5 overlay2 busybox\n")


def test_the_status_of_a_network_is_a_field() -> None:
    status = {"IPAM": {"Subnets": {"10.0.0.0/8": {"IPsInUse": 4, "DynamicIPsAvailable": 9}}}}
    table = {("GET", "/networks/n"): {"Id": "c" * 64, "Name": "n", "Status": status}}
    form = "{{.Name}}{{range $k, $v := .Status.IPAM.Subnets}} {{$k}} {{$v.IPsInUse}} {{$v.DynamicIPsAvailable}}{{end}}"
    assert cli("network", "inspect", "-f", form, "n", table=table, api_version=NEW).out == "n 10.0.0.0/8 4 9\n"


def test_an_event_of_a_new_engine_has_no_id_of_its_own() -> None:
    done = cli("events", "--format", "{{.ID}}", api_version=NEW)
    assert done.code == 64
    assert done.err.rstrip().endswith("can't evaluate field ID in type *events.Message")


@pytest.mark.parametrize(
    "words", [["--platform", "linux/amd64,linux/arm64"], ["--platform", "linux/amd64", "--platform", "linux/arm64"]]
)
def test_several_platforms_are_saved_and_loaded_by_a_new_engine(words: list[str], tmp_path: Any) -> None:
    wanted = ['{"architecture":"amd64","os":"linux"}', '{"architecture":"arm64","os":"linux"}']
    done = cli(
        "save",
        *words,
        "-o",
        str(tmp_path / "x.tar"),
        "busybox",
        table={("GET", "/images/get"): [b"\0" * 1024]},
        api_version=NEW,
    )
    assert (
        sorted(
            json.dumps(json.loads(p), sort_keys=True, separators=(",", ":")) for p in done.requests[0].query["platform"]
        )
        == wanted
    )
    done = cli("load", *words, table={("POST", "/images/load"): [{"stream": "Loaded"}]}, api_version=NEW)
    assert len(done.requests[0].query["platform"]) == 2


def test_the_last_platform_counts_where_the_engine_takes_one(tmp_path: Any) -> None:
    done = cli(
        "save",
        "--platform",
        "linux/amd64",
        "--platform",
        "linux/arm64",
        "-o",
        str(tmp_path / "x.tar"),
        "busybox",
        table={("GET", "/images/get"): [b"\0" * 1024]},
    )
    assert json.loads(done.requests[0].query["platform"])["architecture"] == "arm64"
    assert cli("save", "--platform", "linux/amd64,linux/arm64", "-o", str(tmp_path / "y.tar"), "busybox").code == 1


@pytest.mark.parametrize(
    ("version", "query"),
    [(OLD, {"filters": "", "keep-storage": "1024", "reserved-space": "1024"}), (NEW, {"reserved-space": "1024"})],
)
def test_build_cache_that_may_stay(version: str, query: dict[str, str]) -> None:
    done = cli(
        "builder",
        "prune",
        "-f",
        "--keep-storage",
        "1k",
        table={("POST", "/build/prune"): {"SpaceReclaimed": 0}},
        api_version=version,
    )
    assert done.requests[0].query == query


FACTS = {
    "ID": "x",
    "Containers": 0,
    "FirewallBackend": {"Driver": "nftables", "Info": [["a", "b"]]},
    "NRI": {"Info": [["plugin-path", "/p"]]},
}


def test_info_shows_firewall_and_nri_of_a_new_engine() -> None:
    done = cli("info", table={("GET", "/info"): FACTS}, api_version=NEW)
    assert done.out.endswith(
        " Live Restore Enabled: false\n Firewall Backend: nftables\n  a: b\n NRI:\n  plugin-path: /p\n\n"
    )
    assert "Firewall" not in cli("info", table={("GET", "/info"): FACTS}, api_version=OLD).out
    assert (
        cli("info", "-f", "{{.NRI.Info}}", table={("GET", "/info"): FACTS}, api_version=NEW).out
        == "[[plugin-path /p]]\n"
    )


@pytest.mark.parametrize("spoken", [OLD, NEW])
def test_version_tells_both_versions_of_the_api(spoken: str) -> None:
    table = {("GET", "/version"): {"Version": "29.7.2", "ApiVersion": "1.56"}}
    form = "{{.Client.APIVersion}} {{.Client.DefaultAPIVersion}}"
    assert cli("version", "-f", form, table=table, api_version=spoken).out == f"{spoken} {API_VERSION}\n"
    words = f" API version:       {spoken}" + (f" (downgraded from {API_VERSION})" if spoken == OLD else "") + "\n"
    assert words in cli("version", table=table, api_version=spoken).out
