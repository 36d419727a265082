"""Connect a socket to an endpoint: unix, tcp, TLS, ssh, npipe, a function for each."""

from __future__ import annotations

import os
import re
import sys

from pydock.config.endpoint import Endpoint, Tls
from pydock.engine.sock import socket
from pydock.errors import Unreachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from pydock.engine.pipe import PipeSocket
    from pydock.engine.tls import TlsSocket

    Sock: TypeAlias = "socket.socket | TlsSocket | CommandSocket | PipeSocket"

CONNECT_TIMEOUT = 30.0
#: seconds that a command has to end once its connection is over
PARTING = 10.0
#: bytes of its stderr to report
MAX_SAID = 64 << 10


def dial(endpoint: Endpoint) -> Sock:
    """A connected stream socket without a timeout. Raises OSError, and Unreachable for an unsupported address."""
    dialers = {"unix": _unix, "tcp": _tcp, "ssh": _ssh, **({"npipe": _npipe} if sys.platform == "win32" else {})}
    dialer = dialers.get(endpoint.scheme)
    if dialer is None:
        raise Unreachable(
            f"{endpoint.host}: {endpoint.scheme} addresses are not supported on {sys.platform}; use unix://, tcp:// or ssh://",
            endpoint.host,
        )
    return dialer(endpoint)


def hung_up(sock: Sock) -> bool:
    """Has the peer closed an idle connection, or sent anything unrequested? Does not block."""
    if not isinstance(sock, socket.socket):
        return sock.hung_up()
    sock.setblocking(False)
    try:
        sock.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        pass
    finally:
        sock.setblocking(True)
    return True


def _unix(endpoint: Endpoint) -> socket.socket:
    # "unix://@name" is a name in Linux's abstract namespace
    path = "\0" + endpoint.address[1:] if endpoint.address.startswith("@") else endpoint.address
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.connect(path)
    except OSError:
        sock.close()
        raise
    return sock


def _npipe(endpoint: Endpoint) -> PipeSocket:
    from pydock.engine.pipe import PipeSocket

    return PipeSocket(endpoint.address)


def _tcp(endpoint: Endpoint) -> Sock:
    from socket import create_connection

    host, _, port = endpoint.address.partition("/")[0].rpartition(":")
    host = host.strip("[]")
    if number_at_end(host):
        raise socket.gaierror(socket.EAI_NONAME, "not an IP address")
    try:
        sock = create_connection((host, int(port)), timeout=CONNECT_TIMEOUT)
    except UnicodeError as error:  # an empty label, or one that is too long for DNS
        raise socket.gaierror(socket.EAI_NONAME, str(error)) from None
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        wrapped: Sock = _wrap(sock, endpoint.tls, host) if endpoint.tls else sock
    except BaseException:
        sock.close()
        raise
    wrapped.settimeout(None)
    return wrapped


def number_at_end(host: str) -> bool:
    """Is it an IPv4 address in one of the older notations (1.2, 0x7f000001), which Go does not accept?"""
    last = host.rstrip(".").rpartition(".")[2]
    if ":" in host or not re.fullmatch("[0-9]+|0[xX][0-9a-fA-F]*", last):
        return False
    try:
        socket.inet_pton(socket.AF_INET, host)
    except OSError:
        return True
    return False


def _wrap(sock: socket.socket, tls: Tls, host: str) -> TlsSocket:
    import ssl

    from pydock.engine.tls import TlsSocket

    context = ssl.create_default_context(cafile=tls.ca or None) if tls.verify else ssl._create_unverified_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.cert and tls.key:
        context.load_cert_chain(tls.cert, tls.key)
    return TlsSocket(sock, context, host)


def ssh_command(host: str) -> list[str]:
    """The ssh command line that reaches `docker system dial-stdio` at ssh://[user@]host[:port][/socket]."""
    import shlex
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(host)
    command = ["ssh", "-o", "ConnectTimeout=30", "-T"]
    if parts.username:
        command += ["-l", unquote(parts.username)]
    if parts.port:
        command += ["-p", str(parts.port)]
    remote = ["docker"]
    if parts.path not in ("", "/"):
        remote.append(f"--host=unix://{parts.path}")
    return [*command, "--", str(parts.hostname), shlex.join([*remote, "system", "dial-stdio"])]


class CommandEnded(OSError):
    """The ssh command ended before the engine answered, or could not be run; the message has the reason."""


class CommandSocket:
    """A connection through a command's stdin and stdout. If the command ends too early, the error shows its stderr."""

    def __init__(self, command: list[str]) -> None:
        """Raises OSError where the command cannot be run."""
        import subprocess
        import tempfile
        from socket import socketpair

        from pydock.programs import environment, find

        program = find(command[0], os.environ)
        if not program:
            raise CommandEnded(f'exec: "{command[0]}": executable file not found in $PATH')
        self.command, self.answered = command, False
        self.said = tempfile.TemporaryFile()
        self.sock, theirs = socketpair()
        with theirs:
            # in a session of its own: Ctrl-C is for us, and must not end the command
            self.process = subprocess.Popen(
                command,
                executable=program,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=self.said,
                start_new_session=True,
                env=environment(os.environ),
            )

    def recv(self, size: int) -> bytes:
        try:
            data = self.sock.recv(size)
        except ConnectionResetError:
            data = b""
        if not data and not self.answered:
            raise self._ended()
        self.answered = True
        return data

    def _ended(self) -> CommandEnded:
        line, code = " ".join(self.command), self._exit(PARTING)
        ended = (
            f"has exited with exit status {code}"
            if code is not None
            else f"has closed its output and did not exit after {PARTING:g}s"
        )
        self.said.seek(0)
        text = self.said.read(MAX_SAID).decode("utf-8", "replace").strip()
        return CommandEnded(
            f"command [{line}] {ended}, make sure the URL is valid, and Docker 18.09 or later is installed on the remote host: stderr={text}"
        )

    def _exit(self, seconds: float) -> int | None:
        """The command's exit status; None where it had to be killed after `seconds`."""
        from subprocess import TimeoutExpired

        try:
            return self.process.wait(seconds)
        except TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None

    def hung_up(self) -> bool:
        return hung_up(self.sock)

    def sendall(self, data: bytes | memoryview) -> None:
        self.sock.sendall(data)

    def shutdown(self, how: int) -> None:
        self.sock.shutdown(how)

    def settimeout(self, seconds: float | None) -> None:
        self.sock.settimeout(seconds)

    def close(self) -> None:
        """End the command at once: everything has been passed on. docker does not wait for it either."""
        self.sock.close()
        if self.process.poll() is None:
            self.process.terminate()
            self._exit(1.0)
        self.said.close()


def _ssh(endpoint: Endpoint) -> CommandSocket:
    return CommandSocket(ssh_command(endpoint.host))
