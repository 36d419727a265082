"""The client's side of builds: inputs, the classic builder's context, the services of a BuildKit session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pydock.archive.build_context import BuildContext
    from pydock.buildkit.auth import Auth, FetchToken
    from pydock.buildkit.build import Build
    from pydock.buildkit.inputs import BuildInputs
    from pydock.buildkit.receive import Sink
    from pydock.oci.layout import Layout


class Builder:
    """config_dir: the folder with this builder's identity; auth_of: returns the stored credentials for a registry;
    fetch_token, open_url: see registry.registries."""

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

    def inputs(
        self, context: str, file: str, named: Mapping[str, str], download: Callable[[str], bytes]
    ) -> AbstractContextManager[BuildInputs]:
        """The inputs of a build; within the block its temporary folders exist. Raises Failure."""
        from pydock.buildkit.inputs import build_inputs

        return build_inputs(context, file, named, self._stdin, download)

    def start(
        self,
        report: Callable[[str], None],
        inputs: BuildInputs,
        *,
        secrets: Sequence[tuple[str, str, str]],
        agents: Sequence[tuple[str, tuple[str, ...]]],
        stores: Mapping[str, str],
        output_folders: Mapping[int, str],
        output_sinks: Mapping[int, Sink],
    ) -> Build:
        """A build, not yet started. report: called with notices; stores: besides those of the inputs; for the others
        see buildkit.build.Access. Raises Failure for missing secrets and agents."""
        from pydock.buildkit.auth import Credentials
        from pydock.buildkit.authority import Authority
        from pydock.buildkit.build import Access, Build
        from pydock.buildkit.inputs import context_key

        folder = inputs.context_folder
        access = Access(
            folders=inputs.folders,
            upload=inputs.upload,
            secrets=secrets,
            agents=agents or ([("default", ())] if inputs.over_ssh else []),
            output_folders=output_folders,
            output_sinks=output_sinks,
            stores={**inputs.stores, **stores},
            shared_key=context_key(folder, self._config_dir) if folder else "",
        )
        credentials = Credentials(self._auth_of, self._fetch_token, Authority(self._config_dir, self._environ), report)
        return Build(access, self._environ, credentials)

    def git_attributes(self, context: str, file: str, folders: Mapping[str, str]) -> dict[str, str]:
        """The git revision and origin of a build's sources, for its record; {} outside of git."""
        from pydock.buildkit.origin import git_attributes

        return git_attributes(context, file, folders, self._environ)

    def layout(self, folder: str) -> Layout:
        """A folder as an OCI image layout."""
        from pydock.oci.layout import Layout

        return Layout(folder)

    def classic_context(
        self, context: str, file: str, report: Callable[[str, int], None], warn: Callable[[str], None]
    ) -> BuildContext:
        """The classic builder's context as an archive. report: called with (title, bytes) of downloads. Raises
        Failure."""
        from pydock.archive.build_context import BuildContext

        return BuildContext(context, file, self._stdin, self._open_url, report, warn)
