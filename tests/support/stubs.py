"""An engine that answers from a table, at the wire: the real engine client asks it, and all that it sends is seen.

A request that no stub fits fails the test, and so does a stub that nothing asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from pydock.api.request import Query, Request
from pydock.config.endpoint import Endpoint
from pydock.engine.engine import Engine, path_text
from pydock.errors import EngineError

#: a stub's key: a Request as a whole, or method and path of any
Key = Request | tuple[str, str]
#: an answer: JSON, bytes, a list of blocks of bytes, one of the classes below, an Exception (EngineError: the engine refuses),
#: or a function of the request that gives one of these
Answer = Any
Table = Mapping[Key, Answer]

#: headers of every request: what is left is what a command asked for
USUAL = {"host", "user-agent", "accept-encoding", "content-length", "transfer-encoding", "connection", "upgrade"}
#: and values that say no more than the request does
PLAIN = (b"*/*", b"application/json")
ENDPOINT = Endpoint("unix:///fake.sock")


@dataclass(eq=False)
class Sent:
    """A request as it was seen at the wire; equal to the Request that it was made of. content: a body that is no JSON."""

    method: str
    path: str
    query: Query
    body: Any = None
    content: bytes = b""
    headers: dict[str, str | list[str]] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sent | Request) and plain(self) == plain(other)

    __hash__ = None  # type: ignore[assignment]


def plain(request: Sent | Request) -> Any:
    """What counts of a request: headers by names in lower case, a body as JSON, a query as the engine reads it."""
    query = {name: value if isinstance(value, list) else [value] for name, value in request.query.items()}
    headers = {name.lower(): value if isinstance(value, list) else [value] for name, value in request.headers.items()}
    content = request.content
    if not isinstance(content, bytes):
        content = b"".join(content or ())
    path = unquote(path_text(request.path), errors="surrogateescape")
    return request.method, path, query, json.dumps(request.body, sort_keys=True), content, headers


@dataclass
class Reply:
    """An answer in full."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Messages(list[Any]):
    """A stream of JSON messages."""


@dataclass
class Optional:
    """A stub that need not be asked for."""

    answer: Answer


def any_of(table: Table) -> Table:
    """An engine of which each command line asks a part."""
    return {key: Optional(answer) for key, answer in table.items()}


class FakeDuplex:
    """An upgraded connection that gives some bytes and takes any."""

    content_type = ""

    def __init__(self, data: bytes = b"") -> None:
        self.blocks = [data] if data else []
        self.sent = b""

    def read(self) -> bytes:
        return self.blocks.pop(0) if self.blocks else b""

    def write(self, data: bytes) -> None:
        self.sent += data

    def hang_up(self) -> None:
        pass

    def close_write(self) -> None:
        pass

    def close(self) -> None:
        pass


class Stubs(httpx.BaseTransport):
    """requests: what was asked, in order; the ping aside."""

    def __init__(
        self, table: Table, api_version: str = "1.51", os_type: str = "linux", experimental: bool = False
    ) -> None:
        self.table, self.requests = dict(table), list[Sent]()
        self.ping = {
            "Api-Version": api_version,
            "Ostype": os_type,
            "Docker-Experimental": str(experimental).lower(),
            "Builder-Version": "2",
        }
        self._unused = [key for key, answer in self.table.items() if not isinstance(answer, Optional)]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/_ping":
            return reply(Reply(headers=self.ping))
        sent = seen(request)
        self.requests.append(sent)
        answer = self.find(sent)
        if isinstance(answer, FakeDuplex):
            assert "upgrade" in request.headers, f"{sent} asks for no upgrade"
            return httpx.Response(101, extensions={"network_stream": answer})
        return reply(answer)

    def find(self, sent: Sent) -> Answer:
        """The answer to a request. Raises what the stub raises."""
        keys = (key for key in self.table if sent == key or (sent.method, sent.path) == key)
        key = next(keys, None)
        assert key is not None, f"no stub for {sent}"
        self._unused = [other for other in self._unused if other != key]
        answer = self.table[key]
        if isinstance(answer, Optional):
            answer = answer.answer
        if callable(answer):
            answer = answer(sent)
        if isinstance(answer, EngineError):
            return Reply({"message": answer.reason}, answer.status, {"Content-Type": "application/json"})
        if isinstance(answer, Exception):
            raise answer
        return answer

    def check_used(self) -> None:
        """Raises AssertionError for stubs that nothing asked for."""
        assert not self._unused, f"never asked for: {self._unused}"


def seen(request: httpx.Request) -> Sent:
    """What came, with its body read to the end."""
    parts = urlsplit(request.url.raw_path.decode("ascii"))
    path = re.sub(r"^/v[0-9.]+(?=/)", "", unquote(parts.path, errors="surrogateescape"))
    query = {
        name: value if len(value) > 1 else value[0]
        for name, value in parse_qs(parts.query, keep_blank_values=True, errors="surrogateescape").items()
    }
    headers: dict[str, list[str]] = {}
    for name, value in request.headers.raw:
        if name.decode().lower() not in USUAL and value not in PLAIN:
            headers.setdefault(name.decode().title(), []).append(value.decode("utf-8", "surrogateescape"))
    content = request.read()
    body = None
    if request.headers.get("content-type") == "application/json":
        body, content = json.loads(content.decode("utf-8", "surrogateescape")), b""
    return Sent(
        request.method, path, dict(query), body, content, {n: v if len(v) > 1 else v[0] for n, v in headers.items()}
    )


def reply(answer: Answer) -> httpx.Response:
    """As httpx takes it."""
    full = answer if isinstance(answer, Reply) else Reply(answer)
    return httpx.Response(
        full.status, headers=dict(full.headers), stream=Blocks(blocks_of(full.body)), extensions={"reason_phrase": b""}
    )


def blocks_of(body: Any) -> Iterable[bytes]:
    if isinstance(body, bytes):
        return [body]
    if isinstance(body, Messages):
        return (json.dumps(message).encode() + b"\n" for message in body)
    if isinstance(body, Iterator) or (isinstance(body, list) and body and all(isinstance(b, bytes) for b in body)):
        return body
    return [json.dumps(body).encode()]


class Blocks(httpx.SyncByteStream):
    """A body as it comes; an exception among its blocks breaks it off."""

    def __init__(self, blocks: Iterable[bytes | Exception]) -> None:
        self.blocks = blocks

    def __iter__(self) -> Iterator[bytes]:
        for block in self.blocks:
            if isinstance(block, Exception):
                raise block
            yield block


def engine_of(stubs: Stubs) -> Engine:
    return Engine(ENDPOINT, transport=stubs)


def refused(status: int, message: str) -> EngineError:
    return EngineError(status, message)
