"""`update`: limits and restart policies of containers that are there."""

from __future__ import annotations

from tests.support.cli import cli, refused


def test_an_update_sends_what_is_given_to_each_container() -> None:
    table = {
        ("POST", "/containers/a/update"): {"Warnings": ["careful"]}, ("POST", "/containers/b/update"): refused(404, "No such container: b"),
        ("POST", "/containers/c/update"): {"Warnings": None},
    }  # fmt: skip
    line = "update --cpus 1.5 --memory 1g --memory-swap -1 --pids-limit 5 --restart on-failure:2 -c 3 a b c"
    done = cli(*line.split(), table=table)
    assert (done.code, done.out, done.err) == (
        1,
        "a\nc\ncareful\n",
        "Error response from daemon: No such container: b\n",
    )
    body = done.requests[0].body
    assert all(r.body == body for r in done.requests)
    assert {key: value for key, value in body.items() if value} == {
        "NanoCpus": 1_500_000_000, "Memory": 1 << 30, "MemorySwap": -1, "PidsLimit": 5, "CpuShares": 3,
        "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 2},
    }  # fmt: skip


def test_an_update_of_nothing_is_none() -> None:
    done = cli("update", "a")
    assert (done.code, done.err) == (1, "you must provide one or more flags when using this command\n")
    done = cli("update", "--restart", "on-failure:x", "a")
    assert done.err == "invalid restart policy format: maximum retry count must be an integer\n"
