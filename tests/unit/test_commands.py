"""Commands on an engine that answers from a table: requests, output, exit codes, what is not there."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from pydock.api.containers import inspect_container, kill_container, remove_container, stop_container
from pydock.errors import BrokenStream, Failure, Unreachable
from pydock.render.human import duration, ellipsis, size
from pydock.render.table import align
from pydock.views.containers import display_ports
from tests.support.cli import FakeDuplex, Messages, Reply, Result, any_of, cli, refused
from tests.support.samples import container, network, plugin

ID = "f" * 64


def test_stop_of_several_goes_on_after_a_failure() -> None:
    table = {
        ("POST", "/containers/a/stop"): b"",
        ("POST", "/containers/b/stop"): refused(404, "No such container: b"),
        ("POST", "/containers/c/stop"): b"",
    }
    done = cli("stop", "-t", "5", "-s", "INT", "a", "b", "c", table=table)
    assert (done.code, done.out, done.err) == (1, "a\nc\n", "Error response from daemon: No such container: b\n")
    assert len(done.requests) == 3 and all(stop_container(n, "INT", 5) in done.requests for n in "abc")


def test_an_old_engine_is_not_told_of_stops_signal() -> None:
    done = cli("stop", "-s", "INT", "a", table={("POST", "/containers/a/stop"): b""}, api_version="1.41")
    assert done.requests == [stop_container("a")]


def test_rm_with_force_forgives_what_is_missing() -> None:
    table = {("DELETE", "/containers/a"): refused(404, "No such container: a"), ("DELETE", "/containers/b"): b""}
    done = cli("rm", "-fv", "a", "b", table=table)
    assert (done.code, done.out, done.err) == (0, "b\n", "Error response from daemon: No such container: a\n")
    assert remove_container("b", force=True, volumes=True) in done.requests
    assert cli("rm", "a", table=any_of(table)).code == 1


def test_start_names_what_failed() -> None:
    table = {("POST", "/containers/a/start"): refused(500, "no"), ("POST", "/containers/b/start"): b""}
    done = cli("start", "a", "b", table=table)
    assert (done.code, done.out, done.err) == (
        1,
        "b\n",
        "Error response from daemon: no\nError: failed to start containers: a\n",
    )


def test_kill_and_wait() -> None:
    done = cli("kill", "-s", "9", "a", table={("POST", "/containers/a/kill"): b""})
    assert (done.out, done.requests) == ("a\n", [kill_container("a", "9")])
    table = {
        ("POST", "/containers/a/wait"): {"StatusCode": 3},
        ("POST", "/containers/b/wait"): {"StatusCode": 0, "Error": {"Message": "gone"}},
    }
    done = cli("wait", "a", "b", table=table)
    assert (done.code, done.out, done.err) == (0, "3\n0\n", "")


def test_logs_that_are_cut_are_told() -> None:
    """What came is shown; what is missing is an error, not a shorter log."""

    def cut(_: Any) -> list[bytes]:
        return [b"\x01\0\0\0\0\0\0\x03ab\n", b"\x02\0\0\0\0\0\0\x02e\n"]

    table = {("GET", "/containers/x/json"): container(), ("GET", f"/containers/{ID}/logs"): cut}
    done = cli("logs", "x", table=table)
    assert (done.code, done.out, done.err) == (0, "ab\n", "e\n")
    table[("GET", f"/containers/{ID}/logs")] = BrokenStream("unexpected EOF")
    done = cli("logs", "x", table=table)
    assert (done.code, done.err) == (1, "unexpected EOF\n")


def run_table(code: int = 0, data: bytes = b"") -> dict[tuple[str, str], Any]:
    path = f"/containers/{ID}"
    return {
        ("POST", "/containers/create"): {"Id": ID, "Warnings": ["careful"]}, ("POST", f"{path}/attach"): lambda _: FakeDuplex(data),
        ("POST", f"{path}/wait"): {"StatusCode": code}, ("POST", f"{path}/start"): b"",
    }  # fmt: skip


def test_the_order_of_run() -> None:
    """Create, attach, register the wait, start: docker's order, by which nothing is missed."""
    done = cli("run", "--rm", "busybox", table=run_table(7, b"\x01\0\0\0\0\0\0\x03hi\n"))
    assert (done.code, done.out, done.err) == (7, "hi\n", "WARNING: careful\n")
    assert [r.path.rpartition("/")[2] for r in done.requests] == ["create", "attach", "wait", "start"]
    assert done.requests[2].query == {"condition": "removed"}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ('exec: "x": executable file not found in $PATH', 127),
        ("stat /x: no such file or directory", 127),
        ("exec: permission denied", 126),
        ("/etc is a directory", 126),
        ("port is taken", 125),
    ],
)
def test_what_run_makes_of_a_failed_start(message: str, code: int) -> None:
    table = run_table()
    table[("POST", f"/containers/{ID}/start")] = refused(400, message)
    done = cli("run", "busybox", table=table)
    assert (done.code, done.err.splitlines()[1]) == (code, f"docker: Error response from daemon: {message}")


@pytest.mark.parametrize("problem", [refused(404, "No such container: a"), Unreachable("no such host", "tcp://x")])
def test_an_attach_says_why_the_container_cannot_be_seen_and_not_why_it_cannot_be_waited_for(problem: Failure) -> None:
    table = {
        ("POST", "/containers/a/wait"): Unreachable("of the wait", "tcp://x"),
        ("GET", "/containers/a/json"): problem,
    }
    assert (done := cli("attach", "a", table=table)).err == f"{problem.message}\n" and len(done.requests) == 2


def test_flags_need_their_version() -> None:
    done = cli("create", "--annotation", "a=b", "busybox", api_version="1.41")
    assert (done.code, done.err) == (
        1,
        '"--annotation" requires API version 1.43, but the Docker daemon API version is 1.41\n',
    )
    done = cli("start", "--checkpoint", "x", "a")
    assert done.err == '"--checkpoint" is only supported on a Docker daemon with experimental features enabled\n'


def test_several_networks_need_their_version() -> None:
    done = cli("create", "--network", "a", "--network", "b", "busybox", api_version="1.43")
    assert done.code == 1 and "1.44" in done.err


def test_inspect_goes_through_the_kinds() -> None:
    gone = refused(404, "no such thing")
    table = {
        ("GET", "/containers/n/json"): gone, ("GET", "/images/n/json"): gone, ("GET", "/networks/n"): network("n"),
        ("GET", "/containers/c/json"): container(Id="c", Name="/c"),
    }  # fmt: skip
    done = cli("inspect", "-f", "{{.Name}}", "n", "c", table=table)
    assert (done.code, done.out) == (0, "n\n/c\n")
    assert inspect_container("c") in done.requests


def test_tables() -> None:
    assert (
        align("A\tBB\tC\nlonger than ten\tx\ty\n") == "A                 BB        C\nlonger than ten   x         y\n"
    )
    assert align("A\t\tC\nx\t\ty\n") == "A                   C\nx                   y\n"
    assert align("a\tb\nno cell\nlonger than ten\tb\n") == "a         b\nno cell\nlonger than ten   b\n"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "Less than a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "About a minute"),
        (3599, "59 minutes"),
        (3600, "About an hour"),
        (172800, "2 days"),
        (86400 * 13, "13 days"),
        (86400 * 15, "2 weeks"),
        (86400 * 70, "2 months"),
        (86400 * 800, "2 years"),
    ],
)
def test_spans(seconds: int, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0B"), (999, "999B"), (1000, "1kB"), (1984175, "1.98MB"), (31.6e6, "31.6MB"), (1234567890, "1.23GB")],
)
def test_sizes(count: float, text: str) -> None:
    assert size(count, 3) == text


def test_cutting() -> None:
    assert [ellipsis("hello", 5), ellipsis("hello!", 5), ellipsis("日本語", 5), ellipsis("x", 0)] == [
        "hello",
        "hell…",
        "日本…",
        "",
    ]


def test_ports() -> None:
    ports = [{"PrivatePort": p, "Type": "tcp"} for p in (80, 81, 82, 90)] + [
        {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
        {"IP": "0.0.0.0", "PrivatePort": 53, "PublicPort": 53, "Type": "udp"},
    ]
    assert display_ports(ports) == "80-82/tcp, 0.0.0.0:53->53/udp, 90/tcp, [::]:8080->80/tcp"


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


def test_two_limits_of_a_stop_are_refused_and_nothing_is_stopped() -> None:
    for verb in ("stop", "restart"):
        done = cli(verb, "--time", "1", "--timeout", "2", "a")
        assert (done.code, done.err) == (1, "conflicting options: cannot specify both --timeout and --time\n")
    assert cli("stop", "--time", "5", "a", table={("POST", "/containers/a/stop"): b""}).requests == [
        stop_container("a", "", 5)
    ]


def test_a_platform_is_asked_for_as_json(tmp_path: Any) -> None:
    """By history, rmi, save, load, push and inspect alike; what is none is refused before anything is sent."""
    layer = {("GET", "/images/a/history"): []}
    done = cli("history", "--platform", "linux/arm64/v8", "a", table=layer)
    assert done.requests[0].query == {"platform": '{"architecture":"arm64","os":"linux","variant":"v8"}'}
    done = cli(
        "rmi",
        "--platform",
        "windows(10.0)/amd64,linux/arm,linux/arm/v7,linux/arm",
        "a",
        table={("DELETE", "/images/a"): []},
    )
    assert done.requests[0].query["platforms"] == [
        '{"architecture":"amd64","os":"windows","os.version":"10.0"}', '{"architecture":"arm","os":"linux"}',
        '{"architecture":"arm","os":"linux","variant":"v7"}',
    ]  # fmt: skip
    for line in ("history a", "save -o x a", "load"):
        assert (
            cli(*line.split(), "--platform", "foo").err
            == 'invalid platform: "foo": unknown operating system or architecture: invalid argument\n'
        )
    wrong = '"a(b" is an invalid OS component of "a(b": OSAndVersion specifier component must match "^([A-Za-z0-9_-]+)(?:\\\\(([A-Za-z0-9_.-]*)\\\\))?$"'
    assert wrong in cli("history", "--platform", "a(b", "a").err
    assert '"li*": wildcards not yet supported: invalid argument' in cli("history", "--platform", "li*", "a").err


def test_an_import_of_an_empty_name_reads_no_stdin() -> None:
    done = cli("import", "", stdin=b"x")
    assert (done.code, done.err) == (1, "open : no such file or directory\n")


PRIVILEGES = [{"Name": "network", "Value": ["host"]}]
SSHFS = plugin("vieux/sshfs:latest", Enabled=False, PluginReference="docker.io/vieux/sshfs:latest")
DONE = Messages([{"status": "Complete"}])


def test_a_plugin_is_asked_for_as_it_is_named() -> None:
    """No tag is thought of on the way; who does not grant what it wants is told so. What it is called then, the engine says."""
    table = {
        ("GET", "/plugins/privileges"): PRIVILEGES,
        ("POST", "/plugins/pull"): Reply(DONE, headers={"docker-plugin-name": "fs:1"}),
        ("POST", "/plugins/fs:1/enable"): b"",
    }
    done = cli("plugin", "install", "vieux/sshfs", table=table, stdin=b"y\n")
    assert (done.code, [r.query.get("remote") for r in done.requests[:2]]) == (0, ["docker.io/vieux/sshfs"] * 2)
    assert done.out.startswith('Plugin "vieux/sshfs" is requesting the following privileges:\n - network: [host]\n')
    assert done.requests[1].query["name"] == ""
    done = cli("plugin", "install", "vieux/sshfs", table=any_of(table), stdin=b"n\n")
    assert (done.code, done.err, len(done.requests)) == (
        1,
        "permission denied while installing plugin docker.io/vieux/sshfs\n",
        1,
    )
    table = any_of({**table, ("POST", "/plugins/pull"): DONE})
    for words, code in (([], 1), (["--disable", "a", "A=b"], 1), (["--disable", "a"], 0)):
        done = cli("plugin", "install", "--grant-all-permissions", *(words or ["a"]), table=table)
        assert (done.code, done.err) == (code, "invalid plugin name or ID: value is empty\n" * code)


def test_an_upgrade_of_a_plugin_names_it_as_docker_does() -> None:
    path = "/plugins/vieux/sshfs:latest/upgrade"
    table = {("GET", "/plugins/x/json"): SSHFS, ("GET", "/plugins/privileges"): [], ("POST", path): DONE}
    table = any_of(table)
    done = cli("plugin", "upgrade", "x", table=table)
    assert done.out.splitlines()[-1] == "Upgraded plugin vieux/sshfs:latest to docker.io/vieux/sshfs:latest"
    done = cli("plugin", "upgrade", "--skip-remote-check", "x", "vieux/sshfs", table=table)
    assert done.out.splitlines()[-1] == "Upgraded plugin vieux/sshfs:latest to vieux/sshfs"
    assert done.requests[-1].query["remote"] == "docker.io/vieux/sshfs"
    # a no is no failure
    done = cli("plugin", "upgrade", "x", "other", table=table, stdin=b"n\n")
    assert (done.code, done.err, len(done.requests)) == (0, "", 1)
    local = cli("plugin", "upgrade", "x", table={("GET", "/plugins/x/json"): {**SSHFS, "PluginReference": ""}})
    assert local.err == "error parsing remote upgrade image reference: invalid reference format\n"


def test_plugin_create_takes_more_words_than_it_reads(tmp_path: Any) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "file").write_text("")
    for place, wrong in (
        ("link", "context must be a directory"),
        ("file", "context must be a directory"),
        ("none", f"lstat {tmp_path}/none: no such file or directory"),
    ):
        assert cli("plugin", "create", "x", f"{tmp_path}/{place}", "more").err == wrong + "\n"
    assert (
        cli("plugin", "create", "x", str(tmp_path)).err == f"open {tmp_path}/config.json: no such file or directory\n"
    )
    (tmp_path / "some").mkdir()
    assert (
        cli("plugin", "create", "x", "", folder=tmp_path / "some").err
        == "open config.json: no such file or directory\n"
    )
    assert (
        cli("plugin", "create", "x", str(tmp_path / "file" / "y")).err == f"lstat {tmp_path}/file/y: not a directory\n"
    )
    assert cli("plugin", "create", "x").err.startswith(
        "docker: 'docker plugin create' requires at least 2 arguments\n\nUsage:  docker plugin create [OPTIONS] PLUGIN PLUGIN-DATA-DIR\n"
    )


def test_network_rm_tells_each_failure_and_its_status() -> None:
    table = {("GET", "/networks/a"): refused(404, "no"), ("DELETE", "/networks/a"): refused(404, "network a not found")}
    done = cli("network", "rm", "", "a", table=table)
    told = (
        "invalid network name or ID: value is empty\nError response from daemon: network a not found\nexit status 1\n"
    )
    assert (done.code, done.err) == (1, told)
    done = cli("network", "rm", "-f", "a", table=table)
    assert (done.code, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize(
    ("flags", "name"),
    [
        ("-q --digests", "quiet"),
        ("--digests --no-trunc", "no-trunc"),
        ("--digests --format x", "show-digest"),
        ("--format x", "format"),
    ],
)
def test_what_does_not_go_with_a_tree_of_images_is_named_as_docker_names_it(flags: str, name: str) -> None:
    assert cli("images", "--tree", *flags.split()).err == f"--{name} is not yet supported with --tree\n"


def test_the_network_is_named_before_the_container() -> None:
    for line, kind in (
        (("connect", "", ""), "network"),
        (("connect", "a", ""), "container"),
        (("disconnect", "", ""), "network"),
    ):
        assert cli("network", *line) == Result(1, "", f"invalid {kind} name or ID: value is empty\n")


def test_network_create_says_nothing_but_the_id() -> None:
    done = cli("network", "create", "n", table={("POST", "/networks/create"): {"Id": ID, "Warning": "careful"}})
    assert (done.out, done.err) == (ID + "\n", "")


def test_the_last_address_of_a_name_is_the_networks() -> None:
    line = (
        "network",
        "create",
        "--subnet",
        "10.0.0.0/24",
        "--aux-address",
        "a=1.2.3.4",
        "--aux-address",
        "a=10.0.0.9",
        "n",
    )
    done = cli(*line, table={("POST", "/networks/create"): {"Id": ID, "Warning": ""}})
    assert done.requests[0].body["IPAM"]["Config"] == [
        {"Subnet": "10.0.0.0/24", "AuxiliaryAddresses": {"a": "10.0.0.9"}}
    ]


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


def test_inspect_looks_on_only_where_a_name_is_none_of_a_kind() -> None:
    """Any other refusal is told: what was looked for may be there."""
    wrong = {("GET", "/containers/a/json"): refused(400, "bad parameter")}
    done = cli("inspect", "a", table=wrong)
    assert (done.code, done.err) == (1, "Error response from daemon: bad parameter\n")
    other = {
        ("GET", "/containers/a/json"): refused(400, "invalid reference format"),
        ("GET", "/images/a/json"): refused(501, "images are not supported"),
    }
    assert (
        cli("inspect", "-f", "{{.Name}}", "a", table={**other, ("GET", "/networks/a"): {"Name": "a", "Id": ID}}).out
        == "a\n"
    )
    done = cli("inspect", "--type", "service", "a", table={("GET", "/services/a"): {"ID": "a"}})
    assert done.requests[0].query == {"insertDefaults": "true"}


def test_the_filters_of_the_config_file_are_never_dropped(tmp_path: Any) -> None:
    """Labels that keep something from being removed, above all; the command line's contrary alone beats one."""
    (tmp_path / "config.json").write_text('{"pruneFilters": ["label!=keep", "until=1h", "label=a", "dangling=true"]}')
    table = {("POST", "/containers/prune"): {"ContainersDeleted": None, "SpaceReclaimed": 0}}
    config = ("--config", str(tmp_path))
    done = cli(*config, "container", "prune", "-f", table=table)
    assert '"label!":{"keep":true}' in str(done.requests[0].query["filters"]) and '"label":{"a":true}' in str(
        done.requests[0].query["filters"]
    )
    done = cli(*config, "container", "prune", "-f", "--filter", "label=keep", table=table)
    assert "label!" not in str(done.requests[0].query["filters"])
    # the question names the filters that docker names
    asked = cli(*config, "system", "prune", stdin=b"n\n").out
    assert "  - label!=keep\n  - label=a\n  - until=1h\n" in asked and "dangling=true" not in asked


def test_an_export_of_a_missing_context_leaves_no_file(tmp_path: Any) -> None:
    target = tmp_path / "f"
    done = cli("--config", str(tmp_path), "context", "export", "nope", str(target))
    assert done.code == 1 and 'context "nope": context not found' in done.err and not target.exists()


def test_a_context_is_not_made_of_settings_that_cannot_be(tmp_path: Any) -> None:
    config, made = (
        ("--config", str(tmp_path), "context", "create", "ctx", "--docker"),
        "unable to create docker endpoint config: ",
    )
    (tmp_path / "text").write_text("text")
    for setting, wrong in (
        ("host=npipe:////./pipe/x", "unable to apply docker endpoint options: protocol not available"),
        ("host=unix://", "unable to apply docker endpoint options: unable to parse docker host `unix://`"),
        ("host=tcp://a:b", 'invalid docker endpoint options: parse "tcp://a:b": invalid port ":b" after host'),
        (
            "host=ssh://",
            "invalid docker endpoint options: ssh host connection is not valid: invalid SSH URL: hostname is empty",
        ),
        ("host=a,b", "unable to apply docker endpoint options: unable to parse docker host `a,b`"),
        ("host=://", 'invalid docker endpoint options: parse "://": missing protocol scheme'),
        ("host=ssh://a:b", 'invalid docker endpoint options: parse "ssh://a:b": invalid port ":b" after host'),
        ("skip-tls-verify=", 'skip-tls-verify: parsing "": invalid syntax'),
        (
            f"host=tcp://a:1,ca={tmp_path}/text",
            "invalid docker endpoint options: failed to retrieve context tls info: ca.pem seems invalid",
        ),
        (
            f"host=tcp://a:1,cert={tmp_path}/text,key={tmp_path}/text",
            "invalid docker endpoint options: no valid private key found",
        ),
        (f"ca={tmp_path}", f"read {tmp_path}: is a directory"),
    ):
        assert cli(*config, setting).err == f"{made}{wrong}\n"
    done = cli(*config, "")
    assert done.code == 125 and done.err.startswith(
        'invalid argument "" for "--docker" flag:  must be formatted as key=value\n'
    )
    assert not (tmp_path / "contexts").exists()
    # what nothing is encrypted with is not looked at
    assert cli(*config, f"host=unix:///x,ca={tmp_path}/text").code == 0


def test_what_no_context_can_be_made_of_in_docker_words(tmp_path: Any) -> None:
    files = {"folder/x": "", "zip": b"PK\x03\x04", "empty": ""}
    for source, words in (
        ("folder", "read folder: is a directory"),
        ("zip", "zip: not a valid zip file"),
        ("empty", "invalid context: no metadata found"),
    ):
        done = cli("--config", str(tmp_path / "c"), "context", "import", "new", source, folder=tmp_path, files=files)
        assert (done.code, done.err) == (1, f"{words}\n")


def test_sizes_may_have_underscores_and_old_engines_are_asked_by_filter() -> None:
    assert created("--memory", "1_000")["HostConfig"]["Memory"] == 1000
    done = cli("images", "busybox", table={("GET", "/images/json"): []}, api_version="1.24")
    assert done.requests[0].query == {"filter": "busybox"}


def test_a_format_of_events_is_tried_on_a_pointer_and_shown_the_events_themselves() -> None:
    event = {"Type": "image", "Action": "pull", "Actor": {"ID": "i"}, "time": 5, "timeNano": 6}
    table = {("GET", "/events"): Messages([event])}
    assert (
        cli("events", "--format", '{{printf "%v" .Actor}} {{printf "%+v" .Time}}', table=table).out == "{i map[]} 5\n"
    )
    done = cli("events", "--format", "x{{eq . .}}", table=table)
    assert (done.code, done.out) == (1, "x\n")
    assert "error calling eq: " in done.err


def test_a_copy_of_stdin_is_not_counted() -> None:
    folder = base64.b64encode(b'{"mode": 2147484141}').decode()
    table = {
        ("HEAD", "/containers/web/archive"): Reply(headers={"X-Docker-Container-Path-Stat": folder}),
        ("PUT", "/containers/web/archive"): b"",
    }
    assert (
        cli("cp", "--quiet=false", "-", "web:/d", table=table, stdin=b"tar").err == "Successfully copied 0B to web:/d\n"
    )
    table = {("HEAD", "/containers/web/archive"): refused(404, "no")}
    assert cli("cp", "-", 'web:/"', table=table).err == 'destination "web:/"" must be a directory\n'
