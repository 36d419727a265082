"""Checks credentials with a registry itself: for `login` where no engine answers, as docker does then.

Credentials go over TLS, or to this host: only registries and token servers that are named by a loopback address may be
without TLS, or have an unknown certificate.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from pydock.errors import Failure
from pydock.registry.challenge import challenges
from pydock.registry.client import HUB_HOST
from pydock.registry.tokens import CERTIFICATES, LOOPBACK, Refused, Token, basic, by_query, check_realm, tls
from pydock.registry.web import Answer, Web, origin

HUB_HOSTS = ("docker.io", "index.docker.io")
#: the longest answer to GET /v2/, in bytes
MAX_ANSWER = 1 << 20
#: seconds for an answer, as docker waits
SECONDS = 15.0
_LOOPBACK = re.compile(r"127(\.[0-9]{1,3}){3}")

#: called with the registry's URL and the error, before the next URL is tried
Report = Callable[[str, str], None]


class Unauthorized(Failure):
    """The token server refuses the credentials: they are not sent anywhere else."""


def log_in(
    host: str, auth: Mapping[str, str], report: Report, certificates: str = CERTIFICATES, web: Callable[..., Web] = Web
) -> str:
    """The identity token that the registry gives for user name and password; "" if it gives none. Raises Failure."""
    host = HUB_HOST if host in HUB_HOSTS else host
    for scheme in ("https", "http") if is_loopback(f"https://{host}") else ("https",):
        try:
            return _Attempt(f"{scheme}://{host}/v2/", host, auth, certificates, web).identity_token()
        except Unauthorized:
            raise
        except Failure as failure:
            report(f"{scheme}://{host}", failure.message)
            last = failure
    raise last


def is_loopback(url: str) -> bool:
    """Does the host of a URL stand for this host? What its name resolves to does not count: that may change."""
    try:
        host = origin(url)[1]
    except ValueError:
        return False
    return host in LOOPBACK or bool(_LOOPBACK.fullmatch(host))


class _Attempt:
    """One try, by https or http."""

    def __init__(
        self, url: str, host: str, auth: Mapping[str, str], certificates: str, web: Callable[..., Web]
    ) -> None:
        self.url, self.host, self.auth, self.certificates, self.web = url, host, auth, certificates, web

    def identity_token(self) -> str:
        answer, identity = self._ask({}), ""
        if answer.status == 401:
            offered = dict(reversed(challenges(answer.headers.get("www-authenticate", ""))))
            if "bearer" in offered:
                token = self._token(offered["bearer"])
                answer, identity = self._ask({"Authorization": f"Bearer {token.text}"}), token.identity
            elif "basic" in offered:
                answer = self._ask({"Authorization": basic(self.auth)})
        if answer.status != 200:
            raise Failure(f"login attempt to {self.url} failed with status: {answer.reason}")
        return identity

    @contextmanager
    def _client(self, url: str) -> Iterator[Web]:
        client = self.web(tls(urlsplit(url).netloc.rpartition("@")[2], self.certificates, is_loopback(url)), SECONDS)
        try:
            yield client
        finally:
            client.close()

    def _ask(self, headers: Mapping[str, str]) -> Answer:
        with self._client(self.url) as client:
            return client.ask("GET", self.url, MAX_ANSWER, headers, away=False)

    def _token(self, challenge: Mapping[str, str]) -> Token:
        realm = challenge.get("realm", "")
        if not realm:
            raise Failure(f'Get "{self.url}": no realm specified for token auth challenge')
        check_realm(realm, self.host, secure=True)
        query = {"account": self.auth["username"], "client_id": "docker", "offline_token": "true"}
        if challenge.get("service"):
            query["service"] = challenge["service"]
        try:
            with self._client(realm) as client:
                return by_query(client, realm, list(query.items()), self.auth)
        except Refused as refused:
            kind = Unauthorized if refused.status == 401 else Failure
            raise kind(f'Get "{self.url}": {refused.details}') from None
        except Failure as failure:
            raise Failure(f'Get "{self.url}": {failure.message}') from None
