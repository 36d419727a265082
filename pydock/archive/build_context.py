"""The classic builder's context: a folder, a git repository, a URL or stdin → one tar archive, block by block.

As docker/cli's cli/command/image/build: files that .dockerignore matches are left out, except the Dockerfile
and .dockerignore themselves; everything belongs to root.
"""

from __future__ import annotations

import io
import os
import re
import secrets
import stat
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import BinaryIO

from pydock.archive.ignore import Known, Matcher, read_ignore_file
from pydock.archive.pack import END, Packer
from pydock.errors import Failure, failing, first_line
from pydock.files.atomic import NO_LINK
from pydock.git import Git
from pydock.go.strconv import quote

COMPRESSED = (b"BZh", b"\x1f\x8b\x08", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
HEADER = 1024
#: the largest Dockerfile from a stream, in bytes: it is held in memory, unlike an archive
MAX_DOCKERFILE = 16 << 20
BLOCK = 1 << 20
DOCKERFILE, IGNORE = "Dockerfile", ".dockerignore"
NOT_CLONED = "unable to prepare context: unable to 'git clone' to temporary context directory: "
GIT_SCHEMES = ("git", "http", "https", "ssh")


def is_url(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def is_git(text: str) -> bool:
    """Does docker treat it as a git repository?"""
    return (is_url(text) and re.search(r"\.git(?:#.+)?$", text) is not None) or text.startswith(
        ("git://", "github.com/", "git@")
    )


class BuildContext:
    """A context manager. `dockerfile`: its name in the archive; `blocks`: the archive."""

    def __init__(
        self,
        context: str,
        file: str,
        stdin: BinaryIO,
        open_url: Callable[[str], Iterator[bytes]],
        report: Callable[[str, int], None],
        warn: Callable[[str], None],
    ) -> None:
        """open_url: returns a body, block by block; report: called with (title, bytes) of a download; warn: called for
        skipped files. Raises Failure with docker's message."""
        self._warn = warn
        self._made: tempfile.TemporaryDirectory[str] | None = None
        self.dockerfile = file
        self.blocks: Iterable[bytes] = ()
        try:
            if context == "-":
                self._from_stream(chunks(stdin), file, "unable to prepare context from STDIN: ")
            elif os.path.exists(context):
                self._from_folder(context, file, stdin, file and os.path.abspath(file) if file != "-" else "-")
            elif is_git(context):
                self._made = tempfile.TemporaryDirectory(prefix="docker-build-git")
                self._from_folder(clone(context, self._made.name), file, stdin, file)
            elif is_url(context):
                self._from_stream(_reported(_opened(context, open_url), context, report), file, "")
            else:
                raise Failure(f"unable to prepare context: path {quote(context)} not found")
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> BuildContext:
        return self

    def __exit__(self, *problem: object) -> None:
        if self._made:
            self._made.cleanup()

    def _from_stream(self, blocks: Iterator[bytes], file: str, prefix: str) -> None:
        """Pass an archive on unchanged; anything else is a Dockerfile."""
        head, blocks = with_head(blocks)
        if is_archive(head):
            self.dockerfile, self.blocks = file, blocks
            return
        if file == "-":
            raise Failure(f"{prefix}build context is not an archive")
        if file:
            raise Failure(f"{prefix}ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles")
        self.dockerfile = DOCKERFILE
        content = dockerfile_of(blocks)
        self.blocks = [*_file(DOCKERFILE, content, 0o644), END]

    def _from_folder(self, context: str, file: str, stdin: BinaryIO, path: str) -> None:
        """path: the Dockerfile's, absolute or relative to the folder."""
        try:
            folder = resolved_folder(context)
            self.dockerfile = relative_dockerfile(folder, path)
        except Failure as failure:
            raise Failure(f"unable to prepare context: {failure.message}") from None
        outside = self.dockerfile.startswith("../")
        if outside and self._made:
            raise Failure(f"unable to prepare context: the Dockerfile ({file}) must be within the build context")
        patterns = trimmed(read_patterns(folder), self.dockerfile, file == "-")
        with failing("checking context: "):
            matcher = Matcher(patterns)
            check_readable(folder, matcher)
        if file == "-" or outside:
            content = dockerfile_of(chunks(stdin)) if file == "-" else _read(path)
            self.dockerfile = f".dockerfile.{secrets.token_hex(10)}"
            self.blocks = pack_context(folder, matcher, {self.dockerfile: content}, self._warn)
        else:
            self.blocks = pack_context(folder, matcher, {}, self._warn)


# -- folders -------------------------------------------------------------------------------------------


def resolved_folder(context: str) -> str:
    """Raises Failure."""
    try:
        folder = os.path.realpath(os.path.abspath(context), strict=True)
    except OSError as error:
        raise Failure(f"unable to evaluate symlinks in context path: lstat {context}: {first_line(error)}") from None
    if not os.path.isdir(folder):
        raise Failure(f"context must be a directory: {folder}")
    return folder


def relative_dockerfile(folder: str, path: str) -> str:
    """The Dockerfile's path relative to the folder. Raises Failure if it does not exist."""
    if path == "-":
        return path
    if not path:
        path = os.path.join(folder, DOCKERFILE)
        lower = os.path.join(folder, DOCKERFILE.lower())
        path = lower if not os.path.lexists(path) and os.path.lexists(lower) else path
    path = os.path.join(folder, path)
    try:
        return os.path.relpath(os.path.realpath(path, strict=True), folder)
    except OSError as error:
        raise Failure(
            f"unable to evaluate symlinks in Dockerfile path: lstat {error.filename or path}: {first_line(error)}"
        ) from None


def read_patterns(folder: str) -> list[str]:
    """The patterns of .dockerignore; none without one. Raises Failure."""
    return read_ignore_file(_read_ignore(folder) or b"")


def _read_ignore(folder: str) -> bytes | None:
    """The bytes of .dockerignore; None without one. Raises Failure, also for a link that leads out of the context: a
    project must not read other files of this machine."""
    path, root = os.path.join(folder, IGNORE), os.path.realpath(folder)
    real = os.path.realpath(path)
    if os.path.commonpath((root, real)) != root:
        raise Failure(f"open {path}: it is a symbolic link to {real}, outside of the build context")
    try:
        # never block on a pipe, nor follow a link that was created meanwhile
        with open(os.open(real, os.O_RDONLY | NO_LINK | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Failure(f"open {path}: it is not a regular file")
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Failure(f"open {path}: {first_line(error)}") from None


def trimmed(patterns: list[str], dockerfile: str, from_stdin: bool) -> list[str]:
    """The patterns with exceptions for the Dockerfile and .dockerignore, which the engine needs and then removes."""
    out = list(patterns)
    try:
        if Matcher(out).matches_itself(IGNORE):
            out.append(f"!{IGNORE}")
        if not from_stdin and Matcher(out).matches_itself(dockerfile):
            out.append(f"!{dockerfile}")
    except ValueError:
        return out
    return out


def entries(folder: str, matcher: Matcher, readable: Callable[[str, OSError], None]) -> Iterator[tuple[str, str]]:
    """(path, name in the archive) of files that are not ignored, folders before their content, sorted by name."""

    def walk(directory: str, prefix: str, known: Known) -> Iterator[tuple[str, str]]:
        try:
            names = sorted(os.listdir(directory), key=os.fsencode)
        except OSError as error:
            readable(directory, error)
            return
        for name in names:
            path, relative = f"{directory}/{name}", f"{prefix}{name}"
            skip, inside = matcher.within(relative, known)
            is_folder = os.path.isdir(path) and not os.path.islink(path)
            if not skip:
                yield path, relative
            if is_folder and (not skip or _exception_below(matcher, relative)):
                yield from walk(path, f"{relative}/", inside)

    yield from walk(folder, "", ())


def _exception_below(matcher: Matcher, folder: str) -> bool:
    """Does an exception name the folder? Otherwise the classic builder does not enter an ignored folder."""
    return any(p.exception and f"{p.text}/".startswith(f"{folder}/") for p in matcher.patterns)


def check_readable(folder: str, matcher: Matcher) -> None:
    """Raises Failure, before anything is sent, if a file cannot be read."""

    def refuse(path: str, error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise Failure(f"checking context: can't stat '{path}'")

    for path, _ in entries(folder, matcher, refuse):
        try:
            kind = os.lstat(path).st_mode
        except OSError as error:
            refuse(path, error)
            continue
        if stat.S_ISREG(kind) and not os.access(path, os.R_OK):
            raise Failure(f"checking context: no permission to read from '{path}'")


def pack_context(
    folder: str, matcher: Matcher, added: Mapping[str, bytes], warn: Callable[[str], None]
) -> Iterator[bytes]:
    """The archive. added: files outside the folder, which the engine ignores afterwards."""

    def skipped(path: str, why: str, fault: bool) -> None:
        if fault:
            raise Failure(why)
        warn(f"Can't add file {path} to tar: {why}")

    def refuse(path: str, error: OSError) -> None:
        raise Failure(f"open {path}: {first_line(error)}")

    packer = Packer(skipped, as_root=True)
    ignored = b""
    for path, name in entries(folder, matcher, refuse):
        if name == IGNORE and added:
            ignored = (_read_ignore(folder) or b"") + _ignoring(added)
            yield from _file(IGNORE, ignored, stat.S_IMODE(os.stat(path).st_mode))
        else:
            yield from packer.entry(path, name)
    for name, content in added.items():
        yield from _file(name, content, 0o600)
    if added and not ignored:
        yield from _file(IGNORE, IGNORE.encode() + _ignoring(added), 0o600)
    yield END


def _ignoring(names: Iterable[str]) -> bytes:
    return "".join(f"\n{name}\n" for name in names).encode()


def _file(name: str, content: bytes, mode: int) -> Iterator[bytes]:
    """One entry of an archive."""
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = len(content), mode, int(time.time())
    yield info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
    if content:
        yield content + bytes(-len(content) % tarfile.BLOCKSIZE)


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise Failure(f"unable to open Dockerfile: open {path}: {first_line(error)}") from None


# -- streams -------------------------------------------------------------------------------------------


def is_archive(head: bytes) -> bool:
    """Are these the first bytes of a tar archive, compressed or not?"""
    if head.startswith(COMPRESSED):
        return True
    try:
        tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def with_head(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """(the first bytes of a stream, as many as is_archive() needs, all of its blocks)."""
    head = b""
    while len(head) < HEADER and (block := next(blocks, b"")):
        head += block
    return head, _joined(head, blocks)


def dockerfile_of(blocks: Iterable[bytes]) -> bytes:
    """Read a Dockerfile from a stream. Raises Failure as soon as it is too large: the stream may be endless."""
    content = bytearray()
    for block in blocks:
        content += block
        if len(content) > MAX_DOCKERFILE:
            raise Failure(f"the Dockerfile is larger than {MAX_DOCKERFILE >> 20} MiB")
    return bytes(content)


def chunks(stdin: BinaryIO) -> Iterator[bytes]:
    """A stream's bytes as they come."""
    read = stdin.read1 if isinstance(stdin, io.BufferedReader) else stdin.read
    while data := read(BLOCK):
        yield data


def _joined(head: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from blocks


def _opened(url: str, open_url: Callable[[str], Iterator[bytes]]) -> Iterator[bytes]:
    """The body of a URL; sends the request at once. Raises Failure."""
    try:
        blocks = open_url(url)
        return _joined(next(blocks, b""), blocks)
    except Failure as failure:
        raise Failure(
            f"unable to prepare context: unable to download remote context {url}: {failure.message}"
        ) from None


def _reported(blocks: Iterator[bytes], url: str, report: Callable[[str, int], None]) -> Iterator[bytes]:
    count = 0
    for block in blocks:
        count += len(block)
        yield block
    report(f"Downloading build context from remote url: {url}", count)


# -- git -----------------------------------------------------------------------------------------------


def clone(url: str, root: str) -> str:
    """URL[#REF[:FOLDER]] checked out below `root`. Returns the folder. Raises Failure."""
    if not (url.startswith("git@") or url.partition("://")[0] in GIT_SCHEMES):
        url = f"https://{url}"
    remote, _, fragment = url.partition("#")
    ref, _, inner = fragment.partition(":")
    ref = ref or "master"
    if ref.startswith("-"):
        raise Failure(f"{NOT_CLONED}invalid refspec: {ref}")

    try:
        runner = Git(root, os.environ)
    except FileNotFoundError as error:
        raise Failure(f"unable to prepare context: unable to find 'git': exec: \"git\": {error.strerror}") from None

    def git(what: str, *args: str, unless: bytes = b"") -> bool:
        """Run git; False if it fails and prints `unless`. Raises Failure."""
        answer = runner.fetch(*args)
        said = answer.out + answer.err
        if not (answer.code or answer.problem):
            return True
        if unless and unless in said:
            return False
        ending = answer.problem or f"exit status {answer.code}"
        raise Failure(f"{NOT_CLONED}{what}: {said.decode('utf-8', 'replace')}: {ending}")

    git(f"failed to init repo at {root}", "init")
    git(f"failed add origin repo at {remote}", "remote", "add", "origin", remote)
    # a dumb HTTP server does not support shallow clones
    if not git("error fetching", "fetch", "--depth", "1", "origin", "--", ref, unless=b"shallow"):
        git("error fetching", "fetch", "origin", "--", ref)
    try:
        git(f"error checking out {ref}", "checkout", ref)
    except Failure:
        git(f"error checking out {ref}", "checkout", "FETCH_HEAD")
    git("error initializing submodules", "submodule", "update", "--init", "--recursive", "--depth=1")
    return _folder_in(root, inner)


def _folder_in(root: str, inner: str) -> str:
    """The folder `inner` of a work tree; "" is the tree itself. Raises Failure."""
    folder = os.path.realpath(os.path.join(root, inner)) if inner else root
    if inner and not f"{folder}/".startswith(f"{os.path.realpath(root)}/"):
        raise Failure(f"{NOT_CLONED}error setting git context, {quote(inner)} not within git root")
    if not os.path.isdir(folder):
        raise Failure(f"{NOT_CLONED}error setting git context, not a directory: {folder}")
    return folder
