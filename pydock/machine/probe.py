"""Ask an engine who it is: one GET /_ping, which changes nothing, and in plain words why there is no answer."""

from __future__ import annotations

import os
import re
import socket
import stat
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydock.config.endpoint import Endpoint, Tls
from pydock.engine.dial import CommandEnded, dial
from pydock.engine.engine import SOCKET_HOST
from pydock.engine.failure import SSH_HOST
from pydock.engine.http1 import Head, Wire
from pydock.errors import BrokenStream, Failure, first_line
from pydock.values import record, replace

if TYPE_CHECKING:
    from pydock.engine.dial import Sock

REACHABLE, NO_SOCKET, NOT_A_SOCKET, REFUSED, DENIED = (
    "reachable",
    "no socket",
    "not a socket",
    "refused",
    "permission denied",
)
NO_HOST, UNREACHABLE, TIMEOUT, SSH = "no such host", "unreachable", "timeout", "ssh failed"
TLS_NEEDED, NO_TLS, BAD_FILES, UNTRUSTED, NO_CERTIFICATE = (
    "TLS needed", "no TLS there", "TLS files unusable", "certificate not trusted", "client certificate refused"
)  # fmt: skip
NOT_DOCKER, UNHEALTHY, LOST, INVALID = "not docker", "unhealthy", "no answer", "invalid address"

#: what Go's server answers when it is asked without TLS
PLAIN_TO_TLS = b"HTTP request to an HTTPS server"
#: how a TLS server's alert begins
ALERT = b"\x15\x03"
#: bytes of an answer that are looked at
LOOK = 4096


@record
class Probe:
    """state: REACHABLE, or why not; why: the error's own words; kind: "docker" or "podman"; date: the engine's clock,
    as HTTP writes it; took: seconds."""

    state: str
    why: str = ""
    kind: str = ""
    version: str = ""
    api: str = ""
    date: str = ""
    took: float = 0.0


class Asking(threading.Thread):
    """One engine being asked. It cannot hold up the program: what takes too long is given up."""

    def __init__(self, endpoint: Endpoint, headers: Mapping[str, str]) -> None:
        super().__init__(daemon=True)
        self.endpoint, self.headers_to_send = endpoint, headers
        self.sock: Sock | None = None
        self.answer: Probe | None = None
        self.start()

    def run(self) -> None:
        started = time.monotonic()
        try:
            self.answer = replace(self._ask(), took=time.monotonic() - started)
        except (Failure, ValueError) as error:
            self.answer = Probe(INVALID, str(error))

    def _ask(self) -> Probe:
        try:
            self.sock = dial(self.endpoint)
            wire = Wire(self.sock)
            prefix = self.endpoint.address.partition("/")[2] if self.endpoint.scheme == "tcp" else ""
            target = f"/{prefix}/_ping".replace("//", "/").encode()
            hosts = {"tcp": self.endpoint.address.partition("/")[0], "ssh": SSH_HOST}
            wire.send(
                "GET",
                target,
                [(b"Host", hosts.get(self.endpoint.scheme, SOCKET_HOST).encode()), *self._own()],
                (),
                False,
            )
            wire.buffer = wire.receive()
            if not wire.buffer:
                return Probe(self._lost(), "the connection was closed without an answer")
            if wire.buffer.startswith(ALERT):
                return Probe(TLS_NEEDED, "it answers as a TLS server does")
            head = wire.head()
            return answered(head, beginning(wire, head))
        except OSError as error:
            return Probe(state_of(self.endpoint, error), reason(error))
        except BrokenStream as broken:
            cause = broken.__cause__
            if isinstance(cause, OSError) and (isinstance(cause, CommandEnded) or type(cause).__module__ == "ssl"):
                return Probe(state_of(self.endpoint, cause), reason(cause))
            if isinstance(cause, ConnectionResetError):
                return Probe(self._lost(), broken.message)
            return Probe(NOT_DOCKER, broken.message)
        finally:
            self.close()

    def _lost(self) -> str:
        """A connection without an answer: servers that want TLS, or a client's certificate, may just close it."""
        if self.endpoint.tls:
            return LOST if self.endpoint.tls.cert else NO_CERTIFICATE
        return TLS_NEEDED if self.endpoint.scheme == "tcp" and speaks_tls(self.endpoint) else LOST

    def _own(self) -> list[tuple[bytes, bytes]]:
        return [(name.encode(), value.encode()) for name, value in self.headers_to_send.items()]

    def close(self) -> None:
        sock, self.sock = self.sock, None
        if sock is not None:
            sock.close()


def probe(endpoints: Sequence[Endpoint], seconds: float, headers: Mapping[str, str] | None = None) -> list[Probe]:
    """Ask all at once; no answer takes longer than `seconds`."""
    asking = [Asking(endpoint, headers or {}) for endpoint in endpoints]
    end = time.monotonic() + seconds
    out = []
    for one in asking:
        one.join(max(0.0, end - time.monotonic()))
        out.append(one.answer or Probe(TIMEOUT, f"no answer within {seconds:g} seconds"))
        if one.answer is None:
            one.close()
    return out


def speaks_tls(endpoint: Endpoint) -> bool:
    """Does it take part in a TLS handshake? Nothing is sent through it."""
    try:
        dial(replace(endpoint, tls=Tls(verify=False))).close()
    except OSError as error:
        return type(error).__module__ == "ssl" and tls_state(error) == NO_CERTIFICATE
    return True


def beginning(wire: Wire, head: Head) -> bytes:
    """How the answer's body begins."""
    try:
        return next(iter(wire.body(head, "GET")), b"")[:LOOK]
    except BrokenStream:
        return b""


def answered(head: Head, body: bytes) -> Probe:
    """Who answers /_ping so. Every Docker Engine names its API, and its own version after "Server: "."""
    api, libpod, server = (head.get(n).decode("latin1") for n in (b"api-version", b"libpod-api-version", b"server"))
    date = head.get(b"date").decode("latin1")
    if PLAIN_TO_TLS in body:
        return Probe(TLS_NEEDED, body.decode("utf-8", "replace").strip())
    if not api:
        line = f"HTTP {head.status} {head.reason.decode('latin1')}".strip()
        return Probe(NOT_DOCKER, f"{line}, without an Api-Version" + (f", from {server}" if server else ""))
    version = re.match(r"(?:Docker|Libpod)/([^ ]+)", server)
    said = "" if head.status == 200 else f"HTTP {head.status}: {body.decode('utf-8', 'replace').strip()}"
    return Probe(
        UNHEALTHY if said else REACHABLE,
        said,
        kind="podman" if libpod else "docker",
        version=version[1] if version else libpod,
        api=api,
        date=date,
    )


def state_of(endpoint: Endpoint, error: OSError) -> str:
    """Why no connection was made, in a word or two."""
    if isinstance(error, CommandEnded):
        return SSH
    if type(error).__module__ == "ssl":
        return tls_state(error)
    if isinstance(error, socket.gaierror):
        return NO_HOST
    if (endpoint.scheme == "tcp" and error.filename is not None) or (endpoint.tls and type(error) is FileNotFoundError):
        return BAD_FILES
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return NO_SOCKET
    if isinstance(error, PermissionError):
        return DENIED
    if endpoint.scheme == "unix" and not is_socket(endpoint.address):
        return NOT_A_SOCKET
    if isinstance(error, ConnectionRefusedError):
        return REFUSED
    return TIMEOUT if isinstance(error, TimeoutError) else UNREACHABLE


def tls_state(error: Any) -> str:
    """What a TLS error means. error: an ssl.SSLError, whose module is loaded only where TLS is used."""
    name = str(error.reason or "")
    if type(error).__name__ == "SSLCertVerificationError":
        return UNTRUSTED
    if name in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL"):
        return NO_TLS
    if "ALERT" in name:
        return NO_CERTIFICATE
    # no file of ours is read after the handshake has begun
    return NO_TLS if type(error).__name__ in ("SSLEOFError", "SSLZeroReturnError") else BAD_FILES


def is_socket(path: str) -> bool:
    if path.startswith("@"):
        return True
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        return True


def reason(error: OSError) -> str:
    """An error's own words."""
    if type(error).__module__ == "ssl":
        return str(getattr(error, "verify_message", "") or error.args[-1])
    return first_line(error)
