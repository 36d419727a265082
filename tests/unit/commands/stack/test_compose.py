"""Compose files: what docker (28.2) writes, says and sends for each document of the corpus, pydock does too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pydock.errors import EngineError
from tests.support.cli import Result, any_of, cli
from tests.support.composed import ENVIRON, RECORDED, Case, answer, cases, in_order, told
from tests.support.stubs import Sent

CASES = {case.name: case for case in cases()}
KEPT: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))


def test_every_document_is_recorded() -> None:
    assert list(CASES) == list(KEPT) and len(CASES) > 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files lie; those of "../" have a place of their own too."""
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def run(case: Case, verb: str, folder: Path, requests: list[dict[str, Any]]) -> Result:
    case.write(folder)

    def reply(sent: Sent) -> Any:
        query = {k: json.loads(v) if k == "filters" and isinstance(v, str) else v for k, v in sent.query.items()}
        status, found = answer(sent.method, sent.path, query)
        return found if status < 300 else EngineError(status, found["message"])

    table = any_of({(request["method"], request["path"]): reply for request in requests})
    return cli(
        *case.argv(verb),
        table=table,
        environ=ENVIRON,
        stdin=case.stdin.encode(),
        folder=folder,
        api_version="1.50",
    )


@pytest.mark.parametrize("name", CASES)
def test_config(name: str, folder: Path) -> None:
    kept = KEPT[name]["config"]
    done = run(CASES[name], "config", folder, [])
    seen = done.code, told(done.out, str(folder)), told(done.err, str(folder))
    assert seen == (kept["exit"], kept["out"], kept["err"])


@pytest.mark.parametrize("name", CASES)
def test_deploy(name: str, folder: Path) -> None:
    kept = KEPT[name]["deploy"]
    done = run(CASES[name], "deploy", folder, kept["requests"])
    assert (done.code, told(done.err, str(folder))) == (kept["exit"], kept["err"])
    assert sorted(told(done.out, str(folder)).splitlines()) == kept["out"].splitlines()
    sent = [{"method": r.method, "path": r.path, "query": dict(r.query), "body": r.body} for r in done.requests]
    for request in sent:
        if "filters" in request["query"]:
            request["query"]["filters"] = json.loads(request["query"]["filters"])
    wanted = [{key: one[key] for key in ("method", "path", "query", "body")} for one in kept["requests"]]
    assert in_order(json.loads(told(json.dumps(sent), str(folder)))) == wanted
