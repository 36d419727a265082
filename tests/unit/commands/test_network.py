"""`network`: requests, and words for what cannot be."""

from __future__ import annotations

from tests.support.cli import Result, cli, refused
from tests.support.samples import ID


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
