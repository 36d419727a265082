"""Engines of this machine, found, explained, asked together, started and stopped; docker and the engines are the oracle."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live import test_remote
from tests.support import engines
from tests.support.cli import Done, program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live


class User:
    """Who has contexts for some engines; both clients read them."""

    def __init__(self, home: Path, pydock: Path, docker: Path) -> None:
        self.home, self.clients = home, {"pydock": pydock, "docker": docker}

    def __call__(self, *argv: str, client: str = "pydock", **env: str) -> Done:
        return program(self.clients[client], *argv, home=self.home, env={"XDG_RUNTIME_DIR": str(self.home), **env})

    def context(self, name: str, host: str) -> str:
        assert self("context", "create", name, "--docker", f"host={host}", client="docker").code == 0
        return name


@pytest.fixture
def user(tmp_path: Path, pydock: Path, docker: Path) -> User:
    return User(tmp_path, pydock, docker)


def test_what_engines_are_and_which_one_docker_uses(user: User, engine: EngineProcess) -> None:
    user.context("mine", engine.host)
    for environ in ({"DOCKER_CONTEXT": "mine"}, {"DOCKER_HOST": engine.host}):
        found = [json.loads(line) for line in user("engine", "ls", "--format", "json", **environ).out.splitlines()]
        (used,) = [row for row in found if row["Current"]]
        told = json.loads(user("version", "--format", "json", client="docker", **environ).out)["Server"]
        assert used["Name"] == user("context", "show", client="docker", **environ).out.decode().strip()
        assert (used["Version"], used["API"], used["State"]) == (told["Version"], told["ApiVersion"], "reachable")
        assert (used["Kind"], list(environ)) == (engine.name.partition("-")[0], [used["ChosenBy"]])


# ---- doctor ----------------------------------------------------------------------------------------------

#: an engine over TLS, and a server of ssh
tls_engine, tls, ssh_server = test_remote.tls_engine, test_remote.tls, test_remote.ssh_server


def found(done: Done) -> dict[str, str]:
    """The problems, by check."""
    steps = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == int(any(step["State"] == "problem" for step in steps)), done
    return {step["Check"]: step["Text"] for step in steps if step["State"] == "problem"}


DOCTOR = ("doctor", "--format", "json")


def test_a_doctor_finds_nothing_wrong_with_what_docker_reaches(user: User, engine: EngineProcess) -> None:
    done = user("doctor", client="pydock", DOCKER_HOST=engine.host)
    assert (done.code, done.err) == (0, b"") and b"No problem was found." in done.out, done
    told = json.loads(user("version", "--format", "json", client="docker", DOCKER_HOST=engine.host).out)["Server"]
    assert f"{told['Version']}, API {told['ApiVersion']}" in done.out.decode()
    newer = found(user(*DOCTOR, DOCKER_HOST=engine.host, DOCKER_API_VERSION="1.99"))
    # Podman takes any version
    assert "client version 1.99 is too new" in newer.get("API version", "") or engine.name == "podman"


def test_a_doctor_of_tls(tls: test_remote.Remote, tls_engine: tuple[EngineProcess, Path]) -> None:
    folder = tls_engine[1]
    assert found(tls(*DOCTOR)) == {}
    assert "wants TLS, and was asked without" in found(tls(*DOCTOR, DOCKER_TLS_VERIFY=""))["connection"]
    paths = ("--tlscert", str(folder / "cert.pem"), "--tlskey", str(folder / "key.pem"))
    other = found(tls("--tlscacert", str(folder / "other-ca.pem"), *paths, *DOCTOR))
    assert "signed by an unknown CA" in other["connection"]
    alone = found(tls("--tlscacert", str(folder / "ca.pem"), *DOCTOR, DOCKER_CERT_PATH="/nonexistent"))
    assert "refuses a client without a certificate" in alone["connection"]


def test_a_doctor_of_ssh(
    ssh_server: Callable[[Path], tuple[int, Path]], docker: Path, pydock: Path, tmp_path: Path
) -> None:
    port, folder = ssh_server(docker)
    assert found(test_remote.over_ssh(pydock, port, folder)(*DOCTOR)) == {}
    (folder / "remote" / "docker").unlink()
    assert "no program docker" in found(test_remote.over_ssh(pydock, port, folder)(*DOCTOR))["connection"]
    (folder / "known").write_text("")
    assert "the host's key is not known" in found(test_remote.over_ssh(pydock, port, folder)(*DOCTOR))["connection"]
    (folder / "bin" / "ssh").write_text(
        f'#!/bin/sh\nexec /usr/bin/ssh -F {folder}/config -o StrictHostKeyChecking=no -o IdentityFile=/nonexistent "$@"\n'
    )
    config = (folder / "config").read_text().replace(str(folder / "user"), "/nonexistent")
    (folder / "config").write_text(config.replace("StrictHostKeyChecking yes\n", ""))
    assert "lets no key of this user in" in found(test_remote.over_ssh(pydock, port, folder)(*DOCTOR))["connection"]


# ---- many engines at once --------------------------------------------------------------------------------


@pytest.fixture
def pair(user: User, docker28: EngineProcess, docker20: EngineProcess) -> Iterator[User]:
    """Contexts for two engines, with a container of one name, and for a dead one."""
    user.context("new", docker28.host)
    user.context("old", docker20.host)
    user.context("dead", f"unix://{user.home}/dead.sock")
    run = ("run", "-d", "--name", "both", "busybox", "sh", "-c", "echo out; echo err >&2; exec sleep 1000")
    try:
        for name in ("new", "old"):
            assert user("--context", name, *run, client="docker").code == 0
        yield user
    finally:
        for name in ("new", "old"):
            user("--context", name, "rm", "-f", "both", client="docker")


LISTS = ("ps -a", "images", "volume ls", "network ls --no-trunc", "ps -s", "node ls")


@pytest.mark.parametrize("line", LISTS)
def test_a_list_of_two_engines_has_the_rows_that_docker_lists_of_each(pair: User, line: str) -> None:
    for _ in range(5):
        both = pair("--context", "new,old", *line.split())
        each = [pair("--context", name, *line.split(), client="docker") for name in ("new", "old")]
        want = [
            [name, *row.split()]
            for name, done in zip(("new", "old"), each)
            for row in done.out.decode().splitlines()[1:]
        ]
        # "2 seconds ago" may be 3 the next time
        if [row.split() for row in both.out.decode().splitlines()[1:]] == want:
            break
    else:
        pytest.fail(f"{both.out.decode()}\n{want}")
    assert both.code == max(done.code for done in each)
    assert both.err.decode().count("Error response") == sum(done.code != 0 for done in each)


def test_streams_and_single_answers_of_two_engines(pair: User) -> None:
    done = pair("--context", "new,dead,old", "logs", "both")
    assert done.code == 1 and b"dead: Cannot connect to the Docker daemon" in done.err
    assert sorted(done.out.splitlines()) == [b"new  | out", b"old  | out"]
    assert sorted(done.err.splitlines())[1:] == [b"new  | err", b"old  | err"]
    done = pair("--context", "new,old", "info", "--format", "{{.Context}} {{.ServerVersion}}")
    told = [pair("--context", n, "info", "--format", "{{.ServerVersion}}", client="docker").out for n in ("new", "old")]
    assert sorted(done.out.splitlines()) == [b"new " + told[0].strip(), b"old " + told[1].strip()]
    rows = pair("--context", "new,old", "stats", "--no-stream", "--format", "{{.Context}} {{.Name}}").out.split(b"\n")
    assert {b"new both", b"old both"} <= set(rows)
    events = ("events", "--since", "10m", "--until", "0s", "--filter", "container=both", "--filter", "event=start")
    assert {line.split()[0] for line in pair("--context", "new,old", *events).out.splitlines()} == {b"new", b"old"}
    found = json.loads(pair("--context", "new,old", "inspect", "both").out)
    assert [(one["Context"], one["Name"]) for one in found] == [("new", "/both"), ("old", "/both")]


def test_figures_of_two_engines_are_drawn_as_one_table(pair: User) -> None:
    words = [str(pair.clients["pydock"]), "--context", "new,old", "stats", "both"]
    env = {"PATH": os.environ["PATH"], "HOME": str(pair.home)}
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=env) as running:
        assert running.stdout
        text, end = b"", time.monotonic() + 30
        while not re.search(rb"\x1b\[HCONTEXT[^\n]*\nnew +[^\n]* both [^\n]*\nold +[^\n]* both ", text):
            assert time.monotonic() < end, text
            text += os.read(running.stdout.fileno(), 65536)
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 130


# ---- an engine of one's own ------------------------------------------------------------------------------


class Owner:
    """Who starts engines, in a network namespace of their own."""

    def __init__(self, kind: str, home: Path, pydock: Path, docker: Path) -> None:
        engines.install_stable()
        self.kind, self.home, self.clients = kind, home, {"pydock": pydock, "docker": docker}
        self.namespace = f"pydock-{os.getpid()}-{home.name}"
        system = "/usr/sbin:/usr/bin:/sbin:/bin"
        path = f"{engines.unpack_unstable()}:{system}" if kind == "docker-28" else system
        (home / "run").mkdir(mode=0o700)
        (home / "containers.conf").write_text(
            '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n'
            '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
        )
        self.env = {
            "PATH": path,
            "XDG_RUNTIME_DIR": str(home / "run"),
            "CONTAINERS_CONF": str(home / "containers.conf"),
        }

    def __call__(self, *argv: str, client: str = "pydock") -> Done:
        words = ("nsenter", f"--net=/run/netns/{self.namespace}", str(self.clients[client]), *argv)
        return program(words[0], *words[1:], home=self.home, env=self.env, timeout=150)

    def start(self, name: str = "mine") -> Done:
        return self("engine", "start", name, "--with", self.kind.partition("-")[0])

    @property
    def socket(self) -> Path:
        return self.home / "run" / "pydock" / "mine" / "docker.sock"

    def note(self) -> dict[str, Any]:
        path = self.home / ".local" / "state" / "pydock" / "engines" / "mine" / "engine.json"
        found: dict[str, Any] = json.loads(path.read_text())
        return found


@pytest.fixture(params=["docker-28", "docker-20", "podman"])
def owner(request: pytest.FixtureRequest, pydock: Path, docker: Path) -> Iterator[Owner]:
    home = Path(tempfile.mkdtemp(prefix="pd-"))
    try:
        one = Owner(request.param, home, pydock, docker)
    except engines.Unavailable as why:
        pytest.skip(str(why))
    subprocess.run(["ip", "netns", "add", one.namespace], check=True)
    subprocess.run(["ip", "-n", one.namespace, "link", "set", "lo", "up"], check=True)
    try:
        yield one
    finally:
        for name in ("mine", "other"):
            one("engine", "stop", name, "--purge", "--yes")
        subprocess.run(["ip", "netns", "del", one.namespace], check=True)
        # nothing is left: no process, no mount
        assert not [line for line in Path("/proc/self/mounts").read_text().splitlines() if f" {home}/" in line]
        ps = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        assert f"{home}/run" not in ps
        shutil.rmtree(home, ignore_errors=True)


def test_an_engine_of_ones_own(owner: Owner) -> None:
    """Both clients use it by its context; it is what it was after its end, and after it was killed."""
    done = owner.start()
    assert (done.code, done.out) == (0, b"mine\n"), done
    engines.load_busybox(owner)  # type: ignore[arg-type]
    run = ("run", "--rm", "busybox", "echo", "hi")
    for client in ("docker", "pydock"):
        assert owner("--context", "mine", *run, client=client).out == b"hi\n"
    again = owner.start()
    assert again.code == 0 and b"is running already" in again.err
    assert owner("--context", "mine", "volume", "create", "kept").code == 0
    assert owner("engine", "stop", "mine").code == 0
    assert owner("--context", "mine", "ps", client="docker").code == 1 and not owner.socket.exists()
    assert owner.start().code == 0
    assert owner("--context", "mine", "volume", "ls", "-q", client="docker").out == b"kept\n"
    started = owner("--context", "mine", "run", "-d", "--name", "left", "busybox", "sleep", "1000", client="docker")
    assert started.code == 0, started
    os.kill(owner.note()["pid"], signal.SIGKILL)
    assert owner.start().code == 0
    names = owner("--context", "mine", "ps", "-a", "--format", "{{.Names}}", client="docker").out
    assert names == b"left\n" and owner("--context", "mine", *run).out == b"hi\n"


def test_an_engine_beside_another_does_not_disturb_it(owner: Owner) -> None:
    if owner.kind == "podman":
        pytest.skip("Podman has no bridge that two could want")
    assert owner.start().code == 0
    engines.load_busybox(owner)  # type: ignore[arg-type]
    assert (
        owner("--context", "mine", "run", "-d", "--name", "web", "-p", "8080:80", "busybox", "sleep", "1000").code == 0
    )
    rules = ["nsenter", f"--net=/run/netns/{owner.namespace}", "iptables-save"]
    before = subprocess.run(rules, capture_output=True, text=True, check=True).stdout
    other = owner.start("other")
    assert other.code == 0 and b"whose firewall is left alone" in other.err
    after = subprocess.run(rules, capture_output=True, text=True, check=True).stdout
    assert [line for line in before.splitlines() if line.startswith("-A")] == [
        line for line in after.splitlines() if line.startswith("-A")
    ]
    assert owner("--context", "mine,other", "ps", "--format", "{{.Context}} {{.Names}}").out == b"mine web\n"
    assert owner("engine", "stop", "other").code == 0
    assert owner("--context", "mine", "exec", "web", "true").code == 0
