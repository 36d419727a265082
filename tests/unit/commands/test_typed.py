"""--json and --jq: values, not texts, out of the engine's answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.cli import Messages, any_of, cli, refused
from tests.support.samples import ID, config, container, image, info, network, node, plugin, secret, service, task

NOW = 1700000100
CONTAINER = {
    "Id": ID, "Names": ["/web", "/db/web"], "Image": "busybox", "ImageID": "sha256:x", "Command": "sh -c 'a long command of many words'", "Created": 1700000000,
    "State": "running", "Status": "Up 3 minutes", "Ports": [{"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}], "Labels": {"a.b": "1,2"},
    "Mounts": [{"Type": "volume", "Name": "data", "Driver": "local", "Destination": "/d"}], "NetworkSettings": {"Networks": {"front": {}, "back": {}}},
}  # fmt: skip
IMAGE = image(
    "a.example:5000/app:1", RepoDigests=["a.example:5000/app@sha256:d"], Containers=-1, SharedSize=-1, Labels={"k": "v"}
)
VOLUME = {
    "Name": "data", "Driver": "local", "Scope": "local", "Mountpoint": "/m", "CreatedAt": "2023-11-14T23:13:20+01:00", "Labels": None,
    "Options": {"type": "tmpfs"}, "UsageData": {"Size": -1, "RefCount": 2},
}  # fmt: skip
NETWORK = network(
    "front",
    Created="2023-11-14T22:13:20.123456789+02:00",
    EnableIPv6=False,
    Internal=True,
    IPAM={"Config": [{"Subnet": "10.0.0.0/8"}]},
)
USAGE = {
    "LayersSize": 100, "Images": [{**IMAGE, "Containers": 1, "SharedSize": 0, "Size": 60}], "Containers": [{**CONTAINER, "SizeRw": 7, "SizeRootFs": 67}],
    "Volumes": [{**VOLUME, "UsageData": {"Size": 9, "RefCount": 0}}],
    "BuildCache": [{"ID": "c", "Type": "regular", "InUse": False, "Shared": False, "Size": 5, "CreatedAt": "2023-11-14T22:13:20Z", "UsageCount": 3, "Parents": ["p"]}],
}  # fmt: skip
STATS = {
    "name": "/web", "id": ID, "memory_stats": {"usage": 2048, "limit": 4096}, "networks": {"eth0": {"rx_bytes": 3, "tx_bytes": 4}}, "pids_stats": {"current": 2},
    "cpu_stats": {"cpu_usage": {"total_usage": 20}, "system_cpu_usage": 200, "online_cpus": 2}, "precpu_stats": {"cpu_usage": {"total_usage": 10}, "system_cpu_usage": 100},
}  # fmt: skip
SERVICE = service(ServiceStatus={"RunningTasks": 1, "DesiredTasks": 2})
TABLE: dict[Any, Any] = {
    ("GET", "/containers/json"): [CONTAINER], ("GET", "/images/json"): [IMAGE], ("GET", "/volumes"): {"Volumes": [VOLUME]}, ("GET", "/networks"): [NETWORK],
    ("GET", "/images/a/history"): [{"Id": "<missing>", "Created": 1700000000, "CreatedBy": "RUN\tx", "Size": 5, "Comment": "", "Tags": None}],
    ("GET", "/nodes"): [node("host")], ("GET", "/info"): info(Swarm={"NodeID": "node1"}), ("GET", "/services"): [SERVICE], ("GET", "/tasks"): [task()],
    ("GET", f"/services/{'s' * 25}"): SERVICE, ("GET", f"/nodes/{'n' * 25}"): node("host"), ("GET", "/nodes/node1"): node("host"),
    ("GET", "/secrets"): [secret("key")], ("GET", "/configs"): [config("conf")], ("GET", "/plugins"): [plugin("sshfs:latest", Config={"Description": "x\ny"})],
    ("GET", "/containers/web/checkpoints"): [{"Name": "c1"}], ("GET", "/images/search"): [{"name": "a", "description": None, "star_count": 4, "is_official": True}],
    ("GET", "/containers/web/stats"): Messages([STATS]), ("GET", "/system/df"): USAGE,
    ("GET", "/containers/web/top"): {"Titles": ["PID", "%CPU", "CMD"], "Processes": [["12", "0.5", "34"]]},
    ("GET", "/containers/web/changes"): [{"Kind": 0, "Path": "/a"}, {"Kind": 2, "Path": "/b"}],
    ("GET", "/containers/web/json"): container(NetworkSettings={"Ports": {"80/tcp": [{"HostIp": "::", "HostPort": "8080"}], "81/tcp": None}}),
    ("GET", "/version"): {"Version": "28.5.2", "ApiVersion": "1.51", "BuildTime": "2025-10-08T12:17:26.000000000+00:00"},
    ("GET", "/events"): Messages([{"Type": "image", "Action": "pull", "Actor": {"ID": "a", "Attributes": {"k": "v"}}, "scope": "local", "timeNano": 1700000000000000005}]),
}  # fmt: skip
TIME = "2023-11-14T22:13:20Z"


def given(*line: str, **more: Any) -> Any:
    done = cli(*line, table=any_of({**TABLE, **more.pop("table", {})}), experimental=True, **more)
    assert (done.code, done.err) == (0, ""), done.err
    return json.loads(done.out)


@pytest.mark.parametrize(("line", "expected"), [
    ("ps --json", [{
        "ID": ID, "Names": ["web", "db/web"], "Image": "busybox", "ImageID": "sha256:x", "Command": "sh -c 'a long command of many words'", "CreatedAt": TIME,
        "State": "running", "Status": "Up 3 minutes", "Ports": CONTAINER["Ports"], "Labels": {"a.b": "1,2"}, "Mounts": CONTAINER["Mounts"], "LocalVolumes": 1,
        "Networks": ["back", "front"], "Platform": None, "Size": None, "VirtualSize": None,
    }]),
    ("images --json", [{
        "ID": "sha256:" + ID, "Repository": "a.example:5000/app", "Tag": "1", "Digest": "sha256:d", "CreatedAt": TIME, "Size": 4270000, "SharedSize": None,
        "UniqueSize": None, "Containers": None, "Labels": {"k": "v"},
    }]),
    ("history --json a", [{"ID": None, "CreatedAt": TIME, "CreatedBy": "RUN\tx", "Size": 5, "Comment": "", "Tags": []}]),
    ("volume ls --json", [{
        "Name": "data", "Driver": "local", "Scope": "local", "Mountpoint": "/m", "Labels": {}, "Options": {"type": "tmpfs"}, "CreatedAt": TIME, "Links": 2,
        "Size": None, "Group": None, "Availability": None, "Status": None,
    }]),
    ("network ls --json", [{
        "ID": ID, "Name": "front", "Driver": "bridge", "Scope": "local", "IPv4": None, "IPv6": False, "Internal": True, "Attachable": False,
        "Subnets": ["10.0.0.0/8"], "Labels": {}, "CreatedAt": "2023-11-14T20:13:20.123456789Z",
    }]),
    ("plugin ls --json", [{"ID": ID, "Name": "sshfs:latest", "Description": "x\ny", "Enabled": True, "PluginReference": None}]),
    ("secret ls --json=ID,CreatedAt,Driver", [{"ID": "secret1", "CreatedAt": "2023-11-14T22:13:20.5Z", "Driver": None}]),
    ("config ls --json=Name,Labels", [{"Name": "conf", "Labels": {}}]),
    ("service ls --json", [{
        "ID": "s" * 25, "Name": "web", "Mode": "replicated", "Replicas": {"Running": 1, "Desired": 2, "Completed": 0}, "Image": "busybox:latest", "Ports": [],
        "Labels": {}, "CreatedAt": TIME, "UpdatedAt": TIME,
    }]),
    ("stack services --json=Name shop", [{"Name": "web"}]),
    ("node ls --json=ID,Self,Hostname,Status", [{"ID": "node1", "Self": True, "Hostname": "host", "Status": "ready"}]),
    ("stack ps --json shop", [{
        "ID": task()["ID"], "Name": "web.1", "Image": "busybox:latest", "Node": "host", "NodeID": "n" * 25, "ServiceID": "s" * 25, "Slot": 1,
        "DesiredState": "running", "CurrentState": "running", "Since": TIME, "Error": None, "Ports": [], "CreatedAt": TIME,
    }]),
    ("service ps --json=Name web", [{"Name": "web.1"}]),
    ("node ps --json=Name,Node node1", [{"Name": "web.1", "Node": "host"}]),
    ("checkpoint ls --json web", [{"Name": "c1"}]),
    ("search --json a", [{"Name": "a", "Description": "", "StarCount": 4, "IsOfficial": True}]),
    ("stats --no-stream --json web", [{
        "ID": ID, "Name": "web", "Container": "web", "CPUPerc": 20.0, "MemUsage": 2048, "MemLimit": 4096, "MemPerc": 50.0,
        "NetIO": {"Received": 3, "Sent": 4}, "BlockIO": {"Read": 0, "Written": 0}, "PIDs": 2,
    }]),
    ("system df --json=Images,BuildCache.Size", {
        "Images": {"Type": "Images", "TotalCount": 1, "Active": 1, "Size": 100, "Reclaimable": 40}, "BuildCache.Size": 5,
    }),
    ("system df -v --json=BuildCache", {"BuildCache": [{
        "ID": "c", "Parents": ["p"], "CacheType": "regular", "Description": "", "InUse": False, "Shared": False, "Size": 5, "CreatedAt": TIME,
        "LastUsedAt": None, "UsageCount": 3,
    }]}),
    ("top --json web", [{"PID": 12, "%CPU": 0.5, "CMD": "34"}]),
    ("diff --json web", [{"Path": "/a", "Kind": "changed"}, {"Path": "/b", "Kind": "deleted"}]),
    ("port --json web", [{"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}]),
    ("port --json web 80", [{"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}]),
    ("version --json=Server.BuildTime,Server.Version", {"Server.BuildTime": "2025-10-08T12:17:26.000000000Z", "Server.Version": "28.5.2"}),
    ("info --json=Name,Swarm.NodeID,ServerErrors,ClientInfo.Debug", {"Name": "host", "Swarm.NodeID": "node1", "ServerErrors": [], "ClientInfo.Debug": False}),
    ("events --json", {"Time": "2023-11-14T22:13:20.000000005Z", "Type": "image", "Action": "pull", "Actor": {"ID": "a", "Attributes": {"k": "v"}}, "Scope": "local"}),
    ("context ls --json=Name,Current,Error", [{"Name": "default", "Current": True, "Error": None}]),
    ("stack ls --json", [{"Name": "shop", "Services": 1}]),
    # chosen fields are in the order of their names; paths reach into objects, also where a key has dots
    ("ps --json=Names,Labels.a.b,ID,Labels.no", [{"Names": ["web", "db/web"], "Labels.a.b": "1,2", "ID": ID, "Labels.no": None}]),
    ("inspect --json=Name,State.Running,Config.Labels.x web", [{"Name": "/web", "State.Running": True, "Config.Labels.x": None}]),
    ("container inspect --json web", [TABLE["GET", "/containers/web/json"]]),
])  # fmt: skip
def test_values(line: str, expected: Any) -> None:
    of_stack = {
        ("GET", "/services"): [
            service(**{**SERVICE, "Spec": {**SERVICE["Spec"], "Labels": {"com.docker.stack.namespace": "shop"}}})
        ]
    }
    assert given(*line.split(), table=of_stack if line.startswith("stack ls") else {}) == expected


def test_sizes_are_asked_for_by_name() -> None:
    sized = {("GET", "/containers/json"): [{**CONTAINER, "SizeRootFs": 60}]}
    for flags, query in (
        ("--json", {}),
        ("--json=Size", {"size": "1"}),
        ("--json=VirtualSize", {"size": "1"}),
        ("-s --json -n 2", {"limit": "2", "size": "1"}),
    ):
        done = cli("ps", *flags.split(), table=sized)
        assert done.requests[0].query == query
    # the engine leaves a zero out
    assert json.loads(done.out)[0]["Size"] == 0


def test_a_terminal_gets_it_indented() -> None:
    done = cli("volume", "ls", "--json=Name", table={("GET", "/volumes"): {"Volumes": [VOLUME]}}, tty=True)
    assert done.out.replace("\r", "") == '[\n  {\n    "Name": "data"\n  }\n]\n'


def test_what_is_not_found_is_told_and_the_rest_printed() -> None:
    table = {("GET", "/volumes/a"): VOLUME, ("GET", "/volumes/b"): refused(404, "no such volume")}
    done = cli("volume", "inspect", "--json=Name", "a", "b", table=table)
    assert (done.code, done.out, done.err) == (1, '[{"Name":"data"}]\n', "Error response from daemon: no such volume\n")


@pytest.mark.parametrize(("line", "message"), [
    ("ps --json=Nmaes", 'invalid argument "Nmaes" for "--json" flag: there is no field "Nmaes" (did you mean Names?); there are: ID, Names, '),
    ("ps --json=ID,", 'invalid argument "ID," for "--json" flag: a list of fields is expected, like ID,Names; --json=help lists them'),
    ("ps --json=id", 'invalid argument "id" for "--json" flag: there is no field "id" (did you mean ID?)'),
    ("ps --json --format json", "conflicting options: --json and --format cannot be given together"), ("ps -q --json", "conflicting options: --json and --quiet cannot"),
    ("ps --jq . -q", "conflicting options: --jq and --quiet cannot"), ("images --json --tree", "conflicting options: --json and --tree cannot"),
    ("node inspect --pretty --json x", "conflicting options: --json and --pretty cannot"), ("diff --json=Size web", 'invalid argument "Size" for "--json" flag: there is no field "Size"'),
])  # fmt: skip
def test_what_is_refused_before_anything_is_sent(line: str, message: str) -> None:
    done = cli(*line.split())
    assert (done.code, done.out, done.requests) == (125, "", []) and done.err.startswith(message), done.err


@pytest.mark.parametrize(("line", "message"), [
    ("inspect --json=State.Statsu web", '--json: there is no field "State.Statsu" (did you mean State.Status?); there are: State.Status, State.Running, '),
    ("inspect --json=Mounts.Name web", '--json: there is no field "Mounts.Name": Mounts has none by name (--jq reaches into lists)\n'),
    ("info --json=Nmae", '--json: there is no field "Nmae" (did you mean Name?); --json=help lists them\n'),
    ("top --json=COMMAND web", '--json: there is no field "COMMAND"'),
])  # fmt: skip
def test_fields_that_only_the_answer_tells(line: str, message: str) -> None:
    done = cli(*line.split(), table=any_of(TABLE))
    assert (done.code, done.out) == (125, "") and done.err.startswith(message), done.err


def test_help_needs_no_engine() -> None:
    for line, first in (("ps --json=help", "ID            full ID\n"), ("stack ls --json=help", "Name      name\n"), ("container inspect --json=help", "Id   "),
                        ("inspect --json=help web", "KEY  "), ("ps -q --json=help", "ID   ")):  # fmt: skip
        done = cli(*line.split(), own_engine=True, environ={"DOCKER_HOST": "unix:///nonexistent/docker.sock"})
        assert (done.code, done.err) == (0, "") and done.out.startswith(first)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of each value within a value."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))
    yield path


def with_other(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    """The value with another one at that place."""
    if not path:
        return other
    key, *rest = path
    changed = with_other(value[key], tuple(rest), other)
    return (
        {**value, key: changed}
        if isinstance(value, dict)
        else [changed if n == key else v for n, v in enumerate(value)]
    )


@pytest.mark.parametrize(("line", "key"), [
    ("ps --json", "/containers/json"), ("images --json", "/images/json"), ("history --json a", "/images/a/history"), ("volume ls --json", "/volumes"),
    ("network ls --json", "/networks"), ("plugin ls --json", "/plugins"), ("secret ls --json", "/secrets"), ("service ls --json", "/services"),
    ("node ls --json", "/nodes"), ("system df -v --json", "/system/df"), ("top --json web", "/containers/web/top"), ("diff --json web", "/containers/web/changes"),
    ("port --json web", "/containers/web/json"), ("version --json", "/version"), ("inspect --json=State.Running web", "/containers/web/json"),
    ("search --json a", "/images/search"),
])  # fmt: skip
def test_answers_of_other_shapes_are_errors_or_values(line: str, key: str) -> None:
    """What an engine gets wrong is told as such, or printed as it is: it is never an error of this program."""
    good = TABLE["GET", key]
    for path in places(good):
        for other in (None, 5, "x", [5], {"a": 5}):
            done = cli(*line.split(), table=any_of({**TABLE, ("GET", key): with_other(good, path, other)}))
            assert "unexpected error" not in done.err, (path, other, done.err)
            assert done.code or json.loads(done.out) is not None


def test_jq() -> None:
    pytest.importorskip("jq")
    for line, out in (("ps --jq .[].Names[]", "web\ndb/web\n"), ("ps --json=ID --jq .[0]|keys", '["ID"]\n'), ("events --jq .Action", "pull\n"), ("version --jq .Server.Version", "28.5.2\n"),
                      ("inspect --jq .[].State.Running web", "true\n"), ("volume ls --jq .[].Options", '{"type":"tmpfs"}\n')):  # fmt: skip
        done = cli(*line.split(), table=any_of(TABLE))
        assert (done.code, done.out, done.err) == (0, out, "")
    done = cli("ps", "--jq", ".[].Names | error", table=any_of(TABLE))
    assert done.code == 1 and done.err.startswith("--jq: ")
    done = cli("ps", "--jq", ".[")
    assert done.code == 125 and done.err.startswith('invalid argument ".[" for "--jq" flag: syntax error')


def test_an_engine_that_does_not_answer() -> None:
    """What is known of the client is printed, and the error is that of the same command without --json."""
    environ = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}
    done, plain = (cli("version", *flags, own_engine=True, environ=environ) for flags in (("--json",), ()))
    assert json.loads(done.out)["Server"] is None and (done.code, done.err) == (plain.code, plain.err)
