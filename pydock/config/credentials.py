"""Registry credentials, stored as docker does: config.json's auths, credential helpers, DOCKER_AUTH_CONFIG.

No error contains a secret.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from pydock.config.file import ConfigFile
from pydock.errors import Failure, first_line
from pydock.go.json import decode
from pydock.go.json import problem as problem_of
from pydock.shape import opt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HUB_KEY = "https://index.docker.io/v1/"
NOT_FOUND = ("credentials not found in native keychain", "No stored credential")

#: that a helper may take: the user may have to unlock it
SECONDS = 300.0

Auth = dict[str, str]


def registry_key(domain: str) -> str:
    """The key of a registry's credentials in config.json."""
    return HUB_KEY if domain in ("docker.io", "index.docker.io") else domain


def lookup(config: ConfigFile, environ: Mapping[str, str], domain: str) -> Auth:
    """{username, password, serveraddress} or {identitytoken, …}; empty if none are stored."""
    key = registry_key(domain)
    for auths in (_from_environment(environ), config.mapping("auths")):
        found = _from_file(auths, key)
        if found:
            return {**found, "serveraddress": key}
    helper = helper_of(config, environ, key)
    return _from_helper(helper, key, environ) if helper else {}


def hub_user(config: ConfigFile) -> str:
    """The user name that config.json itself has for Docker Hub, or ""."""
    return _entry(config.mapping("auths").get(HUB_KEY)).get("username", "")


def in_environment(environ: Mapping[str, str]) -> list[str]:
    """The keys of the registries that DOCKER_AUTH_CONFIG has credentials for."""
    return sorted(_from_environment(environ))


def known(config: ConfigFile, environ: Mapping[str, str]) -> list[str]:
    """The keys of all registries with stored credentials, in the file and in helpers."""
    keys = {*_from_environment(environ), *config.mapping("auths"), *config.mapping("credHelpers")}
    if store := config.text("credsStore"):
        try:
            keys |= set(decode(_run(store, "list", "", environ)[0] or b"{}", dict))
        except ValueError:
            pass
    return sorted(keys)


def helper_of(config: ConfigFile, environ: Mapping[str, str], key: str) -> str:
    """The credential helper of a registry: "pass" for docker-credential-pass; "" for the file itself.

    Without configuration or stored credentials, the system's default helper, if it is installed.
    """
    helpers, store = config.mapping("credHelpers"), config.text("credsStore")
    if helpers.get(key) or store or helpers or config.mapping("auths"):
        return str(helpers.get(key) or store)
    import sys

    from pydock.programs import find

    fitting = {"darwin": "osxkeychain", "win32": "wincred"}.get(sys.platform) or (
        "pass" if find("pass", environ) else "secretservice"
    )
    return fitting if find(f"docker-credential-{fitting}", environ) else ""


def store(config: ConfigFile, environ: Mapping[str, str], auth: Auth) -> bool:
    """Store credentials; True if the configuration file now holds a password. Raises Failure."""
    key = auth["serveraddress"]
    helper = helper_of(config, environ, key)
    secret = {
        "username": auth.get("username", ""),
        "password": auth.get("password", ""),
        "identitytoken": auth.get("identitytoken", ""),
    }
    if helper:
        user, word = (
            ("<token>", secret["identitytoken"])
            if secret["identitytoken"]
            else (secret["username"], secret["password"])
        )
        problem = _run(
            helper,
            "store",
            json.dumps({"ServerURL": key, "Username": user, "Secret": word}, separators=(",", ":")),
            environ,
        )[1]
        if problem:
            raise Failure(f"Error saving credentials: error storing credentials - err: {problem}")
        entry: dict[str, str] = {}
    else:
        entry = saved(secret)
        if config.mapping("auths").get(key) == entry:
            return False

    def add(data: dict[str, Any]) -> None:
        data["auths"] = {**_auths(data), key: entry}
        if helper and not config.mapping("credHelpers").get(key):
            data.setdefault("credsStore", helper)

    try:
        config.change(add)
    except Failure as failure:
        raise Failure(f"Error saving credentials: {failure.message}") from None
    return not helper and bool(secret["password"])


def saved(auth: Auth) -> dict[str, str]:
    """Credentials in config.json's form."""
    pair = f"{auth.get('username', '')}:{auth.get('password', '')}"
    kept = {"auth": "" if pair == ":" else base64.b64encode(pair.encode("utf-8", "surrogateescape")).decode()}
    kept |= {k: auth.get(k, "") for k in ("identitytoken", "registrytoken")}
    return {k: v for k, v in kept.items() if v}


def erase(config: ConfigFile, environ: Mapping[str, str], key: str) -> str:
    """Erase a registry's credentials; returns a helper's error or "". Raises Failure if the file cannot be written."""
    helper = helper_of(config, environ, key)
    problem = _run(helper, "erase", key, environ)[1] if helper else ""
    if not problem and key in config.mapping("auths"):
        config.change(lambda data: data.update(auths={k: v for k, v in _auths(data).items() if k != key}))
    return problem


def environment_problem(environ: Mapping[str, str]) -> str:
    """The error in DOCKER_AUTH_CONFIG, or ""."""
    text = environ.get("DOCKER_AUTH_CONFIG", "")
    return problem_of(text) if text else ""


def header(auth: Auth | Mapping[str, Auth]) -> str:
    """The X-Registry-Auth header for one registry's credentials; X-Registry-Config for several, by key."""
    return base64.urlsafe_b64encode(json.dumps(auth, separators=(",", ":")).encode()).decode()


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    try:
        return decode(environ.get("DOCKER_AUTH_CONFIG") or "{}", {"auths": opt(dict)}).get("auths") or {}
    except ValueError:
        return {}


def _from_file(auths: Mapping[str, Any], key: str) -> Auth:
    entry = auths.get(key)
    if not isinstance(entry, dict):
        # an old key may have a scheme and a path
        entry = next((v for k, v in auths.items() if isinstance(v, dict) and _host(k) == _host(key)), None)
    return _entry(entry)


def _entry(entry: Any) -> Auth:
    """An entry of config.json's auths."""
    if not isinstance(entry, dict):
        return {}
    out = {k: str(entry[k]) for k in ("username", "password", "identitytoken", "registrytoken") if entry.get(k)}
    if entry.get("auth"):
        try:
            user, _, secret = base64.b64decode(str(entry["auth"])).decode("utf-8", "surrogateescape").partition(":")
        except ValueError:
            return out
        out |= {"username": user, "password": secret.strip("\0")}
    return out


def _auths(data: Mapping[str, Any]) -> dict[str, Any]:
    auths = data.get("auths")
    return auths if isinstance(auths, dict) else {}


def _host(key: str) -> str:
    return key.removeprefix("https://").removeprefix("http://").partition("/")[0]


def _run(helper: str, verb: str, text: str, environ: Mapping[str, str]) -> tuple[bytes, str]:
    """(stdout of docker-credential-HELPER VERB, error or ""). On an error neither holds a secret."""
    from pydock.programs import ask, find

    name = f"docker-credential-{helper}"
    program = find(name, environ)
    if not program:
        return b"", f'exec: "{name}": executable file not found in $PATH, out: ``'
    try:
        # stderr goes to the user, who may have to unlock the helper
        answer = ask(
            [program, verb], environ, text.encode("utf-8", "surrogateescape"), seconds=SECONDS, hear_errors=False
        )
    except OSError as error:
        return b"", f"{first_line(error)}, out: ``"
    if answer.problem:
        return b"", f"{name} {answer.problem}, out: ``"
    if answer.code:
        said = answer.out.decode("utf-8", "replace").strip()
        return b"", "" if any(w in said for w in NOT_FOUND) else f"exit status {answer.code}, out: `{said}`"
    return answer.out, ""


def _from_helper(name: str, key: str, environ: Mapping[str, str]) -> Auth:
    try:
        answer = decode(_run(name, "get", key, environ)[0] or b"{}", {"Username": opt(str), "Secret": opt(str)})
    except ValueError:
        return {}
    user, secret = answer.get("Username") or "", answer.get("Secret")
    if not secret:
        return {}
    if user == "<token>":
        return {"identitytoken": secret, "serveraddress": key}
    return {"username": user, "password": secret, "serveraddress": key}
