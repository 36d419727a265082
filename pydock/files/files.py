"""This host's file system for commands: read files, write them atomically, check output paths."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator

from pydock.errors import Failure, Unreadable, first_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

    from pydock.files.atomic import Claim, WholeFile


class Files:
    """stdin: read where no path is given. Errors are Failures with Go's messages: "open PATH: no such file or
    directory".
    """

    def __init__(self, stdin: BinaryIO) -> None:
        self.stdin = stdin

    @classmethod
    def dry(cls, stdin: BinaryIO) -> Files:
        """Files that are only read, for what tells what it would do."""
        return DryFiles(stdin)

    def cwd(self) -> str:
        return os.getcwd()

    def read(self, path: str) -> bytes:
        """Raises Failure, Unreadable."""
        return b"".join(self.blocks(path))

    def blocks(self, path: str | None, size: int = 1 << 20, send: Callable[[], bool] = bool) -> Iterator[bytes]:
        """A file's bytes (stdin's for None), block by block. send: whether whoever reads the blocks takes FileParts, as the
        engine's connection may; asked when the first block is wanted.

        Raises Failure at once if it cannot be opened, Unreadable later."""
        try:
            # Go can open a folder, which open() refuses
            handle = -1 if path is None else os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise Failure(f"open {path}: {first_line(error)}") from None

        def read() -> Iterator[bytes]:
            try:
                yield b""
                if path is not None and send():
                    yield from _parts(handle, path, size)
                while data := self.stdin.read(size) if path is None else os.read(handle, size):
                    yield data
            except OSError as error:
                raise Unreadable(f"read {'/dev/stdin' if path is None else path}: {first_line(error)}") from None
            finally:
                # stdin stays open for later use
                if path is not None:
                    os.close(handle)

        opened = read()
        # started, so that closing the generator closes the file
        next(opened)
        return opened

    def size(self, path: str) -> int:
        """Bytes of a regular file; 0 for anything else."""
        return os.path.getsize(path) if os.path.isfile(path) else 0

    def is_folder(self, path: str) -> bool:
        """Is it a folder, and not a link to one? Raises Failure, also if it does not exist."""
        try:
            return stat.S_ISDIR(os.lstat(path).st_mode)
        except OSError as error:
            raise Failure(f"lstat {path}: {first_line(error)}") from None

    def kind(self, path: str) -> str:
        """ "folder", "file" (anything else), or "" if it does not exist. Raises Failure."""
        try:
            return "folder" if stat.S_ISDIR(os.stat(path).st_mode) else "file"
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise Failure(f"stat {path}: {first_line(error)}") from None

    def check_output(self, path: str) -> None:
        """Raises Failure, with docker's message, if no output file can be written at `path`."""
        from pydock.files.atomic import check_path

        check_path(path)

    def write(self, path: str, blocks: Iterable[bytes], mode: int = 0o600, **options: bool) -> None:
        """Write a file atomically; see files.atomic. Raises Failure."""
        from pydock.files.atomic import write_whole

        write_whole(path, blocks, mode, **options)

    def open_whole(self, path: str, mode: int = 0o600, **options: bool) -> WholeFile:
        """A file to write block by block, atomically; see files.atomic."""
        from pydock.files.atomic import WholeFile

        return WholeFile(path, mode, **options)

    def claim(self, path: str) -> Claim:
        """A new file that reserves its name; see files.atomic. Raises FileExistsError, Failure."""
        from pydock.files.atomic import Claim

        return Claim(path)

    def remove_output(self, path: str) -> None:
        """Remove an old output, so that it is not mistaken for the new one. Only files and links are removed."""
        from pydock.files.atomic import DEVICES

        try:
            kind = os.lstat(path).st_mode
            if stat.S_ISREG(kind) or (stat.S_ISLNK(kind) and os.path.dirname(path) not in DEVICES):
                os.remove(path)
        except OSError:
            pass


def _parts(handle: int, path: str, size: int) -> Iterator[bytes]:
    """The parts of a regular file, after which it is read as it was; none of others. Raises OSError."""
    from pydock.files.part import FilePart

    status = os.fstat(handle)
    if stat.S_ISREG(status.st_mode):
        for at in range(0, status.st_size, size):
            yield FilePart(handle, path, at, min(size, status.st_size - at), status.st_size)  # type: ignore[misc]
        os.lseek(handle, status.st_size, os.SEEK_SET)


class DryFiles(Files):
    """Nothing is written."""

    def write(self, path: str, blocks: Iterable[bytes], mode: int = 0o600, **options: bool) -> None:
        for _ in blocks:
            pass

    def claim(self, path: str) -> Claim:
        from pydock.files.atomic import Unclaimed

        return Unclaimed(path)

    def remove_output(self, path: str) -> None:
        pass
