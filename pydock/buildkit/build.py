"""One build: what it may use of this machine, the two connections that it takes, and how it goes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydock.buildkit.auth import Credentials
from pydock.buildkit.call import NOT_FOUND, Call
from pydock.buildkit.content import Content
from pydock.buildkit.grpc import Duplex
from pydock.buildkit.messages import DATA, STATUS_RESPONSE
from pydock.buildkit.proto import Values
from pydock.buildkit.receive import FileSend, Sink
from pydock.buildkit.secrets import Agents, Secret, Secrets
from pydock.buildkit.session import Service, Session, new_id
from pydock.buildkit.solve import Control, Solving, sources
from pydock.buildkit.sync import FileSync
from pydock.errors import BrokenStream, NotUpgraded, RpcError
from pydock.values import made, record

#: seconds that the result of a build that went well has to begin to come, where it has not yet
LAST_BYTES = 2.0

#: opens POST /session with these headers, or POST /grpc
OpenSession = Callable[[Mapping[str, "str | list[str]"]], Duplex]
OpenControl = Callable[[], Duplex]


@record
class Inputs:
    """What a build may use.

    folders: by the names that it knows them by; secrets: (id, file, variable); agents: (id, paths); archive: an archive
    that is its context, block by block; output_folders, output_sinks: where results go, by their index; stores: layouts
    (folders) that it reads or writes, by the names that the engine knows them by; shared_key: what names the context
    from one build to the next.
    """

    folders: Mapping[str, str] = made(default_factory=dict)
    secrets: Sequence[tuple[str, str, str]] = ()
    agents: Sequence[tuple[str, tuple[str, ...]]] = ()
    archive: Iterable[bytes] | None = None
    output_folders: Mapping[int, str] = made(default_factory=dict)
    output_sinks: Mapping[int, Sink] = made(default_factory=dict)
    stores: Mapping[str, str] = made(default_factory=dict)
    shared_key: str = ""


class Upload:
    """An archive, to be fetched once: session/upload of github.com/moby/buildkit."""

    METHODS: tuple[str, ...] = ("/moby.upload.v1.Upload/Pull",)

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.identity = new_id()
        self.blocks: Iterator[bytes] | None = iter(blocks)

    @property
    def url(self) -> str:
        """What the frontend takes as its context."""
        return f"http://buildkit-session/{self.identity}"

    def serve(self, call: Call) -> None:
        if call.header("urlpath") != f"/{self.identity}" or self.blocks is None:
            raise RpcError(NOT_FOUND, "no upload of that name")
        blocks, self.blocks = self.blocks, None
        for block in blocks:
            for at in range(0, len(block), 1 << 20):
                call.send(DATA.encode({"data": block[at : at + (1 << 20)]}))


class Build:
    """A context manager: on leaving it connections end, and agents that were made for the build."""

    def __init__(self, inputs: Inputs, environ: Mapping[str, str], credentials: Credentials) -> None:
        """Raises Failure for secrets and agents that are not there; nothing is sent yet."""
        self.ref = new_id()
        secrets = Secrets([Secret(*spec) for spec in inputs.secrets], environ)
        self._agents = Agents(inputs.agents, environ)
        self.files = FileSync(inputs.folders)
        services: list[Service] = [secrets, self._agents, credentials, *([self.files] if inputs.folders else [])]
        self.upload = Upload(inputs.archive) if inputs.archive is not None else None
        if self.upload:
            services.append(self.upload)
        self.results = FileSend(inputs.output_folders, inputs.output_sinks)
        if inputs.output_folders or inputs.output_sinks:
            services.append(self.results)
        if inputs.stores:
            services.append(Content(inputs.stores))
        self.session = Session(services, inputs.shared_key)
        #: set when the engine can ask nothing more of us
        self.session_over = threading.Event()
        self._control: Control | None = None
        self._solving: Solving | None = None
        self._cancelled = False

    def __enter__(self) -> Build:
        return self

    def __exit__(self, *problem: Any) -> None:
        if self._control:
            self._control.close()
        self.session.close()
        self._agents.close()

    def connect(self, open_session: OpenSession, open_control: OpenControl) -> bool:
        """Returns False for an engine that has BuildKit, but takes builds over its own REST API only: there is no
        control connection then. Raises NotUpgraded for one without BuildKit, Unreachable."""
        self.session.start(open_session(self.session.headers()), self.session_over.set)
        try:
            self._control = Control(open_control())
        except NotUpgraded as failure:
            if failure.status != 404:
                raise
            return False
        return True

    @property
    def control(self) -> Control:
        assert self._control, "connect() comes first"
        return self._control

    def start(self, request: Values) -> None:
        """Let the engine begin; what it is to do is a SolveRequest without our names."""
        self._solving = self.control.solve({**request, "Ref": self.ref, "Session": self.session.identity})
        if self._cancelled:
            self._solving.cancel()

    @staticmethod
    def status_message(data: bytes) -> Values:
        """A status message that came over the REST API. Raises ValueError."""
        return STATUS_RESPONSE.decode(data)

    def status(self) -> Iterator[Values]:
        """What happens, to the end. Raises RpcError, BrokenStream."""
        return self.control.status(self.ref)

    def result(self) -> dict[str, str]:
        """Waits for the end. Raises RpcError for a build that failed, BrokenStream."""
        assert self._solving, "start() comes first"
        return self._solving.result()

    def check_results(self) -> None:
        """After a build that went well: has everything come that was to be written here? Raises Failure."""
        if not self.results.complete(LAST_BYTES):
            why = f": {self.session.problems[0].message}" if self.session.problems else ""
            raise BrokenStream(f"the engine did not send the whole build result{why}")

    @staticmethod
    def sources(error: RpcError) -> list[Values]:
        """The places in a Dockerfile that a failure is about."""
        return sources(error)

    def cancel(self) -> None:
        """The engine stops; result() then raises RpcError. Harmless after a build."""
        self._cancelled = True
        if self._solving:
            self._solving.cancel()
