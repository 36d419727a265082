"""`port`: where a container's ports are to be had."""

from __future__ import annotations

import pytest

from tests.support.cli import cli
from tests.support.samples import container

PORTS = {
    "443/tcp": None, "80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}, {"HostIp": "::", "HostPort": "8080"}],
    "9/udp": [{"HostIp": "127.0.0.1", "HostPort": "9"}],
}  # fmt: skip
TABLE = {("GET", "/containers/a/json"): container(NetworkSettings={"Ports": PORTS})}


@pytest.mark.parametrize(
    ("wanted", "out", "err"),
    [
        ("", "9/udp -> 127.0.0.1:9\n80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080\n", ""), ("80", "0.0.0.0:8080\n[::]:8080\n", ""), ("9/udp", "127.0.0.1:9\n", ""),
        ("9", "", "Error: No public port '9' published for a\n"), ("443/tcp", "", "Error: No public port '443/tcp' published for a\n"),
        ("x", "", 'Error: invalid port (x): strconv.ParseUint: parsing "x": invalid syntax\n'),
    ],
)  # fmt: skip
def test_ports(wanted: str, out: str, err: str) -> None:
    done = cli("port", "a", *filter(None, [wanted]), table=TABLE)
    assert (done.code, done.out, done.err) == (bool(err), out, err)
