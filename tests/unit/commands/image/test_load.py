"""`load`: images from an archive."""

from __future__ import annotations

from pathlib import Path

from tests.support.cli import Messages, Reply, cli

#: an archive of nothing
DATA = bytes(1024)


def test_load_says_what_the_engine_says(tmp_path: Path) -> None:
    told = Reply(Messages([{"stream": "Loaded image: a:1\n"}]), headers={"Content-Type": "application/json"})
    done = cli("load", "-i", "in.tar", table={("POST", "/images/load"): told}, folder=tmp_path, files={"in.tar": DATA})
    assert (done.code, done.out, done.requests[0].content) == (0, "Loaded image: a:1\n", DATA)
    assert cli("load", "-i", "no.tar", folder=tmp_path).err == "open no.tar: no such file or directory\n"
