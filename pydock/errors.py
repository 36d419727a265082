"""The tree of errors, by what main.report does with them.

    Failure(message, code)      print the message on stderr, leave with the code
    ├── Misuse                  a bad flag (125) or a wrong number of arguments (1): the message carries the usage line
    ├── EngineError(status)     the engine refused: "Error response from daemon: …"
    ├── Unreachable(host)       no engine answered
    ├── BrokenStream            an answer was cut off or malformed
    │   ├── NotUpgraded(status) the engine refused to upgrade the connection
    │   └── BadAnswer           a complete answer that does not have the API's shape
    ├── RpcError(status)        a call of BuildKit failed
    ├── Missing                 a registry has no such thing
    ├── Unreadable              a file could be opened, but not read
    ├── Failures(failures)      several, reported together
    ├── Told(message, failures) the last line, after several that have been printed
    └── Exit(code)              silent: the container's own exit code

Ended is not among them: a signal ends the program, or --curl=only has nothing more to show, and no `except Failure` may
catch it and go on.

NoEngine is not among them either: where the engine's address is invalid the program ends at once, as docker does.

ValueError is what the parsers of `flags` raise; `cli` turns it into Misuse, a command into Failure (failing).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class Failure(Exception):
    """An error to report to the user. `message` is the whole text; `code` the exit code; `missing`: there is no such object."""

    missing = False

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Misuse(Failure):
    """The command line itself is wrong; the message includes the usage line and where to find help."""


class EngineError(Failure):
    """The engine answered with a status of 400 or above."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"Error response from daemon: {reason}")
        self.status = status
        self.reason = reason
        self.missing = status == 404


class Unreachable(Failure):
    """No engine could be reached at `host`."""

    def __init__(self, message: str, host: str) -> None:
        super().__init__(message)
        self.host = host


class BrokenStream(Failure):
    """The connection ended within an answer, or the answer is malformed."""


class NotUpgraded(BrokenStream):
    """The engine answered a request to upgrade the connection with `status`."""

    def __init__(self, protocol: str, status: int) -> None:
        super().__init__(f"unable to upgrade to {protocol}, received {status}")
        self.status = status


class BadAnswer(BrokenStream):
    """The engine's answer to a request is not JSON, or has another shape than the API promises; `why` says which."""

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


class Unreadable(Failure):
    """A file could be opened, but not read."""


class Failures(Failure):
    """Several failures, reported together: a line for each, with the last one's exit code."""

    def __init__(self, failures: Sequence[Failure]) -> None:
        super().__init__("\n".join(failure.message for failure in failures), failures[-1].code)
        self.failures = tuple(failures)


class Told(Failure):
    """The last line of an error, whose failures have been printed."""

    def __init__(self, message: str, failures: Sequence[Failure]) -> None:
        super().__init__(message)
        self.failures = tuple(failures)


class Exit(Failure):
    """Exit with this code and without a message: any message has been printed."""

    def __init__(self, code: int) -> None:
        super().__init__("", code)


class NoEngine(Exception):
    """Flags, environment or context give no valid address of an engine."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.message = f"Failed to initialize: {reason}"


class Ended(KeyboardInterrupt):
    """The program ends here: with this code, and this message or none."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


def first_line(error: BaseException) -> str:
    """An OSError's message as Go prints it: lower case, without the number."""
    if isinstance(error, OSError) and error.strerror:
        text = error.strerror
        return text[:1].lower() + text[1:]
    return str(error)


@contextmanager
def failing(before: str = "") -> Iterator[None]:
    """Turn a ValueError of the block into a Failure. before: a prefix for its message."""
    try:
        yield
    except ValueError as error:
        raise Failure(f"{before}{error}") from None


@contextmanager
def failing_to(what: str) -> Iterator[None]:
    """Within it: the messages of Failures begin with what failed."""
    try:
        yield
    except Failure as failure:
        raise Failure(f"{what}: {failure.message}", failure.code) from None
