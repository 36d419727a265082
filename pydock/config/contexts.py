"""docker's context store: contexts/meta/ID/meta.json and contexts/tls/ID/docker/*.pem, ID the SHA-256 of the name."""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from typing import Any

from pydock.errors import Failure, first_line
from pydock.gojson import dumps

Meta = dict[str, Any]


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
            with open(path, encoding="utf-8") as file:
                meta: Meta = json.load(file)
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
                with open(os.path.join(folder, entry, "meta.json"), encoding="utf-8") as file:
                    names.append(str(json.load(file).get("Name", "")))
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
        shutil.rmtree(self.meta_path(name), ignore_errors=True)
        shutil.rmtree(self.tls_path(name), ignore_errors=True)


# -- archives of one context, interchangeable with docker's ----------------------------------------

LIMIT = 10 << 20


def pack(meta: Meta, tls: dict[str, bytes]) -> bytes:
    """A tar archive: meta.json and tls/docker/FILE."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:

        def add(name: str, data: bytes | None, mode: int) -> None:
            entry = tarfile.TarInfo(name)
            entry.mode, entry.type = mode, tarfile.REGTYPE if data is not None else tarfile.DIRTYPE
            entry.size = len(data or b"")
            archive.addfile(entry, io.BytesIO(data or b""))

        add("meta.json", dumps(meta).encode(), 0o644)
        add("tls", None, 0o700)
        if tls:
            add("tls/docker", None, 0o700)
        for name, data in tls.items():
            add(f"tls/docker/{name}", data, 0o600)
    return out.getvalue()


def unpack(data: bytes) -> tuple[Meta, dict[str, bytes]]:
    """(metadata, TLS material) of a tar or zip archive. Raises ValueError."""
    if len(data) > LIMIT:
        raise ValueError("read exceeds the defined limit")
    meta: Meta | None = None
    tls: dict[str, bytes] = {}
    try:
        for name, content in _zip_files(data) if data.startswith(b"PK") else _tar_files(data):
            parts = name.split("/")
            if name == "meta.json":
                meta = json.loads(content)
            elif parts[0] == "tls" and len(parts) == 3 and parts[2] and ".." not in parts:
                if parts[1] == "docker":
                    tls[parts[2]] = content
            else:
                raise ValueError(f"{name}: unexpected context file")
    except tarfile.TarError:
        raise ValueError("unexpected EOF") from None
    except zipfile.BadZipFile as error:
        raise ValueError(str(error)) from None
    if not isinstance(meta, dict):
        raise ValueError("invalid context: no metadata found")
    return meta, tls


def _tar_files(data: bytes) -> Iterator[tuple[str, bytes]]:
    # docker's own export ends in the middle of the last block
    with tarfile.open(fileobj=io.BytesIO(data + bytes(-len(data) % tarfile.BLOCKSIZE))) as archive:
        for entry in archive:
            file = archive.extractfile(entry) if entry.isreg() else None
            if file is not None:
                yield entry.name, file.read(LIMIT)


def _zip_files(data: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                with archive.open(entry) as file:
                    yield entry.filename, file.read(LIMIT)
