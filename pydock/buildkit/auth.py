"""Registry credentials for the images that a build pulls and pushes: session/auth of github.com/moby/buildkit.

The engine requests credentials by host. For registries with token servers it requests a token instead, so that the
password is sent to that server only (see authority).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from pydock.buildkit import messages as m
from pydock.buildkit.authority import Authority
from pydock.buildkit.call import Call
from pydock.buildkit.proto import Values
from pydock.errors import Failure

Auth = Mapping[str, str]
#: (registry's host, realm, service, scopes, credentials, client's name) → (token, lifetime in seconds, time of issue in
#: seconds since 1970; 0: unknown). Raises Failure
FetchToken = Callable[[str, str, str, Sequence[str], Auth, str], tuple[str, int, int]]

#: the host of Docker Hub, and the key of its credentials
HUB_HOST, HUB_KEY = "registry-1.docker.io", "https://index.docker.io/v1/"
#: a token's default lifetime, in seconds
EXPIRES = 60
#: seconds before credentials are looked up again: those of Google's registries expire after five minutes
FRESH = 290.0
SERVICE = "/moby.filesync.v1.Auth/"


class Credentials:
    """auth_of: returns the stored credentials for a registry; report: called once for each credential or token sent."""

    METHODS: tuple[str, ...] = tuple(
        SERVICE + name for name in ("Credentials", "FetchToken", "GetTokenAuthority", "VerifyTokenAuthority")
    )

    def __init__(
        self,
        auth_of: Callable[[str], Auth],
        fetch_token: FetchToken,
        authority: Authority,
        report: Callable[[str], None],
    ) -> None:
        self.auth_of, self.fetch_token, self.authority, self._report = auth_of, fetch_token, authority, report
        self._seen: set[str] = set()
        self._kept: dict[str, tuple[float, Auth]] = {}
        self._lock = threading.Lock()

    def serve(self, call: Call) -> None:
        message = call.receive() or b""
        if call.path == SERVICE + "Credentials":
            answer = self._credentials(m.ASK_CREDENTIALS.decode(message)["Host"])
        elif call.path == SERVICE + "FetchToken":
            answer = self._token(m.ASK_TOKEN.decode(message))
        elif call.path == SERVICE + "GetTokenAuthority":
            asked = m.ASK_AUTHORITY.decode(message)
            answer = m.AUTHORITY.encode(
                {"PublicKey": self.authority.public_key(asked["Host"], asked["Salt"], self._is_known(asked["Host"]))}
            )
        else:
            asked = m.VERIFY_AUTHORITY.decode(message)
            signed = self.authority.sign(asked["Host"], asked["Salt"], self._is_known(asked["Host"]), asked["Payload"])
            answer = m.VERIFIED_AUTHORITY.encode({"Signed": signed})
        call.send(answer)

    def _auth(self, host: str) -> Auth:
        """A host's credentials, cached: looking them up may run a helper, and they may expire within minutes."""
        with self._lock:
            until, auth = self._kept.get(host, (0.0, {}))
            if until < time.monotonic():
                auth = self.auth_of(HUB_KEY if host == HUB_HOST else host)
                self._kept[host] = time.monotonic() + FRESH, auth
        return auth

    def _is_known(self, host: str) -> bool:
        return bool(secret_of(self._auth(host)).get("Secret"))

    def _notice(self, text: str) -> None:
        if text not in self._seen:
            self._seen.add(text)
            self._report(text)

    def _credentials(self, host: str) -> bytes:
        values = secret_of(self._auth(host))
        if values.get("Secret"):
            self._notice(f"[auth] sharing credentials for {host}")
        return m.CREDENTIALS.encode(values)

    def _token(self, asked: Values) -> bytes:
        """Raises Failure."""
        host, auth = asked["Host"], self._auth(asked["Host"])
        if auth.get("registrytoken"):
            return m.TOKEN.encode({"Token": auth["registrytoken"], "ExpiresIn": EXPIRES})
        known = bool(secret_of(auth).get("Secret"))
        if known:
            self._notice(f"[auth] {' '.join(s.removeprefix('repository:') for s in asked['Scopes'])} token for {host}")
        try:
            token, seconds, issued = self.fetch_token(
                host, asked["Realm"], asked["Service"], asked["Scopes"], auth, asked["ClientID"]
            )
        except Failure as failure:
            kind = "oauth" if known else "anonymous"
            raise Failure(f"failed to fetch {kind} token: {failure.message}") from failure
        return m.TOKEN.encode({"Token": token, "ExpiresIn": seconds or EXPIRES, "IssuedAt": issued})


def secret_of(auth: Auth) -> Values:
    """Credentials in BuildKit's form: an identity token has no user."""
    if auth.get("identitytoken"):
        return {"Secret": auth["identitytoken"]}
    return {"Username": auth.get("username", ""), "Secret": auth.get("password", "")}
