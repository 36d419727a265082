"""A registry's HTTP API, spoken by the client itself: manifests and blobs (only `manifest` needs it; the engine does the rest).

https://distribution.github.io/distribution/spec/api/, tokens as in …/spec/auth/token/ and …/spec/auth/oauth/.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from pydock.errors import Failure, Missing
from pydock.lean import load_httpx
from pydock.record import record
from pydock.registry.tokens import CERTIFICATES, TIMEOUT, Refused, by_form, by_query, message, tls

if TYPE_CHECKING:
    import httpx
else:
    httpx = load_httpx()

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"

HUB, HUB_HOST = "docker.io", "registry-1.docker.io"
MAX_SIZE = 32 << 20


@record
class Document:
    """A manifest or a blob as the registry keeps it. digest: "sha256:…" of `raw`."""

    media_type: str
    digest: str
    raw: bytes


class Registry:
    """One registry. `auth`: {username, password} or {identitytoken}, empty for none; nothing is sent before it is needed."""

    def __init__(self, domain: str, auth: dict[str, str], insecure: bool = False, certificates: str = CERTIFICATES) -> None:
        self.host = HUB_HOST if domain == HUB else domain
        self.auth, self.insecure = auth, insecure
        self.client = httpx.Client(verify=tls(self.host, certificates, insecure), timeout=TIMEOUT, follow_redirects=True)
        self.base = ""
        self.tokens: dict[str, str] = {}

    def close(self) -> None:
        self.client.close()

    # -- what there is -----------------------------------------------------------------------------

    def manifest(self, repository: str, reference: str) -> Document:
        """By tag or digest. Raises Missing, Failure."""
        kinds = ", ".join((MANIFEST, MANIFEST_LIST, OCI_MANIFEST, OCI_INDEX))
        response = self._ask("GET", repository, f"manifests/{reference}", headers={"Accept": kinds})
        return self._document(response, reference)

    def blob(self, repository: str, digest: str) -> Document:
        """Raises Missing, Failure."""
        return self._document(self._ask("GET", repository, f"blobs/{digest}"), digest)

    @staticmethod
    def _document(response: httpx.Response, reference: str) -> Document:
        raw = response.content
        if len(raw) > MAX_SIZE:
            raise Failure(f"{reference}: {len(raw)} bytes are too many for a manifest")
        digest = f"sha256:{hashlib.sha256(raw).hexdigest()}"
        if reference.startswith("sha256:") and digest != reference:
            raise Failure(f"the registry's answer does not match its digest: {digest}, asked for was {reference}")
        return Document(response.headers.get("content-type", "").partition(";")[0], digest, raw)

    # -- what is made ------------------------------------------------------------------------------

    def mount(self, repository: str, digest: str, source: str) -> None:
        """Let `repository` share a blob of another one. Raises Failure."""
        response = self._ask("POST", repository, "blobs/uploads/", params={"mount": digest, "from": source})
        if response.status_code != 201:
            raise Failure(f"unable to mount blob {digest} from {source} to {repository}: the registry answered {response.status_code}")

    def put_manifest(self, repository: str, reference: str, media_type: str, raw: bytes) -> str:
        """Returns the digest. Raises Failure."""
        self._ask("PUT", repository, f"manifests/{reference}", content=raw, headers={"Content-Type": media_type})
        return f"sha256:{hashlib.sha256(raw).hexdigest()}"

    # -- the way there -----------------------------------------------------------------------------

    def _find(self) -> None:
        """Which scheme the registry speaks: HTTPS; HTTP only where that is allowed. Raises Failure."""
        problem: Exception | None = None
        for scheme in ("https", "http") if self.insecure else ("https",):
            try:
                self.client.get(f"{scheme}://{self.host}/v2/")
                self.base = f"{scheme}://{self.host}"
                return
            except httpx.HTTPError as error:
                problem = problem or error
        if isinstance(problem, httpx.ConnectError) and "SSL" not in str(problem):
            where = f"dial tcp {self.host if ':' in self.host else self.host + ':443'}"
            raise Failure(f'failed to configure transport: error pinging v2 registry: Get "https://{self.host}/v2/": {where}: connect: {_plain(problem)}')
        raise Missing(f"{self.host} does not speak HTTPS that is trusted: {_plain(problem)}")

    def _ask(self, method: str, repository: str, rest: str, headers: dict[str, str] | None = None, **options: Any) -> httpx.Response:
        """/v2/REPOSITORY/REST, with the credentials that the registry asks for. Raises Missing, Failure."""
        if not self.base:
            self._find()
        url = f"{self.base}/v2/{repository}/{rest}"
        own = headers or {}
        known = {"Authorization": self.tokens[repository]} if repository in self.tokens else {}
        try:
            response = self.client.request(method, url, headers={**own, **known}, **options)
            if response.status_code == 401:
                self.tokens[repository] = self._answer(response.headers.get("www-authenticate", ""), f'{method.title()} "{url}"')
                response = self.client.request(method, url, headers={**own, "Authorization": self.tokens[repository]}, **options)
        except httpx.HTTPError as error:
            raise Failure(f'{method.title()} "{url}": {_plain(error)}') from error
        if response.status_code == 404:
            raise Missing(message(response))
        if response.status_code >= 400:
            raise Failure(message(response))
        return response

    def _answer(self, challenge: str, request: str) -> str:
        """The Authorization header's value for a WWW-Authenticate one. Raises Failure."""
        kind, _, rest = challenge.partition(" ")
        if kind.lower() == "bearer":
            return "Bearer " + self._token(dict(re.findall(r'(\w+)="([^"]*)"', rest)))
        if not self.auth.get("username"):
            raise Failure(f"{request}: no basic auth credentials")
        import base64

        pair = f"{self.auth['username']}:{self.auth.get('password', '')}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    def _token(self, challenge: dict[str, str]) -> str:
        """From the server that the registry names. Raises Failure."""
        realm = challenge.get("realm", "")
        if not realm:
            raise Failure("the registry asks for a token, but does not say where to get one")
        query = {k: challenge[k] for k in ("service", "scope") if challenge.get(k)}
        try:
            if self.auth.get("identitytoken"):
                return by_form(self.client, realm, {**query, "client_id": "docker"}, self.auth).text
            account = {"account": self.auth["username"]} if self.auth.get("username") else {}
            return by_query(self.client, realm, list({**query, **account}.items()), self.auth).text
        except Refused as refused:
            raise Failure(refused.details) from None


def _plain(error: Exception | None) -> str:
    text = str(error) or type(error).__name__
    return re.sub(r"^\[Errno -?\d+\] ", "", text).lower() if "Errno" in text else text
