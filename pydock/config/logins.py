"""The user's registry credentials by the current configuration. See config.credentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydock.config import credentials
from pydock.config.credentials import Auth
from pydock.config.file import ConfigFile
from pydock.errors import Failure
from pydock.go.json import dumps


class Credentials:
    """warn: called with an error in DOCKER_AUTH_CONFIG, at each look-up."""

    def __init__(self, config: ConfigFile, environ: Mapping[str, str], warn: Callable[[str], None]) -> None:
        self._config, self._environ, self._warn = config, environ, warn

    def of(self, registry: str) -> Auth:
        """The stored credentials for a registry's domain or key; empty if there are none."""
        if problem := credentials.environment_problem(self._environ):
            self._warn(f"Failed to create credential store from DOCKER_AUTH_CONFIG:  {problem}")
        return credentials.lookup(self._config, self._environ, registry)

    @property
    def hub_user(self) -> str:
        """The user name that config.json itself has for Docker Hub, or ""."""
        return credentials.hub_user(self._config)

    def header(self, domain: str) -> str:
        """The X-Registry-Auth header for a registry; an empty object without credentials."""
        return credentials.header(self.of(domain))

    def header_of_all(self) -> str:
        """The X-Registry-Config header: all stored credentials, for the images that a build may pull."""
        return credentials.header({key: self.of(key) for key in credentials.known(self._config, self._environ)})

    def config_file(self) -> bytes:
        """A config.json with only the credentials, those of DOCKER_AUTH_CONFIG if it has any; b"" without credentials.

        Raises Failure if that variable is malformed."""
        if problem := credentials.environment_problem(self._environ):
            cut = problem.replace("unexpected end of JSON input", "unexpected EOF")
            raise Failure(f"resolving credentials failed: failed to read credentials from DOCKER_AUTH_CONFIG: {cut}")
        keys = credentials.in_environment(self._environ) or credentials.known(self._config, self._environ)
        return dumps({"auths": {key: credentials.saved(self.of(key)) for key in keys}}, "\t").encode() if keys else b""

    def store(self, auth: Auth) -> str:
        """Store credentials; returns the file's path if it now holds an unencrypted password. Raises Failure."""
        return self._config.path if credentials.store(self._config, self._environ, auth) else ""

    def erase(self, key: str) -> str:
        """Erase credentials; returns a helper's error, or "". Raises Failure."""
        return credentials.erase(self._config, self._environ, key)
