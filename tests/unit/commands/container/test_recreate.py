"""`recreate`: the old container is in its place, or the new one; whatever happens, and whenever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from pydock.commands.container import recreate
from pydock.commands.container.anew import CHANGES, anew, changed, reattached
from pydock.commands.container.create_options import CreateOptions
from pydock.commands.container.own import Own, own
from pydock.commands.container.recreate import RecreateOptions
from pydock.errors import BrokenStream, EngineError, Failure, Unreachable
from pydock.flags.networks import Attachment, attachment
from tests.support.cli import Result, cli
from tests.support.samples import ID, container, info
from tests.support.stubs import Answer, Reply, Sent, Stubs, engine_of
from tests.unit.commands.container.test_as_run import HABITS, IMAGE

NEW = "a" * 64
KEPT, FRESH = "web.old-ffffffff", "web.new-ffffffff"
#: what changes something, in its order
STEPS = ("create", "stop", "rename", "rename", "start", "remove")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recreate, "GRACE", 0.05)
    monkeypatch.setattr(recreate, "PATIENCE", 0.05)
    monkeypatch.setattr(recreate, "TO_STOP", 0.0)


class World(Stubs):
    """An engine with the container "web". fault: what happens at the number of a request that changes something; the names in
    `done` say what was carried out, each with the container."""

    def __init__(
        self, running: bool = True, fault: Any = None, at: int = -1, dies: int | None = None, **more: Any
    ) -> None:
        super().__init__({}, more.pop("api_version", "1.51"))
        self.names, self.running = {ID: "web"}, {ID} if running else set[str]()
        self.fault, self.at, self.dies, self.more = fault, at, dies, more
        self.done: list[tuple[str, str]] = []
        self.count = 0
        self.images = {"nginx": IMAGE, "nginx:2": "sha256:two"}

    def told(self, identifier: str) -> Any:
        state = {
            "Running": identifier in self.running,
            "Paused": False,
            "Restarting": False,
            "ExitCode": self.dies or 0,
        }
        config = {"Tty": False, "OpenStdin": False, "Image": "nginx", "Hostname": identifier[:12], "Env": ["A=1"]}
        networks = {"NetworkMode": "bridge"}, {"Networks": {"bridge": {}}}
        made = {"Config": config, "HostConfig": networks[0], "NetworkSettings": networks[1], **self.more}
        return container(Id=identifier, Name="/" + self.names[identifier], Image=IMAGE, **{**made, "State": state})

    def find(self, sent: Sent) -> Answer:
        if sent.method == "GET" or sent.path.endswith("/wait"):
            answer = self.look(sent)
        else:
            number, self.count = self.count, self.count + 1
            if number != self.at:
                answer = self.act(sent)
            elif self.fault == "gone":
                self.fault, self.at, self.lost = None, -1, True
                raise Unreachable("the engine is gone", "x")
            else:
                kind, carried_out = self.fault
                if carried_out:
                    self.act(sent)
                raise kind
        return answer

    lost = shared = False

    def look(self, sent: Sent) -> Answer:
        if self.lost:
            raise Unreachable("the engine is gone", "x")
        kind, _, rest = sent.path.removeprefix("/").partition("/")
        if kind == "info":
            return info()
        if kind == "images":
            name = rest.removesuffix("/json")
            return {"Id": self.images[name], "Config": {}} if name in self.images else self.refuse(404, "no such image")
        if rest == "json":
            shared = {"Names": ["/side car"], "HostConfig": {"NetworkMode": f"container:{ID}"}}
            return [{"Names": ["/other"], "HostConfig": {"NetworkMode": "bridge"}}, *([shared] if self.shared else [])]
        name, _, what = rest.partition("/")
        identifier = self.id_of(name)
        if not identifier:
            return self.refuse(404, f"No such container: {name}")
        if what == "wait":
            if self.dies is not None or identifier not in self.running | {NEW}:
                return {"StatusCode": self.dies or 0}
            return self.late()
        return b"\x01\0\0\0\0\0\0\x06oh no\n" if what == "logs" else self.told(identifier)

    def late(self) -> Iterator[bytes]:
        """The answer of a wait that takes longer than anybody waits here."""
        threading.Event().wait(0.2)
        yield b'{"StatusCode":0}'

    def refuse(self, status: int, text: str) -> Reply:
        return Reply({"message": text}, status, {"Content-Type": "application/json"})

    def id_of(self, name: str) -> str:
        return next((i for i, n in self.names.items() if name in (n, i) or (len(name) > 11 and i.startswith(name))), "")

    def act(self, sent: Sent) -> Answer:
        if self.lost:
            raise Unreachable("the engine is gone", "x")
        name, _, verb = sent.path.removeprefix("/containers/").partition("/")
        if name == "create":
            assert FRESH not in self.names.values()
            self.names[NEW] = str(sent.query["name"])
            self.done.append(("create", NEW))
            self.body = sent.body
            return {"Id": NEW}
        identifier = self.id_of(name)
        if not identifier:
            return self.refuse(404, f"No such container: {name}")
        verb = verb or "remove"
        if verb == "rename":
            wanted = str(sent.query["name"])
            if wanted in self.names.values():
                return self.refuse(409, f"the name {wanted} is in use")
            self.names[identifier] = wanted
        if verb == "start" and identifier == NEW and self.dies == 127:
            return self.refuse(400, "no such program")
        if verb == "start" and not (identifier == NEW and self.dies is not None):
            self.running.add(identifier)
        if verb in ("stop", "remove"):
            assert "v" not in sent.query
            self.running.discard(identifier)
        if verb == "remove":
            del self.names[identifier]
        self.done.append((verb, identifier))
        return b""


def run(world: World, *words: str, **more: Any) -> Result:
    return cli("recreate", *words, "web", engine=engine_of(world), **more)


def test_the_new_container_takes_the_place_of_the_old_one() -> None:
    world = World()
    done = run(world, "-e", "B=2")
    assert (done.code, done.out, done.err) == (0, NEW + "\n", "")
    assert world.names == {NEW: "web"} and world.running == {NEW}
    assert tuple(verb for verb, _ in world.done) == STEPS
    assert (world.body["Env"], world.body["Image"]) == (["A=1", "B=2"], "nginx")
    world = World(running=False)
    done = run(world, "--keep", "--image", "nginx:2")
    assert (done.code, world.names, world.running) == (0, {NEW: "web", ID: KEPT}, set())
    assert world.body["Image"] == "nginx:2"


def test_who_shares_the_old_containers_network_is_told() -> None:
    world = World()
    world.shared = True
    done = run(world)
    mended = "docker recreate --network container:web 'side car'"
    assert (done.code, done.err) == (
        0,
        f"WARNING: side car shares the network of web, which it loses: afterwards {mended}\n",
    )


FAULTS = {
    "refused": (EngineError(500, "no"), False), "lost before": (BrokenStream("cut"), False), "lost after": (BrokenStream("cut"), True),
    "interrupted before": (KeyboardInterrupt(), False), "interrupted after": (KeyboardInterrupt(), True),
}  # fmt: skip


@pytest.mark.parametrize("running", [True, False], ids=["running", "stopped"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("at", range(len(STEPS)))
def test_one_of_the_two_is_in_place_whatever_happens(
    at: int, fault: str, running: bool, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    steps = [step for step in STEPS if running or step not in ("stop", "start")]
    if at >= len(steps):
        return
    kind, carried_out = FAULTS[fault]
    world = World(running, (kind, carried_out), at)
    if isinstance(kind, EngineError):
        # as a refusal comes: not carried out
        world.fault = (kind, False)
    interrupted = isinstance(kind, KeyboardInterrupt)
    if interrupted:
        with pytest.raises(KeyboardInterrupt):
            run(world)
    else:
        done = run(world)
        assert done.code == 1 and done.out == ""
    last = steps[at] == "remove"
    there = NEW if last else ID
    assert world.names[there] == "web" and world.running == ({there} if running else set())
    if last:
        assert set(world.names.values()) <= {"web", KEPT}
    elif at:
        assert world.names == {ID: "web"}
    if not interrupted:
        told = f"remove it with docker rm {KEPT}" if last else "web is as it was"
        assert told in done.err
        lost_create = fault.startswith("lost") and at == 0
        assert (f"whether {FRESH} was made is not known" in done.err) == lost_create
    # sent once: what was carried out was not asked for again before it was undone
    acts = [(verb, identifier) for verb, identifier in world.done if verb != "rename"]
    assert all(acts.count(act) == 1 for act in acts), world.done


@pytest.mark.parametrize("at", range(1, 5))
def test_an_engine_that_is_gone_for_good(at: int) -> None:
    """What is where is told, with the commands that mend it."""
    world = World(fault="gone", at=at)
    done = run(world)
    assert done.code == 1
    assert done.err.splitlines()[-4:] == [
        f"The old container is {ID[:12]}. To put it back, as far as it is needed:",
        f"  docker rm -f {NEW[:12]}",
        f"  docker rename {ID[:12]} web",
        f"  docker start {ID[:12]}",
    ]


def test_a_new_container_that_does_not_run() -> None:
    for dies, told in ((127, "no such program"), (3, "it exited with code 3; the end of its output:\noh no\n")):
        world = World(dies=dies)
        done = run(world)
        assert done.code == 1 and told in done.err and done.err.endswith("web is as it was\n")
        assert (world.names, world.running) == ({ID: "web"}, {ID})


def test_waiting_for_the_new_container(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is listened to before it starts; where the time is up, the old one is put back."""
    asked: list[Any] = []

    def beginning(app: Any, o: Any) -> Any:
        asked.append(world.running.copy())

        def until(names: Any) -> None:
            asked.append((names, world.running.copy()))
            if o.timeout:
                raise Failure("timed out after 1s", 124)

        return until

    monkeypatch.setattr(recreate, "beginning", beginning)
    world = World()
    assert run(world, "--wait").code == 0
    assert asked == [set(), ([NEW], {NEW})] and world.names == {NEW: "web"}
    world = World()
    done = run(world, "--wait", "--timeout", "1s")
    assert (done.code, done.err) == (124, "timed out after 1s\nweb is as it was\n")
    assert (world.names, world.running) == ({ID: "web"}, {ID})
    world = World(running=False)
    done = run(world, "--wait")
    assert (done.code, world.done) == (1, []) and "there is nothing to wait for" in done.err


def test_what_is_refused_before_anything_is_sent() -> None:
    paused = {"Running": True, "Paused": True, "Restarting": False}
    for words, world, told in (
        (
            (),
            {"HostConfig": {"AutoRemove": True}},
            "web was started with --rm: stopping it would remove it before the new one runs",
        ),
        (("-e", ""), {}, "invalid argument"),
        (("--restart", "x:y"), {}, "maximum retry count must be an integer"),
        (("--pull=maybe",), {}, "invalid pull option: 'maybe'"),
        (("--env-file", "/nonexistent"), {}, "no such file"),
    ):
        engine = World(**world)
        done = run(engine, *words)
        assert done.code in (1, 125) and told in done.err and not engine.done
    stopped = World()
    stopped.told = lambda identifier: {**World.told(stopped, identifier), "State": paused}  # type: ignore[method-assign]
    done = run(stopped)
    assert (done.code, done.err) == (1, "web is paused: unpause it first\n")


def test_a_dry_run_shows_the_commands() -> None:
    world = World()
    done = run(world, "--dry-run", "-p", "8080:80", "--restart", "always", "--image", "nginx:2")
    assert done.out.splitlines() == [
        f"docker create --name {FRESH} --restart always -p 8080:80 -e A=1 nginx:2",
        "docker stop web",
        f"docker rename web {KEPT}",
        f"docker rename {FRESH} web",
        "docker start web",
        f"docker rm {KEPT}",
    ]
    assert (done.code, world.done) == (0, [])
    done = run(World(running=False), "--dry-run", "--keep", "--pull")
    assert done.out.splitlines() == [
        "docker pull nginx",
        f"docker create --name {FRESH} -e A=1 nginx",
        f"docker rename web {KEPT}",
        f"docker rename {FRESH} web",
    ]


def test_the_image_is_pulled_before_anything_is_changed() -> None:
    """Where it is missing, or always with --pull; never with --pull=never."""
    pulled: list[Any] = []

    class Pulling(World):
        def act(self, sent: Sent) -> Answer:
            if sent.path == "/images/create":
                assert not self.done
                pulled.append((sent.query["fromImage"], sent.query["tag"]))
                return {"status": "Pulled"}
            return super().act(sent)

    for words, wanted in (
        (["--pull"], [("docker.io/library/nginx", "latest")]),
        ([], []),
        (["--image", "gone:1"], [("docker.io/library/gone", "1")]),
        (["--image", "gone:1", "--pull=never"], []),
    ):
        pulled.clear()
        assert run(Pulling(), *words).code == 0
        assert pulled == wanted


def said(**more: Any) -> Own:
    config = {
        "Tty": False,
        "OpenStdin": False,
        "Image": "nginx",
        "Env": ["A=1", "B=2"],
        "Labels": {"l": "1"},
        **more.pop("Config", {}),
    }
    made = {"NetworkSettings": {"Networks": {"bridge": {}}}, "Image": IMAGE, **more}
    return own(container(Config=config, **made), {"Config": {}}, HABITS)


def test_what_changes_and_what_stays() -> None:
    before = said(
        Config={"ExposedPorts": {"80/tcp": {}, "90/tcp": {}}, "Volumes": {"/data": {}, "/more": {}}},
        HostConfig={
            "NetworkMode": "bridge", "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}, "Binds": ["/a:/x", "/b:/y:ro"], "Memory": 5,
            "Mounts": [{"Type": "volume", "Target": "/m"}, {"Type": "bind", "Source": "/s", "Target": "/n"}],
        },
        Mounts=[
            {"Type": "volume", "Name": name, "Destination": place} for name, place in (("v1", "/data"), ("v2", "/more"), ("v3", "/m"), ("v4", "/of-another"))
        ],
    )  # fmt: skip

    def body(**values: Any) -> Any:
        o = CreateOptions.make(image="", **values, given=frozenset(values))
        return anew(reattached(changed(before, o, {"FROM": "here"}, lambda path: b"", "/")), (1, 51)).body

    host = body()["HostConfig"]
    assert host["Binds"] == ["/a:/x", "/b:/y:ro", "v1:/data", "v2:/more"]
    assert host["Mounts"] == [
        {"Type": "volume", "Target": "/m", "Source": "v3"},
        {"Type": "bind", "Source": "/s", "Target": "/n"},
    ]
    assert body(env=("B=3", "FROM", "C"))["Env"] == ["A=1", "B=3", "FROM=here", "C"]
    assert body(label=("m=2", "l=3"))["Labels"] == {"l": "3", "m": "2"}
    made = body(publish=("9090:91",))
    assert made["HostConfig"]["PortBindings"] == {"91/tcp": [{"HostIp": "", "HostPort": "9090"}]}
    assert set(made["ExposedPorts"]) == {"90/tcp", "91/tcp"}
    made = body(volume=("/c:/y", "/d:/n", "/e:/more", "/fresh"))
    assert made["HostConfig"]["Binds"] == ["/a:/x", "/c:/y", "/d:/n", "/e:/more", "v1:/data"]
    assert made["HostConfig"]["Mounts"] == [{"Type": "volume", "Target": "/m", "Source": "v3"}]
    assert made["Volumes"] == {"/fresh": {}}
    made = body(restart="always", memory=9, cpus=7, user="u", workdir="/w", hostname="h")
    assert (made["User"], made["WorkingDir"], made["Hostname"]) == ("u", "/w", "h")
    kept = {k: made["HostConfig"][k] for k in ("RestartPolicy", "Memory", "NanoCpus")}
    assert kept == {"RestartPolicy": {"Name": "always", "MaximumRetryCount": 0}, "Memory": 9, "NanoCpus": 7}


def test_networks_that_are_given_replace_those_there_were() -> None:
    before = said(
        Config={"MacAddress": "02:42:ac:11:00:02"},
        HostConfig={"NetworkMode": "bridge", "Links": ["/db:/web/db"]},
        NetworkSettings={"Networks": {"bridge": {}}},
    )
    for text, mode, attached in (("container:new", "container:new", set()), ("name=n,alias=a", "n", {"n"})):
        o = CreateOptions.make(image="", network=(attachment(text),), given=frozenset({"network"}))
        made: Any = anew(changed(before, o, {}, lambda path: b"", "/"), (1, 51)).body
        assert (made["HostConfig"]["NetworkMode"], set(made["NetworkingConfig"]["EndpointsConfig"])) == (mode, attached)
        assert "MacAddress" not in made and "Links" not in made["HostConfig"]


def test_every_change_is_a_flag() -> None:
    """With the parser that `run` has."""
    theirs = {spec.dest: spec for spec in CreateOptions.flag_specs}
    ours = {spec.dest: spec for spec in RecreateOptions.flag_specs}
    assert set(CHANGES) <= set(ours)
    for field in CHANGES:
        assert (ours[field].parse, ours[field].longs, ours[field].many) == (
            theirs[field].parse,
            theirs[field].longs,
            theirs[field].many,
        )
    world = World()
    assert run(world, "--network", "name=n,alias=a", "-u", "me").code == 0
    assert (world.body["HostConfig"]["NetworkMode"], world.body["User"]) == ("n", "me")


def test_networks_are_joined_again() -> None:
    """All at once since API 1.44; before, and where `create` takes no second one, by connecting."""
    endpoints = {"n": {"Aliases": ["one"], "IPAMConfig": {"IPv4Address": "10.0.0.9"}}, "m": {}}
    before = said(HostConfig={"NetworkMode": "n"}, NetworkSettings={"Networks": endpoints})
    made = anew(before, (1, 44))
    attached: Any = made.body["NetworkingConfig"]["EndpointsConfig"]
    assert (set(attached), attached["n"]["Aliases"], made.later) == ({"n", "m"}, ["one"], ())
    made = anew(before, (1, 43))
    assert (set(made.body["NetworkingConfig"]["EndpointsConfig"]), made.later) == ({"n"}, (Attachment("m"),))
    plain = said(HostConfig={"NetworkMode": "bridge"}, NetworkSettings={"Networks": {"bridge": {}, "m": {}}})
    made = anew(plain, (1, 44))
    assert (made.body["NetworkingConfig"]["EndpointsConfig"], made.later) == ({}, (Attachment("m"),))
