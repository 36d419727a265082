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


def push_image(name: str, tag: str, platform: str, auth: str) -> Request:
    """POST /images/…/push: a stream of progress messages. `name`: without tag; `tag`: "" for all."""
    return Request("POST", _path(name, "push"), query(tag=tag, platform=platform), headers={"X-Registry-Auth": auth})


def tag_image(image: str, repository: str, tag: str) -> Request:
    return Request("POST", _path(image, "tag"), query(repo=repository, tag=tag))


def remove_image(image: str, force: bool, no_prune: bool, platforms: tuple[str, ...]) -> Request:
    """DELETE /images/… -> [{"Untagged"}, {"Deleted"}]. platforms: each as JSON."""
    return Request("DELETE", _path(image), query(force=force, noprune=no_prune, platforms=platforms))


def import_image(source: str, reference: str, message: str, changes: tuple[str, ...], platform: str, content: Any = None) -> Request:
    """POST /images/create: a file system as an image. `source`: a URL that the engine fetches, or "-" for `content`."""
    options = query(fromSrc=source, repo=reference, message=message, changes=changes, platform=platform)
    headers = {} if content is None else {"Content-Type": "text/plain"}
    return Request("POST", "/images/create", options, content=content, headers=headers)


def prune_images(filters: dict[str, dict[str, bool]]) -> Request:
    """POST /images/prune -> {"ImagesDeleted", "SpaceReclaimed"}."""
    return Request("POST", "/images/prune", query(filters=filters))


def search_images(term: str, limit: int, filters: dict[str, dict[str, bool]], auth: str) -> Request:
    """GET /images/search -> [{"name", "description", "star_count", "is_official"}]."""
    return Request("GET", "/images/search", {"term": term, **query(limit=limit or None, filters=filters)}, headers={"X-Registry-Auth": auth})


def check_auth(auth: dict[str, str]) -> Request:
    """POST /auth -> {"Status", "IdentityToken"}."""
    return Request("POST", "/auth", body=auth)
