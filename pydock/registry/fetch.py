"""Downloads: a Dockerfile or a build context by URL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pydock.errors import Failure
from pydock.registry.web import MAX_ERROR, Web

if TYPE_CHECKING:
    import httpx

#: the largest Dockerfile, in bytes
MAX_SIZE = 2 << 20


def blocks(url: str, make: Callable[..., Web] = Web) -> Iterator[bytes]:
    """The body as it comes. Raises Failure, with Go's net/http's message if the host cannot be reached."""
    web = make()
    try:
        with web.stream("GET", url, {}) as response:
            if response.status_code >= 300:
                text = _start(response).decode("utf-8", "replace").strip()
                raise Failure(
                    f"failed to GET {url} with status {response.status_code} {response.reason_phrase}: {text}"
                )
            yield from response.iter_bytes()
    finally:
        web.close()


def fetch(url: str, make: Callable[..., Web] = Web) -> bytes:
    """A small file, whole. Raises Failure."""
    parts, size = [], 0
    for block in blocks(url, make):
        size += len(block)
        if size > MAX_SIZE:
            raise Failure(f"Dockerfile {url} bigger than allowed max size (2MB)")
        parts.append(block)
    return b"".join(parts)


def _start(response: httpx.Response) -> bytes:
    """The beginning of an error's body."""
    parts, size = [], 0
    for block in response.iter_bytes():
        parts.append(block)
        size += len(block)
        if size > MAX_ERROR:
            break
    return b"".join(parts)[:MAX_ERROR]
