"""The body of `create` and `run`: what is sent, what is refused, and in which order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import cli
from tests.support.samples import ID


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
        "--cap-drop",
        "cap_net_admin",
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


def test_an_older_engine_gets_what_it_knows() -> None:
    assert "KernelMemory" not in created("--kernel-memory", "4m", api_version="1.39")["HostConfig"]
    assert created("--kernel-memory", "4m", api_version="1.40")["HostConfig"]["KernelMemory"] == 4 << 20
    assert created("--rm", api_version="1.24")["HostConfig"]["AutoRemove"] is False
    recursive = "type=bind,src=/s,dst=/b,ro,bind-recursive=readonly,bind-propagation=rprivate"
    assert (
        cli("create", "--mount", recursive, "busybox", api_version="1.43").err
        == "bind-recursive=readonly requires API v1.44 or later\n"
    )


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


@pytest.mark.parametrize(("flags", "parts"), [
    ("-it", {"AttachStdin": True, "AttachStdout": True, "AttachStderr": True, "OpenStdin": True, "StdinOnce": True, "Tty": True}),
    ("-a stderr", {"AttachStdin": False, "AttachStdout": False, "AttachStderr": True, "OpenStdin": False, "StdinOnce": False}),
    ("-i -a stdout", {"AttachStdin": True, "AttachStdout": True, "AttachStderr": False, "OpenStdin": True, "StdinOnce": True}),
    ("-h web --domainname example.com -u 1:2", {"Hostname": "web", "Domainname": "example.com", "User": "1:2"}),
    ("-p 127.0.0.1:80:8080/tcp --expose 53/udp", {"ExposedPorts": {"8080/tcp": {}, "53/udp": {}}}),
])  # fmt: skip
def test_settings_of_the_container(flags: str, parts: dict[str, Any]) -> None:
    body = created(*flags.split())
    assert {key: body[key] for key in parts} == parts


@pytest.mark.parametrize(("flags", "parts"), [
    ("-p 127.0.0.1:80:8080 -p 81:8080", {"PortBindings": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "80"}, {"HostIp": "", "HostPort": "81"}]}}),
    ("-P --read-only --rm --privileged", {"PublishAllPorts": True, "ReadonlyRootfs": True, "AutoRemove": True, "Privileged": True}),
    ("-m 1g --memory-swap -1 --memory-reservation 1m --memory-swappiness 0", {"Memory": 1 << 30, "MemorySwap": -1, "MemoryReservation": 1 << 20, "MemorySwappiness": 0}),
    ("--cpus 1.5 -c 5 --cpuset-cpus 0-1 --pids-limit -1", {"NanoCpus": 1_500_000_000, "CpuShares": 5, "CpusetCpus": "0-1", "PidsLimit": -1}),
    ("--device /dev/a:/dev/b:r --device /dev/c", {"Devices": [
        {"PathOnHost": "/dev/a", "PathInContainer": "/dev/b", "CgroupPermissions": "r"}, {"PathOnHost": "/dev/c", "PathInContainer": "/dev/c", "CgroupPermissions": "rwm"}]}),
    ("--device vendor.com/class=name", {"Devices": [], "DeviceRequests": [{"Driver": "cdi", "Count": 0, "DeviceIDs": ["vendor.com/class=name"], "Capabilities": None, "Options": None}]}),
    ("--device-read-bps /dev/a:1k --device-write-iops /dev/a:5 --blkio-weight-device /dev/a:10", {
        "BlkioDeviceReadBps": [{"Path": "/dev/a", "Rate": 1024}], "BlkioDeviceWriteIOps": [{"Path": "/dev/a", "Rate": 5}], "BlkioWeightDevice": [{"Path": "/dev/a", "Weight": 10}]}),
    ("--ulimit nproc=3 --ulimit nofile=1:2", {"Ulimits": [{"Name": "nofile", "Hard": 2, "Soft": 1}, {"Name": "nproc", "Hard": 3, "Soft": 3}]}),
    ("--tmpfs /a --tmpfs /b:size=1m --sysctl net.a=b --storage-opt size=1G", {"Tmpfs": {"/a": "", "/b": "size=1m"}, "Sysctls": {"net.a": "b"}, "StorageOpt": {"size": "1G"}}),
    ("--log-driver syslog --log-opt a=b --log-opt c", {"LogConfig": {"Type": "syslog", "Config": {"a": "b", "c": ""}}}),
    ("--pid container:x --uts host --ipc shareable --userns host --cgroupns private", {
        "PidMode": "container:x", "UTSMode": "host", "IpcMode": "shareable", "UsernsMode": "host", "CgroupnsMode": "private"}),
])  # fmt: skip
def test_settings_of_the_host(flags: str, parts: dict[str, Any]) -> None:
    host = created(*flags.split())["HostConfig"]
    assert {key: host.get(key) for key in parts} == parts
