"""Registry tokens, from the token servers that registries name.

https://distribution.github.io/distribution/spec/auth/token/ (by query) and …/spec/auth/oauth/ (by form).
"""

from __future__ import annotations

import base64
import os
import re
import ssl
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode, urlsplit

from pydock.errors import Failure
from pydock.go.json import decode
from pydock.go.strconv import parse_rfc3339
from pydock.registry.web import Answer, Web, WebError, origin
from pydock.shape import Json, opt
from pydock.values import record

CERTIFICATES = "/etc/docker/certs.d"
#: the longest answer with a token, in bytes
MAX_TOKEN = 1 << 20
MOST_ERRORS = 20
LOOPBACK = ("localhost", "127.0.0.1", "::1")
#: valid characters of a header's value
_TOKEN = re.compile(r"[\x21-\x7e]+")
#: error codes -> the messages of docker's own registry
CODES = {
    "UNKNOWN": "unknown error", "UNSUPPORTED": "The operation is unsupported.", "UNAUTHORIZED": "authentication required",
    "DENIED": "requested access to the resource is denied", "UNAVAILABLE": "service unavailable",
    "TOOMANYREQUESTS": "too many requests", "NAME_UNKNOWN": "repository name not known to registry",
    "MANIFEST_UNKNOWN": "manifest unknown", "BLOB_UNKNOWN": "blob unknown to registry",
}  # fmt: skip
#: statuses of a server that does not support the form
NO_FORMS = (401, 404, 405)


@record
class Token:
    """text; lifetime in seconds; when it was issued (seconds since 1970); 0: unknown. identity: an identity token, given
    on request in place of the password."""

    text: str
    seconds: int = 0
    issued: int = 0
    identity: str = ""


class Refused(Failure):
    """The server returned no token. `status`: its HTTP status; `details`: its own message."""

    def __init__(self, text: str, status: int, details: str) -> None:
        self.status, self.details = status, details
        super().__init__(text)


def tls(host: str, certificates: str = CERTIFICATES, insecure: bool = False) -> ssl.SSLContext:
    """As in docker, a folder named after the host has its CA certificates (*.crt) and our client certificate (*.cert,
    *.key). Raises Failure.
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
    """Raises Failure for a realm that is not a URL, or that would get a TLS registry's credentials in clear text.

    registry: its host, perhaps with a port; secure: it uses TLS."""
    try:
        scheme, host, _ = origin(realm)
    except ValueError:
        raise Failure(f"{registry} names an invalid token server: {realm!r} is not an http or https URL") from None
    if scheme == "http" and secure and host not in LOOPBACK:
        raise Failure(f"{registry} names a token server without TLS: {realm}: no credentials are sent there")


def by_form(web: Web, realm: str, values: Mapping[str, str], auth: Mapping[str, str]) -> Token:
    """Get a token by POST, with a password or an identity token. values: service, scope, client_id. Raises Refused,
    WebError.
    """
    if auth.get("identitytoken"):
        grant = {"grant_type": "refresh_token", "refresh_token": auth["identitytoken"]}
    else:
        grant = {"grant_type": "password", "username": auth.get("username", ""), "password": auth.get("password", "")}
    form = urlencode({**values, **grant}, errors="surrogateescape").encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return _token("POST", realm, web.ask("POST", realm, MAX_TOKEN, headers, form, away=False))


def by_query(web: Web, realm: str, values: Sequence[tuple[str, str]], auth: Mapping[str, str]) -> Token:
    """Get a token by GET, with or without a password. values: (service|scope|account, …). Raises Refused, WebError."""
    headers = {"Authorization": basic(auth)} if auth.get("username") else {}
    parts = urlsplit(realm)
    query = "&".join(filter(None, (parts.query, urlencode(values, errors="surrogateescape"))))
    url = parts._replace(query=query, fragment="").geturl()
    return _token("GET", realm, web.ask("GET", url, MAX_TOKEN, headers, away=False))


def basic(auth: Mapping[str, str]) -> str:
    """The value of a Basic Authorization header."""
    pair = f"{auth.get('username', '')}:{auth.get('password', '')}"
    return "Basic " + base64.b64encode(pair.encode("utf-8", "surrogateescape")).decode()


def _token(method: str, realm: str, answer: Answer) -> Token:
    if answer.status >= 400:
        raise Refused(
            f"unexpected status from {method} request to {realm}: {answer.reason}", answer.status, message(answer)
        )
    try:
        found = decode(answer.body, {"token": opt(str), "access_token": opt(str), "refresh_token": opt(str)})
        text, seconds = found.get("token") or found.get("access_token"), found.get("expires_in")
        # it becomes a header
        if not text or not _TOKEN.fullmatch(text):
            raise ValueError("no token")
        issued = parse_rfc3339(str(found.get("issued_at")))
        return Token(
            text,
            seconds if type(seconds) is int and 0 <= seconds < 1 << 31 else 0,
            int(issued) if 0 <= issued < 1 << 40 else 0,
            found.get("refresh_token") or "",
        )
    except (ValueError, OverflowError):
        raise Refused(f"{realm} returned no token", answer.status, f"{realm} returned no token") from None


def errors_of(answer: Answer) -> list[Json]:
    """The errors in a registry's answer: [{"code", "message", "detail"}]."""
    try:
        errors: list[Json] = decode(answer.body, {"errors": [{"code": opt(str), "message": opt(str)}]})["errors"]
    except ValueError:
        return []
    return errors[:MOST_ERRORS]


def is_bare(error: Json) -> bool:
    """Does an error say no more than its code?"""
    return error.get("detail") is None and error.get("message") in (None, "", CODES.get(error.get("code") or ""))


def message(answer: Answer) -> str:
    """A registry's error message, from {"errors": [{"code", "message"}]}, or its status."""
    said = "\n".join(
        (e.get("code") or "").lower().replace("_", " ") + ("" if is_bare(e) else f": {e.get('message') or ''}")
        for e in errors_of(answer)
    )
    wait = answer.headers.get("retry-after", "")
    return (said or f"the registry answered {answer.reason}") + (
        f" (retry after {wait} seconds)" if wait.isdecimal() else ""
    )


def fetch(
    realm: str,
    service: str,
    scopes: Sequence[str],
    auth: Mapping[str, str],
    client_id: str,
    host: str = "",
    make: Callable[..., Web] = Web,
) -> Token:
    """A token for the scopes ("repository:NAME:pull"), as in builds: by POST, or by GET if that is not supported.
    Raises Failure.

    host: the registry's; only a token server on the same host may be without TLS."""
    known = bool(auth.get("identitytoken") or auth.get("password"))
    query = [*([("service", service)] if service else []), *(("scope", s) for s in scopes)]
    check_realm(realm, host or "the registry", known and origin_host(realm) != origin_host(f"http://{host}"))
    web = make(tls(urlsplit(realm).netloc.rpartition("@")[2]))
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
    """The host of a URL; "" for an invalid one."""
    try:
        return origin(url)[1]
    except ValueError:
        return ""
