"""Requests to build: the services Control and LLBBridge that the engine offers on POST /grpc.

api/services/control and frontend/gateway of github.com/moby/buildkit. A build is one call of Solve, with a concurrent
call of Status for its progress. `Ref` is a random id of ours that connects the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydock.buildkit import messages as m
from pydock.buildkit.call import CANCELED, Call
from pydock.buildkit.grpc import Connection, Duplex
from pydock.buildkit.proto import Values
from pydock.errors import BrokenStream, RpcError
from pydock.go.json import decode
from pydock.shape import opt

if TYPE_CHECKING:
    from pydock.buildkit.types import FrontendRequest, SolveRequest

CONTROL, BRIDGE = "/moby.buildkit.v1.Control/", "/moby.buildkit.v1.frontend.LLBBridge/"
#: the largest document of a build's record, in bytes
MAX_CONTENT = 64 << 20

_POSITION = opt({"line": opt(int), "character": opt(int)})
#: errdefs.Source as JSON
SOURCE = {
    "info": opt({"filename": opt(str), "data": opt(str)}),
    "ranges": opt([{"start": _POSITION, "end": _POSITION}]),
}


class Control:
    """See the module. Safe for several threads."""

    def __init__(self, duplex: Duplex) -> None:
        self.connection = Connection(duplex)
        self._status_call: Call | None = None

    def close(self) -> None:
        self.connection.close()

    def solve(self, request: SolveRequest) -> Solving:
        """Start a build."""
        return Solving(self.connection.call(CONTROL + "Solve", m.SOLVE.encode(request)))

    def status(self, ref: str) -> Iterator[Values]:
        """A build's progress, to its end; empty if it ended before it began. Raises RpcError, BrokenStream."""
        call = self._status_call = self.connection.call(CONTROL + "Status", m.STATUS.encode({"Ref": ref}))
        try:
            while (message := call.receive()) is not None:
                yield m.STATUS_RESPONSE.decode(message)
        except RpcError as error:
            if "no such job" not in error.reason and error.status != CANCELED:
                raise

    def end_status(self) -> None:
        """Cancel status(): for a build that was refused before it began, an engine may never end it."""
        if self._status_call:
            self._status_call.cancel()

    def worker_labels(self) -> dict[str, str]:
        """The labels of the engine's own builder."""
        records = m.WORKERS.decode(self.connection.ask(CONTROL + "ListWorkers", b""))["record"]
        return dict(records[0]["Labels"]) if records else {}

    def ask_frontend(self, ref: str, request: FrontendRequest) -> dict[str, bytes]:
        """Send a subrequest about a Dockerfile, within the build `ref`. Returns the answer's metadata. Raises
        RpcError."""
        within = (("buildkit-controlapi-buildid", ref),)
        self.connection.ask(BRIDGE + "Ping", b"", within)
        try:
            answer = m.BRIDGE_SOLVED.decode(
                self.connection.ask(BRIDGE + "Solve", m.BRIDGE_SOLVE.encode(request), within)
            )
        except RpcError as error:
            status = {"code": error.status, "message": error.reason}
            self.connection.ask(BRIDGE + "Return", m.BRIDGE_RETURN.encode({"error": status}), within)
            raise
        self.connection.ask(BRIDGE + "Return", m.BRIDGE_RETURN.encode({"result": {}}), within)
        return dict((answer["result"] or {}).get("metadata") or {})

    def attestations(self, ref: str) -> Iterator[tuple[str, Values]]:
        """(platform, descriptor) of a build's attestations; platform "" for a single-platform build. Raises
        RpcError."""
        call = self.connection.call(CONTROL + "ListenBuildHistory", m.HISTORY.encode({"Ref": ref, "EarlyExit": True}))
        while (message := call.receive()) is not None:
            record = m.HISTORY_EVENT.decode(message)["record"] or {}
            single = {"": record["Result"]} if record.get("Result") else {}
            for platform, result in (single or record.get("Results") or {}).items():
                for descriptor in result["Attestations"]:
                    yield platform, descriptor

    def content(self, digest: str) -> bytes:
        """A document in the engine's content store. Raises RpcError, BrokenStream."""
        call = self.connection.call(m.CONTENT_SERVICE + "Read", m.READ_CONTENT.encode({"digest": digest}))
        data = bytearray()
        while (message := call.receive()) is not None:
            data += m.CONTENT.decode(message)["data"]
            if len(data) > MAX_CONTENT:
                call.cancel()
                raise BrokenStream(f"{digest} is longer than {MAX_CONTENT >> 20} MiB")
        return bytes(data)


class Solving:
    """A running build."""

    def __init__(self, call: Call) -> None:
        self.call = call

    def result(self) -> dict[str, str]:
        """Wait for the end; returns the exporter's response. Raises RpcError for a failed build, BrokenStream."""
        return dict(m.SOLVED.decode(self.call.only())["ExporterResponse"])

    def cancel(self) -> None:
        """Stop the build."""
        self.call.cancel()


def sources(error: RpcError) -> list[Values]:
    """The locations in a Dockerfile that an error refers to: [{"info": {"filename", "data": text}, "ranges"}],
    outermost last.
    """
    try:
        details = m.RPC_STATUS.decode(error.details)["details"] if error.details else []
    except BrokenStream:
        # malformed details: report the error without them
        return []
    found = [json_source(d["value"]) for d in details if d["type_url"].rpartition("/")[2].startswith("errdefs.Source")]
    return [s for s in found if s]


def json_source(data: bytes) -> Values:
    """errdefs.Source from JSON, with the file's data decoded; {} if it is malformed."""
    import base64

    try:
        value = decode(data, SOURCE)
        info = value.get("info") or {}
        text = base64.b64decode(info.get("data") or "").decode("utf-8", "replace")
        return {"info": {**info, "data": text}, "ranges": value.get("ranges") or []}
    except ValueError:
        return {}
