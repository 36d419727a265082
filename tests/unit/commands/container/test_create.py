"""`create`: what is sent, what is refused, and in which order."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Messages, cli, refused
from tests.support.samples import ID


def test_flags_need_their_version() -> None:
    done = cli("create", "--annotation", "a=b", "busybox", api_version="1.41")
    assert (done.code, done.err) == (
        1,
        '"--annotation" requires API version 1.43, but the Docker daemon API version is 1.41\n',
    )
    done = cli("start", "--checkpoint", "x", "a")
    assert done.err == '"--checkpoint" is only supported on a Docker daemon with experimental features enabled\n'


def created(*flags: str, **more: Any) -> Any:
    """The body of a create with these flags."""
    done = cli(
        "create", *flags, "busybox", table={("POST", "/containers/create"): {"Id": ID, "Warnings": None}}, **more
    )
    assert len(done.requests) == 1, done.err
    return done.requests[0].body


def test_a_create_leaves_out_and_sends_null_as_docker_does() -> None:
    """ "omitempty" or not: a strict engine, or a proxy that reads bodies, can tell null from [] and from nothing."""
    body = created()
    host = body["HostConfig"]
    assert (body["Env"], host["Binds"], host["Ulimits"], host["SecurityOpt"], host["MaskedPaths"], host["Cgroup"]) == (
        None,
        None,
        [],
        None,
        None,
        "",
    )
    assert not {"ExposedPorts", "StopTimeout", "Healthcheck"} & set(body)
    assert not {"Annotations", "KernelMemory", "Mounts", "Runtime", "StorageOpt", "Sysctls", "Tmpfs", "Init"} & set(
        host
    )
    host = created("--security-opt", "systempaths=unconfined", "--tmpfs", "/t", "--init=false")["HostConfig"]
    assert (host["SecurityOpt"], host["MaskedPaths"], host["ReadonlyPaths"], host["Tmpfs"], host["Init"]) == (
        [],
        [],
        [],
        {"/t": ""},
        False,
    )


def test_capabilities_are_spelled_in_full_and_none_is_swallowed() -> None:
    host = created(
        "--cap-add",
        "ALL",
        "--cap-add",
        "cap_net_admin",
        "--cap-add",
        "sys_time",
        "--cap-drop",
        "ALL",
        "--cap-drop",
        "NET_ADMIN",
    )["HostConfig"]
    assert (host["CapAdd"], host["CapDrop"]) == (["ALL", "CAP_NET_ADMIN", "CAP_SYS_TIME"], ["ALL", "CAP_NET_ADMIN"])


def test_options_of_mounts_are_sent_as_docker_sends_them() -> None:
    mounts = created(
        "--mount", "type=volume,src=v,dst=/a,volume-nocopy=false,ro=false", "--mount", "type=bind,src=/s,dst=/b,bind-recursive=enabled",
        "--mount", "dst=/c,volume-opt=a=b,volume-label=c",
    )["HostConfig"]["Mounts"]  # fmt: skip
    assert mounts == [
        {"Type": "volume", "Source": "v", "Target": "/a", "VolumeOptions": {"DriverConfig": {}}},
        {"Type": "bind", "Source": "/s", "Target": "/b"},
        {
            "Type": "volume",
            "Target": "/c",
            "VolumeOptions": {"DriverConfig": {"Options": {"a": "b"}}, "Labels": {"c": ""}},
        },
    ]


def test_what_docker_logs_of_a_mount_obeys_the_log_level() -> None:
    flags = ("--mount", "type=bind,src=/s,dst=/b,bind-nonrecursive=true", "busybox")
    table = {("POST", "/containers/create"): {"Id": ID, "Warnings": None}}
    assert (
        'level=warning msg="bind-nonrecursive is deprecated, use bind-recursive=disabled instead"\n'
        in cli("create", *flags, table=table).err
    )
    assert cli("-l", "error", "create", *flags, table=table).err == ""
    told = cli("create", *flags[:2], "--nope").err
    assert told.index("is deprecated") < told.index("unknown flag: --nope")


def test_an_older_engine_gets_what_it_knows() -> None:
    assert "KernelMemory" not in created("--kernel-memory", "4m", api_version="1.39")["HostConfig"]
    assert created("--kernel-memory", "4m", api_version="1.40")["HostConfig"]["KernelMemory"] == 4 << 20
    assert created("--rm", api_version="1.24")["HostConfig"]["AutoRemove"] is False
    recursive = "type=bind,src=/s,dst=/b,ro,bind-recursive=readonly,bind-propagation=rprivate"
    assert (
        cli("create", "--mount", recursive, "busybox", api_version="1.43").err
        == "bind-recursive=readonly requires API v1.44 or later\n"
    )


def test_a_dns_server_on_the_host_itself_is_warned_about() -> None:
    table = {("POST", "/containers/create"): {"Id": ID, "Warnings": ["a"]}}
    done = cli("create", "--dns", "1.1.1.1", "--dns", "127.0.0.53", "--dns", "::1", "busybox", table=table)
    assert done.err == "WARNING: a\nWARNING: Localhost DNS (127.0.0.53) may fail in containers.\n"


def test_files_of_variables_and_labels(tmp_path: Any) -> None:
    (tmp_path / "f").write_text("A=1\nbare\n")
    (tmp_path / "long").write_text("A=" + "x" * 65533)
    (tmp_path / "longer").write_text("A=" + "x" * 65534)
    assert created("--label-file", str(tmp_path / "f"))["Labels"] == {"A": "1"}
    assert created("--env-file", str(tmp_path / "long"))["Env"] == ["A=" + "x" * 65533]
    assert (
        f"invalid env file ({tmp_path}/longer): bufio.Scanner: token too long"
        in cli("create", "--env-file", str(tmp_path / "longer"), "x").err
    )
    assert (
        f"docker: invalid env file ({tmp_path}): read {tmp_path}: is a directory\n"
        in cli("create", "--env-file", str(tmp_path), "x").err
    )
    assert (
        "docker: open /nonexistent: no such file or directory\n"
        in cli("create", "--label-file", "/nonexistent", "x").err
    )


#: mistakes in the order in which create looks for them; {} is a folder
MISTAKES = [
    ("--pull=x", "invalid pull option: 'x': must be one of \"always\", \"missing\" or \"never\""), ("--mac-address=zz", "zz is not a valid mac address"),
    ("--memory-swappiness=101", "invalid value: 101. Valid memory swappiness range is 0-100"), ("-v=ab::c", "invalid spec: ab::c: empty section between colons"),
    ("-p=a=b,c", "invalid publish opts format (should be name=value but got 'c')"), ("-p=a:1", "invalid hostPort: a"), ("--expose=80:80", "invalid port format for --expose: 80:80"),
    ("--device=a", "a is not an absolute path"), ("--env-file={}/no", "open {}/no: no such file or directory"), ("--label-file={}", "invalid env file ({}): read {}: is a directory"),
    ("--pid=x", "--pid: invalid PID mode"), ("--uts=x", "--uts: invalid UTS mode"), ("--userns=x", "--userns: invalid USER mode"), ("--cgroupns=x", "--cgroupns: invalid CGROUP mode"),
    ("--restart=:3", "invalid restart policy format: no policy provided before colon"), ("--log-driver=none --log-opt=a", "invalid logging opts for driver none"),
    ("--security-opt=seccomp={}/no", "opening seccomp profile ({}/no) failed: open {}/no: no such file or directory"), ("--storage-opt=a", "invalid storage option"),
    ("--health-retries=-1", "--health-retries cannot be negative"), ("--rm --restart=always", "conflicting options: cannot specify both --restart and --rm"),
    ("--network=host --network-alias=a", "network-scoped aliases are only supported for user-defined networks"),
]  # fmt: skip


def test_of_several_mistakes_create_tells_the_one_that_docker_looks_for_first(tmp_path: Any) -> None:
    lines = [(flags.format(tmp_path).split(), words.replace("{}", str(tmp_path))) for flags, words in MISTAKES]
    for i, (_, words) in enumerate(lines):
        later = [flag for flags, _ in reversed(lines[i:]) for flag in flags]
        assert cli("create", *later, "Bad").err.startswith(f"docker: {words}\n")
    for flags in ("--disable-content-trust=false", "--platform=a/b/c/d", "--pull=always"):
        assert (
            cli("create", *flags.split(), "Bad").err
            == "invalid reference format: repository name (library/Bad) must be lowercase\n"
        )


def test_sizes_may_have_underscores() -> None:
    assert created("--memory", "1_000")["HostConfig"]["Memory"] == 1000


def test_an_image_that_is_not_there_is_fetched_and_asked_for_again() -> None:
    answers = [{"Id": ID, "Warnings": None}, refused(404, "No such image: busybox:latest")]
    pulled = Messages([{"status": "Pulling", "id": "abc"}])
    table = {("POST", "/containers/create"): lambda _: answers.pop(), ("POST", "/images/create"): pulled}
    done = cli("create", "--platform", "linux/arm64", "busybox", table=table)
    assert (done.code, done.out) == (0, f"{ID}\n")
    assert done.err == "Unable to find image 'busybox:latest' locally\nabc: Pulling\n"
    first, pull, second = done.requests
    assert first == second and first.query == {"platform": "linux/arm64"}
    assert pull.query == {"fromImage": "docker.io/library/busybox", "tag": "latest", "platform": "linux/arm64"}
    answers = [{"Id": ID, "Warnings": None}, refused(404, "No such image: busybox:latest")]
    assert cli("create", "-q", "busybox", table=table).err == ""


def test_what_is_missing_is_not_always_an_image_to_fetch() -> None:
    gone = {("POST", "/containers/create"): refused(404, "No such image: busybox:latest")}
    wrong = "Error response from daemon: No such image: busybox:latest\n"
    for line in (("--pull", "never", "busybox"), (ID,)):
        done = cli("create", *line, table=gone)
        assert (done.code, done.err, len(done.requests)) == (1, wrong, 1)
    lost = {
        **gone,
        ("POST", "/images/create"): Messages([{"errorDetail": {"message": "no such host"}, "error": "no such host"}]),
    }
    done = cli("create", "-q", "busybox", table=lost)
    assert (done.code, done.err) == (1, "no such host\n")


@pytest.mark.parametrize("image", [ID, f"sha256:{ID}", f"sha512:{ID * 2}"])
def test_an_image_id_is_no_name_to_fetch(image: str) -> None:
    done = cli("create", image, table={("POST", "/containers/create"): refused(404, f"No such image: {image}")})
    assert (done.code, done.err) == (1, f"Error response from daemon: No such image: {image}\n")


def test_an_image_id_cannot_always_be_fetched() -> None:
    done = cli("create", "--pull", "always", ID)
    wrong = f"invalid repository name ({ID}), cannot specify 64-byte hexadecimal strings\n"
    assert (done.code, done.err, done.requests) == (1, wrong, [])


def test_an_image_that_is_always_fetched_comes_first() -> None:
    table = {
        ("POST", "/containers/create"): {"Id": ID, "Warnings": None},
        ("POST", "/images/create"): Messages([{"status": "x"}]),
    }
    done = cli("create", "--pull", "always", "busybox:1", table=table)
    assert [r.path for r in done.requests] == ["/images/create", "/containers/create"]


def created_requests(*line: str, **more: Any) -> Any:
    return cli("create", *line, table={("POST", "/containers/create"): {"Id": ID, "Warnings": None}}, **more).requests


def test_a_platform_of_a_create() -> None:
    assert created_requests("--platform", "LINUX/aarch64", "x")[0].query == {"platform": "linux/arm64"}
    assert created_requests("--platform", "linux/arm64", "x", api_version="1.40")[0].query == {}
    done = cli("create", "--platform", "a/b/c/d", "x")
    assert done.err == (
        'error parsing specified platform: "a/b/c/d": cannot parse platform specifier: invalid argument\n'
    )


def test_the_id_is_in_a_file_of_its_own(tmp_path: Path) -> None:
    table = {("POST", "/containers/create"): {"Id": ID, "Warnings": None}}
    done = cli("create", "--cidfile", "id", "busybox", table=table, folder=tmp_path)
    assert (done.out, (tmp_path / "id").read_text()) == (f"{ID}\n", ID)
    done = cli("create", "--cidfile", "id", "busybox", folder=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert done.err == "container ID file found, make sure the other container isn't running or delete id\n"
    done = cli("create", "--cidfile", "no/id", "busybox", folder=tmp_path)
    assert done.err == "failed to create the container ID file: open no/id: no such file or directory\n"
    gone = {("POST", "/containers/create"): refused(400, "no")}
    assert cli("create", "--cidfile", "new", "busybox", table=gone, folder=tmp_path).code == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["id"]


def test_the_engines_socket_brings_the_credentials(tmp_path: Path) -> None:
    """In an archive that is put there before it starts; whoever has a folder of their own for them keeps it."""
    auths = '{"auths": {"reg.example": {"auth": "YTpi"}}}'
    table = {("POST", "/containers/create"): {"Id": ID, "Warnings": None}, ("PUT", f"/containers/{ID}/archive"): b""}
    line = ("--config", str(tmp_path), "create", "--use-api-socket")
    done = cli(*line, "-e", "A=b", "busybox", table=table, folder=tmp_path, files={"config.json": auths})
    socket = {"Type": "bind", "Source": "/var/run/docker.sock", "Target": "/var/run/docker.sock", "BindOptions": {}}
    body = done.requests[0].body
    assert body["HostConfig"]["Mounts"] == [socket]
    assert body["Env"] == ["A=b", "DOCKER_CONFIG=/run/secrets/docker"]
    assert done.requests[1].query["path"] == "/"
    with tarfile.open(fileobj=io.BytesIO(done.requests[1].content)) as tar:
        (entry,) = tar
        file = tar.extractfile(entry)
        assert file and json.loads(file.read())["auths"]["reg.example"]["auth"] == "YTpi"
    assert (entry.name, entry.mode) == ("/run/secrets/docker/config.json", 0o600)
    alone = {("POST", "/containers/create"): {"Id": ID, "Warnings": None}}
    done = cli(*line, "-e", "DOCKER_CONFIG=/x", "--mount", "dst=/m", "busybox", table=alone)
    assert done.requests[0].body["Env"] == ["DOCKER_CONFIG=/x"]
    assert [mount["Target"] for mount in done.requests[0].body["HostConfig"]["Mounts"]] == [
        "/m",
        "/var/run/docker.sock",
    ]


def test_trust_is_not_to_be_had() -> None:
    for line in ("create", "run", "pull", "push"):
        done = cli(line, "--disable-content-trust=false", "busybox")
        assert (done.code == 0, done.requests) == (False, []) and "trust" in done.err


def test_what_a_command_may_be_given() -> None:
    body = created(
        "--entrypoint",
        "",
        "--stop-signal",
        "INT",
        "--stop-timeout",
        "0",
        "-w",
        "/w",
        "-l",
        "a=b",
        "-v",
        "/data",
        "-v",
        "/s:/d",
        "-v",
        "/data",
    )
    assert (body["Entrypoint"], body["StopSignal"], body["StopTimeout"], body["WorkingDir"]) == ([""], "INT", 0, "/w")
    assert (body["Labels"], body["Volumes"], body["HostConfig"]["Binds"]) == ({"a": "b"}, {"/data": {}}, ["/s:/d"])


def test_health() -> None:
    assert created("--no-healthcheck")["Healthcheck"] == {"Test": ["NONE"]}
    assert created("--health-cmd", "true", "--health-interval", "1s")["Healthcheck"] == {
        "Test": ["CMD-SHELL", "true"],
        "Interval": 10**9,
    }
    assert created("--health-retries", "2")["Healthcheck"] == {"Retries": 2}
    for flags in (("--health-cmd", "true"), ("--health-interval", "1s"), ("--health-retries", "1")):
        done = cli("create", "--no-healthcheck", *flags, "x")
        assert done.err.startswith("docker: --no-healthcheck conflicts with --health-* options\n")


def test_a_restart_policy_counts() -> None:
    assert created("--restart", "on-failure:3")["HostConfig"]["RestartPolicy"] == {
        "Name": "on-failure",
        "MaximumRetryCount": 3,
    }
    done = cli("create", "--restart", "on-failure:x", "y")
    assert done.err.startswith("docker: invalid restart policy format: maximum retry count must be an integer\n")


def test_security_options_are_checked_and_profiles_are_sent(tmp_path: Path) -> None:
    files = {"good": '{ "a": [1, 2] }', "bad": "{"}
    given = ("--security-opt", "seccomp=good", "--security-opt", "no-new-privileges", "--security-opt", "label:disable")
    host = created(*given, folder=tmp_path, files=files)["HostConfig"]
    assert host["SecurityOpt"] == ['seccomp={"a":[1,2]}', "no-new-privileges", "label:disable"]
    done = cli("create", "--security-opt", "seccomp=bad", "x", folder=tmp_path)
    assert done.err.startswith(
        "docker: compacting json for seccomp profile (bad) failed: unexpected end of JSON input\n"
    )
    done = cli("create", "--security-opt", "label", "x")
    assert done.err.startswith('docker: Invalid --security-opt: "label"\n')
