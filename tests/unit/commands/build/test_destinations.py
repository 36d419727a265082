"""`build --output`: where results go, and where they cannot."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from pydock.buildkit import messages as m
from pydock.buildkit.call import Call
from tests.support import builder as b
from tests.support.builder import Builder, builder, said
from tests.support.cli import Result, cli

CONTAINERD = said(
    m.WORKERS.encode({"record": [{"ID": "w", "Labels": {"org.mobyproject.buildkit.worker.snapshotter": "overlayfs"}}]})
)


def sends(data: bytes, index: str = "0") -> b.Act:
    """The result, block by block, before the build is told to have gone well."""

    def act(builder: Builder, call: Call) -> None:
        sent = builder.session.call(
            "/moby.filesync.v1.FileSend/DiffCopy",
            m.DATA.encode({"data": data}),
            metadata=[("buildkit-attachable-exporter-id", index)],
        )
        while sent.receive() is not None:
            pass
        b.solved(builder, call)

    return act


def build(folder: Path, *outputs: str, **more: Any) -> Result:
    (folder / "Dockerfile").write_text("FROM scratch\n")
    (folder / "full").mkdir(exist_ok=True)
    solve = more.pop("solve", b.solved)
    with builder(folder / "s", Solve=solve, ListWorkers=CONTAINERD) as engine:
        environ = {"DOCKER_HOST": engine.host, "DOCKER_CONFIG": str(folder / ".docker")}
        flags = [word for one in outputs for word in ("-o", one)]
        return cli("build", *flags, ".", environ=environ, own_engine=True, folder=folder, **more)


@pytest.mark.parametrize(
    "outputs, problem",
    [
        (("type=local",), "dest is required for local exporter"),
        (("type=local,dest=-",), "dest cannot be stdout for local exporter"),
        (("type=local,dest=Dockerfile",), "destination directory Dockerfile is a file"),
        (("type=local,dest=Dockerfile/x",), "invalid destination directory: Dockerfile/x: "),
        (("type=oci,tar=false",), "dest is required for oci exporter"),
        (("type=oci,tar=false,dest=a", "type=oci,tar=false,dest=b"), 'oci store key "export" already exists'),
        (("type=tar,dest=full",), "destination file full is a directory"),
        (("type=tar,dest=Dockerfile/x",), "invalid destination file: Dockerfile/x: "),
        (("type=tar,dest=-", "type=oci,dest=-"), "multiple outputs configured to write to stdout"),
        (("type=tar,dest=out.tar", "type=local"), "dest is required for local exporter"),
    ],
)
def test_what_cannot_be_written(tmp_path: Path, outputs: tuple[str, ...], problem: str) -> None:
    done = build(tmp_path, *outputs)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"ERROR: failed to build: {problem}")
    assert {p.name for p in tmp_path.iterdir()} <= {"Dockerfile", "full", "s", ".docker"}


def test_an_archive_on_stdout(tmp_path: Path) -> None:
    for one in ("type=tar", "-"):
        (tmp_path / "s").unlink(missing_ok=True)
        done = build(tmp_path, one, solve=sends(b"archive\x00\xff"))
        assert done.code == 0 and done.out.encode("utf-8", "surrogateescape") == b"archive\x00\xff"


def test_no_archive_on_a_terminal(tmp_path: Path) -> None:
    done = build(tmp_path, "type=tar", tty=True)
    assert done.code == 1
    assert "dest file is required for tar exporter. refusing to write to console" in done.out


def test_an_archive_in_a_file_of_its_number(tmp_path: Path) -> None:
    """Outputs are counted without those that nothing is written of."""
    done = build(tmp_path, "type=cacheonly", "type=image,name=x", "type=tar,dest=out.tar", solve=sends(b"whole", "1"))
    assert done.code == 0, done.err
    assert (tmp_path / "out.tar").read_bytes() == b"whole"


def layout(descriptor: dict[str, Any], data: bytes) -> b.Act:
    """A blob for the layout, then the name of it."""

    def act(builder: Builder, call: Call) -> None:
        write = builder.session.call(
            m.CONTENT_SERVICE + "Write",
            m.WRITE_CONTENT.encode(
                {
                    "action": m.WRITE_COMMIT,
                    "ref": "r",
                    "total": len(data),
                    "expected": descriptor["digest"],
                    "data": data,
                }
            ),
            metadata=[("containerd-content-store-id", "export"), ("buildkit-attachable-store-id", "export")],
        )
        while write.receive() is not None:
            pass
        response = {
            "containerimage.descriptor": base64.b64encode(json.dumps(descriptor).encode()).decode(),
            "image.name": "docker.io/library/app:1",
        }
        call.send(m.SOLVED.encode({"ExporterResponse": response}))
        call.finish()

    return act


def test_a_layout_names_its_image(tmp_path: Path) -> None:
    from pydock.digests import digest_of

    data = b'{"layers": []}'
    descriptor = {
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "digest": digest_of(data),
        "size": len(data),
    }
    done = build(tmp_path, "type=oci,tar=false,dest=out", solve=layout(descriptor, data))
    assert done.code == 0, done.err
    (named,) = json.loads((tmp_path / "out" / "index.json").read_text())["manifests"]
    assert named["digest"] == descriptor["digest"]
    assert named["annotations"]["io.containerd.image.name"] == "docker.io/library/app:1"
    assert (tmp_path / "out" / "blobs" / "sha256" / descriptor["digest"][7:]).read_bytes() == data


def test_a_layout_that_nothing_is_told_of(tmp_path: Path) -> None:
    done = build(tmp_path, "type=oci,tar=false,dest=out")
    assert done.code == 1 and "invalid descriptor in the response of the engine: " in done.err
    assert not (tmp_path / "out" / "index.json").exists()
