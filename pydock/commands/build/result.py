"""The results of a build, from the exporter's response: image ID, metadata file, provenance. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from pydock.errors import failing
from pydock.go.json import decode, dumps
from pydock.shape import Json, opt

DIGEST, CONFIG_DIGEST = "containerimage.digest", "containerimage.config.digest"


def image_id(response: dict[str, str]) -> str:
    """The digest of the image's configuration, or of the image if the response has no other."""
    return response.get(CONFIG_DIGEST) or response.get(DIGEST, "")


def metadata_text(response: dict[str, str], warnings: list[Json]) -> str:
    """The metadata file: the exporter's response, with base64-encoded JSON values decoded."""
    out: Json = {key: _opened(key, value) for key, value in response.items()}
    if warnings:
        from pydock.render.plain_steps import warning_json

        out["buildx.build.warnings"] = [warning_json(w) for w in warnings]
    return dumps({k: out[k] for k in sorted(out)}, indent="  ")


def _opened(key: str, value: str) -> Any:
    try:
        data = value.encode() if key == "result.json" else base64.b64decode(value, validate=True)
        opened = decode(data)
    except (binascii.Error, ValueError):
        return value
    if opened and (isinstance(opened, dict) or (isinstance(opened, list) and all(isinstance(x, dict) for x in opened))):
        return opened
    return value


def descriptor(text: str, encoded: bool = False) -> Json:
    """The exporter's descriptor of its output, as JSON or base64-encoded JSON. Raises Failure."""
    with failing("invalid descriptor in the response of the engine: "):
        value: Json = decode(
            base64.b64decode(text) if encoded else text,
            {"mediaType": str, "digest": str, "size": int, "annotations": opt({str: str})},
        )
    return value


def provenance(data: bytes, whole: bool) -> str:
    """The provenance of a build for the metadata file; without build steps and times unless `whole`. Raises
    ValueError.
    """
    record = decode(data, {"predicate": opt(dict)})
    record = record.get("predicate") or record
    if not whole:
        record.pop("buildConfig", None)
        record.pop("metadata", None)
    return base64.b64encode(json.dumps(record, separators=(",", ":")).encode()).decode()
