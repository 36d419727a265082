"""System: https://docs.docker.com/reference/api/engine/version/v1.51/#tag/System. Pure."""

from __future__ import annotations

from pydock.api.request import Request, query

PING = Request("HEAD", "/_ping")
PING_GET = Request("GET", "/_ping")


def info() -> Request:
    return Request("GET", "/info")


def events(**options: object) -> Request:
    """GET /events: a stream of JSON objects. Options: since, until, filters."""
    return Request("GET", "/events", query(**options))


def version() -> Request:
    return Request("GET", "/version")


def disk_usage() -> Request:
    """GET /system/df -> {"LayersSize", "Images", "Containers", "Volumes", "BuildCache"}."""
    return Request("GET", "/system/df")


def prune_build_cache(filters: dict[str, dict[str, bool]], all: bool, keep_storage: int = 0) -> Request:
    """POST /build/prune -> {"CachesDeleted", "SpaceReclaimed"}. keep_storage: bytes that may stay."""
    return Request("POST", "/build/prune", {"filters": "", **query(filters=filters, all=all, **{"keep-storage": keep_storage or None})})
