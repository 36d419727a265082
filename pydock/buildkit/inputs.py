"""The inputs of a build's command line: folders, an archive, remote contexts.

As buildx's build/opt.go (loadInputs).
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import BinaryIO
from urllib.parse import urlsplit

from pydock.archive.build_context import chunks, dockerfile_of, is_archive, is_url, with_head
from pydock.buildkit.session import new_id
from pydock.buildkit.upload import Upload
from pydock.errors import Failure, first_line
from pydock.files.atomic import Scratch, write_whole
from pydock.go.filepath import base, clean
from pydock.go.strconv import quote
from pydock.oci.layout import Layout
from pydock.values import made, record

DOCKERFILE = "Dockerfile"
LAYOUT = "oci-layout://"

_SCP = re.compile(r"[a-zA-Z0-9_-]+@[a-zA-Z0-9.-]+:.+")


def is_remote(text: str) -> bool:
    """Is it a context that the engine fetches: a URL, or a git repository?"""
    return is_url(text) or text.startswith(("git://", "ssh://", "github.com/")) or bool(_SCP.fullmatch(text))


def is_git_over_ssh(text: str) -> bool:
    return text.startswith("ssh://") or bool(_SCP.fullmatch(text) and "://" not in text)


@record
class BuildInputs:
    """What a build is made of.

    attributes: of the frontend; folders: by their names in the build; upload: the context, if it is an archive;
    stores: OCI layouts as contexts, by store name; context_folder: the context, if it is a folder, or ""; dockerfile:
    the Dockerfile's name for messages; over_ssh: the engine needs an ssh agent to fetch the context.
    """

    attributes: Mapping[str, str]
    folders: Mapping[str, str]
    upload: Upload | None
    stores: Mapping[str, str]
    context_folder: str
    dockerfile: str
    over_ssh: bool


@record
class Context:
    """The main context, and where its Dockerfile is: `content`, or else the file `name` of `folder` (for "": of the
    context). own_folder: of a context that is one; capabilities: those that the frontend must have."""

    attributes: Mapping[str, str] = made(default_factory=dict)
    folders: Mapping[str, str] = made(default_factory=dict)
    own_folder: str = ""
    upload: Upload | None = None
    capabilities: Sequence[str] = ()
    content: bytes | None = None
    folder: str = ""
    name: str = ""


@record
class NamedContext:
    """What an additional context adds to a build."""

    attribute: str
    folders: Mapping[str, str] = made(default_factory=dict)
    stores: Mapping[str, str] = made(default_factory=dict)
    capabilities: Sequence[str] = ()


@contextmanager
def build_inputs(
    context: str, file: str, named: Mapping[str, str], stdin: BinaryIO, download: Callable[[str], bytes]
) -> Iterator[BuildInputs]:
    """The inputs of a build. Within the block its temporary folders exist. Raises Failure."""
    if context == "-" and file == "-":
        raise Failure("invalid argument: can't use stdin for both build context and dockerfile")
    with ExitStack() as temporary:
        main = _context(context, file, stdin, temporary)
        content = download(file) if is_url(file) else main.content
        folder, name, key = main.folder, main.name or DOCKERFILE, {}
        if content is not None:
            folder, name = _temporary_folder(temporary, {DOCKERFILE: content}), DOCKERFILE
            key = {"dockerfilekey": "dockerfile"}
        if folder and not os.path.isdir(folder):
            raise Failure(f"resolve : lstat {folder}: no such file or directory")
        others = {name: _named(name, value) for name, value in named.items()}
        capabilities = {*main.capabilities, *(c for one in others.values() for c in one.capabilities)}
        yield BuildInputs(
            attributes={
                **main.attributes,
                **key,
                "filename": _existing(folder, name) if folder else name,
                **{f"context:{name}": one.attribute for name, one in others.items()},
                **({"frontend.caps": ",".join(sorted(capabilities))} if capabilities else {}),
            },
            folders={
                **main.folders,
                **({"dockerfile": folder} if folder else {}),
                **{name: path for one in others.values() for name, path in one.folders.items()},
            },
            upload=main.upload,
            stores={store: path for one in others.values() for store, path in one.stores.items()},
            context_folder=main.own_folder,
            dockerfile={"-": "stdin", "": clean(f"{context}/{DOCKERFILE}")}.get(file, file),
            over_ssh=is_git_over_ssh(main.attributes.get("context", "")),
        )


def _context(context: str, file: str, stdin: BinaryIO, temporary: ExitStack) -> Context:
    """The main context. Raises Failure."""
    if context == "-":
        return _on_stdin(file, stdin, temporary)
    is_folder = os.path.isdir(context)
    if not is_folder and not is_remote(context):
        raise Failure(f"unable to prepare context: path {quote(context)} not found")
    content = dockerfile_of(chunks(stdin)) if file == "-" else None
    if is_folder:
        folder, name = (os.path.dirname(file) or ".", base(file)) if file else (context, "")
        return Context(
            folders={"context": context}, own_folder=os.path.abspath(context), content=content, folder=folder, name=name
        )
    attributes, capabilities = {"context": context}, _git_query(context)
    if os.path.isabs(file):
        attributes["dockerfilekey"] = "dockerfile"
        return Context(attributes, capabilities=capabilities, folder=os.path.dirname(file), name=base(file))
    return Context(attributes, capabilities=capabilities, content=content, name=file)


def _on_stdin(file: str, stdin: BinaryIO, temporary: ExitStack) -> Context:
    """The context on stdin: an archive, or a Dockerfile alone. Raises Failure."""
    head, blocks = with_head(chunks(stdin))
    if not head:
        return Context(name=file)
    if is_archive(head):
        upload = Upload(blocks)
        return Context({"context": upload.url}, upload=upload, name=file)
    if file:
        raise Failure("ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles")
    return Context(folders={"context": _temporary_folder(temporary, {})}, content=dockerfile_of(blocks))


def _temporary_folder(temporary: ExitStack, files: Mapping[str, bytes]) -> str:
    """A folder with these files. Raises Failure."""
    try:
        folder = temporary.enter_context(Scratch(tempfile.gettempdir()))
        for name, content in files.items():
            with open(os.path.join(folder.path, name), "xb") as file:
                file.write(content)
    except OSError as error:
        raise Failure(
            f"unable to create temporary context directory: {error.filename or ''}: {first_line(error)}"
        ) from None
    return folder.path


def _git_query(context: str, suffix: str = "") -> Sequence[str]:
    """The capability of the frontend that the query of a git URL needs, if it has one."""
    is_git = not is_url(context) or urlsplit(context).path.endswith(".git")
    return [f"moby.buildkit.frontend.gitquerystring{suffix}"] if urlsplit(context).query and is_git else []


def _named(name: str, value: str) -> NamedContext:
    """--build-context NAME=VALUE. Raises Failure."""
    capabilities = ["moby.buildkit.frontend.contexts+forward"]
    if is_remote(value) or value.startswith(("docker-image://", "target:")):
        return NamedContext(value, capabilities=[*capabilities, *_git_query(value, "+forward")])
    if value.startswith(LAYOUT):
        store = new_id()
        folder, image = _image_in_layout(value)
        return NamedContext(f"{LAYOUT}{store}:{image}", stores={f"oci:{store}": folder}, capabilities=capabilities)
    try:
        os.stat(value)
    except OSError as error:
        raise Failure(f"failed to get build context {name}: stat {value}: {first_line(error)}") from None
    if not os.path.isdir(value):
        raise Failure(f"failed to get build context path {{{value} <nil>}}: not a directory")
    local = f"_{name}" if name in ("context", "dockerfile") else name
    return NamedContext(f"local:{local}", folders={local: value}, capabilities=capabilities)


def _image_in_layout(value: str) -> tuple[str, str]:
    """oci-layout://FOLDER[:TAG][@DIGEST] as (folder, TAG@DIGEST). Raises Failure."""
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
    return folder, f"{tag}@{digest}"


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
