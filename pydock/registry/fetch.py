"""A file from the web: a Dockerfile or a build context that a URL names."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydock.errors import Failure
from pydock.lean import load_httpx

if TYPE_CHECKING:
    import httpx
else:
    httpx = load_httpx()

TIMEOUT = 30.0
#: a Dockerfile may not be larger
MAX_SIZE = 2 << 20


def blocks(url: str) -> Iterator[bytes]:
    """The body as it comes. Raises Failure, in the words of Go's net/http where the place cannot be reached."""
    try:
        with httpx.stream("GET", url, timeout=TIMEOUT, follow_redirects=True) as response:
            if response.status_code >= 400:
                body = response.read().decode("utf-8", "replace").strip()
                raise Failure(f"failed to GET {url} with status {response.status_code} {response.reason_phrase}: {body}")
            yield from response.iter_bytes()
    except httpx.HTTPError as error:
        raise Failure(f'Get "{url}": {_why(url, error)}') from error


def fetch(url: str) -> bytes:
    """A small file, whole. Raises Failure."""
    data = b""
    for block in blocks(url):
        data += block
        if len(data) > MAX_SIZE:
            raise Failure(f"Dockerfile {url} bigger than allowed max size (2MB)")
    return data


def _why(url: str, error: Exception) -> str:
    host = urlsplit(url)
    port = host.port or (443 if host.scheme == "https" else 80)
    if str(errno.ECONNREFUSED) in str(error) or os.strerror(errno.ECONNREFUSED) in str(error):
        return f"dial tcp {host.hostname}:{port}: connect: connection refused"
    return str(error) or type(error).__name__
