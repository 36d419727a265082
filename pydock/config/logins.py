"""The user's logins: what is kept for which registry, by the configuration in force. See config.credentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydock.config import credentials
from pydock.config.credentials import Auth
from pydock.config.file import ConfigFile
from pydock.errors import Failure
from pydock.go.json import dumps


class Credentials:
    """warn: called with what is wrong with DOCKER_AUTH_CONFIG, each time that credentials are looked up."""

    def __init__(self, config: ConfigFile, environ: Mapping[str, str], warn: Callable[[str], None]) -> None:
        self._config, self._environ, self._warn = config, environ, warn

    def of(self, registry: str) -> Auth:
        """The credentials kept for a registry's domain or key; empty if there are none."""
        if problem := credentials.environment_problem(self._environ):
            self._warn(f"Failed to create credential store from DOCKER_AUTH_CONFIG:  {problem}")
        return credentials.lookup(self._config, self._environ, registry)

    def header(self, domain: str) -> str:
        """The X-Registry-Auth header for a registry; an empty object where no credentials are kept."""
        return credentials.header(self.of(domain))

    def header_of_all(self) -> str:
        """The X-Registry-Config header: the credentials kept for every registry, for what a build may pull from."""
        return credentials.header({key: self.of(key) for key in credentials.known(self._config, self._environ)})

    def config_file(self) -> bytes:
        """A config.json of these credentials alone, or of those in DOCKER_AUTH_CONFIG where it has some; b"" where
        there are none.

        Raises Failure where that variable cannot be read."""
        if problem := credentials.environment_problem(self._environ):
            cut = problem.replace("unexpected end of JSON input", "unexpected EOF")
            raise Failure(f"resolving credentials failed: failed to read credentials from DOCKER_AUTH_CONFIG: {cut}")
        keys = credentials.in_environment(self._environ) or credentials.known(self._config, self._environ)
        return dumps({"auths": {key: credentials.saved(self.of(key)) for key in keys}}, "\t").encode() if keys else b""

    def store(self, auth: Auth) -> str:
        """Keep credentials; returns the file's path if a password now lies in it in clear. Raises Failure."""
        return self._config.path if credentials.store(self._config, self._environ, auth) else ""

    def erase(self, key: str) -> str:
        """Forget credentials; returns what a helper program said against it, or "". Raises Failure."""
        return credentials.erase(self._config, self._environ, key)
