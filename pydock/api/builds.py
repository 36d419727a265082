"""Builds: https://docs.docker.com/reference/api/engine/version/v1.55/#tag/Image/operation/ImageBuild, and BuildKit's
endpoints. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydock.api.images import PROGRESS
from pydock.api.request import Query, Request

#: the protocol that sessions and control connections are upgraded to
H2C = "h2c"


def start_session(headers: Mapping[str, str | list[str]]) -> Request:
    """POST /session: upgraded to HTTP/2, with the engine as the client. The headers announce our services."""
    return Request("POST", "/session", headers=headers)


def start_control() -> Request:
    """POST /grpc: upgraded to HTTP/2, with BuildKit as the server."""
    return Request("POST", "/grpc")


def build_image(options: Query, content: Iterable[bytes] | bytes, credentials: str) -> Request:
    """POST /build: sends a tar (or nothing, if a session provides the context), answers with progress messages.

    credentials: the X-Registry-Config header.
    """
    headers = {"Content-Type": "application/x-tar", "X-Registry-Config": credentials}
    versioned = bool(options.get("platform") or options.get("squash"))
    return Request(
        "POST", "/build", options, content=content, headers=headers, answer=PROGRESS, version_first=versioned
    )


def cancel_build(identity: str) -> Request:
    return Request("POST", "/build/cancel", {"id": identity})
