"""`image send` between real engines: the same image arrives, runs, and can be given away again."""

from __future__ import annotations

import io
import json
import tarfile
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.test_engines import Client
from tests.support import engines
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def containerd() -> Iterator[EngineProcess]:
    """Docker 28.5 with containerd's image store."""
    with engines.running(
        "docker-28", Path(tempfile.mkdtemp(prefix="pd-")), "--feature", "containerd-snapshotter=true"
    ) as engine:
        yield engine


@pytest.mark.parametrize(
    "source, target, missing_only",
    [
        ("docker28", "docker20", True), ("docker20", "docker28", True), ("docker28", "containerd", False), ("containerd", "docker28", False),
        ("docker28", "podman", False),
    ],
)  # fmt: skip
def test_an_image_arrives(
    source: str, target: str, missing_only: bool, request: pytest.FixtureRequest, pydock: Path, tmp_path: Path
) -> None:
    here, there = (Client(pydock, request.getfixturevalue(name), tmp_path) for name in (source, target))
    name = f"sent{uuid.uuid4().hex[:6]}"
    here.ok("context", "create", "other", "--docker", f"host={there.engine.host}")
    try:
        parent = "busybox"
        for number in range(3):
            here.ok(
                "run",
                "--name",
                name,
                parent,
                "sh",
                "-c",
                f"echo {number} >>/lines; head -c 50000 /dev/urandom >/file{number}",
            )
            parent = f"{name}:{number}"
            here.ok("commit", "--change", 'CMD ["cat", "/lines"]', name, parent)
            here.ok("rm", name)
        planned = here.ok("image", "send", "--dry-run", f"{name}:0", "--to", "other")
        # busybox is there
        wanted = "1 of 2 layers" if missing_only else "all layers"
        assert planned.startswith(f"{name}:0: would send {wanted}") and there("image", "inspect", f"{name}:0").code == 1
        first = here.ok("image", "send", f"{name}:0", "--to", "other")
        second = here.ok("image", "send", f"{name}:2", f"{name}:0", "--to", "other").splitlines()
        assert first.startswith(f"{name}:0: sent {wanted}")
        assert second[0].startswith(f"{name}:2: sent {'2 of 4 layers' if missing_only else 'all layers'}")
        assert there.ok("run", "--rm", f"{name}:2") == "0\n1\n2\n"
        layers = [
            json.loads(end.ok("image", "inspect", "-f", "{{json .RootFS.Layers}}", f"{name}:2"))
            for end in (here, there)
        ]
        assert layers[0] == layers[1] and len(layers[0]) == 4
        if missing_only:
            ids = [end.ok("image", "inspect", "-f", "{{.Id}}", f"{name}:2") for end in (here, there)]
            assert ids[0] == ids[1] and second[1] == f"{name}:0: is there already"
        # and whole enough to go on
        saved = there("save", f"{name}:2").out
        with tarfile.open(fileobj=io.BytesIO(saved)) as tar:
            assert sum(entry.size for entry in tar) > 1_000_000
    finally:
        for end in (here, there):
            end("rmi", "-f", *(f"{name}:{number}" for number in range(3)))
