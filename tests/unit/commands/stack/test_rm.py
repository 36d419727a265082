"""`stack rm`: what is removed in which order, and what cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from pydock.commands.stack import rm
from tests.support.cli import Result, any_of, cli, refused
from tests.support.samples import service, task

FOUND: dict[Any, Any] = {
    ("GET", "/services"): [service("app_web", ID="w"), service("app_db", ID="d")],
    ("GET", "/networks"): [{"Id": "n", "Name": "app_default"}],
    ("GET", "/secrets"): [{"ID": "s", "Spec": {"Name": "app_s"}}],
    ("GET", "/configs"): [{"ID": "c", "Spec": {"Name": "app_c"}}],
    **{("DELETE", path): b"" for path in ("/services/w", "/services/d", "/networks/n", "/secrets/s", "/configs/c")},
}
REMOVED = (
    "Removing service app_db\nRemoving service app_web\nRemoving secret app_s\nRemoving config app_c\n"
    "Removing network app_default\n"
)


def remove(*words: str, more: Any = None, **options: Any) -> Result:
    return cli("stack", "rm", *words, table=any_of({**FOUND, **(more or {})}), **options)


def test_services_go_first_and_networks_last() -> None:
    done = remove("app")
    assert (done.code, done.out, done.err) == (0, REMOVED, "")
    assert [r.path for r in done.requests if r.method == "DELETE"] == [
        "/services/d", "/services/w", "/secrets/s", "/configs/c", "/networks/n",
    ]  # fmt: skip
    assert {r.query["filters"] for r in done.requests if r.method == "GET"} == {
        '{"label":{"com.docker.stack.namespace=app":true}}'
    }


def test_a_stack_without_anything_is_no_failure() -> None:
    nothing = {key: [] for key in FOUND if key[0] == "GET"}
    done = remove("app", "other", more=nothing)
    assert (done.code, done.out, done.err) == (0, "", "Nothing found in stack: app\nNothing found in stack: other\n")


def test_the_rest_is_removed_where_something_cannot_be() -> None:
    """As docker writes it, without the end of the line."""
    busy = {("DELETE", "/services/d"): refused(500, "busy"), ("DELETE", "/networks/n"): refused(403, "in use")}
    done = remove("app", more=busy)
    assert (done.code, done.out) == (1, REMOVED)
    assert done.err == (
        "Failed to remove service d: Error response from daemon: busy"
        "Failed to remove network n: Error response from daemon: in use"
        "failed to remove some resources from stack: app\n"
    )


def test_old_engines_have_no_configs() -> None:
    done = remove("app", api_version="1.29")
    assert done.out == REMOVED.replace("Removing config app_c\n", "")


@pytest.mark.parametrize("name", ["", " ", "'\"'", "\t'"])
def test_a_name_of_blanks_and_quotes_is_none(name: str) -> None:
    from pydock.go.strconv import quote

    done = remove("app", name)
    assert (done.code, done.err, done.requests) == (1, f"invalid stack name: {quote(name)}\n", [])


def test_the_end_of_the_tasks_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rm, "BETWEEN", 0)
    looks = [["running", "shutdown"], ["failed", "running"], ["failed", "complete"]]

    def tasks(_: Any) -> Any:
        return [task(i, Status={"State": state}) for i, state in enumerate(looks.pop(0))]

    done = remove("--detach=false", "app", more={("GET", "/tasks"): tasks})
    assert (done.code, done.out, looks) == (0, REMOVED, [])
    lost = {("GET", "/tasks"): refused(503, "no leader")}
    done = remove("--detach=false", "app", more=lost)
    why = "failed to get tasks: Error response from daemon: no leader"
    assert (done.code, done.err) == (1, f"failed to wait on tasks of stack: app: {why}\n")
