"""Previews of prunes on real engines: what --dry-run tells is what the prune then removes, and frees."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.test_engines import Client
from tests.support import engines
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

#: an engine to itself: prunes hit whatever is there
KINDS = {
    "docker-28": (),
    "docker-28 containerd": ("--feature", "containerd-snapshotter=true"),
    "docker-20": (),
    "podman": (),
}


@pytest.fixture(scope="module", params=KINDS)
def alone(request: pytest.FixtureRequest) -> Iterator[EngineProcess]:
    kind: str = request.param
    with engines.running(kind.partition(" ")[0], Path(tempfile.mkdtemp(prefix="pd-")), *KINDS[kind]) as engine:
        engine.name = kind
        yield engine


class Both:
    """pydock to look ahead, docker to prune, and docker's lists before and after."""

    def __init__(self, pydock: Path, docker: Path, engine: EngineProcess, folder: Path) -> None:
        self.ours, self.theirs, self.engine = Client(pydock, engine, folder), Client(docker, engine, folder), engine

    def lists(self, kind: str) -> set[str]:
        """The objects of a kind, as the first words of their rows are; images by names and IDs."""
        words = {
            "container": ("ps", "-a", "--format", "{{.ID}}"), "network": ("network", "ls", "--format", "{{.ID}}"),
            "volume": ("volume", "ls", "-q"), "image": ("images", "-a", "--format", "{{.ID}} {{.Repository}}:{{.Tag}}"),
            "build cache object": ("system", "df", "-v", "--format", "{{range .BuildCache}}{{.ID}}\n{{end}}"),
        }[kind]  # fmt: skip
        if kind == "build cache object":
            return {line.rstrip("*")[:12] for line in self.theirs.ok(*words).split()}
        found = {line.strip() for line in self.theirs.ok(*words).splitlines() if line.strip()}
        return {part for line in found for part in line.split() if part != "<none>:<none>"}

    def check(self, *words: str) -> set[str]:
        """Look ahead, prune, compare; returns what went."""
        told = self.ours.ok(*words, "--dry-run")
        kinds = KINDS_OF[words[0]]
        before = {kind: self.lists(kind) for kind in kinds}
        assert predicted(self.ours.ok(*words, "--dry-run")) == predicted(told), "looking changes nothing"
        done = self.theirs.ok(*words, "-f")
        gone = {kind: before[kind] - self.lists(kind) for kind in kinds}
        assert predicted(told) == {kind: names for kind, names in gone.items() if names}, (words, told, done)
        if freed := re.search("^Would free (about |)(.*)$", told, re.M):
            real = re.search("^Total reclaimed space: (.*)$", done, re.M)
            assert freed[1] or not real or freed[2] == real[1], (words, told, done)
        return {name for names in gone.values() for name in names}


KINDS_OF = {
    "container": ("container",), "network": ("network",), "volume": ("volume",), "image": ("image",), "builder": ("build cache object",),
    "system": ("container", "network", "volume", "image", "build cache object"),
}  # fmt: skip


def predicted(told: str) -> dict[str, set[str]]:
    """kind -> the objects that would go."""
    out: dict[str, set[str]] = {}
    for part in told.split("\n\n"):
        lines = part.splitlines()
        title = re.fullmatch(r"Would remove (\d+) (.*?)s?:", lines[0]) if lines else None
        if not title:
            continue
        kind, rows = title[2], [line.split() for line in lines[2:] if not re.match("Only the name|Layers that", line)]
        kept = {
            name for line in lines if line.startswith("Only the name") for name in line.partition(": ")[2].split(", ")
        }
        names = {row[0].rstrip("*") for row in rows}
        if kind == "image":
            tags = {f"{row[0]}:{row[1]}" for row in rows} - {"<none>:<none>"}
            identifiers = {row[2] for row in rows if f"{row[0]}:{row[1]}" not in kept}
            assert len(identifiers) == int(title[1])
            names = {*tags, *identifiers}
        else:
            assert len(names) == int(title[1])
        out[kind] = names
    return out


def containers(run: Client) -> None:
    for name, label in (("runs", "keep=no"), ("paused", "keep=no"), ("ended", "keep=yes"), ("other", "keep=no")):
        script = "echo hello >/f; sleep 1000" if name in ("runs", "paused") else "echo hello >/f"
        run.ok("run", "-d", "--name", name, "--label", label, "busybox", "sh", "-c", script)
    run.ok("wait", "ended", "other")
    run.ok("pause", "paused")
    run.ok("create", "--name", "made", "-v", "named:/n", "-v", "/anonymous", "busybox")


def images(run: Client) -> None:
    """A chain of three, names of one that a container uses, one without a name, one that only a stopped container uses."""
    for name, base, label in (("one:1", "busybox", "a=1"), ("two:1", "one:1", "a=2"), ("three:1", "two:1", "b=1")):
        run.ok("run", "--name", "maker", base, "sh", "-c", f"echo {name} >/{name}")
        run.ok("commit", "--change", f"LABEL {label}", "maker", name)
        run.ok("rm", "maker")
    run.ok("tag", "three:1", "again:1")
    run.ok("run", "--name", "maker", "busybox", "touch", "/x")
    run.ok("commit", "maker")
    run.ok("commit", "maker", "used:1")
    run.ok("tag", "used:1", "used:2")
    run.ok("tag", "used:1", "also:1")
    run.ok("rm", "maker")
    run.ok("create", "--name", "user", "used:1")


def build(run: Client, kit: str, name: str) -> None:
    (run.folder / "Dockerfile").write_text(
        f"FROM busybox\nENV A={name}\nRUN echo {name} >/a\nRUN echo b >/b\nLABEL c=d\n"
    )
    done = run("build", "-t", name, ".", DOCKER_BUILDKIT=kit, BUILDX_GIT_INFO="0")
    assert done.code == 0, done


@pytest.fixture
def both(pydock: Path, docker: Path, alone: EngineProcess, tmp_path: Path) -> Iterator[Both]:
    found = Both(pydock, docker, alone, tmp_path)
    yield found
    run = found.ours
    run("rm", "-fy", "--all")
    run("volume", "rm", "-y", "--all")
    run("network", "rm", "-y", "--all")
    run("rmi", "-fy", "--filter", "label")
    run("rmi", "-f", "used:1", "used:2", "also:1")
    run("image", "prune", "-f")
    run("builder", "prune", "-af")
    engines.load_busybox(found.engine)


def test_containers(both: Both) -> None:
    containers(both.ours)
    assert not both.check("container", "prune", "--filter", "until=1h")
    assert not both.check("container", "prune", "--filter", "until=2020-01-01T00:00:00")
    # engines compare whole seconds
    time.sleep(1.1)
    before = int(time.time())
    both.ours.ok("create", "--name", "late", "--label", "keep=yes", "busybox")
    time.sleep(1.1)
    assert len(both.check("container", "prune", "--filter", "label=keep=yes", "--filter", f"until={before}")) == 1
    assert len(both.check("container", "prune", "--filter", "label=keep=yes", "--filter", "until=0s")) == 1
    assert len(both.check("container", "prune", "--filter", "label!=keep=no")) == 1
    assert len(both.check("container", "prune")) == 1
    assert not both.check("container", "prune")


def test_networks(both: Both) -> None:
    run = both.ours
    for name in ("idle", "busy", "stopped", "labelled", "labelled2"):
        run.ok("network", "create", "--label", f"of={name[:8]}", name)
    run.ok("run", "-d", "--name", "aa", "--network", "busy", "busybox", "sleep", "1000")
    run.ok("create", "--name", "bb", "--network", "stopped", "busybox")
    assert len(both.check("network", "prune", "--filter", "label=of=labelled")) == 2
    assert not both.check("network", "prune", "--filter", "until=1h")
    both.check("network", "prune")
    assert "busy" in run.ok("network", "ls", "--format", "{{.Name}}").split()


def test_volumes(both: Both) -> None:
    run = both.ours
    run.ok("volume", "create", "named")
    run.ok("volume", "create", "--label", "a=b", "labelled")
    run.ok("volume", "create", "--opt", "type=tmpfs", "--opt", "device=tmpfs", "optioned")
    run.ok("volume", "create")
    run.ok(
        "run",
        "--name",
        "maker",
        "-v",
        "named:/n",
        "-v",
        "/anonymous",
        "busybox",
        "sh",
        "-c",
        "echo hello >/n/f; echo 1 >/anonymous/f",
    )
    run.ok("rm", "maker")
    run.ok("create", "--name", "user", "-v", "used:/u", "-v", "/anonymous", "busybox")
    both.check("volume", "prune", "--filter", "label=a")
    if both.engine.name != "podman":
        both.check("volume", "prune", "--filter", "label!=a")
    both.check("volume", "prune")
    if both.engine.name.startswith("docker-28"):
        both.check("volume", "prune", "-a", "--filter", "label=a=b")
        assert both.check("volume", "prune", "-a")


def test_images(both: Both) -> None:
    images(both.ours)
    if not both.engine.name.endswith("containerd") and both.engine.name != "podman":
        build(both.ours, "0", "built")
        build(both.ours, "0", "built2")
    assert both.check("image", "prune")
    if both.engine.name == "podman":
        # it refuses what docker's client asks for with --all
        return
    both.check("image", "prune", "-a", "--filter", "label=a=1")
    both.check("image", "prune", "-a", "--filter", "label!=c=d", "--filter", "label=b")
    both.check("image", "prune", "-a")
    assert not both.check("image", "prune", "-a")


def test_build_cache(both: Both) -> None:
    if both.engine.name == "podman":
        assert both.ours("builder", "prune", "--dry-run").err == b"No build cache objects to remove\n"
        return
    for name in ("built", "built2"):
        build(both.ours, "1", name)
    both.ours.ok("rmi", "built2")
    assert not both.check("builder", "prune", "--filter", "until=1h")
    both.check("builder", "prune")
    assert both.check("builder", "prune", "-a")


@pytest.mark.parametrize("flags", [("--volumes",), ("-a", "--volumes"), ("--filter", "label=keep")], ids=str)
def test_everything(both: Both, flags: tuple[str, ...]) -> None:
    if both.engine.name == "podman":
        pytest.skip("Podman has no build cache to prune: docker's client fails")
    containers(both.ours)
    images(both.ours)
    build(both.ours, "1", "built")
    both.ours.ok("network", "create", "--label", "keep", "idle")
    both.check("system", "prune", *flags)
