"""What a build leaves: the image's ID, the metadata file, its provenance."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from pydock.commands.build.result import descriptor, image_id, metadata_text, provenance
from pydock.errors import Failure


def test_metadata() -> None:
    opened = base64.b64encode(b'{"mediaType":"x","size":1}').decode()
    text = metadata_text(
        {
            "image.name": "x",
            "containerimage.descriptor": opened,
            "containerimage.digest": "sha256:1",
            "result.json": "{}",
        },
        [],
    )
    assert (
        text
        == '{\n  "containerimage.descriptor": {\n    "mediaType": "x",\n    "size": 1\n  },\n  "containerimage.digest": "sha256:1",\n  "image.name": "x",\n  "result.json": "{}"\n}'
    )
    assert (
        image_id({"containerimage.digest": "a"}) == "a"
        and image_id({"containerimage.digest": "a", "containerimage.config.digest": "b"}) == "b"
    )


def encoded(value: object) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(("key", "value", "shown"), [
    ("a", "plain words", "plain words"), ("a", encoded({"b": 1}), {"b": 1}), ("a", encoded([{"b": 1}]), [{"b": 1}]), ("a", encoded({}), encoded({})),
    ("a", encoded([1]), encoded([1])), ("a", encoded("text"), encoded("text")), ("a", '{"b": 1}', '{"b": 1}'), ("result.json", '{"b": 1}', {"b": 1}),
    ("result.json", "no json", "no json"),
])  # fmt: skip
def test_objects_of_a_response_are_opened(key: str, value: str, shown: Any) -> None:
    assert json.loads(metadata_text({key: value}, [])) == {key: shown}


def test_warnings_are_in_the_metadata() -> None:
    warning = {"vertex": "v", "level": 1, "short": b"it is old", "detail": [], "url": "", "info": None, "ranges": []}
    (told,) = json.loads(metadata_text({}, [warning]))["buildx.build.warnings"]
    assert told["vertex"] == "v" and base64.b64decode(told["short"]) == b"it is old"


def test_descriptors() -> None:
    value = {"mediaType": "t", "digest": "sha256:a", "size": 3}
    assert descriptor(json.dumps(value)) == descriptor(encoded(value), encoded=True) == value
    for text in ("", "[]", '{"mediaType": "t"}', '{"mediaType": "t", "digest": "d", "size": "3"}'):
        with pytest.raises(Failure, match=r"^invalid descriptor in the response of the engine: "):
            descriptor(text)
    with pytest.raises(Failure, match=r"^invalid descriptor in the response of the engine: "):
        descriptor("no base64!", encoded=True)


def test_provenance() -> None:
    record = {"builder": {"id": ""}, "buildConfig": {"llb": []}, "metadata": {"buildStartedOn": "now"}}
    for data in (record, {"predicate": record}):
        text = json.dumps(data).encode()
        assert (
            provenance(text, whole=True)
            == base64.b64encode(json.dumps(record, separators=(",", ":")).encode()).decode()
        )
        assert json.loads(base64.b64decode(provenance(text, whole=False))) == {"builder": {"id": ""}}
    with pytest.raises(ValueError, match="expected an object, got a list"):
        provenance(b"[]", whole=True)
