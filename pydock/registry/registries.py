"""The client's own HTTP requests, to registries and other servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from pydock.registry.client import Registry


class Registries:
    """auth_of: returns the stored credentials for a registry's domain."""

    def __init__(self, auth_of: Callable[[str], Mapping[str, str]]) -> None:
        self._auth_of = auth_of

    def open(self, domain: str, insecure: bool) -> Registry:
        """A registry. Nothing is sent yet."""
        return Registry(domain, self._auth_of(domain), insecure)

    @staticmethod
    def token(
        host: str, realm: str, service: str, scopes: Sequence[str], auth: Mapping[str, str], client_id: str
    ) -> tuple[str, int, int]:
        """A registry's token, its lifetime in seconds, and when it was issued; see registry.tokens. Raises Failure."""
        from pydock.registry.tokens import fetch

        token = fetch(realm, service, scopes, auth, client_id, host)
        return token.text, token.seconds, token.issued

    @staticmethod
    def log_in(host: str, auth: Mapping[str, str], report: Callable[[str, str], None]) -> str:
        """Check user name and password with a registry; its identity token, or "". report: called with a URL that failed, and
        the error. Raises Failure."""
        from pydock.registry.login import log_in

        return log_in(host, auth, report)

    @staticmethod
    def download(url: str) -> bytes:
        """A small file from the web, whole. Raises Failure."""
        from pydock.registry.fetch import fetch

        return fetch(url)

    @staticmethod
    def blocks(url: str) -> Iterator[bytes]:
        """A file from the web, block by block. Raises Failure."""
        from pydock.registry.fetch import blocks

        return blocks(url)
