"""`manifest`: lists that are made here, of images in registries that answer as they should, and as they should not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pytest_httpx import HTTPXMock

from pydock.digests import digest_of
from tests.support.cli import Result, cli

DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI = "application/vnd.oci.image.manifest.v1+json"
V2 = "https://reg.example/v2/"


class Registry:
    """reg.example: what it has, in answers of pytest-httpx."""

    def __init__(self, mock: HTTPXMock) -> None:
        self.mock = mock
        mock.add_response(url=V2, is_optional=True, is_reusable=True)

    def document(self, place: str, body: bytes, kind: str = "") -> str:
        """Returns its digest."""
        headers = {"Content-Type": kind} if kind else {}
        self.mock.add_response(
            url=V2 + place, method="GET", content=body, headers=headers, is_optional=True, is_reusable=True
        )
        return digest_of(body)

    def image(self, name: str, kind: str = DOCKER, layers: Any = (), **platform: Any) -> str:
        """An image of that name (REPOSITORY:TAG); returns the digest of its manifest."""
        repository, _, tag = name.partition(":")
        config = json.dumps({"architecture": "amd64", "os": "linux", **platform}).encode()
        place = f"{repository}/blobs/{digest_of(config)}"
        self.document(place, config)
        body = json.dumps({"config": {"digest": digest_of(config)}, "layers": list(layers)}).encode()
        self.document(f"{repository}/manifests/{digest_of(body)}", body, kind)
        return self.document(f"{repository}/manifests/{tag}", body, kind)

    def sent(self) -> list[tuple[str, str]]:
        """What was changed there."""
        return [
            (r.method, str(r.url).removeprefix(V2)) for r in self.mock.get_requests() if r.method not in ("GET", "HEAD")
        ]


@pytest.fixture
def registry(httpx_mock: HTTPXMock) -> Registry:
    return Registry(httpx_mock)


@pytest.fixture
def manifest(tmp_path: Path) -> Any:
    def run(*argv: str, **more: Any) -> Result:
        return cli("--config", str(tmp_path / "config"), "manifest", *argv, own_engine=True, **more)

    return run


def test_a_list_from_its_images_to_its_registry(registry: Registry, manifest: Any) -> None:
    first = registry.image("app:amd64")
    second = registry.image("app:arm", architecture="arm", variant="v7")
    created = manifest("create", "reg.example/app:all", "reg.example/app:amd64", "reg.example/app:arm")
    assert (created.code, created.out) == (0, "Created manifest list reg.example/app:all\n")
    shown = json.loads(manifest("inspect", "reg.example/app:all").out)
    assert shown["mediaType"] == LIST and [(m["digest"], m["platform"]) for m in shown["manifests"]] == [
        (first, {"architecture": "amd64", "os": "linux"}),
        (second, {"architecture": "arm", "os": "linux", "variant": "v7"}),
    ]
    for digest in (first, second, "all"):
        registry.mock.add_response(url=f"{V2}app/manifests/{digest}", method="PUT", status_code=201)
    pushed = manifest("push", "--purge", "reg.example/app:all")
    assert pushed.code == 0, pushed.err
    lines = pushed.out.splitlines()
    assert lines[:2] == [f"Pushed ref reg.example/app@{d} with digest: {d}" for d in (first, second)]
    last = registry.mock.get_requests(method="PUT")[-1]
    assert last.headers["content-type"] == LIST and digest_of(last.content) == lines[2]
    assert json.loads(last.content) == shown
    gone = manifest("rm", "reg.example/app:all")
    assert (gone.code, gone.err) == (1, "No such manifest: reg.example/app:all\n")


def test_images_of_other_repositories_are_mounted(registry: Registry, manifest: Any) -> None:
    """Not those layers that lie elsewhere."""
    layer, foreign = "sha256:" + "1" * 64, "sha256:" + "2" * 64
    registry.image("base:1", layers=({"digest": layer}, {"digest": foreign, "urls": ["https://elsewhere.example/"]}))
    assert manifest("create", "reg.example/app", "reg.example/base:1").code == 0
    for status, code in ((202, 1), (201, 0)):
        before = len(registry.mock.get_requests())
        registry.mock.add_response(method="POST", status_code=status, is_reusable=True, is_optional=True)
        if not code:
            registry.mock.add_response(method="PUT", status_code=201, is_reusable=True)
        done = manifest("push", "reg.example/app")
        assert done.code == code
        mounted = [r.url.params for r in registry.mock.get_requests()[before:] if r.method == "POST"]
        if code:
            assert done.err == f"unable to mount blob {layer} from base to app: the registry answered 202\n"
            registry.mock.reset()
            registry.mock.add_response(url=V2)
        else:
            assert [m["from"] for m in mounted] == ["base"] * 2 and mounted[0]["mount"] == layer
            assert foreign not in [m["mount"] for m in mounted]


def test_annotations(registry: Registry, manifest: Any) -> None:
    registry.image("app:1")
    manifest("create", "reg.example/all", "reg.example/app:1")
    words = ("reg.example/all", "reg.example/app:1", "--arch", "arm64", "--variant", "v8", "--os-version", "1")
    assert manifest("annotate", *words, "--os-features", "a,b", "--os-features", "b").code == 0
    platform = {"architecture": "arm64", "os": "linux", "os.version": "1", "os.features": ["a", "b"], "variant": "v8"}
    assert json.loads(manifest("inspect", "reg.example/all").out)["manifests"][0]["platform"] == platform
    verbose = json.loads(manifest("inspect", "-v", "reg.example/all", "reg.example/app:1").out)
    assert verbose["Ref"] == "reg.example/app:1" and verbose["Descriptor"]["platform"] == platform
    assert "layers" in json.loads(manifest("inspect", "reg.example/all", "reg.example/app:1").out)


@pytest.mark.parametrize(
    "argv, problem",
    [
        (("annotate", "reg.example/all", "reg.example/app:1", "--arch", "z80"), "manifest entry for image has unsupported os/arch combination: /z80"),
        (("annotate", "reg.example/all", "reg.example/app:2", "--arch", "arm"), "manifest for image reg.example/app:2 does not exist in reg.example/all"),
        (("annotate", "X", "a"), "annotate: error parsing name for manifest list X: invalid reference format: repository name (library/X) must be lowercase"),
        (("create", "X", "a"), "error parsing name for manifest list X: invalid reference format: repository name (library/X) must be lowercase"),
        (("create", "reg.example/all", "reg.example/app:1"), "refusing to amend an existing manifest list with no --amend flag"),
        (("inspect", "reg.example/all", "reg.example/app:2"), "No such manifest: reg.example/app:2"),
        (("push", "reg.example/none"), "No such manifest: reg.example/none:latest"),
        (("rm", "reg.example/none", "X"), "No such manifest: reg.example/none:latest\ninvalid reference format: repository name (library/X) must be lowercase"),
        (("push", "other.example/all"), "cannot use source images from a different registry than the target image: reg.example != other.example"),
    ],
)  # fmt: skip
def test_what_is_wrong(registry: Registry, manifest: Any, argv: tuple[str, ...], problem: str) -> None:
    registry.image("app:1")
    for name in ("reg.example/all", "other.example/all"):
        assert manifest("create", name, "reg.example/app:1").code == 0
    done = manifest(*argv)
    assert (done.code, done.out, done.err) == (1, "", problem + "\n")
    assert registry.sent() == []


def test_an_image_without_a_platform_is_not_pushed(registry: Registry, manifest: Any) -> None:
    registry.image("app:1", os="")
    manifest("create", "reg.example/all", "reg.example/app:1")
    done = manifest("push", "reg.example/all")
    assert done.err == "manifest reg.example/app:1 must have an OS and Architecture to be pushed to a registry\n"
    assert registry.sent() == []


def test_what_a_registry_has(registry: Registry, manifest: Any) -> None:
    """An image as its manifest, or with its platform; a list with all that is in it."""
    digest = registry.image("app:1", OCI)
    assert manifest("inspect", "reg.example/app:1").out.startswith('{\n\t"config": {')
    told = json.loads(manifest("inspect", "-v", "reg.example/app:1").out)
    assert told["Descriptor"] == {
        "mediaType": OCI, "digest": digest, "size": told["Descriptor"]["size"], "platform": {"architecture": "amd64", "os": "linux"},
    }  # fmt: skip
    assert "OCIManifest" in told and "SchemaV2Manifest" not in told
    platform = {"architecture": "arm64", "os": "linux"}
    index = json.dumps({"manifests": [{"digest": digest, "platform": platform}]}).encode()
    registry.document("app/manifests/all", index, "application/vnd.oci.image.index.v1+json")
    shown = json.loads(manifest("inspect", "reg.example/app:all").out)
    assert shown["mediaType"] == "application/vnd.oci.image.index.v1+json"
    assert shown["manifests"] == [{"mediaType": OCI, "size": told["Descriptor"]["size"], "digest": digest, "platform": platform}]  # fmt: skip
    listed = json.loads(manifest("inspect", "-v", "reg.example/app:all").out)
    assert [one["Ref"] for one in listed] == [f"reg.example/app:all@{digest}"]
    refused = manifest("create", "reg.example/new", "reg.example/app:all")
    assert (refused.code, refused.err) == (1, "reg.example/app:all is a manifest list\n")
    # --json is an array, of one image or of those of a list
    (one,) = json.loads(manifest("inspect", "--json", "reg.example/app:1").out)
    assert (
        one["Ref"] == "reg.example/app:1"
        and one["Manifest"]["layers"] == []
        and one["Descriptor"]["platform"]["os"] == "linux"
    )
    found = json.loads(manifest("inspect", "--json=Ref,Descriptor.platform", "reg.example/app:all").out)
    assert [image["Descriptor.platform"] for image in found] == [image["Descriptor"]["platform"] for image in listed]


def test_what_a_registry_has_not(registry: Registry, manifest: Any) -> None:
    registry.mock.add_response(url=f"{V2}app/manifests/1", status_code=404)
    assert manifest("inspect", "reg.example/app:1").err == "no such manifest: reg.example/app:1\n"
    registry.document("app/manifests/2", b"{}", "application/vnd.docker.distribution.manifest.v1+json")
    done = manifest("inspect", "reg.example/app:2")
    assert (done.code, done.err) == (
        1,
        "reg.example/app:2: manifests of type application/vnd.docker.distribution.manifest.v1+json are not supported\n",
    )
    registry.document("app/manifests/3", b"<html>", DOCKER)
    assert manifest("inspect", "reg.example/app:3").err.startswith("reg.example/app:3 is malformed: ")


def test_a_list_is_never_half_made(registry: Registry, manifest: Any) -> None:
    registry.image("app:1")
    registry.mock.add_response(url=f"{V2}app/manifests/2", status_code=404)
    assert manifest("create", "reg.example/all", "reg.example/app:1", "reg.example/app:2").code == 1
    assert manifest("rm", "reg.example/all").err == "No such manifest: reg.example/all:latest\n"


def test_an_image_that_is_kept_is_not_asked_for_again(registry: Registry, manifest: Any) -> None:
    registry.image("app:1")
    registry.image("app:2", architecture="arm64")
    manifest("create", "reg.example/all", "reg.example/app:1")
    before = len(registry.mock.get_requests())
    assert manifest("create", "--amend", "reg.example/all", "reg.example/app:1", "reg.example/app:2").code == 0
    assert not [r for r in registry.mock.get_requests()[before:] if str(r.url).endswith("/1")]
    assert len(json.loads(manifest("inspect", "reg.example/all").out)["manifests"]) == 2
