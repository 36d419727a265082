"""`engine ls`: what is found, how each answers, and which one commands use."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pydock.machine.places import Place, pipes
from tests.support import far_ends as far
from tests.support.cli import Result, cli


def listed(home: Path, *argv: str, **environ: str) -> Result:
    """`engine ls` of a user who has this home and run-time folder."""
    own = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "TMPDIR": str(home / "tmp"), **environ}
    return cli(*argv, environ=own, own_engine=True)


def rows(home: Path, *before: str, **environ: str) -> dict[str, dict[str, str]]:
    done = listed(home, *before, "engine", "ls", "--format", "json", **environ)
    assert (done.code, done.err) == (0, "")
    return {row["Name"]: row for row in map(json.loads, done.out.splitlines())}


def make_context(home: Path, name: str, host: str) -> None:
    assert listed(home, "context", "create", name, "--docker", f"host={host}").code == 0


#: what is there (a folder of the home, a socket, its answer) -> name, kind, version, API, state
PLACES = [
    ("run/docker.sock", far.DOCKER, "rootless", "docker", "28.5.2", "1.51", "reachable"),
    ("run/podman/podman.sock", far.PODMAN, "podman", "podman", "4.3.1", "1.41", "reachable"),
    ("run/podman/podman-machine-default-api.sock", far.PODMAN, "podman-machine-default", "podman", "4.3.1", "1.41", "reachable"),
    ("run/pydock/mine/docker.sock", far.DOCKER, "mine", "docker", "28.5.2", "1.51", "reachable"),
    ("tmp/podman/other-api.sock", far.PODMAN, "other", "podman", "4.3.1", "1.41", "reachable"),
    (".docker/run/docker.sock", far.DOCKER, "desktop", "desktop", "28.5.2", "1.51", "reachable"),
    (".colima/default/docker.sock", far.DOCKER, "colima", "colima", "28.5.2", "1.51", "reachable"),
    (".config/colima/x86/docker.sock", far.SICK, "colima-x86", "colima", "28.5.2", "1.51", "unhealthy"),
    (".orbstack/run/docker.sock", far.DOCKER, "orbstack", "orbstack", "28.5.2", "1.51", "reachable"),
    (".rd/docker.sock", far.WEB, "rancher", "rancher", "", "", "not docker"),
    (".lima/docker/sock/docker.sock", None, "lima-docker", "lima", "", "", "refused"),
    (".local/share/containers/podman/machine/qemu/podman.sock", far.NO_HTTP, "podman-qemu", "podman", "", "", "not docker"),
]  # fmt: skip


def test_what_listens_at_the_usual_places() -> None:
    with ExitStack() as stack:
        # the paths of sockets must be short
        tmp_path = Path(stack.enter_context(TemporaryDirectory(prefix="pd-")))
        for path, answer, *_ in PLACES:
            if answer is None:
                far.refusing(tmp_path / path)
            else:
                stack.enter_context(far.unix(tmp_path / path, answer))
        found = rows(tmp_path)
    fields = ("Address", "Kind", "Version", "API", "State")
    for path, _, name, *facts in PLACES:
        assert [found[name][field] for field in fields] == [f"unix://{tmp_path / path}", *facts]


def test_which_one_is_used_and_why(tmp_path: Path) -> None:
    """By the rules of every command; a socket that is a context's is listed once, under the context's name."""
    with far.unix(tmp_path / "run" / "docker.sock", far.DOCKER) as host:
        make_context(tmp_path, "mine", host)
        for before, environ, chosen, why in (
            ((), {}, "default", "nothing else is set"),
            (("-c", "mine"), {}, "mine", "--context"),
            ((), {"DOCKER_CONTEXT": "mine"}, "mine", "DOCKER_CONTEXT"),
            ((), {"DOCKER_HOST": "unix:///nonexistent/a.sock", "DOCKER_CONTEXT": "mine"}, "default", "DOCKER_HOST"),
            (("-H", "unix:///nonexistent/b.sock"), {"DOCKER_HOST": "tcp://a"}, "default", "--host"),
        ):
            found = rows(tmp_path, *before, **environ)
            assert [(n, r["ChosenBy"]) for n, r in found.items() if r["Current"]] == [(chosen, why)]
            assert "rootless" not in found and found["mine"]["State"] == "reachable"
        assert found["default"]["Address"] == "unix:///nonexistent/b.sock" and "default-socket" in found
        listed(tmp_path, "context", "use", "mine")
        assert rows(tmp_path)["mine"]["ChosenBy"] == "config.json"
    assert rows(tmp_path)["mine"]["State"] == "refused"


def test_the_table_and_the_names(tmp_path: Path) -> None:
    with far.unix(tmp_path / "a.sock", far.DOCKER) as host:
        make_context(tmp_path, "mine", host)
        names = listed(tmp_path, "engine", "ls", "-q", DOCKER_CONTEXT="mine").out.split()
        table = listed(tmp_path, "engine", "ls", DOCKER_CONTEXT="mine").out.splitlines()
        assert listed(tmp_path, "engine", "ls", "--format", "{{.Nope}}").code == 1
    assert {"default", "mine"} <= set(names)
    assert table[0].split("  ")[0] == "NAME" and table[0].split() == [*"NAME ADDRESS KIND VERSION API STATE CHOSEN BY".split()]  # fmt: skip
    line = next(line for line in table if line.startswith("mine"))
    assert line.split() == ["mine", "*", host, "docker", "28.5.2", "1.51", "reachable", "DOCKER_CONTEXT"]


def test_engines_behind_tls_and_those_that_hang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All are asked at once, so that one that hangs costs its time once."""
    monkeypatch.setattr("pydock.machine.machine.SECONDS", 1.0)
    ours, others = far.Certificates(tmp_path / "tls"), far.Certificates(tmp_path / "other")
    with ExitStack() as stack:
        hosts = {
            "plain": stack.enter_context(far.tcp(far.DOCKER)),
            "need": stack.enter_context(far.tcp(far.TO_PLAIN)),
            "hang": stack.enter_context(far.tcp(far.silent)),
            "hang2": stack.enter_context(far.unix(tmp_path / "h.sock", far.silent)),
            "far.invalid": "tcp://far.invalid:2375",
            "tls": stack.enter_context(far.tcp(far.DOCKER, ours.server())),
            "old": stack.enter_context(far.tcp(far.DOCKER, ours.server(days=-1))),
            "other": stack.enter_context(far.tcp(far.DOCKER, others.server())),
        }
        for name, host in hosts.items():
            make_context(tmp_path, name, host) if name not in ("tls", "old", "other") else listed(
                tmp_path, "context", "create", name, "--docker", f"host={host},ca={tmp_path}/tls/ca.pem"
            )
        found = rows(tmp_path)
    assert {name: found[name]["State"] for name in hosts} == {
        "plain": "reachable", "need": "TLS needed", "hang": "timeout", "hang2": "timeout", "far.invalid": "no such host", "tls": "reachable",
        "old": "certificate not trusted", "other": "certificate not trusted",
    }  # fmt: skip
    assert "expired" in found["old"]["Why"]


def test_contexts_that_are_broken_are_listed(tmp_path: Path) -> None:
    make_context(tmp_path, "mine", "tcp://a:1")
    meta = next((tmp_path / ".docker" / "contexts" / "meta").iterdir()) / "meta.json"
    meta.write_text(json.dumps({"Name": "mine", "Endpoints": {"docker": {"Host": "foo://bar"}}}))
    found = rows(tmp_path, "-c", "gone")
    assert (found["mine"]["State"], found["gone"]["State"]) == ("invalid address", "invalid address")
    assert "invalid bind address format: foo://bar" in found["mine"]["Why"] and "not found" in found["gone"]["Why"]


def test_pipes_of_windows() -> None:
    names = ["spool", "docker_engine", "dockerDesktopLinuxEngine", "podman-machine-default", "docker_engine_linux"]
    assert list(pipes(names)) == [
        Place("desktop", "dockerDesktopLinuxEngine", "npipe:////./pipe/dockerDesktopLinuxEngine"),
        Place("docker", "docker_engine", "npipe:////./pipe/docker_engine"),
        Place("docker", "docker_engine_linux", "npipe:////./pipe/docker_engine_linux"),
        Place("podman", "podman-machine-default", "npipe:////./pipe/podman-machine-default"),
    ]
