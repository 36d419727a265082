"""The session of a build: the engine calls us for files, secrets, agents and credentials.

POST /session upgrades to HTTP/2 with reversed roles: https://github.com/moby/buildkit/tree/master/session. The
request's headers announce the services; the engine checks our health every few seconds, and drops sessions that do not
answer.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Protocol

from pydock.buildkit.call import INTERNAL, UNIMPLEMENTED, UNKNOWN, Call
from pydock.buildkit.grpc import Connection, Duplex
from pydock.buildkit.messages import HEALTH
from pydock.errors import BrokenStream, Failure, RpcError

SERVING = HEALTH.encode({"status": 1})


class Service(Protocol):
    """A service of the session. METHODS: its gRPC paths."""

    METHODS: tuple[str, ...]

    def serve(self, call: Call) -> None:
        """Answer one call. Raises RpcError with a gRPC code, or Failure."""


class Health:
    """https://github.com/grpc/grpc/blob/master/doc/health-checking.md"""

    METHODS: tuple[str, ...] = ("/grpc.health.v1.Health/Check",)

    def serve(self, call: Call) -> None:
        while call.receive() is not None:
            pass
        call.send(SERVING)


class Session:
    """The services, by gRPC path. `shared_key`: identifies a context across builds, so that only changed files are
    sent:
    the same for the same user and folder."""

    def __init__(self, services: Sequence[Service], shared_key: str = "") -> None:
        self.identity = new_id()
        self.shared_key = shared_key
        #: local errors while calls were served, in order
        self.problems: list[Failure] = []
        self._methods: dict[str, Callable[[Call], None]] = {}
        everything: list[Service] = [Health(), *services]
        for service in everything:
            self._methods.update(dict.fromkeys(service.METHODS, service.serve))
        self._connection: Connection | None = None

    def headers(self) -> dict[str, str | list[str]]:
        """The headers of POST /session."""
        return {
            "X-Docker-Expose-Session-Uuid": self.identity,
            "X-Docker-Expose-Session-Name": "pydock",
            "X-Docker-Expose-Session-Sharedkey": self.shared_key,
            "X-Docker-Expose-Session-Grpc-Method": list(self._methods),
        }

    def start(self, duplex: Duplex, ended: Callable[[], None] | None = None) -> None:
        """Serve on a hijacked connection, in threads, until close(). ended: called when the connection has ended."""
        self._connection = Connection(duplex, self._serve, ended)

    def close(self) -> None:
        if self._connection:
            self._connection.close()

    def _serve(self, call: Call) -> None:
        method = self._methods.get(call.path)
        try:
            if method is None:
                raise RpcError(UNIMPLEMENTED, f"unknown method {call.path}")
            method(call)
        except RpcError as error:
            call.finish(error.status, error.reason)
        except BrokenStream as broken:
            # the connection is broken: the build itself reports that
            call.finish(INTERNAL, broken.message)
        except Failure as failure:
            self.problems.append(failure)
            call.finish(UNKNOWN, failure.message)
        except Exception as error:
            self.problems.append(Failure(f"unexpected error: {type(error).__name__}: {error}"))
            call.finish(UNKNOWN, str(error))
        else:
            call.finish()


def new_id() -> str:
    """25 random letters and digits, as in BuildKit's ids."""
    alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
    return "".join(secrets.choice(alphabet) for _ in range(25))
