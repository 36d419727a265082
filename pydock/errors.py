"""The one tree of errors: each names what the edge (main.report) must do.

    Failure(message, code)      print the message on stderr, leave with the code
    ├── Misuse                  a bad flag (125) or a wrong number of arguments (1): the message carries the usage line
    ├── EngineError(status)     the engine refused: "Error response from daemon: …"
    ├── Unreachable(host)       no engine answered
    ├── BrokenStream            an answer ended, or made no sense, in the middle
    │   ├── NotUpgraded(status) the engine does not speak what was asked for
    │   └── BadAnswer           a whole answer that is not what the API promises
    ├── RpcError(status)        a call of BuildKit failed
    ├── Missing                 a registry has no such thing
    └── Exit(code)              silent: the container's own exit code

Ended is none of them: a signal ends the program, and no `except Failure` may take that for something that went wrong
and go on.

NoEngine is none of them either: where an engine is needed and its address cannot be, nothing else can be done, and the
program ends at once, as docker does.

ValueError is what the parsers of `flags` raise; `cli` turns it into Misuse, a command into Failure (failing).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Failure(Exception):
    """An error that the user is told. `message` is the whole text; `code` the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Misuse(Failure):
    """The command line itself is wrong; laid out with the usage line and where to find help."""


class EngineError(Failure):
    """An answer of the engine with a status of 400 and more."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"Error response from daemon: {reason}")
        self.status = status
        self.reason = reason


class Unreachable(Failure):
    """No engine could be spoken with at `host`."""

    def __init__(self, message: str, host: str) -> None:
        super().__init__(message)
        self.host = host


class BrokenStream(Failure):
    """The connection ended, or spoke nonsense, in the middle of an answer."""


class NotUpgraded(BrokenStream):
    """The engine answered with `status` where a connection was to become a stream of another protocol."""

    def __init__(self, protocol: str, status: int) -> None:
        super().__init__(f"unable to upgrade to {protocol}, received {status}")
        self.status = status


class BadAnswer(BrokenStream):
    """The engine's answer to a request is no JSON, or JSON of another shape than the API promises; `why` says which."""

    def __init__(self, method: str, path: str, why: str) -> None:
        super().__init__(f"the engine's answer to {method} {path} is not what the API promises: {why}")


#: the names that Go's gRPC gives its codes, by number
CODES = (
    "OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists", "PermissionDenied", "ResourceExhausted",
    "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated",
)  # fmt: skip


class RpcError(Failure):
    """A gRPC call that failed. `status`: the code; `reason`: its text; `details`: a google.rpc.Status, encoded, or
    b"".
    """

    def __init__(self, status: int, reason: str, details: bytes = b"") -> None:
        self.status, self.reason, self.details = status, reason, details
        super().__init__(f"rpc error: code = {self.name} desc = {reason}")

    @property
    def name(self) -> str:
        return CODES[self.status] if self.status < len(CODES) else f"Code({self.status})"


class Missing(Failure):
    """A registry has no such manifest or blob."""


class Exit(Failure):
    """Leave with this code and say nothing: what had to be said has been said."""

    def __init__(self, code: int) -> None:
        super().__init__("", code)


class NoEngine(Exception):
    """What the user has set names no engine: flags, environment or context are wrong."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.message = f"Failed to initialize: {reason}"


class Ended(KeyboardInterrupt):
    """A signal ends the program: with this code, and this message or none."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


def first_line(error: BaseException) -> str:
    """What an OSError says in Go's words: lower case, without the number."""
    if isinstance(error, OSError) and error.strerror:
        text = error.strerror
        return text[:1].lower() + text[1:]
    return str(error)


@contextmanager
def failing(before: str = "") -> Iterator[None]:
    """A ValueError of the block becomes a Failure. before: stands before its text."""
    try:
        yield
    except ValueError as error:
        raise Failure(f"{before}{error}") from None
