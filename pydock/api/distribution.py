"""Images in registries, asked by the engine: https://docs.docker.com/reference/api/engine/version/v1.55/#tag/Distribution. Pure."""

from __future__ import annotations

from pydock.api.request import Request
from pydock.errors import Failure
from pydock.shape import opt

_PLATFORM = {"os": opt(str), "architecture": opt(str), "variant": opt(str)}
DISTRIBUTION = {"Descriptor": {"digest": str}, "Platforms": opt([_PLATFORM])}


def inspect_distribution(image: str, auth: str = "") -> Request:
    """GET /distribution/…/json -> {"Descriptor", "Platforms"}. auth: the X-Registry-Auth header. Raises Failure for an
    empty name."""
    if not image:
        raise Failure("Error: No such distribution: ")
    headers = {"X-Registry-Auth": auth} if auth else {}
    return Request("GET", f"/distribution/{image}/json", headers=headers, answer=DISTRIBUTION, version_first=True)
