"""HTTP with strangers (registries, servers of tokens, places of files): nothing that they send is without a bound.

- An answer has a largest size, and a longest time from the first byte sent to the last one read.
- A redirect is followed to http and https alone, ten times at most, and never from https to http where something of
ours is
  sent; Authorization stays with the origin (scheme, host, port) that it was meant for.
- There are no cookies; answers are asked for without compression; each request has a connection of its own.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from pydock.errors import Failure
from pydock.lazy_imports import NoCookies, load_httpx
from pydock.values import record

if TYPE_CHECKING:
    import httpx
else:
    httpx = load_httpx()

#: seconds to wait for the next byte; for a whole answer of which the size is bounded
TIMEOUT, DEADLINE = 30.0, 300.0
REDIRECTS = 10
#: bytes of an error's body that are read
MAX_ERROR = 1 << 20
#: how often a server that has too much to do is asked again, and for how many seconds it is waited each time
PATIENCE, LONGEST_WAIT = 3, 30.0


class WebError(Failure):
    """No whole answer. The message names the request, as Go's net/http does; `error`: the cause, `reason`: in words."""

    def __init__(self, method: str, url: str, reason: str, error: Exception | None = None) -> None:
        self.error, self.reason = error, reason
        super().__init__(f'{method.title()} "{url}": {reason}')


@record
class Answer:
    """url: where it came from; headers: by names in small letters. `body` of an error may be cut."""

    url: str
    status: int
    phrase: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def reason(self) -> str:
        return f"{self.status} {self.phrase}".rstrip()


def origin(url: str) -> tuple[str, str, int]:
    """(scheme, host, port): who answers there. Raises ValueError for what is no URL of the web."""
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in ("http", "https") or not host:
        raise ValueError(f"{url!r} is not an http or https URL")
    return scheme, host, parts.port or (443 if scheme == "https" else 80)


class Web:
    """See the module. sleep: waits that many seconds."""

    def __init__(
        self, verify: ssl.SSLContext | bool = True, deadline: float = 0, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        single = httpx.Limits(max_keepalive_connections=0)
        self.client = httpx.Client(
            verify=verify,
            timeout=TIMEOUT,
            follow_redirects=False,
            limits=single,
            cookies=NoCookies(),  # type: ignore[arg-type]
        )
        self.deadline, self.sleep = deadline or DEADLINE, sleep

    def close(self) -> None:
        self.client.close()

    def ask(
        self,
        method: str,
        url: str,
        limit: int,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        away: bool = True,
    ) -> Answer:
        """The whole answer. away: a GET may be redirected to other origins. Raises WebError."""
        for attempt in range(PATIENCE):
            answer = self._ask(method, url, limit, headers or {}, content, away)
            wait = _wait(answer, attempt)
            if answer.status != 429 or attempt == PATIENCE - 1 or wait > LONGEST_WAIT:
                break
            self.sleep(wait)
        return answer

    def _ask(self, method: str, url: str, limit: int, headers: Mapping[str, str], content: bytes, away: bool) -> Answer:
        with (
            _Deadline(self.deadline) as deadline,
            self.stream(method, url, headers, content, away, deadline) as response,
        ):
            body = _whole(response, MAX_ERROR if response.status_code >= 300 else limit, method, url)
            kept = {k.lower(): v for k, v in response.headers.items()}
            return Answer(str(response.url), response.status_code, response.reason_phrase, kept, body)

    @contextmanager
    def stream(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes = b"",
        away: bool = True,
        deadline: _Deadline | None = None,
    ) -> Iterator[httpx.Response]:
        """The answer's head, its body not read yet. Raises WebError, also for what goes wrong where the body is
        read.
        """
        response, left = None, dict(headers)
        place = url
        try:
            home = origin(url)
            for _ in range(REDIRECTS + 1):
                response = self._send(method, place, left, content, deadline)
                to = _target(place, response, method)
                if not to or (origin(to) != home and not (away and method == "GET")):
                    break
                if origin(to) != origin(place):
                    if origin(place)[0] == "https" and origin(to)[0] == "http" and headers:
                        raise ValueError(f"refused to follow it from https to {to}")
                    # what is meant for one origin is lost for good with the first step to another
                    left.pop("Authorization", None)
                response.close()
                place = to
            else:
                raise ValueError(f"stopped after {REDIRECTS} redirects")
            yield response
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise self._failure(method, url, error, deadline) from error
        finally:
            if response is not None:
                response.close()

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes, deadline: _Deadline | None
    ) -> httpx.Response:
        own = {"Accept-Encoding": "identity", **headers}
        extensions = {"trace": deadline.trace} if deadline else {}
        return self.client.send(
            self.client.build_request(method, url, headers=own, content=content or None, extensions=extensions),
            stream=True,
        )

    def _failure(self, method: str, url: str, error: Exception, deadline: _Deadline | None) -> WebError:
        if deadline and deadline.passed:
            return WebError(method, url, f"the answer did not end within {self.deadline:g} seconds")
        return WebError(method, url, plain(url, error), error)


def _target(url: str, response: httpx.Response, method: str) -> str:
    """Where an answer redirects to; "" where it does not. Raises ValueError."""
    location: str = response.headers.get("location", "")
    # 301 to 303 make a GET of all else, which is never what was meant here
    if not location or response.status_code not in ((301, 302, 303, 307, 308) if method == "GET" else (307, 308)):
        return ""
    to = urljoin(url, location)
    try:
        origin(to)
    except ValueError:
        raise ValueError(f"refused to follow it to {to!r}") from None
    return to


def _whole(response: httpx.Response, limit: int, method: str, url: str) -> bytes:
    parts, size = [], 0
    for block in response.iter_bytes():
        size += len(block)
        if size > limit and response.status_code >= 300:
            break
        if size > limit:
            raise WebError(method, url, f"the answer is longer than {limit} bytes")
        parts.append(block)
    return b"".join(parts)[:limit]


def _wait(answer: Answer, attempt: int) -> float:
    """Seconds until a server wants to be asked again."""
    asked = answer.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdecimal():
        return float(asked) if len(asked) < 8 else LONGEST_WAIT + 1
    return float(1 << attempt)


class _Deadline:
    """Cuts a request's connection after some seconds, wherever it is waited for. A context manager."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._socket: Any = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def trace(self, name: str, info: Mapping[str, Any]) -> None:
        """httpcore's extension: tells of every connection that is made."""
        if name in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = info["return_value"].get_extra_info("socket")
            if self.passed:
                self._end()

    def _end(self) -> None:
        self.passed = True
        if self._socket is not None:
            try:
                # not by its own method: that of a TLS socket waits for who uses it
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            except OSError:
                pass


def address_of(url: str) -> str:
    """What is dialled for a URL, as far as names lead; of several addresses the first is tried first."""
    _, host, port = origin(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]
    except OSError:
        found = host
    return f"[{found}]:{port}" if ":" in str(found) else f"{found}:{port}"


def plain(url: str, error: Exception) -> str:
    """What went wrong, in the words of Go's net/http where it has some."""
    text = str(error) or type(error).__name__
    refused = os.strerror(errno.ECONNREFUSED)
    if isinstance(error, httpx.ConnectError) and (refused in text or f"Errno {errno.ECONNREFUSED}]" in text):
        return f"dial tcp {address_of(url)}: connect: connection refused"
    if isinstance(error, httpx.TimeoutException):
        return f"no answer for {TIMEOUT:g} seconds"
    if isinstance(error, httpx.RemoteProtocolError) and "without" in text:
        return "unexpected EOF" if "complete message body" in text else "EOF"
    return re.sub(r"^\[Errno -?\d+\] ", "", text).lower() if "Errno" in text else text
