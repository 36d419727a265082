"""Lines of `service create`, `update`, `scale` and `rollback` as docker's own CLI did them: what is asked, sent and told, and how it ends.

tests/lines/services.py has recorded them, on the same engine of canned answers.
"""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path

import pytest

from tests.lines.compare import FILES
from tests.lines.engine import answer
from tests.lines.services import KEPT, record
from tests.support.cli import Reply, cli
from tests.support.stubs import Sent, Stubs, engine_of

RECORDS = json.loads(KEPT.read_text(encoding="utf-8"))


class Canned(Stubs):
    """The engine of tests/lines, in this process."""

    def find(self, sent: Sent) -> Reply:
        reply = answer(f"{sent.method} {sent.path}")
        return Reply(reply.body, reply.status, {"Content-Type": reply.kind})


@pytest.mark.parametrize("line", RECORDS)
def test_a_line_does_what_docker_s_did(line: str, tmp_path: Path) -> None:
    engine, folder = Canned({}), Path(os.path.realpath(tmp_path))
    done = cli(*shlex.split(line), folder=folder, files=FILES, engine=engine_of(engine), environ={"TZ": "UTC"})
    requests = [(r.method, r.path, r.query, r.body) for r in engine.requests]
    found = json.dumps(record(done.code, done.out, done.err, requests))
    assert json.loads(found.replace(str(folder), "<cwd>")) == RECORDS[line]
