"""Any request, by its path: the version is added where it has none. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from pydock.api.request import Query, Request

#: paths that have no version
BARE = re.compile(r"/(?:_ping|v[0-9]+(?:\.[0-9]+)?/|debug/).*", re.DOTALL)
#: what need not be escaped in a request's target: what is there is left as it is
_SAFE = "!$%&'()*+,/:;=?@[]~"


def any_request(
    method: str,
    path: str,
    version: Callable[[], str],
    parameters: Query,
    headers: Mapping[str, str],
    body: Any = None,
    content: Iterable[bytes] | bytes | None = None,
) -> Request:
    """path: with or without a version and a query; version: the one in use, asked for where it is needed."""
    if not path.startswith("/"):
        path = f"/{path}"
    if not BARE.fullmatch(path):
        path = f"/v{version()}{path}"
    target = quote(path, safe=_SAFE, errors="surrogateescape")
    if parameters:
        more = urlencode(parameters, doseq=True, errors="surrogateescape")
        target += ("&" if "?" in target else "?") + more
    return Request(method, target, body=body, content=content, headers=headers, literal=True)
