"""System: https://docs.docker.com/reference/api/engine/version/v1.51/#tag/System. Pure."""

from __future__ import annotations

from pydock.api.request import Request

PING = Request("HEAD", "/_ping")
PING_GET = Request("GET", "/_ping")


def info() -> Request:
    return Request("GET", "/info")


def version() -> Request:
    return Request("GET", "/version")
