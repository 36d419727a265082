"""Errors of requests to the engine, in docker's words."""

from __future__ import annotations

from pydock.engine.dial import CommandEnded
from pydock.engine.sock import socket
from pydock.errors import BrokenStream, EngineError, Failure, Unreachable
from pydock.go.json import decode
from pydock.go.url import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.config.endpoint import Endpoint


#: the Host header that docker sends over ssh
SSH_HOST = "docker.example.com"


def _request_text(endpoint: Endpoint, method: str, target: str) -> str:
    """A request as Go's net/http names it."""
    hosts = {"unix": quote(endpoint.address), "ssh": SSH_HOST}
    host = hosts.get(endpoint.scheme, endpoint.address.partition("/")[0])
    return f'{method.title()} "{"https" if endpoint.tls else "http"}://{host}{target}"'


def lost_answer(endpoint: Endpoint, broken: BrokenStream, method: str, target: str, changes: bool) -> BrokenStream:
    """A request was sent, but its answer was lost or malformed. changes: the request may have been carried out."""
    text = f"error during connect: {_request_text(endpoint, method, target)}: {broken.message}"
    unknown = "\nThe engine may have carried out this request: check before you retry." if changes else ""
    return BrokenStream(text + unknown)


def not_sent(endpoint: Endpoint, failure: Failure, method: str, target: str) -> Failure:
    """A request could not be sent: its body cannot be read, or its head is invalid."""
    return Failure(f"error during connect: {_request_text(endpoint, method, target)}: {failure.message}", failure.code)


def connect_failure(endpoint: Endpoint, error: OSError, method: str, target: str) -> Failure:
    """No connection could be made for a request: docker's message (and Go's net/http's)."""
    host, address = endpoint.host, endpoint.address
    request = _request_text(endpoint, method, target)
    if isinstance(error, PermissionError):
        return Unreachable(
            f"permission denied while trying to connect to the Docker daemon socket at {host}: {request}: "
            f"dial unix {address}: connect: permission denied", host,
        )  # fmt: skip
    if isinstance(error, socket.gaierror):
        from pydock.lookup import no_such_host

        return Unreachable(
            f"error during connect: {request}: dial tcp: {no_such_host(address.rpartition(':')[0])}", host
        )
    if type(error).__module__ == "ssl":
        why = getattr(error, "verify_message", "") or error.args[-1]
        return Unreachable(f"error during connect: {request}: tls: {why}", host)
    if isinstance(error, CommandEnded):
        return Unreachable(f"error during connect: {request}: {error}", host)
    if isinstance(error, TimeoutError):
        return Unreachable(f"error during connect: {request}: dial tcp {address}: i/o timeout", host)
    return Unreachable(f"Cannot connect to the Docker daemon at {host}. Is the docker daemon running?", host)


def engine_error(status: int, reason: str, content_type: str, body: bytes, request: str = "") -> EngineError:
    """The engine's own message: JSON {"message"}, or the text of any other body. request: what it was asked."""
    text = body.decode("utf-8", "replace").strip()
    if "json" in content_type:
        try:
            text = str(decode(text)["message"] or "").strip()
        except (ValueError, TypeError, LookupError):
            pass  # not such an object: show the body as text
        text = text or f"API returned a {status} ({reason}) but provided no error-message"
    elif status == 404 and text == reason:
        # nothing but the status: there is no such endpoint, as in Podman for swarms
        text = f"{text}: the engine has no {request}"
    return EngineError(
        status, text or f"request returned {status} {reason}; check if the server supports the requested API version"
    )
