"""Progress messages of pull, push, load and the like to lines of text. Pure."""

from __future__ import annotations

from typing import Any

from pydock.errors import Failure


def check(message: dict[str, Any]) -> None:
    """Raises Failure where the message is the engine's error."""
    detail = message.get("errorDetail") or ({"message": message["error"]} if message.get("error") else None)
    if detail:
        raise Failure(str(detail.get("message") or message.get("error")), int(detail.get("code") or 1) or 1)


def plain_line(message: dict[str, Any]) -> str:
    """A message's text for a pipe: status changes, no progress bars; "" for none."""
    detail = message.get("progressDetail") or {}
    if detail.get("current") or detail.get("total"):
        return ""
    if message.get("stream"):
        return str(message["stream"])
    if "status" not in message:
        return ""
    prefix = f"{message['id']}: " if message.get("id") else ""
    return f"{prefix}{message['status']}\n"
