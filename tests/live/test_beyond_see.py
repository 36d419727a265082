"""--curl: each line that it prints, run by the real curl, gets what pydock's own request got. `api`: what curl gets."""

from __future__ import annotations

import io
import json
import re
import shlex
import subprocess
import tarfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from pydock.config.endpoint import Endpoint
from pydock.engine.http1 import Wire
from pydock.engine.transport import Transport
from tests.support.cli import Done, Result, cli, program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

ARCHIVE = io.BytesIO()
with tarfile.open(fileobj=ARCHIVE, mode="w") as tar:
    tar.addfile(tarfile.TarInfo("file"))
FILES = {"a file": "content\n", "root.tar": ARCHIVE.getvalue(), "Dockerfile": "FROM busybox\nLABEL a=b\n"}

#: commands that only read: the same lines at once get the same answers
READS = r"""
ps
ps -a --no-trunc --size
ps -a --filter "name=it's $HOME" --filter 'label=a="b c"'
ps -a --filter label=é --filter status=exited
images
images -a --filter dangling=false --digests
inspect web
inspect busybox
inspect nosuch
container inspect --size web
image inspect busybox
image history busybox
history --no-trunc busybox:latest
logs web
logs --timestamps --details done
logs --tail 1 done
top web
top web -o pid,args
diff web
port web
export web
save busybox
cp web:/etc/hosts -
cp done:/nosuch -
cp web:/etc/passwd .
stats --no-stream --no-trunc done
system df
system df -v
info
version
events --since 1 --until 2
events --since 1 --until 2 --filter type=container
network ls
network ls --no-trunc --filter driver=bridge
network inspect bridge
network inspect nosuch
volume ls
volume ls --filter "name=it's"
volume inspect vol
volume inspect nosuch
plugin ls
plugin inspect nosuch
checkpoint ls web
node ls
service ls
secret ls
swarm unlock-key
exec nosuch true
attach nosuch
start -a nosuch
"""

#: commands that change something: the same lines on the same state do the same
CHANGES = r"""
create --name new1 busybox
create --name new1 --label 'a=it'"'"'s "x" $HOME `y` \' --env 'E=é !#&*' busybox echo 'a b'
create --name new1 --platform nosuch busybox
run -d --name new1 -v vol:/data -p 127.0.0.1::80 busybox sleep 60
run --name new1 busybox sh -c "echo out; echo err >&2"
run -d nosuch:image
start done
start -a done
stop -t 0 web
restart -t 0 web
kill web
kill -s NOSUCH web
pause web
rename web 'dd'
rename web 'a b'
update --memory 64m --memory-swap 64m web
rm -f web
rm done
rm nosuch
wait done
exec web echo hi
exec -d web true
exec -e A=b -w /tmp web sh -c 'pwd; exit 3'
commit -m 'it'"'"'s' -c 'LABEL x="y z"' done new:tag
tag busybox other:tag
tag busybox nosuch/UPPER
rmi busybox:second
rmi nosuch
import root.tar imported:1
import root.tar
load -i root.tar
cp 'a file' web:/tmp/x
cp 'a file' nosuch:/tmp
volume create wol
volume create -d nosuch wol
volume rm vol
volume rm nosuch
volume prune -af
network create net2 --label 'a=$b' --subnet 10.9.8.0/24
network connect net web
network disconnect net web
network rm net
network prune -f
container prune -f
image prune -f
system prune -f
build -t built:1 .
swarm leave
secret create s 'a file'
node update --availability drain x
login -u u -p 'p"'"'"'w' 127.0.0.1:1
plugin rm nosuch
"""


def cases(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


# ---- what pydock asks and gets ---------------------------------------------------------------------------


@dataclass
class Exchange:
    """A request and its answer, as they were on the wire."""

    method: str
    target: str
    upgrade: bool
    status: int = 0
    sent: bytearray = field(default_factory=bytearray)
    body: bytearray = field(default_factory=bytearray)


class Kept(httpx.SyncByteStream):
    """A stream of which a copy is kept."""

    def __init__(self, stream: Any, copy: bytearray) -> None:
        self.stream, self.copy = stream, copy

    def __iter__(self) -> Iterator[bytes]:
        for block in self.stream:
            self.copy += block
            yield block

    def close(self) -> None:
        if hasattr(self.stream, "close"):
            self.stream.close()


class Recorder(Transport):
    """The real transport, which keeps what goes through."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint)
        self.exchanges: list[Exchange] = []
        self.wires: list[Wire] = []

    def _dial(self, request: httpx.Request) -> Wire:
        self.wires.append(super()._dial(request))
        return self.wires[-1]

    def end(self) -> None:
        """Close what a program leaves to its end."""
        for wire in self.wires:
            wire.close()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        exchange = Exchange(request.method, request.url.raw_path.decode(), "upgrade" in request.headers)
        self.exchanges.append(exchange)
        if not isinstance(request.stream, httpx.ByteStream):
            request.stream = Kept(request.stream, exchange.sent)
        response = super().handle_request(request)
        exchange.status = response.status_code
        if duplex := response.extensions.get("network_stream"):
            read = duplex.read

            def kept() -> bytes:
                data: bytes = read()
                exchange.body += data
                return data

            # without the faster way everything is read by read()
            duplex.read, duplex.views = kept, None
        else:
            response.stream = Kept(response.stream, exchange.body)
        return response


class Stage:
    """An engine, whose state a test begins with: always the same."""

    def __init__(self, engine: EngineProcess, folder: Path) -> None:
        self.engine, self.folder = engine, folder

    def run(self, line: str, *flags: str, recorder: Recorder | None = None) -> Result:
        transport = recorder or Recorder(Endpoint(self.engine.host))
        environ = {"DOCKER_HOST": self.engine.host, "DOCKER_BUILDKIT": "0", "HOME": str(self.folder / "home")}
        words = [*flags, *shlex.split(line)]
        try:
            return cli(*words, own_engine=True, environ=environ, folder=self.folder, files=FILES, transport=transport)
        finally:
            transport.end()

    def set(self) -> None:
        """web runs, done has ended; a volume, a network, a second name of the image."""
        ids = self.run("ps -aq").out.split()
        self.run(" ".join(["rm -f -v", *ids, "x"]))
        self.run("network prune -f")
        self.run("volume prune -af")
        for name in set(self.run("images --format {{.Repository}}:{{.Tag}}").out.split()) - {"busybox:latest"}:
            self.run(f"rmi -f {name}")
        self.run("image prune -f")
        for line in (
            "tag busybox busybox:second", "volume create vol", "network create net", "run -d --name web --stop-signal KILL busybox sleep 1d",
            "run --name done --label a='b c' busybox sh -c 'echo one; echo two >&2'",
        ):  # fmt: skip
            done = self.run(line)
            assert done.code == 0, done.err


@dataclass
class Got:
    """What curl got."""

    status: int
    body: bytes


class Curl:
    """The printed lines, run in order. Those that wait for others go on beside these."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0
        #: what the engine gave in pydock's run -> what it gives now
        self.renamed: dict[str, str] = {}

    def start(self, line: str, stdin: bytes) -> tuple[subprocess.Popen[bytes], Path]:
        for old, new in self.renamed.items():
            line = line.replace(old, new)
        self.count += 1
        out = self.folder / f"out{self.count}"
        out.touch()
        command = line.replace("curl ", f"curl -sS -o {shlex.quote(str(out))} -w '%{{http_code}}' ", 1)
        process = subprocess.Popen(["bash", "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdin
        try:
            process.stdin.write(stdin)
            process.stdin.close()
        except BrokenPipeError:
            pass
        process.stdin = None
        return process, out

    def all(self, lines: list[str], exchanges: list[Exchange]) -> list[Got]:
        assert len(lines) == len(exchanges), (lines, exchanges)
        running = []
        for line, exchange in zip(lines, exchanges, strict=True):
            process, out = self.start(line, bytes(exchange.sent))
            running.append((process, out))
            if exchange.upgrade or "/wait" in line:
                # it is to be there before what follows begins
                time.sleep(0.3)
                continue
            process.wait(60)
            self.learn(bytes(exchange.body), out.read_bytes())
        return [self.end(*one, bool(e.body)) for one, e in zip(running, exchanges, strict=True)]

    def learn(self, before: bytes, now: bytes) -> None:
        try:
            old, new = json.loads(before)["Id"], json.loads(now)["Id"]
        except (ValueError, LookupError, TypeError):
            return
        self.renamed[old] = new

    @staticmethod
    def end(process: subprocess.Popen[bytes], out: Path, expected: bool) -> Got:
        """expected: pydock has read an answer; else it has not waited for one."""
        if process.poll() is None and not expected:
            process.kill()
        status = process.communicate(timeout=60)[0]
        return Got(int(status or b"0"), out.read_bytes())


#: what differs from one moment, or one object, to the next
VOLATILE = re.compile(
    r"[0-9a-f]{12,}|\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)|sha256:|\b\d{9,}\b|172\.\d+\.\d+\.\d+|([0-9a-f]{2}:){5}[0-9a-f]{2}|^Up .*|^Exited .*|\"HostPort\":\"\d+\""
)
NUMBERS = (
    "SystemTime",
    "NFd",
    "NGoroutines",
    "Pid",
    "Created",
    "MemTotal",
    "Size",
    "SizeRw",
    "SpaceReclaimed",
    "LastUsedAt",
    "BytesUsed",
    "read",
    "preread",
)


def plain(body: bytes) -> Any:
    """A body without what differs by itself."""
    try:
        return scrubbed(json.loads(body))
    except ValueError:
        return scrubbed(body.decode("utf-8", "replace"))


def scrubbed(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: 0 if k in NUMBERS and isinstance(v, (int, str)) else scrubbed(v) for k, v in value.items()}
    if isinstance(value, list):
        return sorted((scrubbed(v) for v in value), key=json.dumps)
    if isinstance(value, str):
        return VOLATILE.sub("_", value)
    return 0 if type(value) is int and value > 10**8 else value


def archived(body: bytes) -> Any:
    """The names in an archive, or what each stream had; whatever else it is, without what differs."""
    if body[:4] in (b"\1\0\0\0", b"\2\0\0\0"):
        streams: dict[int, bytes] = {}
        while body:
            size = int.from_bytes(body[4:8], "big")
            streams[body[0]] = streams.get(body[0], b"") + body[8 : 8 + size]
            body = body[8 + size :]
        return {number: plain(data) for number, data in streams.items()}
    if body[257:262] != b"ustar":
        return plain(body)
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        return sorted(VOLATILE.sub("_", name) for name in archive.getnames())


def curl_lines(result: Result) -> list[str]:
    return [line for line in result.err.splitlines() if line.startswith("curl ")]


def compare(exchanges: list[Exchange], got: list[Got]) -> None:
    for exchange, answer in zip(exchanges, got, strict=True):
        where = (exchange.method, exchange.target)
        if not answer.status:
            continue
        assert answer.status == exchange.status, (where, answer.body[:300], bytes(exchange.body)[:300])
        if exchange.method != "HEAD":
            assert archived(answer.body) == archived(bytes(exchange.body)), where


# ---- the tests -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stage28(docker28: EngineProcess, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    stage = Stage(docker28, tmp_path_factory.mktemp("stage"))
    stage.set()
    return stage


@pytest.fixture(scope="module")
def stage20(docker20: EngineProcess, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    stage = Stage(docker20, tmp_path_factory.mktemp("stage"))
    stage.set()
    return stage


def check_read(stage: Stage, line: str, folder: Path) -> None:
    recorder = Recorder(Endpoint(stage.engine.host))
    result = stage.run(line, "--curl=secrets", recorder=recorder)
    lines = curl_lines(result)
    assert lines
    compare(recorder.exchanges, Curl(folder).all(lines, recorder.exchanges))


def check_change(stage: Stage, line: str, folder: Path) -> None:
    stage.set()
    recorder = Recorder(Endpoint(stage.engine.host))
    result = stage.run(line, "--curl=secrets", recorder=recorder)
    stage.set()
    compare(recorder.exchanges, Curl(folder).all(curl_lines(result), recorder.exchanges))


@pytest.mark.parametrize("line", cases(READS))
def test_what_reads_gets_the_same_by_curl(stage28: Stage, line: str, tmp_path: Path) -> None:
    check_read(stage28, line, tmp_path)


@pytest.mark.parametrize("line", cases(CHANGES))
def test_what_changes_does_the_same_by_curl(stage28: Stage, line: str, tmp_path: Path) -> None:
    check_change(stage28, line, tmp_path)


@pytest.mark.parametrize("line", cases(READS)[::4])
def test_an_old_engine_tells_curl_the_same(stage20: Stage, line: str, tmp_path: Path) -> None:
    check_read(stage20, line, tmp_path)


@pytest.mark.parametrize("line", cases(CHANGES)[::7])
def test_an_old_engine_does_the_same_for_curl(stage20: Stage, line: str, tmp_path: Path) -> None:
    check_change(stage20, line, tmp_path)


@pytest.mark.parametrize("line", cases(CHANGES))
def test_a_dry_run_changes_nothing(stage28: Stage, line: str) -> None:
    """Neither the engine, nor any file of this host."""
    recorder = Recorder(Endpoint(stage28.engine.host))
    before = state(stage28)
    try:
        result = stage28.run(line, "--curl=only", recorder=recorder)
        shown = curl_lines(result)
    except BaseException as end:
        assert getattr(end, "code", 1) == 0, end
        shown = []
    assert {e.method for e in recorder.exchanges} <= {"GET", "HEAD"}
    assert not shown or len(shown) >= len(recorder.exchanges)
    assert state(stage28) == before


def state(stage: Stage) -> list[str]:
    """All that an engine has, and how it is."""
    lists = (
        "ps -a --no-trunc --format {{.ID}}{{.Names}}{{.State}}{{.Image}}",
        # without their age
        "images -a --no-trunc --format {{.ID}}{{.Repository}}{{.Tag}}",
        "volume ls",
        "network ls --no-trunc",
    )
    return [stage.run(line).out for line in lists]


STACK = """
version: "3.8"
services:
  a: {image: busybox, command: sleep 1d, secrets: [s], networks: [n]}
secrets: {s: {file: "a file"}}
networks: {n: {}}
"""
SWARM_READS = """
node ls
node inspect self
node ps
service ls
service inspect web
service ps web
service logs web
secret ls
config ls
config inspect conf
stack ls
swarm join-token worker
info
"""
SWARM_CHANGES = """
service create --name other busybox sleep 1d
service create -d --name other --secret key busybox sleep 1d
service update --env-add A=b web
service scale web=2
service rollback web
service rm web
secret create other 'a file'
secret rm key
config rm conf
node update --availability drain one
node demote one
stack deploy -c stack.yml shop
stack deploy --detach=false -c stack.yml shop
swarm update --autolock
swarm ca --rotate
swarm join-token --rotate worker
swarm leave --force
"""


@pytest.fixture(scope="module")
def swarm(manager: EngineProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    stage = Stage(manager, tmp_path_factory.mktemp("swarm"))
    (stage.folder / "stack.yml").write_text(STACK)
    for line in (
        "secret create key 'a file'",
        "config create conf 'a file'",
        "service create -q --name web --secret key busybox sleep 1d",
    ):
        assert stage.run(line).code == 0
    yield stage
    for line in ("service rm web", "secret rm key", "config rm conf"):
        stage.run(line)


@pytest.mark.parametrize("line", cases(SWARM_READS))
def test_what_reads_of_a_swarm_gets_the_same_by_curl(swarm: Stage, line: str, tmp_path: Path) -> None:
    check_read(swarm, line, tmp_path)


@pytest.mark.parametrize("line", cases(SWARM_CHANGES))
def test_a_dry_run_changes_nothing_of_a_swarm(swarm: Stage, pydock: Path, line: str) -> None:
    """Nor does it wait for what will not happen."""
    lists = ("service ls -q", "secret ls -q", "config ls -q", "network ls -q", "swarm join-token -q worker")
    asked = ("service inspect web --format {{.Version}}", "node inspect self --format {{.Version}}")
    before = [swarm.run(one).out for one in (*lists, *asked)]
    done = program(pydock, "--curl=only", *shlex.split(line), host=swarm.engine.host, cwd=swarm.folder, timeout=30)
    assert done.code == 0, done.err
    # "Creating network …" is told before that is asked for
    assert all(told.startswith("Creating ") for told in done.out.decode().splitlines())
    assert re.search("-X (POST|PUT|DELETE)", done.err.decode())
    assert [swarm.run(one).out for one in (*lists, *asked)] == before


# ---- api -------------------------------------------------------------------------------------------------


def by_curl(engine: EngineProcess, *words: str) -> bytes:
    socket = engine.host.removeprefix("unix://")
    return subprocess.run(
        ["curl", "-sS", "--unix-socket", socket, *words], capture_output=True, check=True, timeout=60
    ).stdout


@pytest.mark.parametrize(
    "path",
    [
        "/version",
        "/v1.40/version",
        "/_ping",
        "/images/json?all=1",
        "/containers/json",
        "/networks",
        "/volumes/nosuch",
        "/nosuch",
    ],
)
def test_any_path_gives_what_curl_gets(engine: EngineProcess, pydock: Path, path: str) -> None:
    done = program(pydock, "api", path, host=engine.host)
    version = program(pydock, "version", "--format", "{{.Client.APIVersion}}", host=engine.host).out.decode().strip()
    full = path if path.startswith(("/v1.", "/_")) else f"/v{version}{path}"
    assert plain(done.out) == plain(by_curl(engine, f"http://localhost{full}"))
    assert done.code == (4 if "nosuch" in path else 0)
    assert (b"(HTTP 404)" in done.err) == ("nosuch" in path)


def test_a_life_by_api_alone(engine: EngineProcess, pydock: Path, tmp_path: Path) -> None:
    """Create, fill, start, wait, read, remove: fields, parameters, input, streams; what docker's commands see of it."""

    def api(*words: str, code: int = 0, stdin: bytes = b"") -> Done:
        done = program(pydock, "api", *words, host=engine.host, stdin=stdin)
        assert done.code == code, done.err
        return done

    name = f"api-{uuid.uuid4().hex[:8]}"
    api(
        "/containers/create", "-q", f"name={name}", "-f", "Image=busybox", "-F", 'Cmd=["sh","-c","cat /tmp/file; echo err >&2"]',
        "-f", "Labels[a.b]=c=d", "-F", "HostConfig[Memory]=67108864", "-F", "OpenStdin=true",
    )  # fmt: skip
    found = json.loads(api(f"/containers/{name}/json").out)
    assert (found["Config"]["Labels"]["a.b"], found["HostConfig"]["Memory"], found["Config"]["OpenStdin"]) == (
        "c=d",
        67108864,
        True,
    )
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        info = tarfile.TarInfo("file")
        info.size = 5
        tar.addfile(info, io.BytesIO(b"text\n"))
    api("PUT", f"/containers/{name}/archive", "-q", "path=/tmp", "--input", "-", stdin=archive.getvalue())
    api("POST", f"/containers/{name}/start")
    waited = api("POST", f"/containers/{name}/wait", "-t", "{{.StatusCode}}")
    assert waited.out == b"0\n"
    logs = api(f"/containers/{name}/logs", "-q", "stdout=true", "-q", "stderr=true")
    # older engines do not say whether their stream is two, and it is printed as it is
    version = json.loads(api("/version").out)["ApiVersion"]
    if tuple(map(int, version.split("."))) >= (1, 42):
        assert (logs.out, logs.err) == (b"text\n", b"err\n")
    else:
        assert b"text\n" in logs.out and b"err\n" in logs.out
    listed = api(
        "GET",
        "/containers/json",
        "-F",
        "all=true",
        "-f",
        f"filters[name][]={name}",
        "-t",
        "{{len .}} {{(index . 0).State}}",
    )
    assert listed.out == b"1 exited\n"
    assert api("POST", f"/containers/{name}-not/start", code=4).err.endswith(b"(HTTP 404)\n")
    api("DELETE", f"/containers/{name}", "-F", "force=true")
    assert api(f"/containers/{name}/json", code=4).out


def test_events_come_as_they_happen(docker28: EngineProcess, pydock: Path) -> None:
    words = [str(pydock), "api", "/events", "-q", 'filters={"type":["volume"]}', "-t", "{{.Action}} {{.Actor.ID}}"]
    events = subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        env={"DOCKER_HOST": docker28.host, "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
    )
    assert events.stdout
    try:
        time.sleep(1)
        name = f"events-{uuid.uuid4().hex[:8]}"
        for action in ("create", "destroy"):
            words = ["/volumes/create", "-f", f"Name={name}"] if action == "create" else ["DELETE", f"/volumes/{name}"]
            assert program(pydock, "api", *words, host=docker28.host).code == 0
            assert events.stdout.readline() == f"{action} {name}\n".encode()
    finally:
        events.terminate()
        events.wait(10)
        events.stdout.close()


def test_a_build_by_api_tells_what_fails(docker28: EngineProcess, pydock: Path) -> None:
    def context(dockerfile: bytes) -> bytes:
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            info = tarfile.TarInfo("Dockerfile")
            info.size = len(dockerfile)
            tar.addfile(info, io.BytesIO(dockerfile))
        return archive.getvalue()

    words = ["api", "POST", "/build", "-q", "t=by-api", "--input", "-"]
    done = program(pydock, *words, host=docker28.host, stdin=context(b"FROM busybox\nLABEL a=b\n"))
    assert done.code == 0 and b"Successfully tagged by-api:latest" in done.out
    done = program(pydock, *words, host=docker28.host, stdin=context(b"FROM busybox\nRUN exit 3\n"))
    assert done.code == 1 and b"returned a non-zero code: 3" in done.err
    program(pydock, "rmi", "-f", "by-api", host=docker28.host)
