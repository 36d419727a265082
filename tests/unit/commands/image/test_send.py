"""`image send`: from one engine to another."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pydock.app import App
from pydock.errors import BrokenStream
from tests.support.cli import Messages, Optional, Result, cli, refused
from tests.support.samples import info
from tests.support.stubs import Stubs, Table, engine_of

IMAGE, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64
LAYERS = [f"sha256:{digit * 64}" for digit in "abc"]
BLOBS = [f"blobs/sha256/{digit * 64}" for digit in "abc"]
DOCKER = {"Version": "28.5.2", "Components": [{"Name": "Engine", "Version": "28.5.2"}]}
PODMAN = {"Version": "4.3.1", "Components": [{"Name": "Podman Engine", "Version": "4.3.1"}]}
LOADED = Messages([{"stream": "Loaded image: app:1\n"}])


def archive() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name in [*BLOBS, "manifest.json"]:
            entry = tarfile.TarInfo(name)
            entry.size = 5
            tar.addfile(entry, io.BytesIO(b"bytes"))
    return out.getvalue()


def image(identifier: str = IMAGE, layers: list[str] = LAYERS, **more: Any) -> dict[str, Any]:
    return {"Id": identifier, "RepoTags": ["app:1"], "RootFS": {"Layers": layers}, "Size": 6_000_000, **more}


def engine(name: str, **more: Any) -> Table:
    return {
        ("GET", "/info"): info(ID=name, DriverStatus=more.pop("status", [["Backing Filesystem", "extfs"]])),
        ("GET", "/version"): Optional(more.pop("version", DOCKER)),
    }


def here(**more: Any) -> Table:
    steps = [{"Size": 3_000_000}, {"Size": 0}, {"Size": 2_000_000}, {"Size": 1_000_000}]
    return {
        **engine("here", **more),
        ("GET", "/images/app:1/json"): Optional(image()),
        ("GET", f"/images/{IMAGE}/history"): Optional(steps),
        ("GET", "/images/get"): Optional(archive()),
    }


def there(*before: list[str], after: Any = None, load: Any = LOADED, **more: Any) -> Table:
    """before: the layers of the images that are there."""
    tries: list[Any] = [refused(404, "no such image"), after or image()]
    listed = {f"sha256:{i}": layers for i, layers in enumerate(before)}
    return {
        **engine("there", **more),
        ("GET", "/images/app:1/json"): lambda sent: tries.pop(0) if len(tries) > 1 else tries[0],
        ("GET", "/images/json"): Optional([{"Id": i, "Size": 1} for i in listed]),
        **{("GET", f"/images/{i}/json"): Optional(image(i, layers)) for i, layers in listed.items()},
        ("POST", "/images/load"): Optional(load),
    }


class Both:
    """Two engines; `loaded`: the archive that the other one got."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.folder, self.monkeypatch = folder, monkeypatch
        cli("context", "create", "prod", "--docker", "host=unix:///prod.sock", environ={"HOME": str(folder)})

    def send(self, ours: Table, theirs: Table, *words: str, **more: Any) -> Result:
        stubs = Stubs(theirs)
        under = App.under

        def other(app: App, invocation: Any) -> App:
            found = under(app, invocation)
            found.__dict__["engine"] = engine_of(stubs)
            return found

        self.monkeypatch.setattr(App, "under", other)
        done = cli(
            "image",
            "send",
            *(words or ("app:1", "--to", "prod")),
            table=ours,
            environ={"HOME": str(self.folder)},
            **more,
        )
        self.monkeypatch.setattr(App, "under", under)
        self.requests = stubs.requests
        self.loads = [sent.content for sent in stubs.requests if sent.path == "/images/load"]
        return done

    @property
    def names(self) -> list[str]:
        """Of the files that were loaded."""
        with tarfile.open(fileobj=io.BytesIO(self.loads[0])) as tar:
            return tar.getnames()


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Both]:
    yield Both(monkeypatch, tmp_path)


def test_only_the_layers_that_are_missing_are_sent(both: Both) -> None:
    for before, left, told in (
        ([], [*BLOBS, "manifest.json"], "all layers, 6MB"),
        ([LAYERS[:1], [LAYERS[1]]], [*BLOBS[1:], "manifest.json"], "2 of 3 layers, 5MB"),
        ([LAYERS], ["manifest.json"], "no layers: all are there"),
    ):
        done = both.send(here(), there(*before), "app:1", "--to", "prod", "--dry-run")
        assert (done.code, done.out, done.err, both.loads) == (0, f"app:1: would send {told}\n", "", [])
        done = both.send(here(), there(*before))
        assert (done.code, done.out, done.err) == (0, f"app:1: sent {told}\n", "")
        assert both.names == left


@pytest.mark.parametrize("end", ["this engine", "prod"])
def test_all_is_sent_where_a_store_does_not_tell_layers_apart(both: Both, end: str) -> None:
    containerd = {"status": [["driver-type", "io.containerd.snapshotter.v1"]]}
    for what, why in ((containerd, "has containerd's image store"), ({"version": PODMAN}, "is no Docker Engine")):
        ours, theirs = (here(**what), there(LAYERS)) if end == "this engine" else (here(), there(LAYERS, **what))
        # the other store names the same image otherwise
        theirs[("GET", "/images/app:1/json")] = answers(refused(404, "none"), image(OTHER))  # type: ignore[index]
        done = both.send(ours, theirs)
        assert (done.code, done.out) == (0, f"app:1: sent all layers, 6MB ({end} {why})\n")
        assert both.names == [*BLOBS, "manifest.json"]


def answers(*found: Any) -> Any:
    left = list(found)
    return lambda sent: left.pop(0)


def test_what_is_there_is_not_sent_again(both: Both) -> None:
    theirs = {**engine("there"), ("GET", "/images/app:1/json"): image()}
    done = both.send(here(), theirs)
    assert (done.code, done.out, both.loads) == (0, "app:1: is there already\n", [])


def test_an_image_by_its_id_has_no_name_there(both: Both) -> None:
    ours = {**here(), ("GET", "/images/111/json"): image()}
    theirs = there(load=Messages([{"stream": f"Loaded image ID: {IMAGE}\n"}]))
    theirs[("GET", f"/images/{IMAGE}/json")] = answers(refused(404, "none"), image())  # type: ignore[index]
    theirs[("GET", "/images/app:1/json")] = Optional(None)  # type: ignore[index]
    done = both.send(ours, theirs, "111", "--to", "prod")
    assert (done.code, done.out) == (0, "111: sent all layers, 6MB\n")
    assert next(r for r in done.requests if r.path == "/images/get").query == {"names": IMAGE}


def test_what_arrives_is_looked_at(both: Both) -> None:
    for after, told in (
        (image(layers=LAYERS[:2]), "app:1 is another image at prod than here\n"),
        (image(OTHER), "app:1 is another image at prod than here\n"),
        (refused(404, "none"), "app:1 is not at prod, though it has been loaded there\n"),
    ):
        done = both.send(here(), there(after=after))
        assert (done.code, done.out, done.err) == (1, "", told)


def test_each_end_is_named_where_it_fails(both: Both) -> None:
    cut = [archive()[:700], BrokenStream("the connection was lost")]
    ours = {**here(), ("GET", "/images/get"): iter(cut)}
    done = both.send(ours, there())
    assert (done.code, done.out) == (1, "")
    assert done.err == "app:1 cannot be read from this engine: the connection was lost\n"
    ours = {**here(), ("GET", "/images/get"): refused(500, "no space left")}
    assert (
        "app:1 cannot be read from this engine: Error response from daemon: no space left"
        in both.send(ours, there()).err
    )
    for load, told in (
        (refused(500, "no space left"), "Error response from daemon: no space left"),
        (Messages([{"errorDetail": {"message": "bad layer"}, "error": "bad layer"}]), "bad layer"),
    ):
        done = both.send(here(), there(load=load))
        assert (done.code, done.err) == (1, f"app:1 cannot be loaded at prod: {told}\n")


def test_other_images_are_sent_though_one_fails(both: Both) -> None:
    ours = {**here(), ("GET", "/images/none/json"): refused(404, "No such image: none")}
    done = both.send(ours, there(), "none", "app:1", "--to", "prod")
    assert (done.code, done.out) == (1, "app:1: sent all layers, 6MB\n")
    assert done.err == "Error response from daemon: No such image: none\n"


def test_where_to(both: Both) -> None:
    for words, ours, theirs, code, told in (
        ((), {}, {}, 125, "the flag --to is needed: the context of the other engine\n"),
        (("--to", "gone"), {}, {}, 1, 'there is no context "gone": docker context ls shows those that there are\n'),
        (("--to", "prod"), engine("one"), engine("one"), 1, 'the context "prod" leads to this same engine\n'),
    ):
        table = {("GET", "/info"): Optional(info(ID="one")), **ours}
        done = both.send(table, {k: Optional(v) for k, v in theirs.items()}, "app:1", *words)
        assert (done.code, done.out, done.err) == (code, "", told)


def test_one_platform(both: Both) -> None:
    done = both.send(here(), there(), "app:1", "--to", "prod", "--platform", "linux/arm64")
    asked = next(r for r in done.requests if r.path == "/images/get").query
    assert (done.code, asked) == (0, {"names": "app:1", "platform": '{"architecture":"arm64","os":"linux"}'})
