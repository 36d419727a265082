"""Command lines for the faults: every command that speaks with an engine, and what must be there before it.

{word} in a line is made ready by fault_world before each run. `gone` says what a refusal may turn into a success, as it
does with docker.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydock.cli.index import COMMANDS
from tests.support.fault_swarm import answers

#: what is chosen by chance is the same in every run
SEED = 1
PING = b"OK"


def text(value: object) -> bytes:
    return json.dumps(value).encode()


Canned = Mapping[tuple[str, str], "tuple[int, bytes]"]
EXPERIMENTAL: Canned = {("HEAD", "/_ping"): (200, b""), ("GET", "/_ping"): (200, PING)}
PULLED = (
    200,
    b'{"status":"Pulling from x/y","id":"latest"}\r\n{"status":"Digest: sha256:'
    + b"0" * 64
    + b'"}\r\n{"status":"Status: Downloaded newer image for reg.test/x/y:latest"}\r\n',
)
PUSHED = (
    200,
    b'{"status":"The push refers to repository [reg.test/x/y]"}\r\n{"status":"latest: digest: sha256:'
    + b"1" * 64
    + b' size: 527"}\r\n',
)
PLUGIN = {"Id": "f" * 64, "Name": "reg.test/p:latest", "Enabled": False, "PluginReference": "reg.test/p:latest", "Settings": {"Mounts": [], "Env": [], "Args": [], "Devices": []},
          "Config": {"Description": "d", "Documentation": "", "Interface": {"Types": [], "Socket": "p.sock"}, "Entrypoint": ["/p"], "WorkDir": "", "Network": {"Type": ""}, "Linux": {"Capabilities": [], "AllowAllDevices": False, "Devices": None}, "PropagatedMount": "", "IpcHost": False, "PidHost": False, "Mounts": [], "Env": [], "Args": {"Name": "", "Description": "", "Settings": None, "Value": []}}}  # fmt: skip
PLUGIN_PATH = "/plugins/reg.test/p:latest"
PRIVILEGES = (200, text([{"Name": "network", "Description": "", "Value": ["host"]}]))
DONE: tuple[int, bytes] = (204, b"")
MANAGER: Canned = answers()
CLUSTER_VOLUME = {"Name": "cv", "Driver": "csi", "Scope": "global", "Mountpoint": "", "Labels": {}, "Options": {},
                  "ClusterVolume": {"ID": "cvid", "Version": {"Index": 7}, "CreatedAt": "2025-01-01T00:00:00Z", "UpdatedAt": "2025-01-01T00:00:00Z", "Spec": {"Group": "", "AccessMode": {"Scope": "single", "Sharing": "none"}, "Availability": "active"}}}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Line:
    """One command line. tty: on a pseudo terminal; outputs: files that it writes, which hold something before;
    refused: statuses that the command takes for a success when they answer its changes; unseen: faults that nobody can tell from a
    good answer; loose: its output is of this moment."""

    text: str
    stdin: bytes = b""
    tty: bool = False
    outputs: tuple[str, ...] = ()
    canned: Canned = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[int, ...] = ()
    unseen: tuple[str, ...] = ()
    loose: bool = False

    def __str__(self) -> str:
        return "".join(f"{k}={v} " for k, v in self.env.items()) + self.text

    @property
    def command(self) -> str:
        """The path of the command in the index."""
        words = self.text.split()
        return next(path for size in (3, 2, 1) if (path := " ".join(words[:size])) in COMMANDS)


LINES: tuple[Line, ...] = (
    Line("api /containers/{still}/json"),
    Line("attach --no-stdin {ending}"),
    Line("build -q -t {newtag} context"),
    Line("build --progress plain -o type=tar,dest=out.tar context", outputs=("out.tar",), loose=True),
    Line("build -q -t {newtag} context", env={"DOCKER_BUILDKIT": "0"}),
    Line("builder prune -f --filter until=9000h"),
    Line("checkpoint create {run} one", canned={**EXPERIMENTAL, ("POST", "/containers/{run}/checkpoints"): (201, b"")}),
    Line("checkpoint ls {run}", canned={**EXPERIMENTAL, ("GET", "/containers/{run}/checkpoints"): (200, text([{"Name": "one"}]))}, unseen=("body null",)),
    Line("checkpoint rm {run} one", canned={**EXPERIMENTAL, ("DELETE", "/containers/{run}/checkpoints/one"): DONE}),
    Line("commit {made} {newtag}"),
    Line("cp {run}:/etc/passwd out.txt", outputs=("out.txt",)),
    Line("cp {run}:/etc folder"),
    Line("cp {run}:/etc/passwd -"),
    Line("cp file {run}:/tmp/"),
    Line("container prune -f --filter label=nothing-has-this"),
    Line("create --name {new} busybox true"),
    Line("create --cidfile cid --name {new} busybox true"),
    Line("diff {made}"),
    Line("events --since 1 --until 2000000000 --filter volume={vol}", canned={("GET", "/events"): (200, b'{"Type":"volume","Action":"create","Actor":{"ID":"v","Attributes":{"driver":"local"}},"scope":"local","time":1700000000,"timeNano":1700000000000000000}\n')}, unseen=("empty 200",)),
    Line("exec {run} sh -c 'echo out; echo err >&2'"),
    Line("exec -i {run} cat", stdin=b"given\n"),
    Line("exec -t {run} echo out", tty=True),
    Line("exec -d {run} true"),
    Line("export -o out.tar {tiny}", outputs=("out.tar",)),
    Line("export {tiny}"),
    Line("history {tinytag}"),
    Line("images {tinytag}"),
    Line("image inspect {tinytag}"),
    Line("image prune -f --filter label=nothing-has-this"),
    Line("import tiny.tar {newtag}"),
    Line("info", loose=True),
    Line("inspect {still}"),
    Line("container inspect {still}"),
    Line("kill -s USR1 {run}"),
    Line("load -i image.tar"),
    Line("load", stdin=b"@image.tar"),
    # the API lets the engine agree without a word
    Line("login -u somebody --password-stdin reg.test", stdin=b"secret\n", canned={("POST", "/auth"): (200, text({"Status": "Login Succeeded", "IdentityToken": ""}))}, unseen=("204", "empty 200")),
    Line("logs {done}", unseen=("empty 200",)),
    Line("logs -f --tail 5 {done}", unseen=("empty 200",)),
    Line("network connect {net} {made}"),
    Line("network create --internal {newnet}"),
    Line("network disconnect {net} {joined}"),
    Line("network inspect {net}"),
    Line("network ls --filter name={net}"),
    Line("network prune -f --filter label=nothing-has-this"),
    Line("network rm {net}"),
    Line("pause {run}"),
    Line("plugin create reg.test/p plugin", canned={("POST", "/plugins/create"): DONE}),
    Line("plugin disable reg.test/p:latest", canned={("POST", PLUGIN_PATH + "/disable"): (200, b"")}),
    Line("plugin enable reg.test/p:latest", canned={("POST", PLUGIN_PATH + "/enable"): (200, b"")}),
    Line("plugin inspect reg.test/p:latest", canned={("GET", PLUGIN_PATH + "/json"): (200, text(PLUGIN))}),
    Line("plugin install --grant-all-permissions reg.test/p", canned={("GET", "/plugins/privileges"): PRIVILEGES, ("POST", "/plugins/pull"): PULLED, ("POST", PLUGIN_PATH + "/enable"): (200, b"")}),
    Line("plugin ls", canned={("GET", "/plugins"): (200, text([PLUGIN]))}),
    Line("plugin push reg.test/p", canned={("POST", PLUGIN_PATH + "/push"): PUSHED}),
    Line("plugin rm reg.test/p:latest", canned={("DELETE", PLUGIN_PATH): (200, b"")}),
    Line("plugin set reg.test/p:latest A=b", canned={("POST", PLUGIN_PATH + "/set"): DONE}),
    Line("plugin upgrade --grant-all-permissions reg.test/p", canned={("GET", "/plugins/reg.test/p/json"): (200, text(PLUGIN)), ("GET", "/plugins/privileges"): PRIVILEGES, ("POST", PLUGIN_PATH + "/upgrade"): PULLED}),
    Line("port {still}"),
    Line("ps -a --filter name={still}", loose=True),
    Line("pull reg.test/x/y", canned={("POST", "/images/create"): PULLED}),
    Line("push reg.test/x/y", canned={("POST", "/images/reg.test/x/y/push"): PUSHED}),
    Line("rename {made} {new}"),
    Line("restart -t 0 {run}"),
    Line("rm -f {made}", refused=(404,)),
    Line("rm {made}"),
    Line("rmi {tag}"),
    Line("run --network none --name {new} busybox echo out"),
    Line("run --network none --rm --name {new} busybox sh -c 'echo out; echo err >&2; exit 7'"),
    Line("run --network none --rm -i --name {new} busybox cat", stdin=b"given\n"),
    Line("run --network none --rm -t --name {new} busybox echo out", tty=True),
    Line("run --network none -d --name {new} busybox true"),
    Line("run --network none -d --pull always --name {new} reg.test/x/y true", canned={("POST", "/images/create"): PULLED, ("POST", "/containers/create"): (201, text({"Id": "a" * 64, "Warnings": []})), ("POST", "/containers/ID/wait"): (200, b'{"StatusCode":0}\n'), ("POST", "/containers/ID/start"): DONE}),
    Line("save -o out.tar {tinytag}", outputs=("out.tar",)),
    Line("save {tinytag}"),
    Line("search word", canned={("GET", "/images/search"): (200, text([{"name": "word", "description": "d", "star_count": 3, "is_official": True, "is_automated": False}])), ("GET", "/info"): (200, text({"IndexServerAddress": "https://index.docker.io/v1/"}))}),
    Line("start {made}"),
    Line("start -a {again}"),
    Line("stats --no-stream {run}", loose=True),
    Line("stop -t 0 {run}"),
    Line("system df", loose=True),
    # passes bytes on and knows nothing of answers
    Line("system dial-stdio", unseen=("close before the answer",), stdin=b"GET /_ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", loose=True),
    Line("system prune -f --filter label=nothing-has-this", loose=True),
    Line("tag busybox {newtag}"),
    Line("top {run}", loose=True),
    Line("unpause {paused}"),
    Line("update --cpu-shares 512 {made}"),
    Line("version"),
    Line("volume create {newvol}"),
    Line("volume inspect {vol}"),
    Line("volume ls --filter name={vol}"),
    Line("volume prune -f --filter label=nothing-has-this"),
    Line("volume rm {vol}"),
    Line("volume update --availability pause cv", canned={("GET", "/volumes/cv"): (200, text(CLUSTER_VOLUME)), ("PUT", "/volumes/cvid"): (200, b"")}),
    Line("config create new file", canned=MANAGER),
    Line("config inspect cfg1", canned=MANAGER),
    Line("config ls", canned=MANAGER, loose=True),
    Line("config rm cfg1", canned=MANAGER),
    Line("node demote one", canned=MANAGER),
    Line("node inspect self", canned=MANAGER),
    Line("node ls", canned=MANAGER),
    Line("node promote one", canned=MANAGER),
    Line("node ps one", canned=MANAGER, loose=True),
    Line("node rm one", canned=MANAGER),
    Line("node update --role worker one", canned=MANAGER),
    Line("secret create new file", canned=MANAGER),
    Line("secret inspect sec1", canned=MANAGER),
    Line("secret ls", canned=MANAGER, loose=True),
    Line("secret rm sec1", canned=MANAGER),
    Line("service create -d --no-resolve-image busybox", canned=MANAGER),
    Line("service inspect plain", canned=MANAGER),
    Line("service logs plain", canned=MANAGER),
    Line("service ls", canned=MANAGER),
    Line("service ps plain", canned=MANAGER, loose=True),
    Line("service rm plain", canned=MANAGER),
    Line("service rollback -d plain", canned=MANAGER),
    Line("service scale -d plain=3", canned=MANAGER),
    Line("service update -d --label-add a=b plain", canned=MANAGER),
    Line("stack deploy -c - -d --resolve-image never shop", canned=MANAGER, stdin=b"services: {web: {image: busybox}}"),
    Line("stack ls", canned=MANAGER),
    Line("stack ps shop", canned=MANAGER, loose=True),
    Line("stack rm shop", canned=MANAGER),
    Line("stack services shop", canned=MANAGER),
    Line("swarm ca", canned=MANAGER),
    Line("swarm ca --rotate", canned=MANAGER),
    Line("swarm init --autolock", canned=MANAGER),
    Line("swarm join 10.0.0.1:2377", canned=MANAGER),
    Line("swarm join-token --rotate worker", canned=MANAGER),
    Line("swarm leave", canned=MANAGER),
    Line("swarm unlock", canned=answers("locked"), stdin=b"SWMKEY-1-x"),
    Line("swarm unlock-key --rotate", canned=MANAGER),
    Line("swarm update --task-history-limit 7", canned=MANAGER),
    Line("wait {done}"),
)  # fmt: skip

#: more that write files: what is no other request for the engine is no line of its own above
WRITERS: tuple[Line, ...] = (
    Line("run --network none -d --cidfile cid --name {new} busybox true"),
    Line("build -q --iidfile iid -t {newtag} context"),
    Line("build -q --iidfile iid -t {newtag} context", env={"DOCKER_BUILDKIT": "0"}),
    Line("build -q --metadata-file meta.json -t {newtag} context", outputs=("meta.json",), loose=True),
    Line("build --progress plain -o type=local,dest=result context", loose=True),
    Line("cp {run}:/etc/. etc"),
    Line("context create two --docker host=unix:///nowhere"),
)

OF_THE_MACHINE = ("doctor", "engine ls", "engine start", "engine stop", "setup", "warm off", "warm on", "warm status")

#: commands of many steps, each of which is refused, lost and interrupted in a test of their own
STEP_BY_STEP: dict[str, str] = {
    **dict.fromkeys(("container recreate", "recreate"), "tests/unit/commands/container/test_recreate.py"),
    "image send": "tests/unit/commands/image/test_send.py",
    **dict.fromkeys(("volume clone", "volume export", "volume import"), "tests/unit/commands/test_volume_copies.py"),
}

#: commands that no engine answers, and why
NO_ENGINE: dict[str, str] = {
    **dict.fromkeys(("bake",), "is done by the plugin buildx"),
    **{path: "prints a text of its own" for path in COMMANDS if path.startswith("completion ")},
    **{path: "works on the user's own files" for path in COMMANDS if path.startswith("context ")},
    **{
        path: "speaks with registries, and works on the user's own files"
        for path in COMMANDS
        if path.startswith("manifest ")
    },
    **{path: "refuses: docker has given signatures up" for path in COMMANDS if path.startswith("trust ")},
    **dict.fromkeys(OF_THE_MACHINE, "works on the user's own files, and on programs of this machine"),
    "image tags": "speaks with registries",
    "logout": "works on the user's own files",
    "stack config": "works on the user's own files",
}


def spellings(line: Line) -> list[str]:
    """The command line by every name of its command: "ps" is "container ls" too."""
    path = line.command
    home = COMMANDS[path][:2]
    return [other + line.text[len(path) :] for other in COMMANDS if COMMANDS[other][:2] == home and other != path] + [
        line.text
    ]


def one_line_of_each_command() -> list[Line]:
    """Whatever names a command has, one of its lines."""
    lines = random.Random(SEED).sample(LINES, len(LINES))
    return list({COMMANDS[line.command][:2]: line for line in lines}.values())
