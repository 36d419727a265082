"""`image tags`, of real registries: an open one, one with passwords, one that hands out tokens. The engine is not needed."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.live.test_registry import HTPASSWD
from tests.support import engines, token_server
from tests.support.cli import program

pytestmark = pytest.mark.live

QUIET: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
TAGS = ["1.2", "1.10", "1.9", "latest"]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"nothing listens on {port}")


@contextmanager
def registry(folder: Path, auth: str = "") -> Iterator[str]:
    """Its address; it has team/app. A registry's tags are the folders of its storage."""
    try:
        server = engines.unpack_unstable() / "docker-registry"
    except engines.Unavailable as why:
        pytest.skip(f"docker-registry is not to be had: {why}")
    for tag in TAGS:
        (folder / "data/docker/registry/v2/repositories/team/app/_manifests/tags" / tag).mkdir(parents=True)
    port = free_port()
    (folder / "config.yml").write_text(
        f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {folder}/data}}}}\nhttp: {{addr: 127.0.0.1:{port}}}\n{auth}\n"
    )
    process = subprocess.Popen([str(server), "serve", str(folder / "config.yml")], **QUIET)
    try:
        wait_for(port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def tokens(folder: Path) -> Iterator[int]:
    """The port of a server that hands out tokens."""
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=tests",
        "-days",
        "2",
    ]
    subprocess.run(
        [*command, "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")], check=True, **QUIET
    )
    port = free_port()
    process = subprocess.Popen([sys.executable, str(token_server.__file__), str(port), str(folder)], **QUIET)
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def log_in(home: Path, address: str, password: str = "secret") -> None:
    """As docker keeps a login."""
    (home / ".docker").mkdir(exist_ok=True)
    auth = base64.b64encode(f"user:{password}".encode()).decode()
    (home / ".docker" / "config.json").write_text(json.dumps({"auths": {address: {"auth": auth}}}))


def test_an_open_registry(pydock: Path, tmp_path: Path) -> None:
    with registry(tmp_path) as address:
        done = program(pydock, "image", "tags", f"{address}/team/app", home=tmp_path)
        assert (done.code, done.out, done.err) == (0, b"TAG\n1.2\n1.9\n1.10\nlatest\n", b"")
        done = program(pydock, "image", "tags", "-q", "--filter", "name=1.*", "--limit", "1", f"{address}/team/app")
        assert (done.code, done.out) == (0, b"1.10\n")
        done = program(pydock, "image", "tags", f"{address}/team/none")
        assert done.code == 1 and b"has no team/none for you" in done.err


def test_a_registry_with_passwords(pydock: Path, tmp_path: Path) -> None:
    (tmp_path / "htpasswd").write_text(HTPASSWD)
    with registry(tmp_path, f"auth: {{htpasswd: {{realm: test, path: {tmp_path}/htpasswd}}}}") as address:
        words = ("image", "tags", "-q", f"{address}/team/app")
        done = program(pydock, *words, home=tmp_path)
        assert done.code == 1 and b"no basic auth credentials" in done.err
        log_in(tmp_path, address)
        assert program(pydock, *words, home=tmp_path).out == b"1.2\n1.9\n1.10\nlatest\n"
        log_in(tmp_path, address, "wrong")
        done = program(pydock, *words, home=tmp_path)
        assert done.code == 1 and done.out == b"" and b"wrong" not in done.err


def test_a_registry_that_hands_out_tokens(pydock: Path, tmp_path: Path) -> None:
    with tokens(tmp_path) as port:
        auth = f'auth: {{token: {{realm: "http://127.0.0.1:{port}/token", service: registry, issuer: tests, rootcertbundle: {tmp_path}/cert.pem}}}}'
        with registry(tmp_path, auth) as address:
            for _ in range(2):
                done = program(pydock, "image", "tags", "-q", f"{address}/team/app", home=tmp_path)
                assert (done.code, done.out, done.err) == (0, b"1.2\n1.9\n1.10\nlatest\n", b"")
                log_in(tmp_path, address)
            asked = (tmp_path / "log").read_text().splitlines()
            assert asked == ["GET - repository:team/app:pull", "GET user repository:team/app:pull"]
