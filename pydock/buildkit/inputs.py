"""The inputs of a build's command line: folders, an archive, remote contexts.

As buildx's build/opt.go (loadInputs) and build/git.go.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from typing import BinaryIO
from urllib.parse import urlsplit, urlunsplit

from pydock.archive.build_context import chunks, dockerfile_of, is_archive, is_url, with_head
from pydock.buildkit.session import new_id
from pydock.errors import Failure, first_line
from pydock.files.atomic import Scratch, write_whole
from pydock.git import Git
from pydock.go.filepath import base, clean
from pydock.go.strconv import parse_bool, quote
from pydock.oci.layout import Layout

DOCKERFILE = "Dockerfile"
LAYOUT = "oci-layout://"

_SCP = re.compile(r"[a-zA-Z0-9_-]+@[a-zA-Z0-9.-]+:.+")


def is_remote(text: str) -> bool:
    """Is it a context that the engine fetches: a URL, or a git repository?"""
    return is_url(text) or text.startswith(("git://", "ssh://", "github.com/")) or bool(_SCP.fullmatch(text))


def is_git_over_ssh(text: str) -> bool:
    return text.startswith("ssh://") or bool(_SCP.fullmatch(text) and "://" not in text)


class BuildInputs:
    """A context manager: removes temporary files at its end.

    attributes: of the frontend; folders: by their names in the build; archive: the context's blocks, if it is an
    archive; stores: OCI layouts as contexts, by store name; shared_key: identifies the context across builds;
    dockerfile: the Dockerfile's name for messages.
    """

    def __init__(self) -> None:
        self.attributes: dict[str, str] = {}
        self.folders: dict[str, str] = {}
        self.archive: Iterator[bytes] | None = None
        self.stores: dict[str, str] = {}
        self.shared_key = ""
        self.dockerfile = ""
        #: the engine needs an ssh agent to fetch the context
        self.over_ssh = False
        self._made = ExitStack()
        self._capabilities: set[str] = set()

    def __enter__(self) -> BuildInputs:
        return self

    def __exit__(self, *problem: object) -> None:
        self._made.close()

    def find(
        self, context: str, file: str, named: Mapping[str, str], stdin: BinaryIO, download: Callable[[str], bytes]
    ) -> None:
        """Raises Failure."""
        if context == "-" and file == "-":
            raise Failure("invalid argument: can't use stdin for both build context and dockerfile")
        name, folder, content = file, "", None
        if context == "-":
            content = self._from_stdin(file, stdin)
        elif os.path.isdir(context):
            self.folders["context"] = context
            self.shared_key = os.path.abspath(context)
            if file == "-":
                content = dockerfile_of(chunks(stdin))
            else:
                folder, name = (os.path.dirname(file) or ".", base(file)) if file else (context, "")
        elif is_remote(context):
            self.attributes["context"] = context
            self.over_ssh = is_git_over_ssh(context)
            self._git_query(context, "")
            if file == "-":
                content = dockerfile_of(chunks(stdin))
            elif os.path.isabs(file):
                folder, name = os.path.dirname(file), base(file)
                self.attributes["dockerfilekey"] = "dockerfile"
        else:
            raise Failure(f"unable to prepare context: path {quote(context)} not found")
        self.dockerfile = {"-": "stdin", "": clean(f"{context}/{DOCKERFILE}")}.get(file, file)
        if is_url(file):
            content = download(file)
        if content is not None:
            folder, name = self._made_folder({DOCKERFILE: content}), DOCKERFILE
            self.attributes["dockerfilekey"] = "dockerfile"
        name = name or DOCKERFILE
        if folder:
            if not os.path.isdir(folder):
                raise Failure(f"resolve : lstat {folder}: no such file or directory")
            self.folders["dockerfile"] = folder
            name = _existing(folder, name)
        self.attributes["filename"] = name
        for key, value in named.items():
            self._named(key, value)
        if self._capabilities:
            self.attributes["frontend.caps"] = ",".join(sorted(self._capabilities))

    def _from_stdin(self, file: str, stdin: BinaryIO) -> bytes | None:
        """The Dockerfile on stdin; None for an archive, or if stdin is empty. Raises Failure."""
        head, blocks = with_head(chunks(stdin))
        if not head:
            return None
        if is_archive(head):
            self.archive = blocks
            return None
        if file:
            raise Failure("ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles")
        self.folders["context"] = self._made_folder({})
        return dockerfile_of(blocks)

    def _made_folder(self, files: Mapping[str, bytes]) -> str:
        try:
            folder = self._made.enter_context(Scratch(tempfile.gettempdir()))
            for name, content in files.items():
                with open(os.path.join(folder.path, name), "xb") as file:
                    file.write(content)
        except OSError as error:
            raise Failure(
                f"unable to create temporary context directory: {error.filename or ''}: {first_line(error)}"
            ) from None
        return folder.path

    def _git_query(self, context: str, suffix: str) -> None:
        if urlsplit(context).query and (not is_url(context) or urlsplit(context).path.endswith(".git")):
            self._capabilities.add(f"moby.buildkit.frontend.gitquerystring{suffix}")

    def _named(self, name: str, value: str) -> None:
        """Add a named context. Raises Failure."""
        self._capabilities.add("moby.buildkit.frontend.contexts+forward")
        if is_remote(value) or value.startswith(("docker-image://", "target:")):
            self.attributes[f"context:{name}"] = value
            self._git_query(value, "+forward")
            return
        if value.startswith(LAYOUT):
            self.attributes[f"context:{name}"] = self._layout(value)
            return
        try:
            os.stat(value)
        except OSError as error:
            raise Failure(f"failed to get build context {name}: stat {value}: {first_line(error)}") from None
        if not os.path.isdir(value):
            raise Failure(f"failed to get build context path {{{value} <nil>}}: not a directory")
        local = f"_{name}" if name in ("context", "dockerfile") else name
        self.folders[local] = value
        self.attributes[f"context:{name}"] = f"local:{local}"

    def _layout(self, value: str) -> str:
        """An image in an OCI layout, oci-layout://FOLDER[:TAG][@DIGEST], in the form for the engine. Raises Failure."""
        path, _, digest = value.removeprefix(LAYOUT).partition("@")
        folder, _, tag = path.partition(":")
        tag = tag or "latest"
        if not digest:
            try:
                found = Layout(folder).find(tag, or_only=True)
            except Failure as failure:
                raise Failure(f"oci-layout reference {quote(value)} could not be resolved: {failure.message}") from None
            if found is None:
                raise Failure(f"oci-layout reference {quote(value)} could not be resolved: no such image in {folder}")
            digest = found["digest"]
        store = new_id()
        self.stores[f"oci:{store}"] = folder
        return f"{LAYOUT}{store}:{tag}@{digest}"


def _existing(folder: str, name: str) -> str:
    """ "dockerfile" if that exists, and "Dockerfile" does not."""
    if name == DOCKERFILE:
        try:
            names = os.listdir(folder)
        except OSError:
            return name
        if DOCKERFILE not in names and "dockerfile" in names:
            return "dockerfile"
    return name


# -- git: the origin of the sources, for the record of the build ---------------------------------------


def git_attributes(context: str, file: str, folders: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """vcs:* attributes (and labels, where BUILDX_GIT_LABELS asks for them) of a context in a git work tree; {}
    elsewhere.
    """

    def wanted(name: str, default: bool) -> bool:
        try:
            return parse_bool(environ[name]) if name in environ else default
        except ValueError:
            return default

    labels, info = (
        wanted("BUILDX_GIT_LABELS", environ.get("BUILDX_GIT_LABELS") == "full"),
        wanted("BUILDX_GIT_INFO", True),
    )
    folder = os.path.abspath(context)
    if not (labels or info) or not os.path.isdir(folder) or not _in_work_tree(folder):
        return {}

    try:
        repository = Git(folder, environ)
    except FileNotFoundError:
        return {}

    def git(*args: str) -> str:
        try:
            answer = repository.query(*args)
        except OSError:
            return ""
        return (
            answer.out.decode("utf-8", "replace").split("\n")[0].replace("'", "")
            if not answer.code and not answer.problem
            else ""
        )

    root = git("rev-parse", "--show-toplevel")
    if not root:
        return {}
    out: dict[str, str] = {}
    if revision := git("rev-parse", "--verify", "HEAD"):
        dirty = wanted("BUILDX_GIT_CHECK_DIRTY", False) and repository.is_dirty()
        revision += "-dirty" if dirty else ""
        out |= {"vcs:revision": revision} if info else {}
        out |= {"label:org.opencontainers.image.revision": revision} if labels else {}
    if source := _without_password(_remote(git)):
        out |= {"vcs:source": source} if info else {}
        out |= {"label:org.opencontainers.image.source": source} if labels else {}
    if labels:
        relative = os.path.relpath(os.path.abspath(file or os.path.join(folder, DOCKERFILE)), root)
        out |= {} if relative.startswith("..") else {"label:com.docker.image.source.entrypoint": relative}
    for name, path in folders.items() if info else ():
        relative = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
        out |= {} if relative.startswith("..") else {f"vcs:localdir:{name}": relative}
    return out


def _in_work_tree(folder: str) -> bool:
    """Is the folder in a git work tree? Checked without running git, for speed."""
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return True
        above = os.path.dirname(folder)
        if above == folder:
            return False
        folder = above


def _remote(git: Callable[..., str]) -> str:
    branch = git("symbolic-ref", "-q", "HEAD")
    tracked = git("for-each-ref", "--format=%(upstream:remotename)", branch) if branch else ""
    names: Iterable[str] = [n for n in (tracked, "origin", "upstream") if n]
    return next((url for n in names if (url := git("remote", "get-url", n))), "")


def _without_password(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # malformed: it may contain a password
        return ""
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "://" in url else url


def context_key(folder: str, config_dir: str) -> str:
    """A digest of this builder's identity and a folder: a folder's name may have bytes that a header must not have."""
    import hashlib

    return hashlib.sha256(node_identity(config_dir).encode() + b"\0" + os.fsencode(folder)).hexdigest()


def node_identity(config_dir: str) -> str:
    """A random id in the configuration folder (shared with buildx); "" if it cannot be stored."""
    import secrets

    path = os.path.join(config_dir, "buildx", ".buildNodeID")
    try:
        with open(path, encoding="ascii") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        pass
    identity = secrets.token_hex(8)
    try:
        # a missing configuration folder is not created
        for folder in (config_dir, os.path.dirname(path)):
            if not os.path.isdir(folder):
                os.mkdir(folder, 0o700)
        write_whole(path, [identity.encode()], own=True)
    except (OSError, Failure):
        return ""
    return identity
