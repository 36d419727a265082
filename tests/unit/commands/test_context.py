"""`context`: made, changed, chosen, sent to another machine; no engine is asked."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.support.cli import Result, cli

REMOTE = "host=tcp://remote.example:2376"


@pytest.fixture
def context(tmp_path: Path) -> Any:
    def run(*argv: str, **more: Any) -> Result:
        config = more.pop("config", str(tmp_path / "config"))
        return cli("--config", config, "context", *argv, own_engine=True, folder=tmp_path, **more)

    return run


def details(context: Any, name: str) -> Any:
    return json.loads(context("inspect", name).out)[0]


def test_a_context_from_its_making_to_its_end(context: Any) -> None:
    made = context("create", "--description", "far", "--docker", REMOTE, "far")
    assert (made.code, made.out, made.err) == (0, "far\n", 'Successfully created context "far"\n')
    told = details(context, "far")
    assert told["Name"] == "far" and told["Metadata"] == {"Description": "far"}
    assert told["Endpoints"] == {"docker": {"Host": "tcp://remote.example:2376", "SkipTLSVerify": False}}
    assert context("use", "far").err == 'Current context is now "far"\n'
    listed = context("ls").out.splitlines()
    assert [line.split()[0] for line in listed[1:]] == ["default", "far"] and listed[2].startswith("far * ")
    assert context("ls", "-q").out == "default\nfar\n"
    assert context("ls", "--format", "{{.Name}}={{.DockerEndpoint}}").out.splitlines()[1] == "far=tcp://remote.example:2376"  # fmt: skip
    in_use = context("rm", "far")
    assert (in_use.code, in_use.err) == (1, 'context "far" is in use, set -f flag to force remove\n')
    assert context("rm", "-f", "far").out == "far\n" and context("show").out == "default\n"
    assert context("rm", "far").err == 'context "far" does not exist\n'
    assert context("rm", "-f", "far").code == 0


def test_removing_what_is_not_there_makes_no_folder(tmp_path: Path) -> None:
    assert (
        cli("--config", str(tmp_path / "c"), "context", "rm", "-f", "far").code == 0 and not (tmp_path / "c").exists()
    )


def test_tls_material_goes_along(context: Any, tmp_path: Path) -> None:
    authority = trustme.CA()
    us = authority.issue_cert("us.example")
    files = {"ca": authority.cert_pem, "cert": us.cert_chain_pems[0], "key": us.private_key_pem}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data.bytes())
    given = f"{REMOTE},ca=ca,cert=cert,key=key,skip-tls-verify=true"
    assert context("create", "far", "--docker", given).code == 0
    context("export", "far", "out.tar")
    assert context("import", "again", "out.tar").code == 0
    for name in ("far", "again"):
        told = details(context, name)
        assert told["TLSMaterial"] == {"docker": ["ca.pem", "cert.pem", "key.pem"]}
        assert told["Endpoints"]["docker"]["SkipTLSVerify"] is True
        place = Path(told["Storage"]["TLSPath"]) / "docker"
        assert all((place / f"{file}.pem").read_bytes() == data.bytes() for file, data in files.items())


def test_a_change_leaves_the_rest(context: Any) -> None:
    context("create", "--docker", REMOTE, "--description", "old", "far")
    changed = context("update", "--description", "new", "far")
    assert (changed.code, changed.out, changed.err) == (0, "far\n", 'Successfully updated context "far"\n')
    assert details(context, "far")["Endpoints"]["docker"]["Host"] == "tcp://remote.example:2376"
    context("update", "--docker", "host=unix:///other.sock", "far")
    told = details(context, "far")
    assert told["Metadata"] == {"Description": "new"} and told["Endpoints"]["docker"]["Host"] == "unix:///other.sock"


def test_a_copy(context: Any) -> None:
    context("create", "--docker", REMOTE, "--description", "old", "far")
    assert context("create", "--from", "far", "copy").code == 0
    assert details(context, "copy")["Metadata"] == {"Description": "old"}
    context("create", "--docker", "from=far", "engine")
    told = details(context, "engine")
    assert told["Metadata"] == {} and told["Endpoints"]["docker"]["Host"] == "tcp://remote.example:2376"
    context("create", "here", environ={"DOCKER_HOST": "unix:///here.sock"})
    told = details(context, "here")
    assert told["Metadata"] == {"Description": "Current DOCKER_HOST based configuration"}
    assert told["Endpoints"]["docker"]["Host"] == "unix:///here.sock"


def test_a_context_on_its_way_to_another_machine(context: Any, tmp_path: Path) -> None:
    context("create", "--docker", REMOTE, "--description", "far", "far")
    exported = context("export", "far")
    assert (exported.code, exported.out, exported.err) == (0, "", 'Written file "far.dockercontext"\n')
    data = (tmp_path / "far.dockercontext").read_bytes()
    assert tarfile.open(fileobj=io.BytesIO(data)).getnames()[0] == "meta.json"
    assert context("export", "far").code == 1, "what is there is not written over"
    assert (tmp_path / "far.dockercontext").read_bytes() == data
    assert context("export", "far", "-").out.encode("utf-8", "surrogateescape") == data
    for name, source, stdin in (("file", "far.dockercontext", b""), ("stdin", "-", data)):
        done = context("import", name, source, stdin=stdin)
        assert (done.code, done.out, done.err) == (0, f"{name}\n", f'Successfully imported context "{name}"\n')
        told = details(context, name)
        assert told["Name"] == name and told["Metadata"] == {"Description": "far"}
    assert context("import", "file", "-", stdin=data).err == 'context "file" already exists\n'
    refused = context("import", "bad", "-", stdin=b"nothing of the kind")
    assert refused.code == 1 and "bad" not in context("ls", "-q").out


def test_no_export_to_a_terminal(context: Any) -> None:
    done = context("export", "default", "-", tty=True)
    assert done.code == 1 and "cowardly refusing to export to a terminal, specify a file path" in done.out


@pytest.mark.parametrize(
    "argv, problem",
    [
        (("create", ""), "context name cannot be empty"),
        (("create", "default"), '"default" is a reserved context name'),
        (("create", "a b"), 'context name "a b" is invalid, names are validated against regexp "^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$"'),
        (("create", "far"), 'context "far" already exists'),
        (("create", "--from", "far", "--docker", "host=x", "new"), "cannot use --docker flag when --from is set"),
        (("create", "--docker", "hots=x", "new"), "unable to create docker endpoint config: unrecognized config key: hots"),
        (("create", "--docker", "from=none", "new"), 'unable to create docker endpoint config: context "none": context not found: '),
        (("create", "--docker", "ca=none.pem", "new"), "unable to create docker endpoint config: open none.pem: no such file or directory"),
        (("create", "--docker", f"{REMOTE},skip-tls-verify=x", "new"), 'unable to create docker endpoint config: skip-tls-verify: parsing "x": invalid syntax'),
        (("update", "none"), 'context "none": context not found: '),
        (("update", "default"), '"default" is a reserved context name'),
        (("use", "none"), 'context "none": context not found: '),
        (("use", "far", "far"), "accepts 1 arg(s), received 2"),
        (("rm", "default"), 'context "default" cannot be removed'),
        (("inspect", "none"), 'context "none": context not found: '),
        (("export", "none"), 'context "none": context not found: '),
    ],
)  # fmt: skip
def test_what_is_wrong(context: Any, tmp_path: Path, argv: tuple[str, ...], problem: str) -> None:
    context("create", "--docker", REMOTE, "far")
    done = context(*argv)
    assert done.code == 1 and done.err.startswith(problem), done.err
    assert context("ls", "-q").out == "default\nfar\n" and {p.name for p in tmp_path.iterdir()} == {"config"}


def test_a_current_context_that_is_gone_is_listed(context: Any, tmp_path: Path) -> None:
    done = context("ls", environ={"DOCKER_CONTEXT": "gone"})
    line = next(line for line in done.out.splitlines() if line.startswith("gone *"))
    assert done.code == 0 and 'context "gone": context not found' in line and line.endswith("…")


def test_what_the_environment_overrides(context: Any) -> None:
    context("create", "--docker", REMOTE, "far")
    environ = {"DOCKER_HOST": "unix:///here.sock"}
    for argv in (("ls",), ("use", "far")):
        done = context(*argv, environ=environ)
        assert done.code == 0
        assert "Warning: DOCKER_HOST environment variable overrides the active context. " in done.err
    assert "unix:///here.sock" in context("ls", environ=environ).out


def test_an_export_of_a_missing_context_leaves_no_file(tmp_path: Any) -> None:
    target = tmp_path / "f"
    done = cli("--config", str(tmp_path), "context", "export", "nope", str(target))
    assert done.code == 1 and 'context "nope": context not found' in done.err and not target.exists()


def test_a_context_is_not_made_of_settings_that_cannot_be(tmp_path: Any) -> None:
    config, made = (
        ("--config", str(tmp_path), "context", "create", "ctx", "--docker"),
        "unable to create docker endpoint config: ",
    )
    (tmp_path / "text").write_text("text")
    for setting, wrong in (
        ("host=npipe:////./pipe/x", "unable to apply docker endpoint options: protocol not available"),
        ("host=unix://", "unable to apply docker endpoint options: unable to parse docker host `unix://`"),
        ("host=tcp://a:b", 'invalid docker endpoint options: parse "tcp://a:b": invalid port ":b" after host'),
        (
            "host=ssh://",
            "invalid docker endpoint options: ssh host connection is not valid: invalid SSH URL: hostname is empty",
        ),
        ("host=a,b", "unable to apply docker endpoint options: unable to parse docker host `a,b`"),
        ("host=://", 'invalid docker endpoint options: parse "://": missing protocol scheme'),
        ("host=ssh://a:b", 'invalid docker endpoint options: parse "ssh://a:b": invalid port ":b" after host'),
        ("skip-tls-verify=", 'skip-tls-verify: parsing "": invalid syntax'),
        (
            f"host=tcp://a:1,ca={tmp_path}/text",
            "invalid docker endpoint options: failed to retrieve context tls info: ca.pem seems invalid",
        ),
        (
            f"host=tcp://a:1,cert={tmp_path}/text,key={tmp_path}/text",
            "invalid docker endpoint options: no valid private key found",
        ),
        (f"ca={tmp_path}", f"read {tmp_path}: is a directory"),
    ):
        assert cli(*config, setting).err == f"{made}{wrong}\n"
    done = cli(*config, "")
    assert done.code == 125 and done.err.startswith(
        'invalid argument "" for "--docker" flag:  must be formatted as key=value\n'
    )
    assert not (tmp_path / "contexts").exists()
    # what nothing is encrypted with is not looked at
    assert cli(*config, f"host=unix:///x,ca={tmp_path}/text").code == 0


def test_what_no_context_can_be_made_of_in_docker_words(tmp_path: Any) -> None:
    files = {"folder/x": "", "zip": b"PK\x03\x04", "empty": ""}
    for source, words in (
        ("folder", "read folder: is a directory"),
        ("zip", "zip: not a valid zip file"),
        ("empty", "invalid context: no metadata found"),
    ):
        done = cli("--config", str(tmp_path / "c"), "context", "import", "new", source, folder=tmp_path, files=files)
        assert (done.code, done.err) == (1, f"{words}\n")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("ls", "open {}: not a directory"), ("rm x", "failed to remove context x: failed to remove metadata: open {}: not a directory"),
        ("rm -f x", "failed to remove context x: failed to remove metadata: open {}: not a directory"),
    ],
)  # fmt: skip
def test_contexts_that_cannot_be_read_are_no_empty_list(line: str, told: str, tmp_path: Path) -> None:
    """Where the configuration folder is a file."""
    (tmp_path / "file").write_text("")
    warning = f"WARNING: Error loading config file: open {tmp_path}/file/config.json: not a directory\n"
    done = cli("--config", str(tmp_path / "file"), "context", *line.split())
    assert done == Result(1, "", f"{warning}{told.format(f'{tmp_path}/file/contexts/meta')}\n")


def test_details_of_a_context_need_no_current_one(tmp_path: Path) -> None:
    done = cli("--config", str(tmp_path), "-c", "nosuch", "context", "inspect", "default", own_engine=True)
    assert (done.code, json.loads(done.out)[0]["Name"], done.err) == (0, "default", "")
