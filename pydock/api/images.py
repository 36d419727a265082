"""Images: https://docs.docker.com/reference/api/engine/version/v1.55/#tag/Image. Pure."""

from __future__ import annotations

from pydock.api.request import Request, query
from pydock.errors import Failure
from pydock.shape import blank, opt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PLATFORM = {"os": opt(str), "architecture": opt(str), "variant": opt(str)}
MANIFEST = {
    "ID": str, "Kind": opt(str), "Size": opt({"Content": opt(int), "Total": opt(int)}),
    "ImageData": opt({"Platform": opt(_PLATFORM), "Containers": opt([str])}),
}  # fmt: skip
#: an entry of a list of images
IMAGE = {
    "Id": str, "RepoTags": opt([str]), "RepoDigests": opt([str]), "Created": opt(int), "Size": int, "SharedSize": opt(int),
    "Containers": opt(int), "Labels": opt({str: opt(str)}), "Manifests": opt([MANIFEST]),
}  # fmt: skip
LAYER = {"Id": opt(str), "Created": opt(int), "CreatedBy": opt(str), "Size": opt(int), "Comment": opt(str)}
REMOVED = {"Untagged": opt(str), "Deleted": opt(str)}
FOUND = {"name": opt(str), "description": opt(str), "star_count": opt(int), "is_official": opt(bool)}
#: a message of a stream of progress
PROGRESS = {
    "status": opt(str), "id": opt(str), "stream": opt(str), "error": opt(str), "errorDetail": opt({"message": opt(str), "code": opt(int)}),
    "progressDetail": opt({"current": opt(int), "total": opt(int)}),
}  # fmt: skip


def _path(image: str, *rest: str) -> str:
    return "/".join(("/images", image, *rest))


def list_images(**options: Any) -> Request:
    """GET /images/json. Options: all, filters, digests, manifests, shared-size."""
    return Request("GET", "/images/json", query(**options), answer=[IMAGE], version_first=True, old_filters=True)


def inspect_image(image: str, platform: str = "") -> Request:
    """GET /images/…/json. Raises Failure for an empty name, whose path would list all images."""
    if not image:
        raise Failure("Error: No such image: ")
    answer = {"Id": str, "RepoDigests": opt([str])}
    return Request(
        "GET", _path(image, "json"), query(platform=platform), answer=answer, go_type="image.InspectResponse",
        version_first=bool(platform),
    )  # fmt: skip


def image_history(image: str, platform: str = "") -> Request:
    options = query(platform=platform)
    return Request("GET", _path(image, "history"), options, answer=[LAYER], version_first=bool(platform))


def pull_image(repository: str, tag: str = "", platform: str = "", auth: str = "") -> Request:
    """POST /images/create: a stream of progress messages. `auth` is the X-Registry-Auth header."""
    headers = {"X-Registry-Auth": auth} if auth else {}
    return Request(
        "POST",
        "/images/create",
        query(fromImage=repository, tag=tag, platform=platform),
        headers=headers,
        answer=PROGRESS,
    )


def save_images(names: tuple[str, ...], platforms: tuple[str, ...] = ()) -> Request:
    """GET /images/get: a tar of the images. platforms: each as JSON; several only since API 1.52."""
    options = query(names=names, platform=platforms)
    return Request("GET", "/images/get", options, answer=bytes, version_first=bool(platforms))


def load_images(content: Any, quiet: bool, platforms: tuple[str, ...] = ()) -> Request:
    """POST /images/load: sends a tar, answers with progress messages. platforms: as in save_images()."""
    options = {"quiet": "1" if quiet else "0", **query(platform=platforms)}
    return Request(
        "POST", "/images/load", options, content=content, headers={"Content-Type": "application/x-tar"}, answer=PROGRESS,
        version_first=bool(platforms),
    )  # fmt: skip


def push_image(name: str, tag: str, platform: str, auth: str) -> Request:
    """POST /images/…/push: a stream of progress messages. `name`: without tag; `tag`: "" for all."""
    return Request(
        "POST",
        _path(name, "push"),
        query(tag=tag, platform=platform),
        headers={"X-Registry-Auth": auth},
        answer=PROGRESS,
        version_first=bool(platform),
    )


def tag_image(image: str, repository: str, tag: str) -> Request:
    return Request("POST", _path(image, "tag"), query(repo=repository, tag=tag))


def remove_image(image: str, force: bool, no_prune: bool, platforms: tuple[str, ...]) -> Request:
    """DELETE /images/… -> [{"Untagged"}, {"Deleted"}]. platforms: each as JSON."""
    return Request("DELETE", _path(image), query(force=force, noprune=no_prune, platforms=platforms), answer=[REMOVED])


def import_image(
    source: str, reference: str, message: str, changes: tuple[str, ...], platform: str, content: Any = None
) -> Request:
    """POST /images/create: imports an image. `source`: a URL that the engine fetches, or "-" for `content`."""
    options = query(fromSrc=source, repo=reference, message=message, changes=changes, platform=platform)
    headers = {} if content is None else {"Content-Type": "text/plain"}
    return Request("POST", "/images/create", options, content=content, headers=headers, answer=PROGRESS)


def prune_images(filters: dict[str, dict[str, bool]]) -> Request:
    """POST /images/prune -> {"ImagesDeleted", "SpaceReclaimed"}."""
    report = {"ImagesDeleted": opt([REMOVED]), "SpaceReclaimed": opt(int)}
    return Request("POST", "/images/prune", query(filters=filters), answer=report, version_first=True)


def search_images(term: str, limit: int, filters: dict[str, dict[str, bool]], auth: str) -> Request:
    """GET /images/search -> [{"name", "description", "star_count", "is_official"}]."""
    wanted = {"term": term, **query(limit=limit if limit > 0 else None, filters=filters)}
    return Request("GET", "/images/search", wanted, headers={"X-Registry-Auth": auth}, answer=[FOUND])


def check_auth(auth: dict[str, str]) -> Request:
    """POST /auth -> {"Status", "IdentityToken"}, or 204 where there is no token."""
    return Request("POST", "/auth", body=auth, answer=blank({"Status": str, "IdentityToken": opt(str)}))
