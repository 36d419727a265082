"""A missing image, pulled from a real registry in the engine's own network namespace."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.test_pty import Terminal
from tests.support import engines
from tests.support.cli import program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

NAME = "127.0.0.1:5000/team/busybox"

CONFIG = """
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}/data}}}}
http: {{addr: 127.0.0.1:5000}}
"""


@pytest.fixture(scope="module")
def registry(docker28: EngineProcess, docker: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Holds team/busybox:1."""
    folder = tmp_path_factory.mktemp("registry")
    (folder / "config.yml").write_text(CONFIG.format(folder=folder))
    server = engines.unpack_unstable() / "docker-registry"
    process = subprocess.Popen(
        ["nsenter", f"--net=/run/netns/{docker28.namespace}", str(server), "serve", str(folder / "config.yml")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        # a layer that the engine has not got otherwise
        program(docker, "run", "--name", "with-a-layer", "busybox", "sh", "-c", "head -c 3000000 /dev/urandom >/layer", host=docker28.host)
        program(docker, "commit", "with-a-layer", f"{NAME}:1", host=docker28.host)
        program(docker, "rm", "with-a-layer", host=docker28.host)
        for _ in range(50):
            pushed = program(docker, "push", "-q", f"{NAME}:1", host=docker28.host, home=folder)
            if pushed.code == 0:
                break
            time.sleep(0.2)
        assert pushed.code == 0, pushed.err
        yield NAME
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(autouse=True)
def not_there(registry: str, docker28: EngineProcess, docker: Path) -> None:
    program(docker, "rmi", "-f", f"{NAME}:1", host=docker28.host)


def test_pulled_as_docker_pulls(docker28: EngineProcess, pydock: Path, docker: Path) -> None:
    """The note and the progress on stderr, line for line; the output alone on stdout."""
    results = []
    for client in (docker, pydock):
        program(docker, "rmi", "-f", f"{NAME}:1", host=docker28.host)
        results.append(program(client, "run", "--rm", f"{NAME}:1", "echo", "pulled", host=docker28.host))
    theirs, ours = results
    assert ours.out == b"pulled\n" and ours.code == 0
    # layers come in no order
    assert sorted(ours.err.splitlines()) == sorted(theirs.err.splitlines())
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
        connection, _ = listener.accept()
        with connection:
            for answer in (
                b"HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nContent-Length: 0\r\n\r\n",
                b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(missing), missing),
                b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n{"status":"Pulling"}\r\n',
            ):
                data = b""
                while b"\r\n\r\n" not in data:
                    data += connection.recv(65536)
                length = int(data.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or b"0")
                while len(data.partition(b"\r\n\r\n")[2]) < length:
                    data += connection.recv(65536)
                connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    done = program(pydock, "run", "--cidfile", "cid", "x", host=f"unix://{path}", cwd=tmp_path, env={"HOME": str(tmp_path)})
    thread.join(5)
    listener.close()
    assert done.code == 125 and b"unexpected EOF" in done.err, done
    assert not os.path.exists(tmp_path / "cid")
