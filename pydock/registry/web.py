"""HTTP requests to untrusted servers (registries, token servers, downloads), with limits.

- Answers are limited in size and in total time.
- At most ten redirects are followed, only to http and https, and never from https to http with headers or a body of
  ours; Authorization is sent only to the origin (scheme, host, port) that it is for.
- No cookies, no compression, a new connection for each request.
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

#: seconds to wait for the next byte, and for a whole answer of limited size
TIMEOUT, DEADLINE = 30.0, 300.0
REDIRECTS = 10
#: Go's error for a server that answers a TLS handshake with something else
NO_HANDSHAKE = "tls: first record does not look like a TLS handshake"
#: bytes of an error's body that are read
MAX_ERROR = 1 << 20
#: makes a request by a function that sends it, and may show it; the last argument: certificates are not verified
Watch = Callable[[Any, Callable[[], Any], bool], Any]
#: retries of a busy server, and the seconds to wait before each
PATIENCE, LONGEST_WAIT = 3, 30.0


class WebError(Failure):
    """No complete answer. The message names the request, as Go's net/http does; `error`: the cause, `reason`: its
    text."""

    def __init__(self, method: str, url: str, reason: str, error: Exception | None = None) -> None:
        self.error, self.reason = error, reason
        super().__init__(f'{method.title()} "{url}": {reason}')


@record
class Answer:
    """url: of the final request; headers: by lower-case names. The `body` of an error may be truncated."""

    url: str
    status: int
    phrase: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def reason(self) -> str:
        return f"{self.status} {self.phrase}".rstrip()


def origin(url: str) -> tuple[str, str, int]:
    """The origin of a URL: (scheme, host, port). Raises ValueError unless it is http or https."""
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in ("http", "https") or not host:
        raise ValueError(f"{url!r} is not an http or https URL")
    return scheme, host, parts.port or (443 if scheme == "https" else 80)


class Web:
    """See the module. sleep: waits that many seconds; watch: sees the requests."""

    def __init__(
        self,
        verify: ssl.SSLContext | bool = True,
        deadline: float = 0,
        sleep: Callable[[float], None] = time.sleep,
        watch: Watch | None = None,
    ) -> None:
        single = httpx.Limits(max_keepalive_connections=0)
        self.client = httpx.Client(
            verify=verify,
            timeout=TIMEOUT,
            follow_redirects=False,
            limits=single,
            cookies=NoCookies(),  # type: ignore[arg-type]
        )
        self.deadline, self.sleep, self.watch = deadline or DEADLINE, sleep, watch
        self.insecure = isinstance(verify, ssl.SSLContext) and verify.verify_mode == ssl.CERT_NONE

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
        """The answer's head, before its body is read. Raises WebError, also while the body is read."""
        response, left = None, dict(headers)
        current = url
        try:
            home = origin(url)
            for _ in range(REDIRECTS + 1):
                response = self._send(method, current, left, content, deadline)
                to = _target(current, response, method)
                if not to or (origin(to) != home and not (away and method == "GET")):
                    break
                if origin(to) != origin(current):
                    if origin(current)[0] == "https" and origin(to)[0] == "http" and headers:
                        raise ValueError(f"refused to follow it from https to {to}")
                    # dropped for good at the first redirect to another origin
                    left.pop("Authorization", None)
                response.close()
                current = to
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
        request = self.client.build_request(method, url, headers=own, content=content or None, extensions=extensions)

        def send() -> httpx.Response:
            return self.client.send(request, stream=True)

        return self.watch(request, send, self.insecure) if self.watch else send()

    def _failure(self, method: str, url: str, error: Exception, deadline: _Deadline | None) -> WebError:
        if deadline and deadline.passed:
            return WebError(method, url, f"the answer did not end within {self.deadline:g} seconds")
        return WebError(method, url, plain(url, error), error)


def _target(url: str, response: httpx.Response, method: str) -> str:
    """The target of a redirect; "" for other answers. Raises ValueError."""
    location: str = response.headers.get("location", "")
    # 301 to 303 would turn other methods into GET, which is never wanted here
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
    """Seconds to wait before a retry."""
    asked = answer.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdecimal():
        return float(asked) if len(asked) < 8 else LONGEST_WAIT + 1
    return float(1 << attempt)


class _Deadline:
    """Closes a request's connection after a number of seconds, which ends any wait for it. A context manager."""

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
        """httpcore's trace extension, which reports new connections."""
        if name in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = info["return_value"].get_extra_info("socket")
            if self.passed:
                self._end()

    def _end(self) -> None:
        self.passed = True
        if self._socket is not None:
            try:
                # not by the TLS socket's own method, which blocks while the socket is in use
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            except OSError:
                pass


def address_of(url: str) -> str:
    """The address that is dialled for a URL, the first one if there are several; the host's name if it has none."""
    _, host, port = origin(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]
    except OSError:
        found = host
    return f"[{found}]:{port}" if ":" in str(found) else f"{found}:{port}"


def plain(url: str, error: Exception) -> str:
    """An error's text, as Go's net/http has it if possible."""
    text = str(error) or type(error).__name__
    refused = os.strerror(errno.ECONNREFUSED)
    if isinstance(error, httpx.ConnectError) and (refused in text or f"Errno {errno.ECONNREFUSED}]" in text):
        return f"dial tcp {address_of(url)}: connect: connection refused"
    if isinstance(getattr(error.__context__, "__context__", None), socket.gaierror):
        from pydock.lookup import no_such_host

        return f"dial tcp: {no_such_host(origin(url)[1])}"
    if "self-signed certificate" in text or "unable to get local issuer certificate" in text:
        return "tls: failed to verify certificate: x509: certificate signed by unknown authority"
    if "WRONG_VERSION_NUMBER" in text:
        return NO_HANDSHAKE
    if isinstance(error, httpx.TimeoutException):
        return f"no answer for {TIMEOUT:g} seconds"
    if isinstance(error, httpx.RemoteProtocolError) and "without" in text:
        return "unexpected EOF" if "complete message body" in text else "EOF"
    return re.sub(r"^\[Errno -?\d+\] ", "", text).lower() if "Errno" in text else text
