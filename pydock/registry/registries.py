"""The client's own HTTP requests, to registries and other servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydock.registry.client import Registry
    from pydock.registry.web import Watch, Web


class Registries:
    """auth_of: returns the stored credentials for a registry's domain; watch: sees the requests."""

    def __init__(self, auth_of: Callable[[str], Mapping[str, str]], watch: Watch | None = None) -> None:
        self._auth_of, self._watch = auth_of, watch

    @property
    def _web(self) -> Callable[..., Web]:
        from pydock.registry.web import Web

        return partial(Web, watch=self._watch)

    def open(self, domain: str, insecure: bool) -> Registry:
        """A registry. Nothing is sent yet."""
        from pydock.registry.client import Registry

        return Registry(domain, self._auth_of(domain), insecure, web=self._web)

    def tags(self, domain: str, repository: str, insecure: bool) -> list[str]:
        """All tags of a repository. A registry on this machine may be without TLS, or have an unknown certificate, as for
        `login`. Raises Missing, Failure."""
        from pydock.registry.login import is_loopback

        registry = self.open(domain, insecure or is_loopback(f"https://{domain}"))
        try:
            return list(registry.tags(repository))
        finally:
            registry.close()

    def token(
        self, host: str, realm: str, service: str, scopes: Sequence[str], auth: Mapping[str, str], client_id: str
    ) -> tuple[str, int, int]:
        """A registry's token, its lifetime in seconds, and when it was issued; see registry.tokens. Raises Failure."""
        from pydock.registry.tokens import fetch

        token = fetch(realm, service, scopes, auth, client_id, host, self._web)
        return token.text, token.seconds, token.issued

    def log_in(self, host: str, auth: Mapping[str, str], report: Callable[[str, str], None]) -> str:
        """Check user name and password with a registry; its identity token, or "". report: called with a URL that failed, and
        the error. Raises Failure."""
        from pydock.registry.login import log_in

        return log_in(host, auth, report, web=self._web)

    def download(self, url: str) -> bytes:
        """A small file from the web, whole. Raises Failure."""
        from pydock.registry.fetch import fetch

        return fetch(url, self._web)

    def blocks(self, url: str) -> Iterator[bytes]:
        """A file from the web, block by block. Raises Failure."""
        from pydock.registry.fetch import blocks

        return blocks(url, self._web)
