"""App: the door to the world. What a command is not handed here it cannot touch.

It holds the streams, the environment, the clock, the user's configuration and the engine; the last two are made at
first use, so that a command that needs neither (help, misuse) pays for neither.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO

from pydock.declare import Options, flag, options
from pydock.errors import Failure, NoEngine, first_line
from pydock.machine import Machine

if TYPE_CHECKING:
    from io import BytesIO, RawIOBase

    from pydock.buildkit.build import Build
    from pydock.config.contexts import Store
    from pydock.config.endpoint import Endpoint
    from pydock.config.file import ConfigFile
    from pydock.config.manifests import ManifestStore
    from pydock.config.plugins import Plugin
    from pydock.engine.engine import Engine, Ping
    from pydock.registry.client import Registry

LOG_LEVELS = ("panic", "fatal", "error", "warn", "warning", "info", "debug", "trace")


def unquoted(text: str) -> str:
    """The path without a pair of quotes around it."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


@options
class Globals(Options):
    """The flags before the command."""

    config: str = flag("--config", help="Where the client's configuration files lie", metavar="string", sources="folders")
    context: str = flag("-c", "--context", help="Context that names the engine to use (beats DOCKER_HOST and the current context)", sources="contexts")
    debug: bool = flag("-D", "--debug", help="Say more about what is done")
    host: tuple[str, ...] = flag("-H", "--host", help="Address of the engine to use", metavar="string", sources="ssh:// tcp:// unix://")
    log_level: str = flag("-l", "--log-level", default="info", help='Least level of log lines to show: "debug", "info", "warn", "error" or "fatal"', sources="debug info warn error fatal panic")
    tls: bool = flag("--tls", help="Use TLS; implied by --tlsverify")
    tlscacert: str = flag("--tlscacert", help="Trust only certificates signed by this authority", parse=unquoted, sources="files")
    tlscert: str = flag("--tlscert", help="Certificate to show to the engine", parse=unquoted, sources="files")
    tlskey: str = flag("--tlskey", help="Key of that certificate", parse=unquoted, sources="files")
    tlsverify: bool = flag("--tlsverify", help="Use TLS and check the engine's certificate")
    version: bool = flag("-v", "--version", help="Print the version and leave")


class Output:
    """One of stdout and stderr: writes at once, so that nothing a person waits for is held back, or left for the end."""

    def __init__(self, binary: RawIOBase | BytesIO, name: str = "output") -> None:
        """binary: unbuffered."""
        self.binary, self.name = binary, name

    @cached_property
    def is_terminal(self) -> bool:
        return self.binary.isatty()

    @property
    def width(self) -> int:
        """Columns of the terminal; 0 if it is none."""
        try:
            return os.get_terminal_size(self.binary.fileno()).columns if self.is_terminal else 0
        except OSError:
            return 0

    def write(self, *parts: str) -> None:
        """Text, at once. A terminal obeys no control character in it, but in parts that are Drawn; see render.shown."""
        if self.is_terminal:
            from pydock.render.shown import shown

            parts = tuple(map(shown, parts))
        self.put("".join(parts).encode("utf-8", "surrogateescape"))

    def put(self, data: bytes) -> None:
        """Bytes as they are: those of containers and archives.

        Raises BrokenPipeError when the reader is gone, Failure when they cannot be written (a full disk)."""
        left = memoryview(data)
        try:
            while left:
                written = self.binary.write(left)
                if written is None:
                    self._wait()
                left = left[written or 0 :]
        except BrokenPipeError:
            raise
        except OSError as error:
            raise Failure(f"write {self.name}: {first_line(error)}") from error

    def _wait(self) -> None:
        """Until it takes more: who shares it with us may have made it one that does not block."""
        import select

        select.select([], [self.binary], [])

    def line(self, text: str) -> None:
        self.write(text, "\n")


def unbuffered(stream: Any) -> Any:
    """What lies under stdout or stderr, also where PYTHONUNBUFFERED has taken the buffer away."""
    return getattr(stream.buffer, "raw", stream.buffer)


class App(Machine):
    """See the module. `prog`: the name that the program was called by."""

    def __init__(
        self, out: RawIOBase | BytesIO, err: RawIOBase | BytesIO, stdin: BinaryIO, environ: Mapping[str, str], prog: str = "pydock"
    ) -> None:
        self.out, self.err, self.stdin = Output(out, "/dev/stdout"), Output(err, "/dev/stderr"), stdin
        self.environ, self.prog = environ, prog
        self.globals = Globals.make()
        #: the whole command line, as it was given
        self.args: tuple[str, ...] = ()

    @classmethod
    def of_process(cls) -> App:
        """The App of this process."""
        name = os.path.basename(sys.argv[0]).removesuffix(".exe")
        prog = "pydock" if name in ("__main__.py", "-c", "") else name
        return cls(unbuffered(sys.stdout), unbuffered(sys.stderr), sys.stdin.buffer, os.environ, prog)

    def begin(self, given: Globals) -> None:
        """Take the flags before the command, and the configuration that they name, as every command line does first of all.

        Raises Failure where they cannot be."""
        self.globals = given
        level = given.log_level
        if level and level.lower() not in LOG_LEVELS:
            raise Failure(f"Unable to parse logging level: {level}")
        self.log_level = level.lower() or self.log_level
        if given.context and given.host:
            raise Failure("conflicting options: cannot specify both --host and --context")
        _ = self.config

    # -- what the user has set ---------------------------------------------------------------------

    @cached_property
    def config_dir(self) -> str:
        """The folder of config.json and contexts."""
        if not self.globals.config:
            return self.default_config_dir
        from pydock.paths import clean

        return clean(self.globals.config)

    @property
    def default_config_dir(self) -> str:
        """That folder where no flag names one."""
        return self.environ.get("DOCKER_CONFIG") or os.path.join(self.home, ".docker")

    @cached_property
    def home(self) -> str:
        return self.environ.get("HOME") or os.path.expanduser("~")

    @cached_property
    def config(self) -> ConfigFile:
        """The user's config.json; a broken one is warned about and counts as empty."""
        from pydock.config.file import load

        config, problem = load(self.config_dir)
        if problem:
            self.err.line(f"WARNING: {problem}")
        return config

    @cached_property
    def contexts(self) -> Store:
        from pydock.config.contexts import Store

        return Store(self.config_dir)

    @cached_property
    def context_name(self) -> str:
        """The context in force: --context, --host, DOCKER_HOST, DOCKER_CONTEXT, the config file's, default."""
        from pydock.config.endpoint import context_name

        return context_name(self.globals, self.environ, self.config.current_context)

    def context_tls(self, name: str) -> dict[str, bytes]:
        """A context's TLS material: file name -> content. Raises Failure."""
        if name == "default":
            tls = self.default_endpoint.tls
            paths = {f"{kind}.pem": path for kind, path in (("ca", tls.ca), ("cert", tls.cert), ("key", tls.key)) if path} if tls else {}
        else:
            paths = self.contexts.tls_files(name)
        return {file: self.read_file(path) for file, path in paths.items()}

    @staticmethod
    def pack_context(meta: dict[str, Any], tls: dict[str, bytes]) -> bytes:
        """A context as a tar archive."""
        from pydock.config.context_archive import pack

        return pack(meta, tls)

    @staticmethod
    def unpack_context(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
        """A context out of an archive. Raises ValueError."""
        from pydock.config.context_archive import unpack

        return unpack(data)

    @cached_property
    def endpoint(self) -> Endpoint:
        """Where the engine is. Raises NoEngine."""
        from pydock.config.endpoint import resolve

        return resolve(self.globals, self.environ, self.context_name, self.contexts, self.default_config_dir)

    @cached_property
    def default_endpoint(self) -> Endpoint:
        """Where the engine is by flags and environment alone: the virtual context "default". Raises Failure."""
        from pydock.config.endpoint import default_endpoint

        try:
            return default_endpoint(self.globals, self.environ, self.default_config_dir)
        except ValueError as error:
            raise Failure(str(error)) from None

    @staticmethod
    def check_host(host: str) -> None:
        """Raises ValueError for what no context can have as its engine's address."""
        from pydock.config.endpoint import check_host

        check_host(host)

    @cached_property
    def engine(self) -> Engine:
        """The engine, at first use (nothing is sent yet). Raises NoEngine."""
        from pydock.config.endpoint import custom_headers
        from pydock.engine.engine import Engine

        headers = custom_headers(self.environ.get("DOCKER_CUSTOM_HEADERS", ""), self.config.http_headers)
        return Engine(self.endpoint, headers=headers, wish=self.environ.get("DOCKER_API_VERSION", ""))

    def need_engine(self) -> None:
        """Where a command cannot do without an engine, and docker says so before it looks at anything else. Raises NoEngine."""
        _ = self.engine

    @property
    def server(self) -> Ping | None:
        """What the engine says of itself; None where its address is none."""
        try:
            return self.engine.ping()
        except NoEngine:
            return None

    # -- CLI plugins ---------------------------------------------------------------------------------

    @cached_property
    def plugin_folders(self) -> list[str]:
        from pydock.config.plugins import folders

        return folders(self.config_dir, self.config.texts("cliPluginsExtraDirs"))

    def cli_plugin(self, name: str, taken: Collection[str]) -> Plugin | None:
        """The plugin that a word means; None if there is none, or none that may be run."""
        from pydock.config.plugins import find, load

        path = find(name, self.plugin_folders)
        plugin = load(name, path, taken, self.environ) if path else None
        return plugin if plugin and not plugin.problem else None

    def cli_plugins(self, taken: Collection[str], begin: str = "") -> list[Plugin]:
        """All that lie in docker's folders, also those that are not valid. begin: only those whose names begin so."""
        from pydock.config.plugins import find, load, names

        found = [name for name in names(self.plugin_folders) if name.startswith(begin)]
        return [load(name, find(name, self.plugin_folders), taken, self.environ) for name in found]

    def has_cli_plugin(self, name: str) -> bool:
        """Is there a program of that plugin's name? It is not asked what it is."""
        from pydock.config.plugins import find

        return bool(find(name, self.plugin_folders))

    def variables(self, given: Iterable[str]) -> dict[str, str | None]:
        """NAME[=VALUE] of flags, the last of a name winning, after the proxies of the config file: a name alone takes the caller's
        value, None if that is set nowhere."""
        values: dict[str, str | None] = dict(self.config.proxy_environment(self.endpoint.host))
        for text in given:
            name, equals, value = text.partition("=")
            values[name] = value if equals else self.environ.get(name)
        return values

    # -- credentials of registries -----------------------------------------------------------------

    def stored_auth(self, registry: str) -> dict[str, str]:
        """The credentials kept for a registry's domain or key; empty if there are none."""
        from pydock.config.credentials import environment_problem, lookup

        if problem := environment_problem(self.environ):
            self.err.line(problem)
        return lookup(self.config, self.environ, registry)

    def registry_auth(self, domain: str) -> str:
        """The X-Registry-Auth header for a registry; an empty object where no credentials are kept."""
        from pydock.config.credentials import header

        return header(self.stored_auth(domain))

    def all_registries_auth(self) -> str:
        """The X-Registry-Config header: the credentials kept for every registry, for what a build may pull from."""
        from pydock.config.credentials import header, known

        return header({key: self.stored_auth(key) for key in known(self.config, self.environ)})

    def store_auth(self, auth: dict[str, str]) -> str:
        """Keep credentials; returns the file's path if a password now lies in it in clear. Raises Failure."""
        from pydock.config.credentials import store

        return self.config.path if store(self.config, self.environ, auth) else ""

    def erase_auth(self, key: str) -> str:
        """Forget credentials; returns what a helper program said against it, or "". Raises Failure."""
        from pydock.config.credentials import erase

        return erase(self.config, self.environ, key)

    def registry(self, domain: str, insecure: bool) -> Registry:
        """A registry that the client itself speaks with. Nothing is sent yet."""
        from pydock.registry.client import Registry

        return Registry(domain, self.stored_auth(domain), insecure)

    @cached_property
    def manifest_store(self) -> ManifestStore:
        """The manifest lists that are being made."""
        from pydock.config.manifests import ManifestStore

        return ManifestStore(self.config_dir)

    # -- builds ------------------------------------------------------------------------------------

    def new_build(self, told: Callable[[str], None], **inputs: Any) -> Build:
        """A build that is not begun. told: called for what is done for it here; inputs: the fields of buildkit.build.Inputs.

        Raises Failure for secrets and agents that are not there."""
        from pydock.buildkit.auth import Credentials
        from pydock.buildkit.authority import Authority
        from pydock.buildkit.build import Build, Inputs

        credentials = Credentials(self.stored_auth, self.fetch_token, Authority(self.config_dir, self.environ), told)
        return Build(Inputs(**inputs), self.environ, credentials)

    def context_key(self, place: str) -> str:
        """What names a context from one build to the next, so that only what changed is sent."""
        from pydock.buildkit.inputs import context_key

        return context_key(place, self.config_dir) if place else ""

    def close(self) -> None:
        """Let the engine's connections go."""
        engine = self.__dict__.get("engine")
        if engine is not None:
            engine.close()
