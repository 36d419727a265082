"""--network and its companions."""

from __future__ import annotations

from tests.support.cli import cli


def test_several_networks_need_their_version() -> None:
    done = cli("create", "--network", "a", "--network", "b", "busybox", api_version="1.43")
    assert done.code == 1 and "1.44" in done.err
