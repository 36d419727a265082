"""`service ls`: what is asked for, and numbers that old engines leave to the client."""

from __future__ import annotations

from typing import Any

import pytest

from pydock.api.services import list_services
from tests.support.cli import cli, refused
from tests.support.samples import node, service, task

COUNTED = {"ServiceStatus": {"RunningTasks": 1, "DesiredTasks": 2}}


def ls(*flags: str, found: Any = None, **more: Any) -> Any:
    listed = [service("web10", **COUNTED), service("web9", **COUNTED)] if found is None else found
    return cli("service", "ls", *flags, table={("GET", "/services"): listed}, **more)


def test_services_are_listed_by_name_with_numbers() -> None:
    assert ls().out.splitlines() == [
        "ID             NAME      MODE         REPLICAS   IMAGE            PORTS",
        "ssssssssssss   web9      replicated   1/2        busybox:latest   ",
        "ssssssssssss   web10     replicated   1/2        busybox:latest   ",
    ]


@pytest.mark.parametrize(
    ("flags", "out"),
    [
        (("-q",), "ssssssssssss\n" * 2),
        (("-q", "--format", "raw"), "id: ssssssssssss\n" * 2),
        (("--format", "{{.Name}} {{.Replicas}}"), "web9 1/2\nweb10 1/2\n"),
        (("--format", "table {{.Name}}"), "NAME\nweb9\nweb10\n"),
    ],
)
def test_formats(flags: tuple[str, ...], out: str) -> None:
    assert ls(*flags).out == out


def test_the_format_of_the_configuration_is_not_for_ids(tmp_path: Any) -> None:
    (tmp_path / "config.json").write_text('{"servicesFormat": "{{.Mode}}"}')
    environ = {"DOCKER_CONFIG": str(tmp_path)}
    assert ls(environ=environ).out == "replicated\nreplicated\n"
    assert ls("-q", environ=environ).out == "ssssssssssss\n" * 2


def test_numbers_are_asked_for_with_filters_unless_ids_are_enough() -> None:
    wanted = {"name": {"web": True}, "mode": {"global": True}}
    flags = ("--filter", "name=web", "-f", "mode=global")
    assert ls(*flags, found=[]).requests == [list_services(filters=dict(sorted(wanted.items())), status=True)]
    assert ls("-q", found=[service()]).requests == [list_services()]


def test_tasks_are_counted_where_the_engine_does_not() -> None:
    """Running ones count on nodes that are up; those that are to be shut down are not desired."""
    everywhere = service("all", ID="g", Spec={"Name": "all", "Mode": {"Global": {}}})
    tasks = [
        task(1, NodeID="up"), task(2, NodeID="down"), task(3, NodeID="up", Status={"State": "pending"}),
        task(4, NodeID="up", DesiredState="shutdown"), task(5, ServiceID="other"), task(0, ServiceID="g", NodeID="up"),
    ]  # fmt: skip
    table = {
        ("GET", "/services"): [everywhere, service("web")],
        ("GET", "/tasks"): tasks,
        ("GET", "/nodes"): [node(id="up"), node(id="down", Status={"State": "down"})],
    }
    done = cli("service", "ls", "--format", "{{.Name}} {{.Replicas}}", table=table, api_version="1.40")
    assert done.out == "all 1/1\nweb 2/3\n"
    assert done.requests[1].query == {"filters": '{"service":{"g":true,"sssssssssssssssssssssssss":true}}'}
    without = {("GET", "/services"): [everywhere, service("web")], ("GET", "/tasks"): []}
    done = cli("service", "ls", "--format", "{{.Name}} {{.Replicas}}", table=without, api_version="1.40")
    assert done.out == "all 0/0\nweb 0/1\n"


def test_no_manager() -> None:
    words = "This node is not a swarm manager. Use …"
    done = ls(found=refused(503, words))
    assert (done.code, done.out, done.err) == (1, "", f"Error response from daemon: {words}\n")
