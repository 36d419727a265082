"""docker's local store of manifest lists: a folder for each list, a file for each image."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager

from pydock.errors import Failure, first_line
from pydock.go.json import decode, dumps
from pydock.shape import Json, opt

_PLATFORM = {
    "architecture": opt(str),
    "os": opt(str),
    "os.version": opt(str),
    "os.features": opt([str]),
    "variant": opt(str),
}
#: the required shape of a stored image; "Raw" is its manifest in base64
_STORED = {
    "Ref": str,
    "Raw": str,
    "Descriptor": {"mediaType": str, "digest": str, "size": int, "platform": opt(_PLATFORM)},
}


class ManifestStore:
    """In the configuration folder, in docker's format."""

    def __init__(self, config_dir: str) -> None:
        self.root = os.path.join(config_dir, "manifests")

    def _path(self, name: str, *rest: str) -> str:
        return os.path.join(self.root, *(n.replace(":", "-").replace("/", "_") for n in (name, *rest)))

    def images(self, name: str) -> list[Json]:
        """The images of a list, in the order of their file names; empty if there is no such list. Raises Failure."""
        folder = self._path(name)
        files = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        return [self._read(os.path.join(folder, file)) for file in files]

    def image(self, name: str, image: str) -> Json | None:
        """One image of a list; None if the list does not have it. Raises Failure."""
        path = self._path(name, image)
        return self._read(path) if os.path.isfile(path) else None

    @staticmethod
    def _read(path: str) -> Json:
        try:
            with open(path, "rb") as file:
                value: Json = decode(file.read(), _STORED)
            base64.b64decode(value["Raw"], validate=True)
        except (OSError, ValueError) as error:
            raise Failure(f"invalid stored manifest {path}: {first_line(error)}") from error
        return value

    @contextmanager
    def changing(self) -> Iterator[None]:
        """A lock against changes by other processes. Raises Failure."""
        from pydock.files.lock import locked_folder

        try:
            os.makedirs(self.root, exist_ok=True)
            with locked_folder(self.root):
                yield
        except OSError as error:
            raise Failure(f"open {error.filename or self.root}: {first_line(error)}") from error

    def save(self, name: str, images: dict[str, Json]) -> None:
        """Add images to a list: all of them or none. Needs `changing`. Raises Failure, OSError."""
        from pydock.files.atomic import Scratch, write_whole

        folder = self._path(name)
        # written beside the folder: docker reads every file in it as an image
        with Scratch(self.root, 0o755) as fresh:
            files = {self._path(name, image): manifest for image, manifest in images.items()}
            for path, manifest in files.items():
                write_whole(os.path.join(fresh.path, os.path.basename(path)), [dumps(manifest).encode()], 0o644)
            if not os.path.isdir(folder):
                fresh.keep(folder)
                return
            for path in files:
                os.replace(os.path.join(fresh.path, os.path.basename(path)), path)

    def remove(self, name: str) -> None:
        """Remove a list. Needs `changing`. Raises OSError."""
        from pydock.files.atomic import discard

        discard(self._path(name))
