"""--retry of pull and push: again after errors of the network, and after no others. Both may be repeated: what has arrived
is not sent twice."""

from __future__ import annotations

import re
from collections.abc import Callable

from pydock.errors import BadAnswer, BrokenStream, Failure, Unreachable
from pydock.go.strconv import parse_uint
from pydock.options import flag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pydock.app import App

#: seconds before the second attempt; each further pause is twice as long, up to the longest. A registry that has had
#: too many requests is left alone for longer.
FIRST, LONGEST, TOO_MANY = 1.0, 30.0, 10.0

#: what no repetition mends, whatever else the message says
_FINAL = re.compile(
    r"denied|unauthorized|authentication required|not found|(?:manifest|name|blob) unknown|no space left|x509|certificate|no such host"
    r"|pull rate limit",
    re.IGNORECASE,
)
#: the engine's words, Go's, for a network or a registry that is down for now
_NETWORK = re.compile(
    r"\bEOF\b|connection reset|connection refused|connection timed out|broken pipe|use of closed network connection|i/o timeout"
    r"|TLS handshake timeout|deadline exceeded|Client\.Timeout|request canceled while waiting|timeout awaiting|network is unreachable"
    r"|no route to host|host is down|server misbehaving|temporary failure in name resolution|http2: .*(?:GOAWAY|connection)|stream error"
    r"|\b5\d\d (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)|HTTP 5\d\d response"
    r"|unexpected (?:HTTP )?status(?: code)?[^\n]*: 5\d\d\b",
    re.IGNORECASE,
)
_BUSY = re.compile(r"toomanyrequests|too many requests|status(?: code)?:? 429\b", re.IGNORECASE)


def _times(text: str) -> int:
    return parse_uint(text, 16)


def retry_flag(what: str) -> Any:
    return flag(
        "--retry", own=True, parse=_times, metavar="int", default=0,
        help=f"Try {what} again so many times where the network or the registry fails",
    )  # fmt: skip


def may_pass(failure: Failure) -> bool:
    """Is it an error that may be gone in a moment?"""
    if isinstance(failure, BadAnswer):
        return False
    if isinstance(failure, (BrokenStream, Unreachable)):
        return True
    text = failure.message
    return not _FINAL.search(text) and bool(_NETWORK.search(text) or _BUSY.search(text))


def pause_of(failure: Failure, attempt: int, chance: float) -> float:
    """Seconds before the next attempt. chance: from 0 to 1, so that many clients do not come back at once."""
    first = TOO_MANY if _BUSY.search(failure.message) else FIRST
    return min(LONGEST, first * 2.0 ** min(attempt - 1, 9)) * (0.5 + chance / 2)


def retrying(app: App, times: int, what: str, act: Callable[[], None]) -> None:
    """Act, and again after errors of the network, up to so many times more; each is told. Raises the last Failure."""
    for attempt in range(1, times + 2):
        try:
            act()
            return
        except Failure as failure:
            # an engine that never answered has not told its API version: there is nothing to go on with
            lost = isinstance(failure, Unreachable) and not app.engine.ping().answered
            if attempt > times or lost or not may_pass(failure):
                raise
            from random import random
            from threading import Event

            pause = pause_of(failure, attempt, random())
            app.err.line(f"{failure.message}\n{what} failed; attempt {attempt + 1} of {times + 1} in {pause:.1f} s")
            Event().wait(pause)
