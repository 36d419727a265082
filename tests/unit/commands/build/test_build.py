"""`build` on an engine with BuildKit: what it is asked, what is told and written of its answers."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from pydock.buildkit import messages as m
from pydock.buildkit.call import Call
from tests.support import builder as b
from tests.support.builder import DIGEST, Builder, builder, chunks, http, progress, refusal, said
from tests.support.cli import Result, cli

CONTAINERD = {"org.mobyproject.buildkit.worker.snapshotter": "overlayfs"}
BEGUN = 1_700_000_000 * 10**9
STEP = {"digest": "d", "name": "[1/1] RUN x", "started": BEGUN}
STATUS = m.STATUS_RESPONSE.encode(
    {
        "vertexes": [STEP, {**STEP, "completed": BEGUN + 10**9}],
        "logs": [{"vertex": "d", "timestamp": BEGUN, "stream": 1, "msg": b"hello\n"}],
        "warnings": [{"vertex": "d", "level": 1, "short": b"it is old", "url": "https://example.com/old"}],
    }
)


def worker(labels: dict[str, str]) -> b.Act:
    return said(m.WORKERS.encode({"record": [{"ID": "w", "Labels": labels}]}))


def build(
    folder: Path, *argv: str, api: dict[str, b.Act] | None = None, environ: dict[str, str] | None = None, **more: Any
) -> tuple[Result, Builder]:
    """Build the folder, which has a Dockerfile."""
    (folder / "Dockerfile").write_text("FROM scratch\n")
    (folder / ".dockerignore").write_text("s\n")
    with builder(folder / "s", **(api or {})) as engine:
        world = {"DOCKER_HOST": engine.host, "DOCKER_CONFIG": str(folder / ".docker"), **(environ or {})}
        argv = argv if argv[-1:] == ("-",) else (*argv, ".")
        done = cli("build", *argv, environ=world, own_engine=True, folder=folder, **more)
    return done, engine


def solve(engine: Builder) -> Any:
    return m.SOLVE.decode(engine.asked["Control/Solve"])


def test_what_buildkit_is_asked(tmp_path: Path) -> None:
    done, engine = build(
        tmp_path, "-q", "-t", "app", "--target", "end", "--build-arg", "A=1", "--label", "l=v", "--network", "host",
        "--no-cache", "--add-host", "h:host-gateway",
        api={"ListWorkers": worker({"org.mobyproject.buildkit.worker.moby.host-gateway-ip": "10.0.0.1"})},
    )  # fmt: skip
    assert (done.code, done.out, done.err) == (0, f"{DIGEST}\n", "")
    request = solve(engine)
    assert request["Exporters"] == [{"Type": "moby", "Attrs": {"name": "app"}}]
    assert request["Frontend"] == "dockerfile.v0" and request["Entitlements"] == ["network.host"]
    assert request["Ref"] and request["Session"]
    wanted = {
        "build-arg:A": "1", "label:l": "v", "target": "end", "force-network-mode": "host", "no-cache": "",
        "add-hosts": "h=10.0.0.1", "image-resolve-mode": "local", "filename": "Dockerfile",
    }  # fmt: skip
    assert {k: v for k, v in request["FrontendAttrs"].items() if not k.startswith(("vcs", "local"))} == wanted


def test_an_engine_with_containerds_store_attests(tmp_path: Path) -> None:
    for environ, attributes in (({}, "mode=min,inline-only=true"), ({"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}, None)):
        (tmp_path / "s").unlink(missing_ok=True)
        done, engine = build(tmp_path, api={"ListWorkers": worker(CONTAINERD)}, environ=environ)
        assert done.code == 0
        assert solve(engine)["FrontendAttrs"].get("attest:provenance") == attributes


def test_how_a_build_is_shown(tmp_path: Path) -> None:
    done, _ = build(tmp_path, "--iidfile", "iid", "--progress", "plain", api={"Status": said(STATUS)})
    assert done.code == 0 and done.out == ""
    lines = done.err.splitlines()
    assert lines[0] == '#0 building with "default" instance using docker driver'
    assert "#1 [1/1] RUN x" in lines and any(line.endswith("hello") for line in lines) and "#1 DONE 1.0s" in lines
    assert "1 warning found (use docker --debug to expand)" in done.err and " - it is old\n" in done.err
    assert (tmp_path / "iid").read_text() == DIGEST


def test_raw_json(tmp_path: Path) -> None:
    done, _ = build(tmp_path, "--progress", "rawjson", api={"Status": said(STATUS)})
    told = [json.loads(line) for line in done.err.splitlines()]
    assert [v["name"] for message in told for v in message.get("vertexes", [])] == ["[1/1] RUN x"] * 2
    assert [base64.b64decode(one["data"]) for message in told for one in message.get("logs", [])] == [b"hello\n"]


def test_the_live_view_of_a_terminal(tmp_path: Path) -> None:
    done, _ = build(tmp_path, api={"Status": said(STATUS)}, tty=True)
    assert done.code == 0
    assert "FINISHED" in done.out and "[1/1] RUN x" in done.out and "docker:default" in done.out
    assert done.out.rfind("\x1b[?25h") > done.out.rfind("\x1b[?25l")


def test_flags_that_buildkit_does_without(tmp_path: Path) -> None:
    done, _ = build(tmp_path, "-q", "--squash", "--isolation", "x", "--security-opt", "y")
    assert done.code == 0
    assert [line.partition(" is ")[0] for line in done.err.splitlines()] == [
        "WARNING: isolation flag",
        "WARNING: security-opt flag",
        "WARNING: experimental flag squash",
    ]


@pytest.mark.parametrize(
    "argv, words",
    [
        (("--builder", "other"), 'no builder "other" found'),
        (("--no-cache", "--no-cache-filter", "x"), "failed to build: --no-cache and --no-cache-filter cannot currently be used together"),
        (("--iidfile", "i", "-o", "out"), "local and tar exporters are incompatible with image ID file"),
        (("-q", "--progress", "plain"), "progress=plain and quiet cannot be used together"),
        (("--progress", "tty"), "failed to get console: provided file is not a console"),
        (("--progress", "x"), "invalid progress mode x"),
        (("--push",), "failed to build: tag is needed when pushing to registry"),
        (("--build-arg", "=x"), 'invalid key-value pair "=x": empty key'),
        (("--annotation", "x"), "failed to build: parse annotations: "),
    ],
)  # fmt: skip
def test_what_cannot_be_built(tmp_path: Path, argv: tuple[str, ...], words: str) -> None:
    done, engine = build(tmp_path, *argv)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"ERROR: {words}")
    assert "Control/Solve" not in engine.asked


@pytest.mark.parametrize(
    "status, reason, code, told",
    [
        (2, "no such thing", 1, "failed to solve: no such thing"),
        (8, "too much", 102, "failed to solve: ResourceExhausted: too much"),
        (13, "broken", 100, "failed to solve: Internal: broken"),
        (1, "gone", 130, "failed to solve: Canceled: gone"),
        (2, "failed to solve with frontend x", 1, "failed to solve: rpc error: code = Unknown desc = failed to solve with frontend x"),
    ],
)  # fmt: skip
def test_a_build_that_fails(tmp_path: Path, status: int, reason: str, code: int, told: str) -> None:
    done, _ = build(tmp_path, "-q", "--iidfile", "iid", api={"Solve": refusal(status, reason)})
    assert (done.code, done.out) == (code, "")
    assert done.err == f"ERROR: failed to build: {told}\n"
    assert not (tmp_path / "iid").exists()


def test_the_metadata_file(tmp_path: Path) -> None:
    record = {"predicateType": "https://slsa.dev/provenance/v0.2", "predicate": {"builder": 1, "metadata": 2}}
    descriptor = {"digest": DIGEST, "annotations": {"in-toto.io/predicate-type": record["predicateType"]}}
    event = m.HISTORY_EVENT.encode({"record": {"Ref": "r", "Result": {"Attestations": [descriptor]}}})
    api = {
        "ListenBuildHistory": said(event),
        "Read": said(m.CONTENT.encode({"data": json.dumps(record).encode()})),
        "Status": said(STATUS),
    }
    for wish, provenance in (("min", {"builder": 1}), ("max", {"builder": 1, "metadata": 2}), ("0", None)):
        (tmp_path / "s").unlink(missing_ok=True)
        environ = {"BUILDX_METADATA_PROVENANCE": wish, "BUILDX_METADATA_WARNINGS": "1"}
        done, _ = build(tmp_path, "--metadata-file", "meta", api=api, environ=environ)
        assert done.code == 0, done.err
        told = json.loads((tmp_path / "meta").read_text())
        assert told["containerimage.digest"] == DIGEST and told["buildx.build.ref"].startswith("default/default/")
        assert told.get("buildx.build.provenance") == provenance
        assert len(told["buildx.build.warnings"]) == 1


def pushed(*messages: Any) -> dict[str, b.Act]:
    """An engine that pushes in its own way; what it says of that, and then of the image, here and in the registry."""
    told = {"Id": DIGEST, "RepoDigests": ["x"], "Descriptor": {"digest": "sha256:" + "b" * 64}}
    return {"push": chunks(*progress(*messages)), "json": http("200 OK", json.dumps(told).encode())}


def test_a_push_by_the_engine(tmp_path: Path) -> None:
    layers = (
        {"id": "l", "status": "Pushing", "progressDetail": {"current": 1, "total": 2}},
        {"id": "l", "status": "Pushed"},
        {"id": "other", "status": "Preparing"},
    )
    done, engine = build(tmp_path, "-t", "reg.example/app", "--push", "--metadata-file", "meta", api=pushed(*layers))
    assert done.code == 0, done.err
    assert "#1 pushing reg.example/app with docker" in done.err and "#1 pushing layer l 2B / 2B" in done.err
    assert json.loads((tmp_path / "meta").read_text())["containerimage.digest"] == "sha256:" + "b" * 64
    assert solve(engine)["Exporters"][0]["Attrs"]["push"] == "true"


def test_a_push_that_fails(tmp_path: Path) -> None:
    done, _ = build(tmp_path, "-t", "app", "--push", api=pushed({"errorDetail": {"message": "denied"}}))
    assert done.code == 1
    assert "#1 ERROR: denied" in done.err and done.err.endswith("ERROR: failed to build: denied\n")


def asked(metadata: dict[str, bytes], refusal: b.Act | None = None) -> dict[str, b.Act]:
    """An engine whose frontend answers a question within a build, which ends when that is told."""

    def answers(builder: Builder, call: Call) -> None:
        if "LLBBridge" not in call.path:
            builder.caught.wait(20)
            b.solved(builder, call)
        elif refusal:
            refusal(builder, call)
        else:
            said(m.BRIDGE_SOLVED.encode({"result": {"metadata": metadata}}))(builder, call)

    def over(builder: Builder, call: Call) -> None:
        builder.caught.set()
        said(b"")(builder, call)

    return {"Solve": answers, "Ping": said(b""), "Return": over}


@pytest.mark.parametrize(
    "argv, status, code, out",
    [
        (("--call", "check"), b"0", 0, "Check complete, no warnings found.\n"),
        (("--check",), b"3", 3, "Check complete, no warnings found.\n"),
        (("--call", "check,ignorestatus=true"), b"3", 0, "Check complete, no warnings found.\n"),
        (("--call", "check,format=json"), b"0", 0, "{}\n"),
    ],
)
def test_questions_about_a_dockerfile(
    tmp_path: Path, argv: tuple[str, ...], status: bytes, code: int, out: str
) -> None:
    """The frontend answers, nothing is built; what it found is the code of the command."""
    answer = {"result.json": b"{}", "result.txt": b"", "result.statuscode": status}
    done, engine = build(tmp_path, "--progress", "quiet", *argv, api=asked(answer))
    assert done.code == code and done.out.endswith(out), (done.out, done.err)
    question = m.BRIDGE_SOLVE.decode(engine.asked["LLBBridge/Solve"])
    assert question["Frontend"] == "dockerfile.v0" and question["FrontendOpt"]["requestid"] == "frontend.lint"


def test_a_question_that_is_refused(tmp_path: Path) -> None:
    done, engine = build(tmp_path, "--check", api=asked({}, refusal(2, "what is that?")))
    assert done.code == 1 and "failed to solve: what is that?" in done.err
    assert m.BRIDGE_RETURN.decode(engine.asked["LLBBridge/Return"])["error"]["message"] == "what is that?"


REST = {"grpc": http("404 No", b'{"message": "page not found"}')}


def test_an_engine_that_takes_builds_over_rest_alone(tmp_path: Path) -> None:
    """Docker 18.09: the same build as a query, its steps among the lines of the answer."""
    lines = progress(
        {"id": "moby.buildkit.trace", "aux": base64.b64encode(STATUS).decode()},
        {"id": "moby.image.id", "aux": {"ID": DIGEST}},
    )
    done, engine = build(tmp_path, "-t", "app", "--iidfile", "iid", api={**REST, "build": chunks(*lines)})
    assert done.code == 0, done.err
    assert "#1 [1/1] RUN x" in done.err and (tmp_path / "iid").read_text() == DIGEST
    assert "POST /build" in engine.requests


@pytest.mark.parametrize(
    "line, code, told",
    [
        ({"errorDetail": {"message": "no such thing"}}, 1, "failed to solve: no such thing"),
        ({"error": "context canceled"}, 130, "failed to solve: Canceled: context canceled"),
        ({"id": "moby.buildkit.trace", "aux": "/w=="}, 1, "malformed message of the engine: "),
        ({"stream": "x"}, 1, "the engine ended its response without an image ID"),
    ],
)
def test_builds_over_rest_that_fail(tmp_path: Path, line: Any, code: int, told: str) -> None:
    done, _ = build(tmp_path, "-q", api={**REST, "build": chunks(*progress(line))})
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"ERROR: failed to build: {told}")


def test_what_rest_cannot_carry(tmp_path: Path) -> None:
    done, engine = build(tmp_path, "--call", "check", api=REST)
    assert done.code == 1 and "does not support: --call" in done.err
    assert "POST /build" not in engine.requests


NO_BUILDKIT = {"session": http("404 No", b'{"message": "page not found"}'), "grpc": http("404 No")}


def test_an_engine_without_buildkit(tmp_path: Path) -> None:
    """Its own builder is used, and that is told; not where BuildKit was asked for."""
    lines = progress({"stream": "Step 1/1 : FROM scratch\n"}, {"aux": {"ID": DIGEST}})
    api = {**NO_BUILDKIT, "build": chunks(*lines)}
    done, engine = build(tmp_path, "--iidfile", "iid", api=api)
    assert done.code == 0 and f"The daemon at {engine.host} does not support BuildKit" in done.err
    assert "Step 1/1 : FROM scratch" in done.out and (tmp_path / "iid").read_text() == DIGEST
    (tmp_path / "s").unlink()
    done, engine = build(tmp_path, api=api, environ={"DOCKER_BUILDKIT": "1"})
    assert done.code == 1 and "BuildKit" in done.err and "POST /build" not in engine.requests


@pytest.mark.parametrize(
    "argv, environ, word",
    [
        (("--secret", "id=x,env=HOME"), {}, "--secret requires BuildKit"),
        (("--no-cache-filter", "x"), {}, "--no-cache-filter requires BuildKit"),
        (("--print", "check"), {}, "--print requires BuildKit"),
        ((), {"EXPERIMENTAL_BUILDKIT_SOURCE_POLICY": "policy.json"}, "a source policy (EXPERIMENTAL_BUILDKIT_SOURCE_POLICY) requires BuildKit"),
        (("--label", "=x"), {}, "invalid"),
    ],
)  # fmt: skip
def test_what_only_buildkit_can_do(tmp_path: Path, argv: tuple[str, ...], environ: dict[str, str], word: str) -> None:
    done, engine = build(tmp_path, *argv, api=NO_BUILDKIT, environ=environ, files={"policy.json": '{"rules": []}'})
    assert done.code == 1 and done.err.startswith(f"ERROR: {word}"), done.err
    assert "POST /build" not in engine.requests


def test_another_refusal_of_the_session(tmp_path: Path) -> None:
    done, _ = build(tmp_path, api={"session": http("500 No", b'{"message": "no"}')})
    assert done.code == 1 and done.err.startswith("ERROR: failed to build: unable to upgrade to h2c, received 500")


def test_policies_that_cannot_be_read(tmp_path: Path) -> None:
    name = "EXPERIMENTAL_BUILDKIT_SOURCE_POLICY"
    for path, words in (("missing", "failed to read policy file: "), ("Dockerfile", "failed to parse source policy Dockerfile: ")):  # fmt: skip
        (tmp_path / "s").unlink(missing_ok=True)
        done, engine = build(tmp_path, environ={name: path})
        assert done.code == 1 and f"ERROR: failed to build: {words}" in done.err and not engine.asked
