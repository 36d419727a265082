"""App's doors to this machine: files, archives, the clock, what a build may use of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

from pydock.errors import Failure, first_line

if TYPE_CHECKING:
    from pydock.app import Output
    from pydock.archive.context import BuildContext
    from pydock.archive.layout import Layout
    from pydock.archive.whole import Claim, WholeFile
    from pydock.buildkit.inputs import BuildInputs
    from pydock.paths import Place


class Machine:
    """The part of App that knows neither engine nor configuration."""

    environ: Mapping[str, str]
    err: Output
    stdin: BinaryIO

    # -- files, the clock, the terminal ------------------------------------------------------------

    #: what a line of the log must matter to be shown: --log-level
    log_level = "info"

    def log_error(self, text: str) -> None:
        self.log("error", text)

    def log(self, level: str, text: str) -> None:
        """A line of docker's log, where --log-level lets it be seen. level: "error" or "warning"."""
        if (level, self.log_level) == ("warning", "error") or self.log_level in ("fatal", "panic"):
            return
        from datetime import datetime, timezone

        from pydock.golang import quote

        moment = datetime.fromtimestamp(self.now(), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.err.line(f'time="{moment}" level={level} msg={quote(text)}')

    def now(self) -> float:
        """Seconds since 1970."""
        import time

        return time.time()

    @cached_property
    def machine(self) -> str:
        """This machine's architecture, by Go's name: "amd64"."""
        name = os.uname().machine if hasattr(os, "uname") else self.environ.get("PROCESSOR_ARCHITECTURE", "amd64")
        return {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "i686": "386", "armv7l": "arm"}.get(name, name)

    def cwd(self) -> str:
        return os.getcwd()

    def read_file(self, path: str) -> bytes:
        """Raises Failure in Go's words: "open PATH: no such file or directory"."""
        try:
            with open(path, "rb") as file:
                return file.read()
        except OSError as error:
            verb = "read" if isinstance(error, IsADirectoryError) else "open"
            raise Failure(f"{verb} {path}: {first_line(error)}") from None

    def file_size(self, path: str) -> int:
        """Bytes of a regular file; 0 for what is none."""
        return os.path.getsize(path) if os.path.isfile(path) else 0

    def kind_of(self, path: str) -> str:
        """"folder", "file" (whatever is none), or "" where nothing is. Raises Failure."""
        try:
            return "folder" if stat.S_ISDIR(os.stat(path).st_mode) else "file"
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise Failure(f"stat {path}: {first_line(error)}") from None

    def check_output(self, path: str) -> None:
        """Can a file be written at `path`? Raises Failure, in docker's words."""
        from pydock.archive.whole import check_place

        check_place(path)

    def write_whole(self, path: str, blocks: Iterable[bytes], mode: int = 0o600, **options: bool) -> None:
        """Write a file that is there only when it is whole; see archive.whole. Raises Failure."""
        from pydock.archive.whole import write_whole

        write_whole(path, blocks, mode, **options)

    def whole_file(self, path: str, mode: int = 0o600, **options: bool) -> WholeFile:
        """The same, written block by block."""
        from pydock.archive.whole import WholeFile

        return WholeFile(path, mode, **options)

    def claim(self, path: str) -> Claim:
        """A file that nobody else has made; see archive.whole. Raises FileExistsError, Failure."""
        from pydock.archive.whole import Claim

        return Claim(path)

    def read_blocks(self, path: str | None, size: int = 1 << 20) -> Iterator[bytes]:
        """A file's bytes (stdin's for None), block by block. Raises Failure at once if it cannot be opened."""
        try:
            file = self.stdin if path is None else open(path, "rb", buffering=0)
        except OSError as error:
            raise Failure(f"open {path}: {first_line(error)}") from None

        def blocks() -> Iterator[bytes]:
            try:
                yield b""
                while data := file.read(size):
                    yield data
            finally:
                # stdin may be asked for more: whether it is a terminal, say
                if path is not None:
                    file.close()

        opened = blocks()
        # begun: whatever becomes of it, the file is closed
        next(opened)
        return opened

    # -- copies between this machine and a container -----------------------------------------------

    def absolute(self, path: str) -> str:
        """An absolute, clean path that ends as the given one ("/", "/.")."""
        from pydock.archive.local import absolute

        return absolute(path, self.cwd())

    def check_copy_output(self, path: str) -> None:
        """Can something be copied to `path`? Raises Failure."""
        from pydock.archive.local import check_output

        check_output(path)

    def copy_source(self, path: str, follow: bool) -> Place:
        """What an absolute path of this machine stands for as the source of a copy. Raises Failure."""
        from pydock.archive.local import source

        return source(path, follow)

    def copy_destination(self, path: str) -> Place:
        """The same for the destination of a copy. Raises Failure."""
        from pydock.archive.local import destination

        return destination(path)

    def pack(self, place: Place, rename: Callable[[str], str], skipped: Callable[[str, str, bool], None]) -> Iterator[bytes]:
        """A tar archive of files here; see archive.pack."""
        from pydock.archive.pack import pack

        return pack(place, rename, skipped)

    def gzip(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The same bytes compressed, as they come."""
        import zlib

        squeeze = zlib.compressobj(wbits=31)
        for block in blocks:
            if data := squeeze.compress(block):
                yield data
        yield squeeze.flush()

    def unpack(self, blocks: Iterable[bytes], folder: str, rename: Callable[[str], str]) -> None:
        """A tar archive to files here; see archive.unpack. Raises Failure."""
        from pydock.archive.unpack import unpack

        unpack(blocks, folder, rename)

    # -- builds ------------------------------------------------------------------------------------

    def build_inputs(self) -> BuildInputs:
        """What a build's command line means on this machine; see buildkit.inputs."""
        from pydock.buildkit.inputs import BuildInputs

        return BuildInputs()

    def build_context(self, place: str, file: str, told: Callable[[str, int], None]) -> BuildContext:
        """The classic builder's context as an archive. Raises Failure."""
        from pydock.archive.context import BuildContext
        from pydock.registry.fetch import blocks

        return BuildContext(place, file, self.stdin, blocks, told, self.log_error)

    def layout(self, folder: str) -> Layout:
        """A folder as an OCI image layout."""
        from pydock.archive.layout import Layout

        return Layout(folder)

    def git_attributes(self, context: str, file: str, folders: Mapping[str, str]) -> dict[str, str]:
        """Where the sources of a build come from, for its record; {} outside of git."""
        from pydock.buildkit.inputs import git_attributes

        return git_attributes(context, file, folders, self.environ)

    def fetch_token(self, host: str, realm: str, service: str, scopes: Sequence[str], auth: Mapping[str, str], client_id: str) -> tuple[str, int, int]:
        """A registry's token; see registry.tokens. Returns it, the seconds that it is good for, and when it was issued. Raises Failure."""
        from pydock.registry.tokens import fetch

        token = fetch(realm, service, scopes, auth, client_id, host)
        return token.text, token.seconds, token.issued

    def download(self, url: str) -> bytes:
        """Raises Failure."""
        from pydock.registry.fetch import fetch

        return fetch(url)

    def remove_output(self, path: str) -> None:
        """What an output replaces, so that an old one is not taken for it: a file, or a link by that name, and nothing else."""
        from pydock.archive.whole import DEVICES

        try:
            kind = os.lstat(path).st_mode
            if stat.S_ISREG(kind) or (stat.S_ISLNK(kind) and os.path.dirname(path) not in DEVICES):
                os.remove(path)
        except OSError:
            pass
