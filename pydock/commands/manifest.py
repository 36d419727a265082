"""`manifest`: create manifest lists locally and push them to a registry; the engine is not involved."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from pydock.commands.shared import each_name, jq_flag, json_flag
from pydock.errors import Failure, Missing, failing
from pydock.flags.pairs import words
from pydock.flags.reference import Reference, parse
from pydock.go.json import decode, dumps, indented
from pydock.options import Options, argument, command, flag, options
from pydock.shape import Json, Shape, opt

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.registry.client import Document, Registry

LISTS = ("application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.index.v1+json")
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"

#: the platforms that `annotate` accepts
PLATFORMS = frozenset(
    (
        "darwin/386 darwin/amd64 darwin/arm darwin/arm64 dragonfly/amd64 freebsd/386 freebsd/amd64 freebsd/arm linux/386 linux/amd64 linux/arm "
        "linux/arm64 linux/mips64 linux/mips64le linux/ppc64le linux/riscv64 linux/s390x netbsd/386 netbsd/amd64 netbsd/arm openbsd/386 "
        "openbsd/amd64 openbsd/arm plan9/386 plan9/amd64 solaris/amd64 windows/386 windows/amd64"
    ).split()
)
_PLATFORM = {
    "architecture": opt(str),
    "os": opt(str),
    "os.version": opt(str),
    "os.features": opt([str]),
    "variant": opt(str),
}
#: the required shape of documents: a descriptor, a manifest, a manifest list
_DIGEST = {"digest": str}
_MANIFEST = {"config": opt(_DIGEST), "layers": opt([{"digest": str, "urls": opt([str])}])}
_LIST = {"manifests": opt([{"digest": str, "platform": opt(_PLATFORM)}])}
PLATFORM_KEYS = ("architecture", "os", "os.version", "os.features", "variant")


def named(text: str, prefix: str = "") -> Reference:
    """A reference with its tag. Raises Failure."""
    with failing(prefix):
        return parse(text).tagged()


# -- documents -----------------------------------------------------------------------


def platform_of(data: Json) -> Json:
    """The keys of a platform out of an object that may have others, in order."""
    return {k: data[k] for k in PLATFORM_KEYS if data.get(k)}


def read(raw: bytes, what: object, shape: Shape) -> Json:
    """Parse a document from a registry. Raises Failure."""
    with failing(f"{what} is malformed: "):
        document: Json = decode(raw, shape)
    return document


def stored(reference: str, document: Document, platform: Json) -> Json:
    """An image in the format of docker's manifest store and of `inspect --verbose`. Raises Failure."""
    kind = "OCIManifest" if document.media_type == OCI_MANIFEST else "SchemaV2Manifest"
    descriptor = {
        "mediaType": document.media_type,
        "digest": document.digest,
        "size": len(document.raw),
        "platform": platform,
    }
    return {
        "Ref": reference,
        "Descriptor": descriptor,
        "Raw": base64.b64encode(document.raw).decode(),
        kind: read(document.raw, reference, dict),
    }


def list_text(images: list[Json]) -> str:
    """The manifest list of stored images, byte for byte as docker writes it, so that the digest is the same."""
    descriptors = [image["Descriptor"] for image in images]
    entries = [
        {
            "mediaType": d["mediaType"],
            "size": d["size"],
            "digest": d["digest"],
            "platform": {"architecture": "", "os": "", **platform_of(d.get("platform") or {})},
        }
        for d in descriptors
    ]
    kind = LISTS[bool(descriptors and descriptors[0]["mediaType"] == OCI_MANIFEST)]
    return indented(dumps({"schemaVersion": 2, "mediaType": kind, "manifests": entries}), "   ")


def raw_of(image: Json) -> bytes:
    return base64.b64decode(image["Raw"])


# -- registry -------------------------------------------------------------------------


def fetch(registry: Registry, reference: Reference) -> Document:
    """Raises Failure: "no such manifest: …"."""
    try:
        return registry.manifest(reference.path, reference.digest or reference.tag)
    except Missing:
        raise Failure(f"no such manifest: {reference}") from None


def fetch_image(registry: Registry, reference: Reference, document: Document, name: str) -> Json:
    """An image with the platform from its configuration. Raises Failure."""
    manifest = read(document.raw, reference.familiar, _MANIFEST)
    if not manifest.get("config"):
        raise Failure(f"{reference.familiar}: manifests of type {document.media_type} are not supported")
    config = read(
        registry.blob(reference.path, manifest["config"]["digest"]).raw,
        f"the configuration of {reference.familiar}",
        _PLATFORM,
    )
    return stored(name, document, platform_of(config))


def image_for(app: App, list_name: str, reference: Reference, insecure: bool) -> Json:
    """An image from the local store, or else the registry. Raises Failure if it is a manifest list itself."""
    local = app.manifests.image(list_name, str(reference))
    if local:
        return local
    registry = app.registries.open(reference.domain, insecure)
    document = fetch(registry, reference)
    if document.media_type in LISTS:
        raise Failure(f"{reference} is a manifest list")
    return fetch_image(registry, reference, document, str(reference))


def list_images(app: App, name: str) -> list[Json]:
    """The images of a local manifest list. Raises Failure if it does not exist."""
    images = app.manifests.images(name)
    if not images:
        raise Failure(f"No such manifest: {name}")
    return images


# -- commands -------------------------------------------------------------------------------------


#: of inspect --json
FIELDS = {
    "Ref": "reference", "Descriptor": "object: mediaType, digest, size, platform", "Manifest": "object: the manifest itself",
}  # fmt: skip


def insecure_flag() -> Any:
    return flag("--insecure", help="Allow an insecure registry")


@options
class CreateOptions(Options):
    manifest_list: str = argument("MANIFEST_LIST")
    manifests: tuple[str, ...] = argument("MANIFEST [MANIFEST...]")
    amend: bool = flag("-a", "--amend", help="Add to an existing manifest list")
    insecure: bool = insecure_flag()


@command(
    "manifest create", CreateOptions, "Create a local manifest list to annotate and push", usage="MANIFEST_LIST MANIFEST [MANIFEST...]",
)  # fmt: skip
def create(app: App, o: CreateOptions) -> None:
    name = str(named(o.manifest_list, f"error parsing name for manifest list {o.manifest_list}: "))

    def check() -> None:
        if app.manifests.images(name) and not o.amend:
            raise Failure("refusing to amend an existing manifest list with no --amend flag")

    check()
    # fetch all before storing any: a list is never incomplete
    images = {str(reference): image_for(app, name, reference, o.insecure) for reference in map(named, o.manifests)}
    with app.manifests.changing():
        check()
        app.manifests.save(name, images)
    app.out.line(f"Created manifest list {name}")


@options
class AnnotateOptions(Options):
    manifest_list: str = argument("MANIFEST_LIST")
    manifest: str = argument("MANIFEST")
    arch: str = flag("--arch", help="Architecture", sources="architectures")
    os: str = flag("--os", help="Operating system", sources="operating-systems")
    os_features: tuple[str, ...] = flag(
        "--os-features", parse=words, metavar="strings", help="Required operating system features"
    )
    os_version: str = flag("--os-version", help="Operating system version")
    variant: str = flag("--variant", help="Architecture variant", sources="v5 v6 v7 v8")


@command("manifest annotate", AnnotateOptions, "Add platform information to an image of a local manifest list")
def annotate(app: App, o: AnnotateOptions) -> None:
    name = str(named(o.manifest_list, f"annotate: error parsing name for manifest list {o.manifest_list}: "))
    reference = str(named(o.manifest, f"annotate: error parsing name for manifest {o.manifest}: "))
    missing = Failure(f"manifest for image {o.manifest} does not exist in {o.manifest_list}")
    if app.manifests.image(name, reference) is None:
        raise missing
    with app.manifests.changing():
        image = app.manifests.image(name, reference)
        if image is None:
            raise missing
        described = {**image["Descriptor"], "platform": platform_of(annotated(image, o))}
        app.manifests.save(name, {reference: {**image, "Descriptor": described}})


def annotated(image: Json, o: AnnotateOptions) -> Json:
    """An image's platform with the given options. Raises Failure for a platform that docker does not support."""
    platform = dict(image["Descriptor"].get("platform") or {})
    given = {"architecture": o.arch, "os": o.os, "os.version": o.os_version, "variant": o.variant}
    platform |= {k: v for k, v in given.items() if v}
    if o.os_features:
        platform["os.features"] = list(dict.fromkeys([*(platform.get("os.features") or []), *o.os_features]))
    if f"{platform.get('os', '')}/{platform.get('architecture', '')}" not in PLATFORMS:
        raise Failure(f"manifest entry for image has unsupported os/arch combination: {o.os}/{o.arch}")
    return platform


@options
class InspectOptions(Options):
    json: str = json_flag(FIELDS)
    jq: str = jq_flag()
    manifest_list: str = argument("[MANIFEST_LIST]", default="")
    manifest: str = argument("MANIFEST")
    insecure: bool = insecure_flag()
    verbose: bool = flag("-v", "--verbose", help="Show additional details, such as the platform")


@command("manifest inspect", InspectOptions, "Show an image manifest or a manifest list")
def inspect(app: App, o: InspectOptions) -> None:
    images, several = inspected(app, o)
    if o.json or o.jq:
        from pydock.commands.typed import print_objects

        manifests = [read(raw_of(image), image["Ref"], dict) for image in images]
        shown = [{"Ref": i["Ref"], "Descriptor": i["Descriptor"], "Manifest": m} for i, m in zip(images, manifests)]
        print_objects(app, o, shown, FIELDS)
    elif several:
        show_list(app, images, o.verbose)
    else:
        show_image(app, images[0], o.verbose)


def inspected(app: App, o: InspectOptions) -> tuple[list[Json], bool]:
    """The images that inspect shows, and whether they are a list's. Raises Failure."""
    reference = named(o.manifest)
    if o.manifest_list:
        name = str(named(o.manifest_list))
        image = app.manifests.image(name, str(reference))
        if image is None:
            raise Failure(f"No such manifest: {reference}")
        return [image], False
    images = app.manifests.images(str(reference))
    if images:
        return images, True
    registry = app.registries.open(reference.domain, o.insecure)
    document = fetch(registry, reference)
    if document.media_type not in LISTS:
        return [fetch_image(registry, reference, document, str(reference))], False
    for entry in read(document.raw, reference.familiar, _LIST).get("manifests") or []:
        one = Reference(reference.domain, reference.path, reference.tag, entry["digest"])
        inner = fetch(registry, one)
        images.append(stored(str(one), inner, platform_of(entry.get("platform") or {})))
    return images, True


def show_image(app: App, image: Json, verbose: bool) -> None:
    app.out.line(indented(dumps(image), "\t") if verbose else indented(raw_of(image).decode("utf-8", "replace"), "\t"))


def show_list(app: App, images: list[Json], verbose: bool) -> None:
    app.out.line(indented(dumps(images), "\t") if verbose else list_text(images))


@options
class PushOptions(Options):
    manifest_list: str = argument("MANIFEST_LIST")
    insecure: bool = insecure_flag()
    purge: bool = flag("-p", "--purge", help="Remove the local manifest list after the push")


def blobs_of(image: Json) -> list[str]:
    """The digests of an image's config and layers, except foreign layers, which are not in the registry."""
    manifest = read(raw_of(image), image["Ref"], {**_MANIFEST, "config": _DIGEST})
    layers = [layer for layer in manifest.get("layers") or [] if not layer.get("urls")]
    return [d["digest"] for d in (*layers, manifest["config"])]


@command("manifest push", PushOptions, "Push a manifest list to a registry")
def push(app: App, o: PushOptions) -> None:
    target = named(o.manifest_list)
    images = list_images(app, str(target))
    for image in images:
        source = named(image["Ref"])
        if source.domain != target.domain:
            raise Failure(
                f"cannot use source images from a different registry than the target image: {source.domain} != {target.domain}"
            )
        platform = image["Descriptor"].get("platform") or {}
        if not platform.get("architecture") or not platform.get("os"):
            raise Failure(f"manifest {image['Ref']} must have an OS and Architecture to be pushed to a registry")
    registry = app.registries.open(target.domain, o.insecure)
    for image in images:
        source = named(image["Ref"])
        if source.path != target.path:
            for digest in blobs_of(image):
                registry.mount(target.path, digest, source.path)
    for image in images:
        descriptor = image["Descriptor"]
        digest = registry.put_manifest(target.path, descriptor["digest"], descriptor["mediaType"], raw_of(image))
        app.out.line(f"Pushed ref {target.name}@{descriptor['digest']} with digest: {digest}")
    text = list_text(images)
    app.out.line(registry.put_manifest(target.path, target.tag, json.loads(text)["mediaType"], text.encode()))
    if o.purge:
        with app.manifests.changing():
            app.manifests.remove(str(target))


@options
class RemoveOptions(Options):
    manifest_lists: tuple[str, ...] = argument("MANIFEST_LIST [MANIFEST_LIST...]")


@command("manifest rm", RemoveOptions, "Remove one or more local manifest lists")
def remove(app: App, o: RemoveOptions) -> None:
    def act(text: str) -> None:
        name = str(named(text))
        list_images(app, name)
        with app.manifests.changing():
            app.manifests.remove(name)

    each_name(app, o.manifest_lists, act, lambda name, _: None)
