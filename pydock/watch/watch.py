"""Watch: --curl shows each request before it is made, --trace how it went. It stands between the client and its transport.

--curl=only sends what reads, GET and HEAD, and nothing else. Answers to the rest are made up: of the promised shape, and
with placeholders ($ID) that later lines have in their place. Where a command would read of what is not there, or would
wait for a change that does not come, it ends.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pydock.api.request import Request
from pydock.config.endpoint import Endpoint
from pydock.errors import Ended, Failure
from pydock.lazy_imports import load_httpx
from pydock.watch import made_up, shell
from pydock.watch.curl import RPC, Asked, hidden, lines
from pydock.watch.meter import Exchange

if TYPE_CHECKING:
    import httpx
else:
    httpx = load_httpx()

READS = ("GET", "HEAD")
#: the folder of certificates for registries
CERTIFICATES = "/etc/docker/certs.d"
#: fields that identify an object
IDENTIFIERS = ("id", "name")

Send = Callable[[], "httpx.Response"]


class Watch:
    """See the module. curl: the words of --curl; trace: --trace; tell: prints a line; silence: called before the first
    answer that is made up: no result may be told from here on. Safe for several threads."""

    def __init__(
        self,
        curl: Collection[str],
        trace: bool,
        tell: Callable[[str], None],
        silence: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.curl, self.trace, self.tell, self.silence, self.clock = frozenset(curl), trace, tell, silence, clock
        self.only = "only" in self.curl
        self.began = clock()
        #: placeholders of answers that were made up, and what was asked since the first of them
        self.variables: list[str] = []
        self.unsent = False
        self.asked: set[tuple[str, str]] = set()
        #: streams of events, and what is measured, that are not at their end
        self.events: list[Any] = []
        self.open: list[Exchange] = []
        self.lock = threading.Lock()

    def over(self, transport: httpx.BaseTransport, endpoint: Endpoint, whose: str = "") -> httpx.BaseTransport:
        """A transport to an engine that is watched. whose: the context, where several are asked at once."""
        return Watched(self, transport, endpoint, whose)

    def web(self, request: httpx.Request, send: Send, insecure: bool) -> httpx.Response:
        """A request to a registry, or another server: it is made by `send`."""
        url = urlsplit(str(request.url))
        trust = ("--insecure",) if insecure else certificates(url.netloc)
        asked = asked_of(request, f"{url.scheme}://{url.netloc}", trust)
        # what gets a token is a POST, too
        changes = asked.method not in READS and asked.path.startswith("/v2/")
        return self.watched(asked, None, request, send, changes)

    def watched(
        self,
        asked: Asked,
        endpoint: Endpoint | None,
        request: httpx.Request,
        send: Send,
        changes: bool,
        whose: str = "",
    ) -> httpx.Response:
        """The answer, or one that is made up."""
        if self.curl:
            known = asked if "secrets" in self.curl else hidden(asked)
            self._tell(lines(known, endpoint, self.variables))
        waits = self.unsent and asked.path == "/events"
        if self.only and (changes or waits or self._depends(asked)):
            return self._made_up(asked, request)
        if self.unsent:
            self._ask_once(asked)
        response = self._measured(asked, request, send, whose) if self.trace else send()
        if self.only and asked.path == "/events":
            self.events.append(response.stream)
        return response

    def _measured(self, asked: Asked, request: httpx.Request, send: Send, whose: str) -> httpx.Response:
        prefix = f"{whose} | " if whose else ""
        exchange = Exchange(hidden(asked), lambda line: self._tell([prefix + line]), self.clock, self.began)
        self.open.append(exchange)
        return exchange.run(request, send)

    def close(self) -> None:
        """Tell of what nobody has read to its end."""
        with suppress(Failure, BrokenPipeError):
            for exchange in self.open:
                exchange.leave()

    def _tell(self, shown: list[str]) -> None:
        with self.lock:
            for line in shown:
                self.tell(line)

    # -- what is not sent --------------------------------------------------------------------------

    def _depends(self, asked: Asked) -> bool:
        """Does it name what an answer that was made up has named?"""
        plain = unquote(asked.target)
        return any(re.search(re.escape(v) + r"(?!\d)", plain) for v in self.variables)

    def _ask_once(self, asked: Asked) -> None:
        """Who asks the same again waits for a change. Raises Ended."""
        key = (asked.method, asked.target)
        if key in self.asked:
            self._stop("the command would wait here for what was not sent")
        self.asked.add(key)

    def _stop(self, why: str) -> None:
        raise Ended(f"# Stopped: {why}.", 0)

    def _made_up(self, asked: Asked, request: httpx.Request) -> httpx.Response:
        """Raises Ended where no answer can be made up."""
        if not self.unsent:
            self.unsent = True
            self.silence()
            for stream in self.events:
                # no event will tell of what was not sent
                if hasattr(stream, "hang_up"):
                    stream.hang_up()
        if asked.method not in READS:
            self.asked.clear()
        if asked.path in RPC:
            self._stop("what follows goes through this connection, which was not opened")
        if asked.path == "/auth":
            self._stop("what follows depends on whether the registry takes the credentials")
        if asked.path == "/events":
            self._ask_once(asked)
            return answer(200, b"")
        if asked.method in READS:
            self._stop("what follows depends on the answer, which only the engine knows")
        if asked.upgrade:
            return httpx.Response(101, extensions={"network_stream": Nothing()})
        known: Request | None = request.extensions.get("request")
        if known is None:
            return answer(201, b"")
        if known.answer is None:
            return answer(200, b"")
        value = made_up.value(known.answer, lambda field: self._name(field, known))
        return answer(200, json.dumps(value).encode())

    def _name(self, field: str, known: Request) -> str:
        """The value of a field of an answer that is made up."""
        if field.lower() not in IDENTIFIERS:
            return ""
        body = known.body if isinstance(known.body, dict) else {}
        given = {key.lower(): value for key, value in {**known.query, **body}.items()}.get(field.lower())
        if isinstance(given, str) and given:
            return given
        variable = "$ID" if not self.variables else f"$ID{len(self.variables) + 1}"
        self.variables.append(variable)
        self._tell([f"# {variable} stands for the {'ID' if field.lower() == 'id' else field.lower()} in its answer"])
        return variable


def answer(status: int, body: bytes) -> httpx.Response:
    """An answer as a transport gives it: its body is read later."""
    headers = {"Content-Type": "application/json"} if body else {}
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


def certificates(host: str) -> tuple[str, ...]:
    """curl's options for what the folder of docker's certificates has for a registry: it takes one of each kind."""
    folder = os.path.join(CERTIFICATES, host)
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    kinds = {".crt": "--cacert", ".cert": "--cert", ".key": "--key"}
    found = {kinds[end]: name for name in reversed(names) if (end := os.path.splitext(name)[1]) in kinds}
    return tuple(word for option in sorted(found) for word in (option, os.path.join(folder, found[option])))


def asked_of(request: httpx.Request, base: str = "", trust: tuple[str, ...] = ()) -> Asked:
    """The request as it goes out; its body is not read where it is a stream."""
    headers = tuple((n.decode("latin1"), v.decode("utf-8", "surrogateescape")) for n, v in request.headers.raw)
    body = b"".join(request.stream) if isinstance(request.stream, httpx.ByteStream) else None
    return Asked(request.method, request.url.raw_path.decode("ascii"), headers, body, base, trust)


class Watched(httpx.BaseTransport):
    """The transport to an engine, watched."""

    def __init__(self, watch: Watch, transport: Any, endpoint: Endpoint, whose: str) -> None:
        self.watch, self.transport, self.endpoint, self.whose = watch, transport, endpoint, whose

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = asked_of(request)
        changes = asked.method not in READS
        return self.watch.watched(
            asked, self.endpoint, request, lambda: self.transport.handle_request(request), changes, self.whose
        )

    def raw(self) -> Any:
        """A connection without a request."""
        shown = shell.line([self.endpoint.host])
        if self.watch.curl:
            self.watch.tell(f"# a connection to {shown}, without a request of pydock's own")
        if self.watch.only:
            raise Ended("# Stopped: it was not opened.", 0)
        return self.transport.raw()

    def close(self) -> None:
        self.transport.close()


class Nothing:
    """A connection that was not opened: a stream that is at its end."""

    content_type = ""

    def read(self) -> bytes:
        return b""

    def write(self, data: bytes | memoryview) -> None:
        pass

    def close_write(self) -> None:
        pass

    def hang_up(self) -> None:
        pass

    def close(self) -> None:
        pass
