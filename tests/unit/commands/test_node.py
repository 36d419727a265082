"""`node`: lists, details, changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pydock.api import nodes, system
from pydock.errors import EngineError
from tests.support import samples
from tests.support.cli import any_of, cli

LEADER = {"Leader": True, "Reachability": "reachable", "Addr": "10.0.0.1:2377"}
ONE = samples.node("one", "n1", ManagerStatus=LEADER)
TWO = samples.node("two10", "n2")
TWO["Description"]["TLSInfo"]["TrustRoot"] = "old\n"
TWO["Spec"]["Availability"] = "drain"
THREE = samples.node("two9", "n3", ManagerStatus={"Reachability": "unreachable"}, Status={"State": "down"})
del THREE["Description"]["TLSInfo"]
INFO = samples.info(Swarm={"NodeID": "n1", "Cluster": {"TLSInfo": ONE["Description"]["TLSInfo"]}})
FIELDS = "{{.Hostname}} {{.Self}} {{.Status}} {{.Availability}} {{.ManagerStatus}} {{.TLSStatus}}"
NOT_MANAGER = EngineError(
    503, "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state."
)


@pytest.mark.parametrize(("flags", "asked", "out"), [
    ((), True, "ID        HOSTNAME   STATUS    AVAILABILITY   MANAGER STATUS   ENGINE VERSION\n"
               "n1 *      one        Ready     Active         Leader           28.5.2\n"
               "n3        two9       Down      Active         Unreachable      28.5.2\n"
               "n2        two10      Ready     Drain                           28.5.2\n"),
    (("-q",), False, "n1\nn3\nn2\n"), (("-q", "--format", "raw"), False, "node_id: n1\nnode_id: n3\nnode_id: n2\n"),
    (("--format", FIELDS), True, "one true Ready Active Leader Ready\ntwo9 false Down Active Unreachable Unknown\n"
                                 "two10 false Ready Drain  Needs Rotation\n"),
    (("--format", "table {{.Self}}|{{.TLSStatus}}"), True, "|TLS STATUS\ntrue|Ready\nfalse|Unknown\nfalse|Needs Rotation\n"),
])  # fmt: skip
def test_nodes_are_listed(flags: tuple[str, ...], asked: bool, out: str) -> None:
    """The manager's information is asked for only where it is shown."""
    table = {nodes.list_nodes({"role": {"x": True}}): [TWO, THREE, ONE], **({system.info(): INFO} if asked else {})}
    done = cli("node", "ls", "--filter", "role=x", *flags, table=table)
    assert (done.code, done.out, done.err) == (0, out, "")


def test_the_configuration_gives_the_format(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"nodesFormat": "<{{.Hostname}}>"}')
    for flags, out in (((), "<one>\n"), (("-q",), "n1\n"), (("--format", "{{.ID}}"), "n1\n")):
        table = any_of({nodes.list_nodes({}): [ONE], system.info(): INFO})
        assert cli("--config", str(tmp_path), "node", "ls", *flags, table=table).out == out


def test_an_empty_list_asks_for_nothing_more() -> None:
    done = cli("node", "ls", "--format", "{{.n.ID}}", table={nodes.list_nodes({}): []})
    assert (done.code, done.out) == (0, "")
    done = cli("node", "ls", "--format", "{{.n.ID}}", table={nodes.list_nodes({}): [ONE], system.info(): INFO})
    assert done.err == (
        'template parsing error: template: :1:4: executing "" at <.n.ID>: n is an unexported field of struct type *node.nodeContext\n'
    )


def test_self_is_the_node_that_is_asked() -> None:
    table = {system.info(): INFO, nodes.inspect_node("n1"): ONE}
    assert cli("node", "inspect", "self", "-f", "{{.Description.Hostname}}", table=table).out == "one\n"
    none = samples.info(Swarm={"NodeID": ""})
    done = cli("node", "inspect", "self", table={system.info(): none, nodes.list_nodes({}): NOT_MANAGER})
    assert (done.code, done.out, done.err) == (1, "[]\n", NOT_MANAGER.message + "\n")
    done = cli("node", "inspect", "self", table={system.info(): none, nodes.list_nodes({}): []})
    assert done.err == "node ID not found in /info\n"


def test_details_have_the_fields_of_docker_s_type_alone() -> None:
    out = cli("node", "inspect", "one", "-f", "json", table={nodes.inspect_node("one"): {**ONE, "Newer": 1}}).out
    assert "Newer" not in out and out.startswith('[{"ID":"n1","Version":{"Index":7},"CreatedAt":')
    for form, part in (("table", "field Self in type swarm.Node"), ("raw", "field Hostname in type swarm.Node")):
        done = cli("node", "inspect", "one", "-f", form, table={nodes.inspect_node("one"): ONE})
        assert f"can't evaluate {part}" in done.err and done.code == 1


def test_details_for_people() -> None:
    spec = {"Name": "first", "Labels": {"b": "2", "a": ""}, "Role": "manager", "Availability": "active"}
    status = {"State": "ready", "Message": "ALL well", "Addr": "10.0.0.1"}
    done = cli(
        "node", "inspect", "--pretty", "one", table={nodes.inspect_node("one"): {**ONE, "Spec": spec, "Status": status}}
    )
    assert done.out == (
        "ID:\t\t\tn1\nName:\t\t\tfirst\nLabels:\n - a\n - b=2\nHostname:              \tone\n"
        "Joined at:             \t2023-11-14 22:13:20.5 +0000 utc\nStatus:\n State:\t\t\tReady\n Message:              \tAll well\n"
        " Availability:         \tActive\n Address:\t\t10.0.0.1\nManager Status:\n Address:\t\t10.0.0.1:2377\n Raft Status:\t\tReachable\n"
        " Leader:\t\tYes\nPlatform:\n Operating System:\tlinux\n Architecture:\t\tx86_64\nResources:\n CPUs:\t\t\t2\n Memory:\t\t4GiB\nPlugins:\n"
        " Network:\t\tbridge\n Volume:\t\tlocal\nEngine Version:\t\t28.5.2\nEngine Labels:\n - disk=ssd\n"
        "TLS Info:\n TrustRoot:\npem\n\n Issuer Subject:\tYQ==\n Issuer Public Key:\tYg==\n"
    )
    bare = {"ID": "n9"}
    done = cli("node", "inspect", "--pretty", "x", table={nodes.inspect_node("x"): bare})
    assert done.code == 0 and "Resources:\n CPUs:\t\t\t0\n Memory:\t\t\nEngine Version:\t\t\n" in done.out


@pytest.mark.parametrize(("flags", "spec"), [
    ((), {}), (("--role", "manager", "--availability="), {"Role": "manager", "Availability": None}),
    (("--label-add", "a=1", "--label-add", "=x", "--label-rm", "old"), {"Labels": {"a": "1", "": "x"}}),
    # a label is added before one is removed
    (("--label-rm", "a", "--label-add", "a=1"), {}),
    (("--label-rm", "nope"), "key nope doesn't exist in node's labels\n"),
])  # fmt: skip
def test_a_node_is_updated(flags: tuple[str, ...], spec: Any) -> None:
    node = samples.node("two", "n2")
    node["Spec"]["Labels"] = {"old": ""} if "old" in flags else None
    table: Any = {nodes.inspect_node("two"): node}
    if isinstance(spec, dict):
        wanted = {key: value for key, value in {**node["Spec"], "Labels": {}, **spec}.items() if value is not None}
        table[nodes.update_node("n2", 7, wanted)] = b""
    done = cli("node", "update", *flags, "two", table=table)
    assert (done.code, done.out, done.err) == ((0, "two\n", "") if isinstance(spec, dict) else (1, "", spec))


def test_roles_are_given_up_to_the_first_failure() -> None:
    manager, worker = {**TWO["Spec"], "Role": "manager"}, {**ONE["Spec"], "Role": "worker"}
    table = any_of({
        nodes.inspect_node("one"): ONE, nodes.inspect_node("two"): TWO, nodes.update_node("n2", 7, manager): b"",
        nodes.inspect_node("no"): EngineError(404, "node no not found"),
        nodes.update_node("n1", 7, worker): EngineError(412, "attempting to demote the last manager of the swarm"),
    })  # fmt: skip
    done = cli("node", "promote", "one", "two", "no", "two", table=table)
    assert (done.code, done.out, done.err) == (
        1, "Node n1 is already a manager.\nNode two promoted to a manager in the swarm.\n", "Error response from daemon: node no not found\n",
    )  # fmt: skip
    done = cli("node", "demote", "two", "one", table=table)
    assert (done.code, done.out) == (1, "Node n2 is already a worker.\n") and "the last manager" in done.err
    table = {nodes.inspect_node("one"): ONE, nodes.update_node("n1", 7, worker): b""}
    assert cli("node", "demote", "one", table=table).out == "Manager one demoted in the swarm.\n"


def test_each_is_removed_whatever_becomes_of_the_others() -> None:
    table = {nodes.remove_node("a", True): EngineError(404, "node a not found"), nodes.remove_node("b", True): b""}
    done = cli("node", "rm", "-f", "a", "b", table=table)
    assert (done.code, done.out, done.err) == (1, "b\n", "Error response from daemon: node a not found\n")
