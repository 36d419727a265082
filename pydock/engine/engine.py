"""Engine: the API of one Docker Engine. Request in, JSON, text, messages, blocks or a Duplex out.

Speaks the newest API version that both sides know: negotiated from /_ping at first use, from 1.24 upwards, as
docker does; DOCKER_API_VERSION is spoken as it is.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from pydock import API_VERSION, MIN_API_VERSION, __version__
from pydock.api.request import Request, version_key
from pydock.api.system import PING, PING_GET
from pydock.config.endpoint import Endpoint
from pydock.engine.failure import SSH_HOST, engine_error
from pydock.engine.hijack import Duplex
from pydock.engine.transport import Transport, connect
from pydock.errors import BrokenStream, EngineError, NotUpgraded, Unreachable
from pydock.lean import load_httpx
from pydock.record import record

if TYPE_CHECKING:
    import httpx
else:
    httpx = load_httpx()

#: what docker sends as Host over a socket that has no name
SOCKET_HOST = "api.moby.localhost"


@record
class Ping:
    """What /_ping told. `answered` is False when no engine did."""

    answered: bool = False
    api_version: str = ""
    os_type: str = ""
    experimental: bool = False
    builder: str = ""
    swarm: str = ""


class Engine:
    """See the module. Nothing is sent before the first request. Safe for several threads."""

    def __init__(
        self, endpoint: Endpoint, headers: Mapping[str, str] | None = None, wish: str = "", transport: httpx.BaseTransport | None = None
    ) -> None:
        """headers: sent with every request; wish: the API version to speak, unnegotiated; transport: in place of our own."""
        self.endpoint = endpoint
        self.wish = wish.strip().removeprefix("v")
        agent = {"User-Agent": f"pydock/{__version__} ({sys.platform})", "Accept-Encoding": "identity"}
        own = {k: v for k, v in (headers or {}).items() if k.lower() != "user-agent"}
        self.client = httpx.Client(
            transport=transport or Transport(endpoint), headers={**own, **agent}, timeout=None, trust_env=False, base_url=self._base_url(),
        )  # fmt: skip

    def _base_url(self) -> str:
        scheme = "https" if self.endpoint.tls else "http"
        if self.endpoint.scheme == "tcp":
            return f"{scheme}://{self.endpoint.address}"
        return f"http://{SSH_HOST if self.endpoint.scheme == 'ssh' else SOCKET_HOST}"

    # -- version -----------------------------------------------------------------------------------

    def ping(self) -> Ping:
        """The engine's answer to /_ping, asked once. Never raises: an engine that does not answer says nothing."""
        return self._ping

    @cached_property
    def _ping(self) -> Ping:
        for request in (PING, PING_GET):
            try:
                response = self._send(request, versioned=False)
            except (Unreachable, BrokenStream):
                return Ping()
            with self._open(response):
                headers = response.headers
                if response.status_code == 200:
                    return Ping(
                        True, headers.get("api-version", ""), headers.get("ostype", ""), headers.get("docker-experimental") == "true",
                        headers.get("builder-version", ""), headers.get("swarm", ""),
                    )  # fmt: skip
        return Ping()

    @cached_property
    def api_version(self) -> str:
        """The version spoken: the wished one, or the older of ours and the engine's."""
        if self.wish:
            return self.wish
        ours, theirs = API_VERSION, self._ping.api_version
        if theirs and theirs.replace(".", "").isdigit() and version_key(ours) > version_key(theirs):
            return theirs if version_key(MIN_API_VERSION) <= version_key(theirs) else ours
        return ours

    # -- requests ----------------------------------------------------------------------------------

    def json(self, request: Request) -> Any:
        """The answer as JSON; None when it is empty. Raises EngineError, Unreachable, BrokenStream."""
        data = self.read(request)
        return json.loads(data) if data.strip() else None

    def read(self, request: Request) -> bytes:
        """The answer's body, whole."""
        with self._checked(request) as response:
            return b"".join(response.iter_raw())

    def blocks(self, request: Request) -> Iterator[bytes]:
        """The answer's body as it comes; an answer that is cut off raises BrokenStream."""
        with self._checked(request) as response:
            yield from response.iter_raw()

    def messages(self, request: Request) -> Iterator[dict[str, Any]]:
        """A stream of JSON objects, each as soon as it is whole."""
        return parse_messages(self.blocks(request))

    def hijack(self, request: Request, protocol: str = "tcp") -> Duplex:
        """An upgraded connection. Raises NotUpgraded, Unreachable, BrokenStream."""
        headers = {**request.headers, "Connection": "Upgrade", "Upgrade": protocol}
        upgraded = Request(request.method, request.path, request.query, request.body, request.content, headers)
        response = self._send(upgraded)
        duplex: Duplex | None = response.extensions.get("network_stream")
        if duplex is None:
            response.close()
            raise NotUpgraded(protocol, response.status_code)
        return duplex

    def raw(self) -> Duplex:
        """A connection on which nothing has been said yet. Raises Unreachable."""
        return Duplex(connect(self.endpoint, "GET", "/"), "")

    def background(self, request: Request) -> Response:
        """Send now, read the answer later: a wait that must be registered before a start, a body whose head tells more."""
        response = self._send(request)
        if response.status_code >= 400:
            with self._open(response):
                self._check(response)
        return Response(response)

    def close(self) -> None:
        self.client.close()

    # -- the way out -------------------------------------------------------------------------------

    def _send(self, request: Request, versioned: bool = True) -> httpx.Response:
        path = f"/v{quote(self.api_version)}{request.path}" if versioned else request.path
        target = path + ("?" + urlencode(sorted(request.query.items()), doseq=True) if request.query else "")
        headers = [(name, value) for name, given in request.headers.items() for value in ([given] if isinstance(given, str) else given)]
        content = request.content
        if request.body is not None:
            content = json.dumps(request.body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape")
            headers.append(("Content-Type", "application/json"))
        return self.client.send(self.client.build_request(request.method, target, headers=headers, content=content), stream=True)

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
            self._check(response)
            yield response

    @staticmethod
    def _check(response: httpx.Response) -> None:
        if response.status_code >= 400:
            body = b"".join(response.iter_raw())
            raise engine_error(response.status_code, response.reason_phrase, response.headers.get("content-type", ""), body)


def parse_messages(blocks: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """JSON objects out of a stream of bytes. Raises BrokenStream where the last one is cut."""
    decoder, text = json.JSONDecoder(), ""
    for block in blocks:
        text += block.decode("utf-8", "replace")
        start = 0
        while True:
            while start < len(text) and text[start] in " \t\r\n":
                start += 1
            try:
                value, end = decoder.raw_decode(text, start)
            except ValueError:
                break
            start = end
            yield value
        text = text[start:]
    if text.strip():
        raise BrokenStream("unexpected EOF")


class Response:
    """An answer whose head has come and whose body is still to be read."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response

    def json(self) -> Any:
        """Waits for the end. Raises BrokenStream."""
        try:
            data = b"".join(self.response.iter_raw())
        finally:
            self.response.close()
        return json.loads(data) if data.strip() else None

    def header(self, name: str) -> str:
        """The value of a header, or ""."""
        return str(self.response.headers.get(name, ""))

    def blocks(self) -> Iterator[bytes]:
        """The body as it comes; one that is cut off raises BrokenStream."""
        try:
            yield from self.response.iter_raw()
        finally:
            self.response.close()

    def messages(self) -> Iterator[dict[str, Any]]:
        """The JSON objects of a stream; it is closed at its end, or when the caller has heard enough."""
        try:
            yield from parse_messages(self.response.iter_raw())
        finally:
            self.response.close()


__all__ = ["Engine", "EngineError", "Ping", "Response"]
