"""Real registries in the engine's own network namespace: pull, push, login, manifest; one open, one with TLS and passwords."""

from __future__ import annotations

import json
import os
import re
import stat
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live.test_pty import Terminal
from tests.support.cli import Done, program
from tests.support.engines import EngineProcess
from tests.support.registries import CONFIG, serving

pytestmark = pytest.mark.live

NAME = "127.0.0.1:5000/team/busybox"

LOCKED = "127.0.0.1:5443"

LOCKED_CONFIG = """
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}/data}}}}
http: {{addr: 127.0.0.1:5443, tls: {{certificate: {folder}/server.pem, key: {folder}/server.key}}}}
auth: {{htpasswd: {{realm: test, path: {folder}/htpasswd}}}}
"""

#: user "user", password "secret" (bcrypt: the one kind that the registry takes)
HTPASSWD = "user:$2b$05$TNTpfONIn2/Yym2s3l9lJu1qT0.9IbDZyFekd/MG8v6z2luH0T/Wi\n"


@pytest.fixture(scope="module")
def registry(docker28: EngineProcess, docker: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Holds team/busybox:1."""
    folder = tmp_path_factory.mktemp("registry")
    with serving(docker28, folder, CONFIG):
        # a layer that the engine has not got otherwise
        program(
            docker,
            "run",
            "--name",
            "with-a-layer",
            "busybox",
            "sh",
            "-c",
            "head -c 3000000 /dev/urandom >/layer",
            host=docker28.host,
        )
        program(docker, "commit", "with-a-layer", f"{NAME}:1", host=docker28.host)
        program(docker, "rm", "with-a-layer", host=docker28.host)
        for _ in range(50):
            pushed = program(docker, "push", "-q", f"{NAME}:1", host=docker28.host, home=folder)
            if pushed.code == 0:
                break
            time.sleep(0.2)
        assert pushed.code == 0, pushed.err
        yield NAME


@contextmanager
def locked_registry(engine: EngineProcess, docker: Path, folder: Path) -> Iterator[None]:
    """A registry with TLS and passwords, where the engine can reach it; `folder` becomes a home that is logged in. (The engine does
    not check certificates of loopback addresses.)"""
    import trustme

    authority = trustme.CA()
    server = authority.issue_cert("127.0.0.1")
    server.private_key_pem.write_to_path(str(folder / "server.key"))
    for pem in server.cert_chain_pems:
        pem.write_to_path(str(folder / "server.pem"), append=True)
    (folder / "htpasswd").write_text(HTPASSWD)
    with serving(engine, folder, LOCKED_CONFIG):
        for _ in range(50):
            if program(docker, "login", "-u", "user", "-p", "secret", LOCKED, host=engine.host, home=folder).code == 0:
                break
            time.sleep(0.2)
        yield


@pytest.fixture(scope="module")
def locked(docker28: EngineProcess, docker: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with locked_registry(docker28, docker, tmp_path_factory.mktemp("locked")):
        yield LOCKED


@pytest.fixture(autouse=True)
def not_there(registry: str, docker28: EngineProcess, docker: Path) -> None:
    program(docker, "rmi", "-f", f"{NAME}:1", host=docker28.host)


def lasting(progress: bytes) -> list[bytes]:
    passing = (b"Verifying Checksum", b"Download complete", b"Waiting", b"Preparing")
    return [line for line in progress.splitlines() if not line.endswith(passing)]


def test_pulled_as_docker_pulls(docker28: EngineProcess, pydock: Path, docker: Path) -> None:
    """The note and the progress on stderr, line for line; the output alone on stdout."""
    results = []
    for client in (docker, pydock):
        program(docker, "rmi", "-f", f"{NAME}:1", host=docker28.host)
        results.append(program(client, "run", "--rm", f"{NAME}:1", "echo", "pulled", host=docker28.host))
    theirs, ours = results
    assert ours.out == b"pulled\n" and ours.code == 0
    # layers come in no order, and what passes quickly the engine tells or not
    assert sorted(lasting(ours.err)) == sorted(lasting(theirs.err))
    assert b"Pull complete" in ours.err
    assert ours.err.startswith(f"Unable to find image '{NAME}:1' locally\n".encode())


def test_quiet_and_always(docker28: EngineProcess, pydock: Path) -> None:
    done = program(pydock, "run", "--rm", "-q", f"{NAME}:1", "true", host=docker28.host)
    assert (done.code, done.out, done.err) == (0, b"", b"")
    done = program(pydock, "create", "--pull", "always", f"{NAME}:1", host=docker28.host)
    assert done.code == 0 and b"Image is up to date" in done.err
    program(pydock, "rm", done.out.decode().strip(), host=docker28.host)


def test_what_the_registry_lacks(docker28: EngineProcess, pydock: Path, docker: Path) -> None:
    theirs, ours = (program(client, "run", f"{NAME}:nosuch", host=docker28.host) for client in (docker, pydock))
    assert (ours.code, ours.out, ours.err) == (theirs.code, theirs.out, theirs.err)
    assert ours.code == 125 and b"not found" in ours.err


def test_progress_for_a_person(docker28: EngineProcess, pydock: Path) -> None:
    """On a terminal the layers are drawn in place, and the terminal is as it was."""
    terminal = Terminal(pydock, "run", "--rm", f"{NAME}:1", "echo", "pulled", host=docker28.host)
    try:
        code = terminal.end(60)
        assert code == 0
        assert b"Pull complete" in terminal.seen and b"pulled" in terminal.seen
        assert b"\x1b[?25h" in terminal.seen  # the cursor is shown again
    finally:
        terminal.close()


# ---- pull and push ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "argv",
    [["pull", f"{NAME}:1"], ["pull", "-q", f"{NAME}:1"], ["pull", "-a", NAME], ["pull", NAME], ["pull", f"{NAME}:nosuch"], ["pull", "127.0.0.1:1/x"],
     ["push", f"{NAME}:1"], ["push", "-q", f"{NAME}:1"], ["push", "-a", NAME], ["push", NAME], ["push", f"{NAME}:nosuch"], ["push", "--platform", "linux/amd64", f"{NAME}:1"],
     ["push", "127.0.0.1:1/x"]],
    ids=" ".join,
)  # fmt: skip
def test_pull_and_push_as_docker(docker28: EngineProcess, pydock: Path, docker: Path, argv: list[str]) -> None:
    """Exit code, stdout and stderr; layers come in no order, and are reported as often as the engine likes."""
    results = []
    for client in (docker, pydock):
        if argv[0] == "pull":
            program(docker, "rmi", "-f", f"{NAME}:1", host=docker28.host)
        else:
            program(docker, "pull", f"{NAME}:1", host=docker28.host)
        done = program(client, *argv, host=docker28.host)
        results.append((done.code, set(lasting(done.out)), done.err))
    assert results[0] == results[1]


def digest(client: Path, host: str, name: str) -> str:
    """What the registry calls the image."""
    return json.loads(program(client, "image", "inspect", name, host=host).out)[0]["RepoDigests"][0].partition("@")[2]


def test_credentials_of_one_serve_the_other(
    docker28: EngineProcess, pydock: Path, docker: Path, locked: str, tmp_path: Path
) -> None:
    """Logged in by one, pushed by it, pulled by the other, both ways round: same digests; the file is private, other keys stay."""
    for first, second in ((pydock, docker), (docker, pydock)):
        home = tmp_path / str(first is pydock)
        config = home / ".docker" / "config.json"
        config.parent.mkdir(parents=True)
        config.write_text('{"detachKeys": "ctrl-x", "HttpHeaders": {"X-A": "b"}}')
        config.chmod(0o600)
        wrong = program(
            first, "login", "-u", "user", "--password-stdin", locked, host=docker28.host, home=home, stdin=b"wrong\n"
        )
        assert wrong.code == 1 and b"failed with status" in wrong.err and b"wrong" not in wrong.err
        assert "auths" not in json.loads(config.read_text())
        done = program(
            first, "login", "-u", "user", "--password-stdin", locked, host=docker28.host, home=home, stdin=b"secret\n"
        )
        assert (done.code, done.out) == (0, b"Login Succeeded\n") and b"stored unencrypted" in done.err
        kept = json.loads(config.read_text())
        assert (
            kept["auths"] == {locked: {"auth": "dXNlcjpzZWNyZXQ="}}
            and kept["detachKeys"] == "ctrl-x"
            and kept["HttpHeaders"] == {"X-A": "b"}
        )
        assert stat.S_IMODE(config.stat().st_mode) == 0o600
        name = f"{locked}/both/{uuid.uuid4().hex[:6]}:1"
        program(docker, "tag", "busybox", name, host=docker28.host)
        assert program(first, "push", name, host=docker28.host, home=home).code == 0
        sent = digest(docker, docker28.host, name)
        program(docker, "rmi", name, host=docker28.host)
        assert program(second, "pull", name, host=docker28.host, home=home).code == 0
        assert digest(pydock, docker28.host, name) == sent
        again = program(second, "login", locked, host=docker28.host, home=home)
        assert again.out == b"Login Succeeded\n" and b"Authenticating with existing credentials" in again.err
        assert (
            program(second, "logout", locked, host=docker28.host, home=home).out
            == f"Removing login credentials for {locked}\n".encode()
        )
        assert json.loads(config.read_text())["auths"] == {}
        refused = program(second, "pull", name, host=docker28.host, home=home)
        assert refused.code == 1 and b"no basic auth credentials" in refused.err
        program(docker, "rmi", name, host=docker28.host)


def test_builds_push_and_pull_with_credentials(
    docker28: EngineProcess, pydock: Path, docker: Path, locked: str, tmp_path: Path
) -> None:
    """--push by the engine's image API; FROM an image that needs a login, asked for over the build's session."""
    name = f"{locked}/built/{uuid.uuid4().hex[:6]}:1"
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM busybox\nRUN echo pushed > /pushed\n")

    def build(*words: str, home: Path = tmp_path) -> Done:
        return program(
            pydock, "build", "--progress", "plain", *words, str(folder), host=docker28.host, home=home, timeout=100
        )

    assert (
        program(
            pydock,
            "login",
            "-u",
            "user",
            "--password-stdin",
            locked,
            host=docker28.host,
            home=tmp_path,
            stdin=b"secret\n",
        ).code
        == 0
    )
    done = build("--push", "-t", name, "--metadata-file", str(tmp_path / "meta"))
    assert done.code == 0 and f"pushing {name} with docker" in done.err.decode(), done.err
    assert json.loads((tmp_path / "meta").read_text())["containerimage.digest"] == digest(docker, docker28.host, name)
    program(docker, "rmi", name, host=docker28.host)
    (folder / "Dockerfile").write_text(f"FROM {name}\nRUN cat /pushed\n")
    refused = build("--pull", home=tmp_path / "nobody")
    assert (
        refused.code == 1
        and b"ERROR: failed to build: failed to solve" in refused.err
        and b"nauthorized" in refused.err
    )
    done = build("--pull", "--no-cache")
    assert (
        done.code == 0
        and f"[auth] sharing credentials for {locked}" in done.err.decode()
        and re.search(rb"#\d+ [\d.]+ pushed\n", done.err)
    )
    assert b"secret" not in done.err
    failed = build("--push", "-t", f"{locked}/x:1", home=tmp_path / "nobody")
    assert failed.code == 1 and b"ERROR: failed to build: " in failed.err


HELPER = """#!/bin/sh
IN=$(cat)
echo "$1 $IN" >> "$FOLDER/log"
case $1 in
store) echo "$IN" > "$FOLDER/kept" ;;
get) cat "$FOLDER/kept" 2>/dev/null || { echo "credentials not found in native keychain"; exit 1; } ;;
erase) rm -f "$FOLDER/kept" ;;
esac
"""


def test_helper_programs(docker28: EngineProcess, pydock: Path, docker: Path, locked: str, tmp_path: Path) -> None:
    """Each client asks the helper the same; what one stores the other finds; nothing lies in the file."""
    logs = []
    for i, (first, second) in enumerate(((docker, pydock), (pydock, docker))):
        folder = tmp_path / str(i)
        (folder / "bin").mkdir(parents=True)
        (folder / ".docker").mkdir()
        (folder / "bin" / "docker-credential-test").write_text(HELPER)
        (folder / "bin" / "docker-credential-test").chmod(0o755)
        (folder / ".docker" / "config.json").write_text('{"credsStore": "test"}')
        env = {"PATH": f"{folder}/bin:{os.environ['PATH']}", "FOLDER": str(folder)}
        done = program(
            first,
            "login",
            "-u",
            "user",
            "--password-stdin",
            locked,
            host=docker28.host,
            home=folder,
            env=env,
            stdin=b"secret",
        )
        assert (done.code, done.out, done.err) == (0, b"Login Succeeded\n", b"")
        assert "secret" not in (folder / ".docker" / "config.json").read_text()
        assert program(second, "login", locked, host=docker28.host, home=folder, env=env).out == b"Login Succeeded\n"
        assert program(second, "logout", locked, host=docker28.host, home=folder, env=env).code == 0
        logs.append((folder / "log").read_text())
    assert logs[0] == logs[1]


def test_login_on_a_terminal(docker28: EngineProcess, pydock: Path, docker: Path, locked: str) -> None:
    """Asked for and not shown, byte for byte as docker; the terminal is as it was, also after Ctrl-C."""
    shown = []
    for client in (docker, pydock):
        t = Terminal(client, "login", locked, host=docker28.host)
        seen = t.until(b"Username: ")
        t.type(b"user\r")
        seen += t.until(b"Password: ")
        time.sleep(0.3)
        t.type(b"wrong\r")
        shown.append((t.end(), seen, t.seen))
        t.close()
    assert shown[0] == shown[1]
    assert b"wrong" not in shown[1][2]
    t = Terminal(pydock, "login", "-u", "user", locked, host=docker28.host)
    t.until(b"Password: ")
    time.sleep(0.3)
    t.type(b"\x03")
    assert t.end() == 0
    t.close()


def test_manifest_lists(docker28: EngineProcess, pydock: Path, docker: Path, registry: str, tmp_path: Path) -> None:
    """Made by one client, finished by the other; pushed under the digest that docker's bytes give."""
    inside = ["nsenter", f"--net=/run/netns/{docker28.namespace}"]

    def run(client: Path, *argv: str) -> str:
        done = program(inside[0], inside[1], str(client), "manifest", *argv, host=docker28.host, home=tmp_path)
        assert done.code == 0, (argv, done)
        return done.out.decode()

    digests = []
    for first, second in ((docker, pydock), (pydock, docker)):
        assert run(first, "create", "--insecure", f"{NAME}:all", f"{NAME}:1") == f"Created manifest list {NAME}:all\n"
        run(second, "annotate", "--os", "linux", "--arch", "arm", "--variant", "v7", f"{NAME}:all", f"{NAME}:1")
        assert run(first, "inspect", f"{NAME}:all") == run(second, "inspect", f"{NAME}:all")
        assert run(first, "inspect", "-v", f"{NAME}:all") == run(second, "inspect", "-v", f"{NAME}:all")
        pushed = run(second, "push", "--insecure", "-p", f"{NAME}:all")
        digests.append(pushed.splitlines()[-1])
        assert run(first, "inspect", "--insecure", f"{NAME}:all") == run(second, "inspect", "--insecure", f"{NAME}:all")
        assert not list((tmp_path / ".docker" / "manifests").iterdir())
    assert digests[0] == digests[1] and digests[0].startswith("sha256:")


def test_ctrl_c_in_the_middle_of_a_pull(docker28: EngineProcess, pydock: Path, tmp_path: Path) -> None:
    """The terminal is put back, the code says why; the next try works."""
    import socket
    import threading

    path = tmp_path / "slow.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        hold = threading.Event()

        def serve() -> None:
            with listener.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nContent-Length: 0\r\n\r\n")
            with listener.accept()[0] as connection:
                connection.recv(65536)
                line = b'{"status":"Downloading","progressDetail":{"current":5000,"total":9000},"id":"abc"}\r\n'
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n"
                    % (len(line), line)
                )
                hold.wait(20)

        threading.Thread(target=serve, daemon=True).start()
        t = Terminal(pydock, "pull", "x:1", host=f"unix://{path}")
        t.until(b"Downloading")
        t.type(b"\x03")
        assert t.end() == 130
        hold.set()
        assert b"\x1b[?25h" in t.seen and b"Traceback" not in t.seen
        t.close()
    assert program(pydock, "pull", "-q", f"{NAME}:1", host=docker28.host).code == 0


def test_interrupted_in_the_middle(docker28: EngineProcess, pydock: Path, tmp_path: Path) -> None:
    """No engine answers to the end: a clear error and no id file."""
    import socket
    import threading

    listener = socket.socket(socket.AF_UNIX)
    path = tmp_path / "half.sock"
    listener.bind(str(path))
    listener.listen()

    missing = b'{"message":"No such image: x"}'

    def serve() -> None:
        for answer in (
            b"HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (len(missing), missing),
            b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n{"status":"Pulling"}\r\n',
        ):
            with listener.accept()[0] as connection:
                data = b""
                while b"\r\n\r\n" not in data:
                    data += connection.recv(65536)
                length = int(data.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or b"0")
                while len(data.partition(b"\r\n\r\n")[2]) < length:
                    data += connection.recv(65536)
                connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    done = program(
        pydock, "run", "--cidfile", "cid", "x", host=f"unix://{path}", cwd=tmp_path, env={"HOME": str(tmp_path)}
    )
    thread.join(5)
    listener.close()
    assert done.code == 125 and b"unexpected EOF" in done.err, done
    assert not os.path.exists(tmp_path / "cid")


def test_lines_of_curl_get_the_same_of_a_registry(
    docker28: EngineProcess, pydock: Path, registry: str, tmp_path: Path
) -> None:
    """--curl: the client's own requests, beside the engine's."""
    inside = ["nsenter", f"--net=/run/netns/{docker28.namespace}"]
    words = ["manifest", "inspect", "--insecure", f"{NAME}:1"]
    done = program(inside[0], inside[1], str(pydock), "--curl", *words, host=docker28.host, home=tmp_path)
    lines = [line for line in done.err.decode().splitlines() if "http://127.0.0.1:5000/v2/team" in line]
    assert done.code == 0 and len(lines) >= 1
    found = [program(*inside, "bash", "-c", line) for line in lines]
    assert [one.code for one in found] == [0] * len(found)
    assert json.loads(found[0].out) == json.loads(done.out)


def test_credentials_are_hidden_and_sent(docker28: EngineProcess, pydock: Path, locked: str, tmp_path: Path) -> None:
    """--curl=secrets: a line that logs in as pydock does; --curl: none that could."""
    for flag, shown in (("--curl", False), ("--curl=secrets", True)):
        done = program(pydock, flag, "login", "-u", "user", "-p", "secret", locked, host=docker28.host, home=tmp_path)
        line = next(line for line in done.err.decode().splitlines() if "/auth" in line)
        assert done.code == 0 and ('"password":"secret"' in line) == shown and ("***" in line) != shown
        answer = program("bash", "-c", line)
        assert (b"Login Succeeded" in answer.out) == shown
    program(pydock, "tag", "busybox", f"{locked}/x:1", host=docker28.host)
    done = program(pydock, "--curl", "push", "-q", f"{locked}/x:1", host=docker28.host, home=tmp_path)
    assert done.code == 0 and b"-H 'X-Registry-Auth: ***'" in done.err
    digest = program(
        pydock, "api", f"/distribution/{locked}/x:1/json", "--auth", f"{locked}/x", host=docker28.host, home=tmp_path
    )
    assert digest.code == 0 and b"sha256:" in digest.out
    without = program(pydock, "api", f"/distribution/{locked}/x:1/json", host=docker28.host, home=tmp_path)
    assert without.code in (4, 5)
