"""Archives of a context, compatible with docker's. Only `context export` and `context import` load this module."""

from __future__ import annotations

import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

from pydock.archive.untar import CONTENT, Source, entries
from pydock.config.contexts import SHAPE, Meta
from pydock.errors import BrokenStream
from pydock.go.json import decode, dumps

#: limits: bytes of an archive, bytes of its unpacked content, number of files
LIMIT, MAX_FILES = 10 << 20, 1000

#: what Python's readers raise for malformed archives
_MALFORMED = (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error)
_BROKEN = (*_MALFORMED, BrokenStream, EOFError, OSError, OverflowError, LookupError, RuntimeError, ValueError)


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
    for name, content in _files(data):
        parts = name.split("/")
        if name == "meta.json":
            meta = decode(content, SHAPE)
        elif parts[0] == "tls" and len(parts) == 3 and parts[2] and ".." not in parts and "\0" not in name:
            if parts[1] == "docker":
                tls[parts[2]] = content
        else:
            raise ValueError(f"{name}: unexpected context file")
    if meta is None:
        raise ValueError("invalid context: no metadata found")
    return meta, tls


def _files(data: bytes) -> list[tuple[str, bytes]]:
    """(name, content) of all files, within the limits. Raises ValueError."""
    found: list[tuple[str, bytes]] = []
    left = LIMIT
    zipped = data.startswith(b"PK\x03\x04")
    try:
        for name, content in _zip_files(data) if zipped else _tar_files(data):
            left -= len(content)
            if left < 0 or len(found) == MAX_FILES:
                break
            found.append((name, content))
        else:
            return found
    except zipfile.BadZipFile:
        raise ValueError("zip: not a valid zip file") from None
    except _BROKEN as error:
        raise ValueError(str(error) if zipped else "unexpected EOF") from None
    raise ValueError("read exceeds the defined limit")


def _tar_files(data: bytes) -> Iterator[tuple[str, bytes]]:
    # the last block of docker's own export is incomplete
    ending = bytes(-len(data) % tarfile.BLOCKSIZE + 2 * tarfile.BLOCKSIZE)
    for entry, content in entries(Source([data, ending])):
        if entry.type in CONTENT:
            yield entry.name, b"".join(content)


def _zip_files(data: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                with archive.open(entry) as file:
                    yield entry.filename, file.read(LIMIT + 1)
