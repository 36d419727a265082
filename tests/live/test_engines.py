"""The main job on real engines: Docker 28.5, Docker 20.10, Podman."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path

import pytest

from tests.support.cli import Done, program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live


class Client:
    """pydock on one engine, with names of its own that are removed afterwards."""

    def __init__(self, pydock: Path, engine: EngineProcess, folder: Path) -> None:
        self.pydock, self.engine, self.folder = pydock, engine, folder

    def __call__(self, *argv: str, stdin: bytes = b"", **env: str) -> Done:
        return program(
            self.pydock, *argv, host=self.engine.host, stdin=stdin, cwd=self.folder, home=self.folder, env=env
        )

    def ok(self, *argv: str, stdin: bytes = b"") -> str:
        done = self(*argv, stdin=stdin)
        assert done.code == 0, (argv, done)
        return done.out.decode()


@pytest.fixture
def run(pydock: Path, engine: EngineProcess, tmp_path: Path) -> Client:
    return Client(pydock, engine, tmp_path)


@pytest.fixture
def name(run: Client) -> str:
    text = f"t{uuid.uuid4().hex[:10]}"
    yield text  # type: ignore[misc]
    run("rm", "-f", text)


def test_run_prints_and_leaves_with_the_containers_code(run: Client) -> None:
    # Podman may tell 0 of a container that it removes: docker's client gets the same
    rm = [] if run.engine.name == "podman" else ["--rm"]
    done = run("run", *rm, "busybox", "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (done.code, done.out, done.err) == (7, b"out\n", b"err\n")


def test_stdin_to_its_end(run: Client) -> None:
    data = bytes(range(256)) * 4000
    done = run("run", "--rm", "-i", "busybox", "cat", stdin=data)
    assert (done.code, done.out == data, done.err) == (0, True, b"")


def test_a_life(run: Client, name: str) -> None:
    """create, start, ps, logs, inspect, kill, wait, start -a, rm."""
    identifier = run.ok(
        "create", "--name", name, "-e", "A=1", "-l", f"mine={name}", "busybox", "sh", "-c", "echo line; sleep 100"
    ).strip()
    assert re.fullmatch("[0-9a-f]{64}", identifier)
    assert run.ok("start", name) == f"{name}\n"
    listed = run.ok("ps", "--filter", f"label=mine={name}", "--format", "{{.Names}} {{.State}} {{.ID}}")
    assert listed == f"{name} running {identifier[:12]}\n"
    assert json.loads(run.ok("inspect", name))[0]["Id"] == identifier
    assert run.ok("inspect", "-f", "{{.State.Running}} {{.Id}} {{index .Config.Env 0}}", name).startswith(
        f"true {identifier}"
    )
    for _ in range(50):
        if run.ok("logs", name):
            break
    assert run.ok("logs", name) == "line\n"
    assert run.ok("kill", name) == f"{name}\n"
    assert run.ok("wait", name) == "137\n"
    assert run.ok("rm", name) == f"{name}\n"
    assert run("inspect", name).code == 1


def test_detached_stop_and_rename(run: Client, name: str) -> None:
    identifier = run.ok("run", "-d", "--name", f"{name}x", "busybox", "sleep", "100").strip()
    run.ok("rename", f"{name}x", name)
    assert run.ok("stop", "-t", "0", name) == f"{name}\n"
    assert run.ok("ps", "-aq", "--no-trunc", "--filter", f"name={name}") == f"{identifier}\n"


def test_start_attached(run: Client, name: str) -> None:
    run.ok("create", "--name", name, "busybox", "sh", "-c", "echo again; exit 3")
    done = run("start", "-a", name)
    assert (done.code, done.out) == (3, b"again\n")


@pytest.mark.parametrize(("command", "code"), [("/nosuch", 127), ("/etc", 126)])
def test_what_cannot_be_run(run: Client, command: str, code: int) -> None:
    done = run("run", "--rm", "busybox", command)
    if run.engine.name == "podman":
        # Podman makes the process when it is attached to, and answers 409 there: docker ends the same way
        assert (done.code, done.err) == (1, b"unable to upgrade to tcp, received 409\n")
        return
    assert done.code == code, done
    assert (
        done.err.startswith(b"docker: Error response from daemon: ")
        and b"Run 'docker run --help' for more information" in done.err
    )


def test_a_name_in_use(run: Client, name: str) -> None:
    run.ok("create", "--name", name, "busybox")
    done = run("run", "--name", name, "busybox")
    assert (done.code, done.out) == (125, b"") and name.encode() in done.err and b"in use" in done.err


def test_a_missing_image(run: Client) -> None:
    done = run("run", "--rm", "--pull", "never", "localhost:1/nosuch:1")
    assert (done.code, done.out) == (125, b"") and b"nosuch" in done.err
    done = run("run", "--rm", "localhost:1/nosuch:1")
    assert done.code == 125 and done.err.startswith(b"Unable to find image 'localhost:1/nosuch:1' locally\n"), done


def test_images_and_history(run: Client) -> None:
    line = next(x for x in run.ok("images").splitlines() if "busybox" in x)
    assert "latest" in line.split()
    identifier = run.ok("images", "-q", "--no-trunc", "busybox").split()[0]
    assert run.ok("image", "inspect", "-f", "{{.Id}}", "busybox").strip().removeprefix(
        "sha256:"
    ) == identifier.removeprefix("sha256:")
    assert run.ok("history", "-q", "busybox").strip()


def test_version(run: Client) -> None:
    server = run.ok("version", "-f", "{{.Server.Version}}").strip()
    assert server in run.ok("version")
    assert json.loads(run.ok("version", "-f", "json"))["Server"]["Version"] == server


def test_save_and_load(run: Client) -> None:
    run.ok("save", "-o", "busybox.tar", "busybox")
    assert sorted(p.name for p in run.folder.iterdir() if p.is_file()) == ["busybox.tar"]
    assert "busybox" in run.ok("load", "-i", "busybox.tar")


def test_cidfile_env_file_and_volumes(run: Client, name: str) -> None:
    (run.folder / "vars").write_text("# a comment\nONE=1\nHOME\n")
    (run.folder / "d").mkdir()
    (run.folder / "d" / "f").write_text("from the host")
    out = run.ok(
        "run",
        "--rm",
        "--cidfile",
        "cid",
        "--env-file",
        "vars",
        "-e",
        "TWO=2",
        "-v",
        "./d:/d:ro",
        "busybox",
        "sh",
        "-c",
        "echo $ONE$TWO; cat /d/f",
    )
    assert out == "12\nfrom the host"
    assert re.fullmatch("[0-9a-f]{64}", (run.folder / "cid").read_text())
    assert run("create", "--cidfile", "cid", "busybox").code == 1


def test_ports(run: Client, name: str) -> None:
    run.ok("create", "--name", name, "-p", "127.0.0.1:18080:80", "-p", "53:53/udp", "busybox")
    bindings = json.loads(run.ok("inspect", "-f", "{{json .HostConfig.PortBindings}}", name))
    assert (
        bindings["80/tcp"] == [{"HostIp": "127.0.0.1", "HostPort": "18080"}]
        and bindings["53/udp"][0]["HostPort"] == "53"
    )


def test_bad_input_is_never_a_traceback(run: Client) -> None:
    for argv in (["run", "-p", "x", "busybox"], ["run", "--mount", "bogus", "busybox"], ["ps", "--filter", "bogus=1"], ["inspect", "-f", "{{.X", "busybox"],
                 ["start", "nosuch"], ["logs", "nosuch"], ["rm", "nosuch"], ["run", "UPPER"], ["-H", "tcp://127.0.0.1:1", "ps"], ["-H", "unix:///nonexistent", "images"]):  # fmt: skip
        done = run(*argv)
        assert done.code in (1, 64, 125), (argv, done)
        assert done.err and b"Traceback" not in done.err and b"unexpected error" not in done.err, (argv, done)


def test_flags_that_the_engine_is_too_old_for(docker20: EngineProcess, pydock: Path, tmp_path: Path) -> None:
    done = program(
        pydock,
        "create",
        "--annotation",
        "a=b",
        "--health-start-interval",
        "1s",
        "busybox",
        host=docker20.host,
        home=tmp_path,
    )
    assert done.code == 1
    assert done.err.decode().splitlines() == [
        '"--annotation" requires API version 1.43, but the Docker daemon API version is 1.41',
        '"--health-start-interval" requires API version 1.44, but the Docker daemon API version is 1.41',
    ]


@pytest.mark.parametrize("version", ["1.24", "1.29", "1.30", "1.44"])
def test_old_versions_of_the_api(docker28: EngineProcess, pydock: Path, tmp_path: Path, version: str) -> None:
    """Exit code, output and --rm, as far back as engines go."""
    run = Client(pydock, docker28, tmp_path)
    done = run("run", "--rm", "--name", "old", "busybox", "sh", "-c", "echo hi; exit 3", DOCKER_API_VERSION=version)
    assert (done.code, done.out) == (3, b"hi\n"), done
    assert run.ok("ps", "-aq", "--filter", "name=old") == ""
