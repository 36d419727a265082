"""`network`: requests, and words for what cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from pydock.errors import EngineError
from tests.support.cli import Result, any_of, cli, refused
from tests.support.samples import ID, network


def test_network_rm_tells_each_failure_and_its_status() -> None:
    table = {("GET", "/networks/a"): refused(404, "no"), ("DELETE", "/networks/a"): refused(404, "network a not found")}
    done = cli("network", "rm", "", "a", table=table)
    told = (
        "invalid network name or ID: value is empty\nError response from daemon: network a not found\nexit status 1\n"
    )
    assert (done.code, done.err) == (1, told)
    done = cli("network", "rm", "-f", "a", table=table)
    assert (done.code, done.out, done.err) == (0, "", "")


def test_the_network_is_named_before_the_container() -> None:
    for line, kind in (
        (("connect", "", ""), "network"),
        (("connect", "a", ""), "container"),
        (("disconnect", "", ""), "network"),
    ):
        assert cli("network", *line) == Result(1, "", f"invalid {kind} name or ID: value is empty\n")


def test_network_create_says_nothing_but_the_id() -> None:
    done = cli("network", "create", "n", table={("POST", "/networks/create"): {"Id": ID, "Warning": "careful"}})
    assert (done.out, done.err) == (ID + "\n", "")


def test_the_last_address_of_a_name_is_the_networks() -> None:
    line = (
        "network",
        "create",
        "--subnet",
        "10.0.0.0/24",
        "--aux-address",
        "a=1.2.3.4",
        "--aux-address",
        "a=10.0.0.9",
        "n",
    )
    done = cli(*line, table={("POST", "/networks/create"): {"Id": ID, "Warning": ""}})
    assert done.requests[0].body["IPAM"]["Config"] == [
        {"Subnet": "10.0.0.0/24", "AuxiliaryAddresses": {"a": "10.0.0.9"}}
    ]


def configured(*flags: str) -> Any:
    """What is sent of the addresses, or what is wrong with them."""
    done = cli(
        "network", "create", *flags, "n", table=any_of({("POST", "/networks/create"): {"Id": ID, "Warning": ""}})
    )
    return done.requests[0].body["IPAM"]["Config"] if done.requests else done.err.strip()


def test_ranges_and_gateways_go_to_the_subnet_that_holds_them() -> None:
    flags = "--subnet 10.0.0.0/16 --subnet fd00::/64 --ip-range 10.0.1.0/24 --gateway fd00::1 --gateway 10.0.0.1"
    assert configured(*flags.split()) == [
        {"Subnet": "10.0.0.0/16", "IPRange": "10.0.1.0/24", "Gateway": "10.0.0.1"},
        {"Subnet": "fd00::/64", "Gateway": "fd00::1"},
    ]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ("--gateway 10.0.0.1", "every ip-range or gateway must have a corresponding subnet"),
        ("--subnet 10.0.0.0/8 --subnet 10.1.0.0/16", "multiple overlapping subnet configuration is not supported"),
        ("--subnet 10.0.0.0/24 --ip-range x", "invalid CIDR address: x"), ("--subnet 10.0.0.0/24 --ip-range 10.1.0.0/24", "no matching subnet for range 10.1.0.0/24"),
        ("--subnet 10.0.0.0/24 --gateway 10.1.0.1", "no matching subnet for gateway 10.1.0.1"), ("--subnet x --gateway 10.1.0.1", "invalid subnet: invalid CIDR address: x"),
        ("--subnet 10.0.0.0/24 --gateway x", "no matching subnet for gateway x"), ("--subnet 10.0.0.0/24 --aux-address a=10.1.0.1", "no matching subnet for aux-address 10.1.0.1"),
        (
            "--subnet 10.0.0.0/24 --subnet fd::/64 --gateway 10.0.0.1 --gateway 10.0.0.2",
            "cannot configure multiple gateways (10.0.0.2, 10.0.0.1) for the same subnet (10.0.0.0/24)",
        ),
        (
            "--subnet 10.0.0.0/24 --subnet fd::/64 --ip-range 10.0.0.0/25 --ip-range 10.0.0.128/25",
            "cannot configure multiple ranges (10.0.0.128/25, 10.0.0.0/25) on the same subnet (10.0.0.0/24)",
        ),
    ],
)  # fmt: skip
def test_addresses_that_fit_no_subnet(flags: str, words: str) -> None:
    assert configured(*flags.split()) == words


def test_a_container_joins_a_network_with_options() -> None:
    table = {("POST", "/networks/n/connect"): b""}
    line = "network connect --ip 10.0.0.2 --alias x --link db:y --driver-opt k=v --driver-opt j= --gw-priority 3 n web"
    done = cli(*line.split(), table=table)
    settings = {k: v for k, v in done.requests[0].body["EndpointConfig"].items() if v}
    assert done.requests[0].body["Container"] == "web" and settings == {
        "IPAMConfig": {"IPv4Address": "10.0.0.2"}, "Aliases": ["x"], "Links": ["db:y"], "DriverOpts": {"k": "v", "j": ""}, "GwPriority": 3,
    }  # fmt: skip
    for text in ("k", "=v"):
        done = cli("network", "connect", "--driver-opt", text, "n", "web")
        assert (done.code, done.err) == (1, "invalid key/value pair format in driver options\n")


def test_the_ingress_network_is_removed_by_those_who_mean_it() -> None:
    table = {("GET", "/networks/n"): network("n", Ingress=True), ("DELETE", "/networks/n"): b""}
    done = cli("network", "rm", "n", table=any_of(table), stdin=b"n\n")
    assert (len(done.requests), done.out.startswith("WARNING! Before removing the routing-mesh network,")) == (1, True)
    assert cli("network", "rm", "n", table=table, stdin=b"y\n").out.endswith("n\n")
    # the others do not depend on the answer, and a failure before it is not forgotten
    gone = {("GET", "/networks/m"): EngineError(404, "no m"), ("DELETE", "/networks/m"): EngineError(404, "no m")}
    done = cli("network", "rm", "m", "n", "m", table=any_of({**table, **gone}), stdin=b"n\n")
    assert (done.code, done.err) == (1, "Error response from daemon: no m\n" * 2 + "exit status 1\n")
