"""Tokens of registries, from the servers that these name for them.

https://distribution.github.io/distribution/spec/auth/token/ (by query) and …/spec/auth/oauth/ (by form).
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydock.errors import Failure
from pydock.golang import parse_rfc3339
from pydock.lean import load_httpx
from pydock.record import record

if TYPE_CHECKING:
    import httpx
else:
    httpx = load_httpx()

CERTIFICATES = "/etc/docker/certs.d"
TIMEOUT = 30.0
#: what a server answers that takes no forms
NO_FORMS = (401, 404, 405)


@record
class Token:
    """text; seconds that it is good for; when it was issued (seconds since 1970); 0: that is not told."""

    text: str
    seconds: int = 0
    issued: int = 0


class Refused(Failure):
    """The server gave no token. `status`: its HTTP status; `details`: what it says itself."""

    def __init__(self, text: str, status: int, details: str) -> None:
        self.status, self.details = status, details
        super().__init__(text)


def tls(host: str, certificates: str = CERTIFICATES, insecure: bool = False) -> ssl.SSLContext:
    """As docker: a host's authorities (*.crt) and our own certificate (*.cert, *.key) lie in a folder of its name. Raises Failure."""
    context = ssl.create_default_context()
    if insecure:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    folder = os.path.join(certificates, host)
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    try:
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith(".crt"):
                context.load_verify_locations(path)
            elif name.endswith(".cert"):
                context.load_cert_chain(path, path.removesuffix(".cert") + ".key")
    except (OSError, ssl.SSLError) as error:
        raise Failure(f"cannot use the certificates in {folder}: {error}") from error
    return context


def by_form(client: httpx.Client, realm: str, values: Mapping[str, str], auth: Mapping[str, str]) -> Token:
    """With a password, or an identity token. values: service, scope, client_id. Raises Refused, httpx.HTTPError."""
    if auth.get("identitytoken"):
        grant = {"grant_type": "refresh_token", "refresh_token": auth["identitytoken"]}
    else:
        grant = {"grant_type": "password", "username": auth.get("username", ""), "password": auth.get("password", "")}
    # a form is sent to no other place: a password is in it
    return _token("POST", realm, client.post(realm, data={**values, **grant}, follow_redirects=False))


def by_query(client: httpx.Client, realm: str, values: Sequence[tuple[str, str]], auth: Mapping[str, str]) -> Token:
    """With a password, or without. values: (service|scope|account, …). Raises Refused, httpx.HTTPError."""
    options: dict[str, Any] = {"auth": (auth["username"], auth.get("password", ""))} if auth.get("username") else {}
    return _token("GET", realm, client.get(realm, params=list(values), **options))


def _token(method: str, realm: str, response: httpx.Response) -> Token:
    if response.status_code >= 400:
        reason = f"{response.status_code} {response.reason_phrase}"
        raise Refused(f"unexpected status from {method} request to {realm}: {reason}", response.status_code, message(response))
    try:
        answer = response.json()
        seconds = answer.get("expires_in")
        text = str(answer.get("token") or answer["access_token"])
        return Token(text, seconds if isinstance(seconds, int) else 0, int(parse_rfc3339(str(answer.get("issued_at")))))
    except (ValueError, KeyError, AttributeError):
        raise Refused(f"{realm} gave no token", response.status_code, f"{realm} gave no token") from None


def message(response: httpx.Response) -> str:
    """What a registry says in {"errors": [{"code", "message"}]}, or its status."""
    try:
        errors = response.json()["errors"]
        return "\n".join(f"{str(e.get('code', '')).lower().replace('_', ' ')}: {e.get('message', '')}" for e in errors)
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"the registry answered {response.status_code} {response.reason_phrase}"


def fetch(realm: str, service: str, scopes: Sequence[str], auth: Mapping[str, str], client_id: str) -> Token:
    """A token for the scopes ("repository:NAME:pull"), as builds do it: by form, where that is not taken by query. Raises Failure."""
    try:
        with httpx.Client(verify=tls(urlsplit(realm).netloc), timeout=TIMEOUT, follow_redirects=True) as client:
            query = [*([("service", service)] if service else []), *(("scope", s) for s in scopes)]
            if not auth.get("identitytoken") and not auth.get("password"):
                return by_query(client, realm, query, {})
            try:
                return by_form(client, realm, {"scope": " ".join(scopes), "service": service, "client_id": client_id}, auth)
            except Refused as refused:
                if refused.status not in NO_FORMS or not auth.get("username"):
                    raise
                return by_query(client, realm, query, auth)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        text = str(error) or type(error).__name__
        raise Failure(f"{realm} cannot be reached: {text} (BUILDKIT_NO_CLIENT_TOKEN=1 lets the engine fetch tokens)") from error
