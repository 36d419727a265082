"""`stack ls`, `stack services` and `stack ps`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cli import Result, any_of, cli
from tests.support.samples import node, service, task

LABEL = "com.docker.stack.namespace"
COUNTED = {"ServiceStatus": {"RunningTasks": 1, "DesiredTasks": 2}}


def of_stack(name: str, stack: str) -> dict[str, Any]:
    found = service(name, **COUNTED)
    return {**found, "Spec": {**found["Spec"], "Labels": {LABEL: stack}}}


def ls(*flags: str, found: Any = None) -> Result:
    listed = [of_stack("a", "web10"), of_stack("b", "web9"), of_stack("c", "web10")] if found is None else found
    return cli("stack", "ls", *flags, table={("GET", "/services"): listed})


@pytest.mark.parametrize(
    ("flags", "out"),
    [
        ((), "NAME      SERVICES\nweb9      1\nweb10     2\n"),
        (("--format", "table {{.Services}}"), "SERVICES\n1\n2\n"),
        (("--format", "{{.Name}}={{.Services}}"), "web9=1\nweb10=2\n"),
        (("--format", "json"), '{"Name":"web9","Services":"1"}\n{"Name":"web10","Services":"2"}\n'),
        (("--format", "raw"), "raw\nraw\n"),
    ],
)
def test_stacks_are_counted_by_the_label_of_their_services(flags: tuple[str, ...], out: str) -> None:
    done = ls(*flags)
    assert (done.code, done.out) == (0, out)
    assert done.requests[0].query == {"filters": f'{{"label":{{"{LABEL}":true}}}}'}


def test_a_service_without_the_label_is_told() -> None:
    done = ls(found=[service("a")])
    assert (done.code, done.err) == (1, f"cannot get label {LABEL} for service {service('a')['ID']}\n")


def test_the_services_of_a_stack() -> None:
    table = {("GET", "/services"): [of_stack("app_b", "app"), of_stack("app_a", "app")]}
    done = cli("stack", "services", "-f", "label=x", "--format", "{{.Name}} {{.Replicas}}", "app", table=table)
    assert (done.code, done.out) == (0, "app_a 1/2\napp_b 1/2\n")
    filters = f'{{"label":{{"{LABEL}=app":true,"x":true}}}}'
    assert done.requests[0].query == {"filters": filters, "status": "true"}
    assert cli("stack", "services", "-q", "app", table=table).requests[0].query == {
        "filters": filters.replace(',"x":true', "")
    }


def test_a_stack_without_services_or_tasks() -> None:
    done = cli("stack", "services", "app", table={("GET", "/services"): []})
    assert (done.code, done.out, done.err) == (0, "", "Nothing found in stack: app\n")
    done = cli("stack", "ps", "app", table={("GET", "/tasks"): []})
    assert (done.code, done.out, done.err) == (1, "", "nothing found in stack: app\n")


def test_the_tasks_of_a_stack() -> None:
    table = {
        ("GET", "/tasks"): [task(2, ServiceID="w", NodeID="n"), task(1, ServiceID="w", NodeID="n")],
        ("GET", "/services/w"): service("app_web"),
        ("GET", "/nodes/n"): node("alpha"),
    }
    done = cli("stack", "ps", "--format", "{{.Name}}@{{.Node}}", "-f", "name=x", "app", table=any_of(table))
    assert (done.code, done.out) == (0, "app_web.1@alpha\napp_web.2@alpha\n")
    assert done.requests[0].query == {"filters": f'{{"label":{{"{LABEL}=app":true}},"name":{{"x":true}}}}'}


@pytest.mark.parametrize("verb", ["services", "ps", "deploy"])
def test_a_name_is_looked_at_first(verb: str) -> None:
    done = cli("stack", verb, "''")
    assert (done.code, done.err) == (1, "invalid stack name: \"''\"\n")


def test_a_file_is_needed() -> None:
    for words in (("config",), ("deploy", "app")):
        done = cli("stack", *words)
        assert (done.code, done.err) == (1, "Specify a Compose file (with --compose-file)\n")
    assert cli("stack", "config", "-c", "/nonexistent").err == "open /nonexistent: no such file or directory\n"
