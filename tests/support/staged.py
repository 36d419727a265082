"""An engine on loopback whose answers, and the ways in which its connections end, are written down request by request."""

from __future__ import annotations

import gc
import io
import re
import socket
import struct
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from pydock.app import App
from pydock.main import run
from tests.support.listening import each_connection

#: what a connection does after an answer: takes the next request, ends, is reset, or stays as it is without a word more
KEEP, FIN, RST, HOLD = "keep", "fin", "rst", "hold"


@dataclass
class Reply:
    """`data`: the whole answer, head and body; sent, and then the connection ends by `end`."""

    data: bytes = b""
    end: str = KEEP


def body(data: bytes, status: str = "200 OK", end: str = KEEP) -> Reply:
    return Reply(
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data,
        end,
    )


def stream(data: bytes, end: str) -> Reply:
    """An upgraded connection on which `data` comes."""
    return Reply(
        b"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
        + data,
        end,
    )


def chunks(data: bytes, end: str, status: str = "200 OK") -> Reply:
    """A chunked body that does not come to its end."""
    return Reply(
        f"HTTP/1.1 {status}\r\nTransfer-Encoding: chunked\r\n\r\n{len(data):x}\r\n".encode() + data + b"\r\n", end
    )


def frame(data: bytes, kind: int = 1) -> bytes:
    return bytes([kind, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


PING = Reply(b"HTTP/1.1 200 OK\r\nApi-Version: 1.44\r\nContent-Length: 0\r\n\r\n")


class Staged:
    """`replies`: a pattern of "METHOD /path" (without the version) -> the answer; the first that fits. `asked`: what came."""

    def __init__(self, replies: Mapping[str, Reply]) -> None:
        self.replies, self.asked = replies, list[str]()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        self.closed = threading.Event()
        each_connection(self.listener, self._serve)

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                while words := self._request(connection):
                    reply = self._reply(words)
                    connection.sendall(reply.data)
                    if reply.end == HOLD:
                        self.closed.wait()
                    if reply.end == RST:
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    if reply.end != KEEP:
                        return
            except OSError:
                return

    def _reply(self, words: str) -> Reply:
        self.asked.append(words)
        found = next((reply for pattern, reply in self.replies.items() if re.search(pattern, words)), None)
        if found is None and "/_ping" in words:
            return PING
        assert found is not None, words
        return found

    @staticmethod
    def _request(connection: socket.socket) -> str:
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return ""
            data += more
        head, _, rest = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        while length and len(rest) < int(length[1]):
            rest += connection.recv(65536)
        method, target = head.split(b" ", 2)[:2]
        return f"{method.decode()} {re.sub(r'^/v[0-9.]+', '', target.decode())}"

    def close(self) -> None:
        self.listener.close()
        self.closed.set()


@contextmanager
def staged(replies: Mapping[str, Reply]) -> Iterator[Staged]:
    engine = Staged(replies)
    try:
        yield engine
    finally:
        engine.close()


def client(engine: Staged, *argv: str) -> tuple[str, str, int]:
    """One command line in this process, over a real connection: (stdout, stderr, exit code)."""
    out, err = io.BytesIO(), io.BytesIO()
    app = App(out, err, io.BytesIO(), {"HOME": "/nonexistent", "DOCKER_HOST": engine.host}, "docker")
    try:
        code = run(app, list(argv))
    finally:
        app.close()
        with warnings.catch_warnings():
            # a process that has lost its streams ends, and with it what it had open
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
    return out.getvalue().decode(), err.getvalue().decode(), code
