"""The user's contexts, and the current one's endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from pydock.config import endpoint
from pydock.config.contexts import Store
from pydock.config.endpoint import Choice, Endpoint
from pydock.config.file import ConfigFile, default_folder
from pydock.config.globals import Globals
from pydock.errors import failing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Contexts:
    """The current context is chosen by flags, environment and configuration."""

    def __init__(self, flags: Globals, environ: Mapping[str, str], config: ConfigFile) -> None:
        self._flags, self._environ, self._config = flags, environ, config

    @cached_property
    def stored(self) -> Store:
        """The contexts on disk."""
        return Store(self._config.folder)

    @cached_property
    def choice(self) -> Choice:
        """The current context's name: by --context, --host, DOCKER_HOST, DOCKER_CONTEXT, config.json, or "default"."""
        return endpoint.choice(self._flags, self._environ, self._config.current_context)

    @property
    def current(self) -> str:
        """The current context's name."""
        return self.choice.name

    @cached_property
    def endpoint(self) -> Endpoint:
        """The current context's endpoint. Raises NoEngine."""
        return self.endpoint_of(self.current)

    def endpoint_of(self, name: str) -> Endpoint:
        """A context's endpoint. Raises NoEngine."""
        return endpoint.resolve(self._flags, self._environ, name, self.stored, default_folder(self._environ))

    @property
    def headers(self) -> dict[str, str]:
        """The headers to send with every request. Raises NoEngine."""
        return endpoint.custom_headers(self._environ.get("DOCKER_CUSTOM_HEADERS", ""), self._config.http_headers)

    @cached_property
    def default_endpoint(self) -> Endpoint:
        """The endpoint of the context "default", which flags and environment define. Raises Failure."""
        with failing():
            return endpoint.default_endpoint(self._flags, self._environ, default_folder(self._environ))

    def tls_paths(self, name: str) -> dict[str, str]:
        """A context's TLS material: file name -> path. Raises Failure."""
        if name != "default":
            return self.stored.tls_files(name)
        tls = self.default_endpoint.tls
        files = (("ca", tls.ca), ("cert", tls.cert), ("key", tls.key)) if tls else ()
        return {f"{kind}.pem": path for kind, path in files if path}

    @staticmethod
    def check_endpoint(host: str, tls: Mapping[str, bytes]) -> None:
        """Raises ValueError for an invalid endpoint of a context. tls: file name -> content."""
        endpoint.check_endpoint(host, tls)

    @staticmethod
    def pack(meta: dict[str, Any], tls: dict[str, bytes]) -> bytes:
        """A context as a tar archive."""
        from pydock.config.context_archive import pack

        return pack(meta, tls)

    @staticmethod
    def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
        """A context from an archive. Raises ValueError."""
        from pydock.config.context_archive import unpack

        return unpack(data)
