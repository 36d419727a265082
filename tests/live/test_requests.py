"""The endpoints that the man pages tell of each command, where unit tests do not see them: those that --trace shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.support import asked
from tests.support.cli import program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

LINES = """
run -d --name web --network net busybox sleep 60
run --pull always --name other nosuch.invalid/image
run --rm busybox true
exec web true
network disconnect net web
recreate web --label a=b
volume clone vol clone
volume export vol
build -t built .
build --push -t nosuch.invalid/built .
pull nosuch.invalid/image
rm -f web
"""
TRACED = re.compile(r"^\[ *[0-9.]+s\] ([A-Z]+) (?:/v[0-9.]+)?(/\S*?): ", re.M)


def test_commands_ask_what_the_pages_tell(docker28: EngineProcess, pydock: Path, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM busybox\nLABEL a=b\n")
    program(pydock, "network", "create", "net", host=docker28.host)
    program(pydock, "volume", "create", "vol", host=docker28.host)
    for line in LINES.split("\n")[1:-1]:
        done = program(pydock, "--trace", *shlex.split(line), host=docker28.host, cwd=tmp_path)
        requests = [found for found in TRACED.findall(done.err.decode(errors="replace")) if found[1] != "/_ping"]
        assert requests, done
        asked.check(shlex.split(line), requests)
    for words in ("rm -f other", "volume rm vol clone", "network rm net", "rmi built"):
        program(pydock, *words.split(), host=docker28.host)
