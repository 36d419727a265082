"""`images`: what is asked for, and what goes together."""

from __future__ import annotations

import pytest

from tests.support.cli import cli


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
