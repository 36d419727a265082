"""What may be at an engine's address: engines, other servers, certificates of all kinds, and nothing at all."""

from __future__ import annotations

import datetime
import json
import os
import socket
import ssl
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme

from tests.support.listening import each_connection

Talk = Callable[[socket.socket], None]


def answer(head: str, body: str = "OK") -> bytes:
    """An answer of HTTP. head: lines without their ends."""
    data = body.encode("utf-8", "surrogateescape")
    lines = [*head.split("\n"), f"Content-Length: {len(data)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + data


DOCKER = answer("HTTP/1.1 200 OK\nApi-Version: 1.51\nOstype: linux\nServer: Docker/28.5.2 (linux)")
PODMAN = answer("HTTP/1.1 200 OK\nApi-Version: 1.41\nLibpod-Api-Version: 4.3.1\nServer: Libpod/4.3.1 (linux)")
OLD = answer("HTTP/1.1 200 OK\nApi-Version: 1.12\nServer: Docker/1.0.0 (linux)")
WEB = answer("HTTP/1.1 404 Not Found\nServer: nginx", "no such page")
SICK = answer("HTTP/1.1 500 Internal Server Error\nApi-Version: 1.51\nServer: Docker/28.5.2 (linux)", "broken")
#: what Go's TLS server answers to HTTP without TLS
TO_PLAIN = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
NO_HTTP = b"SSH-2.0-OpenSSH_9.2\r\n"


def says(data: bytes, before: float = 0) -> Talk:
    """A server that gives this answer to whatever it is asked."""

    def talk(sock: socket.socket) -> None:
        with sock:
            try:
                sock.recv(65536)
                time.sleep(before)
                sock.sendall(data)
            except OSError:
                return

    return talk


def engine(*routes: tuple[str, bytes], ping: bytes = DOCKER) -> Talk:
    """An engine that answers by how the path ends, and anything else as /_ping."""

    def talk(sock: socket.socket) -> None:
        with sock:
            try:
                words = sock.recv(65536).split(b" ")
                path = words[1].decode() if len(words) > 1 else ""
                sock.sendall(next((data for end, data in routes if path.endswith(end)), ping))
            except OSError:
                return

    return talk


def json_answer(value: object, status: str = "200 OK") -> bytes:
    return answer(f"HTTP/1.1 {status}\nContent-Type: application/json", json.dumps(value))


def unprivileged(run: Callable[[], str]) -> str:
    """What it returns as a user without privileges, in a process of its own. Modules must be loaded before."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # the threads of this process are servers, which the child does not need
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            os.write(writing, run().encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as file:
        data = file.read()
    os.waitpid(child, 0)
    return data.decode()


def silent(sock: socket.socket) -> None:
    """A server that hangs."""
    threading.Event().wait(20)
    sock.close()


@contextmanager
def unix(path: Path, talk: Talk | bytes) -> Iterator[str]:
    """A server on a socket; the address."""
    with socket.socket(socket.AF_UNIX) as listener:
        path.parent.mkdir(parents=True, exist_ok=True)
        listener.bind(str(path))
        listener.listen()
        each_connection(listener, says(talk) if isinstance(talk, bytes) else talk)
        yield f"unix://{path}"
        listener.shutdown(socket.SHUT_RDWR)


@contextmanager
def tcp(talk: Talk | bytes, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server on a port of the loopback; the address."""
    serve = says(talk) if isinstance(talk, bytes) else talk

    def greeted(sock: socket.socket) -> None:
        try:
            serve(tls.wrap_socket(sock, server_side=True) if tls else sock)
        except OSError:
            sock.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        each_connection(listener, greeted)
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def refusing(path: Path) -> str:
    """A socket that nobody listens on any more; the address."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))
    return f"unix://{path}"


class Certificates:
    """A CA, and a folder with what a client needs: ca.pem, cert.pem, key.pem."""

    def __init__(self, folder: Path) -> None:
        self.authority, self.folder = trustme.CA(), folder
        folder.mkdir(parents=True, exist_ok=True)
        ours = self.authority.issue_cert("client")
        self.authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        ours.private_key_pem.write_to_path(str(folder / "key.pem"))
        (folder / "cert.pem").write_bytes(b"".join(pem.bytes() for pem in ours.cert_chain_pems))
        os.chmod(folder / "key.pem", 0o600)

    def server(self, name: str = "127.0.0.1", days: int = 30, clients: bool = False) -> ssl.SSLContext:
        """A server's TLS. days: how long it is still valid; clients: it lets in only who shows a certificate."""
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(name, not_after=end).configure_cert(context)
        if clients:
            context.verify_mode = ssl.CERT_REQUIRED
            self.authority.configure_trust(context)
        return context

    @property
    def environ(self) -> dict[str, str]:
        return {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(self.folder)}
