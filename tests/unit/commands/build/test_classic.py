"""`build` with DOCKER_BUILDKIT=0: what the engine's own builder is asked, and what is shown of its answer."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from pytest_httpx import HTTPXMock

from pydock.commands.build.classic import build_query
from pydock.commands.build.options import ClassicBuildOptions
from tests.support.cli import Messages, Result, cli, refused

DIGEST = "sha256:" + "a" * 64
BUILT = Messages(
    [{"stream": "Step 1/1 : FROM scratch\n"}, {"aux": {"ID": DIGEST}}, {"stream": "Successfully built aaaaaaaaaaaa\n"}]
)


def build(folder: Path, *argv: str, answer: Any = BUILT, context: str = ".", **more: Any) -> Result:
    (folder / "Dockerfile").write_text("FROM scratch\n")
    environ = {"DOCKER_BUILDKIT": "0", **more.pop("environ", {})}
    table = {("POST", "/build"): answer} if answer is not None else {}
    config = ("--config", str(folder / ".docker"))
    done = cli(*config, "build", *argv, context, table=table, environ=environ, folder=folder, **more)
    notice, _, done.err = done.err.partition("environment-variable.\n\n")
    assert more.get("tty") or notice.startswith("DEPRECATED: The legacy builder is deprecated")
    return done


def names(data: bytes) -> set[str]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return set(archive.getnames())


def test_what_the_engine_is_asked(tmp_path: Path) -> None:
    done = build(
        tmp_path, "-t", "app", "--build-arg", "A=1", "--label", "b=2", "--label", "a=1", "--ulimit", "nofile=1:2",
        "--cache-from", "x,y", "--network", "host", "--rm=false", "--memory", "5m", "--target", "end", "--add-host", "h:1.2.3.4",
    )  # fmt: skip
    assert done.code == 0, done.err
    (asked,) = done.requests
    query = {
        "version": "1", "t": "app", "dockerfile": "Dockerfile", "rm": "0", "memory": str(5 << 20), "networkmode": "host", "target": "end",
        "extrahosts": "h:1.2.3.4", "labels": '{"a":"1","b":"2"}', "cachefrom": '["x","y"]',
    }  # fmt: skip
    assert {k: asked.query[k] for k in query} == query
    assert json.loads(str(asked.query["buildargs"])) == {"A": "1"}
    assert json.loads(str(asked.query["ulimits"])) == [{"Name": "nofile", "Hard": 2, "Soft": 1}]
    assert "Dockerfile" in names(asked.content)
    assert done.out.startswith("Sending build context to Docker daemon ") and "Step 1/1 : FROM scratch\n" in done.out


def test_a_context_that_is_compressed(tmp_path: Path) -> None:
    (asked,) = build(tmp_path, "--compress").requests
    assert "Dockerfile" in names(gzip.decompress(asked.content))


def test_a_quiet_build(tmp_path: Path) -> None:
    """Nothing but the last line of what was said, unless it fails: then all of it."""
    done = build(tmp_path, "-q", "--iidfile", "iid", answer=Messages([{"stream": f"{DIGEST}\n"}]))
    assert (done.code, done.out, done.err) == (0, f"{DIGEST}\n", "")
    assert (tmp_path / "iid").read_text().strip() == DIGEST
    lost = Messages([{"stream": "Step 1/1 : RUN x\n"}, {"errorDetail": {"code": 3, "message": "it failed"}}])
    done = build(tmp_path, "-q", "--iidfile", "iid", answer=lost)
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("Sending build context to Docker daemon ") and "Step 1/1 : RUN x\n" in done.err
    assert done.err.endswith("it failed\n") and not (tmp_path / "iid").exists()


def test_an_id_that_is_not_told_cannot_be_written(tmp_path: Path) -> None:
    answer = Messages([{"stream": "Successfully built aaaa\n"}])
    assert build(tmp_path, answer=answer).code == 0
    done = build(tmp_path, "--iidfile", "iid", answer=answer)
    assert (done.code, done.err) == (1, "Server did not provide an image ID. Cannot write iid\n")


def test_a_terminal_sees_the_context_go(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * (3 << 20))
    done = build(tmp_path, tty=True)
    assert done.code == 0 and done.out.count("Sending build context to Docker daemon") >= 2
    assert "3.1" in done.out and "Step 1/1 : FROM scratch" in done.out


@pytest.mark.parametrize(
    "argv, problem",
    [
        (("-f", "-"), "invalid argument: can't use stdin for both build context and dockerfile"),
        (("--disable-content-trust=false",), "content trust"),
    ],
)
def test_what_cannot_be(tmp_path: Path, argv: tuple[str, ...], problem: str) -> None:
    done = build(tmp_path, *argv, answer=None, context="-")
    assert done.code == 1 and problem in done.err and done.requests == []


def test_a_context_from_the_web(tmp_path: Path, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(url="https://web.example/Dockerfile", content=b"FROM scratch\nLABEL a=b\n")
    done = build(tmp_path, context="https://web.example/Dockerfile")
    assert done.code == 0, done.err
    assert done.out.startswith("Downloading build context from remote url: https://web.example/Dockerfile ")
    (asked,) = done.requests
    with tarfile.open(fileobj=io.BytesIO(asked.content)) as archive:
        (name,) = archive.getnames()
        member = archive.extractfile(name)
        assert member and member.read() == b"FROM scratch\nLABEL a=b\n" and asked.query["dockerfile"] == name


def test_a_refusal(tmp_path: Path) -> None:
    done = build(tmp_path, answer=refused(400, "no such stage"))
    assert done.code == 1 and done.err == "Error response from daemon: no such stage\n"


def test_an_engine_that_refuses_a_classic_build(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x\n")
    done = cli("build", str(tmp_path), table={("POST", "/build"): refused(400, "no")}, environ={"DOCKER_BUILDKIT": "0"})
    assert (done.code, done.out) == (1, "Sending build context to Docker daemon  2.048kB\r\r\n") and done.err.endswith(
        "Error response from daemon: no\n"
    )


def test_the_file_of_an_image_id_goes_before_the_context_is_looked_for(tmp_path: Path) -> None:
    """As CLI 28.2 does it; but a line that cannot be leaves it alone."""
    iid = tmp_path / "iid"
    iid.write_text("old")
    done = cli("build", "--iidfile", str(iid), "-f", "-", "-", environ={"DOCKER_BUILDKIT": "0"})
    assert (done.code, done.err.splitlines()[-1]) == (
        1,
        "invalid argument: can't use stdin for both build context and dockerfile",
    ) and iid.exists()
    done = cli("build", "--iidfile", str(iid), "", environ={"DOCKER_BUILDKIT": "0"})
    assert (done.code, done.err.splitlines()[-1]) == (
        1,
        'unable to prepare context: path "" not found',
    ) and not iid.exists()


def test_the_last_label_of_a_name_wins() -> None:
    o = ClassicBuildOptions(label=("b", "a=2", "a=1"), context=".")
    assert build_query(o, "Dockerfile", {})["labels"] == '{"a":"1","b":""}'
