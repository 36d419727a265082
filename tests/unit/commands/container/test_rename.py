"""`rename`."""

from __future__ import annotations

from pydock.api.containers import rename_container
from tests.support.cli import cli, refused


def test_a_rename_takes_names_without_blanks() -> None:
    done = cli("rename", " a", "b ", table={("POST", "/containers/a/rename"): b""})
    assert (done.code, done.out, done.requests) == (0, "", [rename_container("a", "b")])
    for names in ((" ", "b"), ("a", "")):
        assert cli("rename", *names).err == "Error: Neither old nor new names may be empty\n"


def test_a_rename_that_is_refused_names_the_container() -> None:
    done = cli("rename", "a", "b", table={("POST", "/containers/a/rename"): refused(409, "in use")})
    assert (done.code, done.err) == (
        1,
        "Error response from daemon: in use\nError: failed to rename container named a\n",
    )
