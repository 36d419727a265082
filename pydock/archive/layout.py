"""OCI image layouts: folders of blobs by their digests, and an index that names the manifests among them.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md. Build cache is kept so on a client's disk, and images
that are exported unpacked. The tree is the one that docker leaves: blobs/, index.json, ingest/, oci-layout.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pydock.archive.whole import WholeFile
from pydock.digests import hasher, parts
from pydock.errors import Failure, first_line
from pydock.gojson import decode, dumps
from pydock.shape import opt

Json = dict[str, Any]

INDEX, LOCK, VERSION, BLOBS, INGEST = "index.json", "index.json.lock", "oci-layout", "blobs", "ingest"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
#: annotations by which a manifest is found: an image's whole name, and its tag
IMAGE_NAME, REF_NAME = "io.containerd.image.name", "org.opencontainers.image.ref.name"
#: a descriptor's keys in the order of the specification's own types
_ORDER = ("mediaType", "digest", "size", "urls", "annotations", "data", "platform", "artifactType")


class Layout:
    """A layout in `folder`, which is made when something is put there."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.index = os.path.join(folder, INDEX)

    # -- the index -----------------------------------------------------------------------------------

    def find(self, tag: str, or_only: bool = False) -> Json | None:
        """The descriptor of an image's name, or of a tag; None where the index has neither. or_only: then the one that it has,
        if that is one. Raises Failure."""
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
        """Name a manifest by images' names, or by a tag alone, in place of what had that name. Raises Failure."""
        try:
            os.makedirs(self.folder, exist_ok=True)
            with self._locked():
                try:
                    manifests = self._manifests()
                except FileNotFoundError:
                    manifests = []
                for name in names or [""]:
                    wanted = {**({IMAGE_NAME: name} if name else {}), REF_NAME: tag_of(name) if name else tag}
                    manifests = [m for m in manifests if any((m.get("annotations") or {}).get(k, "") != wanted.get(k, "") for k in (IMAGE_NAME, REF_NAME))]
                    named = {**descriptor, "annotations": dict(sorted({**(descriptor.get("annotations") or {}), **wanted}.items()))}
                    manifests.append({k: named[k] for k in _ORDER if k in named})
                self._write(VERSION, {"imageLayoutVersion": "1.0.0"})
                self._write(INDEX, {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": manifests})
        except OSError as error:
            raise Failure(f"could not write {self.index}: {first_line(error)}") from None

    def _manifests(self) -> list[Json]:
        """Raises OSError, Failure."""
        with open(self.index, "rb") as file:
            data = file.read()
        try:
            found = decode(data or b"{}", {"manifests": opt([{"digest": str, "annotations": opt({str: str})}])}).get("manifests") or []
        except ValueError as error:
            raise Failure(f"malformed {self.index}: {error}: it is no index of an OCI image layout") from None
        return list(found)

    def _write(self, name: str, value: Json) -> None:
        with WholeFile(os.path.join(self.folder, name), 0o644) as file:
            file.write(dumps(value).encode())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Two builds may put what they made into one layout; the lock's file is gone afterwards, as docker's is."""
        try:
            import fcntl
        except ImportError:  # Windows
            yield
            return
        path = os.path.join(self.folder, LOCK)
        while True:
            with open(path, "ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                try:
                    ours = os.path.samestat(os.stat(path), os.fstat(file.fileno()))
                except FileNotFoundError:
                    ours = False
                if not ours:
                    # who waited holds a lock on a file that is gone
                    continue
                try:
                    yield
                finally:
                    os.remove(path)
                return

    # -- blobs ---------------------------------------------------------------------------------------

    def blob(self, digest: str) -> str:
        """The path of a blob, which may not be there. Raises ValueError for what is no digest."""
        return os.path.join(self.folder, BLOBS, *parts(digest))

    def incoming(self) -> Incoming:
        """Something new, of which only the end will tell its digest. Raises OSError."""
        return Incoming(self)


class Incoming:
    """A blob that is being written: under another name, until it is whole. A context manager."""

    def __init__(self, layout: Layout) -> None:
        self.layout, self.size = layout, 0
        place = os.path.join(layout.folder, INGEST)
        os.makedirs(place, exist_ok=True)
        self._path = os.path.join(place, secrets.token_hex(16))
        # read-only from the start, as blobs never change; who makes a file may write it all the same
        self._file = open(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o444), "w+b", buffering=0)
        self._hash = hasher()

    @property
    def digest(self) -> str:
        """Of what has come so far."""
        return f"sha256:{self._hash.hexdigest()}"

    def digest_by(self, algorithm: str) -> str:
        """The same by another algorithm: what has come is read once more. Raises OSError."""
        if algorithm == "sha256":
            return self.digest
        hashed, at = hasher(algorithm), 0
        while block := os.pread(self._file.fileno(), 1 << 20, at):
            hashed.update(block)
            at += len(block)
        return f"{algorithm}:{hashed.hexdigest()}"

    def write(self, data: bytes) -> None:
        """Raises OSError."""
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]
        self._hash.update(data)
        self.size += len(data)

    def restart(self) -> None:
        """What has come is of no use. Raises OSError."""
        self._file.seek(0)
        self._file.truncate()
        self._hash, self.size = hasher(), 0

    def keep(self, digest: str) -> None:
        """It is whole: give it the name of its digest. Raises OSError."""
        target = self.layout.blob(digest)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        self._file.close()
        os.replace(self._path, target)
        self._path = ""

    def __enter__(self) -> Incoming:
        return self

    def __exit__(self, *problem: object) -> None:
        self._file.close()
        if self._path:
            os.unlink(self._path)


def tag_of(name: str) -> str:
    """The tag of an image's name, or what follows it: "1@sha256:…" of "registry/image:1@sha256:…"."""
    name, at, digest = name.partition("@")
    _, colon, tag = name.rpartition(":")
    return (tag if colon and "/" not in tag else "") + at + digest
