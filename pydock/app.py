"""App: everything outside the process that a command may use: streams, files, configuration, engine.

Each is an object of the package that does the work, made at first use: a command that needs neither configuration nor
engine (help, usage errors) loads neither.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO

from pydock import API_VERSION
from pydock.config.globals import Globals, Invocation
from pydock.errors import NoEngine
from pydock.streams.output import Output, unbuffered

if TYPE_CHECKING:
    from io import BytesIO, RawIOBase

    from pydock.buildkit.builder import Builder
    from pydock.config.current import Contexts
    from pydock.config.file import ConfigFile
    from pydock.config.logins import Credentials
    from pydock.config.manifests import ManifestStore
    from pydock.config.plugins import Plugins
    from pydock.copy.copies import Copies
    from pydock.engine.engine import Engine, Ping
    from pydock.files.files import Files
    from pydock.registry.registries import Registries
    from pydock.streams.log import Log


class App:
    """out, err, stdin: the streams; prog: the name that the program was called by; clock: returns seconds since 1970;
    invocation: the command line, with its global flags."""

    def __init__(
        self,
        out: RawIOBase | BytesIO,
        err: RawIOBase | BytesIO,
        stdin: BinaryIO,
        environ: Mapping[str, str],
        prog: str = "pydock",
        clock: Callable[[], float] = time.time,
        **nouns: Any,
    ) -> None:
        """nouns: replacements for cached properties of this class."""
        if unknown := [name for name in nouns if not isinstance(getattr(App, name, None), cached_property)]:
            raise TypeError(f"App has no {', '.join(unknown)}")
        self.out, self.err, self.stdin = Output(out, "/dev/stdout"), Output(err, "/dev/stderr"), stdin
        self.environ, self.prog, self.clock, self._nouns = environ, prog, clock, nouns
        self.invocation = Invocation(Globals.make())
        self.__dict__.update(nouns)

    @classmethod
    def of_process(cls) -> App:
        """The App of this process."""
        name = os.path.basename(sys.argv[0]).removesuffix(".exe")
        prog = "pydock" if name in ("__main__.py", "-c", "") else name
        return cls(unbuffered(sys.stdout), unbuffered(sys.stderr), sys.stdin.buffer, os.environ, prog)

    def begin(self, invocation: Invocation) -> None:
        """Set the command line and load its configuration, which docker does first. Raises Failure."""
        self.invocation = invocation
        invocation.globals.check()
        _ = self.config

    def under(self, invocation: Invocation) -> App:
        """An App with these streams and this environment for another command line."""
        other = App(self.out.binary, self.err.binary, self.stdin, self.environ, self.prog, self.clock, **self._nouns)
        other.invocation = invocation
        return other

    @property
    def globals(self) -> Globals:
        return self.invocation.globals

    @cached_property
    def log(self) -> Log:
        from pydock.streams.log import Log

        return Log(self.err, self.clock, self.globals.log_level.lower() or "info")

    @cached_property
    def files(self) -> Files:
        from pydock.files.files import Files

        return Files(self.stdin)

    @cached_property
    def copies(self) -> Copies:
        from pydock.copy.copies import Copies

        return Copies()

    @cached_property
    def config(self) -> ConfigFile:
        """The user's config.json; a malformed one causes a warning and counts as empty."""
        from pydock.config.file import folder_in_force, load

        config, problem = load(folder_in_force(self.globals, self.environ))
        if problem:
            self.err.line(f"WARNING: {problem}")
        return config

    @cached_property
    def contexts(self) -> Contexts:
        from pydock.config.current import Contexts

        return Contexts(self.globals, self.environ, self.config)

    @cached_property
    def credentials(self) -> Credentials:
        from pydock.config.logins import Credentials

        return Credentials(self.config, self.environ, self.err.line)

    @cached_property
    def manifests(self) -> ManifestStore:
        """Local manifest lists, created and not yet pushed."""
        from pydock.config.manifests import ManifestStore

        return ManifestStore(self.config.folder)

    @cached_property
    def plugins(self) -> Plugins:
        """CLI plugins: buildx, compose and others."""
        from pydock.config.plugins import Plugins, folders

        return Plugins(folders(self.config.folder, self.config.texts("cliPluginsExtraDirs")), self.environ)

    @cached_property
    def registries(self) -> Registries:
        from pydock.registry.registries import Registries

        return Registries(self.credentials.of)

    @cached_property
    def builder(self) -> Builder:
        from pydock.buildkit.builder import Builder

        registries = self.registries
        return Builder(
            self.stdin, self.environ, self.config.folder, self.credentials.of, registries.token, registries.blocks
        )

    @cached_property
    def engine(self) -> Engine:
        """The current context's engine; nothing is sent yet. Raises NoEngine."""
        from pydock.config.endpoint import custom_headers
        from pydock.engine.engine import Engine

        headers = custom_headers(self.environ.get("DOCKER_CUSTOM_HEADERS", ""), self.config.http_headers)
        return Engine(self.contexts.endpoint, headers=headers, requested=self.environ.get("DOCKER_API_VERSION", ""))

    @cached_property
    def architecture(self) -> str:
        """This host's CPU architecture as Go names it: "amd64"."""
        name = os.uname().machine if hasattr(os, "uname") else self.environ.get("PROCESSOR_ARCHITECTURE", "amd64")
        return {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "i686": "386", "armv7l": "arm"}.get(name, name)

    def need_engine(self) -> None:
        """For commands of which docker checks the engine's address before anything else. Raises NoEngine."""
        _ = self.engine

    @property
    def api_version(self) -> str:
        """The API version in use with the engine; the newest where the engine's address is invalid."""
        try:
            return self.engine.api_version
        except NoEngine:
            return API_VERSION

    @property
    def server(self) -> Ping | None:
        """The engine's answer to /_ping; None where the engine's address is invalid."""
        try:
            return self.engine.ping()
        except NoEngine:
            return None

    def close(self) -> None:
        """Close the engine's connections."""
        if engine := self.__dict__.get("engine"):
            engine.close()
