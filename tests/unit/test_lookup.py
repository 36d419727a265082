"""What is said of a host name that has no address."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pydock import lookup

#: resolv.conf, and the server that docker's client names with it
SERVERS = {
    "nameserver 10.0.0.1\nnameserver 10.0.0.2\n": "10.0.0.1:53",
    "# nameserver 1.1.1.1\nsearch a.b\nnameserver\t::1\n": "[::1]:53",
    "options ndots:1\n": "127.0.0.1:53",
}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Go asks the system")
@pytest.mark.parametrize(("conf", "server"), SERVERS.items())
def test_the_server_is_named_that_go_asks_first(
    conf: str, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "resolv.conf"
    path.write_text(conf)
    monkeypatch.setattr(lookup, "RESOLV_CONF", str(path))
    assert lookup.no_such_host("no.such") == f"lookup no.such on {server}: no such host"
    path.unlink()
    assert lookup.no_such_host("a_b.") == "lookup a_b. on 127.0.0.1:53: no such host"


@pytest.mark.parametrize("name", ["127.1", "1.2.3.4.5", "x..y", "-x-", "x" * 64, "a b", "a." * 130])
def test_no_server_is_asked_for_what_cannot_be_a_name(name: str) -> None:
    assert lookup.no_such_host(name) == f"lookup {name}: no such host"
