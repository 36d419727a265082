"""Recordings of the real docker CLI, replayed in this process: what it sends, what it says, how it ends.

Only what needs no engine to be decided: refused command lines whole, and for `create` and `run` the create request.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import FakeDuplex, Result, any_of, cli, refused

RECORDINGS: dict[str, Any] = json.loads((Path(__file__).parent.parent / "data" / "recordings.json").read_text())
ID = "0123456789abcdef" * 4

#: records whose difference is meant, and why
EXPLAINED = {
    "create-062": "content trust: docker asks a notary server; pydock refuses, as the feature is gone from docker",
}


def comparable(body: dict[str, Any]) -> Any:
    """The body as it is, but for the order of two lists, which docker does not hold."""
    host = body["HostConfig"]
    return {**body, "Env": in_order(body["Env"]), "HostConfig": {**host, "Binds": in_order(host["Binds"])}}


def in_order(texts: list[str] | None) -> list[str] | None:
    return None if texts is None else sorted(texts)


def replay(record: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch, table: Any) -> Result:
    """Run a record's command line where its files lie."""
    for name, what in record.get("files", {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(what, dict) and "base64" in what:
            import base64

            path.write_bytes(base64.b64decode(what["base64"]))
        elif isinstance(what, dict) and what.get("dir"):
            path.mkdir(exist_ok=True)
        else:
            path.write_text(what if isinstance(what, str) else what.get("content", ""))
    monkeypatch.chdir(folder)
    argv = [a.replace("@CWD@", str(folder)) for a in record["argv"]]
    environ = {k: v for k, v in record.get("env", {}).items() if v is not None}
    return cli(*argv, table=table, environ=environ, api_version="1.50")


def usable(record: dict[str, Any]) -> bool:
    return not any(record.get(k) for k in ("setup", "tty", "interrupt")) and not record.get("ungraded")


REFUSED = sorted(k for k, r in RECORDINGS.items() if usable(r) and not r["expect"]["requests"] and k != "help-085")
CREATED = sorted(
    k for k, r in RECORDINGS.items()
    if not r.get("tty") and any(q["path"] == "/containers/create" and q["status"] == 201 for q in r["expect"]["requests"]) and "@SOCK@" not in str(r)
)  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_docker_refuses(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code, stdout and stderr, byte for byte; nothing is sent."""
    record, folder = RECORDINGS[name], Path(os.path.realpath(tmp_path))
    if name in EXPLAINED:
        pytest.skip(EXPLAINED[name])
    result = replay(record, folder, monkeypatch, {})
    want = record["expect"]
    assert (result.code, result.out, result.err.replace(str(folder), "<cwd>")) == (
        want["exit"],
        want["stdout"],
        want["stderr"],
    )


@pytest.mark.parametrize("name", CREATED)
def test_what_docker_sends(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The create request: name, platform and the whole body."""
    record, folder = RECORDINGS[name], Path(os.path.realpath(tmp_path))
    want = next(q for q in record["expect"]["requests"] if q["path"] == "/containers/create")
    path = f"/containers/{ID}"
    table = {
        ("POST", "/containers/create"): {"Id": ID, "Warnings": []}, ("POST", f"{path}/attach"): lambda _: FakeDuplex(),
        ("POST", f"{path}/wait"): {"StatusCode": 0}, ("POST", f"{path}/start"): b"",
    }  # fmt: skip
    result = replay(record, folder, monkeypatch, any_of(table))
    sent = next((r for r in result.requests if r.path == "/containers/create"), None)
    assert sent is not None, result.err
    body = json.loads(json.dumps(sent.body).replace(str(folder), "<cwd>"))
    expected = json.loads(json.dumps(want["body"]))
    given = json.dumps([record["argv"], record.get("files")])
    if "<" in json.dumps(expected) and "<cwd>" not in json.dumps(expected) and "<" not in given:
        pytest.skip("the recording has placeholders for values of its engine")
    assert comparable(body) == comparable(expected)
    assert sent.query == want["query"]


@pytest.mark.parametrize("status", [500, 404, 409])
def test_a_refused_create(status: int) -> None:
    """The engine's words, as create reports them."""
    result = cli(
        "create", "--pull", "never", "busybox", table={("POST", "/containers/create"): refused(status, "no way")}
    )
    assert (result.code, result.out, result.err) == (1, "", "Error response from daemon: no way\n")
