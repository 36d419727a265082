"""Beyond docker on real engines: what is selected is what docker's list shows, and that alone is acted on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.test_engines import Client
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live


@pytest.fixture
def run(pydock: Path, engine: EngineProcess, tmp_path: Path) -> Client:
    return Client(pydock, engine, tmp_path)


@pytest.fixture
def theirs(docker: Path, engine: EngineProcess, tmp_path: Path) -> Client:
    return Client(docker, engine, tmp_path)


@pytest.fixture
def clean(run: Client) -> Iterator[None]:
    """Nothing but busybox before and after."""

    def clear() -> None:
        for words in (("rm", "-f"), ("volume", "rm"), ("network", "rm")):
            run.ok(*words, "-y", "--all")

    clear()
    yield
    clear()


def states(theirs: Client) -> dict[str, str]:
    lines = theirs.ok("ps", "-a", "--format", "{{.Names}} {{.State}}").splitlines()
    return dict(sorted(line.split() for line in lines))


def test_containers(run: Client, theirs: Client, clean: None) -> None:
    """Each verb acts on what `ps` lists with its filter, and on nothing else."""
    for name, label in (("a1", "job=a"), ("a2", "job=a"), ("b1", "job=b")):
        run.ok("run", "-d", "--name", name, "--label", label, "busybox", "sleep", "1000")
    run.ok("create", "--name", "b2", "--label", "job=b", "busybox", "sleep", "1000")
    for verb, words, list_words, after in (
        ("pause", ("--filter", "label=job=a"), ("--filter", "label=job=a"), "paused paused running created"),
        ("unpause", ("--all",), ("--filter", "status=paused"), "running running running created"),
        ("kill", ("--filter", "name=a1"), ("--filter", "name=a1"), "exited running running created"),
        ("stop", ("-t0", "--filter", "label!=job=a"), ("--filter", "label=job=b"), "exited running exited created"),
        ("restart", ("-t0", "--all"), (), "exited running exited created"),
        ("start", ("--filter", "label=job=b"), ("-a", "--filter", "label=job=b"), "exited running running running"),
    ):
        listed = theirs.ok("ps", *list_words, "--format", "{{.Names}}").split()
        assert sorted(run.ok(verb, "-y", *words).split()) == sorted(listed), verb
        assert states(theirs) == dict(zip(("a1", "a2", "b1", "b2"), after.split())), verb
    listed = theirs.ok("ps", "-aq", "--filter", "label=job=b").split()
    shown = run.ok("rm", "--filter", "label=job=b", "--dry-run").splitlines()[2:]
    assert sorted(line.split()[0] for line in shown) == sorted(listed)
    assert sorted(run.ok("rm", "-fy", "--filter", "label=job=b").split()) == ["b1", "b2"]
    assert list(states(theirs)) == ["a1", "a2"]
    done = run("rm", "-y", "--filter", "label=nosuch")
    assert (done.code, done.out, done.err) == (0, b"", b"No containers to remove\n")


def test_images_volumes_and_networks(run: Client, theirs: Client, clean: None) -> None:
    run.ok("create", "--name", "made", "busybox")
    run.ok("commit", "made", "chosen:1")
    for tag in ("chosen:2", "other:1"):
        run.ok("tag", "chosen:1", tag)
    names, chosen = ("images", "--format", "{{.Repository}}:{{.Tag}}"), ("--filter", "reference=*chosen")
    # Podman's list shows all names of an image where one fits
    before, listed = (set(theirs.ok(*names, *words).split()) for words in ((), chosen))
    run.ok("rmi", "-y", *chosen)
    assert len(listed) >= 2 and set(theirs.ok(*names).split()) == before - listed
    run("rmi", "other:1")
    for kind in ("volume", "network"):
        for name in ("v1", "v2", "v3"):
            run.ok(kind, "create", "--label", f"of={name}", name)
        assert run.ok(kind, "rm", "-y", "--filter", "label=of=v1") == "v1\n"
        assert sorted(run.ok(kind, "rm", "-y", "--all").split()) == ["v2", "v3"]
        assert not theirs.ok(kind, "ls", "-q", "--filter", "label=of")


def test_variables_of_files(run: Client, theirs: Client, clean: None) -> None:
    """The container's own shell tells what it got; -e counts before --dotenv, and that before --env-file."""
    (run.folder / "plain").write_text("A=plain\nB=plain\nC=plain\n")
    (run.folder / "dot").write_text("export B='it is'\nC=\"two\nlines\" # c\nD=${B}!\n")
    words = ("-e", "C=given", "--dotenv", "dot", "--env-file", "plain")
    shown = ("sh", "-c", 'echo "$A|$B|$C|$D"')
    assert run.ok("run", "--rm", *words, "busybox", *shown) == "plain|it is|given|it is!\n"
    run.ok("run", "-d", "--name", "box", "busybox", "sleep", "1000")
    assert run.ok("exec", *words, "box", *shown) == "plain|it is|given|it is!\n"
    (run.folder / "plain").write_text("A=1\nA=2\n")
    both = [c.ok("run", "--rm", "--env-file", "plain", "busybox", "sh", "-c", "echo $A") for c in (run, theirs)]
    assert both == ["2\n", "2\n"]
