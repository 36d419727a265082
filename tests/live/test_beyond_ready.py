"""Waiting until containers are ready: what the engine says afterwards, by docker's own client, is the judge."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.cli import Done, program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

NAMES = ("one", "two")
CHECK = ("--health-cmd", "test -f /ok", "--health-interval", "300ms", "--health-retries", "20")
Client = Callable[..., str]


@pytest.fixture
def do(engine: EngineProcess, docker: Path) -> Iterator[Client]:
    """docker's own client, without whose success nothing is shown."""

    def run(*argv: str) -> str:
        done = program(docker, *argv, host=engine.host)
        assert done.code == 0, done
        return done.out.decode().strip()

    program(docker, "rm", "-f", *NAMES, host=engine.host)
    yield run
    program(docker, "rm", "-f", *NAMES, host=engine.host)


@pytest.fixture
def wait(engine: EngineProcess, pydock: Path) -> Callable[..., tuple[int, str, str]]:
    def run(*argv: str) -> tuple[int, str, str]:
        return texts(program(pydock, *argv, host=engine.host))

    return run


def texts(done: Done) -> tuple[int, str, str]:
    return done.code, done.out.decode(), done.err.decode()


def sh(text: str) -> tuple[str, ...]:
    return ("busybox", "sh", "-c", text)


def test_healthy(engine: EngineProcess, pydock: Path, do: Client, wait: Callable[..., tuple[int, str, str]]) -> None:
    do("run", "-d", "--name", "one", *CHECK, *sh("sleep 1; touch /ok; sleep 60"))
    words = ("wait", "--for", "healthy", "--for", "running", "--timeout", "30s", "one")
    if engine.name == "podman":
        # without systemd nobody runs its checks: that is told, and one that is run by hand is noticed
        code, _, err = wait("wait", "--for", "healthy", "--timeout", "2s", "one")
        assert (code, err) == (124, 'timed out after 2s:\none is not healthy: its health is "starting"\n')
        with subprocess.Popen([pydock, "-H", engine.host, *words], stdout=-1) as waits:
            time.sleep(1)
            check = [*engine.remove_all[: engine.remove_all.index("rm")], "healthcheck", "run", "one"]
            subprocess.run(check, check=True, timeout=60, capture_output=True)
            assert (waits.wait(60), waits.stdout and waits.stdout.read()) == (0, b"one\n")
    assert wait(*words) == (0, "one\n", "")
    assert do("inspect", "--format", "{{.State.Health.Status}}", "one") == "healthy"


def test_what_never_becomes_healthy(
    engine: EngineProcess, do: Client, wait: Callable[..., tuple[int, str, str]]
) -> None:
    do("run", "-d", "--name", "one", *CHECK, *sh("sleep 1; echo no config >&2; exit 3"))
    expected = "one is not healthy: it has exited with code 3; its last line of output: no config\n"
    assert wait("wait", "--for", "healthy", "--timeout", "30s", "one") == (1, "", expected)
    if engine.name != "podman":
        check = ("--health-cmd", "echo broken; false", "--health-interval", "100ms", "--health-retries", "1")
        code, out, err = wait("run", "-d", "--name", "two", "--wait", "--timeout", "30s", *check, *sh("sleep 60"))
        assert (code, out) == (1, do("inspect", "--format", "{{.Id}}", "two") + "\n")
        assert err.startswith('two is not healthy: its health is "unhealthy"; the last check exited with 1: broken\n')


def test_exit_codes_and_removals(do: Client, wait: Callable[..., tuple[int, str, str]]) -> None:
    do("run", "-d", "--name", "one", *sh("sleep 4; exit 1"))
    do("run", "-d", "--name", "two", *sh("sleep 2; exit 2"))
    assert wait("wait", "--for", "exited", "two", "one") == (0, "2\n1\n", "")
    assert do("wait", "two", "one") == "2\n1"
    do("rm", "one", "two")
    do("run", "-d", "--rm", "--name", "one", *sh("sleep 4; exit 4"))
    do("run", "-d", "--rm", "--name", "two", *sh("sleep 4; exit 5"))
    assert wait("wait", "--for", "exited", "--for", "removed", "--timeout", "30s", "one", "two") == (0, "4\n5\n", "")
    assert do("ps", "-aq") == ""


def test_logs(do: Client, wait: Callable[..., tuple[int, str, str]]) -> None:
    """A line of this run, not of the one before; the first line that a fast process writes; and what is in no line."""
    fast = "echo run $(cat /n 2>/dev/null); echo x >>/n; sleep 1; echo ready >&2; sleep 60"
    do("run", "-d", "--name", "one", "busybox", "sh", "-c", fast)
    assert wait("wait", "--for", "log=^run", "--for", "log=^ready$", "--timeout", "30s", "one") == (0, "one\n", "")
    do("restart", "-t", "0", "one")
    code, _, err = wait("wait", "--for", "log=^run $", "--timeout", "500ms", "one")
    assert code == 124 and "has no line in its log that matches '^run $': it is running" in err
    assert wait("wait", "--for", "log=^run x", "--timeout", "30s", "one") == (0, "one\n", "")
    do("run", "-d", "--name", "two", *sh("sleep 1; echo never; exit 6"))
    expected = (
        "two has no line in its log that matches 'nothing': it has exited with code 6; its last line of output: never\n"
    )
    assert wait("wait", "--for", "log=nothing", "two") == (1, "", expected)


def test_what_is_started_later(
    engine: EngineProcess, docker: Path, do: Client, wait: Callable[..., tuple[int, str, str]]
) -> None:
    do("create", "--name", "one", *sh("echo go; exit 5"))
    with subprocess.Popen(["sh", "-c", f"sleep 1; {docker} -H {engine.host} start one"], stdout=subprocess.DEVNULL):
        assert wait("wait", "--for", "log=go", "--for", "exited", "--timeout", "30s", "one") == (0, "5\n", "")


@pytest.mark.parametrize("published", [True, False])
def test_ports(engine: EngineProcess, pydock: Path, do: Client, published: bool) -> None:
    """From where the engine's ports are: a server that opens its port a second after its start."""
    inside = ["nsenter", f"--net=/run/netns/{engine.namespace}"] if engine.namespace else []
    do(
        "run",
        "-d",
        "--name",
        "one",
        *(("-p", "127.0.0.1:18734:80") if published else ()),
        *sh("sleep 2; httpd -f -p 80"),
    )
    for flags, code in ((("port=80", "--timeout", "500ms"), 124), (("port=80", "--timeout", "30s"), 0)):
        line = [*inside, str(pydock), "-H", engine.host, "wait", "--for", *flags, "one"]
        done = subprocess.run(line, capture_output=True, timeout=60, check=False)
        assert done.returncode == code, done
    assert do("exec", "one", "sh", "-c", "netstat -ltn | grep -c ':80 '") == "1"


def test_run_and_start(engine: EngineProcess, do: Client, wait: Callable[..., tuple[int, str, str]]) -> None:
    health = () if engine.name == "podman" else CHECK
    code, out, err = wait(
        "run", "-d", "--name", "one", "--wait", "--timeout", "30s", *health, *sh("sleep 1; touch /ok; sleep 60")
    )
    assert (code, out, err) == (0, do("inspect", "--format", "{{.Id}}", "one") + "\n", "")
    if health:
        assert do("inspect", "--format", "{{.State.Health.Status}}", "one") == "healthy"
    do("stop", "-t", "0", "one")
    assert wait("start", "--wait", "--timeout", "30s", "one") == (0, "one\n", "")
    code, out, err = wait("run", "-d", "--name", "two", "--for", "log=x", "--timeout", "1s", *sh("sleep 60"))
    assert code == 124 and err.endswith("\nThe container is left as it is.\n")
    assert do("inspect", "--format", "{{.State.Status}}", "two") == "running"


def test_an_engine_that_is_lost(tmp_path_factory: pytest.TempPathFactory, pydock: Path, docker: Path) -> None:
    """It is told, and neither a success nor a wait for ever."""
    import tempfile

    from tests.support import engines

    with engines.running("docker-20", Path(tempfile.mkdtemp(prefix="pd-"))) as engine:
        program(docker, "run", "-d", "--name", "one", *sh("sleep 60"), host=engine.host)
        with subprocess.Popen(
            [pydock, "-H", engine.host, "wait", "--for", "exited", "one"], stdout=-1, stderr=-1
        ) as waits:
            time.sleep(2)
            assert waits.poll() is None
            engine.kill()
            out, err = waits.communicate(timeout=30)
        assert (waits.returncode, out) == (1, b"") and err.startswith(b"lost the events of the engine: "), err
