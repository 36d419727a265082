"""A client of the registry API: manifests, blobs and tags. `manifest` and `image tags` need it; the engine does the rest.

https://distribution.github.io/distribution/spec/api/, tokens as in …/spec/auth/token/ and …/spec/auth/oauth/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlencode, urlsplit

from pydock.digests import check, digest_of, parts
from pydock.errors import Failure, Missing, failing
from pydock.go.json import decode
from pydock.registry.challenge import challenges
from pydock.registry.tokens import (
    CERTIFICATES,
    Refused,
    basic,
    by_form,
    by_query,
    check_realm,
    errors_of,
    is_bare,
    message,
    tls,
)
from pydock.registry.web import NO_HANDSHAKE, Answer, Web, WebError, origin
from pydock.shape import opt
from pydock.values import record

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"

HUB, HUB_HOST = "docker.io", "registry-1.docker.io"
#: errors of a server that answers with plain HTTP, or hangs up, in the words of several versions of Python and OpenSSL
NO_TLS = re.compile(
    rf"{NO_HANDSHAKE}|record.layer.failure|http.request|unexpected.eof|has been closed \(eof\)", re.IGNORECASE
)
NOT_HERE = ("UNAUTHORIZED", "MANIFEST_UNKNOWN", "NAME_UNKNOWN")
#: the largest manifest or image configuration that docker accepts, in bytes
MAX_SIZE = 4 << 20
#: tags that are asked for at once, and the most answers with them
PAGE, PAGES = 1000, 2000


@record
class Document:
    """A manifest or a blob. digest: of `raw`, by the requested algorithm or sha256."""

    media_type: str
    digest: str
    raw: bytes


class Registry:
    """One registry. `auth`: {username, password} or {identitytoken}, empty for none; sends nothing before it is needed.

    Credentials are sent only to the registry's own origin and to the token server that it names, not to other targets
    of redirects."""

    def __init__(
        self,
        domain: str,
        auth: Mapping[str, str],
        insecure: bool = False,
        certificates: str = CERTIFICATES,
        web: Callable[..., Web] = Web,
    ) -> None:
        self.host = HUB_HOST if domain == HUB else domain
        self.auth, self.insecure = auth, insecure
        self.web = web(tls(self.host, certificates, insecure))
        self.base = ""
        self.tokens: dict[str, str] = {}

    def close(self) -> None:
        self.web.close()

    # -- reading -----------------------------------------------------------------------------------

    def manifest(self, repository: str, reference: str) -> Document:
        """By tag or digest. Raises Missing, Failure."""
        kinds = ", ".join((MANIFEST, MANIFEST_LIST, OCI_MANIFEST, OCI_INDEX))
        if ":" in reference:
            _check_name(reference)
        return self._document(self._ask("GET", repository, f"manifests/{reference}", {"Accept": kinds}), reference)

    def blob(self, repository: str, digest: str) -> Document:
        """Raises Missing, Failure."""
        _check_name(digest)
        return self._document(self._ask("GET", repository, f"blobs/{digest}"), digest)

    def tags(self, repository: str) -> Iterator[str]:
        """All tags, in no order, page by page. Raises Missing, Failure."""
        query, asked = f"n={PAGE}", set[str]()
        while query:
            if query in asked or len(asked) == PAGES:
                raise Failure(f"{self.host} gives the tags of {repository} without end")
            asked.add(query)
            answer = self._ask("GET", repository, f"tags/list?{query}")
            with failing(f"the tags of {repository} are malformed: "):
                yield from decode(answer.body, {"tags": opt([str])}).get("tags") or ()
            query = next_page(answer.headers.get("link", ""))

    @staticmethod
    def _document(answer: Answer, reference: str) -> Document:
        wanted = reference if ":" in reference else answer.headers.get("docker-content-digest", "")
        with failing("the registry's answer does not match its digest: "):
            if wanted:
                check(answer.body, wanted)
        return Document(
            answer.headers.get("content-type", "").partition(";")[0], wanted or digest_of(answer.body), answer.body
        )

    # -- writing -----------------------------------------------------------------------------------

    def mount(self, repository: str, digest: str, source: str) -> None:
        """Mount a blob of another repository in `repository`. Raises Failure."""
        _check_name(digest)
        answer = self._ask("POST", repository, f"blobs/uploads/?{urlencode({'mount': digest, 'from': source})}")
        if answer.status != 201:
            raise Failure(
                f"unable to mount blob {digest} from {source} to {repository}: the registry answered {answer.status}"
            )

    def put_manifest(self, repository: str, reference: str, media_type: str, raw: bytes) -> str:
        """Returns the digest. Raises Failure, also if the registry reports another digest."""
        answer = self._ask("PUT", repository, f"manifests/{reference}", {"Content-Type": media_type}, raw)
        with failing("the registry stored a different manifest: "):
            check(raw, kept := answer.headers.get("docker-content-digest") or digest_of(raw))
        return kept

    # -- requests ----------------------------------------------------------------------------------

    def _find(self) -> None:
        """Find out the registry's scheme: HTTPS, or HTTP if that is allowed.

        Raises Missing if it only supports the other one, Failure for any other error."""
        for scheme in ("https", "http") if self.insecure else ("https",):
            try:
                self.web.ask("GET", f"{scheme}://{self.host}/v2/", MAX_SIZE, away=False)
                self.base = f"{scheme}://{self.host}"
                return
            except WebError as failure:
                if not NO_TLS.search(failure.reason):
                    raise Failure(
                        f"failed to configure transport: error pinging v2 registry: {failure.message}"
                    ) from None
        raise Missing(f"{self.host} does not support HTTPS")

    def _ask(
        self, method: str, repository: str, rest: str, headers: Mapping[str, str] | None = None, content: bytes = b""
    ) -> Answer:
        """Request /v2/REPOSITORY/REST, with credentials if the registry asks for them. Raises Missing, Failure."""
        if not self.base:
            self._find()
        url = f"{self.base}/v2/{repository}/{rest}"
        known = {"Authorization": self.tokens[repository]} if repository in self.tokens else {}
        answer = self.web.ask(method, url, MAX_SIZE, {**(headers or {}), **known}, content)
        if answer.status == 401 and self._is_own(answer):
            self.tokens[repository] = self._answer(
                answer.headers.get("www-authenticate", ""), f'{method.title()} "{url}"'
            )
            answer = self.web.ask(
                method, url, MAX_SIZE, {**(headers or {}), "Authorization": self.tokens[repository]}, content
            )
        if not 200 <= answer.status < 300:
            raise refusal(answer)
        return answer

    def _is_own(self, answer: Answer) -> bool:
        """Does the challenge come from the registry itself, not from a redirect's target?"""
        return origin(answer.url) == origin(self.base) and answer.url.startswith(f"{self.base}/v2/")

    def _answer(self, header: str, request: str) -> str:
        """The Authorization header for a WWW-Authenticate header. Raises Failure."""
        asked = dict(reversed(challenges(header)))
        if "bearer" in asked:
            return "Bearer " + self._token(asked["bearer"])
        if "basic" in asked and self.auth.get("username"):
            return basic(self.auth)
        raise Failure(f"{request}: no basic auth credentials")

    def _token(self, challenge: Mapping[str, str]) -> str:
        """A token from the server that the registry names. Raises Failure."""
        realm = challenge.get("realm", "")
        if not realm:
            raise Failure("the registry asks for a token, but names no token server")
        check_realm(realm, self.host, self.base.startswith("https:"))
        query = {k: challenge[k] for k in ("service", "scope") if challenge.get(k)}
        try:
            if self.auth.get("identitytoken"):
                return by_form(self.web, realm, {**query, "client_id": "docker"}, self.auth).text
            account = {"account": self.auth["username"]} if self.auth.get("username") else {}
            return by_query(self.web, realm, list({**query, **account}.items()), self.auth).text
        except Refused as refused:
            raise Failure(refused.details) from None


def next_page(link: str) -> str:
    """The query of the next page, by a Link header (RFC 8288); "" for none. Its path is not followed: it is known."""
    found = re.match(r"\s*<([^>]*)>\s*;\s*rel=\"?next\"?", link)
    return urlsplit(found[1]).query if found else ""


def refusal(answer: Answer) -> Failure:
    """The error of a refusing registry. As in docker, certain codes with a message mean that the object is missing, or
    not accessible; a code without one is an error."""
    errors = errors_of(answer)
    if errors:
        missing = errors[0].get("code") in NOT_HERE and not is_bare(errors[0])
    else:
        missing = answer.status == 404
    return (Missing if missing else Failure)(message(answer))


def _check_name(digest: str) -> None:
    """Raises Failure for an invalid digest: it becomes part of a URL, and is often untrusted."""
    with failing():
        parts(digest)
