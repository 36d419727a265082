"""What commands share: filters, questions, several names."""

from __future__ import annotations

from typing import Any

from tests.support.cli import cli


def test_the_filters_of_the_config_file_are_never_dropped(tmp_path: Any) -> None:
    """Labels that keep something from being removed, above all; the command line's contrary alone beats one."""
    (tmp_path / "config.json").write_text('{"pruneFilters": ["label!=keep", "until=1h", "label=a", "dangling=true"]}')
    table = {("POST", "/containers/prune"): {"ContainersDeleted": None, "SpaceReclaimed": 0}}
    config = ("--config", str(tmp_path))
    done = cli(*config, "container", "prune", "-f", table=table)
    assert '"label!":{"keep":true}' in str(done.requests[0].query["filters"]) and '"label":{"a":true}' in str(
        done.requests[0].query["filters"]
    )
    done = cli(*config, "container", "prune", "-f", "--filter", "label=keep", table=table)
    assert "label!" not in str(done.requests[0].query["filters"])
    # the question names the filters that docker names
    asked = cli(*config, "system", "prune", stdin=b"n\n").out
    assert "  - label!=keep\n  - label=a\n  - until=1h\n" in asked and "dangling=true" not in asked
