"""One build: its inputs, its two connections, and its progress."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydock.buildkit.auth import Credentials
from pydock.buildkit.content import Content
from pydock.buildkit.grpc import Duplex
from pydock.buildkit.messages import STATUS_RESPONSE
from pydock.buildkit.proto import Values
from pydock.buildkit.receive import FileSend, Sink
from pydock.buildkit.secrets import Agents, Secret, Secrets
from pydock.buildkit.session import Service, Session, new_id
from pydock.buildkit.solve import Control, Solving, sources
from pydock.buildkit.sync import FileSync
from pydock.buildkit.upload import Upload
from pydock.errors import BrokenStream, NotUpgraded, RpcError
from pydock.values import made, record

if TYPE_CHECKING:
    from pydock.buildkit.types import SolveRequest

#: seconds for the result of a successful build to begin to arrive
LAST_BYTES = 2.0

#: opens POST /session with these headers, or POST /grpc
OpenSession = Callable[[Mapping[str, "str | list[str]"]], Duplex]
OpenControl = Callable[[], Duplex]


@record
class Access:
    """What a build may access.

    folders: by their names in the build; upload: the context, if it is an archive; secrets: (id, file, variable);
    agents: (id, paths); output_folders, output_sinks: destinations of results, by index; stores: OCI layouts (folders)
    to read or write, by store name; shared_key: identifies the context across builds.
    """

    folders: Mapping[str, str] = made(default_factory=dict)
    upload: Upload | None = None
    secrets: Sequence[tuple[str, str, str]] = ()
    agents: Sequence[tuple[str, tuple[str, ...]]] = ()
    output_folders: Mapping[int, str] = made(default_factory=dict)
    output_sinks: Mapping[int, Sink] = made(default_factory=dict)
    stores: Mapping[str, str] = made(default_factory=dict)
    shared_key: str = ""


class Build:
    """A context manager: at its end it closes the connections, and the ssh agents that were started for the build."""

    def __init__(self, access: Access, environ: Mapping[str, str], credentials: Credentials) -> None:
        """Raises Failure for missing secrets and agents; sends nothing yet."""
        self.ref = new_id()
        secrets = Secrets([Secret(*spec) for spec in access.secrets], environ)
        self._agents = Agents(access.agents, environ)
        self.files = FileSync(access.folders)
        services: list[Service] = [secrets, self._agents, credentials, *([self.files] if access.folders else [])]
        if access.upload:
            services.append(access.upload)
        self.results = FileSend(access.output_folders, access.output_sinks)
        if access.output_folders or access.output_sinks:
            services.append(self.results)
        if access.stores:
            services.append(Content(access.stores))
        self.session = Session(services, access.shared_key)
        #: set when the session has ended
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
        """Returns False, without a control connection, for an engine that offers BuildKit by its REST API only. Raises
        NotUpgraded for an engine without BuildKit, Unreachable."""
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

    def start(self, request: SolveRequest) -> None:
        """Start the build. request: a SolveRequest without Ref and Session."""
        self._solving = self.control.solve({**request, "Ref": self.ref, "Session": self.session.identity})
        if self._cancelled:
            self._solving.cancel()

    @staticmethod
    def status_message(data: bytes) -> Values:
        """Decode a status message of the REST API. Raises ValueError."""
        return STATUS_RESPONSE.decode(data)

    def status(self) -> Iterator[Values]:
        """Progress, until the end of the build. Raises RpcError, BrokenStream."""
        return self.control.status(self.ref)

    def result(self) -> dict[str, str]:
        """Wait for the end. Raises RpcError for a failed build, BrokenStream."""
        assert self._solving, "start() comes first"
        return self._solving.result()

    def check_results(self) -> None:
        """After a successful build: raises Failure unless all local results have arrived."""
        if not self.results.complete(LAST_BYTES):
            why = f": {self.session.problems[0].message}" if self.session.problems else ""
            raise BrokenStream(f"the engine did not send the whole build result{why}")

    @staticmethod
    def sources(error: RpcError) -> list[Values]:
        """The locations in a Dockerfile that an error refers to."""
        return sources(error)

    def cancel(self) -> None:
        """Stop the build; result() then raises RpcError. No effect after its end."""
        self._cancelled = True
        if self._solving:
            self._solving.cancel()
