"""Engine: the client of one Docker Engine. Takes a Request; returns JSON, text, messages, blocks or a Duplex.

The API version is negotiated with /_ping at first use, as docker does: the newest that both sides support, at least
1.24. DOCKER_API_VERSION is used without negotiation.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property

from pydock import API_VERSION, MIN_API_VERSION, __version__
from pydock.api.ping import PING, PING_GET
from pydock.api.request import Request, version_key
from pydock.config.endpoint import Endpoint
from pydock.engine.answers import MAX_BODY, MAX_ERROR, bad, blocks_of, messages_of, value_of, whole
from pydock.engine.failure import SSH_HOST, engine_error
from pydock.engine.hijack import Duplex
from pydock.engine.transport import Transport, cheap
from pydock.errors import EngineError, Failure, NotUpgraded, Unreachable
from pydock.go.filepath import clean
from pydock.go.url import query_text, quote
from pydock.lazy_imports import NoCookies, load_httpx
from pydock.values import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import httpx

    from pydock.engine.ahead import Ahead
else:
    httpx = load_httpx()

#: the Host header that docker sends over a unix socket
SOCKET_HOST = "api.moby.localhost"
#: No Content; Not Modified: the container is in that state already
NO_CONTENT, NOT_MODIFIED = 204, 304


@record
class Ping:
    """The engine's answer to /_ping. `answered`: False if there was none; `failure`: why no connection was made."""

    answered: bool = False
    api_version: str = ""
    os_type: str = ""
    experimental: bool = False
    builder: str = ""
    swarm: str = ""
    failure: Unreachable | None = None


class Engine:
    """See the module. Nothing is sent before the first request. Safe for several threads."""

    def __init__(
        self,
        endpoint: Endpoint,
        headers: Mapping[str, str] | None = None,
        requested: str = "",
        transport: Any = None,
    ) -> None:
        """headers: sent with every request; requested: the API version to use without negotiation; transport: replaces
        the default one: an httpx.BaseTransport.
        """
        self.transport = transport or Transport(endpoint)
        self.endpoint = endpoint
        self.requested = requested.strip().removeprefix("v")
        self._ahead: Ahead | None = None
        agent = {"User-Agent": f"pydock/{__version__} ({sys.platform})", "Accept-Encoding": "identity"}
        own = {k: v for k, v in (headers or {}).items() if k.lower() != "user-agent"}
        self.client = httpx.Client(
            transport=self.transport,
            headers=header_bytes({**own, **agent}.items()),
            timeout=None,
            trust_env=False,
            base_url=self._base_url(),
            cookies=NoCookies(),  # type: ignore[arg-type]
        )

    def _base_url(self) -> httpx.URL:
        scheme = "https" if self.endpoint.tls else "http"
        hosts = {"tcp": self.endpoint.address, "ssh": SSH_HOST}
        try:
            return httpx.URL(f"{scheme}://{hosts.get(self.endpoint.scheme, SOCKET_HOST)}")
        except (httpx.InvalidURL, UnicodeError):
            # an invalid host fails when the connection is made
            return httpx.URL(f"http://{SOCKET_HOST}")

    # -- version -----------------------------------------------------------------------------------

    def ping(self) -> Ping:
        """The engine's answer to /_ping, requested once. Never raises: see Ping.answered."""
        return self._ping

    @cached_property
    def _ping(self) -> Ping:
        for request in (PING, PING_GET):
            try:
                response = self._send(request, versioned=False)
            except Failure as failure:
                return Ping(failure=failure if isinstance(failure, Unreachable) else None)
            with self._open(response):
                headers = response.headers
                if response.status_code == 200:
                    return Ping(
                        True,
                        headers.get("api-version", ""),
                        headers.get("ostype", ""),
                        headers.get("docker-experimental") == "true",
                        headers.get("builder-version", ""),
                        headers.get("swarm", ""),
                    )
        return Ping()

    @cached_property
    def api_version(self) -> str:
        """The version in use: the requested one, or the older of ours and the engine's."""
        if self.requested:
            return self.requested
        ours, theirs = API_VERSION, self._ping.api_version
        if theirs and theirs.replace(".", "").isdigit() and version_key(ours) > version_key(theirs):
            return theirs if version_key(MIN_API_VERSION) <= version_key(theirs) else ours
        return ours

    def speaks(self, version: str) -> bool:
        """Is this version, or a newer one, in use? Sends no request where every supported version would do."""
        wanted = version_key(version)
        return (not self.requested and wanted <= version_key(MIN_API_VERSION)) or version_key(
            self.api_version
        ) >= wanted

    # -- requests ----------------------------------------------------------------------------------

    def json(self, request: Request) -> Any:
        """The answer as JSON of the shape that the request promises; None where it is empty and may be.

        Raises EngineError, Unreachable, BrokenStream, BadAnswer.
        """
        return value_of(request, self.read(request))

    def found(self, request: Request) -> Any:
        """The same of one object; None where there is none of that name. Raises as json()."""
        try:
            return self.json(request)
        except EngineError as error:
            if not error.missing:
                raise
            return None

    def document(self, request: Request) -> tuple[str, Any]:
        """The answer's JSON text as the engine sent it, and as json() gives it."""
        data = self.read(request)
        return data.decode("utf-8", "replace"), value_of(request, data)

    @contextmanager
    def ahead(self, requests: Sequence[Request]) -> Iterator[None]:
        """GET requests without headers that json() and the like are asked for in this order, within the block: where there
        are many, they are sent ahead. Any of them, and any other, may be asked for or not."""
        from pydock.engine.ahead import FEW, Ahead

        if len(requests) < FEW or not isinstance(self.transport, Transport):
            yield
            return
        headers = self.client.build_request("GET", self.client.base_url).headers.raw
        targets = [self._raw_path(request) for request in requests]
        with Ahead(self.transport, requests, targets, headers) as self._ahead:
            try:
                yield
            finally:
                self._ahead = None

    def read(self, request: Request) -> bytes:
        """The answer's body, whole."""
        if self._ahead and (found := self._ahead.take(request)):
            head, body = found
            reason, kind = head.reason.decode("ascii", "ignore"), head.get(b"content-type").decode("latin1")
            self._check_status(request, head.status, reason, kind, lambda: [body])
            return body
        with self._checked(request) as response:
            return whole(response.iter_raw(), MAX_BODY)

    def blocks(self, request: Request) -> Iterator[bytes]:
        """The answer's body as it comes, an archive's as answers.blocks_of() says. Raises BrokenStream where it is cut
        off, BadAnswer for a truncated archive."""
        with self._checked(request) as response:
            yield from archive_of(request, response)

    def messages(self, request: Request) -> Iterator[dict[str, Any]]:
        """A stream of JSON objects, each as soon as it is complete. Raises BrokenStream, BadAnswer."""
        with self._checked(request) as response:
            yield from messages_of(request, body_of(request, response))

    def hijack(self, request: Request, protocol: str = "tcp") -> Duplex:
        """A hijacked connection: upgraded to a stream both ways. Raises NotUpgraded, Unreachable, BrokenStream."""
        headers = {**request.headers, "Connection": "Upgrade", "Upgrade": protocol}
        response = self._send(replace(request, headers=headers))
        duplex: Duplex | None = response.extensions.get("network_stream")
        if duplex is None:
            response.close()
            raise NotUpgraded(protocol, response.status_code)
        return duplex

    def raw(self) -> Duplex:
        """A new connection without any request. Raises Unreachable."""
        duplex: Duplex = self.transport.raw()
        return duplex

    def exchange(self, request: Request) -> Response:
        """The answer, whatever its status is. Raises Unreachable, BrokenStream."""
        return Response(request, self._send(request))

    def background(self, request: Request) -> Response:
        """Send now, read the body later: for a wait that must be registered before a start, and for headers."""
        response = self._send(request)
        try:
            self._check(request, response)
        except BaseException:
            response.close()
            raise
        return Response(request, response)

    def knock(self, host: str, port: int, proxied: bool) -> str:
        """ "" if a TCP port accepts connections from here, else why not; see engine.knock."""
        from pydock.engine.knock import knock

        return knock(host, port, proxied)

    @property
    def takes_files(self) -> bool:
        """May a request's content have parts of files (files.part)? Their bytes go from the system to the socket."""
        return sys.platform == "linux" and isinstance(self.transport, Transport) and cheap(self.endpoint)

    def close(self) -> None:
        self.client.close()

    # -- sending -----------------------------------------------------------------------------------

    def _send(self, request: Request, versioned: bool = True) -> httpx.Response:
        if request.version_first and not self.requested and self._ping.failure:
            raise self._ping.failure
        headers = [
            (name, value)
            for name, given in request.headers.items()
            for value in ([given] if isinstance(given, str) else given)
        ]
        content = request.content
        if request.body is not None:
            content = json.dumps(request.body, ensure_ascii=False, separators=(",", ":")).encode(
                "utf-8", "surrogateescape"
            )
            if not any(name == "Content-Type" for name, _ in headers):
                headers.append(("Content-Type", "application/json"))
        extensions = {"request": request}
        built = self.client.build_request(
            request.method,
            self.client.base_url.copy_with(raw_path=self._raw_path(request, versioned)),
            headers=header_bytes(headers),
            content=content,
            extensions=extensions,
        )
        return self.client.send(built, stream=True)

    def _raw_path(self, request: Request, versioned: bool = True) -> bytes:
        """Path and query after the endpoint's own path."""
        return self.client.base_url.raw_path.rstrip(b"/") + self._target(request, versioned).encode("ascii")

    def _target(self, request: Request, versioned: bool) -> str:
        """Path and query, as they are sent."""
        if request.literal:
            return request.path
        if versioned:
            request = request.for_version(self.api_version)
        target = path_text(f"/v{self.api_version}{request.path}" if versioned else request.path)
        if request.query:
            target += "?" + query_text(sorted(request.query.items()))
        return target

    @contextmanager
    def _open(self, response: httpx.Response) -> Iterator[httpx.Response]:
        try:
            yield response
        finally:
            response.close()

    @contextmanager
    def _checked(self, request: Request) -> Iterator[httpx.Response]:
        response = self._send(request)
        with self._open(response):
            self._check(request, response)
            yield response

    def _check(self, request: Request, response: httpx.Response) -> None:
        """Raises EngineError unless the answer is a success; a redirect is none."""
        kind = response.headers.get("content-type", "")
        self._check_status(request, response.status_code, response.reason_phrase, kind, response.iter_raw)

    def _check_status(
        self, request: Request, status: int, reason: str, kind: str, blocks: Callable[[], Iterable[bytes]]
    ) -> None:
        """kind: the content type; blocks: the body."""
        if status < 300 or status == NOT_MODIFIED:
            return
        if status < 400:
            raise EngineError(status, f"unexpected redirect in response ({status} {reason})".rstrip())
        asked = f"{request.method} /v{self.api_version}{request.path}"
        raise engine_error(status, reason, kind, whole(blocks(), MAX_ERROR), asked)


def body_of(request: Request, response: httpx.Response) -> Iterator[bytes]:
    """The body of a stream. Raises BadAnswer for an answer that cannot have a body."""
    if response.status_code in (NO_CONTENT, NOT_MODIFIED):
        raise bad(request, "it has no body")
    return response.iter_raw()


def archive_of(request: Request, response: httpx.Response) -> Iterator[bytes]:
    """The body as it comes, which may be an archive. Raises BrokenStream, and BadAnswer for a truncated archive."""
    return blocks_of(request, body_of(request, response), framed="until_close" not in response.extensions)


def path_text(path: str) -> str:
    """The path for the request line: cleaned like Go's path.Join, escaped like Go's url.URL."""
    return quote(clean(path), "$&+,/:;=@")


def header_bytes(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Names and values as bytes; surrogate escapes become the original bytes."""
    return [
        (name.encode("utf-8", "surrogateescape"), value.encode("utf-8", "surrogateescape")) for name, value in headers
    ]


class Response:
    """An answer whose head has been read and whose body has not."""

    def __init__(self, request: Request, response: httpx.Response) -> None:
        self.request, self.response = request, response

    def json(self) -> Any:
        """The whole body as JSON. Raises BrokenStream, BadAnswer."""
        try:
            return value_of(self.request, whole(self.response.iter_raw(), MAX_BODY))
        finally:
            self.response.close()

    def header(self, name: str) -> str:
        """The value of a header, or ""."""
        return str(self.response.headers.get(name, ""))

    def close(self) -> None:
        """Close it, also before its body was read."""
        self.response.close()

    @property
    def status(self) -> int:
        return int(self.response.status_code)

    @property
    def reason(self) -> str:
        return str(self.response.reason_phrase)

    @property
    def headers(self) -> list[tuple[str, str]]:
        """As they came."""
        return [(n.decode("latin1"), v.decode("utf-8", "surrogateescape")) for n, v in self.response.headers.raw]

    def raw(self) -> Iterator[bytes]:
        """The body as it comes, whatever it is, or what comes of an upgraded connection. Raises BrokenStream where it is cut
        off."""
        duplex: Duplex | None = self.response.extensions.get("network_stream")
        try:
            yield from iter(duplex.read, b"") if duplex else self.response.iter_raw()
        finally:
            if duplex:
                duplex.close()
            self.response.close()

    def feed(self, blocks: Iterable[bytes]) -> None:
        """Send this to the upgraded connection, in a thread, and then close our direction."""
        from threading import Thread

        duplex: Duplex = self.response.extensions["network_stream"]

        def send() -> None:
            # who does not read it any more has said why, or will
            with suppress(Failure):
                for block in blocks:
                    duplex.write(block)
                duplex.close_write()

        Thread(target=send, daemon=True).start()

    def blocks(self) -> Iterator[bytes]:
        """The body as it comes. Raises BrokenStream where it is cut off, BadAnswer for a truncated archive."""
        try:
            yield from archive_of(self.request, self.response)
        finally:
            self.response.close()

    def messages(self) -> Iterator[dict[str, Any]]:
        """The JSON objects of a stream; it is closed at its end, or when the caller stops iterating."""
        try:
            yield from messages_of(self.request, body_of(self.request, self.response))
        finally:
            self.response.close()


__all__ = ["Engine", "EngineError", "Ping", "Response"]
