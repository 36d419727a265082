"""Engines that are elsewhere: over TLS, and over ssh with docker or pydock at the other end; every kind of stream."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.live.test_pty import Terminal
from tests.support import engines
from tests.support.cli import Done, program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

PORT = 2376


class Remote:
    """pydock with an engine that it reaches in some way. `words`: what stands before the program; env: its environment."""

    def __init__(self, client: Path, words: list[str], host: str, env: dict[str, str]) -> None:
        self.client, self.words, self.host, self.env = client, words, host, env

    def __call__(self, *argv: str, stdin: bytes = b"", cwd: Path | None = None, **env: str) -> Done:
        first, *rest = [*self.words, str(self.client)]
        return program(first, *rest, *argv, host=self.host, stdin=stdin, cwd=cwd, env={**self.env, **env}, timeout=90)

    def terminal(self, *argv: str) -> Terminal:
        first, *rest = [*self.words, str(self.client)]
        return Terminal(Path(first), *rest, *argv, host=self.host, env=self.env)


# ---- the ways there --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tls_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EngineProcess, Path]]:
    """An engine that only lets in who shows a certificate, and the folder of that certificate."""
    import trustme

    folder = tmp_path_factory.mktemp("tls")
    authority, other = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    other.cert_pem.write_to_path(str(folder / "other-ca.pem"))
    for name, cert in (
        ("server", authority.issue_cert("127.0.0.1", "localhost")),
        ("", authority.issue_cert("client")),
    ):
        cert.private_key_pem.write_to_path(str(folder / f"{name}{'-' if name else ''}key.pem"))
        for pem in cert.cert_chain_pems:
            pem.write_to_path(str(folder / f"{name}{'-' if name else ''}cert.pem"), append=True)
    files = [
        "--tlscacert",
        str(folder / "ca.pem"),
        "--tlscert",
        str(folder / "server-cert.pem"),
        "--tlskey",
        str(folder / "server-key.pem"),
    ]
    place = Path(f"/tmp/pd-{uuid.uuid4().hex[:8]}")
    with engines.running("docker-28", place, "--host", f"tcp://127.0.0.1:{PORT}", "--tlsverify", *files) as engine:
        yield engine, folder


@pytest.fixture(scope="module")
def tls(tls_engine: tuple[EngineProcess, Path], pydock: Path) -> Remote:
    engine, folder = tls_engine
    inside = ["nsenter", f"--net=/run/netns/{engine.namespace}"]
    return Remote(
        pydock, inside, f"tcp://127.0.0.1:{PORT}", {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(folder)}
    )


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture(scope="module")
def ssh_server(
    tmp_path_factory: pytest.TempPathFactory, docker28: EngineProcess
) -> Iterator[Callable[[Path], tuple[int, Path]]]:
    """(docker at the other end) -> (port, folder with an `ssh` that knows the key); a server of its own for each."""
    try:
        sshd = engines.install_ssh()
    except engines.Unavailable as why:
        pytest.skip(str(why))
    running: list[subprocess.Popen[bytes]] = []

    def start(remote: Path) -> tuple[int, Path]:
        folder = tmp_path_factory.mktemp("ssh")
        (folder / "bin").mkdir()
        (folder / "remote").mkdir()
        (folder / "remote" / "docker").symlink_to(remote)
        (folder / "remote" / "curl").symlink_to("/usr/bin/curl")
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
        port = free_port()
        key = " ".join((folder / "host.pub").read_text().split()[:2])
        (folder / "known").write_text(f"[127.0.0.1]:{port} {key}\n")
        (folder / "sshd_config").write_text(
            f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\nPasswordAuthentication no\n"
            f"PermitRootLogin yes\nStrictModes no\nUsePAM no\nPidFile none\nMaxStartups 100\n"
            f"SetEnv PATH={folder}/remote DOCKER_HOST={docker28.host}\n"
        )
        (folder / "config").write_text(
            f"Host *\n  IdentityFile {folder}/user\n  UserKnownHostsFile {folder}/known\n  BatchMode yes\n  StrictHostKeyChecking yes\n"
        )
        (folder / "bin" / "ssh").write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {folder}/config "$@"\n')
        (folder / "bin" / "ssh").chmod(0o755)
        running.append(
            subprocess.Popen(
                [str(sshd), "-D", "-e", "-f", str(folder / "sshd_config")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        for _ in range(100):
            with socket.socket() as sock:
                if sock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        return port, folder

    yield start
    for process in running:
        process.terminate()
        process.wait(10)


def over_ssh(pydock: Path, port: int, folder: Path) -> Remote:
    return Remote(pydock, [], f"ssh://root@127.0.0.1:{port}", {"PATH": f"{folder}/bin:{os.environ['PATH']}"})


@pytest.fixture(scope="module", params=["tls", "ssh to docker", "ssh to pydock"])
def remote(request: pytest.FixtureRequest, pydock: Path, docker: Path) -> Remote:
    if request.param == "tls":
        found: Remote = request.getfixturevalue("tls")
        return found
    start = request.getfixturevalue("ssh_server")
    return over_ssh(pydock, *start(docker if "docker" in request.param else pydock))


# ---- what must work there as here --------------------------------------------------------------------------


def test_a_run(remote: Remote) -> None:
    done = remote("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (done.code, done.out, done.err) == (7, b"out\n", b"err\n")


def test_stdin_ends_and_output_flows_on(remote: Remote) -> None:
    """Half-close: the container sees the end of its input, and only then answers."""
    data = bytes(range(256)) * 8000
    done = remote("run", "--rm", "-i", "busybox", "sh", "-c", "cat; echo end", stdin=data)
    assert (done.code, done.out == data + b"end\n", done.err) == (0, True, b"")


def test_a_life(remote: Remote, tmp_path: Path) -> None:
    """exec, cp both ways, logs, stats, events, commit, save: every kind of answer."""
    name = f"r{uuid.uuid4().hex[:8]}"
    assert remote("run", "-d", "--name", name, "busybox", "sh", "-c", "echo line; exec sleep 1000").code == 0
    try:
        data = os.urandom(5_000_000)
        done = remote("exec", "-i", name, "sh", "-c", "cat; exit 3", stdin=data)
        assert (done.code, done.out == data) == (3, True)
        (tmp_path / "file").write_bytes(data)
        assert remote("cp", "file", f"{name}:/file", cwd=tmp_path).code == 0
        assert remote("cp", f"{name}:/file", "back", cwd=tmp_path).code == 0
        assert (tmp_path / "back").read_bytes() == data
        assert remote("logs", name).out == b"line\n"
        assert remote("stats", "--no-stream", "--format", "{{.Name}}", name).out == f"{name}\n".encode()
        assert remote("ps", "--format", "{{.Names}}", "--filter", f"name={name}").out == f"{name}\n".encode()
        assert remote("kill", name).code == 0 and remote("wait", name).out == b"137\n"
        for _ in range(20):
            # the engine tells of the end a moment after those who wait for it
            if b"container die" in (
                told := remote("events", "--since", "10m", "--until", "0s", "--filter", f"container={name}").out
            ):
                break
        assert b"container die" in told
        saved = remote("save", "busybox").out
        assert remote("load", stdin=saved).code == 0
    finally:
        remote("rm", "-f", name)


def test_a_build(remote: Remote, tmp_path: Path) -> None:
    """Both connections of BuildKit: a context there, a secret asked for, a folder back."""
    data = os.urandom(3_000_000)
    (tmp_path / "context").mkdir()
    (tmp_path / "context" / "data").write_bytes(data)
    (tmp_path / "context" / "Dockerfile").write_text(
        "FROM busybox\nRUN --mount=type=secret,id=S wc -c /run/secrets/S > /n\nFROM scratch\nCOPY --from=0 /n /n\nCOPY data /\n"
    )
    done = remote("build", "--secret", "id=S", "-o", str(tmp_path / "out"), str(tmp_path / "context"), S="hush")
    assert done.code == 0, done.err
    assert (tmp_path / "out" / "data").read_bytes() == data and (
        tmp_path / "out" / "n"
    ).read_text() == "4 /run/secrets/S\n"


def test_a_session(remote: Remote) -> None:
    t = remote.terminal("run", "-it", "--rm", "busybox", "sh")
    try:
        t.until(b"# ")
        t.type(b"echo $((40+2)); stty size\r")
        assert b"42" in t.until(b"24 80")
        t.type(b"exit 5\r")
        assert t.end() == 5
    finally:
        t.close()


def test_attach_and_leave(remote: Remote) -> None:
    name = f"a{uuid.uuid4().hex[:8]}"
    assert remote("run", "-dit", "--name", name, "busybox", "sh").code == 0
    try:
        t = remote.terminal("attach", name)
        t.type(b"echo $((1+1))x\r")
        t.until(b"2x")
        t.type(b"\x10\x11")
        assert t.end() == 1 and t.seen.endswith(b"read escape sequence\r\n")
        t.close()
    finally:
        remote("rm", "-f", name)


# ---- what goes wrong ---------------------------------------------------------------------------------------


def test_certificates_that_do_not_fit(tls: Remote, tls_engine: tuple[EngineProcess, Path]) -> None:
    _, folder = tls_engine
    for flags, words in (
        (["--tlsverify", "--tlscacert", str(folder / "other-ca.pem")], b"certificate"),
        (["--tlsverify", "--tlscacert", str(folder / "nosuch.pem")], b"nosuch.pem: no such file or directory"),
    ):
        done = tls(*flags, "ps")
        assert done.code == 1 and words in done.err and b"Traceback" not in done.err, done
    plain = program(*tls.words, str(tls.client), "ps", host=tls.host)
    assert plain.code == 1 and b"Client sent an HTTP request to an HTTPS server" in plain.err
    assert tls("--tls", "ps", "-q", DOCKER_TLS_VERIFY="").code == 0


def test_docker_reaches_an_engine_through_pydock(
    ssh_server: Callable[[Path], tuple[int, Path]], pydock: Path, docker: Path
) -> None:
    """`system dial-stdio` of ours, with docker's CLI at this end."""
    theirs = over_ssh(docker, *ssh_server(pydock))
    data = os.urandom(300_000)
    done = theirs("run", "--rm", "-i", "busybox", "sh", "-c", "cat; exit 4", stdin=data)
    assert (done.code, done.out == data, done.err) == (4, True, b"")


def test_ssh_that_does_not_get_there(
    ssh_server: Callable[[Path], tuple[int, Path]], pydock: Path, docker: Path
) -> None:
    port, folder = ssh_server(docker)
    good = over_ssh(pydock, port, folder)
    assert good("version", "-f", "{{.Server.Os}}").out == b"linux\n"
    for host, words in (
        (f"ssh://root@127.0.0.1:{free_port()}", b"Connection refused"),
        (f"ssh://nobody@127.0.0.1:{port}", b"Permission denied"),
        ("ssh://nosuch.invalid", b"resolve hostname"),
    ):
        done = program(pydock, "ps", host=host, env=good.env)
        assert (
            done.code == 1
            and words in done.err
            and done.err.startswith(b"error during connect: ")
            and done.err.count(b"exit status 255") == 1
        ), done
    (folder / "known").write_text("")
    done = good("ps")
    assert done.code == 1 and b"Host key verification failed" in done.err
    (folder / "remote" / "docker").unlink()
    (folder / "known").write_text(f"[127.0.0.1]:{port} {' '.join((folder / 'host.pub').read_text().split()[:2])}\n")
    done = good("ps")
    assert done.code == 1 and b"docker" in done.err and b"exit status 127" in done.err


def test_lines_of_curl_get_the_same_there(remote: Remote, docker28: EngineProcess) -> None:
    """--curl: with certificates over TLS; at the other end over ssh, where the socket is the one that the address names."""
    host = remote.host + docker28.host.removeprefix("unix://") if remote.host.startswith("ssh") else remote.host
    there = Remote(remote.client, remote.words, host, remote.env)
    for line in (["ps", "-a", "--filter", "label=it's"], ["inspect", "busybox"], ["volume", "ls"]):
        done = there("--curl", *line)
        shown = done.err.decode().splitlines()[-1]
        path = re.search(r"http[^ ]*?(/v1[^' ]*)", shown)
        assert done.code == 0 and path
        curl = (
            program("bash", "-c", shown, env=there.env)
            if not there.words
            else program(*there.words, "bash", "-c", shown, env=there.env)
        )
        assert curl.code == 0, curl.err
        assert json.loads(curl.out) == json.loads(there("api", path[1]).out)
