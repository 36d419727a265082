"""`secret`: requests, lists, details; what it shares with `config` is tested here."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from pydock.api import configs, secrets
from pydock.errors import EngineError
from tests.support import samples
from tests.support.cli import cli

NOW = 1_700_003_600.0
FOUND = [
    samples.secret("key10", "s10", Driver={"Name": "vault"}),
    samples.secret("key9", "s9", Labels={"b": "2", "a": ""}),
]


@pytest.mark.parametrize(("flags", "out"), [
    ((), "ID        NAME      DRIVER    CREATED          UPDATED\n"
         "s9        key9                59 minutes ago   59 minutes ago\ns10       key10     vault     59 minutes ago   59 minutes ago\n"),
    (("-q",), "s9\ns10\n"),
    (("--format", '{{.Name}} {{.Labels}} {{.Label "b"}}'), "key9 b=2,a= 2\nkey10  \n"),
    (("--format", "raw"), "raw\nraw\n"),
    (("-q", "--format", "json"), '{"CreatedAt":"59 minutes ago","Driver":"","ID":"s9","Labels":"b=2,a=","Name":"key9","UpdatedAt":"59 minutes ago"}\n'
                                 '{"CreatedAt":"59 minutes ago","Driver":"vault","ID":"s10","Labels":"","Name":"key10","UpdatedAt":"59 minutes ago"}\n'),
])  # fmt: skip
def test_secrets_are_listed(flags: tuple[str, ...], out: str) -> None:
    request = secrets.list_secrets({"name": {"key": True}})
    done = cli("secret", "ls", "--filter", "name=key", *flags, table={request: FOUND}, clock=lambda: NOW)
    assert (done.code, done.out, done.err) == (0, out, "")


def test_the_configuration_gives_the_formats_of_lists(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"secretFormat": "<{{.ID}}>", "configFormat": "[{{.ID}}]"}')
    table = {("GET", "/secrets"): FOUND[:1], ("GET", "/configs"): [samples.config("c")]}
    assert cli("--config", str(tmp_path), "secret", "ls", table={("GET", "/secrets"): FOUND[:1]}).out == "<s10>\n"
    assert (
        cli("--config", str(tmp_path), "config", "ls", "-q", table={("GET", "/configs"): table["GET", "/configs"]}).out
        == "config1\n"
    )
    assert (
        cli("--config", str(tmp_path), "config", "ls", table={("GET", "/configs"): table["GET", "/configs"]}).out
        == "[config1]\n"
    )


@pytest.mark.parametrize(("words", "stdin", "body"), [
    (("-l", "a=b", "-l", "c", "-l", "a=d", "x", "-"), b"\xffy", {"Name": "x", "Labels": {"a": "d", "c": ""}, "Data": "/3k="}),
    (("--template-driver", "golang", "", "-"), b"y", {"Labels": {}, "Data": "eQ==", "Templating": {"Name": "golang"}}),
    (("-d", "vault", "x"), b"", {"Name": "x", "Labels": {}, "Driver": {"Name": "vault"}}),
    (("-d", "vault", "x", ""), b"", {"Name": "x", "Labels": {}, "Driver": {"Name": "vault"}}),
])  # fmt: skip
def test_a_secret_is_created(words: tuple[str, ...], stdin: bytes, body: Any) -> None:
    done = cli("secret", "create", *words, stdin=stdin, table={secrets.create_secret(body): {"ID": "new"}})
    assert (done.code, done.out, done.err) == (0, "new\n", "")


@pytest.mark.parametrize(("words", "problem"), [
    (("x",), "secret file is required"), (("x", ""), "secret file is required"),
    (("-d", "vault", "x", "f"), "When using secret driver secret data must be empty"),
    (("x", "-"), "error reading from STDIN: data is empty"),
    (("x", "/dev/null"), "error reading from /dev/null: data is empty"),
    (("x", "/nonexistent"), "error reading from /nonexistent: open /nonexistent: no such file or directory"),
    (("x", "/"), "error reading from /: read /: is a directory"),
    (("-l", "=b", "x", "-"), "invalid argument \"=b\" for \"-l, --label\" flag: invalid label '=b': empty name\n\n"
     "Usage:  docker secret create [OPTIONS] SECRET [file|-]\n\nRun 'docker secret create --help' for more information"),
])  # fmt: skip
def test_a_secret_that_cannot_be_is_not_asked_for(words: tuple[str, ...], problem: str) -> None:
    done = cli("secret", "create", *words)
    assert (done.out, done.err, done.requests) == ("", problem + "\n", [])


@pytest.mark.parametrize(("kind", "limit"), [("secret", 512_000), ("config", 1_024_000)])
def test_no_more_is_read_than_an_engine_may_take(kind: str, limit: int) -> None:
    """A file without end is cut; whether what is left is too large the engine says."""
    refused = EngineError(400, f"{kind} data must be larger than 0 and less than {limit} bytes")
    stdin = io.BytesIO(b"x" * (3 * limit))
    done = cli(kind, "create", "x", "-", stdin=stdin.getvalue(), table={("POST", f"/{kind}s/create"): refused})
    assert (done.code, done.err) == (1, refused.message + "\n")
    assert len(done.requests[0].body["Data"]) == 2 * limit // 3 * 4 + (4 if 2 * limit % 3 else 0)


def test_details_are_json_templates_or_for_people() -> None:
    table = {secrets.inspect_secret("s"): FOUND[1]}
    assert (
        cli("secret", "inspect", "s", "-f", "{{.Spec.Name}} {{.Version}} {{.Spec.Driver}}", table=table).out
        == "key9 7 <nil>\n"
    )
    assert cli("secret", "inspect", "s", table=table).out.startswith(
        '[\n    {\n        "ID": "s9",\n        "Version": {\n'
    )
    assert cli("secret", "inspect", "--pretty", "s", table=table).out == (
        "ID:              s9\nName:              key9\nLabels:\n - a\n - b=2\nDriver:            \n"
        "Created at:        2023-11-14 22:13:20.5 +0000 utc\nUpdated at:        2023-11-14 22:13:20.5 +0000 utc\n"
    )


def test_what_cannot_be_shown_is_told_and_the_rest_is_shown() -> None:
    """With --pretty all are shown or none; every failure has the exit code 1, a bad template as well."""
    table = {secrets.inspect_secret("s"): FOUND[1], secrets.inspect_secret("n"): EngineError(404, "secret n not found")}
    refused = "Error response from daemon: secret n not found\n"
    done = cli("secret", "inspect", "-f", "{{.ID}}", "n", "s", table=table)
    assert (done.code, done.out, done.err) == (1, "s9\n", refused)
    done = cli("secret", "inspect", "--pretty", "s", "n", table=table)
    assert (done.code, done.out, done.err) == (1, "", refused)
    for form, problem in (
        ("{{", "template parsing error: template: :1: unclosed action"),
        ("prettyx", "cannot supply extra formatting options to the pretty template"),
    ):
        done = cli("secret", "inspect", "-f", form, "s")
        assert (done.code, done.out, done.err) == (1, "", problem + "\n")
    done = cli("secret", "inspect", "-f", "table", "s", table={secrets.inspect_secret("s"): FOUND[1]})
    assert 'executing "" at <.Name>: map has no entry for key "Name"' in done.err


@pytest.mark.parametrize(("kind", "remove"), [("secret", secrets.remove_secret), ("config", configs.remove_config)])
def test_each_is_removed_whatever_becomes_of_the_others(kind: str, remove: Any) -> None:
    table = {remove("a"): EngineError(400, "a is in use"), remove("b"): b""}
    for verb in ("rm", "remove"):
        done = cli(kind, verb, "a", "b", table=table)
        assert (done.code, done.out, done.err) == (1, "b\n", "Error response from daemon: a is in use\n")
    assert cli(kind, "rm", "").err == f"invalid {kind} name or ID: value is empty\n"
    old = cli(kind, "rm", "a", api_version="1.24")
    assert f"docker {kind} rm requires API version" in old.err and old.requests == []
