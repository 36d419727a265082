"""What a build's answer is made into: an id, a metadata file, a record of where it came from. Pure."""

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
    """The digest of the image's configuration, or of the image where only that is told."""
    return response.get(CONFIG_DIGEST) or response.get(DIGEST, "")


def metadata_text(response: dict[str, str], warnings: list[Json]) -> str:
    """The metadata file: what was answered, with values that are JSON in base64 laid open."""
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
    """What an exporter tells of what it wrote, as JSON, or that in base64. Raises Failure."""
    with failing("the engine does not tell what it wrote: "):
        value: Json = decode(
            base64.b64decode(text) if encoded else text,
            {"mediaType": str, "digest": str, "size": int, "annotations": opt({str: str})},
        )
    return value


def provenance(data: bytes, whole: bool) -> str:
    """The record of a build as the metadata file holds it; without its steps and times unless all is wanted. Raises
    ValueError.
    """
    record = decode(data, {"predicate": opt(dict)})
    record = record.get("predicate") or record
    if not whole:
        record.pop("buildConfig", None)
        record.pop("metadata", None)
    return base64.b64encode(json.dumps(record, separators=(",", ":")).encode()).decode()
