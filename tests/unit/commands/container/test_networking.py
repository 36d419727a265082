"""--network and its companions: what is sent, and what does not go together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cli import cli
from tests.support.samples import ID


def attached(*flags: str) -> Any:
    """(the network's mode, the settings of each network)"""
    done = cli("create", *flags, "busybox", table={("POST", "/containers/create"): {"Id": ID, "Warnings": None}})
    body = done.requests[0].body
    found = body["NetworkingConfig"]["EndpointsConfig"]
    return body["HostConfig"]["NetworkMode"], {
        name: {k: v for k, v in settings.items() if v} for name, settings in found.items()
    }


def test_plain_flags_are_about_the_first_network() -> None:
    assert attached() == ("default", {"default": {}})
    assert attached("--network", "a") == ("a", {})
    flags = (
        "--ip",
        "10.0.0.2",
        "--ip6",
        "fd::2",
        "--link-local-ip",
        "169.254.1.1",
        "--network-alias",
        "x",
        "--link",
        "db:y",
        "--mac-address",
        "02:42:ac:11:00:02",
    )
    settings = {
        "IPAMConfig": {"IPv4Address": "10.0.0.2", "IPv6Address": "fd::2", "LinkLocalIPs": ["169.254.1.1"]},
        "Links": ["db:y"], "Aliases": ["x"], "MacAddress": "02:42:ac:11:00:02",
    }  # fmt: skip
    assert attached("--network", "a", *flags) == ("a", {"a": settings})
    assert attached("--network", "a", "--network", "b", *flags) == ("a", {"a": settings, "b": {}})


def test_a_network_has_options_of_its_own() -> None:
    own = "name=b,alias=x,driver-opt=k=v,ip=10.0.0.3,gw-priority=2,mac-address=02:42:ac:11:00:03"
    assert attached("--network", "a", "--network", own)[1]["b"] == {
        "IPAMConfig": {"IPv4Address": "10.0.0.3"}, "Aliases": ["x"], "DriverOpts": {"k": "v"}, "GwPriority": 2, "MacAddress": "02:42:ac:11:00:03",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ("--network a --network a", 'network "a" is specified multiple times'),
        (
            "--network host --network a",
            "conflicting options: cannot attach both user-defined and non-user-defined network-modes",
        ),
        (
            "--network name=a,alias=x --network-alias y",
            "conflicting options: cannot specify both --network-alias and per-network alias",
        ),
        (
            "--network name=a,ip=10.0.0.2 --ip 10.0.0.3",
            "conflicting options: cannot specify both --ip and per-network IPv4 address",
        ),
        (
            "--network name=a,ip6=fd::2 --ip6 fd::3",
            "conflicting options: cannot specify both --ip6 and per-network IPv6 address",
        ),
        (
            "--network name=a,link-local-ip=169.254.1.1 --link-local-ip 169.254.1.2",
            "conflicting options: cannot specify both --link-local-ip and per-network link-local IP addresses",
        ),
        (
            "--network name=a,mac-address=02:42:ac:11:00:03 --mac-address 02:42:ac:11:00:02",
            "conflicting options: cannot specify both --mac-address and per-network MAC address",
        ),
        ("--network name=host,alias=x", "network-scoped aliases are only supported for user-defined networks"),
        ("--network name=a,mac-address=zz", "zz is not a valid mac address"),
    ],
)
def test_what_does_not_go_together(flags: str, words: str) -> None:
    done = cli("create", *flags.split(), "busybox")
    assert (done.code, done.err) == (125, f"docker: {words}\n\nRun 'docker create --help' for more information\n")


def test_a_link_of_a_network_that_has_none_is_left_to_the_engine() -> None:
    assert attached("--network", "host", "--link", "db:y")[1] == {}


def test_several_networks_need_their_version() -> None:
    done = cli("create", "--network", "a", "--network", "b", "busybox", api_version="1.43")
    told = "Container cannot be created with multiple network endpoints: a, b; this needs API version 1.44\n"
    assert (done.code, done.err, done.requests) == (1, told, [])
