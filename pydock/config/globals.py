"""The global flags, and the whole command line."""

from __future__ import annotations

from pydock.errors import Failure
from pydock.go.strconv import quote
from pydock.options import Options, flag, options
from pydock.values import record

LOG_LEVELS = ("panic", "fatal", "error", "warn", "warning", "info", "debug", "trace")


#: what --curl may be given; "on" is --curl alone
CURL = ("on", "only", "secrets")


def curl_words(text: str) -> list[str]:
    """The words of --curl. Raises ValueError."""
    words = text.split(",")
    if unknown := [w for w in words if w not in CURL]:
        raise ValueError(f"{quote(unknown[0])} is neither only nor secrets")
    return words


#: for --context: all of them
EVERY = "all"


def several(context: str) -> bool:
    """Does --context name several? No name of a context has a comma; one that is really named "all" comes first."""
    return "," in context or context == EVERY


def unquoted(text: str) -> str:
    """The path without surrounding quotes."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


@options
class Globals(Options):
    """The global flags, given before the command."""

    config: str = flag(
        "--config", help="Directory of the client's configuration files", metavar="string", sources="folders"
    )
    context: str = flag(
        "-c",
        "--context",
        help="Context that selects the daemon (overrides DOCKER_HOST and the current context)",
        sources=",contexts",
    )
    curl: tuple[str, ...] = flag(
        "--curl",
        bare="on",
        parse=curl_words,
        metavar="only,secrets",
        own=True,
        help='Print each request as a curl line on stderr; "only": send none that changes something, "secrets": hide none',
        sources="only secrets only,secrets",
    )
    debug: bool = flag("-D", "--debug", help="Enable debug mode")
    host: tuple[str, ...] = flag(
        "-H", "--host", help="Address of the daemon to connect to", metavar="string", sources="ssh:// tcp:// unix://"
    )
    log_level: str = flag(
        "-l",
        "--log-level",
        default="info",
        help='Logging level: "debug", "info", "warn", "error" or "fatal"',
        sources="debug info warn error fatal panic",
    )
    tls: bool = flag("--tls", help="Use TLS; implied by --tlsverify")
    tlscacert: str = flag(
        "--tlscacert", help="Trust only certificates signed by this CA", parse=unquoted, sources="files"
    )
    tlscert: str = flag("--tlscert", help="Path to the TLS client certificate", parse=unquoted, sources="files")
    tlskey: str = flag("--tlskey", help="Path to the TLS client key", parse=unquoted, sources="files")
    tlsverify: bool = flag("--tlsverify", help="Use TLS and verify the daemon's certificate")
    trace: bool = flag(
        "--trace", own=True, help="Print how each request went on stderr: status, times, bytes and connection"
    )
    version: bool = flag("-v", "--version", help="Print version information and exit")

    @property
    def watched(self) -> bool:
        """Are requests to be shown?"""
        return bool(self.curl or self.trace)

    def check(self) -> None:
        """Raises Failure for invalid values."""
        if self.log_level and self.log_level.lower() not in LOG_LEVELS:
            raise Failure(f"Unable to parse logging level: {self.log_level}")
        if self.context and self.host:
            raise Failure("conflicting options: cannot specify both --host and --context")


@record
class Invocation:
    """One command line. before: the global flags as typed, without those that docker has not, which no plugin knows;
    words: the command and everything after it."""

    globals: Globals
    before: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def argv(self) -> tuple[str, ...]:
        return (*self.before, *self.words)
