"""Helper containers: those that a command left are removed by the next one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pydock.copy.local import has_ended, mark
from pydock.streams.signals import held
from tests.support.cli import cli, refused
from tests.support.copies import HELPER, archive, name_helpers, stated, with_helper


def test_the_mark_of_a_process_tells_whether_it_runs() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "from pydock.copy.local import mark; print(mark())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert has_ended(ended) and not has_ended(mark())
    host, namespace, pid, _start = mark().split("/")
    assert pid == str(os.getpid())
    assert has_ended(f"{host}/{namespace}/{pid}/1"), "the number was given to another process"
    for other in (
        f"x{host}/{namespace}/{ended.split('/')[2]}/1",
        f"{host}/pid:[0]/1/1",
        "",
        "x",
        "a/b/c/d",
        f"{host}/{namespace}/-1/1",
    ):
        assert not has_ended(other), other


def test_what_an_ended_process_left_is_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name_helpers(monkeypatch)
    host, namespace, pid, _ = mark().split("/")
    gone, here = {"pydock.helper": f"{host}/{namespace}/{pid}/1"}, {"pydock.helper": mark()}
    found = [
        {"Id": "gone", "Labels": gone},
        {"Id": "busy", "Labels": here},
        {"Id": "elsewhere", "Labels": {"pydock.helper": "other/x/1/1"}},
    ]
    pictures = [{"Id": "sha256:gone", "Size": 0, "Labels": gone}, {"Id": "sha256:none", "Size": 0, "Labels": None}]
    more: dict[Any, Any] = {
        ("GET", "/containers/json"): found, ("GET", "/images/json"): pictures, ("GET", f"{HELPER}/archive"): stated(body=archive(a="")),
        ("DELETE", "/containers/gone"): refused(409, "removal is in progress"), ("DELETE", "/images/sha256:gone"): [],
    }  # fmt: skip
    done = cli("cp", "--from-image", "i", "/a", ".", table=with_helper(more), folder=tmp_path)
    assert (done.code, done.err) == (0, "")
    asked = [r for r in done.requests if r.path.endswith("/json")]
    assert [r.query["filters"] for r in asked] == ['{"label":{"pydock.helper":true}}'] * 2 and asked[0].query[
        "all"
    ] == "1"


def test_what_cannot_be_removed_is_told_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name_helpers(monkeypatch)
    more: dict[Any, Any] = {
        ("GET", f"{HELPER}/archive"): stated(body=archive(a="")),
        ("DELETE", HELPER): refused(500, "no"),
    }
    done = cli("cp", "--from-image", "i", "/a", ".", table=with_helper(more), folder=tmp_path)
    assert (done.code, done.err) == (
        0, "WARNING: the helper container pydock-helper-00 could not be removed: Error response from daemon: no\n",
    )  # fmt: skip


def test_an_interrupt_waits_for_what_is_begun() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), held():
        signal.raise_signal(signal.SIGINT)
        done.append("begun")
    assert done == ["begun"]
    with pytest.raises(KeyboardInterrupt), held():
        for _ in range(3):
            signal.raise_signal(signal.SIGINT)
        pytest.fail("the third one ends it")
    with held():
        pass
