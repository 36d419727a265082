"""A stand-in for an engine: HTTP on a unix socket, answered by functions. For programs that are run as a whole."""

from __future__ import annotations

import json
import re
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

#: what a request is answered with: JSON, or blocks of a body; None: nothing ever comes after the head
Answer = Any
Answers = Mapping[str, Callable[["Handler"], Answer]]


class Handler(BaseHTTPRequestHandler):
    """One connection. `body`: the request's."""

    protocol_version = "HTTP/1.1"
    answers: Answers = {}
    body = b""

    def handle_any(self) -> None:
        self.body = self._body()
        if self.path.endswith("/_ping"):
            self._send(200, b"" if self.command == "HEAD" else b"OK", "text/plain")
            return
        line = f"{self.command} {re.sub(r'^/v[0-9.]+', '', self.path)}"
        act = next((act for pattern, act in self.answers.items() if re.fullmatch(pattern, line)), None)
        if act is None:
            self._send(500, json.dumps({"message": f"unexpected request: {line}"}).encode(), "application/json")
            return
        answer = act(self)
        if isinstance(answer, Iterator):
            self._stream(answer)
        else:
            self._send(201 if self.command == "POST" else 200, json.dumps(answer).encode(), "application/json")

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            out = b""
            while size := int(self.rfile.readline(), 16):
                out += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return out
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in (
            ("Api-Version", "1.51"),
            ("Ostype", "linux"),
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
        ):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _stream(self, blocks: Iterator[bytes]) -> None:
        self.send_response(200)
        for name, value in (
            ("Content-Type", "application/x-tar"),
            ("Transfer-Encoding", "chunked"),
            *self.extra.items(),
        ):
            self.send_header(name, value)
        self.end_headers()
        for block in blocks:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(block), block))
        self.wfile.write(b"0\r\n\r\n")

    @property
    def extra(self) -> dict[str, str]:
        """Headers that an answer adds."""
        headers: dict[str, str] = self.__dict__.setdefault("_extra", {})
        return headers

    def address_string(self) -> str:
        return "client"

    def log_message(self, *_: object) -> None:
        pass


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """A client that went away."""


@contextmanager
def stand_in(folder: Path, answers: Answers) -> Iterator[str]:
    """The engine's address while the block runs. answers: by regular expressions of "METHOD /path?query", without the version."""
    path = folder / "engine.sock"
    server = _Server(str(path), type("Bound", (Handler,), {"answers": dict(answers)}))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"unix://{path}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
