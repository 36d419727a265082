"""docker's context store: contexts/meta/ID/meta.json and contexts/tls/ID/docker/*.pem, ID the SHA-256 of the name."""

from __future__ import annotations

import os
from typing import Any

from pydock.errors import Failure, first_line
from pydock.gojson import decode, dumps
from pydock.shape import opt

Meta = dict[str, Any]

#: what is known of a context's metadata; it may hold more
SHAPE = {
    "Name": opt(str), "Metadata": opt({"Description": opt(str)}),
    "Endpoints": opt({"docker": opt({"Host": opt(str), "SkipTLSVerify": opt(bool)})}),
}  # fmt: skip


class Store:
    """Contexts on disk, readable and writable by docker too. `folder` is the configuration folder."""

    def __init__(self, folder: str) -> None:
        self.root = os.path.join(folder, "contexts")

    @staticmethod
    def digest(name: str) -> str:
        from hashlib import sha256

        return sha256(name.encode()).hexdigest()

    def meta_path(self, name: str) -> str:
        return os.path.join(self.root, "meta", self.digest(name))

    def tls_path(self, name: str) -> str:
        return os.path.join(self.root, "tls", self.digest(name))

    def load(self, name: str) -> Meta:
        """{"Name", "Metadata", "Endpoints": {"docker": {"Host", "SkipTLSVerify"}}}. Raises ValueError."""
        path = os.path.join(self.meta_path(name), "meta.json")
        try:
            with open(path, "rb") as file:
                meta: Meta = decode(file.read(), SHAPE)
        except OSError as error:
            raise ValueError(f'context "{name}": context not found: open {path}: {first_line(error)}') from None
        except ValueError as error:
            raise ValueError(f'context "{name}": parsing {path}: {error}') from None
        return meta

    def names(self) -> list[str]:
        """All stored contexts, sorted."""
        folder, names = os.path.join(self.root, "meta"), []
        for entry in os.listdir(folder) if os.path.isdir(folder) else ():
            try:
                with open(os.path.join(folder, entry, "meta.json"), "rb") as file:
                    names.append(decode(file.read(), {"Name": str})["Name"])
            except (OSError, ValueError):
                continue
        return sorted(n for n in names if n)

    def tls_files(self, name: str) -> dict[str, str]:
        """File name -> path of the context's TLS material."""
        folder = os.path.join(self.tls_path(name), "docker")
        if not os.path.isdir(folder):
            return {}
        return {n: os.path.join(folder, n) for n in sorted(os.listdir(folder))}

    def exists(self, name: str) -> bool:
        return os.path.isfile(os.path.join(self.meta_path(name), "meta.json"))

    def save(self, name: str, meta: Meta, tls: dict[str, bytes] | None) -> None:
        """Write a context's metadata, and its TLS material unless `tls` is None. Raises Failure."""
        folder = self.meta_path(name)
        try:
            os.makedirs(folder, mode=0o755, exist_ok=True)
            path = os.path.join(folder, "meta.json")
            with open(path + ".tmp", "w", encoding="utf-8") as file:
                file.write(dumps({**meta, "Name": name}))
            os.replace(path + ".tmp", path)
            if tls is not None:
                self._save_tls(name, tls)
        except OSError as error:
            raise Failure(f"cannot write context {name}: {error.filename or folder}: {first_line(error)}") from error

    def _save_tls(self, name: str, tls: dict[str, bytes]) -> None:
        import shutil

        shutil.rmtree(self.tls_path(name), ignore_errors=True)
        if not tls:
            return
        folder = os.path.join(self.tls_path(name), "docker")
        os.makedirs(folder, mode=0o700)
        os.chmod(self.tls_path(name), 0o700)
        for file_name, data in tls.items():
            with open(os.open(os.path.join(folder, file_name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(data)

    def remove(self, name: str) -> None:
        """Metadata and TLS material; nothing happens if they are not there."""
        import shutil

        shutil.rmtree(self.meta_path(name), ignore_errors=True)
        shutil.rmtree(self.tls_path(name), ignore_errors=True)
