"""HTTP/1.1 on a connected socket: requests and responses, with Content-Length or chunked bodies (RFC 9112).

Heads are limited in size. A body that ends before its framing says so is an error, never a shorter body. Bytes after
the head of an upgraded connection belong to its stream: they stay in the buffer. No line break in a header is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydock.errors import BrokenStream, Failure, first_line
from pydock.go.strconv import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.engine.dial import Sock

BLOCK = 256 * 1024
MAX_LINE = 64 * 1024
MAX_HEADERS = 256
#: informational (1xx) responses before the final one; Go's client accepts five
MAX_INTERIM = 5
#: digits of the largest accepted size: 2**63 in decimal
MAX_DIGITS = 19

#: a body ends with the connection in the older version, which has no chunks
OLDER, LATEST = b"HTTP/1.0", b"HTTP/1.1"

Headers = list[tuple[bytes, bytes]]

#: RFC 9110: the bytes of a token, of a request target, of a field value (bytes above 127 are opaque)
_TOKEN = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TARGET = bytes(range(0x21, 0x7F))
_VALUE = bytes([ord("\t"), *range(0x20, 0x7F), *range(0x80, 0x100)])


def chunk_size(line: bytes) -> int:
    """The size of a chunk. Raises BrokenStream."""
    digits = line.partition(b";")[0].strip()
    if not digits or digits.strip(b"0123456789abcdefABCDEF") or len(digits.lstrip(b"0")) > MAX_DIGITS:
        raise BrokenStream(f"malformed chunked encoding: {line[:40]!r}")
    return int(digits, 16)


def content_length(headers: Headers) -> int | None:
    """The Content-Length of a head; None without one. Raises BrokenStream."""
    given = {value for name, value in headers if name.lower() == b"content-length"}
    if not given:
        return None
    text = given.pop()
    if given or not text.isdigit() or len(text) > MAX_DIGITS:
        raise BrokenStream(f"malformed answer of the engine: Content-Length {text[:40]!r}")
    return int(text)


def request_head(method: str, target: bytes, headers: Headers, version: bytes = LATEST) -> bytes:
    """The bytes of a request's head. Raises Failure for invalid characters."""
    name = method.encode("utf-8", "surrogateescape")
    if not name or name.strip(_TOKEN):
        raise Failure(f"invalid HTTP method {method!r}")
    if not target or target.strip(_TARGET):
        raise Failure(f"invalid request target {target[:80]!r}")
    for field, value in headers:
        text = quote(field.decode("utf-8", "surrogateescape"))
        if not field or field.strip(_TOKEN):
            raise Failure(f"net/http: invalid header field name {text}")
        if value.strip(_VALUE):
            raise Failure(f"net/http: invalid header field value for {text}")
    return b"\r\n".join([b"%b %b %b" % (name, target, version), *(n + b": " + v for n, v in headers), b"", b""])


class Head:
    """Status line and headers of an answer."""

    __slots__ = ("headers", "reason", "status", "version")

    def __init__(self, version: bytes, status: int, reason: bytes, headers: Headers) -> None:
        self.version, self.status, self.reason, self.headers = version, status, reason, headers

    def get(self, name: bytes) -> bytes:
        """The value of a header (lower-case name), or b""."""
        return next((v for n, v in self.headers if n.lower() == name), b"")


class Wire:
    """A socket with a read buffer. `reusable`: may another request follow?"""

    def __init__(self, sock: Sock) -> None:
        self.sock = sock
        self.buffer = b""
        self.reusable = True

    # -- reading -----------------------------------------------------------------------------------

    def receive(self) -> bytes:
        """The available bytes, at least one; b"" at the end."""
        if self.buffer:
            data, self.buffer = self.buffer, b""
            return data
        try:
            return self.sock.recv(BLOCK)
        except OSError as error:
            raise BrokenStream(f"error reading from the engine: {first_line(error)}") from error

    def line(self) -> bytes:
        """One line, without the line break. Raises BrokenStream."""
        whole, _, rest = self.buffer.partition(b"\n")
        if len(whole) < len(self.buffer):
            self.buffer = rest
            return whole.rstrip(b"\r")
        # a line may come in pieces: search each only once
        line, self.buffer = bytearray(whole), b""
        while True:
            if len(line) > MAX_LINE:
                raise BrokenStream("malformed answer of the engine: a line is too long")
            piece = self.receive()
            if not piece:
                raise BrokenStream("unexpected EOF")
            end = piece.find(b"\n")
            if end >= 0:
                self.buffer = piece[end + 1 :]
                return bytes(line + piece[:end]).rstrip(b"\r")
            line += piece

    def head_lines(self) -> Iterator[bytes]:
        """The lines of a head, or of trailers, up to the empty one."""
        end = 0 if self.buffer[:1] == b"\r" else self.buffer.find(b"\r\n\r\n", 0, MAX_LINE)
        head = self.buffer[: max(end, 0)]
        if head and head.count(b"\n") == head.count(b"\r") == head.count(b"\r\n"):
            # it is whole, as nearly always: what follows is not copied for each of its lines
            self.buffer = self.buffer[end + 4 :]
            yield from head.split(b"\r\n")
            return
        while line := self.line():
            yield line

    def headers(self) -> Headers:
        headers: Headers = []
        for line in self.head_lines():
            name, colon, value = line.partition(b":")
            if not colon or not name or len(headers) > MAX_HEADERS:
                raise BrokenStream(f"malformed answer of the engine: header {line[:80]!r}")
            headers.append((name.strip(), value.strip()))
        return headers

    def head(self) -> Head:
        """The answer's head; 1xx responses other than 101 are skipped. Raises BrokenStream."""
        for _ in range(MAX_INTERIM + 1):
            line = self.line()
            version, _, rest = line.partition(b" ")
            code, _, reason = rest.partition(b" ")
            if not version.startswith(b"HTTP/1.") or not code.isdigit() or len(code) != 3:
                raise BrokenStream(f"malformed HTTP response {line[:80].decode('latin1')!r}: is this a Docker Engine?")
            head = Head(version, int(code), reason, self.headers())
            if head.status == 101 or head.status >= 200:
                return head
        raise BrokenStream("malformed answer of the engine: too many 1xx informational responses")

    def body(self, head: Head, method: str, last: bool = True) -> Iterator[bytes]:
        """The answer's body as it comes; sets `reusable`. last: no other request was sent."""
        self.note(head)
        if method == "HEAD" or head.status in (204, 304):
            return iter(())
        if b"chunked" in head.get(b"transfer-encoding").lower():
            return self._chunked()
        length = content_length(head.headers)
        if length is not None:
            return self._sized(length) if last else self._exactly(length)
        self.reusable = False
        return self._until_close()

    def note(self, head: Head) -> None:
        """Does the engine keep the connection after this answer?"""
        self.reusable = head.version != OLDER and b"close" not in head.get(b"connection").lower()

    def _sized(self, size: int) -> Iterator[bytes]:
        yield from self._exactly(size)
        # no other request was sent: a Content-Length that is too small must not pass for a whole answer
        if self.buffer.strip(b"\r\n"):
            raise BrokenStream("malformed answer of the engine: it is longer than its Content-Length")

    def _exactly(self, size: int) -> Iterator[bytes]:
        while size > 0:
            data = self.receive()
            if not data:
                raise BrokenStream("unexpected EOF")
            if len(data) > size:
                data, self.buffer = data[:size], data[size:]
            size -= len(data)
            yield data

    def _chunked(self) -> Iterator[bytes]:
        while True:
            whole = self._whole_chunks()
            if whole:
                yield whole
                continue
            size = chunk_size(self.line())
            if size == 0:
                self.headers()  # trailers
                return
            yield from self._exactly(size)
            if self.line():
                raise BrokenStream("malformed chunked encoding: a chunk is longer than its size")

    def _whole_chunks(self) -> bytes:
        """The bytes of all complete chunks in the buffer, joined: logs have a chunk per line."""
        data, at = self.buffer, 0
        parts: list[bytes] = []
        while (line_end := data.find(b"\n", at)) >= 0:
            start = line_end + 1
            end = start + chunk_size(data[at:line_end].rstrip(b"\r"))
            if end == start or data[end : end + 2] != b"\r\n":
                break
            parts.append(data[start:end])
            at = end + 2
        self.buffer = data[at:]
        return b"".join(parts)

    def _until_close(self) -> Iterator[bytes]:
        while data := self.receive():
            yield data

    # -- writing -----------------------------------------------------------------------------------

    def send(
        self,
        method: str,
        target: bytes,
        headers: Headers,
        body: Iterable[bytes],
        chunked: bool,
        version: bytes = LATEST,
    ) -> None:
        """Send a request. If the engine answers and hangs up before it has read the body, the answer counts.

        Raises Failure for an invalid head, before anything is sent, and whatever the body raises."""
        head = request_head(method, target, headers, version)
        blocks = iter(body)
        try:
            if not chunked:
                self.sock.sendall(head + next(blocks, b""))
                for block in blocks:
                    self.sock.sendall(block)
                return
            self.sock.sendall(head)
            for block in filter(None, blocks):
                # a part of a file: see files.part
                if send_to := getattr(block, "send_to", None):
                    self.sock.sendall(b"%x\r\n" % len(block))
                    send_to(self.sock)
                    self.sock.sendall(b"\r\n")
                else:
                    self.sock.sendall(b"%x\r\n%b\r\n" % (len(block), block))
            self.sock.sendall(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            self.reusable = False

    def close(self) -> None:
        self.reusable = False
        try:
            self.sock.close()
        except OSError:
            pass
