"""Builds on this host's side: their inputs, the classic builder's context, what BuildKit is served while it works."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from pydock.archive.build_context import BuildContext
    from pydock.buildkit.auth import Auth, FetchToken
    from pydock.buildkit.build import Build
    from pydock.buildkit.inputs import BuildInputs
    from pydock.oci.layout import Layout


class Builder:
    """config_dir: where this builder's identity is kept; auth_of: the credentials kept for a registry; fetch_token,
    open_url: see registry.registries."""

    def __init__(
        self,
        stdin: BinaryIO,
        environ: Mapping[str, str],
        config_dir: str,
        auth_of: Callable[[str], Auth],
        fetch_token: FetchToken,
        open_url: Callable[[str], Iterator[bytes]],
    ) -> None:
        self._stdin, self._environ, self._config_dir = stdin, environ, config_dir
        self._auth_of, self._fetch_token, self._open_url = auth_of, fetch_token, open_url

    def inputs(self) -> BuildInputs:
        """What a build's command line means on this host; see buildkit.inputs."""
        from pydock.buildkit.inputs import BuildInputs

        return BuildInputs()

    def start(self, report: Callable[[str], None], **inputs: Any) -> Build:
        """A build that is not begun. report: called for what is done for it here; inputs: the fields of
        buildkit.build.Inputs.

        Raises Failure for secrets and agents that are not there."""
        from pydock.buildkit.auth import Credentials
        from pydock.buildkit.authority import Authority
        from pydock.buildkit.build import Build, Inputs

        credentials = Credentials(self._auth_of, self._fetch_token, Authority(self._config_dir, self._environ), report)
        return Build(Inputs(**inputs), self._environ, credentials)

    def context_key(self, folder: str) -> str:
        """What names a context from one build to the next, so that only what changed is sent; "" for no folder."""
        from pydock.buildkit.inputs import context_key

        return context_key(folder, self._config_dir) if folder else ""

    def git_attributes(self, context: str, file: str, folders: Mapping[str, str]) -> dict[str, str]:
        """Where the sources of a build come from, for its record; {} outside of git."""
        from pydock.buildkit.inputs import git_attributes

        return git_attributes(context, file, folders, self._environ)

    def layout(self, folder: str) -> Layout:
        """A folder as an OCI image layout."""
        from pydock.oci.layout import Layout

        return Layout(folder)

    def classic_context(
        self, context: str, file: str, report: Callable[[str, int], None], warn: Callable[[str], None]
    ) -> BuildContext:
        """The classic builder's context as an archive. report: (title, bytes) of what was fetched. Raises Failure."""
        from pydock.archive.build_context import BuildContext

        return BuildContext(context, file, self._stdin, self._open_url, report, warn)
