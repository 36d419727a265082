"""`plugin`: what a plugin wants, and what it is called."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Messages, Reply, any_of, cli, refused
from tests.support.samples import plugin

PRIVILEGES = [{"Name": "network", "Value": ["host"]}]
SSHFS = plugin("vieux/sshfs:latest", Enabled=False, PluginReference="docker.io/vieux/sshfs:latest")
DONE = Messages([{"status": "Complete"}])


def test_a_plugin_is_asked_for_as_it_is_named() -> None:
    """No tag is thought of on the way; who does not grant what it wants is told so. What it is called then, the engine says."""
    table = {
        ("GET", "/plugins/privileges"): PRIVILEGES,
        ("POST", "/plugins/pull"): Reply(DONE, headers={"docker-plugin-name": "fs:1"}),
        ("POST", "/plugins/fs:1/enable"): b"",
    }
    done = cli("plugin", "install", "vieux/sshfs", table=table, stdin=b"y\n")
    assert (done.code, [r.query.get("remote") for r in done.requests[:2]]) == (0, ["docker.io/vieux/sshfs"] * 2)
    assert done.out.startswith('Plugin "vieux/sshfs" is requesting the following privileges:\n - network: [host]\n')
    assert done.requests[1].query["name"] == ""
    done = cli("plugin", "install", "vieux/sshfs", table=any_of(table), stdin=b"n\n")
    assert (done.code, done.err, len(done.requests)) == (
        1,
        "permission denied while installing plugin docker.io/vieux/sshfs\n",
        1,
    )
    table = any_of({**table, ("POST", "/plugins/pull"): DONE})
    for words, code in (([], 1), (["--disable", "a", "A=b"], 1), (["--disable", "a"], 0)):
        done = cli("plugin", "install", "--grant-all-permissions", *(words or ["a"]), table=table)
        assert (done.code, done.err) == (code, "invalid plugin name or ID: value is empty\n" * code)


def test_an_upgrade_of_a_plugin_names_it_as_docker_does() -> None:
    path = "/plugins/vieux/sshfs:latest/upgrade"
    table = {("GET", "/plugins/x/json"): SSHFS, ("GET", "/plugins/privileges"): [], ("POST", path): DONE}
    table = any_of(table)
    done = cli("plugin", "upgrade", "x", table=table)
    assert done.out.splitlines()[-1] == "Upgraded plugin vieux/sshfs:latest to docker.io/vieux/sshfs:latest"
    done = cli("plugin", "upgrade", "--skip-remote-check", "x", "vieux/sshfs", table=table)
    assert done.out.splitlines()[-1] == "Upgraded plugin vieux/sshfs:latest to vieux/sshfs"
    assert done.requests[-1].query["remote"] == "docker.io/vieux/sshfs"
    # a no is no failure
    done = cli("plugin", "upgrade", "x", "other", table=table, stdin=b"n\n")
    assert (done.code, done.err, len(done.requests)) == (0, "", 1)
    local = cli("plugin", "upgrade", "x", table={("GET", "/plugins/x/json"): {**SSHFS, "PluginReference": ""}})
    assert local.err == "error parsing remote upgrade image reference: invalid reference format\n"


def test_plugin_create_takes_more_words_than_it_reads(tmp_path: Any) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "file").write_text("")
    for place, wrong in (
        ("link", "context must be a directory"),
        ("file", "context must be a directory"),
        ("none", f"lstat {tmp_path}/none: no such file or directory"),
    ):
        assert cli("plugin", "create", "x", f"{tmp_path}/{place}", "more").err == wrong + "\n"
    assert (
        cli("plugin", "create", "x", str(tmp_path)).err == f"open {tmp_path}/config.json: no such file or directory\n"
    )
    (tmp_path / "some").mkdir()
    assert (
        cli("plugin", "create", "x", "", folder=tmp_path / "some").err
        == "open config.json: no such file or directory\n"
    )
    assert (
        cli("plugin", "create", "x", str(tmp_path / "file" / "y")).err == f"lstat {tmp_path}/file/y: not a directory\n"
    )
    assert cli("plugin", "create", "x").err.startswith(
        "docker: 'docker plugin create' requires at least 2 arguments\n\nUsage:  docker plugin create [OPTIONS] PLUGIN PLUGIN-DATA-DIR\n"
    )


def test_plugins_are_switched_set_and_removed() -> None:
    for line, method, path, query, body in (
        ("enable --timeout 5 x", "POST", "enable", {"timeout": "5"}, None), ("disable -f x", "POST", "disable", {"force": "1"}, None),
        ("set x A=b C=d", "POST", "set", {}, ["A=b", "C=d"]), ("rm -f x", "DELETE", "", {"force": "1"}, None),
    ):  # fmt: skip
        done = cli("plugin", *line.split(), table={(method, f"/plugins/x/{path}".rstrip("/")): b""})
        assert (done.out, done.requests[0].query, done.requests[0].body) == (
            "" if path == "set" else "x\n",
            query,
            body,
        )
    assert cli("plugin", "enable", "--timeout", "-1", "x").err == "negative timeout -1 is invalid\n"


def test_plugins_are_listed_by_name() -> None:
    found = [plugin(name, Config={"Description": "d"}) for name in ("x10:1", "x9:1")]
    table = {("GET", "/plugins"): found}
    done = cli("plugin", "ls", "--filter", "enabled=true", "--format", "{{.Name}} {{.Enabled}}", table=table)
    assert (done.out, done.requests[0].query) == ("x9:1 true\nx10:1 true\n", {"filters": '{"enabled":{"true":true}}'})
    done = cli("plugin", "inspect", "-f", "{{.Name}}", "x", table={("GET", "/plugins/x/json"): SSHFS})
    assert done.out == "vieux/sshfs:latest\n"


def test_a_plugin_is_packed_with_all_its_files(tmp_path: Path) -> None:
    files = {"p/config.json": "{}", "p/rootfs/bin/x": "x"}
    for flags in ((), ("--compress",)):
        done = cli(
            "plugin",
            "create",
            *flags,
            "me/x",
            "p",
            table={("POST", "/plugins/create"): b""},
            folder=tmp_path,
            files=files,
        )
        assert (done.out, done.requests[0].query) == ("me/x\n", {"name": "me/x"})
        with tarfile.open(fileobj=io.BytesIO(done.requests[0].content), mode="r:gz" if flags else "r:") as tar:
            assert {"config.json", "rootfs/bin/x"} <= {name.removeprefix("./") for name in tar.getnames()}


@pytest.mark.parametrize(("config", "words"), [
    ("", "EOF"), ("{", "unexpected EOF"), ("x", "invalid character 'x' looking for beginning of value"),
    ("[1]", "json: cannot unmarshal array into Go value of type types.PluginConfig"),
    ('{"description":3}', "json: cannot unmarshal number into Go struct field PluginConfig.Description of type string"),
])  # fmt: skip
def test_a_configuration_that_is_none(tmp_path: Path, config: str, words: str) -> None:
    files = {"p/config.json": config, "p/rootfs/x": "x"}
    assert cli("plugin", "create", "x", "p", folder=tmp_path, files=files).err == f"{words}\n"
    # what follows the first value is for the engine to judge
    done = cli(
        "plugin",
        "create",
        "x",
        "p",
        folder=tmp_path,
        files={"p/config.json": "{} x"},
        table={("POST", "/plugins/create"): b""},
    )
    assert done.out == "x\n"


def test_what_cannot_be_done_with_a_plugin() -> None:
    table = {("GET", "/plugins/x/json"): refused(404, "plugin x not found")}
    assert (
        cli("plugin", "upgrade", "x", table=table).err
        == "error reading plugin data: Error response from daemon: plugin x not found\n"
    )
    table = {("GET", "/plugins/x/json"): {**SSHFS, "Enabled": True}}
    assert cli("plugin", "upgrade", "x", table=table).err == "the plugin must be disabled before upgrading\n"
    assert cli("plugin", "push", f"x@sha256:{'f' * 64}").err == f"invalid name: x@sha256:{'f' * 64}\n"
    done = cli("plugin", "push", "me/x", table={("POST", "/plugins/me/x:latest/push"): DONE})
    assert (done.code, done.out) == (0, "Complete\n")
    for line in ("install", "upgrade", "push"):
        done = cli("plugin", line, "--disable-content-trust=false", "x")
        assert done.code and "trust" in done.err and not done.requests
