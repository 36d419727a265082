"""--platform of `history`, and of those that take it alike."""

from __future__ import annotations

from typing import Any

from tests.support.cli import cli


def test_a_platform_is_asked_for_as_json(tmp_path: Any) -> None:
    """By history, rmi, save, load, push and inspect alike; what is none is refused before anything is sent."""
    layer = {("GET", "/images/a/history"): []}
    done = cli("history", "--platform", "linux/arm64/v8", "a", table=layer)
    assert done.requests[0].query == {"platform": '{"architecture":"arm64","os":"linux","variant":"v8"}'}
    done = cli(
        "rmi",
        "--platform",
        "windows(10.0)/amd64,linux/arm,linux/arm/v7,linux/arm",
        "a",
        table={("DELETE", "/images/a"): []},
    )
    assert done.requests[0].query["platforms"] == [
        '{"architecture":"amd64","os":"windows","os.version":"10.0"}', '{"architecture":"arm","os":"linux"}',
        '{"architecture":"arm","os":"linux","variant":"v7"}',
    ]  # fmt: skip
    for line in ("history a", "save -o x a", "load"):
        assert (
            cli(*line.split(), "--platform", "foo").err
            == 'invalid platform: "foo": unknown operating system or architecture: invalid argument\n'
        )
    wrong = '"a(b" is an invalid OS component of "a(b": OSAndVersion specifier component must match "^([A-Za-z0-9_-]+)(?:\\\\(([A-Za-z0-9_.-]*)\\\\))?$"'
    assert wrong in cli("history", "--platform", "a(b", "a").err
    assert '"li*": wildcards not yet supported: invalid argument' in cli("history", "--platform", "li*", "a").err
