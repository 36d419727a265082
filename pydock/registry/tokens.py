"""Tokens of registries, from the servers that these name for them.

https://distribution.github.io/distribution/spec/auth/token/ (by query) and …/spec/auth/oauth/ (by form).
"""

from __future__ import annotations

import base64
import os
import re
import ssl
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urlsplit

from pydock.errors import Failure
from pydock.go.json import decode
from pydock.go.strconv import parse_rfc3339
from pydock.registry.web import Answer, Web, WebError, origin
from pydock.shape import Json, opt
from pydock.values import record

CERTIFICATES = "/etc/docker/certs.d"
#: bytes of the longest answer that holds a token
MAX_TOKEN = 1 << 20
MOST_ERRORS = 20
LOOPBACK = ("localhost", "127.0.0.1", "::1")
#: what may stand in a header's value
_TOKEN = re.compile(r"[\x21-\x7e]+")
#: what the codes of errors mean, in the words of docker's own registry
CODES = {
    "UNKNOWN": "unknown error", "UNSUPPORTED": "The operation is unsupported.", "UNAUTHORIZED": "authentication required",
    "DENIED": "requested access to the resource is denied", "UNAVAILABLE": "service unavailable",
    "TOOMANYREQUESTS": "too many requests", "NAME_UNKNOWN": "repository name not known to registry",
    "MANIFEST_UNKNOWN": "manifest unknown", "BLOB_UNKNOWN": "blob unknown to registry",
}  # fmt: skip
#: what a server answers that takes no forms
NO_FORMS = (401, 404, 405)


@record
class Token:
    """text; seconds that it is good for; when it was issued (seconds since 1970); 0: that is not told."""

    text: str
    seconds: int = 0
    issued: int = 0


class Refused(Failure):
    """The server returned no token. `status`: its HTTP status; `details`: what it says itself."""

    def __init__(self, text: str, status: int, details: str) -> None:
        self.status, self.details = status, details
        super().__init__(text)


def tls(host: str, certificates: str = CERTIFICATES, insecure: bool = False) -> ssl.SSLContext:
    """As docker: a host's authorities (*.crt) and our own certificate (*.cert, *.key) lie in a folder of its name.
    Raises Failure.
    """
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


def check_realm(realm: str, registry: str, secure: bool) -> None:
    """Raises Failure for a realm to which nothing may be sent: it is no URL, or would get in clear what is meant for
    TLS.

    secure: the registry (a host, with a port or without) is spoken with by TLS."""
    try:
        scheme, host, _ = origin(realm)
    except ValueError:
        raise Failure(f"{registry} names an invalid token server: {realm!r} is not an http or https URL") from None
    if scheme == "http" and secure and host not in LOOPBACK:
        raise Failure(f"{registry} names a token server without TLS: {realm}: no credentials are sent there")


def by_form(web: Web, realm: str, values: Mapping[str, str], auth: Mapping[str, str]) -> Token:
    """With a password, or an identity token. values: service, scope, client_id. Raises Refused, WebError."""
    if auth.get("identitytoken"):
        grant = {"grant_type": "refresh_token", "refresh_token": auth["identitytoken"]}
    else:
        grant = {"grant_type": "password", "username": auth.get("username", ""), "password": auth.get("password", "")}
    form = urlencode({**values, **grant}, errors="surrogateescape").encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return _token("POST", realm, web.ask("POST", realm, MAX_TOKEN, headers, form, away=False))


def by_query(web: Web, realm: str, values: Sequence[tuple[str, str]], auth: Mapping[str, str]) -> Token:
    """With a password, or without. values: (service|scope|account, …). Raises Refused, WebError."""
    headers = {"Authorization": basic(auth)} if auth.get("username") else {}
    parts = urlsplit(realm)
    query = "&".join(filter(None, (parts.query, urlencode(values, errors="surrogateescape"))))
    url = parts._replace(query=query, fragment="").geturl()
    return _token("GET", realm, web.ask("GET", url, MAX_TOKEN, headers, away=False))


def basic(auth: Mapping[str, str]) -> str:
    """An Authorization header's value."""
    pair = f"{auth.get('username', '')}:{auth.get('password', '')}"
    return "Basic " + base64.b64encode(pair.encode("utf-8", "surrogateescape")).decode()


def _token(method: str, realm: str, answer: Answer) -> Token:
    if answer.status >= 400:
        raise Refused(
            f"unexpected status from {method} request to {realm}: {answer.reason}", answer.status, message(answer)
        )
    try:
        found = decode(answer.body, {"token": opt(str), "access_token": opt(str)})
        text, seconds = found.get("token") or found.get("access_token"), found.get("expires_in")
        # it becomes a header
        if not text or not _TOKEN.fullmatch(text):
            raise ValueError("no token")
        issued = parse_rfc3339(str(found.get("issued_at")))
        return Token(
            text,
            seconds if type(seconds) is int and 0 <= seconds < 1 << 31 else 0,
            int(issued) if 0 <= issued < 1 << 40 else 0,
        )
    except (ValueError, OverflowError):
        raise Refused(f"{realm} returned no token", answer.status, f"{realm} returned no token") from None


def errors_of(answer: Answer) -> list[Json]:
    """[{"code", "message", "detail"}] of what a registry refuses."""
    try:
        errors: list[Json] = decode(answer.body, {"errors": [{"code": opt(str), "message": opt(str)}]})["errors"]
    except ValueError:
        return []
    return errors[:MOST_ERRORS]


def is_bare(error: Json) -> bool:
    """Does it say no more than its code does?"""
    return error.get("detail") is None and error.get("message") in (None, "", CODES.get(error.get("code") or ""))


def message(answer: Answer) -> str:
    """What a registry says in {"errors": [{"code", "message"}]}, or its status."""
    said = "\n".join(
        (e.get("code") or "").lower().replace("_", " ") + ("" if is_bare(e) else f": {e.get('message') or ''}")
        for e in errors_of(answer)
    )
    wait = answer.headers.get("retry-after", "")
    return (said or f"the registry answered {answer.reason}") + (
        f" (retry after {wait} seconds)" if wait.isdecimal() else ""
    )


def fetch(
    realm: str, service: str, scopes: Sequence[str], auth: Mapping[str, str], client_id: str, host: str = ""
) -> Token:
    """A token for the scopes ("repository:NAME:pull"), as builds do it: by form, where that is not taken by query.
    Raises Failure.

    host: the registry's, which may do without TLS only where it asks for tokens at a server of its own host."""
    known = bool(auth.get("identitytoken") or auth.get("password"))
    query = [*([("service", service)] if service else []), *(("scope", s) for s in scopes)]
    check_realm(realm, host or "the registry", known and origin_host(realm) != origin_host(f"http://{host}"))
    web = Web(tls(urlsplit(realm).netloc.rpartition("@")[2]))
    try:
        if not known:
            return by_query(web, realm, query, {})
        try:
            return by_form(web, realm, {"scope": " ".join(scopes), "service": service, "client_id": client_id}, auth)
        except Refused as refused:
            if refused.status not in NO_FORMS or not auth.get("username"):
                raise
            return by_query(web, realm, query, auth)
    except WebError as failure:
        raise Failure(
            f"{realm} cannot be reached: {failure.reason} (BUILDKIT_NO_CLIENT_TOKEN=1 lets the engine fetch tokens)"
        ) from failure
    finally:
        web.close()


def origin_host(url: str) -> str:
    """The host of a URL; "" for what is none."""
    try:
        return origin(url)[1]
    except ValueError:
        return ""
