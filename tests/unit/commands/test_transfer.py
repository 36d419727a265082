"""--json of pull, push, save and load: what each line has, and the last one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Messages, cli, refused

STEP = {"status": "Downloading", "id": "abc", "progressDetail": {"current": 5, "total": 10}, "progress": "[==>  ]"}
LINE = {"id": "abc", "status": "Downloading", "current": 5, "total": 10}
NO_LINE = {"id": None, "current": None, "total": None}


def lines(done: Any) -> list[Any]:
    assert (done.code, done.err) == (0, ""), done.err
    return [json.loads(line) for line in done.out.splitlines()]


def pull(
    *flags: str,
    table: Any = None,
    told: tuple[Any, ...] = ({"status": "Digest: sha256:d"}, {"status": "Status: Downloaded newer image for a"}),
) -> Any:
    return cli("pull", *flags, "a", table=table or {("POST", "/images/create"): Messages([STEP, *told])})


def test_a_pull() -> None:
    result = {"reference": "docker.io/library/a:latest", "digest": "sha256:d", "updated": True}
    assert lines(pull("--json")) == [
        LINE, {**NO_LINE, "status": "Digest: sha256:d"}, {**NO_LINE, "status": "Status: Downloaded newer image for a"}, {"result": result},
    ]  # fmt: skip
    assert lines(pull("--json=id,current")) == [{"id": "abc", "current": 5}]
    assert lines(pull("--json=result.digest")) == [{"result.digest": "sha256:d"}]
    assert (
        lines(pull("--json=result", told=({"status": "Status: Image is up to date for a"},)))[0]["result"]["updated"]
        is False
    )
    assert lines(pull("--json=result", told=()))[0]["result"] == {**result, "digest": None, "updated": None}
    # the containerd store counts seconds while it unpacks
    assert (
        lines(
            pull("--json", told=({"status": "Extracting", "id": "x", "progressDetail": {"current": 3, "units": "s"}},))
        )[1]["current"]
        is None
    )


def test_errors_are_no_lines() -> None:
    done = pull("--json", told=({"errorDetail": {"message": "unexpected EOF"}, "error": "unexpected EOF"},))
    assert (done.code, json.loads(done.out), done.err) == (1, LINE, "unexpected EOF\n")
    done = pull("--json", table={("POST", "/images/create"): refused(404, "no")})
    assert (done.code, done.out, done.err) == (1, "", "Error response from daemon: no\n")


def push(*line: str, told: tuple[Any, ...]) -> Any:
    return cli("push", *line, table={("POST", "/images/r.example/a/push"): Messages(told)})


def test_a_push() -> None:
    aux = (
        {"aux": {"Tag": "1", "Digest": "sha256:d", "Size": 527}},
        {"aux": {"Tag": "2", "Digest": "sha256:e", "Size": 528}},
    )
    assert lines(push("--json", "r.example/a:1", told=(STEP, aux[0]))) == [
        LINE,
        {"result": {"reference": "r.example/a:1", "digest": "sha256:d", "bytes": 527}},
    ]
    assert [one["result"]["reference"] for one in lines(push("--json", "-a", "r.example/a", told=aux))] == [
        "r.example/a:1",
        "r.example/a:2",
    ]
    assert lines(push("--json", "r.example/a", told=(STEP,)))[1:] == [
        {"result": {"reference": "r.example/a:latest", "digest": None, "bytes": None}}
    ]
    # notes are for people: they go to stderr
    done = push("--json=result", "r.example/a", told=({"aux": {"contentMissing": True}},))
    assert len(done.out.splitlines()) == 1 and "multiple platform" in done.err


def test_a_load(tmp_path: Path) -> None:
    told = Messages([{"stream": "Loaded image: a:1\n"}, {"stream": "Loaded image ID: sha256:x\n"}])
    done = cli(
        "load",
        "--json",
        "-i",
        "a.tar",
        table={("POST", "/images/load"): told},
        files={"a.tar": "12345"},
        folder=tmp_path,
    )
    assert lines(done) == [
        {"id": None, "status": "Loading", "current": 5, "total": 5}, {**NO_LINE, "status": "Loaded image: a:1"}, {**NO_LINE, "status": "Loaded image ID: sha256:x"},
        {"result": {"images": ["a:1"], "ids": ["sha256:x"]}},
    ]  # fmt: skip
    assert done.requests[0].query == {"quiet": "0"} and done.requests[0].content == b"12345"


def test_a_save(tmp_path: Path) -> None:
    done = cli(
        "save", "--json", "-o", "a.tar", "a", table={("GET", "/images/get"): [bytes(1024), bytes(512)]}, folder=tmp_path
    )
    first, *_, last = lines(done)
    assert first == {"id": None, "status": "Saving a", "current": 1024, "total": None} and last == {
        "result": {"path": "a.tar", "bytes": 1536}
    }
    assert (tmp_path / "a.tar").stat().st_size == 1536
    done = cli("save", "--json", "a")
    assert (done.code, done.out) == (
        125,
        "",
    ) and done.err == "--json needs a file, -o FILE: without one the archive itself goes to stdout\n"


def test_jq_picks_the_result() -> None:
    pytest.importorskip("jq")
    assert pull("--jq", "select(.result).result.digest").out == "sha256:d\n"


def test_quiet_is_the_contrary() -> None:
    assert cli("pull", "-q", "--json", "a").err.startswith(
        "conflicting options: --json and --quiet cannot be given together\n"
    )
