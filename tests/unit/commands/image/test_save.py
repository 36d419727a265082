"""`save`: an archive of images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.cli import cli

#: an archive of nothing
DATA = bytes(1024)
TABLE = {("GET", "/images/get"): DATA}


def test_images_are_saved_where_it_is_asked_for(tmp_path: Path) -> None:
    done = cli("save", "a", "b", table=TABLE)
    assert (done.out, done.requests[0].query) == (DATA.decode(), {"names": ["a", "b"]})
    done = cli("save", "-o", "out.tar", "a", table=TABLE, folder=tmp_path)
    assert (done.code, done.out, (tmp_path / "out.tar").read_bytes()) == (0, "", DATA)
    done = cli("save", "-o", "no/out.tar", "a", folder=tmp_path)
    assert (done.code, done.err) == (
        1,
        "failed to save image: invalid output path: stat no: no such file or directory\n",
    )
    assert cli("save", "a", tty=True).out == "cowardly refusing to save to a terminal. Use the -o flag or redirect\n"


def platforms(version: str, *given: str) -> Any:
    flags = [word for text in given for word in ("--platform", text)]
    return cli("save", *flags, "a", table=TABLE, api_version=version).requests[0].query["platform"]


def test_newer_engines_save_several_platforms_and_older_ones_the_last() -> None:
    arm, amd = '{"architecture":"arm64","os":"linux"}', '{"architecture":"amd64","os":"linux"}'
    assert platforms("1.51", "linux/arm64", "linux/amd64") == amd
    # as where no engine answers
    lost = cli("-H", "unix:///nonexistent/s", "save", "--platform", "x", "--platform", "y", "a", own_engine=True)
    assert lost.err == 'invalid platform: "y": unknown operating system or architecture: invalid argument\n'
    assert platforms("1.52", "linux/arm64", "linux/amd64") == platforms("1.52", "linux/arm64,linux/amd64") == [arm, amd]
