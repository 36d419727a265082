"""`context`: what no context can be made of."""

from __future__ import annotations

from typing import Any

from tests.support.cli import cli


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
