"""Images: https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Image. Pure."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pydock.api.request import Request, query


def _path(image: str, *rest: str) -> str:
    return "/".join(("/images", quote(image, safe="/:@"), *rest))


def list_images(**options: Any) -> Request:
    """GET /images/json. Options: all, filters, digests, manifests, shared-size."""
    return Request("GET", "/images/json", query(**options))


def inspect_image(image: str, platform: str = "") -> Request:
    return Request("GET", _path(image, "json"), query(platform=platform))


def image_history(image: str, platform: str = "") -> Request:
    return Request("GET", _path(image, "history"), query(platform=platform))


def pull_image(repository: str, tag: str = "", platform: str = "", auth: str = "") -> Request:
    """POST /images/create: a stream of progress messages. `auth` is the X-Registry-Auth header."""
    headers = {"X-Registry-Auth": auth} if auth else {}
    return Request("POST", "/images/create", query(fromImage=repository, tag=tag, platform=platform), headers=headers)


def save_images(names: tuple[str, ...], platform: str = "") -> Request:
    """GET /images/get: a tar of the images."""
    return Request("GET", "/images/get", query(names=names, platform=platform))


def load_images(content: Any, quiet: bool, platform: str = "") -> Request:
    """POST /images/load: a tar in, progress messages out."""
    options = {"quiet": "1" if quiet else "0", **query(platform=platform)}
    return Request("POST", "/images/load", options, content=content, headers={"Content-Type": "application/x-tar"})
