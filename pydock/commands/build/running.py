"""A build that runs: one thread drives the engine, this one shows the progress."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydock.api import builds
from pydock.api.request import Query
from pydock.commands.build.options import BuildOptions
from pydock.commands.build.progress import own_step, show
from pydock.commands.build.push import push
from pydock.errors import BrokenStream, Failure, RpcError, failing
from pydock.flags.builds import Call
from pydock.go.strconv import is_true
from pydock.render.steps import Trace
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.buildkit.build import Build
    from pydock.buildkit.types import FrontendRequest, SolveRequest
    from pydock.streams.feed import Feed, Work

#: gRPC status codes with a specific exit code: Canceled, ResourceExhausted, Internal
EXIT_CODES = {1: 130, 8: 102, 13: 100}
CANCELED, UNKNOWN = 1, 2
#: an X-Registry-Config header without credentials
NO_CREDENTIALS = "e30="
#: seconds to wait for the engine's last status messages of a finished build
DRAIN = 3.0
#: seconds to wait for an engine that has been asked to cancel a build, or has lost the session
GRACE = DRAIN + 1.0


class Running:
    """query: of POST /build, for an engine that accepts builds in no other way; {} for others. containerd: the engine
    uses the containerd image store, and pushes by itself. feed: gets the status messages."""

    def __init__(
        self,
        app: App,
        o: BuildOptions,
        call: Call | None,
        build: Build,
        request: SolveRequest,
        query: Query,
        containerd: bool,
        feed: Feed[Json],
    ) -> None:
        self.app, self.o, self.call, self.feed = app, o, call, feed
        self.build, self.request, self.query, self.containerd = build, request, query, containerd
        self._interrupts = 0

    def watch(self, mode: str, notices: Sequence[str]) -> tuple[dict[str, str], Trace]:
        """Run the build and show its progress; returns the exporter's response. mode: of display; notices: warnings to
        print at the end, besides those of the Dockerfile. Raises Failure."""
        from pydock.render.build_report import unique_warnings, warnings_text
        from pydock.streams.feed import Work
        from pydock.streams.signals import on_interrupt

        app, name = self.app, self.app.contexts.current
        work = Work(self._work, self.feed)
        with on_interrupt(lambda: self._interrupt(work)):
            work.start()
            threading.Thread(target=self._guard, args=(work,), daemon=True).start()
            trace = show(app, self.feed, mode, f'building with "{name}" instance using docker driver', f"docker:{name}")
        if mode not in ("quiet", "rawjson"):
            app.err.write(*warnings_text(unique_warnings(trace.warnings), self.o.debug or app.globals.debug))
        for text in notices:
            app.err.line(f"WARNING: {text}")
        try:
            return work.result(), trace
        except Failure as failure:
            raise self._explained(failure) from None

    def _interrupt(self, work: Work[dict[str, str]]) -> None:
        """Ask the engine to cancel the build; give up after a while, or on the second interrupt."""
        self._interrupts += 1
        if self._interrupts == 1:
            threading.Thread(target=self._cancel, daemon=True).start()
            work.over(GRACE)
        work.give_up(RpcError(CANCELED, "context canceled"))

    def _guard(self, work: Work[dict[str, str]]) -> None:
        """Without its session the engine cannot go on with the build: wait a while for its error, then give up."""
        self.build.session_over.wait()
        if not work.over(GRACE):
            work.give_up(BrokenStream("the engine closed the session of the build without an error"))
            self._cancel()

    def _cancel(self) -> None:
        if not self.query:
            self.build.cancel()
            return
        try:
            self.app.engine.read(builds.cancel_build(self.build.ref))
        except Failure:  # the build's own response reports the result
            return

    def _explained(self, failure: Failure) -> Failure:
        """BuildKit's error; prints the lines of the Dockerfile that it refers to on stderr."""
        from pydock.render.build_report import excerpt

        if not isinstance(failure, RpcError):
            return failure
        for source in self.build.sources(failure):
            self.app.err.write(excerpt(source["info"].get("filename") or "", source["info"]["data"], source["ranges"]))
        reason = failure.reason
        if failure.status != UNKNOWN:
            reason = f"{failure.name}: {reason}"
        elif reason.startswith("failed to solve with frontend"):
            # in older engines errors of the frontend were wrapped by one more call
            reason = f"rpc error: code = Unknown desc = {reason}"
        return Failure(f"failed to solve: {reason}", EXIT_CODES.get(failure.status, 1))

    # -- in the worker thread -----------------------------------------------------------------------

    def _work(self) -> dict[str, str]:
        """Run the build; returns the exporter's response. Raises RpcError, Failure."""
        if self.call:
            return self._ask(self.call)
        if self.query:
            response = self._by_rest()
        else:
            self.build.start(self.request)
            with self._showing_status():
                response = self.build.result()
        self.build.check_results()
        name = self.app.contexts.current
        response = {**response, "buildx.build.ref": f"{name}/{name}/{self.build.ref}"}
        if self.o.metadata_file and not self.query:
            response = {**response, **self._provenance()}
        for exporter in self.request["Exporters"]:
            if exporter["Type"] == "moby" and is_true(exporter["Attrs"].get("push", "")) and not self.containerd:
                response = {**response, **push(self.app, self.feed.put, exporter["Attrs"]["name"].split(","), response)}
        return response

    @contextmanager
    def _showing_status(self) -> Iterator[None]:
        """Put the engine's status messages to the feed, while the block runs and until they end."""
        reader = threading.Thread(target=self._read_status, daemon=True)
        reader.start()
        try:
            yield
        finally:
            reader.join(DRAIN)
            self.build.control.end_status()
            reader.join(DRAIN)

    def _read_status(self) -> None:
        try:
            for status in self.build.status():
                self.feed.put(status)
        except Failure:
            # the build's own result reports the error
            return

    def _by_rest(self) -> dict[str, str]:
        """POST /build: status messages as JSON lines. Raises Failure."""
        import base64

        response: dict[str, str] = {}
        # credentials are not sent here: BuildKit requests them over the session
        for message in self.app.engine.messages(builds.build_image(self.query, b"", NO_CREDENTIALS)):
            if message.get("errorDetail") or message.get("error"):
                reason = str((message.get("errorDetail") or {}).get("message") or message["error"])
                raise RpcError(CANCELED if reason.endswith("context canceled") else UNKNOWN, reason)
            aux = message.get("aux")
            if message.get("id") == "moby.buildkit.trace":
                try:
                    self.feed.put(self.build.status_message(base64.b64decode(str(aux))))
                except ValueError as error:
                    raise BrokenStream(f"malformed message of the engine: {error}") from None
            elif message.get("id") == "moby.image.id" and isinstance(aux, dict):
                response["containerimage.digest"] = str(aux.get("ID", ""))
        if not response and "outputs" not in self.query:
            raise BrokenStream("the engine ended its response without an image ID")
        return response

    def _ask(self, call: Call) -> dict[str, str]:
        attributes = self.request["FrontendAttrs"]
        capabilities = [attributes["frontend.caps"]] if attributes.get("frontend.caps") else []
        question: FrontendRequest = {
            "Frontend": self.request["Frontend"], "allowResultReturn": True, "allowResultArrayRef": True,
            "FrontendOpt": {
                **attributes, "requestid": f"frontend.{call.name}",
                "frontend.caps": ",".join([*capabilities, "moby.buildkit.frontend.subrequests+forward"]),
            },
        }  # fmt: skip
        self.build.start(
            {**self.request, "Frontend": "", "Exporters": [], "ExporterDeprecated": "", "ExporterAttrsDeprecated": {}}
        )
        with self._showing_status():
            answer = self.build.control.ask_frontend(self.build.ref, question)
            response = self.build.result()
        return {**response, **{k: v.decode("utf-8", "replace") for k, v in answer.items()}}

    def _provenance(self) -> dict[str, str]:
        """The engine's provenance records of the build, for the metadata file; {} if it has none."""
        from pydock.commands.build.result import provenance

        mode = self.app.environ.get("BUILDX_METADATA_PROVENANCE", "min")
        if mode in ("disabled", "0", "f", "F", "false", "False", "FALSE"):
            return {}
        records: dict[str, str] = {}
        try:
            found = [d for d in self.build.control.attestations(self.build.ref) if _is_provenance(d[1])]
            if not found:
                return {}
            with own_step(self.app, self.feed.put, "resolving provenance for metadata file"):
                for platform, descriptor in found:
                    key = "buildx.build.provenance" + (f"/{platform}" if platform else "")
                    with failing("malformed provenance of the build: "):
                        records[key] = provenance(self.build.control.content(descriptor["digest"]), mode == "max")
        except RpcError:
            # the engine has no build history
            pass
        return records


def _is_provenance(descriptor: Json) -> bool:
    return str(descriptor["annotations"].get("in-toto.io/predicate-type", "")).startswith(
        "https://slsa.dev/provenance/"
    )
