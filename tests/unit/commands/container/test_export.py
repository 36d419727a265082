"""`export`: a container's file system, to a file or to stdout."""

from __future__ import annotations

from pathlib import Path

from pydock.errors import BrokenStream
from tests.support.cli import cli, refused

#: an archive of nothing, in two pieces
DATA = bytes(10240)
TABLE = {("GET", "/containers/a/export"): [DATA[:5000], DATA[5000:]]}


def test_an_export_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    assert cli("export", "a", table=TABLE).out == DATA.decode()
    for flag in ("-o", "--output"):
        done = cli("export", flag, "out.tar", "a", table=TABLE, folder=tmp_path, files={"out.tar": "old"})
        assert (done.code, done.out, (tmp_path / "out.tar").read_bytes()) == (0, "", DATA)


def test_an_export_that_cannot_be_leaves_what_was_there(tmp_path: Path) -> None:
    for cut in ([DATA[:512]], [DATA, BrokenStream("unexpected EOF")]):
        table = {("GET", "/containers/a/export"): cut}
        done = cli("export", "-o", "out.tar", "a", table=table, folder=tmp_path, files={"out.tar": "old"})
        assert done.code == 1 and done.err and (tmp_path / "out.tar").read_text() == "old"
    gone = {("GET", "/containers/a/export"): refused(404, "No such container: a")}
    done = cli("export", "-o", "out.tar", "a", table=gone, folder=tmp_path, files={"out.tar": "old"})
    assert (done.code, done.err) == (1, "Error response from daemon: No such container: a\n")
    assert (tmp_path / "out.tar").read_text() == "old"
    done = cli("export", "-o", "no/out.tar", "a", folder=tmp_path)
    assert (done.code, done.err) == (
        1,
        "failed to export container: invalid output path: stat no: no such file or directory\n",
    )


def test_no_archive_goes_to_a_terminal(tmp_path: Path) -> None:
    for line in (("export", "a"), ("save", "a")):
        done = cli(*line, tty=True)
        assert (done.code, done.out) == (1, "cowardly refusing to save to a terminal. Use the -o flag or redirect\n")
    seen = cli("export", "-o", "out.tar", "a", table=TABLE, folder=tmp_path, tty=True).out
    assert "Exporting a" in seen and (tmp_path / "out.tar").read_bytes() == DATA
