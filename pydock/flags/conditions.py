"""Conditions that a container is waited for: --for. Pure."""

from __future__ import annotations

import re

from pydock.go.strconv import parse_duration, parse_uint
from pydock.values import record

#: conditions of one word
STATES = ("healthy", "running", "exited", "removed")
FORMS = f"one of {', '.join(STATES)}, log=REGEX, port=NUMBER"


@record
class Condition:
    """kind: one of STATES, "log" or "port"; pattern: of a line of the log; port: a TCP port of the container."""

    kind: str
    pattern: str = ""
    port: int = 0


def condition(text: str) -> Condition:
    """ "healthy", "log=REGEX", "port=80" or "port=80/tcp"."""
    kind, equals, value = text.partition("=")
    if kind in STATES and not equals:
        return Condition(kind)
    if kind == "log" and value:
        regex(value)
        return Condition("log", pattern=value)
    if kind == "port" and value:
        return Condition("port", port=_port(value))
    raise ValueError(f"a condition is {FORMS}")


def regex(text: str) -> re.Pattern[str]:
    """A regular expression, as Python's re has it."""
    try:
        return re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"it is no regular expression: {error}") from None


def _port(text: str) -> int:
    number, _, protocol = text.partition("/")
    if protocol not in ("", "tcp"):
        raise ValueError("only TCP ports accept connections")
    try:
        port = parse_uint(number, 16, base=10)
    except ValueError:
        port = 0
    if not port:
        raise ValueError("a port is a number between 1 and 65535")
    return port


def patience(text: str) -> int:
    """--timeout, in nanoseconds."""
    value = parse_duration(text)
    if value < 0:
        raise ValueError("it must not be negative")
    return value
