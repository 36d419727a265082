"""docker's context store: contexts/meta/ID/meta.json and contexts/tls/ID/docker/*.pem, ID the SHA-256 of the name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from pydock.errors import Failure, failing, first_line
from pydock.go.json import decode, dumps
from pydock.shape import opt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from pydock.files.atomic import Scratch

Meta: TypeAlias = "dict[str, Any]"

#: the required shape of a context's metadata; it may hold more
SHAPE = {
    "Name": opt(str), "Metadata": opt({"Description": opt(str)}),
    "Endpoints": opt({"docker": opt({"Host": opt(str), "SkipTLSVerify": opt(bool)})}),
}  # fmt: skip


def _entries(folder: str) -> list[str]:
    """The entries of a folder; none where it is missing. Raises ValueError."""
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ValueError(f"open {folder}: {first_line(error)}") from None


class Store:
    """Contexts on disk, in docker's format. `folder` is the configuration folder."""

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
            missing = "context not found: " if isinstance(error, FileNotFoundError) else ""
            raise ValueError(f'context "{name}": {missing}open {path}: {first_line(error)}') from None
        except ValueError as error:
            raise ValueError(f'context "{name}": parsing {path}: {error}') from None
        return meta

    def names(self) -> list[str]:
        """All stored contexts, sorted. Raises Failure where the folder is there and cannot be read."""
        folder, names = os.path.join(self.root, "meta"), []
        with failing():
            entries = _entries(folder)
        for entry in entries:
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

    def may_exist(self, name: str) -> bool:
        """False if it does not; where that cannot be found out, what is done with the context will fail."""
        try:
            os.stat(self.meta_path(name))
        except FileNotFoundError:
            return False
        except OSError:
            pass
        return True

    def exists(self, name: str) -> bool:
        return os.path.isfile(os.path.join(self.meta_path(name), "meta.json"))

    @contextmanager
    def changing(self) -> Iterator[None]:
        """A lock against changes by other processes. Raises Failure."""
        from pydock.files.lock import locked_folder

        try:
            os.makedirs(self.root, mode=0o755, exist_ok=True)
            with locked_folder(self.root):
                yield
        except OSError as error:
            raise Failure(f"{error.filename or self.root}: {first_line(error)}") from error

    def add(self, name: str, meta: Meta, tls: dict[str, bytes]) -> None:
        """Add a context. Raises Failure if it exists."""
        with self.changing():
            if self.exists(name):
                raise Failure(f'context "{name}" already exists')
            try:
                self.save(name, meta, tls)
            except BaseException:
                self.remove(name)
                raise

    def save(self, name: str, meta: Meta, tls: dict[str, bytes] | None) -> None:
        """Write a context's metadata, and its TLS material unless `tls` is None: both or neither. Needs `changing`.

        Raises Failure, OSError."""
        from pydock.files.atomic import remove_folder, write_whole

        folder = self.meta_path(name)
        os.makedirs(folder, mode=0o755, exist_ok=True)
        with ExitStack() as stack:
            fresh = stack.enter_context(self._tls_folder(tls)) if tls else None
            write_whole(os.path.join(folder, "meta.json"), [dumps({**meta, "Name": name}).encode()], 0o644)
            if fresh:
                fresh.keep(self.tls_path(name))
        if tls is not None and not tls and os.path.lexists(self.tls_path(name)):
            remove_folder(self.tls_path(name))

    def _tls_folder(self, tls: dict[str, bytes]) -> Scratch:
        """A temporary folder with TLS material. Raises Failure, OSError."""
        from pydock.files.atomic import Scratch, write_whole

        os.makedirs(above := os.path.join(self.root, "tls"), mode=0o700, exist_ok=True)
        scratch = Scratch(above)
        try:
            os.mkdir(folder := os.path.join(scratch.path, "docker"), 0o700)
            for file_name, data in tls.items():
                write_whole(os.path.join(folder, file_name), [data])
        except BaseException:
            scratch.__exit__()
            raise
        return scratch

    def discard(self, name: str) -> None:
        """Remove a context, if it exists. Raises Failure in docker's words."""
        with failing(f"failed to remove context {name}: failed to remove metadata: "):
            _entries(os.path.join(self.root, "meta"))
        if os.path.lexists(self.root):
            with self.changing():
                self.remove(name)

    def remove(self, name: str) -> None:
        """Remove metadata and TLS material, if they exist. Needs `changing`. Raises OSError."""
        from pydock.files.atomic import remove_folder

        for folder in (self.meta_path(name), self.tls_path(name)):
            if os.path.lexists(folder):
                remove_folder(folder)
