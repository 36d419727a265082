"""Secrets of a swarm: https://docs.docker.com/reference/api/engine/version/v1.55/#tag/Secret. Pure."""

from __future__ import annotations

from pydock.api.request import Request, named, query
from pydock.api.swarm import LABELS, OBJECT
from pydock.shape import Json, opt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.api.types import StoredSpec

_DRIVER = opt({"Name": opt(str), "Options": opt({str: opt(str)})})
#: the data are never shown
SECRET = {
    **OBJECT, "Spec": {"Name": opt(str), "Labels": LABELS, "Driver": _DRIVER, "Templating": _DRIVER},
}  # fmt: skip


def list_secrets(filters: Json) -> Request:
    return Request("GET", "/secrets", query(filters=filters), answer=[SECRET], version_first=True)


def inspect_secret(secret: str) -> Request:
    return Request("GET", _secret(secret), answer=SECRET, go_type="swarm.Secret", version_first=True)


def create_secret(spec: StoredSpec) -> Request:
    """POST /secrets/create -> {"ID"}."""
    return Request("POST", "/secrets/create", body=spec, answer={"ID": str}, version_first=True)


def update_secret(secret: str, version: int, spec: StoredSpec) -> Request:
    """POST /secrets/…/update: its labels; `version`: the one that the change is based on."""
    return Request("POST", f"{_secret(secret)}/update", {"version": str(version)}, body=spec, version_first=True)


def remove_secret(secret: str) -> Request:
    return Request("DELETE", _secret(secret), version_first=True)


def _secret(secret: str) -> str:
    return f"/secrets/{named('secret', secret)}"
