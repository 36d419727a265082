"""`import`: where the archive comes from."""

from __future__ import annotations

from tests.support.cli import cli


def test_an_import_of_an_empty_name_reads_no_stdin() -> None:
    done = cli("import", "", stdin=b"x")
    assert (done.code, done.err) == (1, "open : no such file or directory\n")
