"""What goes wrong between us and the engine, in docker's words. The one place that translates."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING
from urllib.parse import quote

from pydock.engine.dial import CommandEnded
from pydock.errors import EngineError, Failure, Unreachable

if TYPE_CHECKING:
    from pydock.config.endpoint import Endpoint


#: what docker sends as Host where ssh leads to the engine
SSH_HOST = "docker.example.com"


def connect_failure(endpoint: Endpoint, error: OSError, method: str, target: str) -> Failure:
    """Why no connection could be made for a request, in docker's words (those of Go's net/http)."""
    host, address = endpoint.host, endpoint.address
    places = {"unix": quote(address, safe=""), "ssh": SSH_HOST}
    place = places.get(endpoint.scheme, address.partition("/")[0])
    request = f'{method.title()} "{"https" if endpoint.tls else "http"}://{place}{target}"'
    if isinstance(error, PermissionError):
        return Unreachable(
            f"permission denied while trying to connect to the Docker daemon socket at {host}: {request}: "
            f"dial unix {address}: connect: permission denied", host,
        )  # fmt: skip
    if isinstance(error, socket.gaierror):
        return Unreachable(f"error during connect: {request}: dial tcp: lookup {address.rpartition(':')[0]}: no such host", host)
    if type(error).__module__ == "ssl":
        why = getattr(error, "verify_message", "") or error.args[-1]
        return Unreachable(f"error during connect: {request}: tls: {why}", host)
    if isinstance(error, CommandEnded):
        return Unreachable(f"error during connect: {request}: {error}", host)
    if isinstance(error, TimeoutError):
        return Unreachable(f"error during connect: {request}: dial tcp {address}: i/o timeout", host)
    return Unreachable(f"Cannot connect to the Docker daemon at {host}. Is the docker daemon running?", host)


def engine_error(status: int, reason: str, content_type: str, body: bytes) -> EngineError:
    """The engine's own message: JSON {"message"}, or the text of any other body."""
    text = body.decode("utf-8", "replace").strip()
    if "json" in content_type:
        try:
            message = json.loads(text).get("message", "")
        except (ValueError, AttributeError):
            message = text
        text = message.strip() or f"API returned a {status} ({reason}) but provided no error-message"
    return EngineError(status, text or f"request returned {status} {reason}; check if the server supports the requested API version")
