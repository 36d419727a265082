"""Tasks of services on two nodes, as pydock and docker show them: their logs, their trees, their updates."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import swarms
from tests.support.cli import program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

CREATE = ("service", "create", "-d", "-q", "--no-resolve-image", "--name")
MANY = 11
#: a span of time before now, which differs from run to run, and what depends on its length
AGO = re.compile(r"(?:less than a|about a|\d+) (?:second|minute)s? ago *|  +", re.IGNORECASE)


@pytest.fixture(scope="module")
def manager(nodes: tuple[EngineProcess, EngineProcess], docker: Path) -> Iterator[EngineProcess]:
    """Services that do each a thing of their own; their tasks have come to rest."""
    manager = nodes[0]
    echo = "echo out $0; echo err >&2; exec sleep 10000"
    fails = ("--restart-delay", "100ms", "--restart-max-attempts", "2")
    for words in (
        (*CREATE, "many", "--replicas", str(MANY), "busybox:latest", "sh", "-c", echo),
        (*CREATE, "global", "--mode", "global", "--container-label", "a=b c", "--log-opt", "labels=a", "busybox:latest", "sh", "-c", echo),
        (*CREATE, "fails", *fails, "busybox:latest", "sh", "-c", "echo fails; exit 3"),
        (*CREATE, "terminal", "--tty", "busybox:latest", "sh", "-c", echo),
        (*CREATE, "job", "--mode", "replicated-job", "--replicas", "2", "busybox:latest", "echo", "done"),
    ):  # fmt: skip
        swarms.do(docker, manager, *words)
    swarms.until(lambda: running(docker, manager) == MANY + 2 + 1, "all tasks run")
    swarms.until(lambda: states(docker, manager, "fails").count("Failed") == 3, "a task has failed three times")
    swarms.until(lambda: states(docker, manager, "job").count("Complete") == 2, "the job is done")
    yield manager
    swarms.clear(docker, manager)


def states(docker: Path, manager: EngineProcess, *services: str) -> str:
    return swarms.do(docker, manager, "service", "ps", "--format", "{{.CurrentState}}", *services)


def running(docker: Path, manager: EngineProcess) -> int:
    return states(docker, manager, "many", "global", "terminal").count("Running")


@pytest.mark.parametrize(
    "words",
    [
        "many", "--raw many", "--no-trunc many", "--no-task-ids many", "--no-resolve many", "--tail 1 many", "--since 1h many",
        "--details global", "--raw --details global", "--details -t global", "fails", "job", "--raw terminal", "terminal",
    ],
)  # fmt: skip
def test_logs(words: str, manager: EngineProcess, docker: Path, pydock: Path) -> None:
    """The lines of all tasks, which come in any order."""
    theirs, ours = (program(c, "service", "logs", *words.split(), host=manager.host) for c in (docker, pydock))
    assert ours.code == theirs.code and bool(theirs.out) == (words != "terminal")
    assert sorted(ours.out.splitlines()) == sorted(theirs.out.splitlines())
    assert sorted(ours.err.splitlines()) == sorted(theirs.err.splitlines())


def test_logs_of_one_task(manager: EngineProcess, docker: Path, pydock: Path) -> None:
    task = swarms.do(docker, manager, "service", "ps", "-q", "--filter", f"name=many.{MANY}", "many").split()[0]
    theirs, ours = (program(c, "service", "logs", task, host=manager.host) for c in (docker, pydock))
    assert ours == theirs and ours.out.startswith(f"many.{MANY}.".encode())


def test_logs_are_followed_until_an_interrupt(manager: EngineProcess, docker: Path, pydock: Path) -> None:
    """Those of tasks that come later, too."""
    swarms.do(docker, manager, *CREATE, "grows", "busybox:latest", "sh", "-c", "echo here; exec sleep 10000")
    swarms.until(lambda: "Running" in states(docker, manager, "grows"), "it runs")
    codes = []
    for client, replicas in ((docker, 3), (pydock, 6)):
        words = [str(client), "-H", manager.host, "service", "logs", "-f", "--no-task-ids", "grows"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as follower:
            assert follower.stdout is not None
            lines = {follower.stdout.readline()}
            swarms.do(docker, manager, "service", "scale", "-d", f"grows={replicas}")
            while len(lines) < replicas:
                lines.add(follower.stdout.readline())
            follower.send_signal(signal.SIGINT)
            codes.append(follower.wait(20))
            slots = {line.partition(b"@")[0] for line in lines}
            assert slots == {b"grows.%d" % slot for slot in range(1, replicas + 1)}
    assert codes[0] == codes[1]


@pytest.mark.parametrize(
    "words",
    [
        "service ps fails", "service ps many global job fails", "service ps --no-trunc fails", "service ps --no-resolve global",
        "service ps -f desired-state=running many fails", "service ps -f node=self many", "service ps -f node=two many", "service ps -q many",
        "node ps", "node ps self two", "node ps two nosuch", "service ls", "service ls --format json", "service inspect --pretty many fails job",
    ],
)  # fmt: skip
def test_lists(words: str, manager: EngineProcess, docker: Path, pydock: Path) -> None:
    theirs, ours = (program(c, *words.split(), host=manager.host) for c in (docker, pydock))
    assert (ours.code, ours.err, AGO.sub(" ", ours.out.decode())) == (
        theirs.code,
        theirs.err,
        AGO.sub(" ", theirs.out.decode()),
    )


def test_a_rollback_is_told(manager: EngineProcess, docker: Path, pydock: Path) -> None:
    """A new version fails, the former one comes back: its state, and the tree of tasks."""
    policy = ("--update-failure-action", "rollback", "--update-monitor", "2s", "--restart-condition", "none")
    swarms.do(docker, manager, *CREATE, "back", *policy, "busybox:latest", "sleep", "10000")
    swarms.until(lambda: "Running" in states(docker, manager, "back"), "it runs")
    swarms.do(docker, manager, "service", "update", "-d", "-q", "--args", "false", "back")
    state = ("service", "inspect", "-f", "{{with .UpdateStatus}}{{.State}}{{end}}", "back")
    swarms.until(lambda: swarms.do(docker, manager, *state) == "rollback_completed", "it is rolled back")
    swarms.until(lambda: "Running" in states(docker, manager, "back"), "it runs again")
    for words in (("service", "inspect", "--pretty", "back"), ("service", "ps", "back")):
        theirs, ours = (AGO.sub(" ", swarms.do(c, manager, *words)) for c in (docker, pydock))
        assert ours == theirs and ("rollback_completed" in ours or r" \_ back.1" in ours)


def test_a_worker_has_no_tasks_to_show(nodes: tuple[EngineProcess, EngineProcess], docker: Path, pydock: Path) -> None:
    for words in (
        "service ls",
        "service ps x",
        "service logs x",
        "service inspect x",
        "service rm x",
        "node ps",
        "node ps x",
    ):
        theirs, ours = (program(c, *words.split(), host=nodes[1].host) for c in (docker, pydock))
        assert ours == theirs and ours.code == 1 and b"not a swarm manager" in ours.err
