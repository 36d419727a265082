"""docker's local store of manifest lists that are being made: a folder a list, a file an image."""

from __future__ import annotations

import base64
import os
import shutil
from typing import Any

from pydock.errors import Failure, first_line
from pydock.gojson import decode, dumps
from pydock.shape import opt

Json = dict[str, Any]

_PLATFORM = {"architecture": opt(str), "os": opt(str), "os.version": opt(str), "os.features": opt([str]), "variant": opt(str)}
#: what a stored image is; "Raw" is its manifest in base64
_STORED = {"Ref": str, "Raw": str, "Descriptor": {"mediaType": str, "digest": str, "size": int, "platform": opt(_PLATFORM)}}


class ManifestStore:
    """Below the configuration folder; readable and writable by docker too."""

    def __init__(self, config_dir: str) -> None:
        self.root = os.path.join(config_dir, "manifests")

    def _path(self, name: str, *rest: str) -> str:
        return os.path.join(self.root, *(n.replace(":", "-").replace("/", "_") for n in (name, *rest)))

    def images(self, name: str) -> list[Json]:
        """The images of a list, in the order of their files; empty if there is no such list. Raises Failure."""
        folder = self._path(name)
        files = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        return [self._read(os.path.join(folder, file)) for file in files]

    def image(self, name: str, image: str) -> Json | None:
        """One image of a list; None if it is not in it. Raises Failure."""
        path = self._path(name, image)
        return self._read(path) if os.path.isfile(path) else None

    @staticmethod
    def _read(path: str) -> Json:
        try:
            with open(path, "rb") as file:
                value: Json = decode(file.read(), _STORED)
            base64.b64decode(value["Raw"], validate=True)
        except (OSError, ValueError) as error:
            raise Failure(f"{path} is no stored manifest: {first_line(error)}") from error
        return value

    def save(self, name: str, image: str, manifest: Json) -> None:
        """Raises Failure."""
        path = self._path(name, image)
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path + ".tmp", "w", encoding="utf-8") as file:
                file.write(dumps(manifest))
            os.replace(path + ".tmp", path)
        except OSError as error:
            raise Failure(f"open {path}: {first_line(error)}") from error

    def remove(self, name: str) -> None:
        """Raises Failure."""
        try:
            shutil.rmtree(self._path(name))
        except OSError as error:
            raise Failure(f"remove {self._path(name)}: {first_line(error)}") from error
