"""`service inspect`: JSON, templates and the readable form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.cli import cli, refused
from tests.support.samples import network, service

GONE = refused(404, "service b not found")


def inspect(*words: str, **more: Any) -> Any:
    return cli("service", "inspect", *words, table={("GET", "/services/web"): service("web")}, **more)


def test_json_holds_the_fields_of_go_in_its_order() -> None:
    done = cli("service", "inspect", "web", table={("GET", "/services/web"): service("web", Future=1)})
    assert done.requests[0].query == {"insertDefaults": "true"}
    [shown] = json.loads(done.out)
    assert list(shown) == ["ID", "Version", "CreatedAt", "UpdatedAt", "Spec", "Endpoint"]
    assert (
        cli("service", "inspect", "--format", "json", "web", table={("GET", "/services/web"): service()}).out[0] == "["
    )


def test_fields_of_the_newest_engines() -> None:
    spec = {
        **service()["Spec"],
        "TaskTemplate": {"ContainerSpec": {"Image": "a"}, "Resources": {"SwapBytes": 5, "MemorySwappiness": 0}},
        "Networks": [{"Target": "n"}],
    }
    table = {("GET", "/services/web"): service("web", Spec=spec)}
    form = "{{json .Spec.TaskTemplate.Resources}}"
    done = cli("service", "inspect", "-f", form, "web", table=table, api_version="1.52")
    assert done.out == '{"SwapBytes":5,"MemorySwappiness":0}\n'
    assert cli("service", "inspect", "-f", form, "web", table=table).out == "{}\n"
    done = cli("service", "inspect", "web", table=table, api_version="1.52")
    [shown] = json.loads(done.out)
    assert "Networks" not in shown["Spec"] and shown["Spec"]["TaskTemplate"]["Resources"]["SwapBytes"] == 5


@pytest.mark.parametrize(
    ("form", "out"),
    [("{{.Spec.Name}} {{.Version}}", "web 11\n"), ("raw{{.ID}}", "s" * 25 + "\n"), ("{{.Spec.Mode.Replicated.Replicas}}", "1\n")],
)  # fmt: skip
def test_templates(form: str, out: str) -> None:
    assert inspect("-f", form, "web").out == out


def test_what_is_not_there_is_told_after_the_rest() -> None:
    table = {("GET", "/services/web"): service("web"), ("GET", "/services/b"): GONE}
    done = cli("service", "inspect", "-f", "{{.Spec.Name}}", "b", "web", table=table)
    assert (done.code, done.out, done.err) == (1, "web\n", "Error: no such service: b\n")
    done = cli("service", "inspect", "--pretty", "web", "b", table=table)
    assert (done.code, done.out, done.err) == (1, "", "Error: no such service: b\n")
    done = cli("service", "inspect", "b", table={("GET", "/services/b"): refused(503, "not a manager")})
    assert (done.code, done.out, done.err) == (1, "[]\n", "Error response from daemon: not a manager\n")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--pretty", "-f", "x"), "--format is incompatible with human friendly format"),
        (("-f", "{{"), "template parsing error: template: :1: unclosed action"),
        (("-f", "pretty{{.ID}}"), "Cannot supply extra formatting options to the pretty template"),
    ],
)
def test_forms_that_cannot_be(flags: tuple[str, ...], words: str) -> None:
    done = cli("service", "inspect", *flags, "web")
    assert (done.code, done.err) == (1, words + "\n")


def test_the_readable_form_names_networks(tmp_path: Any) -> None:
    """Asked for by a flag, a format, or the configuration."""
    template = {"ContainerSpec": {"Image": "a"}, "Networks": [{"Target": "n1"}, {"Target": "n2"}]}
    table = {
        ("GET", "/services/web"): service("web", Spec={**service()["Spec"], "TaskTemplate": template}),
        ("GET", "/networks/n1"): network("front", Id="n1"),
        ("GET", "/networks/n2"): refused(404, "network n2 not found"),
    }
    (tmp_path / "config.json").write_text('{"serviceInspectFormat": "pretty"}')
    for flags in (("--pretty",), ("-f", "pretty"), ()):
        done = cli("service", "inspect", *flags, "web", table=table, environ={"DOCKER_CONFIG": str(tmp_path)})
        assert "\nNetworks: front n2 \n" in done.out and done.out.endswith("\n\n")
        assert done.requests[1].query == {"scope": "swarm"}
