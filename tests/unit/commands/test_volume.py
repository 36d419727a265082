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


def test_a_prune_of_volumes_says_which_ones() -> None:
    """Anonymous ones; all of them where it is asked for, or where the engine knows no difference."""
    table = {("POST", "/volumes/prune"): {"VolumesDeleted": ["v"], "SpaceReclaimed": 1000}}
    for version, flags, what, query in (
        ("1.51", (), "anonymous local", {}), ("1.51", ("-a",), "all local", {"filters": '{"all":{"true":true}}'}), ("1.41", (), "all local", {}),
    ):  # fmt: skip
        done = cli("volume", "prune", *flags, table=table, stdin=b"y\n", api_version=version)
        assert f"WARNING! This will remove {what} volumes not used by at least one container.\n" in done.out
        assert (
            done.out.endswith("Deleted Volumes:\nv\n\nTotal reclaimed space: 1kB\n") and done.requests[0].query == query
        )
    done = cli("volume", "prune", "-af", "--filter", "all=1")
    assert (done.code, done.requests) == (1, [])
    assert done.err == "conflicting options: cannot specify both --all and --filter all=1\n"


def test_only_volumes_of_the_cluster_are_updated() -> None:
    done = cli("volume", "update", "--availability", "drain", "v", table={("GET", "/volumes/v"): {"Name": "v"}})
    assert (done.code, done.err) == (1, "can only update cluster volumes\n")


def test_volumes_are_listed() -> None:
    table = {("GET", "/volumes"): {"Volumes": [{"Name": "v10", "Driver": "local"}, {"Name": "v9", "Driver": "local"}]}}
    for flags, out in (
        ((), "DRIVER    VOLUME NAME\nlocal     v9\nlocal     v10\n"),
        (("-q", "--filter", "dangling=true"), "v9\nv10\n"),
        (("--format", "{{.Name}}"), "v9\nv10\n"),
    ):
        done = cli("volume", "ls", *flags, table=table)
        assert (done.code, done.out, done.err) == (0, out, "")


def test_empty_values_of_a_cluster_volume_are_left_out() -> None:
    empty = ("--scope=", "--sharing=", "--availability=", "--group=", "--type=nope")
    done = cli("volume", "create", *empty, "v", table={("POST", "/volumes/create"): {"Name": "v"}})
    spec = {"AccessMode": {}, "AccessibilityRequirements": {}, "CapacityRange": {"RequiredBytes": 0, "LimitBytes": 0}}
    assert done.requests[0].body["ClusterVolumeSpec"] == spec
    cluster = {"ID": "c", "Version": {"Index": 3}, "Spec": {"Group": "g", "Availability": "drain"}}
    table = {("GET", "/volumes/v"): {"Name": "v", "ClusterVolume": cluster}, ("PUT", "/volumes/c"): b""}
    done = cli("volume", "update", "--availability=", "v", table=table)
    assert (done.requests[1].body, done.requests[1].query) == ({"Spec": {"Group": "g"}}, {"version": "3"})
