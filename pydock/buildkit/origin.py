"""Where the sources of a build come from, for its record: revision and remote of a git work tree.

As buildx's build/git.go.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from pydock.git import Git
from pydock.go.strconv import parse_bool


def git_attributes(context: str, file: str, folders: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """vcs:* attributes (and labels, where BUILDX_GIT_LABELS asks for them) of a context in a git work tree; {}
    elsewhere.
    """
    labels = _flag(environ, "BUILDX_GIT_LABELS", environ.get("BUILDX_GIT_LABELS") == "full")
    info = _flag(environ, "BUILDX_GIT_INFO", True)
    folder = os.path.abspath(context)
    if not (labels or info) or not os.path.isdir(folder) or not _in_work_tree(folder):
        return {}
    try:
        repository = Git(folder, environ)
    except FileNotFoundError:
        return {}
    root = _ask(repository, "rev-parse", "--show-toplevel")
    if not root:
        return {}
    revision = _ask(repository, "rev-parse", "--verify", "HEAD")
    if revision and _flag(environ, "BUILDX_GIT_CHECK_DIRTY", False) and repository.is_dirty():
        revision += "-dirty"
    source = _without_password(_remote(repository))
    out: dict[str, str] = {}
    if info:
        local = {f"vcs:localdir:{name}": os.path.realpath(path) for name, path in folders.items()}
        out |= {"vcs:revision": revision, "vcs:source": source} | _within(os.path.realpath(root), local)
    if labels:
        image = "label:org.opencontainers.image"
        dockerfile = os.path.abspath(file or os.path.join(folder, "Dockerfile"))
        out |= {f"{image}.revision": revision, f"{image}.source": source}
        out |= _within(root, {"label:com.docker.image.source.entrypoint": dockerfile})
    return {name: value for name, value in out.items() if value}


def _flag(environ: Mapping[str, str], name: str, default: bool) -> bool:
    """A variable as a boolean; the default for an invalid one too."""
    try:
        return parse_bool(environ[name]) if name in environ else default
    except ValueError:
        return default


def _within(root: str, paths: Mapping[str, str]) -> dict[str, str]:
    """The paths relative to `root`, without those outside of it."""
    relative = {name: os.path.relpath(path, root) for name, path in paths.items()}
    return {name: path for name, path in relative.items() if not path.startswith("..")}


def _ask(repository: Git, *args: str) -> str:
    """The first line that git prints; "" if it fails."""
    try:
        answer = repository.query(*args)
    except OSError:
        return ""
    if answer.code or answer.problem:
        return ""
    return answer.out.decode("utf-8", "replace").split("\n")[0].replace("'", "")


def _in_work_tree(folder: str) -> bool:
    """Is the folder in a git work tree? Checked without running git, for speed."""
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return True
        above = os.path.dirname(folder)
        if above == folder:
            return False
        folder = above


def _remote(repository: Git) -> str:
    """The URL of the current branch's remote, or else of "origin" or "upstream"."""
    branch = _ask(repository, "symbolic-ref", "-q", "HEAD")
    tracked = _ask(repository, "for-each-ref", "--format=%(upstream:remotename)", branch) if branch else ""
    names = [name for name in (tracked, "origin", "upstream") if name]
    return next((url for name in names if (url := _ask(repository, "remote", "get-url", name))), "")


def _without_password(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # malformed: it may contain a password
        return ""
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "://" in url else url
