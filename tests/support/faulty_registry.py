"""A registry that damages one of its answers, or all of a kind; on a loopback port, without TLS.

It holds team/image:1 (a manifest with its configuration) and asks for tokens, which it hands out itself. A fault is a
function that is given the connection and the good answer's head and body, and sends what it likes.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.listening import each_connection

CONFIG = json.dumps({"architecture": "amd64", "os": "linux"}).encode()
MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


LAYER = digest(b"layer")
MANIFEST = json.dumps({
    "schemaVersion": 2, "mediaType": MANIFEST_TYPE, "config": {"digest": digest(CONFIG), "size": len(CONFIG)}, "layers": [{"digest": LAYER, "size": 5}],
}).encode()  # fmt: skip
USER, PASSWORD, TOKEN = "user", "a-password", "a-token"
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

Fault = Callable[[socket.socket, bytes, bytes], None]


@dataclass(frozen=True)
class Asked:
    """One request. kind: ping, token, manifest, blob, mount, put."""

    kind: str
    line: str
    headers: dict[str, str]


class FaultyRegistry:
    """A context manager. fault: what is done to answers of one kind, the first `times` of them."""

    def __init__(self, kind: str = "", fault: Fault | None = None, times: int = 1 << 30) -> None:
        self.kind, self.fault, self.times = kind, fault, times
        self.asked: list[Asked] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.name = f"127.0.0.1:{self.listener.getsockname()[1]}"

    def __enter__(self) -> FaultyRegistry:
        each_connection(self.listener, self._serve)
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()

    def _serve(self, peer: socket.socket) -> None:
        with peer:
            peer.settimeout(30)
            try:
                data = b""
                while b"\r\n\r\n" not in data:
                    # the first byte of TLS
                    if data.startswith(b"\x16") or not (block := peer.recv(65536)):
                        return
                    data += block
                head, _, body = data.partition(b"\r\n\r\n")
                lines = head.decode("latin-1").split("\r\n")
                headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
                while len(body) < int(headers.get("content-length", "0")):
                    body += peer.recv(65536)
                asked = Asked(kind_of(lines[0]), lines[0], headers)
                self.asked.append(asked)
                good = self._answer(asked, body)
                if self.fault and asked.kind == self.kind and self.times > 0:
                    self.times -= 1
                    self.fault(peer, *good)
                else:
                    peer.sendall(good[0] + b"\r\n\r\n" + good[1])
                # what was said is taken by the other side before the connection is closed, and not lost in a reset
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(65536):
                    pass
            except OSError:
                return

    def _answer(self, asked: Asked, body: bytes) -> tuple[bytes, bytes]:
        method, _, _ = asked.line.split(" ")
        if asked.kind == "token":
            return head_of(200, "application/json", data := json.dumps({"token": TOKEN}).encode()), data
        if asked.kind == "ping":
            return head_of(401, "text/plain", b""), b""
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            challenge = f'Bearer realm="http://{self.name}/token",service="tests",scope="repository:team/image:pull"'
            return head_of(401, "text/plain", b"", f"WWW-Authenticate: {challenge}"), b""
        if method == "PUT":
            return head_of(201, "text/plain", b"", f"Docker-Content-Digest: {digest(body)}"), b""
        if method == "POST":
            return head_of(201, "text/plain", b""), b""
        data = CONFIG if asked.kind == "blob" else MANIFEST
        return head_of(200, MANIFEST_TYPE, data, f"Docker-Content-Digest: {digest(data)}"), data


def kind_of(line: str) -> str:
    method, path, _ = line.split(" ")
    if path.startswith("/token"):
        return "token"
    if method in ("PUT", "POST"):
        return {"PUT": "put", "POST": "mount"}[method]
    return "ping" if path == "/v2/" else "blob" if "/blobs/" in path else "manifest"


def head_of(status: int, kind: str, body: bytes, *more: str) -> bytes:
    return "\r\n".join(
        [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *more]
    ).encode()


# ---- what may go wrong -------------------------------------------------------------------------------------


def says(data: bytes) -> Fault:
    return lambda peer, head, body: peer.sendall(data)


def answers(status: str, body: bytes = b"", *headers: str, length: int | None = None) -> Fault:
    size = len(body) if length is None else length
    return says("\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {size}", *headers]).encode() + b"\r\n\r\n" + body)


def closes(peer: socket.socket, head: bytes, body: bytes) -> None:
    pass


def resets(peer: socket.socket, head: bytes, body: bytes) -> None:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def cuts_the_head(peer: socket.socket, head: bytes, body: bytes) -> None:
    peer.sendall(head[: len(head) // 2])


def cuts_the_body(peer: socket.socket, head: bytes, body: bytes) -> None:
    peer.sendall(head.replace(b"Content-Length: 0", b"Content-Length: 10") + b"\r\n\r\n" + body[: len(body) // 2])


def without_length(peer: socket.socket, head: bytes, body: bytes) -> None:
    """Cut, where nothing tells that it is."""
    peer.sendall(
        b"\r\n".join(line for line in head.split(b"\r\n") if b"ength" not in line and b"igest" not in line)
        + b"\r\n\r\n"
        + body[: len(body) // 2]
    )


def other_bytes(peer: socket.socket, head: bytes, body: bytes) -> None:
    """As many as were promised, but others."""
    peer.sendall(head + b"\r\n\r\n" + body.replace(b"linux", b"lin-x").replace(b'"layers"', b'"Layers"'))


def endless(start: bytes, block: bytes) -> Fault:
    def fault(peer: socket.socket, head: bytes, body: bytes) -> None:
        peer.sendall(start)
        while True:
            peer.sendall(block)

    return fault


def drips(start: bytes, block: bytes) -> Fault:
    """A little now and then, so that no wait for the next byte is long, for ever."""

    def fault(peer: socket.socket, head: bytes, body: bytes) -> None:
        peer.sendall(start)
        waiting = threading.Event()
        while not waiting.wait(0.1):
            peer.sendall(block)

    return fault


def bomb(peer: socket.socket, head: bytes, body: bytes) -> None:
    """A body of 100 MB that is sent as 100 kB."""
    answers("200 OK", gzip.compress(bytes(100 << 20)), "Content-Encoding: gzip")(peer, head, body)


OK = b"HTTP/1.1 200 OK\r\n"
CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"

FAULTS: dict[str, Fault] = {
    "closes": closes,
    "resets": resets,
    "cuts the head": cuts_the_head,
    "cuts the body": cuts_the_body,
    "cuts without a length": without_length,
    "other bytes": other_bytes,
    "no HTTP": says(b"SSH-2.0-OpenSSH\r\n"),
    "empty": answers("200 OK"),
    "null": answers("200 OK", b"null"),
    "a list": answers("200 OK", b"[]"),
    "a string": answers("200 OK", b'"text"'),
    "no JSON": answers("200 OK", b"<html>"),
    "JSON without end": answers("200 OK", b'{"a": ['),
    "JSON of other types": answers(
        "200 OK", b'{"config": [], "layers": {"a": 1}, "manifests": 7, "token": 5, "errors": 1}'
    ),
    "deep JSON": answers("200 OK", b"[" * 200_000),
    "no UTF-8": answers("200 OK", b"\xff\xfe{}"),
    "too long for its length": answers("200 OK", b'{"token": "a"}garbage', length=14),
    "a wrong length": answers("200 OK", b"{}", length=1 << 40),
    "no length": answers("200 OK\r\nContent-Length: -5", b"{}"),
    "a length of 5000 digits": says(OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}"),
    "broken chunks": says(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}"),
    "chunks without end": says(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
    "endless body": endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", CHUNK),
    "endless error": endless(b"HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n", CHUNK),
    "endless head": endless(OK, b"X-A: " + b"x" * 4000 + b"\r\n"),
    "endless early answers": endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "a huge header": says(OK + b"X-A: " + b"x" * 1_000_000 + b"\r\n\r\n"),
    "drips a head": drips(OK, b"X"),
    "drips a body": drips(OK + b"Content-Length: 10000\r\n\r\n", b"x"),
    "refuses": answers("403 Forbidden", b'{"errors": [{"code": "DENIED", "message": "no"}]}'),
    "refuses without a word": answers("403 Forbidden"),
    "401 for ever": answers("401 Unauthorized", b"", 'WWW-Authenticate: Basic realm="x"'),
    "401 of no known kind": answers("401 Unauthorized", b"", "WWW-Authenticate: Negotiate abc=="),
    "a hostile challenge": answers("401 Unauthorized", b"", "WWW-Authenticate: Bearer " + "a" * 20_000),
    "a token server by file": answers("401 Unauthorized", b"", 'WWW-Authenticate: Bearer realm="file:///etc/passwd"'),
    "a token server that is none": answers("401 Unauthorized", b"", 'WWW-Authenticate: Bearer realm="http://[::"'),
    "a token with a line end": answers("200 OK", b'{"token": "a\\r\\nX-B: c"}'),
    "fails": answers("500 X", b"oops"),
    "errors of other types": answers("500 X", b'{"errors": [{"code": 7, "message": []}]}'),
    "too busy for long": answers("429 X", b"", "Retry-After: 100000"),
    "too busy for a number of years": answers("429 X", b"", "Retry-After: " + "9" * 400),
    "redirects to itself": lambda peer, head, body: peer.sendall(
        b"HTTP/1.1 307 X\r\nContent-Length: 0\r\nLocation: ?again\r\n\r\n"
    ),
    "redirects to a file": answers("307 X", b"", "Location: file:///etc/passwd"),
    "redirects to nothing": answers("307 X"),
    "redirects to no URL": answers("307 X", b"", "Location: http://[::1"),
    "redirects to a bad port": answers("307 X", b"", "Location: http://127.0.0.1:99999/"),
    "redirects to itself, changing": answers("302 X", b"", "Location: //127.0.0.1:1/"),
    "a bomb": bomb,
    "bad compression": answers("200 OK", b"no gzip", "Content-Encoding: gzip"),
}
