"""`doctor`: each failure as it really is, what is said of it, and what helps. The far ends are real sockets."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest

from pydock.config.endpoint import Endpoint
from pydock.machine import remedies
from pydock.machine.socket_file import User, permission
from tests.support import far_ends as far
from tests.support.cli import Result, cli
from tests.support.engines import small_disk
from tests.support.screen import EVIL, controls


def examined(home: Path, *argv: str, **more: Any) -> Result:
    environ = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "PATH": "/nowhere", **more.pop("environ", {})}
    return cli(*argv, environ=environ, own_engine=True, prog="pydock", **more)


def steps(home: Path, *before: str, **more: Any) -> dict[str, dict[str, Any]]:
    """What doctor says, by check; the exit code says whether there is a problem."""
    done = examined(home, *before, "doctor", "--json", **more)
    found = {step["Check"]: step for step in json.loads(done.out)}
    assert done.code == int(any(step["State"] == "problem" for step in found.values())), done
    return found


def problems(home: Path, *before: str, **more: Any) -> dict[str, str]:
    return {c: step["Text"] for c, step in steps(home, *before, **more).items() if step["State"] == "problem"}


VERSION = far.json_answer({"Version": "28.5.2", "ApiVersion": "1.51", "MinAPIVersion": "1.24"})
INFO = {"ID": "x", "Containers": 0}


def well(home: Path, root: Path) -> far.Talk:
    """An engine that is well, or whose disk is `root`."""
    info = far.json_answer({**INFO, "DockerRootDir": str(root)})
    return far.engine(("/version", VERSION), ("/info", info))


def test_all_is_well(home: Path) -> None:
    with far.unix(home / "a.sock", well(home, Path("/"))) as host:
        done = examined(home, "-H", host, "doctor")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == f"ok       configuration  there is no {home}/.docker/config.json, and none is needed"
    assert lines[1] == 'ok       context        "default", chosen by --host'
    assert lines[2] == f"ok       address        {host}"
    assert [line.split()[:2] for line in lines[3:-2]] == [
        ["ok", "socket"], ["ok", "connection"], ["ok", "engine"], ["ok", "API"], ["skipped", "clock"], ["ok", "disk"], ["ok", "credentials"],
    ]  # fmt: skip
    assert lines[-1] == "No problem was found."


def folder(path: Path) -> str:
    path.mkdir()
    return f"unix://{path}"


def file(path: Path) -> str:
    path.write_text("")
    return f"unix://{path}"


def link(path: Path) -> str:
    path.symlink_to("/nonexistent/engine.sock")
    return f"unix://{path}"


#: what is at the socket's path -> what is said of it, and the first command that helps
FILES: list[tuple[Callable[[Path], str], str, str, str]] = [
    (lambda path: f"unix://{path}", "socket", "{path} is not there: no engine runs here, or it listens elsewhere", ""),
    (lambda path: f"unix://{path}/x/b.sock", "socket", "{path}/x/b.sock is not there, nor is its folder {path}/x: no engine", ""),
    (link, "socket", "{path} is a link to /nonexistent/engine.sock, which is not there", ""),
    (folder, "socket", "{path} is a folder, not a socket", "sudo rmdir {path}"),
    (file, "socket", "{path} is a file, not a socket", "ls -l {path}"),
    (far.refusing, "connection", "nothing listens at unix://{path}: the engine is not running", ""),
]  # fmt: skip


@pytest.mark.parametrize(("make", "check", "text", "mend"), FILES)
def test_what_is_not_an_engines_socket(
    home: Path, make: Callable[[Path], str], check: str, text: str, mend: str
) -> None:
    path = home / "a.sock"
    found = steps(home, "-H", make(path))
    assert {name for name, step in found.items() if step["State"] == "problem"} == {check}
    assert found[check]["Text"].startswith(text.format(path=path))
    assert not mend or found[check]["Mend"][0] == mend.format(path=path)
    assert found["engine"]["State"] == "skipped"


#: what listens -> what is said of the connection
ANSWERS = [
    (far.WEB, "is not a Docker Engine: HTTP 404 Not Found, without an Api-Version, from nginx"),
    (far.NO_HTTP, "is not a Docker Engine: malformed HTTP response"),
    (far.SICK, "is not well: HTTP 500: broken"),
    (far.TO_PLAIN, "wants TLS, and was asked without"),
    (b"\x15\x03\x01\x00\x02\x02\x46", "wants TLS, and was asked without"),
    (b"", "takes the connection, and closes it without an answer"),
]


@pytest.mark.parametrize(("answer", "said"), ANSWERS)
def test_what_answers_as_no_engine_does(home: Path, answer: bytes, said: str) -> None:
    with far.unix(home / "a.sock", answer) as host:
        found = problems(home, "-H", host)
    with far.tcp(answer) as host:
        other = problems(home, "-H", host)
    assert list(found) == list(other) == ["connection"]
    assert said in found["connection"] and said in other["connection"]


def test_an_engine_that_hangs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, or only after /_ping."""
    monkeypatch.setattr("pydock.machine.doctor.SECONDS", 0.3)
    monkeypatch.setattr("pydock.machine.doctor.PATIENCE", 0.3)
    with far.unix(home / "a.sock", far.silent) as host:
        assert "no answer within 0.3 seconds" in problems(home, "-H", host)["connection"]

    def deaf(sock: Any) -> None:
        if b"/version" in sock.recv(4096, 2):
            far.silent(sock)
        far.engine()(sock)

    with far.unix(home / "c.sock", deaf) as host:
        assert "nothing else within 0.3 seconds: it hangs" in problems(home, "-H", host)["API version"]


# ---- permissions -----------------------------------------------------------------------------------------


def test_a_socket_of_another_user(home: Path) -> None:
    """The real thing: as a user who may not use it, or look into its folder."""
    with far.unix(home / "a.sock", far.DOCKER) as host, far.unix(home / "in" / "b.sock", far.DOCKER) as hidden:
        steps(home, "-H", host)  # loads what a user without privileges may not read
        problems(home, "-H", "unix:///nonexistent/a.sock")
        (home / "a.sock").chmod(0)
        (home / "in").chmod(0)
        try:
            said, inside = (
                json.loads(far.unprivileged(lambda host=host: json.dumps(steps(home, "-H", host))))  # type: ignore[misc]
                for host in (host, hidden)
            )
        finally:
            (home / "in").chmod(0o700)
    assert said["socket"]["State"] == inside["socket"]["State"] == "problem"
    assert f"{home}/a.sock is a socket, s---------" in said["socket"]["Text"]
    assert "permission denied for user" in said["socket"]["Text"]
    assert f"so {home}/in/b.sock is another user's" in inside["socket"]["Text"]


#: mode and group of the socket, groups of the session and by the user database -> what is said, what helps
GROUPS = [
    (0o660, 998, {100}, {100}, "who is not in group docker", ["sudo usermod -aG docker me", "newgrp docker"]),
    (0o660, 998, {100}, {100, 998}, "but not in this session: it began before", ["newgrp docker"]),
    (0o600, 998, {100, 998}, {100, 998}, "only its owner may use it", ["sudo ls -l /a.sock"]),
    (0o660, 0, {100}, {100}, "only its owner may use it", ["sudo ls -l /a.sock"]),
]


@pytest.mark.parametrize(("mode", "gid", "session", "filed", "said", "mend"), GROUPS)
def test_groups(mode: int, gid: int, session: set[int], filed: set[int], said: str, mend: list[str]) -> None:
    found = os.stat_result((stat.S_IFSOCK | mode, 0, 0, 1, 0, gid, 0, 0, 0, 0))
    user = User("me", 1000, frozenset(session), frozenset(filed))
    step = permission("/a.sock", found, False, user, "docker")
    assert said in step.text and "permission denied for user me" in step.text and list(step.mend) == mend
    assert permission("/a.sock", found, True, user, "docker").state == "ok"


# ---- TLS -------------------------------------------------------------------------------------------------

Server = Callable[["far.Certificates", "far.Certificates"], AbstractContextManager[str]]
#: the server, what the client is given beside its own certificates -> the check, and what is said
TLS: list[tuple[str, Server, dict[str, str], str, str]] = [
    ("fits", lambda ours, _: far.tcp(far.engine(("/version", VERSION)), ours.server()), {}, "", ""),
    ("fits, both", lambda ours, _: far.tcp(far.engine(("/version", VERSION)), ours.server(clients=True)), {}, "", ""),
    ("plain", lambda ours, _: far.tcp(far.DOCKER), {}, "connection", "does not speak TLS"),
    ("hangs up", lambda ours, _: far.tcp(b""), {}, "connection", "does not speak TLS"),
    ("expired", lambda ours, _: far.tcp(far.DOCKER, ours.server(days=-1)), {}, "connection", "the engine's certificate has expired"),
    ("name", lambda ours, _: far.tcp(far.DOCKER, ours.server("other.example")), {}, "connection", "is for another name"),
    ("CA", lambda _, other: far.tcp(far.DOCKER, other.server()), {}, "connection", "signed by an unknown CA"),
    ("client", lambda _, other: far.tcp(far.DOCKER, other.server(clients=True)), {"DOCKER_TLS_VERIFY": "", "DOCKER_TLS": "1"}, "connection", "the engine refuses this certificate"),
    ("no client", lambda ours, _: far.tcp(far.DOCKER, ours.server(clients=True)), {"DOCKER_CERT_PATH": "only-ca"}, "connection", "refuses a client without a certificate"),
    ("no file", lambda ours, _: far.tcp(far.DOCKER), {"DOCKER_CERT_PATH": "nothing"}, "context", "ca.pem: no such file or directory"),
    ("no PEM", lambda ours, _: far.tcp(far.DOCKER), {"DOCKER_CERT_PATH": "broken"}, "TLS files", "ca.pem: "),
    ("two pairs", lambda ours, _: far.tcp(far.DOCKER), {"DOCKER_CERT_PATH": "mixed"}, "TLS files", "key.pem: "),
    ("half a pair", lambda ours, _: far.tcp(far.DOCKER), {"DOCKER_CERT_PATH": "half"}, "TLS files", "without its key"),
]  # fmt: skip


@pytest.mark.parametrize(("server", "given", "check", "said"), [row[1:] for row in TLS], ids=[row[0] for row in TLS])
def test_tls(home: Path, server: Server, given: dict[str, str], check: str, said: str) -> None:
    ours, other = far.Certificates(home / "ours"), far.Certificates(home / "other")
    for name, files in (
        ("only-ca", {"ca": ours}), ("mixed", {"ca": ours, "cert": ours, "key": other}), ("half", {"ca": ours, "cert": ours}), ("broken", {}),
    ):  # fmt: skip
        (home / name).mkdir()
        for kind, source in files.items():
            shutil.copy(source.folder / f"{kind}.pem", home / name)
    (home / "broken" / "ca.pem").write_text("not PEM")
    environ = {**ours.environ, **given}
    environ["DOCKER_CERT_PATH"] = str(home / environ["DOCKER_CERT_PATH"])
    with server(ours, other) as host:
        found = problems(home, "-H", host, environ=environ)
    assert list(found) == ([check] if check else []) and said in found.get(check, ""), found


def test_tls_without_its_variables(home: Path) -> None:
    """A real TLS server that is asked without TLS."""
    with far.tcp(far.DOCKER, far.Certificates(home).server()) as host:
        assert "wants TLS, and was asked without" in problems(home, "-H", host)["connection"]


# ---- ssh -------------------------------------------------------------------------------------------------

#: what ssh and the far side write -> what is said, and what helps
SSH = [
    ("ssh: connect to host far port 22: Connection refused", "no ssh server listens there", "ssh -v -p 7 me@far true"),
    ("ssh: Could not resolve hostname far: Name or service not known", "there is no such host", "ssh -v -p 7 me@far true"),
    ("me@far: Permission denied (publickey).", "lets no key of this user in", "ssh-copy-id -p 7 me@far"),
    ("Host key verification failed.", "the host's key is not known", "ssh -p 7 me@far true"),
    ("@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.", "not the one that is known", "ssh-keygen -R far"),
    ("bash: line 1: docker: command not found", "no program docker", "ssh -p 7 me@far command -v docker"),
    ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?", "no engine runs at the far side", "ssh -p 7 me@far sudo systemctl start docker"),
    ("kex_exchange_identification: read: reset", "ssh ended before the engine answered", "ssh -p 7 me@far docker system dial-stdio"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "said", "mend"), SSH)
def test_ssh(home: Path, monkeypatch: pytest.MonkeyPatch, written: str, said: str, mend: str) -> None:
    (home / "said").write_text(written)
    (home / "ssh").write_text(f"#!/bin/sh\n/bin/cat {home}/said >&2; exit 255\n")
    (home / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", str(home))
    step = steps(home, "-H", "ssh://me@far:7")["connection"]
    assert said in step["Text"] and step["Mend"][0] == mend


def test_no_program_ssh(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(home))
    assert "there is no program ssh" in problems(home, "-H", "ssh://me@far")["connection"]


def test_the_real_ssh_at_a_dead_port(home: Path) -> None:
    if not shutil.which("ssh"):
        pytest.skip("no ssh here")
    with far.tcp(b"") as host:
        dead = int(host.rpartition(":")[2])
    assert "no ssh server listens there" in problems(home, "-H", f"ssh://127.0.0.1:{dead}")["connection"]


# ---- what is chosen, and what surrounds it ---------------------------------------------------------------


def test_who_has_chosen_and_what_undoes_it(home: Path) -> None:
    for before, environ, said, mend in (
        (("-c", "gone"), {}, '"gone", chosen by --context: context "gone": context not found', "pydock context ls"),
        ((), {"DOCKER_CONTEXT": "gone"}, '"gone", chosen by DOCKER_CONTEXT: ', "unset DOCKER_CONTEXT"),
        ((), {"DOCKER_HOST": "foo://x"}, '"default", chosen by DOCKER_HOST: invalid bind address', "unset DOCKER_HOST"),
        (
            (),
            {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/no x"},
            "open /no x/ca.pem: no such file",
            "ls -l '/no x'",
        ),
    ):
        step = steps(home, *before, environ=environ)["context"]
        assert step["State"] == "problem" and said in step["Text"] and step["Mend"][0] == mend
    step = steps(home, environ={"DOCKER_CUSTOM_HEADERS": "a"})["headers"]
    assert "failed to set custom headers" in step["Text"] and step["Mend"] == ["unset DOCKER_CUSTOM_HEADERS"]
    (home / ".docker").mkdir()
    (home / ".docker" / "config.json").write_text('{"currentContext": "gone"}')
    step = steps(home)["context"]
    assert step["Mend"] == ["pydock context use default"] and "chosen by config.json" in step["Text"]
    step = steps(home, environ={"DOCKER_HOST": "unix:///nonexistent/a.sock"})["context"]
    assert step["State"] == "ok" and step["Text"].endswith('it takes the place of "gone" in config.json')


def test_other_engines_that_answer_are_named(home: Path) -> None:
    with far.unix(home / "run" / "docker.sock", far.DOCKER), far.unix(home / "b.sock", far.DOCKER) as host:
        assert examined(home, "context", "create", "mine", "--docker", f"host={host}").code == 0
        mend = steps(home, "-H", "unix:///nonexistent/a.sock")["socket"]["Mend"]
    assert {"pydock --context mine ps", f"pydock --host unix://{home}/run/docker.sock ps"} <= set(mend)


def test_versions_of_the_api(home: Path) -> None:
    refusal = far.json_answer({"message": "client version 1.99 is too new. Maximum is 1.51"}, "400 Bad Request")
    newer = far.answer("HTTP/1.1 200 OK\nApi-Version: 1.99\nServer: Docker/40.0.0 (linux)")
    for ping, version, environ, said in (
        (far.DOCKER, refusal, {"DOCKER_API_VERSION": "1.99"}, "DOCKER_API_VERSION=1.99: client version 1.99 is too new"),
        (far.OLD, VERSION, {}, "the engine's API 1.12 is too old: pydock needs 1.24"),
        (newer, far.json_answer({"message": "Minimum is 1.80"}, "400 Bad Request"), {}, "too old for this engine (API 1.99)"),
    ):  # fmt: skip
        with far.unix(home / f"{len(said)}.sock", far.engine(("/version", version), ping=ping)) as host:
            assert said in problems(home, "-H", host, environ=environ)["API version"]


def test_proxies(home: Path) -> None:
    """For tcp hosts of other machines only; docker exempts what NO_PROXY names."""
    proxy = {"HTTP_PROXY": "http://proxy:3128"}
    found = steps(home, "-H", "tcp://far.invalid:1", environ=proxy)["proxy"]
    assert found["State"] == "problem" and found["Mend"] == ["export NO_PROXY=far.invalid"]
    assert found["Text"].endswith("docker asks that proxy for far.invalid, pydock connects directly")
    for more in ({"NO_PROXY": ".invalid"}, {"no_proxy": "a, far.invalid"}, {"NO_PROXY": "*"}, {"HTTP_PROXY": ""}):
        assert steps(home, "-H", "tcp://far.invalid:1", environ={**proxy, **more})["proxy"]["State"] == "ok"
    assert "proxy" not in steps(home, "-H", "unix:///nonexistent/a.sock", environ=proxy)


def test_clocks(home: Path) -> None:
    ping = far.answer("HTTP/1.1 200 OK\nApi-Version: 1.51\nDate: Thu, 01 Jan 1970 00:10:00 GMT")
    for now, said in ((600.0, ""), (0.0, "600 seconds ahead of"), (900.0, "300 seconds behind")):
        with far.unix(home / f"{now}.sock", far.engine(("/version", VERSION), ping=ping)) as host:
            assert said in problems(home, "-H", host, clock=lambda now=now: now).get("clock", "")


def test_a_full_disk(home: Path) -> None:
    (home / "small").mkdir()
    with ExitStack() as stack:
        stack.enter_context(small_disk(home / "small"))
        host = stack.enter_context(far.unix(home / "a.sock", well(home, home / "small")))
        found = problems(home, "-H", host)
    assert list(found) == ["disk"] and f"are free in {home}/small" in found["disk"]


def test_the_configuration(home: Path) -> None:
    (home / ".docker").mkdir()
    path = home / ".docker" / "config.json"
    for text, check, said in (
        ("{", "configuration", f"Error parsing config file ({path})"),
        ('{"credsStore": "desktop"}', "credentials", f"{path} names docker-credential-desktop (credsStore)"),
        ('{"credHelpers": {"gcr.io": "gcloud"}}', "credentials", 'docker-credential-gcloud (credHelpers "gcr.io")'),
    ):
        path.write_text(text)
        assert said in problems(home, "-H", "unix:///nonexistent/a.sock")[check]


def test_what_starts_an_engine_is_for_this_machine() -> None:
    for host, here in (("tcp://localhost:1", True), ("unix:///a", True), ("tcp://far:1", False)):
        assert remedies.local(Endpoint(host)) == here


def test_paths_that_are_none(home: Path) -> None:
    """A context of another's making may hold anything."""
    assert examined(home, "context", "create", "odd", "--docker", "host=unix:///a").code == 0
    meta = next((home / ".docker" / "contexts" / "meta").iterdir()) / "meta.json"
    for host in ("unix:///a\0b", "unix:///" + "x" * 5000, "unix://\x1b[31m", "tcp://a:1/\0"):
        meta.write_text(json.dumps({"Name": "odd", "Endpoints": {"docker": {"Host": host}}}))
        assert problems(home, "-c", "odd"), host
        assert examined(home, "engine", "ls", "-q").code == 0


def test_no_word_of_what_answers_controls_the_terminal(home: Path) -> None:
    for head in (
        f"HTTP/1.1 200 OK\nApi-Version: 1.51{EVIL}\nServer: Docker/{EVIL}", f"HTTP/1.1 500 {EVIL}\nApi-Version: {EVIL}",
        f"HTTP/1.1 404 {EVIL}\nServer: {EVIL}", EVIL,
    ):  # fmt: skip
        with far.unix(home / "run" / "docker.sock", far.answer(head, EVIL)) as host:
            for argv in (("-H", host, "doctor"), ("engine", "ls"), ("engine", "ls", "--format", "{{.Why}}")):
                done = examined(home, *argv, tty=True, width=200)
                assert "bug in pydock" not in done.out
                assert controls(done.out.replace("\r\n", "\n").encode("utf-8", "surrogateescape"), drawing=False) == ""
        (home / "run" / "docker.sock").unlink()
