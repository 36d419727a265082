"""`images`: what is asked for, and what goes together."""

from __future__ import annotations

import pytest

from tests.support.cli import cli
from tests.support.samples import image


@pytest.mark.parametrize(
    ("flags", "name"),
    [
        ("-q --digests", "quiet"),
        ("--digests --no-trunc", "no-trunc"),
        ("--digests --format x", "show-digest"),
        ("--format x", "format"),
    ],
)
def test_what_does_not_go_with_a_tree_of_images_is_named_as_docker_names_it(flags: str, name: str) -> None:
    assert cli("images", "--tree", *flags.split()).err == f"--{name} is not yet supported with --tree\n"


def test_old_engines_are_asked_by_filter() -> None:
    done = cli("images", "busybox", table={("GET", "/images/json"): []}, api_version="1.24")
    assert done.requests[0].query == {"filter": "busybox"}


LISTED = image("a:1", RepoDigests=[f"a@sha256:{'f' * 64}"])


def test_formats_of_images() -> None:
    table = {("GET", "/images/json"): [LISTED]}
    done = cli("images", "--digests", "--format", "table {{.Tag}}", table=table)
    assert done.out == f"TAG       DIGEST\n1         sha256:{'f' * 64}\n"
    done = cli("images", "-a", "-q", "--filter", "dangling=false", "a", table=table)
    assert (done.out, done.requests[0].query) == (
        "ffffffffffff\n",
        {"all": "1", "filters": '{"dangling":{"false":true},"reference":{"a":true}}'},
    )


def test_a_tree_of_images_asks_for_their_platforms() -> None:
    table = {("GET", "/images/json"): [LISTED, image("<none>:<none>", RepoDigests=["<none>@<none>"]), image()]}
    done = cli("images", "--tree", "a", table=table)
    assert done.requests[0].query == {"manifests": "1", "filters": '{"reference":{"a":true}}'}
    assert done.out.startswith("WARNING: This is an experimental feature.") and "a:1" in done.out
    assert len(done.out.splitlines()) + 2 == len(cli("images", "--tree", "-a", "a", table=table).out.splitlines())
