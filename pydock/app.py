"""App: everything outside the process that a command may use: streams, files, configuration, engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module

from pydock.config.globals import Globals, Invocation
from pydock.streams.output import Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from io import BytesIO, RawIOBase
    from typing import Any, BinaryIO, TypeVar

    from pydock.buildkit.builder import Builder
    from pydock.config.current import Contexts
    from pydock.config.file import ConfigFile
    from pydock.config.logins import Credentials
    from pydock.config.manifests import ManifestStore
    from pydock.config.plugins import Plugins
    from pydock.copy.copies import Copies
    from pydock.engine.engine import Engine
    from pydock.engine.transport import Transport
    from pydock.files.files import Files
    from pydock.install.installation import Installation
    from pydock.machine.doctor import Doctor
    from pydock.machine.machine import Machine
    from pydock.machine.own import OwnEngines
    from pydock.registry.registries import Registries
    from pydock.streams.log import Log
    from pydock.warm.control import Warm
    from pydock.watch.watch import Watch

    T = TypeVar("T")


class noun(cached_property["T"]):
    """An object of App, made at first use, when its module is imported: a command that needs neither configuration nor
    engine loads neither."""

    def __init__(self, path: str, make: Callable[[type[T], App], T]) -> None:
        """path: the class, from `pydock` on; make: (the class, app) -> the object."""
        module, _, name = path.rpartition(".")
        super().__init__(lambda app: make(getattr(import_module(f"pydock.{module}"), name), app))


class App:
    """Its nouns are objects of the rooms that do the work."""

    def __init__(
        self,
        out: RawIOBase | BytesIO,
        err: RawIOBase | BytesIO,
        stdin: BinaryIO,
        environ: Mapping[str, str],
        prog: str = "pydock",
        architecture: str = "amd64",
        clock: Callable[[], float] = time.time,
        **nouns: Any,
    ) -> None:
        """prog: the name that the program was called by; architecture: this machine's, as Go names it; clock: returns
        seconds since 1970; nouns: replacements, by name."""
        if unknown := [name for name in nouns if not isinstance(getattr(App, name, None), cached_property)]:
            raise TypeError(f"App has no {', '.join(unknown)}")
        self.out, self.err, self.stdin = Output(out, "/dev/stdout"), Output(err, "/dev/stderr"), stdin
        self.environ, self.prog, self.architecture, self.clock = environ, prog, architecture, clock
        self.invocation = Invocation(Globals.make())
        self._replaced = nouns
        self.__dict__.update(nouns)

    log: noun[Log] = noun("streams.log.Log", lambda cls, app: cls(app.err, app.clock, app.globals.log_level))
    files: noun[Files] = noun(
        "files.files.Files", lambda cls, app: cls.dry(app.stdin) if "only" in app.globals.curl else cls(app.stdin)
    )
    copies: noun[Copies] = noun("copy.copies.Copies", lambda cls, app: cls())
    config: noun[ConfigFile] = noun(
        "config.file.ConfigFile", lambda cls, app: cls.current(app.globals, app.environ, app.err.line)
    )
    contexts: noun[Contexts] = noun(
        "config.current.Contexts", lambda cls, app: cls(app.globals, app.environ, app.config)
    )
    credentials: noun[Credentials] = noun(
        "config.logins.Credentials", lambda cls, app: cls(app.config, app.environ, app.err.line)
    )
    manifests: noun[ManifestStore] = noun("config.manifests.ManifestStore", lambda cls, app: cls(app.config.folder))
    plugins: noun[Plugins] = noun("config.plugins.Plugins", lambda cls, app: cls(app.config, app.environ))
    watch: noun[Watch] = noun(
        "watch.watch.Watch",
        lambda cls, app: cls(app.globals.curl, app.globals.trace, app.err.raw_line, app.out.silence),
    )
    registries: noun[Registries] = noun(
        "registry.registries.Registries",
        lambda cls, app: cls(app.credentials.of, app.watch.web if app.globals.watched else None),
    )
    builder: noun[Builder] = noun(
        "buildkit.builder.Builder",
        lambda cls, app: cls(
            app.stdin, app.environ, app.config.folder, app.credentials.of, app.registries.token, app.registries.blocks
        ),
    )
    transport: noun[Transport] = noun("engine.transport.Transport", lambda cls, app: cls(app.contexts.endpoint))
    engine: noun[Engine] = noun(
        "engine.engine.Engine",
        lambda cls, app: cls(
            app.contexts.endpoint,
            app.contexts.headers,
            app.environ.get("DOCKER_API_VERSION", ""),
            app.watch.over(app.transport, app.contexts.endpoint, app.err.source)
            if app.globals.watched
            else app.transport,
        ),
    )
    machine: noun[Machine] = noun("machine.machine.Machine", lambda cls, app: cls(app.contexts, app.environ))
    doctor: noun[Doctor] = noun(
        "machine.doctor.Doctor",
        lambda cls, app: cls(app.machine, app.contexts, app.config, app.environ, app.clock, app.prog),
    )
    own_engines: noun[OwnEngines] = noun(
        "machine.own.OwnEngines", lambda cls, app: cls(app.contexts, app.config, app.environ)
    )
    installation: noun[Installation] = noun("install.installation.Installation", lambda cls, app: cls(app.environ))
    warm: noun[Warm] = noun("warm.control.Warm", lambda cls, app: cls())

    @property
    def globals(self) -> Globals:
        return self.invocation.globals

    @property
    def answers_made_up(self) -> bool:
        """Has --curl=only given answers in the engine's place?"""
        return "watch" in self.__dict__ and self.watch.unsent

    def coloured(self, out: Output) -> bool:
        """May what is written there have colours?"""
        return out.is_terminal and not self.environ.get("NO_COLOR")

    def begin(self, invocation: Invocation) -> None:
        """Set the command line and load its configuration, which docker does first. Raises Failure."""
        self.invocation = invocation
        invocation.globals.check()
        _ = self.config

    def under(self, invocation: Invocation, **shared: Any) -> App:
        """An App with these streams and this environment for another command line. shared: nouns of both, by name."""
        given = (self.out.binary, self.err.binary, self.stdin, self.environ, self.prog, self.architecture, self.clock)
        other = App(*given, **{**self._replaced, **shared})
        other.invocation = invocation
        if self.globals.watched and invocation.globals.watched:
            # the requests of one command line are shown in one order
            other.watch = self.watch
        return other

    def need_engine(self) -> None:
        """For commands of which docker checks the engine's address before anything else. Raises NoEngine."""
        _ = self.engine

    def close(self) -> None:
        """Close the engine's connections."""
        if "watch" in self.__dict__:
            self.watch.close()
        if "engine" in self.__dict__:
            self.engine.close()
