"""`volume`: requests, and words for what cannot be."""

from __future__ import annotations

from tests.support.cli import Result, cli


def test_a_volume_is_named_once() -> None:
    words = "conflicting options: cannot specify a volume-name through both --name and as a positional arg\n"
    for names in (("--name=x", "y"), ("--name=x", "")):
        assert cli("volume", "create", *names) == Result(1, "", words)
    table = {("POST", "/volumes/create"): {"Name": "v"}}
    done = cli(
        "volume",
        "create",
        "--name",
        "",
        "-d",
        "",
        "--group=g",
        "--secret=a=b",
        "--secret=a=c",
        "--limit-bytes=9000p",
        "v",
        table=table,
    )
    body = done.requests[0].body
    assert (body["Name"], "Driver" in body, body["ClusterVolumeSpec"]["Secrets"]) == (
        "v",
        False,
        [{"Key": "a", "Secret": "c"}],
    )
    assert body["ClusterVolumeSpec"]["CapacityRange"] == {"RequiredBytes": 0, "LimitBytes": 0}


def test_a_volume_becomes_one_of_the_cluster_by_certain_flags_only() -> None:
    table = {("POST", "/volumes/create"): {"Name": "v"}}
    assert (
        "ClusterVolumeSpec"
        not in cli("volume", "create", "--topology-required", "a=b", "v", table=table).requests[0].body
    )
    done = cli(
        "volume",
        "create",
        "--group",
        "g",
        "--secret",
        "b=1",
        "--secret",
        "a=1",
        "--secret",
        "a=2",
        "--topology-required",
        "a=b",
        "v",
        table=table,
    )
    assert done.requests[0].body["ClusterVolumeSpec"]["Secrets"] == [
        {"Key": "a", "Secret": "2"},
        {"Key": "b", "Secret": "1"},
    ]
    cluster = {"ID": "c", "Version": {"Index": 1}, "Spec": {"Group": "g"}}
    table = {("GET", "/volumes"): {"Volumes": [{"Name": "v", "ClusterVolume": cluster}, {"Name": "w"}]}}
    assert cli("volume", "ls", "--cluster", "-q", "--format", "{{.Driver}}", table=table).out == "v\n"
    table = {("GET", "/volumes/v"): {"Name": "v", "ClusterVolume": cluster}, ("PUT", "/volumes/c"): b""}
    assert cli("volume", "update", "--availability", "drain", "v", table=table).code == 0
