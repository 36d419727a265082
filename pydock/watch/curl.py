"""A request as a line of a shell that makes it by curl. Pure.

What curl cannot do, or what it has to be given, is told on lines of comments before it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from pydock.config.endpoint import Endpoint
from pydock.engine.dial import ssh_command
from pydock.values import record
from pydock.watch import redact, shell

#: headers that curl sends by itself, or that say who asks
USUAL = ("host", "user-agent", "connection", "accept-encoding", "content-length", "transfer-encoding")
#: the longest body on a command line: Linux takes 128 KiB for one word
MAX_BODY = 100_000
SOCKET = "/var/run/docker.sock"
#: BuildKit's connections: what they are
RPC = {
    "/session": "BuildKit's session: the engine asks for files, secrets and credentials by gRPC on HTTP/2",
    "/grpc": "BuildKit's control connection: gRPC on HTTP/2",
}


@record
class Asked:
    """A request as it goes out. target: path and query, as sent; base: the URL before it, where it is no endpoint's;
    body: None where it is a stream; trust: curl's options for certificates, where it is no endpoint's."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = b""
    base: str = ""
    trust: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        return next((v for n, v in self.headers if n.lower() == name), "")

    @property
    def path(self) -> str:
        """Without the API version."""
        return re.sub(r"^/v[0-9.]+(?=/)", "", self.target.partition("?")[0])

    @property
    def upgrade(self) -> str:
        """The protocol to upgrade to; "" for none."""
        return self.header("upgrade")


def hidden(asked: Asked) -> Asked:
    """The request without its secrets."""
    kept = tuple((name, redact.header(name, value)) for name, value in asked.headers)
    text = _text(asked.body)
    body = (
        asked.body
        if text is None
        else redact.body(asked.target, asked.header("content-type"), text).encode("utf-8", "surrogateescape")
    )
    return Asked(asked.method, redact.target(asked.target), kept, body, redact.text(asked.base), asked.trust)


def lines(asked: Asked, endpoint: Endpoint | None, variables: Collection[str] = ()) -> list[str]:
    """The lines. endpoint: None for a request to a registry; variables: see shell.line."""
    words, notes = _words(asked)
    notes = [*_connection_notes(asked), *notes]
    if endpoint is None:
        line = shell.line(["curl", *asked.trust, *words, asked.base + asked.target], variables)
    elif endpoint.scheme == "ssh":
        socket = urlsplit(endpoint.host).path
        inner = [
            "curl",
            "--unix-socket",
            socket if socket not in ("", "/") else SOCKET,
            *words,
            "http://localhost" + asked.target,
        ]
        line = shell.line([*ssh_command(endpoint.host)[:-1], shell.line(inner, variables)])
    elif endpoint.scheme in ("unix", "tcp"):
        reach, base = _reach(endpoint)
        line = shell.line(["curl", *reach, *words, base + asked.target], variables)
    else:
        notes = [f"curl cannot connect to {endpoint.host}", *notes]
        line = "# " + shell.line(["curl", *words, "http://localhost" + asked.target], variables)
    return [*(f"# {_shown(note)}" for note in notes), line]


def _reach(endpoint: Endpoint) -> tuple[list[str], str]:
    """curl's options for an endpoint, and the beginning of URLs."""
    if endpoint.scheme == "unix":
        path = endpoint.address
        return (
            ["--abstract-unix-socket", path[1:]] if path.startswith("@") else ["--unix-socket", path]
        ), "http://localhost"
    host, tls = endpoint.address.partition("/")[0], endpoint.tls
    if not tls:
        return [], f"http://{host}"
    trust = ["--cacert", tls.ca] if tls.verify and tls.ca else [] if tls.verify else ["--insecure"]
    ours = ["--cert", tls.cert, "--key", tls.key] if tls.cert and tls.key else []
    return [*trust, *ours], f"https://{host}"


def _words(asked: Asked) -> tuple[list[str], list[str]]:
    """curl's options for the request itself, and notes on its body."""
    out: list[str] = []
    if re.search(r"[\[\]{}]", asked.target):
        out.append("--globoff")
    if re.search(r"/(?:\.|%2e){1,2}(?:/|\?|$)", asked.target, re.IGNORECASE):
        out.append("--path-as-is")
    if asked.upgrade:
        out.append("--no-buffer")
    if asked.method == "HEAD":
        out.append("--head")
    elif asked.method != "GET" or asked.body != b"":
        out += ["-X", asked.method]
    if asked.upgrade:
        out += ["-H", "Connection: Upgrade"]
    for name, value in asked.headers:
        if name.lower() not in USUAL and (name.lower(), value) != ("accept", "*/*"):
            # curl takes a header without a value for one to leave out
            out += ["-H", f"{name}: {value}" if value else f"{name};"]
    data, notes = _body(asked)
    if data and not asked.header("content-type"):
        out += ["-H", "Content-Type:"]
    return out + data, notes


def _body(asked: Asked) -> tuple[list[str], list[str]]:
    if asked.body == b"":
        return [], []
    kind = asked.header("content-type")
    if asked.body is None:
        what = "a tar archive" if "tar" in kind else "what the command sends"
        return ["-T", "-"], [f"stdin: {what}, as a stream"]
    text = _text(asked.body)
    if text is not None and len(asked.body) <= MAX_BODY:
        return ["--data-raw" if text.startswith("@") else "--data", text], []
    what = "a tar archive" if "tar" in kind else "JSON" if "json" in kind else kind or "bytes"
    return ["--data-binary", "@-"], [f"stdin: {what} of {len(asked.body)} bytes"]


def _text(body: bytes | None) -> str | None:
    """A body as text for a command line; None where it is a stream, or cannot be a word."""
    if body is None or b"\0" in body:
        return None
    return body.decode("utf-8", "surrogateescape")


def _connection_notes(asked: Asked) -> list[str]:
    if not asked.upgrade:
        return []
    if asked.path in RPC:
        return [f"{RPC[asked.path]}, which curl does not speak"]
    return ["a stream both ways: curl shows what comes, and sends nothing"]


def _shown(note: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in note)
