"""The flags before the command, and the command line that they begin."""

from __future__ import annotations

from pydock.errors import Failure
from pydock.options import Options, flag, options
from pydock.values import record

LOG_LEVELS = ("panic", "fatal", "error", "warn", "warning", "info", "debug", "trace")


def unquoted(text: str) -> str:
    """The path without a pair of quotes around it."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


@options
class Globals(Options):
    """The flags before the command."""

    config: str = flag(
        "--config", help="Where the client's configuration files lie", metavar="string", sources="folders"
    )
    context: str = flag(
        "-c",
        "--context",
        help="Context that names the engine to use (beats DOCKER_HOST and the current context)",
        sources="contexts",
    )
    debug: bool = flag("-D", "--debug", help="Say more about what is done")
    host: tuple[str, ...] = flag(
        "-H", "--host", help="Address of the engine to use", metavar="string", sources="ssh:// tcp:// unix://"
    )
    log_level: str = flag(
        "-l",
        "--log-level",
        default="info",
        help='Least level of log lines to show: "debug", "info", "warn", "error" or "fatal"',
        sources="debug info warn error fatal panic",
    )
    tls: bool = flag("--tls", help="Use TLS; implied by --tlsverify")
    tlscacert: str = flag(
        "--tlscacert", help="Trust only certificates signed by this authority", parse=unquoted, sources="files"
    )
    tlscert: str = flag("--tlscert", help="Certificate to show to the engine", parse=unquoted, sources="files")
    tlskey: str = flag("--tlskey", help="Key of that certificate", parse=unquoted, sources="files")
    tlsverify: bool = flag("--tlsverify", help="Use TLS and check the engine's certificate")
    version: bool = flag("-v", "--version", help="Print the version and leave")

    def check(self) -> None:
        """Raises Failure for values that cannot be."""
        if self.log_level and self.log_level.lower() not in LOG_LEVELS:
            raise Failure(f"Unable to parse logging level: {self.log_level}")
        if self.context and self.host:
            raise Failure("conflicting options: cannot specify both --host and --context")


@record
class Invocation:
    """One command line. before: the global flags as they were typed; words: the command and all that follows."""

    globals: Globals
    before: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def argv(self) -> tuple[str, ...]:
        return (*self.before, *self.words)
