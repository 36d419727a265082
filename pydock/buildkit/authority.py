"""Token authority: keys by which the engine recognizes a user across builds.

session/auth/authprovider of github.com/moby/buildkit. For each registry the user has a key pair, derived from a secret
beside the configuration and from the engine's salt. The engine caches tokens, and reuses one only for a client that can
sign with the same key; passwords stay on the client.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydock.buildkit.call import UNAVAILABLE
from pydock.errors import Failure, RpcError
from pydock.files.atomic import write_whole
from pydock.files.lock import locked_file
from pydock.go.json import decode
from pydock.go.strconv import is_true

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SEEDS = ".token_seed"
#: set by users who want the engine to fetch tokens
OFF = "BUILDKIT_NO_CLIENT_TOKEN"


class Authority:
    """folder: the configuration's; it is not created."""

    def __init__(self, folder: str, environ: Mapping[str, str]) -> None:
        self.folder, self.off = folder, is_true(environ.get(OFF, ""))
        self._lock = threading.Lock()
        #: secrets that could not be stored, for this build only
        self._seeds: dict[str, bytes] = {}

    def public_key(self, host: str, salt: bytes, known: bool) -> bytes:
        """32 bytes. known: there are credentials for the host; without any, all hosts share one key. Raises RpcError
        with UNAVAILABLE, and then the engine fetches tokens itself."""
        return self._key(host, salt, known).public_key().public_bytes_raw()

    def sign(self, host: str, salt: bytes, known: bool, payload: bytes) -> bytes:
        """The signature (64 bytes) followed by the payload, like NaCl's crypto_sign. Raises RpcError."""
        return self._key(host, salt, known).sign(payload) + payload

    def _key(self, host: str, salt: bytes, known: bool) -> Ed25519PrivateKey:
        try:
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        except ImportError:
            raise RpcError(UNAVAILABLE, "client side tokens need the package cryptography") from None
        if self.off:
            raise RpcError(UNAVAILABLE, "client side tokens disabled")
        with self._lock:
            seed = self._seed(host) if known else b""
        return Ed25519PrivateKey.from_private_bytes(hmac.digest(salt, seed, hashlib.sha256))

    def _seed(self, host: str) -> bytes:
        """16 random bytes per host, stored in a file that docker's buildx uses too."""
        if host in self._seeds:
            return self._seeds[host]
        path = os.path.join(self.folder, SEEDS)
        if seed := _seed_of(_kept(path), host):
            return seed
        self._seeds[host] = secrets.token_bytes(16)
        try:
            # as buildx locks it
            with locked_file(f"{path}.lock", vanishing=False):
                seeds = _kept(path)
                self._seeds[host] = _seed_of(seeds, host) or self._seeds[host]
                seeds[host] = {"Seed": base64.b64encode(self._seeds[host]).decode()}
                write_whole(path, [json.dumps(seeds, indent=2, sort_keys=True).encode()], own=True)
        except (OSError, Failure):
            pass
        return self._seeds[host]


def _kept(path: str) -> dict[str, Any]:
    """The file's content, by host; empty if it is missing or malformed."""
    try:
        with open(path, "rb") as file:
            return dict(decode(file.read(), dict))
    except (OSError, ValueError):
        return {}


def _seed_of(seeds: Mapping[str, Any], host: str) -> bytes:
    """A host's secret; b"" without one."""
    try:
        return base64.b64decode(seeds[host]["Seed"], validate=True)
    except (ValueError, TypeError, KeyError):
        return b""
