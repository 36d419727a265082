"""`tag`: names of images."""

from __future__ import annotations

import pytest

from pydock.api.images import tag_image
from tests.support.cli import cli


def test_a_tag_is_latest_unless_it_is_said() -> None:
    for source, target, repository, tag in (
        ("a", "b", "docker.io/library/b", "latest"),
        ("f" * 64, "reg.example/x:1", "reg.example/x", "1"),
    ):
        done = cli("tag", source, target, table={("POST", f"/images/{source}/tag"): b""})
        assert (done.code, done.out, done.requests) == (0, "", [tag_image(source, repository, tag)])


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        (
            "A",
            "b",
            'Error parsing reference: "A" is not a valid repository/tag: invalid reference format: repository name (library/A) must be lowercase',
        ),
        ("a", "b:", 'Error parsing reference: "b:" is not a valid repository/tag: invalid reference format'),
        ("a", f"b@sha256:{'f' * 64}", "refusing to create a tag with a digest reference"),
    ],
)
def test_what_is_no_name(source: str, target: str, words: str) -> None:
    done = cli("tag", source, target)
    assert (done.code, done.err) == (1, words + "\n")
