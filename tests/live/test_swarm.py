"""Swarms of real engines: two nodes, what becomes of them, and what their managers say; docker does the same beside pydock."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import swarms
from tests.support.cli import program
from tests.support.engines import EngineProcess
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

Nodes = tuple[EngineProcess, EngineProcess]
#: what is another thing each time
PLACEHOLDERS = [
    (re.compile(r"SWMTKN-1-\S+"), "<token>"), (re.compile(r"SWMKEY-1-[\w+/]+"), "<key>"), (re.compile(r"sha256:[0-9a-f]{64}"), "<digest>"),
    (re.compile(r"\b(?=[a-z]*\d)[0-9a-z]{25}\b"), "<id>"), (re.compile(r"-----BEGIN[^!]*?-----END CERTIFICATE-----"), "<certificate>"),
    (re.compile("  +"), "  "), (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "<time>"),
]  # fmt: skip


class Session:
    """A client at work: all that it says is kept."""

    def __init__(self, client: Path) -> None:
        self.client, self.said = client, list[tuple[tuple[str, ...], int, str, str]]()

    def __call__(self, engine: EngineProcess, *argv: str, stdin: bytes = b"") -> str:
        done = program(self.client, *argv, host=engine.host, stdin=stdin, timeout=90)
        texts = [done.out.decode(), done.err.decode()]
        for pattern, name in PLACEHOLDERS:
            texts = [pattern.sub(name, text) for text in texts]
        words = tuple("<token>" if word.startswith("SWMTKN") else word for word in argv)
        self.said.append((words, done.code, *texts))
        return done.out.decode().strip()


@pytest.fixture
def pair(nodes: Nodes, docker: Path) -> Iterator[Nodes]:
    """Both nodes, whatever a test before has made of them; what this one makes of them is mended."""
    yield nodes
    for node in nodes:
        if not node.answers():
            node.restart()
    swarms.form(docker, *nodes)


def alone(docker: Path, nodes: Nodes) -> None:
    """The first is a manager, the second in no swarm."""
    program(docker, "swarm", "leave", "--force", host=nodes[1].host)
    swarms.form(docker, nodes[0])
    # with an address that the other reaches
    program(docker, "swarm", "leave", "--force", host=nodes[0].host)
    swarms.do(docker, nodes[0], "swarm", "init", "--advertise-addr", swarms.ADDRESSES[0])


def node(engine: EngineProcess, name: str) -> dict[str, Any]:
    """The node of that host name which is not down, as its manager has it; {} for none."""
    found = [n for n in swarms.get(engine, "/nodes") if n["Description"].get("Hostname") == name]
    return next((n for n in found if n["Status"]["State"] != "down"), found[0] if found else {})


def settle(engine: EngineProcess) -> None:
    """Until the swarm changes its nodes no more by itself: a client's change that meets its own is refused."""

    def versions() -> Any:
        return [n["Version"] for n in swarms.get(engine, "/nodes")]

    def still() -> bool:
        before = versions()
        time.sleep(1)
        return bool(versions() == before)

    swarms.until(still, "the nodes are settled")


def test_info_tells_of_the_swarm_as_docker_does(pair: Nodes, docker: Path, pydock: Path) -> None:
    for engine in pair:
        for form in ("{{json .Swarm}}", "{{.Swarm.NodeAddr}} {{.Swarm.RemoteManagers}}"):
            assert swarms.do(pydock, engine, "info", "-f", form) == swarms.do(docker, engine, "info", "-f", form)
        theirs, ours = (program(c, "info", host=engine.host).out.partition(b" Swarm:")[2] for c in (docker, pydock))
        assert ours.partition(b" Runtimes:")[0] == theirs.partition(b" Runtimes:")[0]


# -- the life of a node --------------------------------------------------------------------------------

#: asked of a worker, and of an engine in no swarm
OF_A_MANAGER = (
    "swarm join-token worker", "swarm unlock-key", "swarm ca", "swarm update --autolock", "swarm unlock", "node ls", "node inspect self",
    "node inspect --pretty two", "node promote two", "node demote two", "node update --role worker two", "node rm two", "secret ls",
    "secret create x /etc/hostname", "secret inspect x -f {{.Spec.Name}}", "secret rm x", "config ls", "config create x /etc/hostname", "config rm x y",
    "inspect --type node two", "inspect --type secret x", "inspect --type service x", "service ls", "service rm x", "network ls -f scope=swarm --format {{.Name}}",
)  # fmt: skip


def life(client: Path, docker: Path, nodes: Nodes) -> tuple[Any, Any]:
    """A node joins, becomes a manager, is drained, is a worker again, leaves and is removed. What was said, and the specifications."""
    one, two = nodes
    alone(docker, nodes)
    do, specs = Session(client), []
    for words in OF_A_MANAGER:
        do(two, *words.split())
    token = do(one, "swarm", "join-token", "-q", "worker")
    do(one, "swarm", "join-token", "--rotate", "worker")
    do(two, "swarm", "join", "--token", token, "--advertise-addr", "10.99.0.2", "10.99.0.1:2377")
    token = do(one, "swarm", "join-token", "-q", "worker")
    do(
        two,
        "swarm",
        "join",
        "--token",
        token,
        "--advertise-addr",
        "10.99.0.2",
        "--availability",
        "pause",
        "10.99.0.1:2377",
    )
    swarms.until(lambda: swarms.ready(docker, one) == 2, "two has joined")
    do(one, "node", "ls")
    for words in OF_A_MANAGER:
        do(two, *words.split())
    do(one, "node", "rm", "two")
    settle(one)
    do(one, "node", "promote", "one", "two")
    swarms.until(
        lambda: (node(one, "two").get("ManagerStatus") or {}).get("Reachability") == "reachable", "two is a manager"
    )
    swarms.until(lambda: swarms.get(two, "/info")["Swarm"]["ControlAvailable"], "two knows that it is a manager")
    settle(one)
    do(two, "node", "ls", "--format", "{{.Hostname}} {{.Self}} {{.ManagerStatus}} {{.TLSStatus}}")
    do(
        two,
        "node",
        "inspect",
        "self",
        "one",
        "-f",
        "{{.Description.Hostname}} {{.Spec.Role}} {{.ManagerStatus.Leader}}",
    )
    do(two, "swarm", "leave")
    do(one, "node", "rm", "-f", "two")
    settle(one)
    do(two, "node", "update", "--availability", "drain", "--label-add", "disk=ssd", "--label-add", "x", "two")
    specs.append(node(one, "two")["Spec"])
    do(one, "node", "ls")
    do(one, "node", "update", "--label-rm", "x", "--label-rm", "y", "two")
    settle(one)
    do(one, "node", "demote", "two", "two")
    swarms.until(lambda: "ManagerStatus" not in node(one, "two"), "two is a worker")
    swarms.until(lambda: not swarms.get(two, "/info")["Swarm"]["ControlAvailable"], "two knows that it is a worker")
    specs.append(node(one, "two")["Spec"])
    do(two, "swarm", "leave")
    do(two, "swarm", "leave")
    swarms.until(lambda: node(one, "two")["Status"]["State"] == "down", "two has left")
    do(one, "node", "ls", "--format", "{{.Hostname}} {{.Status}} {{.Availability}}")
    do(one, "node", "rm", "two")
    do(one, "node", "demote", "one")
    do(one, "swarm", "leave")
    do(one, "swarm", "leave", "-f")
    return do.said, specs


def test_the_life_of_a_node_is_the_same_with_both_clients(pair: Nodes, docker: Path, pydock: Path) -> None:
    theirs, ours = life(docker, docker, pair), life(pydock, docker, pair)
    assert ours[1] == theirs[1]
    for line in zip(ours[0], theirs[0]):
        assert line[0] == line[1]


def test_engines_in_no_swarm_say_so(engine: EngineProcess, docker: Path, pydock: Path) -> None:
    """Engines that cannot be in one say so, too: as docker tells of them."""
    sessions = [Session(client) for client in (docker, pydock)]
    for do in sessions:
        for words in (
            *OF_A_MANAGER,
            "swarm leave",
            "swarm leave -f",
            "swarm init --advertise-addr 9.9.9.9",
            "info -f {{json .Swarm}}",
        ):
            do(engine, *words.split())
    for (words, code, out, err), theirs in zip(sessions[1].said, sessions[0].said):
        # docker repeats "Not Found" where the engine has no more to say
        assert (words, code, out, re.sub(r"(?<=Not Found): the engine has no .*", "", err)) == theirs


# -- keys and certificates -----------------------------------------------------------------------------


def locked(client: Path, docker: Path, one: EngineProcess) -> Any:
    """A manager with autolock starts again: what it says before and after it is unlocked."""
    swarms.form(docker, one)
    do = Session(client)
    do(one, "swarm", "update", "--autolock")
    do(one, "swarm", "unlock-key")
    old = do(one, "swarm", "unlock-key", "-q")
    key = do(one, "swarm", "unlock-key", "--rotate", "-q")
    assert key.startswith("SWMKEY-1-") and key != old
    one.restart()
    do(one, "info", "-f", "{{json .Swarm}}")
    do(one, "node", "ls")
    do(one, "secret", "ls")
    do(one, "inspect", "--type", "node", "self")
    do(one, "swarm", "leave")
    do(one, "swarm", "unlock", stdin=b"bogus\n")
    do(one, "swarm", "unlock", stdin=old.encode())
    do(one, "swarm", "unlock", stdin=f"  {key}  \n".encode())
    swarms.until(lambda: swarms.get(one, "/info")["Swarm"]["LocalNodeState"] == "active", "the manager is unlocked")
    do(one, "swarm", "unlock", stdin=key.encode())
    do(one, "swarm", "update", "--autolock=false")
    do(one, "swarm", "unlock-key")
    do(one, "swarm", "unlock-key", "--rotate")
    return do.said


def test_a_locked_manager_is_unlocked(pair: Nodes, docker: Path, pydock: Path) -> None:
    assert locked(pydock, docker, pair[0]) == locked(docker, docker, pair[0])


def test_the_key_is_typed_unseen(pair: Nodes, docker: Path, pydock: Path) -> None:
    one = pair[0]
    swarms.form(docker, one)
    swarms.do(docker, one, "swarm", "update", "--autolock")
    key = swarms.do(docker, one, "swarm", "unlock-key", "-q")
    one.restart()
    terminal = Terminal(pydock, "swarm", "unlock", host=one.host)
    try:
        terminal.until(b"Enter unlock key: ")
        swarms.until(lambda: not terminal.echoes(), "what is typed is not shown", 5)
        terminal.type(key.encode() + b"\n")
        assert (terminal.end(), key.encode() in terminal.seen) == (0, False)
    finally:
        terminal.close()
    assert swarms.get(one, "/info")["Swarm"]["LocalNodeState"] in ("active", "pending")


def rotated(engine: EngineProcess, before: str) -> bool:
    """Whether the swarm has another root certificate than before, and all nodes have theirs from it."""
    found = swarms.get(engine, "/swarm")
    return found["TLSInfo"]["TrustRoot"] != before and not found["RootRotationInProgress"]


def rotate(client: Path, engine: EngineProcess, *flags: str) -> tuple[int, list[bytes], bytes]:
    """Rotate the certificates of both nodes: the exit code, what is told, each line once, and errors."""
    before = swarms.get(engine, "/swarm")["TLSInfo"]["TrustRoot"]
    do = Session(client)
    do(engine, "swarm", "ca", "--rotate", *flags)
    if "-d" in flags:
        # it begins and ends behind the client's back
        swarms.until(lambda: rotated(engine, before), "the rotation is done")
    assert rotated(engine, before)
    ready = ("node", "ls", "--format", "{{.TLSStatus}}")
    swarms.until(lambda: program(client, *ready, host=engine.host).out == b"Ready\nReady\n", "both are ready", 20)
    [(_, code, out, err)] = do.said
    return code, list(dict.fromkeys(out.splitlines())), err


@pytest.mark.parametrize("flags", [(), ("-q",), ("-d",)], ids=str)
def test_the_certificate_of_all_nodes_is_rotated(
    flags: tuple[str, ...], pair: Nodes, docker: Path, pydock: Path
) -> None:
    """Lines come as often as the engine is looked at; which ones do, and what follows them, is the same."""
    said = [rotate(client, pair[0], *flags) for client in (docker, pydock)]
    assert said[0] == said[1]


def test_a_rotation_on_a_terminal(pair: Nodes, pydock: Path) -> None:
    terminal = Terminal(pydock, "swarm", "ca", "--rotate", host=pair[0].host)
    try:
        assert terminal.end(60) == 0
        rows, _, rest = terminal.seen.partition(b"-----BEGIN CERTIFICATE-----")
        assert b"rotated TLS certificates:  2/2 nodes" in rows and b"rotated CA certificates:   2/2 nodes" in rows
        assert rest.rstrip().endswith(b"-----END CERTIFICATE-----")
    finally:
        terminal.close()


# -- managers that are lost ----------------------------------------------------------------------------


def test_a_manager_is_killed_while_a_rotation_is_watched(pair: Nodes, pydock: Path) -> None:
    one, two = pair
    # a node that is stopped keeps the rotation from its end
    two.kill()
    threading.Thread(target=lambda: (time.sleep(2), one.kill())).start()
    done = program(pydock, "swarm", "ca", "--rotate", host=one.host, timeout=60)
    assert done.code == 1 and done.out.startswith(b"desired root digest: ")
    assert re.fullmatch(rb"(Cannot connect to the Docker daemon at|error during connect: ).*\n", done.err), done.err
    done = program(pydock, "node", "ls", host=one.host)
    assert (done.code, done.out) == (1, b"")
    assert done.err == f"Cannot connect to the Docker daemon at {one.host}. Is the docker daemon running?\n".encode()


def test_a_swarm_without_its_majority_says_so(pair: Nodes, docker: Path, pydock: Path) -> None:
    one, two = pair
    swarms.do(docker, one, "node", "promote", "two")
    swarms.until(
        lambda: (node(one, "two").get("ManagerStatus") or {}).get("Reachability") == "reachable", "two is a manager"
    )
    two.kill()
    swarms.until(lambda: program(docker, "node", "ls", host=one.host, timeout=90).code, "the leader is lost", 120)
    sessions = [Session(client) for client in (docker, pydock)]
    for do in sessions:
        do(one, "node", "ls")
        do(one, "secret", "create", "x", "/etc/hostname")
        do(one, "info", "-f", "{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}} {{.Swarm.Error}}")
    assert sessions[0].said == sessions[1].said
