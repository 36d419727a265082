"""`node ps`: the tasks of nodes."""

from __future__ import annotations

import json
from typing import Any

from tests.support.cli import any_of, cli, refused
from tests.support.samples import info, node, service, task

MEMBER = info(Swarm={"NodeID": "n1", "ControlAvailable": True})
TABLE = {
    ("GET", "/info"): MEMBER,
    ("GET", "/nodes/n1"): node("alpha", id="n1"),
    ("GET", "/tasks"): [task(1, ServiceID="web0", NodeID="n1")],
    ("GET", "/services/web0"): service("web"),
}


def ps(*words: str, table: Any = None) -> Any:
    return cli("node", "ps", "--format", "{{.Name}}@{{.Node}}", *words, table=any_of({**TABLE, **(table or {})}))


def test_the_own_node_is_the_default() -> None:
    done = ps("-f", "name=web")
    assert (done.code, done.out) == (0, "web.1@alpha\n")
    assert done.requests[2].query == {"filters": '{"name":{"web":true},"node":{"n1":true}}'}
    assert ps("self").out == ps().out


def test_failures_are_told_after_the_tasks() -> None:
    gone = {("GET", "/nodes/n2"): refused(404, "node n2 not found")}
    told = "Error response from daemon: node n2 not found\ninvalid node name or ID: value is empty\n"
    done = ps("n2", "", "n1", table=gone)
    assert (done.code, done.out, done.err) == (1, "web.1@alpha\n", told)
    done = ps("n2", "", table=gone)
    assert (done.code, done.out, done.err) == (1, "", told)


def test_ids_are_cut_unless_they_are_wanted_whole() -> None:
    assert cli("node", "ps", "-q", table=any_of(TABLE)).out == "t1xxxxxxxxxx\n"
    assert cli("node", "ps", "-q", "--no-trunc", table=any_of(TABLE)).out == "t1" + "x" * 23 + "\n"


def test_a_task_that_is_listed_twice_is_its_own_former_one() -> None:
    done = cli("node", "ps", "--format", "table {{.Name}}", "self", "n1", table=any_of(TABLE))
    assert done.out == "NAME\n \\_ web.1\n \\_ web.1\n"


def test_each_node_is_asked_for_with_those_before() -> None:
    """As docker does; tasks of the first nodes come again."""
    second = {("GET", "/nodes/n2"): node("beta", id="n2")}
    filters = [json.loads(r.query["filters"]) for r in ps("n1", "n2", table=second).requests if r.path == "/tasks"]
    assert filters == [{"node": {"n1": True}}, {"node": {"n1": True, "n2": True}}]


def test_an_engine_that_is_no_manager_says_so_itself() -> None:
    words = "This node is not a swarm manager. Worker nodes can't be used …"
    worker = {("GET", "/info"): info(Swarm={"LocalNodeState": "inactive"}), ("GET", "/nodes"): refused(503, words)}
    done = ps(table=worker)
    assert (done.code, done.out, done.err) == (1, "", f"Error response from daemon: {words}\n")
    worker[("GET", "/nodes")] = []
    assert ps(table=worker).err == "node ID not found in /info\n"
