"""An engine with BuildKit, as far as a test needs one: it speaks the protocols, and goes wrong where it is told to."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydock.buildkit import messages as m
from pydock.buildkit.call import INTERNAL, UNKNOWN, Call
from pydock.buildkit.grpc import Connection
from pydock.errors import Failure
from tests.support.listening import End, each_connection

Act = Callable[["Builder", Any], None]
DIGEST = "sha256:" + "a" * 64


class EngineEnd(End):
    """An engine's end of a connection."""

    def reset(self) -> None:
        """The connection ends as that of an engine that has crashed."""
        if self.sock.fileno() >= 0:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.hang_up()


# -- what may become of a request or a call -----------------------------------------------------------


def silence(builder: Builder, at: Any) -> None:
    """Nothing is ever said."""
    builder.caught.set()


def answer(text: bytes) -> Act:
    """These bytes, and the end."""

    def act(builder: Builder, end: EngineEnd) -> None:
        end.write(text)
        end.hang_up()

    return act


def http(status: str, body: bytes = b"", kind: str = "application/json") -> Act:
    head = f"HTTP/1.1 {status}\r\nApi-Version: 1.51\r\nOstype: linux\r\nBuilder-Version: 2\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return lambda builder, end: end.write(head.encode() + body)


def chunks(*bodies: bytes, whole: bool = True) -> Act:
    """A body in chunks; not whole: cut before its end."""
    text = b"".join(b"%x\r\n%b\r\n" % (len(b), b) for b in bodies) + (b"0\r\n\r\n" if whole else b"")
    return answer(
        b"HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"
        + text
    )


def hang_up(builder: Builder, at: Any) -> None:
    """The connections end."""
    if isinstance(at, Call):
        assert isinstance(at.connection, Connection)
        at = at.connection.duplex
    at.hang_up()


def upgraded(session: bool) -> Act:
    """A build has two connections: on the session's we call, on the other one we are called."""

    def act(builder: Builder, end: EngineEnd) -> None:
        end.write(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
        builder.upgraded(end, session)

    return act


def nonsense(builder: Builder, end: EngineEnd) -> None:
    """An upgrade to something else."""
    end.write(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + b"nonsense " * 100)


def refusal(call_status: int, reason: str) -> Act:
    return lambda builder, call: call.finish(call_status, reason)


def said(*messages: bytes) -> Act:
    """Messages, and success."""

    def act(builder: Builder, call: Call) -> None:
        call.send(*messages)
        call.finish()

    return act


def solved(builder: Builder, call: Call) -> None:
    call.send(
        m.SOLVED.encode({"ExporterResponse": {"containerimage.digest": DIGEST, "containerimage.config.digest": DIGEST}})
    )
    call.finish()


class Builder:
    """One engine. at: what it does with a request ("POST /session") or a call ("Solve"), where that is not what it should."""

    def __init__(self, path: Path, **at: Act) -> None:
        self.path, self.at = path, at
        #: set when a client waits for something that will not come
        self.caught = threading.Event()
        self._session = Future[Connection]()
        self.requests: list[str] = []
        #: the messages that calls came with, by service and method: "Control/Solve", "LLBBridge/Solve"
        self.asked: dict[str, bytes] = {}
        self._ends: list[EngineEnd] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(16)
        each_connection(self._listener, self._connected)

    @property
    def session(self) -> Connection:
        """The client's, which may come a moment after its other connection."""
        return self._session.result(20)

    @property
    def host(self) -> str:
        return f"unix://{self.path}"

    def _connected(self, sock: socket.socket) -> None:
        end = EngineEnd(sock)
        self._ends.append(end)
        self._serve(end)

    def _serve(self, end: EngineEnd) -> None:
        data = b""
        while True:
            while b"\r\n\r\n" not in data:
                if not (more := end.read()):
                    return
                data += more
            head, _, data = data.partition(b"\r\n\r\n")
            method, path, *_ = [*head.decode("latin1").split(" "), "", ""]
            name = f"{method} /{path.partition('?')[0].rpartition('/')[2]}"
            self.requests.append(name)
            if b"transfer-encoding: chunked" in head.lower():
                while not data.endswith(b"0\r\n\r\n"):
                    data += end.read()
                data = b""
            try:
                self.at.get(name.replace("POST /", "").replace("GET /", ""), self._usual(name))(self, end)
            except Failure:
                return

    def _usual(self, name: str) -> Act:
        if name in ("POST /session", "POST /grpc"):
            return upgraded(session=name == "POST /session")
        return (
            http("200 OK", b"" if name.startswith("HEAD") else b"OK", "text/plain")
            if name.endswith("/_ping")
            else http("404 Not Found", b'{"message": "no"}')
        )

    def upgraded(self, end: End, session: bool) -> None:
        if session:
            self._session.set_result(Connection(end))
        else:
            Connection(end, self._call)
        threading.Event().wait()

    def _call(self, call: Call) -> None:
        name = call.path.rpartition("/")[2]
        usual = {"ListWorkers": said(b""), "Solve": solved, "Status": said(), "ListenBuildHistory": said()}
        try:
            self.asked[call.path.rpartition(".")[2]] = call.receive() or b""
            self.at.get(name, usual.get(name, refusal(INTERNAL, f"unexpected call {call.path}")))(self, call)
        except Failure:
            return

    def close(self) -> None:
        self._listener.close()
        for end in self._ends:
            # who reads in another thread gets the end of the stream, and then the socket goes
            end.hang_up()
            end.close()


@contextmanager
def builder(path: Path, **at: Act) -> Iterator[Builder]:
    one = Builder(path, **at)
    try:
        yield one
    finally:
        one.close()


def progress(*messages: Any) -> list[bytes]:
    """Messages of POST /build, a line each."""
    return [json.dumps(message).encode() + b"\r\n" for message in messages]


__all__ = ["UNKNOWN", "Builder", "builder"]
