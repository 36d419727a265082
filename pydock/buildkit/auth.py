"""Credentials of registries, for the images that a build pulls and pushes: session/auth of github.com/moby/buildkit.

The engine asks for credentials by host, and fetches a token with them where the registry hands out tokens. That clients
fetch tokens themselves is a negotiation of its own (GetTokenAuthority), which the engine does without where it is not served.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydock.buildkit.messages import ASK_CREDENTIALS, CREDENTIALS
from pydock.buildkit.proto import Values
from pydock.buildkit.wire import Call

Auth = Mapping[str, str]

#: the host of Docker Hub, and the key of its credentials
HUB_HOST, HUB_KEY = "registry-1.docker.io", "https://index.docker.io/v1/"


class Credentials:
    """auth_of: the credentials kept for a registry; told: called once for each host that is given some."""

    METHODS: tuple[str, ...] = ("/moby.filesync.v1.Auth/Credentials",)

    def __init__(self, auth_of: Callable[[str], Auth], told: Callable[[str], None]) -> None:
        self.auth_of, self.told = auth_of, told
        self._seen: set[str] = set()

    def serve(self, call: Call) -> None:
        host = ASK_CREDENTIALS.decode(call.receive() or b"")["Host"]
        values = secret_of(self.auth_of(HUB_KEY if host == HUB_HOST else host))
        if values.get("Secret") and host not in self._seen:
            self._seen.add(host)
            self.told(f"[auth] sharing credentials for {host}")
        call.send(CREDENTIALS.encode(values))


def secret_of(auth: Auth) -> Values:
    """Credentials as BuildKit wants them: an identity token has no user."""
    if auth.get("identitytoken"):
        return {"Secret": auth["identitytoken"]}
    return {"Username": auth.get("username", ""), "Secret": auth.get("password", "")}
