"""The user's logins: what is kept for which registry, by the configuration in force. See config.credentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydock.config import credentials
from pydock.config.credentials import Auth
from pydock.config.file import ConfigFile


class Credentials:
    """warn: called with what is wrong with DOCKER_AUTH_CONFIG, each time that credentials are looked up."""

    def __init__(self, config: ConfigFile, environ: Mapping[str, str], warn: Callable[[str], None]) -> None:
        self._config, self._environ, self._warn = config, environ, warn

    def of(self, registry: str) -> Auth:
        """The credentials kept for a registry's domain or key; empty if there are none."""
        if problem := credentials.environment_problem(self._environ):
            self._warn(problem)
        return credentials.lookup(self._config, self._environ, registry)

    def header(self, domain: str) -> str:
        """The X-Registry-Auth header for a registry; an empty object where no credentials are kept."""
        return credentials.header(self.of(domain))

    def header_of_all(self) -> str:
        """The X-Registry-Config header: the credentials kept for every registry, for what a build may pull from."""
        return credentials.header({key: self.of(key) for key in credentials.known(self._config, self._environ)})

    def store(self, auth: Auth) -> str:
        """Keep credentials; returns the file's path if a password now lies in it in clear. Raises Failure."""
        return self._config.path if credentials.store(self._config, self._environ, auth) else ""

    def erase(self, key: str) -> str:
        """Forget credentials; returns what a helper program said against it, or "". Raises Failure."""
        return credentials.erase(self._config, self._environ, key)
