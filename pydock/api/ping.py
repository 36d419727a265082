"""/_ping, the first request of every command:
https://docs.docker.com/reference/api/engine/version/v1.55/#operation/SystemPing. Pure.
"""

from __future__ import annotations

from pydock.api.request import Request

PING = Request("HEAD", "/_ping")
PING_GET = Request("GET", "/_ping")
