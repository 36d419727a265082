"""A proxy between a client and an engine that damages one answer: what a bad network, a bad engine or a bad proxy does.

It passes HTTP on byte for byte, with chunked bodies and upgraded connections, and keeps what it has seen. A request
is found again by its Key in the next run of the same command; the answer to it is then damaged by a Fault. The engine
has always carried the request out, except where it could not be reached. Canned answers stand in for what a test engine
cannot do.
"""

from __future__ import annotations

import re
import select
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from pathlib import Path
from queue import Empty, Queue

#: seconds of silence after which a body is taken as it is, though it goes on
QUIET = 0.25
BLOCK = 65536
#: bytes of a body that are kept
KEPT = 1 << 20

_ID = re.compile(r"\b[0-9a-f]{12,64}\b")
_VERSION = re.compile(r"^/v[0-9.]+(?=/)")


class Act(Enum):
    """What can be done besides sending bytes."""

    CLOSE = "close"
    RESET = "reset"
    HOLD = "hold"  # nothing more comes, the connection stays open


@dataclass(frozen=True)
class Key:
    """Names a request in every run of one command line: the how-manieth of its method and path (ids and version taken out)."""

    method: str
    path: str
    number: int

    def __str__(self) -> str:
        return f"{self.method} {self.path}" + (f" #{self.number}" if self.number > 1 else "")


@dataclass
class Answer:
    """status line and headers as they came, without the blank line; body: decoded, `open` when it goes on."""

    status: int
    head: bytes
    body: bytes = b""
    open: bool = False
    upgraded: bool = False

    def header(self, name: bytes) -> bytes:
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.lower() == name:
                return value.strip()
        return b""

    @property
    def kind(self) -> bytes:
        return self.header(b"content-type").partition(b";")[0]

    @property
    def bare(self) -> bool:
        """Is it an answer that never has a body?"""
        return self.status in (204, 304)

    def plain_head(self, *drop: bytes) -> bytes:
        """Status line and headers without those about framing."""
        first, *rest = self.head.split(b"\r\n")
        off = (b"content-length", b"transfer-encoding", b"trailer", *drop)
        return b"\r\n".join([first, *(h for h in rest if h.partition(b":")[0].lower() not in off)])

    def whole(self, body: bytes) -> bytes:
        """The answer with another body."""
        return self.plain_head() + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body


@dataclass
class Exchange:
    """A request that came, and what it was answered with. `passed`: it has reached the engine."""

    key: Key
    query: str
    body: str = ""
    passed: bool = False
    answer: Answer | None = None

    @property
    def identity(self) -> tuple[str, str]:
        """What makes a request the same one."""
        return self.key.method, self.key.path


Send = Iterator["bytes | Act"]


@dataclass(frozen=True)
class Fault:
    """harm: "none", "reach" (the engine never sees the request), "lost" (no whole head), "status", "body", "value", "key" or "hold";
    fits: for which answers it is one; send: what is sent in place of the answer; lead: what precedes an answer that is passed on."""

    name: str
    harm: str
    fits: Callable[[Answer], bool]
    send: Callable[[Answer], Send] | None = None
    lead: bytes = b""
    delay: float = 0
    singly: bool = False
    close_after: bool = False
    tcp: bool = False

    def __str__(self) -> str:
        return self.name


class Reader:
    """A socket with a buffer."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.buffer = sock, b""

    def more(self) -> bool:
        try:
            data = self.sock.recv(BLOCK)
        except TimeoutError:
            raise
        except OSError:
            return False
        self.buffer += data
        return bool(data)

    def until(self, end: bytes) -> bytes:
        """Up to and with `end`; b"" if it does not come."""
        while end not in self.buffer:
            if not self.more():
                return b""
        found, _, self.buffer = self.buffer.partition(end)
        return found + end

    def some(self, limit: int = BLOCK) -> bytes:
        """What is there, at least a byte; b"" at the end."""
        if not self.buffer and not self.more():
            return b""
        data, self.buffer = self.buffer[:limit], self.buffer[limit:]
        return data

    def exactly(self, size: int) -> Iterator[bytes]:
        while size > 0:
            data = self.some(size)
            if not data:
                raise EOFError
            size -= len(data)
            yield data


def framing(head: bytes) -> tuple[bool, int | None]:
    """(chunked, length) of a message."""
    chunked = bool(re.search(rb"(?im)^transfer-encoding:.*chunked", head))
    length = re.search(rb"(?im)^content-length:\s*(\d+)", head)
    return chunked, int(length.group(1)) if length else None


def pieces(reader: Reader, head: bytes, to_the_end: bool) -> Iterator[tuple[bytes, bytes]]:
    """A message's body: (as it came, decoded). to_the_end: without framing it goes on until the connection is closed."""
    chunked, length = framing(head)
    if chunked:
        while True:
            line = reader.until(b"\r\n")
            if not line:
                raise EOFError
            size = int(line.partition(b";")[0], 16)
            if size == 0:
                rest = reader.until(b"\r\n")
                while rest not in (b"", b"\r\n"):
                    line += rest
                    rest = reader.until(b"\r\n")
                yield line + rest, b""
                return
            yield line, b""
            for data in reader.exactly(size):
                yield data, data
            yield b"".join(reader.exactly(2)), b""
    elif length is not None:
        for data in reader.exactly(length):
            yield data, data
    elif to_the_end:
        while data := reader.some():
            yield data, data


def pump(source: Reader, target: socket.socket, resetting: set[socket.socket]) -> None:
    """One direction of an upgraded connection, to its end, which is told. A socket that is being read cannot be reset."""
    try:
        while True:
            while not source.buffer and not select.select([source.sock], [], [], 0.02)[0]:
                if source.sock in resetting:
                    return
            data = source.some()
            if not data:
                break
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except (OSError, ValueError):
        pass


def headless(steps: Send) -> Send:
    """Without the body that an answer to HEAD never has."""
    for what in steps:
        if isinstance(what, bytes) and b"\r\n\r\n" in what and not what.startswith(b"HTTP/1.1 1"):
            yield what.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        else:
            yield what


Canned = Mapping[tuple[str, str], "tuple[int, bytes]"]


class Proxy:
    """See the module. `host` is for DOCKER_HOST; use it as a context manager."""

    def __init__(
        self,
        engine: str,
        folder: Path,
        fault: Fault | None = None,
        target: Key | None = None,
        before: int = 0,
        canned: Canned | None = None,
    ) -> None:
        """engine: its socket; before: how many requests come before the target, for what is done to connections."""
        self.engine, self.fault, self.target, self.before, self.canned = engine, fault, target, before, canned or {}
        self.seen: list[Exchange] = []
        self.counts: Counter[tuple[str, str]] = Counter()
        self.lock = threading.Lock()
        #: set when the fault has struck, and when nobody needs to wait any more
        self.struck, self.over = threading.Event(), threading.Event()
        self.resetting: set[socket.socket] = set()
        self.open: list[socket.socket] = []
        if fault and fault.tcp:
            self.listener = socket.create_server(("127.0.0.1", 0))
            self.host = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        else:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(str(folder / "p.sock"))
            self.listener.listen(64)
            self.host = f"unix://{folder / 'p.sock'}"
        self.away = False
        self._connections(0)
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._end(self.listener)
        with self.lock:
            for sock in self.open:
                self._end(sock)

    @staticmethod
    def _end(sock: socket.socket) -> None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        sock.close()

    def _connections(self, served: int) -> None:
        """Before the answer to request number `served` goes out: what becomes of the next connection."""
        if self.fault and self.fault.harm == "reach" and served == self.before and not self.struck.is_set():
            self.struck.set()
            if self.fault.name == "refuse":
                self._end(self.listener)
            else:
                self.away = True

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            if self.away:
                self.away = False
                sock.close()
                continue
            with self.lock:
                self.open.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    # -- one connection ------------------------------------------------------------------------------

    def _serve(self, sock: socket.socket) -> None:
        client = Reader(sock)
        try:
            while head := client.until(b"\r\n\r\n"):
                if not self._exchange(client, head):
                    break
        except (OSError, EOFError, ValueError):
            pass
        finally:
            self._end(sock)

    def _note(self, head: bytes) -> Exchange:
        method, target, _ = head.split(b"\r\n", 1)[0].decode("latin1").split(" ", 2)
        path, _, query = target.partition("?")
        path = _ID.sub("ID", _VERSION.sub("", path))
        with self.lock:
            self.counts[method, path] += 1
            exchange = Exchange(Key(method, path, self.counts[method, path]), query)
            self.seen.append(exchange)
        return exchange

    def _exchange(self, client: Reader, head: bytes) -> bool:
        """One request and its answer; False when the connection is at its end."""
        exchange = self._note(head)
        fault = self.fault if self.fault and self.fault.harm != "reach" and exchange.key == self.target else None
        canned = self.canned.get((exchange.key.method, exchange.key.path))
        if canned:
            exchange.body = sha256(b"".join(d for _, d in pieces(client, head, False))).hexdigest()
            exchange.passed = True
            return self._canned(client, exchange, fault, *canned)
        upstream = socket.socket(socket.AF_UNIX)
        upstream.connect(self.engine)
        with self.lock:
            self.open.append(upstream)
        try:
            return self._forward(client, head, Reader(upstream), exchange, fault)
        finally:
            self._end(upstream)

    def _canned(self, client: Reader, exchange: Exchange, fault: Fault | None, status: int, body: bytes) -> bool:
        kind = b"application/json" if body[:1] in (b"{", b"[") else b"application/octet-stream"
        first = (
            b"HTTP/1.1 %d Canned\r\nApi-Version: 1.51\r\nDocker-Experimental: true\r\nDocker-Plugin-Name: reg.test/p:latest\r\nOstype: linux\r\nContent-Type: %b"
            % (status, kind)
        )
        answer = Answer(status, first, body)
        exchange.answer = answer
        raw = first + b"\r\n\r\n" if answer.bare else answer.whole(body)
        if fault and fault.send:
            return self._damage(client.sock, fault.send(answer))
        return self._pass(client.sock, fault, iter([raw]), False)

    def _forward(self, client: Reader, head: bytes, engine: Reader, exchange: Exchange, fault: Fault | None) -> bool:
        upgrade = bool(re.search(rb"(?im)^connection:.*upgrade", head))
        engine.sock.sendall(head)
        exchange.passed = True

        def body() -> None:
            digest = sha256()
            try:
                for raw, data in pieces(client, head, False):
                    digest.update(data)
                    engine.sock.sendall(raw)
            except (OSError, EOFError):
                pass
            exchange.body = digest.hexdigest()

        sender = threading.Thread(target=body, daemon=True)
        sender.start()
        if upgrade:
            sender.join()
        first = engine.until(b"\r\n\r\n")
        if not first:
            return False
        answer = Answer(int(first.split(b" ", 2)[1]), first.removesuffix(b"\r\n\r\n"))
        exchange.answer = answer
        chunked, length = framing(first)
        answer.upgraded = upgrade and (
            answer.status == 101 or (answer.status == 200 and not chunked and length is None)
        )
        silent = answer.bare or exchange.key.method == "HEAD"
        if answer.upgraded:
            threading.Thread(target=pump, args=(client, engine.sock, self.resetting), daemon=True).start()
        if not fault or not fault.send:
            going = self._pass(client.sock, fault, self._recorded(first, engine, answer, silent), answer.upgraded)
        else:
            going = self._harm(client.sock, fault, engine, exchange, first)
        if not answer.upgraded:
            sender.join(30)
        # an answer without framing ends with its connection
        return going and not answer.upgraded and (silent or chunked or length is not None)

    @staticmethod
    def _recorded(first: bytes, engine: Reader, answer: Answer, silent: bool) -> Iterator[bytes]:
        yield first
        if silent:
            return
        for raw, data in pieces(engine, first, True):
            if len(answer.body) < KEPT:
                answer.body += data
            yield raw

    def _pass(self, client: socket.socket, fault: Fault | None, blocks: Iterator[bytes], upgraded: bool) -> bool:
        """The answer as it comes."""
        if fault:
            self.struck.set()
            self.over.wait(fault.delay)
            client.sendall(fault.lead)
        first = True
        left = 2000 if fault and fault.singly else 0
        for block in blocks:
            if first:
                self._connections(len(self.seen))
                first = False
            for at in range(min(left, len(block))):
                client.sendall(block[at : at + 1])
            client.sendall(block[min(left, len(block)) :])
            left -= min(left, len(block))
        return not (fault and fault.close_after)

    # -- one answer, damaged -------------------------------------------------------------------------

    def _harm(self, client: socket.socket, fault: Fault, engine: Reader, exchange: Exchange, first: bytes) -> bool:
        answer = exchange.answer
        assert fault.send and answer
        if not (answer.bare or exchange.key.method == "HEAD") and not (
            answer.upgraded and fault.harm in ("lost", "status", "hold")
        ):
            arrived: Queue[bytes | None] = Queue()
            threading.Thread(target=self._read, args=(engine, first, arrived), daemon=True).start()
            self._collect(arrived, answer, QUIET)
            if answer.open and not answer.body and fault.harm in ("body", "value", "key", "text"):
                # what comes later is what is damaged, and others wait for the head
                if not answer.upgraded:
                    answer.head = answer.plain_head() + b"\r\nTransfer-Encoding: chunked"
                client.sendall(answer.head + b"\r\n\r\n")
                self._collect(arrived, answer, None)
                return self._late(client, fault, answer)
        steps = fault.send(answer)
        return self._damage(client, headless(steps) if exchange.key.method == "HEAD" else steps)

    @staticmethod
    def _read(engine: Reader, first: bytes, arrived: Queue[bytes | None]) -> None:
        try:
            for _, data in pieces(engine, first, True):
                if data:
                    arrived.put(data)
        except (OSError, EOFError, ValueError):
            pass
        arrived.put(None)

    @staticmethod
    def _collect(arrived: Queue[bytes | None], answer: Answer, patience: float | None) -> None:
        """The body, to its end or until nothing comes for a while; patience: seconds to wait for the first of it."""
        answer.open = True
        try:
            while (data := arrived.get(timeout=patience)) is not None:
                answer.body += data
                patience = QUIET
            answer.open = False
        except Empty:
            pass

    def _late(self, client: socket.socket, fault: Fault, answer: Answer) -> bool:
        """The same damage after a head that has gone out: the head of what the fault sends is left out."""
        assert fault.send
        sent = b""
        last: Act | None = None
        for what in fault.send(answer):
            if isinstance(what, Act):
                last = what
                break
            sent += what
        _, _, body = sent.partition(b"\r\n\r\n")
        if answer.upgraded:
            steps: list[bytes | Act] = [body, last or Act.CLOSE]
        elif last:
            steps = [b"%x\r\n" % (len(body) + 1) + body, last]
        else:
            steps = [b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"] if body else [b"0\r\n\r\n"]
        return self._damage(client, iter(steps))

    def _damage(self, client: socket.socket, steps: Send) -> bool:
        """True when another request may follow on the connection."""
        self.struck.set()
        for what in steps:
            if isinstance(what, bytes):
                client.sendall(what)
            elif what is Act.HOLD:
                self.over.wait()
                return False
            elif what is Act.RESET:
                # what was sent shall be read first: a reset throws away what waits
                self.resetting.add(client)
                time.sleep(0.05)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()
                return False
            else:
                return False
        return True
