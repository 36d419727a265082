"""An endpoint's address to a connected socket: unix, tcp, TLS, ssh. A new kind of address is one more function here."""

from __future__ import annotations

import os
import socket
import sys
from urllib.parse import unquote, urlsplit

from pydock.config.endpoint import Endpoint, Tls
from pydock.errors import Failure

CONNECT_TIMEOUT = 30.0


def dial(endpoint: Endpoint) -> socket.socket:
    """A connected stream socket, without a time limit. Raises OSError, and Failure for an address that cannot be."""
    dialers = {"unix": _unix, "tcp": _tcp, "ssh": _ssh}
    dialer = dialers.get(endpoint.scheme)
    if dialer is None:
        raise Failure(f"{endpoint.host}: {endpoint.scheme} addresses are not supported on {sys.platform}; use unix://, tcp:// or ssh://")
    return dialer(endpoint)


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


def _tcp(endpoint: Endpoint) -> socket.socket:
    host, _, port = endpoint.address.partition("/")[0].rpartition(":")
    host = host.strip("[]")
    sock = socket.create_connection((host, int(port)), timeout=CONNECT_TIMEOUT)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if endpoint.tls:
        sock = _wrap(sock, endpoint.tls, host)
    sock.settimeout(None)
    return sock


def _wrap(sock: socket.socket, tls: Tls, host: str) -> socket.socket:
    import ssl

    context = ssl.create_default_context(cafile=tls.ca or None) if tls.verify else ssl._create_unverified_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.cert and tls.key:
        context.load_cert_chain(tls.cert, tls.key)
    return context.wrap_socket(sock, server_hostname=host)


def ssh_command(host: str) -> list[str]:
    """The ssh command line that reaches `docker system dial-stdio` at ssh://[user@]host[:port][/socket]."""
    import shlex

    parts = urlsplit(host)
    command = ["ssh"]
    if parts.username:
        command += ["-l", unquote(parts.username)]
    if parts.port:
        command += ["-p", str(parts.port)]
    remote = ["docker"]
    if parts.path not in ("", "/"):
        remote.append(f"--host=unix://{parts.path}")
    return [*command, "-o", "ConnectTimeout=30", "-T", "--", str(parts.hostname), shlex.join([*remote, "system", "dial-stdio"])]


def _ssh(endpoint: Endpoint) -> socket.socket:
    import subprocess

    ours, theirs = socket.socketpair()
    with theirs:
        # a session of its own: Ctrl-C is for us, and must not cut the connection
        subprocess.Popen(ssh_command(endpoint.host), stdin=theirs.fileno(), stdout=theirs.fileno(), start_new_session=True, env=dict(os.environ))
    return ours
