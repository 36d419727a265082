"""`checkpoint`: requests and output of each verb."""

from __future__ import annotations

from pydock.api.containers import create_checkpoint, delete_checkpoint, list_checkpoints
from tests.support.cli import cli, refused

PLACE = "/containers/a/checkpoints"


def test_checkpoints_are_made_listed_and_removed() -> None:
    line = ("checkpoint", "create", "--checkpoint-dir", "/d", "--leave-running", "a", "c")
    done = cli(*line, table={("POST", PLACE): b""}, experimental=True)
    assert (done.out, done.requests) == ("c\n", [create_checkpoint("a", "c", "/d", True)])
    table = {("GET", PLACE): [{"Name": "one"}, {"Name": "two"}]}
    done = cli("checkpoint", "ls", "--checkpoint-dir", "/d", "a", table=table, experimental=True)
    assert (done.out, done.requests) == ("CHECKPOINT NAME\none\ntwo\n", [list_checkpoints("a", "/d")])
    done = cli("checkpoint", "rm", "a", "c", table={("DELETE", f"{PLACE}/c"): b""}, experimental=True)
    assert (done.code, done.out, done.requests) == (0, "", [delete_checkpoint("a", "c", "")])


def test_no_name_is_printed_of_what_was_not_made() -> None:
    table = {("POST", PLACE): refused(500, "criu is missing")}
    done = cli("checkpoint", "create", "a", "c", table=table, experimental=True)
    assert (done.code, done.out, done.err) == (1, "", "Error response from daemon: criu is missing\n")
