"""`bake`, where buildx is not there: with it, it is the plugin's command."""

from __future__ import annotations

from tests.support.cli import cli


def test_without_buildx_nothing_is_built() -> None:
    for words in ((), ("app", "web")):
        done = cli("bake", *words)
        assert (done.code, done.out, done.requests) == (1, "", [])
    assert cli("bake").err.startswith("ERROR: docker bake requires the buildx component but it is missing or broken.\n")
