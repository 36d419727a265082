"""`cp`: files between a container and this host."""

from __future__ import annotations

import base64

from tests.support.cli import Reply, cli, refused


def test_a_copy_of_stdin_is_not_counted() -> None:
    folder = base64.b64encode(b'{"mode": 2147484141}').decode()
    table = {
        ("HEAD", "/containers/web/archive"): Reply(headers={"X-Docker-Container-Path-Stat": folder}),
        ("PUT", "/containers/web/archive"): b"",
    }
    assert (
        cli("cp", "--quiet=false", "-", "web:/d", table=table, stdin=b"tar").err == "Successfully copied 0B to web:/d\n"
    )
    table = {("HEAD", "/containers/web/archive"): refused(404, "no")}
    assert cli("cp", "-", 'web:/"', table=table).err == 'destination "web:/"" must be a directory\n'
