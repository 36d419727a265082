"""Credentials for registries, as docker keeps them: config.json's auths, credential helpers, DOCKER_AUTH_CONFIG.

Nothing here ever puts a secret into an error.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from pydock.config.file import ConfigFile

HUB_KEY = "https://index.docker.io/v1/"
NOT_FOUND = ("credentials not found in native keychain", "No stored credential")

Auth = dict[str, str]


def registry_key(domain: str) -> str:
    """The name under which a registry's credentials are kept."""
    return HUB_KEY if domain in ("docker.io", "index.docker.io") else domain


def lookup(config: ConfigFile, environ: Mapping[str, str], domain: str) -> Auth:
    """{username, password, serveraddress} or {identitytoken, …}; empty if none are kept."""
    key = registry_key(domain)
    for auths in (_from_environment(environ), config.mapping("auths")):
        found = _from_file(auths, key)
        if found:
            return {**found, "serveraddress": key}
    helper = config.mapping("credHelpers").get(key) or config.text("credsStore")
    return _from_helper(str(helper), key) if helper else {}


def header(auth: Auth) -> str:
    """The X-Registry-Auth header."""
    return base64.urlsafe_b64encode(json.dumps(auth, separators=(",", ":")).encode()).decode()


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    try:
        auths = json.loads(environ.get("DOCKER_AUTH_CONFIG") or "{}").get("auths")
    except (ValueError, AttributeError):
        return {}
    return auths if isinstance(auths, dict) else {}


def _from_file(auths: Mapping[str, Any], key: str) -> Auth:
    entry = auths.get(key)
    if not isinstance(entry, dict):
        # an old key may carry a scheme and a path
        entry = next((v for k, v in auths.items() if isinstance(v, dict) and _host(k) == _host(key)), None)
    if not entry:
        return {}
    out = {k: str(entry[k]) for k in ("username", "password", "identitytoken", "registrytoken") if entry.get(k)}
    if entry.get("auth"):
        try:
            user, _, secret = base64.b64decode(str(entry["auth"])).decode().partition(":")
        except ValueError:
            return out
        out |= {"username": user, "password": secret.strip("\0")}
    return out


def _host(key: str) -> str:
    return key.removeprefix("https://").removeprefix("http://").partition("/")[0]


def _from_helper(name: str, key: str) -> Auth:
    import subprocess

    try:
        done = subprocess.run([f"docker-credential-{name}", "get"], input=key.encode(), capture_output=True, check=False)
        answer = json.loads(done.stdout) if done.returncode == 0 else {}
    except (OSError, ValueError):
        return {}
    user, secret = answer.get("Username", ""), answer.get("Secret", "")
    if not secret:
        return {}
    if user == "<token>":
        return {"identitytoken": secret, "serveraddress": key}
    return {"username": user, "password": secret, "serveraddress": key}
