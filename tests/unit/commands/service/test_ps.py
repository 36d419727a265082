"""`service ps`: which services are meant, and the tree of their tasks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.cli import any_of, cli, refused
from tests.support.samples import info, node, service, task

NOW = 1_700_000_005.0
WEB = service("web", ID="web0")
FORMER = {"CreatedAt": "2023-11-14T22:13:10Z", "DesiredState": "shutdown"}
FAILED = {"State": "failed", "Err": "task: non-zero exit (3), and more", "Timestamp": "2023-11-14T22:13:15Z"}
TASKS = [
    task(10, ServiceID="web0", NodeID="n1"), task(1, ServiceID="web0", NodeID="n1", ID="old", **FORMER, Status=FAILED),
    task(1, ServiceID="web0", NodeID="n1"),
]  # fmt: skip
TABLE = {
    ("GET", "/services"): [WEB],
    ("GET", "/tasks"): TASKS,
    ("GET", "/services/web0"): WEB,
    ("GET", "/nodes/n1"): node("alpha"),
}


def ps(*words: str, **more: Any) -> Any:
    return cli("service", "ps", *words, table=any_of({**TABLE, **more.pop("table", {})}), clock=lambda: NOW, **more)


def test_former_tasks_are_below_the_current_one_of_their_slot() -> None:
    assert ps("web").out.splitlines() == [
        "ID             NAME        IMAGE            NODE      DESIRED STATE   CURRENT STATE           ERROR                              PORTS",
        "t1xxxxxxxxxx   web.1       busybox:latest   alpha     Running         Running 5 seconds ago                                      ",
        'old             \\_ web.1   busybox:latest   alpha     Shutdown        Failed 10 seconds ago   "task: non-zero exit (3), and …"   ',
        "t10xxxxxxxxx   web.10      busybox:latest   alpha     Running         Running 5 seconds ago                                      ",
    ]


@pytest.mark.parametrize(
    ("flags", "out"),
    [
        ("-q", f"t1{'x' * 23}\nold\nt10{'x' * 22}\n"),
        ("--format {{.Name}}", "web.1\nweb.1\nweb.10\n"),
        ("--no-resolve --format {{.Name}}@{{.Node}}", "web0.1@n1\nweb0.1@n1\nweb0.10@n1\n"),
    ],
)
def test_formats(flags: str, out: str) -> None:
    assert ps("web", *flags.split()).out == out


def test_no_trunc_shows_errors_and_ids_in_full() -> None:
    line = ps("--no-trunc", "--format", "{{.ID}} {{.Error}}", "web").out.splitlines()[1]
    assert line == 'old "task: non-zero exit (3), and more"'


def test_each_name_is_asked_for_once() -> None:
    paths = [request.path for request in ps("web").requests]
    assert paths == ["/services", "/services", "/tasks", "/services/web0", "/nodes/n1"]


def test_an_id_that_cannot_be_resolved_stands_for_itself() -> None:
    gone = {("GET", "/services/web0"): refused(404, "gone"), ("GET", "/nodes/n1"): refused(404, "gone")}
    assert ps("web", "--format", "{{.Name}}@{{.Node}}", table=gone).out.splitlines()[0] == "web0.1@n1"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("web",), ""),
        (("web0",), ""),
        (("we",), ""),
        (("nosuch", "web", "neither"), "no such service: nosuch\nno such service: neither\n"),
    ],
)
def test_services_by_id_name_and_beginning_of_an_id(words: tuple[str, ...], told: str) -> None:
    done = ps(*words)
    assert (done.code, done.err) == (1 if told else 0, told)
    assert json.loads(done.requests[2].query["filters"]) == {"service": {"web0": True}}


def test_no_service_at_all_asks_for_no_tasks() -> None:
    done = ps("no", "such")
    assert (done.code, done.out, done.err) == (1, "", "no such service: no\nno such service: such\n")
    assert len(done.requests) == 2


def test_a_beginning_of_several_ids_is_refused() -> None:
    done = ps("we", table={("GET", "/services"): [WEB, service("other", ID="web1")]})
    assert (done.code, done.err) == (1, "multiple services found with provided prefix: we\n")


def test_the_own_node_is_a_filter() -> None:
    swarm = info(Swarm={"NodeID": "n1", "ControlAvailable": True})
    done = ps("-f", "node=self", "-f", "desired-state=running", "web", table={("GET", "/info"): swarm})
    wanted = '{"desired-state":{"running":true},"node":{"n1":true},"service":{"web0":true}}'
    assert {"filters": wanted} in [request.query for request in done.requests]


def test_the_struct_of_a_row_is_an_error() -> None:
    """docker's type has a method Error, by which Go prints it."""
    assert ps("web", "--format", "{{.}}").out == '\n"task: non-zero exit (3), and …"\n\n'
