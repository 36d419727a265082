"""Hints: after which error which line comes, on a terminal; that they never stand in an error's way."""

from __future__ import annotations

import time
from typing import Any

import pytest

from pydock.cli.tree import find
from pydock.hints import nearest
from tests.support.cli import any_of, cli, refused
from tests.support.stubs import Reply, Stubs, engine_of

ID = "a" * 64
WEB = {
    "Id": ID,
    "Names": ["/web"],
    "Image": "app:1",
    "ImageID": f"sha256:{'e' * 64}",
    "State": "running",
    "Ports": [{"PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}],
}
JOB = {"Id": "b" * 64, "Names": ["/job"], "Image": "app:1", "State": "exited"}
IMAGES = [
    {"Id": f"sha256:{'e' * 64}", "RepoTags": ["app:1", "app:2"], "Size": 1, "Created": 0}, {"Id": f"sha256:{'f' * 64}", "RepoTags": ["busybox:latest"], "Size": 1, "Created": 0},
    {"Id": f"sha256:{'d' * 64}", "RepoTags": None, "ParentId": f"sha256:{'e' * 64}", "Size": 1, "Created": 0},
]  # fmt: skip


def details(name: str, status: str, code: int = 0) -> dict[str, Any]:
    state = {"Running": status == "running", "Paused": False, "Restarting": False, "Status": status, "ExitCode": code}
    return {
        "Id": ID,
        "Name": f"/{name}",
        "Image": f"sha256:{'e' * 64}",
        "State": state,
        "Config": {"Tty": False, "OpenStdin": False},
    }


WORLD: dict[Any, Any] = {
    ("GET", "/containers/json"): [WEB, JOB], ("GET", "/images/json"): IMAGES, ("GET", "/networks"): [{"Id": "n", "Name": "front"}, {"Id": "h", "Name": "host"}],
    ("GET", "/volumes"): {"Volumes": [{"Name": "data"}]}, ("GET", f"/containers/{ID}/json"): details("web", "running"), ("GET", "/containers/bbb/json"): details("job", "exited", 3),
    ("GET", "/containers/ccc/json"): details("new", "created"),
}  # fmt: skip


def hints(done: Any) -> list[str]:
    return [line.removeprefix("\x1b[1mHint:\x1b[0m ") for line in done.out.splitlines() if "Hint:" in line]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("strat web", "Did you mean 'docker start'?"), ("image lss", "Did you mean 'docker image ls'?"), ("ls containers", "Did you mean 'docker container ls'?"),
        ("prune", "it is a command of builder, container, image, network, system, volume: 'docker container prune'"), ("xyzzy", ""),
        ("ps --fliter a=b", "Did you mean --filter?"), ("ps --xyzzy", ""), ("--cotnext x ps", "Did you mean --context?"),
        ("ps --context x", "--context comes before the command: 'docker --context … ps'"), ("run -name x y", "Did you mean --name? Long flags have two dashes"),
        ("ps -filter a=b", "Did you mean --filter? Long flags have two dashes"), ("run --volum x y", "Did you mean --volume?"),
    ],
)  # fmt: skip
def test_what_was_meant_by_words(line: str, hint: str) -> None:
    done = cli(*line.split(), table=any_of(WORLD), tty=True)
    assert hints(done) == ([hint] if hint else []) and not done.requests


@pytest.mark.parametrize(
    ("line", "status", "message", "hint"),
    [
        ("stop wbe", 404, "No such container: wbe", "Did you mean web?"), ("stop x", 404, "No such container: x", "the containers are web (running), job (exited)"),
        ("rmi busybxo", 404, "No such image: busybxo:latest", "Did you mean busybox?"), ("rmi app", 404, "No such image: app:latest", "there is app:1, app:2"),
        ("rmi nginx", 404, "No such image: nginx:latest", "'docker pull nginx' fetches it from its registry"),
        ("network rm frnot", 404, "network frnot not found", "Did you mean front?"),
        ("network rm x", 404, "network x not found", "the networks are front, host; 'docker network create x' makes it"), ("volume rm dta", 404, "get dta: no such volume", "Did you mean data?"),
        ("rename a web", 409, f'Conflict. The container name "/web" is already in use by container "{ID}". You have to …', "the container web is running"),
        ("create --name web app", 409, f'Conflict. The container name "/web" is already in use by container "{ID}". You have to …',
         "the container web is running: choose another --name, or 'docker rm -f web' ends and removes it"),
        ("create --name job app", 409, 'Conflict. The container name "/job" is already in use by container "bbb". You have to …',
         "the container job is exited: 'docker start job' starts it, 'docker rm job' removes it"),
        ("rmi app:1", 409, f'conflict: unable to remove repository reference "app:1" (must force) - container {ID} is using its referenced image eee',
         "the image is used by web (running), job (exited): 'docker rm -f web job' first"),
        ("rmi eee", 409, f"conflict: unable to delete eee (cannot be forced) - image is being used by running container {ID}",
         "the image is used by web (running), job (exited): 'docker rm -f web job' first"),
        ("rmi eee", 409, "conflict: unable to delete eee (must be forced) - image is referenced in multiple repositories",
         "its names are app:1, app:2: 'docker rmi app:1 app:2' removes them all"),
        ("rmi eee", 409, "conflict: unable to delete eee (cannot be forced) - image has dependent child images", "images are made from it: dddddddddddd"),
        ("start job", 500, "driver failed programming external connectivity on endpoint job (x): Bind for 0.0.0.0:8080 failed: port is already allocated",
         "port 8080 is held by the container web: 'docker stop web', or publish another port (-p)"),
        ("start job", 500, "failed to bind host port for 0.0.0.0:22:172.17.0.2:80/tcp: address already in use",
         "port 22 is held by a program on the engine's machine, not by a container: 'ss -ltnp sport = :22' there shows it"),
        ("rm web", 409, 'cannot remove container "web": container is running: stop the container before removing or force remove', "'docker stop web' first, or 'docker rm -f web'"),
        ("kill job", 409, "Cannot kill container: job: Container bbb is not running",
         "the container job is exited with code 3: 'docker start job' starts it, 'docker logs job' shows what it said"),
        ("kill new", 409, "cannot kill container: new: container ccc is not running", "the container new is created: 'docker start new' starts it"),
        ("top web", 409, "Container web is paused, unpause the container before …", "'docker unpause web'"),
        ("volume rm data", 409, f"remove data: volume is in use - [{ID}]", "the volume data is used by web (running), job (exited): 'docker rm -f web job' first"),
        ("network rm front", 403, 'error while removing network: network front has active endpoints (name:"web" id:"x")',
         "the network front is used by web (running), job (exited): 'docker network disconnect front web' first, or stop it"),
        ("node ls", 503, 'This node is not a swarm manager. Use "docker swarm init" or …',
         "'docker stack', 'service' and 'node' need a swarm: 'docker swarm init' makes this engine one of its own"),
        ("create network x", 500, "dial tcp: lookup registry-1.docker.io on 1.1.1.1:53: no such host", "Did you mean 'docker network create'?"),
        ("commit web", 500, "write /x: no space left on device", "'docker system df' shows what takes the space, 'docker system prune --dry-run' what could go"),
    ],
)  # fmt: skip
def test_what_helps_against_the_engines_errors(line: str, status: int, message: str, hint: str) -> None:
    """Docker's own lines come first, unchanged."""
    first = cli(*line.split(), engine=engine_of(Refusing(status, message)), tty=False)
    done = cli(*line.split(), engine=engine_of(Refusing(status, message)), tty=True)
    assert hints(done) == [hint]
    assert done.code == first.code and done.out.startswith(first.out + first.err)


class Refusing(Stubs):
    """An engine that refuses the first request, but for what a command only looks at, and then tells of its objects."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__({})
        self.answer, self.refused = Reply({"message": message}, status, {"Content-Type": "application/json"}), False

    def find(self, sent: Any) -> Any:
        if not self.refused and sent.method == "GET" and sent.path.startswith("/networks/"):
            return {"Id": "n", "Name": "x"}
        if self.refused:
            return WORLD[(sent.method, sent.path)]
        self.refused = True
        return self.answer


def test_hints_are_for_terminals_and_can_be_turned_off() -> None:
    table = {
        ("POST", "/containers/wbe/stop"): refused(404, "No such container: wbe"),
        ("GET", "/containers/json"): [WEB],
    }
    error = "Error response from daemon: No such container: wbe\n"
    done = cli("stop", "wbe", table=any_of(table))
    assert (done.err, len(done.requests)) == (error, 1)
    done = cli("stop", "wbe", table=any_of(table), tty=True, environ={"PYDOCK_HINTS": "0"})
    assert (done.out, len(done.requests)) == (error, 1)
    done = cli("stop", "wbe", table=any_of(table), tty=True, environ={"NO_COLOR": "1"})
    assert done.out == error + "Hint: Did you mean web?\n"
    done = cli("stop", "wbe", table=any_of(table), tty=True)
    assert done.out == error + "\x1b[1mHint:\x1b[0m Did you mean web?\n"


def test_an_engine_that_does_not_help_is_no_further_trouble() -> None:
    def slow(_: Any) -> Any:
        time.sleep(3)
        return [WEB]

    error = "Error response from daemon: No such container: wbe\n"
    for answer in (slow, refused(500, "no"), [{"Names": 1}], b"<html>"):
        table = {
            ("POST", "/containers/wbe/stop"): refused(404, "No such container: wbe"),
            ("GET", "/containers/json"): answer,
        }
        start = time.monotonic()
        done = cli("stop", "wbe", table=any_of(table), tty=True)
        assert (done.code, done.out) == (1, error) and time.monotonic() - start < 2.5


def test_an_engine_that_cannot_be_reached_is_not_asked() -> None:
    done = cli("-H", "unix:///nonexistent.sock", "stop", "a", tty=True, own_engine=True)
    assert done.code == 1 and hints(done)[0].startswith("'docker doctor' explains why") and not done.requests


def test_what_strangers_name_is_shown_on_one_line() -> None:
    table = {
        ("POST", "/containers/wbe/stop"): refused(404, "No such container: wbe"),
        ("GET", "/containers/json"): [{**WEB, "Names": ["/we\x1b[2J\nb"]}],
    }
    assert hints(cli("stop", "wbe", table=any_of(table), tty=True)) == ["the containers are we␛[2J b (running)"]


def test_each_of_several_errors_has_its_hint_but_no_more_than_three() -> None:
    names = ["wbe", "jbo", "wbe", "x1", "x2"]
    table: dict[Any, Any] = {("POST", f"/containers/{n}/stop"): refused(404, f"No such container: {n}") for n in names}
    done = cli("stop", *names, table=any_of({**table, ("GET", "/containers/json"): [WEB, JOB]}), tty=True)
    assert hints(done) == ["Did you mean web?", "Did you mean job?", "the containers are web (running), job (exited)"]


@pytest.mark.parametrize(
    ("word", "names", "found"),
    [
        ("strat", "start stats stop", "start"), ("WEB", "web", "web"), ("front", "my_front_1 back", "my_front_1"), ("fro", "a_front b_front", ""), ("ab", "xabyzzz", ""),
        ("abc", "", ""), ("completely", "different", ""),
    ],
)  # fmt: skip
def test_the_nearest_name(word: str, names: str, found: str) -> None:
    assert nearest.nearest(word, names.split()) == found


def test_every_command_that_a_hint_names_is_there() -> None:
    for words in (
        "pull",
        "rmi",
        "stop",
        "rm",
        "start",
        "logs",
        "unpause",
        "login",
        "network create",
        "network disconnect",
        "system df",
        "system prune",
        "swarm init",
        "context ls",
    ):
        assert find(words) is not None, words
