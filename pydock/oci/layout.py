"""OCI image layouts: folders of blobs by digest, and an index of the manifests among them.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md. Local build cache has this
form, and images that are exported unpacked. The files are docker's: blobs/, index.json, ingest/, oci-layout.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from typing import BinaryIO

from pydock.digests import hasher, parts
from pydock.errors import Failure, first_line
from pydock.files.atomic import Draft
from pydock.files.folder import Folder
from pydock.files.lock import locked_file
from pydock.go.json import decode, dumps
from pydock.shape import Json, opt

INDEX, LOCK, VERSION, BLOBS, INGEST = "index.json", "index.json.lock", "oci-layout", "blobs", "ingest"
#: the largest index, in bytes
INDEX_LIMIT = 64 << 20
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
#: annotations that identify a manifest: an image's full name, and its tag
IMAGE_NAME, REF_NAME = "io.containerd.image.name", "org.opencontainers.image.ref.name"
#: media types that refer to other blobs -> the keys of those references
NAMING = (
    INDEX_TYPE, "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)  # fmt: skip
LISTS = ("manifests", "layers")
DESCRIPTOR = {"mediaType": str, "digest": str, "size": int, "urls": opt([str])}
#: a descriptor's keys, in the specification's order
_ORDER = ("mediaType", "digest", "size", "urls", "annotations", "data", "platform", "artifactType")


class Layout:
    """A layout in `folder`, which is created at the first write."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.index = os.path.join(folder, INDEX)

    # -- the index -----------------------------------------------------------------------------------

    def find(self, tag: str, or_only: bool = False) -> Json | None:
        """The descriptor of an image by name or tag; None if the index has neither. or_only: fall back to the only one
        that the index has. Raises Failure."""
        try:
            manifests = self._manifests()
        except OSError as error:
            raise Failure(f"could not read {self.index}: open {self.index}: {first_line(error)}") from None
        for name in (IMAGE_NAME, REF_NAME):
            for one in manifests:
                if (one.get("annotations") or {}).get(name) == tag:
                    return one
        return manifests[0] if or_only and len(manifests) == 1 else None

    def put(self, descriptor: Json, names: Sequence[str] = (), tag: str = "") -> None:
        """Add a manifest to the index, by image names or by a tag, replacing older entries. Raises Failure."""
        try:
            os.makedirs(self.folder, exist_ok=True)
            with locked_file(os.path.join(self.folder, LOCK), vanishing=True), Folder(self.folder) as folder:
                try:
                    manifests = self._manifests()
                except FileNotFoundError:
                    manifests = []
                for name in names or [""]:
                    wanted = {**({IMAGE_NAME: name} if name else {}), REF_NAME: tag_of(name) if name else tag}
                    manifests = [
                        m
                        for m in manifests
                        if any(
                            (m.get("annotations") or {}).get(k, "") != wanted.get(k, "") for k in (IMAGE_NAME, REF_NAME)
                        )
                    ]
                    named = {
                        **descriptor,
                        "annotations": dict(sorted({**(descriptor.get("annotations") or {}), **wanted}.items())),
                    }
                    manifests.append({k: named[k] for k in _ORDER if k in named})
                _write(folder, VERSION, {"imageLayoutVersion": "1.0.0"})
                _write(folder, INDEX, {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": manifests})
        except OSError as error:
            raise Failure(f"could not write {self.index}: {first_line(error)}") from None

    def _manifests(self) -> list[Json]:
        """Raises OSError, Failure."""
        with open_regular(self.index) as file:
            data = file.read(INDEX_LIMIT + 1)
        if len(data) > INDEX_LIMIT:
            raise Failure(f"malformed {self.index}: it is larger than {INDEX_LIMIT >> 20} MiB")
        try:
            found = (
                decode(data or b"{}", {"manifests": opt([{"digest": str, "annotations": opt({str: str})}])}).get(
                    "manifests"
                )
                or []
            )
        except ValueError as error:
            raise Failure(f"malformed {self.index}: not an index of an OCI image layout: {error}") from None
        return list(found)

    # -- blobs ---------------------------------------------------------------------------------------

    def blob(self, digest: str) -> str:
        """The path of a blob, which need not exist. Raises ValueError for an invalid digest."""
        return os.path.join(self.folder, BLOBS, *parts(digest))

    def open(self, digest: str) -> BinaryIO:
        """Open a blob. Raises ValueError for an invalid digest, FileNotFoundError, OSError."""
        return open_regular(self.blob(digest))

    def check(self, image: Json) -> None:
        """Raises Failure if a blob of the image is missing or has the wrong size.

        Blobs with `urls` are fetched from elsewhere, and may be missing."""
        waiting, seen = [image], set()
        while waiting:
            one = waiting.pop()
            if one["digest"] in seen or one.get("urls"):
                continue
            seen.add(one["digest"])
            waiting += self._named_by(one)

    def _named_by(self, one: Json) -> list[Json]:
        """The descriptors in a manifest or an index; none for other blobs. Raises Failure."""
        try:
            with self.open(one["digest"]) as file:
                size = os.fstat(file.fileno()).st_size
                if size != one["size"]:
                    raise Failure(f"{self.folder}: the blob {one['digest']} has {size} bytes, not {one['size']}")
                if one["mediaType"] not in NAMING:
                    return []
                found = decode(
                    file.read(INDEX_LIMIT),
                    {key: opt([DESCRIPTOR] if key in LISTS else DESCRIPTOR) for key in (*LISTS, "config")},
                )
        except FileNotFoundError:
            raise Failure(f"{self.folder}: incomplete image: blob {one['digest']} is missing") from None
        except (OSError, ValueError) as error:
            why = first_line(error) if isinstance(error, OSError) else error
            raise Failure(f"{self.folder}: the blob {one['digest']}: {why}") from None
        config = found.get("config")
        return [*([config] if config else []), *(d for key in LISTS for d in found.get(key) or [])]

    def incoming(self) -> Incoming:
        """A new blob, whose digest is known at its end. Raises OSError."""
        return Incoming(self)


class Incoming:
    """A blob that is being written, under a temporary name. A context manager."""

    def __init__(self, layout: Layout) -> None:
        self.size, self._hash = 0, hasher()
        os.makedirs(layout.folder, exist_ok=True)
        self._place = Folder(layout.folder)
        try:
            self._ingest = os.dup(self._place.enter((INGEST,)))
            # read-only, as blobs never change; its creator can still write to the open file
            self._draft = Draft(self._ingest, self._place.path((INGEST,)), 0o444)
        except BaseException:
            self._place.close()
            raise

    @property
    def digest(self) -> str:
        """The digest of the bytes so far."""
        return f"sha256:{self._hash.hexdigest()}"

    def digest_by(self, algorithm: str) -> str:
        """The digest of the bytes so far by another algorithm; reads the file again. Raises OSError."""
        if algorithm == "sha256":
            return self.digest
        hashed, at = hasher(algorithm), 0
        while block := os.pread(self._draft.handle, 1 << 20, at):
            hashed.update(block)
            at += len(block)
        return f"{algorithm}:{hashed.hexdigest()}"

    def write(self, data: bytes) -> None:
        """Raises OSError."""
        self._draft.write(data)
        self._hash.update(data)
        self.size += len(data)

    def restart(self) -> None:
        """Discard the bytes so far. Raises OSError."""
        os.lseek(self._draft.handle, 0, os.SEEK_SET)
        os.ftruncate(self._draft.handle, 0)
        self._hash, self.size = hasher(), 0

    def keep(self, digest: str) -> None:
        """Rename the complete blob to its digest. Raises OSError."""
        algorithm, value = parts(digest)
        self._draft.keep(self._ingest, value, to=self._place.enter((BLOBS, algorithm)))

    def __enter__(self) -> Incoming:
        return self

    def __exit__(self, *problem: object) -> None:
        self._draft.drop()
        os.close(self._ingest)
        self._place.close()


def _write(folder: Folder, name: str, value: Json) -> None:
    """Raises OSError."""
    draft = Draft(folder.enter(()), folder.root, 0o644)
    try:
        draft.write(dumps(value).encode())
        draft.keep(folder.enter(()), name)
    finally:
        draft.drop()


def open_regular(path: str) -> BinaryIO:
    """Open a regular file. Raises OSError, also for devices and pipes, which might block."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a regular file", path)
    return open(handle, "rb", buffering=0)


def tag_of(name: str) -> str:
    """The tag of an image's name, with any digest: "1@sha256:…" of "registry/image:1@sha256:…"."""
    name, at, digest = name.partition("@")
    _, colon, tag = name.rpartition(":")
    return (tag if colon and "/" not in tag else "") + at + digest
