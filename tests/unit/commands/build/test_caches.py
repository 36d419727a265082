"""`build --cache-from`, `--cache-to`: what the engine is told of caches, and what of them lies in folders here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pydock.buildkit import messages as m
from pydock.buildkit.call import Call
from pydock.commands.build.caches import with_environment
from pydock.flags import builds
from tests.support import builder as b
from tests.support.builder import Builder, builder, said
from tests.support.cli import Result, cli

LABELS = {"org.mobyproject.buildkit.worker.snapshotter": "overlayfs"}
CONTAINERD = said(m.WORKERS.encode({"record": [{"ID": "w", "Labels": LABELS}]}))
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64


def index(folder: Path, **tags: str) -> None:
    """A layout whose index has these tags."""
    folder.mkdir()
    entries = [
        {"mediaType": "t", "digest": d, "size": 1, "annotations": {"org.opencontainers.image.ref.name": tag}}
        for tag, d in tags.items()
    ]
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": entries}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')


def build(folder: Path, *argv: str, solve: b.Act = b.solved) -> tuple[Result, Builder]:
    (folder / "Dockerfile").write_text("FROM scratch\n")
    (folder / "s").unlink(missing_ok=True)
    with builder(folder / "s", Solve=solve, ListWorkers=CONTAINERD) as engine:
        environ = {"DOCKER_HOST": engine.host, "DOCKER_CONFIG": str(folder / ".docker")}
        return cli("build", *argv, ".", environ=environ, own_engine=True, folder=folder), engine


def cache(engine: Builder, which: str) -> Any:
    return [(c["Type"], c["Attrs"]) for c in m.SOLVE.decode(engine.asked["Control/Solve"])["Cache"][which]]


def test_a_cache_in_a_folder_is_named_by_its_digest(tmp_path: Path) -> None:
    index(tmp_path / "c", latest=ONE, other=TWO)
    for text, digest in (("", ONE), (",tag=other", TWO), (f",digest={TWO}", TWO)):
        done, engine = build(tmp_path, "--cache-from", f"type=local,src=c{text}")
        assert done.code == 0, done.err
        ((kind, attributes),) = cache(engine, "Imports")
        assert (kind, attributes["src"], attributes["digest"]) == ("local", "c", digest)


def test_a_cache_that_is_not_there_is_no_reason_not_to_build(tmp_path: Path) -> None:
    done, engine = build(tmp_path, "--cache-from", "type=local,src=none", "--cache-from", "reg.example/app")
    assert done.code == 0
    assert "WARNING: local cache import at none not found due to err: " in done.err
    assert cache(engine, "Imports") == [("registry", {"ref": "reg.example/app"})]


def test_a_folder_without_the_tag(tmp_path: Path) -> None:
    index(tmp_path / "c", other=TWO)
    done, engine = build(tmp_path, "--cache-from", "type=local,src=c")
    assert done.code == 1 and 'requires either explicit digest, "latest" tag or custom tag on index.json' in done.err
    assert "Control/Solve" not in engine.asked


def test_a_cache_cannot_be_kept_in_a_file(tmp_path: Path) -> None:
    done, engine = build(tmp_path, "--cache-to", "type=local,dest=Dockerfile")
    assert (done.code, done.err) == (1, "ERROR: failed to build: mkdir Dockerfile: not a directory\n")
    assert "Control/Solve" not in engine.asked


def test_what_was_written_is_named(tmp_path: Path) -> None:
    """After the build, by the tag that was wished for; others of the same folder stay."""
    index(tmp_path / "c", other=TWO)

    def solve(builder: Builder, call: Call) -> None:
        manifest = json.dumps({"mediaType": "t", "digest": ONE, "size": 3})
        call.send(m.SOLVED.encode({"ExporterResponse": {"cache.manifest": manifest, "containerimage.digest": ONE}}))
        call.finish()

    for text in ("", ",tag=mine"):
        done, engine = build(tmp_path, "--cache-to", f"type=local,dest=c{text}", solve=solve)
        assert done.code == 0, done.err
        assert cache(engine, "Exports")[0][1]["dest"] == "c"
    entries = json.loads((tmp_path / "c" / "index.json").read_text())["manifests"]
    named = {e["annotations"]["org.opencontainers.image.ref.name"]: e["digest"] for e in entries}
    assert named == {"other": TWO, "latest": ONE, "mine": ONE}


def test_a_build_that_fails_names_nothing(tmp_path: Path) -> None:
    index(tmp_path / "c", latest=TWO)
    before = (tmp_path / "c" / "index.json").read_bytes()
    done, _ = build(tmp_path, "--cache-to", "type=local,dest=c", solve=b.refusal(b.UNKNOWN, "no"))
    assert done.code == 1 and (tmp_path / "c" / "index.json").read_bytes() == before


@pytest.mark.parametrize(("text", "environ", "attributes"), [
    ("type=gha", {}, None), ("type=gha", {"ACTIONS_RUNTIME_TOKEN": "t"}, None), ("type=gha,url=u", {}, None),
    ("type=gha", {"ACTIONS_RUNTIME_TOKEN": "t", "ACTIONS_CACHE_URL": "u"}, {"token": "t", "url": "u"}),
    ("type=gha", {"ACTIONS_RUNTIME_TOKEN": "t", "ACTIONS_RESULTS_URL": "r"}, {"token": "t", "url": "r"}),
    ("type=gha,scope=s", {"ACTIONS_RUNTIME_TOKEN": "t", "ACTIONS_RESULTS_URL": "r", "ACTIONS_CACHE_SERVICE_V2": "True"}, {"token": "t", "url_v2": "r", "url": "r", "scope": "s"}),
    ("type=gha,version=1", {"ACTIONS_RUNTIME_TOKEN": "t", "ACTIONS_RESULTS_URL": "r", "ACTIONS_CACHE_SERVICE_V2": "1"}, {"token": "t", "url": "r", "version": "1"}),
    ("type=gha,token=x,url=y,version=2", {"ACTIONS_RUNTIME_TOKEN": "t", "ACTIONS_CACHE_URL": "u"}, {"token": "x", "url": "y", "version": "2"}),
    ("type=local,src=x", {"ACTIONS_RUNTIME_TOKEN": "t"}, {"src": "x"}),
])  # fmt: skip
def test_caches_of_githubs_runners(text: str, environ: dict[str, str], attributes: dict[str, str] | None) -> None:
    found = with_environment(builds.caches(text)[0], environ)
    assert (found and found.attributes) == attributes
