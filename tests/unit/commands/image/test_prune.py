"""`image prune`: the question, and the report."""

from __future__ import annotations

from tests.support.cli import cli

REPORT = {"ImagesDeleted": [{"Untagged": "a:1"}, {"Deleted": "sha256:x"}], "SpaceReclaimed": 1500}


def test_images_go_after_a_yes() -> None:
    table = {("POST", "/images/prune"): REPORT}
    done = cli("image", "prune", table=table, stdin=b"y\n")
    assert done.requests[0].query == {"filters": '{"dangling":{"true":true}}'}
    question = "WARNING! This will remove all dangling images.\nAre you sure you want to continue? [y/N] "
    assert done.out == question + "Deleted Images:\nuntagged: a:1\ndeleted: sha256:x\n\nTotal reclaimed space: 1.5kB\n"
    for answer in (b"n\n", b"", b"yes\n"):
        done = cli("image", "prune", "-a", stdin=answer)
        assert (done.code, done.requests) == (0, []) and "all images without at least one container" in done.out
    done = cli(
        "image", "prune", "-af", "--filter", "until=1h", table={("POST", "/images/prune"): {"ImagesDeleted": None}}
    )
    assert done.requests[0].query == {"filters": '{"dangling":{"false":true},"until":{"1h":true}}'}
    assert done.out == "Total reclaimed space: 0B\n"
