"""Configs of a swarm: https://docs.docker.com/reference/api/engine/version/v1.55/#tag/Config. Pure."""

from __future__ import annotations

from pydock.api.request import Request, named, query
from pydock.api.swarm import LABELS, OBJECT
from pydock.shape import Json, opt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.api.types import StoredSpec

CONFIG = {
    **OBJECT, "Spec": {"Name": opt(str), "Labels": LABELS, "Data": opt(str), "Templating": opt({"Name": opt(str)})},
}  # fmt: skip


def list_configs(filters: Json) -> Request:
    return Request("GET", "/configs", query(filters=filters), answer=[CONFIG], version_first=True)


def inspect_config(config: str) -> Request:
    # sic: docker's name for it in the error of a blank one
    return Request(
        "GET", f"/configs/{named('contig', config)}", answer=CONFIG, go_type="swarm.Config", version_first=True
    )


def create_config(spec: StoredSpec) -> Request:
    """POST /configs/create -> {"ID"}."""
    return Request("POST", "/configs/create", body=spec, answer={"ID": str}, version_first=True)


def update_config(config: str, version: int, spec: StoredSpec) -> Request:
    """POST /configs/…/update: its labels; `version`: the one that the change is based on."""
    return Request("POST", f"{_config(config)}/update", {"version": str(version)}, body=spec, version_first=True)


def remove_config(config: str) -> Request:
    return Request("DELETE", _config(config), version_first=True)


def _config(config: str) -> str:
    return f"/configs/{named('config', config)}"
